"""A table on the command line: what was read is said, and a refusal ends in a command that runs."""

import json
import re
import shlex
from importlib import import_module

import numpy as np
import pytest

from ddkd import cli
from ddkd.cli import _data, _main
from ddkd.cli._data import Data

N = 120
RNG = np.random.default_rng(0)
KIND = np.arange(N) % 3
A, B = (KIND + RNG.normal(size=N) for _ in range(2))
SEX = np.array(["f", "m"])[RNG.integers(2, size=N)]
CURVE = ["curve", "--quiet", "--repeats", "1", "--jobs", "1", "--max-width", "15"]


@pytest.fixture
def penguins(tmp_path, monkeypatch):
    """A table that needs three decisions, in the working folder."""
    monkeypatch.chdir(tmp_path)
    lines = ["rowid,bill,mass,sex,species"]
    for i in range(N):
        bill = "NA" if i in (7, 11) else f"{A[i]:.3f}"
        lines.append(
            f"{i + 1},{bill},{B[i]:.2f},{SEX[i]},{['Adelie', 'Gentoo', 'Chinstrap'][i % 3]}"
        )
    (tmp_path / "penguins.csv").write_text("\n".join(lines))
    return "penguins.csv"


def test_one_message_and_its_command_reads_the_table(penguins, capsys, unsaved_pictures):
    assert cli.main([*CURVE, "--data", penguins]) == 1
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "3 things to decide" in error
    command = shlex.split(error.rpartition("Run: ")[2])
    assert command == [
        "ddkd",
        *CURVE,
        "--data",
        penguins,
        "--one-hot",
        "--drop",
        "rowid",
        "--drop-missing",
    ]
    assert cli.main(command[1:]) == 0
    lines = capsys.readouterr().out
    said = " ".join(lines.split())
    assert (
        "penguins.csv: 118 rows, 3 columns (4 features); label: species (last column), 3 classes."
        in said
    )
    assert "2 of 120 rows left out for a missing cell." in said


def test_the_second_sentence_says_what_was_read_and_json_too(penguins, capsys, unsaved_pictures):
    command = [*CURVE, "--data", penguins, "--drop", "rowid", "sex", "--impute"]
    assert cli.main(command) == 0
    answer, _, rest = capsys.readouterr().out.partition("penguins.csv: 120 rows")
    assert "on these data" in answer or "best is" in answer
    assert " ".join(rest.split()).startswith(
        ", 2 columns (3 features); label: species (last column), 3 classes. 24 labelled, "
    )
    assert cli.main([*command, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert data["file"] == penguins
    assert (data["rows"], data["columns"], data["features"]) == (120, 2, 3)
    assert (data["label"], data["task"], data["n_classes"]) == ("species", "classes", 3)
    assert data["separator"] == "comma"
    assert data["sizes"] == {"labelled": 24, "test": 30, "transfer": 66}


def test_flags_that_were_given_are_not_said_twice(penguins, capsys):
    assert cli.main([*CURVE, "--data", penguins, "--drop", "rowid", "--label", "specie"]) == 1
    command = capsys.readouterr().err.rpartition("Run: ")[2].split()
    assert command[len(CURVE) + 3 :] == [
        "--label",
        "species",
        "--one-hot",
        "--drop",
        "rowid",
        "--drop-missing",
    ]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["--labelled", "120"],
            "must be at most 89: of the 120 rows of penguins.csv 30 are to test",
        ),
        (["--decimal", ";"], "--decimal must be one of '.', ','; got ';'"),
        (["--decimal", ",", "--thousands", ","], "--decimal and --thousands must differ"),
        (["--drop", "bills"], "--drop: there is no column bills. There is bill, "),
        (["--keep", "nobody"], "no column nobody. There is "),
    ],
)
def test_flags_that_cannot_be_meant(flags, message, penguins, capsys):
    command = [*CURVE, "--data", penguins, "--impute", "--one-hot", "--drop", "rowid", *flags]
    assert cli.main(command) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["phase", "reproduce"])
def test_numbers_are_refused_with_the_commands_and_the_flag_that_take_them(command, tmp_path):
    rows = [f"{a},{20 + i % 30}" for i, a in enumerate(A)]
    (tmp_path / "d.csv").write_text("\n".join(["a,age", *rows]))
    words = [command, "--data", str(tmp_path / "d.csv"), "--task"]

    def read(*more):
        parser = _main._parser(import_module(f"ddkd.cli.{words[0]}"))
        args = parser.parse_args([*words, *more])
        args.argv = words
        return Data(args)

    with pytest.raises(ValueError, match="are numbers: `ddkd") as refusal:
        read("numbers").require_classes("this is")
    said = str(refusal.value)
    assert re.findall("`ddkd ([a-z]+)`", said) == ["curve", "predict", "distill"]
    assert said.endswith("or say --task classes")
    read("classes").require_classes("this is")
    for words[0] in ("curve", "predict", "distill"):
        assert read("numbers").split.task == "numbers"


@pytest.mark.parametrize("command", ["advise", "curve", "predict"])
def test_what_does_not_fit_in_memory_is_said_before_the_start(command, tmp_path, monkeypatch):
    X = RNG.normal(size=(9_000, 2))
    np.savez(tmp_path / "d.npz", X=X, y=X[:, 0] > 0)
    monkeypatch.setattr(_data, "memory", lambda: 4e8)
    words = [command, "--data", str(tmp_path / "d.npz"), "--labelled"]
    parser = _main._parser(import_module(f"ddkd.cli.{command}"))
    with pytest.raises(ValueError, match=r"--labelled 6000 needs .* of memory") as refusal:
        Data(parser.parse_args([*words, "6000"]))
    if command == "advise":  # ten squares of float64: 8 * 10 * 6,000^2 bytes
        assert "--labelled 6000 needs 3 GB" in str(refusal.value)
    most = str(refusal.value).split("--labelled ")[2].split()[0]
    assert len(Data(parser.parse_args([*words, most])).split.X_train) == int(most) > 100


@pytest.mark.parametrize(("most", "words"), [(150, "150 of 200"), (200, "200 of 200")])
def test_unlabelled_rows_that_are_not_used_are_said(most, words, tmp_path, monkeypatch):
    X = RNG.normal(size=(260, 2))
    np.savez(tmp_path / "d.npz", X=X[:60], y=X[:60, 0] > 0)
    np.savez(tmp_path / "more.npz", X=X[60:])
    monkeypatch.setattr("ddkd.datasets._rows._MOST_TRANSFER", most)
    files = ["--data", str(tmp_path / "d.npz"), "--unlabelled", str(tmp_path / "more.npz")]
    parser = _main._parser(import_module("ddkd.cli.curve"))
    data = Data(parser.parse_args(["curve", *files]))
    assert (
        f" labelled, {words} without labels (the transfer set, from --unlabelled)"
        in data.notes()[0]
    )


def test_a_file_without_its_flag(capsys):
    for words in (["curve", "d.csv"], ["d.csv"]):
        with pytest.raises(SystemExit) as stop:
            cli.main(words)
        assert stop.value.code == 2
        assert "--data d.csv" in capsys.readouterr().err

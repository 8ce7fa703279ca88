"""The command line as a user meets it: files, exit codes, one clear line for every mistake."""

import html
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from ddkd import cli
from ddkd._provenance import made_with
from ddkd.cli import _main, reproduce
from ddkd.cli._data import Data
from ddkd.cli._output import pays
from ddkd.cli.curve import _peak
from ddkd.reproduction._reproduce import Reproduction
from ddkd.sweeps import SweepResult, _sweep

REPRODUCE = ["reproduce", "--quick", "--quiet"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A small three-class problem in a file."""
    rng = np.random.default_rng(0)
    y = np.arange(600) % 3
    X = rng.normal(size=(3, 4))[y] + 0.5 * rng.normal(size=(600, 4))
    path = tmp_path_factory.mktemp("data") / "blobs.npz"
    np.savez(path, X=X, y=y)
    return path


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def reproduced(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "one job"
    arguments = ["--data", str(data), "--repeats", "2", "--jobs", "1", "--out", str(out)]
    assert cli.main([*REPRODUCE, *arguments]) == 0
    return out


def test_reproduce_writes_claims_results_figures_and_a_page(reproduced):
    files = set(contents(reproduced))
    names = ["width", "own-peak", "transfer"]  # of one flip rate there is no fourth
    pictures = {f"blobs-{name}.{kind}" for name in names for kind in ("png", "svg")}
    assert files == pictures | {
        "README.txt",
        "answer.json",
        "claims.json",
        "index.html",
        "results.csv",
        "results.npz",
    }
    claims = json.loads((reproduced / "claims.json").read_text())
    assert {claim["verdict"] for claim in claims} <= {"holds", "fails", "undecided"}
    assert {claim["flip_rate"] for claim in claims} == {0.0}  # nobody asked for more
    for record in (*claims, json.loads((reproduced / "answer.json").read_text())):
        assert made_with().items() <= record.items()
    assert {(c["seed"], c["n_transfer"], c["teacher_width"]) for c in claims} == {(0, 4000, 2000)}
    page = (reproduced / "index.html").read_text()
    assert page.count("<figure>") == len(names)
    assert page.count('src="data:image/png;base64,') == len(names)  # it can be mailed alone
    assert "<script" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert page.count("<dd>") == len(claims)
    marks = page.partition("Every claim")[2].partition("Every number")[0]
    assert "<pre" not in marks  # its lines would run out of a telephone's screen
    assert all(html.escape(c["statement"].partition(" = ")[0]) in marks for c in claims)


@pytest.fixture
def no_pictures(monkeypatch):
    """Drawing takes most of the time of a small run."""
    monkeypatch.setattr("ddkd.reproduction._report.comparison_figures", lambda *_, **__: {})


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.slow
def test_results_do_not_depend_on_the_number_of_jobs(reproduced, data, tmp_path):
    arguments = ["--data", str(data), "--repeats", "2", "--jobs", "2", "--out", str(tmp_path)]
    assert cli.main([*REPRODUCE, *arguments]) == 0
    for name in ("claims.json", "results.csv"):
        assert (tmp_path / name).read_bytes() == (reproduced / name).read_bytes()


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.slow
def test_another_seed_gives_other_results(reproduced, data, tmp_path):
    arguments = ["--data", str(data), "--repeats", "2", "--jobs", "1", "--seed", "1"]
    assert cli.main([*REPRODUCE, *arguments, "--out", str(tmp_path)]) == 0
    assert (tmp_path / "results.csv").read_bytes() != (reproduced / "results.csv").read_bytes()


@pytest.fixture
def interrupted(monkeypatch, unsaved_pictures):
    """Make Ctrl-C arrive when the second task starts."""
    run_task = _sweep.run_task
    calls = []

    def run(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return run_task(*arguments)

    monkeypatch.setattr(_sweep, "run_task", run)
    return calls


CURVE = ["curve", "--quiet", "--repeats", "3", "--jobs", "1", "--max-width", "40"]


def test_an_interrupted_run_goes_on_to_the_same_bytes(data, tmp_path, capsys, interrupted):
    whole, out = tmp_path / "whole", tmp_path / "out"
    command = [*CURVE, "--data", str(data)]
    assert cli.main([*command, "--out", str(out)]) == 130
    message = capsys.readouterr().err
    assert re.search(r"So far: best \d+\.\d % .width \d+., 1 of 3 repeats\. 1 fin", message)
    assert "1 finished task in" in message
    assert str(out / "tasks") in message
    assert "the same command goes on from there" in message
    assert cli.main([*command, "--out", str(out)]) == 0
    assert capsys.readouterr().err.startswith(f"1 of 3 tasks taken from {out / 'tasks'}")
    assert len(interrupted) == 4  # tasks 0 and 1, then 1 again and 2: nothing finished is redone
    assert cli.main([*command, "--out", str(whole)]) == 0
    assert (out / "results.csv").read_bytes() == (whole / "results.csv").read_bytes()


def test_nothing_is_taken_from_a_run_with_other_parameters(data, tmp_path, capsys, interrupted):
    command = [*CURVE, "--data", str(data), "--out", str(tmp_path / "out")]
    assert cli.main(command) == 130
    capsys.readouterr()
    assert cli.main([*command, "--seed", "5"]) == 0
    assert "taken" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--repeats", "0"], "at least 1; got '0'"),
        (["--jobs", "0"], "at least 1, or -1; got '0'"),
        (["--seed", "-3"], "at least 0; got '-3'"),
        (["--seed", "x"], "got 'x'"),
        (["--flip-rate", "1.5"], "from 0 to 1; got '1.5'"),
        (["--flip-rate", "nan"], "from 0 to 1; got 'nan'"),
        (["--alpha", "-1"], "at least 0; got '-1'"),
        (["--bandwidth", "0"], "from 1e-6 to 1e6; got '0'"),
        (["--features", "cosine"], "invalid choice: 'cosine'"),
        (["--no-such-flag"], "--no-such-flag"),
    ],
)
def test_a_bad_flag_is_named_with_what_is_allowed(arguments, words, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["curve", *arguments])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert words in error
    assert len(error.splitlines()) == 1


def bad_files(folder):
    """Files that must be refused, and a word of each refusal."""
    (folder / "empty.npz").touch()
    (folder / "cut.npz").write_bytes(b"PK\x03\x04 and no more")
    np.savez(folder / "pickled.npz", X=np.ones((9, 2)), y=np.array([{}] * 9, dtype=object))
    np.savez(folder / "names.npz", a=np.ones(3))
    np.savez(folder / "nan.npz", X=np.full((99, 2), np.nan), y=np.arange(99) % 2)
    (folder / "empty.csv").touch()
    (folder / "words.csv").write_text("a,b,label\n1,x,0\n2,y,1\n")
    (folder / "data.txt").write_text("1 2 3")
    return {
        "missing.npz": "missing.npz",
        "empty.npz": "empty.npz",
        "cut.npz": "cut.npz",
        "pickled.npz": "pickled.npz",
        "names.npz": "X",
        "nan.npz": "NaN",
        "empty.csv": "empty.csv",
        "words.csv": "words.csv",
        "data.txt": "data.txt",
    }


def test_bad_data_gives_one_line_and_leaves_nothing_behind(tmp_path, capsys):
    for name, word in bad_files(tmp_path).items():
        out = tmp_path / "out"
        for command in ("reproduce", "curve", "distill"):
            arguments = ["--quiet", "--data", str(tmp_path / name), "--out", str(out)]
            assert cli.main([command, *arguments]) == 1, name
            error = capsys.readouterr().err
            assert error.startswith(f"ddkd {command}: error: ")
            assert len(error.strip().splitlines()) == 1, error
            assert word in error
            assert not out.exists()


def test_an_error_inside_a_task_leaves_nothing_behind(tmp_path, capsys, monkeypatch):
    def broken(*arguments):
        raise ValueError("broken on purpose")

    monkeypatch.setattr(_sweep, "run_task", broken)
    out = tmp_path / "out"
    assert cli.main([*CURVE, "--out", str(out)]) == 1
    assert "broken on purpose" in capsys.readouterr().err
    assert not out.exists()
    with pytest.raises(ValueError, match="broken on purpose"):
        cli.main([*CURVE, "--out", str(out), "--debug"])


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
def test_an_odd_number_of_labelled_rows_makes_no_difference(tmp_path):
    n_samples, rng = 23, np.random.default_rng(23)
    rows = 5 * n_samples  # a file's default is to label a fifth of its rows
    y = np.arange(rows) % 2
    np.savez(tmp_path / "odd.npz", X=rng.normal(size=(rows, 3)) + y[:, None], y=y)
    arguments = ["--data", str(tmp_path / "odd.npz"), "--repeats", "2", "--jobs", "1"]
    assert cli.main([*REPRODUCE, *arguments, "--out", str(tmp_path / "out")]) == 0


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize("rows", [[13, 13], [90, 10]])
@pytest.mark.slow
def test_few_rows_of_a_class_do_not_stop_the_comparison(rows, tmp_path):
    rng = np.random.default_rng(3)
    y = np.repeat([0, 1], rows)
    np.savez(tmp_path / "few.npz", X=rng.normal(size=(len(y), 3)) + y[:, None], y=y)
    arguments = ["--data", str(tmp_path / "few.npz"), "--repeats", "2", "--jobs", "1"]
    assert cli.main([*REPRODUCE, *arguments, "--out", str(tmp_path / "out")]) == 0


def test_a_changed_file_is_not_mixed_with_what_was_finished(tmp_path, capsys, interrupted):
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = rng.normal(size=(200, 3)) + y[:, None]
    np.savez(tmp_path / "d.npz", X=X, y=y)
    command = [*CURVE, "--data", str(tmp_path / "d.npz"), "--out", str(tmp_path / "out")]
    assert cli.main(command) == 130
    np.savez(tmp_path / "d.npz", X=X, y=1 - y)
    capsys.readouterr()
    assert cli.main(command) == 0
    assert "taken" not in capsys.readouterr().err


@pytest.mark.usefixtures("unsaved_pictures")
def test_a_curve_at_every_width_agrees_with_the_one_at_some(data, tmp_path):
    for widths in ("some", "all"):
        out = ["--out", str(tmp_path / widths), "--widths", widths]
        assert cli.main([*CURVE, "--data", str(data), *out]) == 0
    some, every = (
        SweepResult.load(tmp_path / widths / "results.npz") for widths in ("some", "all")
    )
    assert np.unique(every["width"]).tolist() == list(range(1, 41))
    for width in np.unique(some["width"]):
        a, b = some.where(width=int(width)), every.where(width=int(width))
        np.testing.assert_allclose(a["test_mse"], b["test_mse"], rtol=1e-8)


def test_a_curve_at_too_many_widths_says_how_many_are_possible(data, tmp_path, capsys):
    arguments = ["--data", str(data), "--out", str(tmp_path), "--widths", "all"]
    assert cli.main(["curve", *arguments, "--max-width", "10000000"]) == 1
    assert "--max-width 596,523 is possible" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("beyond", "noise", "n_repeats", "verdict"),
    [
        (0.1, 0.01, 4, "pays"),
        (0.45, 0.01, 4, "does not pay"),
        (0.28, 0.1, 4, "makes no clear difference"),
        (0.1, 0.0, 1, "cannot be judged from so few repeats"),
    ],
)
def test_a_curve_says_whether_width_beyond_the_peak_pays(beyond, noise, n_repeats, verdict):
    width, repeat = np.array([2, 5, 10, 20, 50]), np.arange(n_repeats)
    errors = np.tile([0.4, 0.3, 0.6, 0.5, beyond], (n_repeats, 1))
    errors[:, -1] += noise * (-1.0) ** repeat
    columns = {
        "width": np.tile(width, n_repeats),
        "repeat": np.repeat(repeat, len(width)),
        "error": errors.ravel(),
    }
    lead, values = _peak(SweepResult(columns), "error", 10)
    assert lead.startswith("The error peaks at 60.0 % at width 10, with 10 labelled rows, and ")
    assert lead.endswith(f": going beyond the peak {verdict} on these data.")
    assert values["peak_width"] == 10


@pytest.mark.parametrize(
    ("errors", "peak"), [([0.9, 0.5, 0.4, 0.45, 0.8], 7), ([0.9, 0.4, 0.45, 0.5, 0.8], 14)]
)
def test_a_peak_is_sought_from_0_7_to_1_4_times_the_labelled_rows(errors, peak):
    columns = {"width": np.array([6, 7, 10, 14, 15]), "repeat": np.zeros(5, dtype=int)}
    _, values = _peak(SweepResult(columns | {"error": np.array(errors)}), "error", 10)
    assert (values["peak_width"], values["peak"]) == (peak, 0.5)


def test_a_dip_near_the_peak_is_not_the_valley_before_it():
    """Where models below 0.7 times the labelled rows err more, the error only falls and wobbles."""
    columns = {"width": np.array([5, 8, 10, 20]), "repeat": np.zeros(4, dtype=int)}
    errors = np.array([0.3, 0.15, 0.2, 0.1])
    assert not _peak(SweepResult(columns | {"error": errors}), "error", 10)[1]["peaks"]
    errors[0] = 0.15
    assert _peak(SweepResult(columns | {"error": errors}), "error", 10)[1]["peaks"]


@pytest.mark.usefixtures("unsaved_pictures")
def test_distill_prints_teacher_student_and_direct(data, tmp_path, capsys):
    arguments = ["--data", str(data), "--out", str(tmp_path), "--teacher-width", "300"]
    sizes = ["--student-width", "40", "--repeats", "2", "--jobs", "1", "--quiet"]
    assert cli.main(["distill", *arguments, *sizes]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Distilling ")
    assert re.search(r"Student minus teacher: [+-]\d+\.\d ± \d+\.\d points", " ".join(said.split()))
    assert "own peak" not in said  # 330 transfer rows are many for a width of 40
    result = SweepResult.load(tmp_path / "results.npz")
    assert set(result.columns["model"]) == {"teacher", "student", "direct"}


@pytest.mark.usefixtures("unsaved_pictures")
def test_distill_says_when_the_transfer_set_is_small(data, tmp_path, capsys):
    arguments = ["--data", str(data), "--out", str(tmp_path), "--teacher-width", "300"]
    sizes = ["--student-width", "300", "--repeats", "2", "--jobs", "1"]
    assert cli.main(["distill", *arguments, *sizes]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "With 330 transfer rows a student of width 300 is near its own peak" in said


def test_without_a_command_it_prints_the_help(capsys):
    assert cli.main([]) == 0
    help_text = capsys.readouterr().out
    assert "reproduce" in help_text
    assert "predict" in help_text


def test_the_module_runs_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "ddkd", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("ddkd ")


@pytest.mark.usefixtures("unsaved_pictures")
def test_readme_txt_says_what_every_file_and_column_is(reproduced, data, tmp_path):
    folders = [reproduced]
    for command, sizes in {
        "curve": ["--max-width", "40"],
        "distill": ["--teacher-width", "100"],
        "predict": ["--max-width", "40"],
    }.items():
        arguments = ["--data", str(data), "--repeats", "1", "--jobs", "1", *sizes]
        assert cli.main([command, "--quiet", *arguments, "--out", str(tmp_path / command)]) == 0
        folders.append(tmp_path / command)
    for folder in folders:
        text = (folder / "README.txt").read_text(encoding="utf-8")
        assert f"python -m ddkd {folder.name if folder != reproduced else 'reproduce'}" in text
        with (folder / "results.csv").open(encoding="utf-8") as file:
            columns = file.readline().strip().split(",")
        for name in columns:
            assert re.search(rf"^  {name} +\w", text, flags=re.MULTILINE), name
        for path in folder.iterdir():
            assert path.suffix in (".svg", ".png", ".txt") or f"  {path.name} " in text


@pytest.mark.parametrize(
    ("difference", "standard_error", "verdict"),
    [
        (-0.05, 0.02, "pays"),
        (0.05, 0.02, "does not pay"),
        (-0.05, 0.03, "makes no clear difference"),
        (-0.05, float("nan"), "cannot be judged from so few repeats"),
        (0.025, 0.0, "cannot be judged from so few repeats"),
        (0.0, 0.0, "makes no clear difference"),
    ],
)
def test_a_difference_counts_beyond_two_standard_errors(difference, standard_error, verdict):
    assert pays(difference, standard_error) == verdict


@pytest.mark.usefixtures("unsaved_pictures")
def test_numbers_that_are_not_known_are_null_in_json(data, tmp_path, capsys):
    """One repeat has no standard error; JSON has no NaN."""
    sizes = ["--teacher-width", "300", "--student-width", "40", "--repeats", "1", "--jobs", "1"]
    out = ["--data", str(data), "--out", str(tmp_path), "--quiet"]
    assert cli.main(["distill", *out, *sizes, "--json"]) == 0

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    values = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert values["standard_error"] is None
    assert 0 <= values["student"] <= 1


def test_a_quick_run_has_four_repeats_and_keeps_its_flags(monkeypatch):
    """They are what a finished run is known by: a changed one would make it another run."""
    asked = []
    monkeypatch.setattr(Reproduction, "failures", {})
    monkeypatch.setattr(
        reproduce,
        "reproduce",
        lambda *_, repeats, **__: asked.append(repeats) or Reproduction((), None, []),
    )
    monkeypatch.setattr(reproduce, "claims_summary", lambda _: ["", ""])
    monkeypatch.setattr(reproduce, "claims_table", lambda *_: [])
    args = _main._parser(reproduce).parse_args(["reproduce", "--quick"])
    reproduce.run(args, None)
    assert (asked, args.repeats) == ([4], 10)


def test_reproduce_says_the_sizes_that_it_measures_with(monkeypatch):
    """The digits as they are have sizes of their own there."""
    nothing = Reproduction((), None, [])
    monkeypatch.setattr(Reproduction, "failures", {})
    monkeypatch.setattr(reproduce, "reproduce", lambda *_, **__: nothing)
    monkeypatch.setattr(reproduce, "claims_summary", lambda _: ["", ""])
    monkeypatch.setattr(reproduce, "claims_table", lambda *_: [])
    monkeypatch.setattr(reproduce, "claims_in_full", lambda _: [])
    args = _main._parser(reproduce).parse_args(["reproduce", "--data", "digits"])
    data = Data(args)
    reproduce.run(args, data)
    assert data.about.endswith(
        "100 labelled rows, 1,297 without their labels to transfer, 400 to test."
    )

"""What is read, split, allowed and printed around a command: sizes, limits and lines."""

import argparse
import io
import json
import math
import sys
import warnings
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ddkd import cli
from ddkd.cli import _command, _data, _flags, _main, _output
from ddkd.cli._answer import Answer, fill, wrap
from ddkd.cli._data import Data, _check_memory, _rows, memory
from ddkd.cli._readme import readme
from ddkd.exceptions import InterpolationWarning
from ddkd.sweeps import SweepResult, Table


def arguments(command, *words):
    words = [command, *map(str, words)]
    args = _main._parser(import_module(f"ddkd.cli.{command}")).parse_args(words)
    args.argv = words
    return args


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Ninety-eight rows of two classes."""
    X = np.random.default_rng(0).normal(size=(98, 2))
    path = tmp_path_factory.mktemp("data") / "d.npz"
    np.savez(path, X=X, y=X[:, 0] > 0)
    return path


# --- an answer


@pytest.mark.parametrize(("verbose", "more"), [(True, ""), (False, "a table"), (True, "a table")])
def test_the_long_form_is_printed_when_asked_for_and_there_is_one(verbose, more, capsys, tmp_path):
    answer = Answer("It peaks.", ["Rows."], more=more, values={"n": 3}, report=tmp_path / "f.png")
    answer.print(verbose=verbose)
    long = ["", "a table"] if verbose and more else []
    expected = ["It peaks.", "Rows.", *long, "", str(tmp_path / "f.png")]
    assert capsys.readouterr().out.splitlines() == expected
    answer.print(json_file=Path("-"), verbose=verbose)
    assert json.loads(capsys.readouterr().out) == {"answer": "It peaks.", "n": 3}
    answer.print(json_file=tmp_path / "n.json")
    assert capsys.readouterr().out.startswith("It peaks.\n")
    assert json.loads((tmp_path / "n.json").read_text()) == {"answer": "It peaks.", "n": 3}


def test_lines_are_as_long_as_78_columns_and_a_number_stays_with_its_sign():
    assert wrap("a" * 38 + " " + "b" * 39) == "a" * 38 + " " + "b" * 39
    assert wrap("a" * 38 + " " + "b" * 40) == "a" * 38 + "\n" + "b" * 40
    assert fill("a" * 73 + " 12.3 %") == "a" * 73 + "\n12.3 %"
    assert wrap(" " + "a " * 60) == " " + "a " * 60
    assert fill("b" * 90) == "b" * 90


@pytest.mark.parametrize(
    ("encoding", "text"), [("ascii", "+ x +-"), ("utf-8", "\u2713 \u2717 \u00b1")]
)
def test_a_terminal_gets_the_signs_that_it_has(encoding, text, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    Answer("\u2713 \u2717 \u00b1").print()
    stream.flush()
    assert stream.buffer.getvalue().decode(encoding) == f"{text}\n"


# --- data


@pytest.mark.parametrize(
    ("words", "n", "rate"),
    [(["--data", "digits"], 200, 0.1), (["--data", "digits", "--flip-rate", "0.3"], 200, 0.3)],
)
def test_a_tenth_of_a_demonstrations_labels_is_wrong_unless_told(words, n, rate):
    data = Data(arguments("curve", *words))
    assert data.flip_rate == rate
    wrong = data.split.flip_labels(data.flip_rate, rng=0).y_train != data.split.y_train
    assert wrong.sum() == round(n * rate)
    assert data.notes()[-1].startswith(f"{round(n * rate)} labels made wrong on purpose;")
    assert not any("made wrong" in note for note in data.notes(flips=False))
    assert data.values["sizes"] == {"labelled": 200, "test": 600, "transfer": 997}
    assert data.about.endswith(
        "digits: 200 labelled rows, 997 without their labels to transfer, 600 to test."
    )


def test_a_file_is_taken_as_it_is_and_split_as_it_says(file):
    data = Data(arguments("curve", "--data", file))
    assert data.flip_rate == 0.0
    sizes = data.values["sizes"]
    assert (sizes["labelled"], sum(sizes.values())) == (19, 98)  # a fifth
    assert not any("made wrong" in note for note in data.notes())
    data.require_transfer()
    everything = Data(arguments("curve", "--data", file, "--labelled", "all"))
    n = 98 - sizes["test"]
    assert len(everything.split.X_train) == n
    with pytest.raises(ValueError, match=rf"--labelled {n // 2} leaves {n - n // 2}, or --unlab"):
        everything.require_transfer()
    few = Data(arguments("curve", "--data", file, "--labelled", 30))
    assert len(few.split.X_train) == 30


def test_a_stream_has_no_end():
    data = Data(arguments("curve", "--data", "moons"))
    data.require_transfer()
    assert data.values["sizes"] == {"labelled": 40, "test": 2000, "transfer": None}
    assert "an unlimited transfer stream, 2,000 to test." in data.about
    with pytest.raises(ValueError, match=r"^--labelled all is for a file of your own"):
        Data(arguments("curve", "--data", "moons", "--labelled", "all"))
    with pytest.raises(ValueError, match=r"^--one-hot is for a file of your own"):
        Data(arguments("curve", "--data", "moons", "--one-hot"))


@pytest.mark.parametrize(
    ("unlabelled", "test", "words"),
    [
        (
            False,
            False,
            "20 labelled, 50 with their labels hidden (the transfer set), 10 to",
        ),
        (True, False, "20 labelled, 50 of 70 without labels (the transfer set, from --unl"),
        (False, True, "(the transfer set), 10 to test (from --test), 30"),
        (True, True, "10 to test (from --test), 80"),
    ],
)
def test_rows_that_nobody_uses_are_counted(unlabelled, test, words):
    file = SimpleNamespace(X=range(100), unlabelled=None, test=None)
    file.unlabelled = range(70) if unlabelled else None
    file.test = range(10) if test else None
    split = SimpleNamespace(X_train=range(20), transfer=range(50), X_test=range(10))
    said = _rows(file, split)
    assert words in said
    used = 20 + 50 * (not unlabelled) + 10 * (not test)
    assert f", {100 - used} unused; --labelled N" in said
    file.X = range(used)
    assert "unused" not in _rows(file, split)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("max", 4096 * 1000), ("5000", 5000), ("99999999", 4096 * 1000), (None, 4096 * 1000)],
)
def test_memory_is_that_of_the_machine_or_of_its_container(limit, expected, monkeypatch, tmp_path):
    sizes = {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(_data.os, "sysconf", sizes.__getitem__, raising=False)
    monkeypatch.setattr(_data, "Path", lambda _: tmp_path / "memory.max")
    if limit is not None:
        (tmp_path / "memory.max").write_text(f"{limit}\n")
    assert memory() == expected
    monkeypatch.setattr(_data.os, "sysconf", {"no": 1}.__getitem__)
    with pytest.raises(KeyError):
        memory()
    monkeypatch.delattr(_data.os, "sysconf")
    assert memory() == math.inf


@pytest.mark.parametrize(
    ("command", "asked", "n_jobs", "width"),
    [
        ("advise", {}, 1, 0),
        ("phase", {}, 1, 0),
        ("curve", {"repeats": 3, "jobs": 2}, 2, 20),
        ("curve", {"repeats": 3, "jobs": 4}, 3, 20),
        ("curve", {"repeats": 30, "jobs": 9}, 8, 20),
        ("curve", {"repeats": 3, "jobs": -1}, 3, 20),
        ("predict", {"repeats": 30, "jobs": -1}, 8, 10),
    ],
)
def test_what_is_needed_is_counted_in_whole_matrices(command, asked, n_jobs, width, monkeypatch):
    """Ten squares of the labelled rows and the widest features, for each process at once."""
    monkeypatch.setattr(_data, "cpu_count", lambda: 8)
    args = SimpleNamespace(command=command, max_width=None, **asked)
    n, n_test = 3000, 500

    def n_bytes(n):
        one = [10 * [(n, n)], [(n, width * n), (n_test, width * n)]]
        return n_jobs * sum(8 * rows * columns for many in one for rows, columns in many)

    monkeypatch.setattr(_data, "memory", lambda: n_bytes(n) / 0.899)
    _check_memory(args, n, n_test)
    there_is = n_bytes(n) / 0.901
    monkeypatch.setattr(_data, "memory", lambda: there_is)
    with pytest.raises(ValueError, match="--labelled 3000 needs ") as refusal:
        _check_memory(args, n, n_test)
    words = str(refusal.value).replace(",", "").replace(":", "").split()
    assert [int(w) for w in words if w.isdigit()] == [
        3000,
        round(n_bytes(n) / 1e9),
        round(there_is / 1e9),
        2700,
    ]
    monkeypatch.setattr(_data, "memory", lambda: 1.0)
    with pytest.raises(ValueError, match="--labelled 2 is possible"):
        _check_memory(args, n, n_test)
    args.max_width = 1000
    one = 8 * (10 * n**2 + (n + n_test) * 1000)
    monkeypatch.setattr(_data, "memory", lambda: n_jobs * one / 0.899)
    _check_memory(args, n, n_test)


def test_numbers_are_measured_by_the_variance_that_is_left(tmp_path):
    X = np.random.default_rng(0).normal(size=(98, 2))
    np.savez(tmp_path / "d.npz", X=X, y=X[:, 0])
    data = Data(arguments("curve", "--data", tmp_path / "d.npz"))
    assert (data.value, data.name, data.source.name) == ("variance_left", "d.npz", "d.npz")
    assert data.digest
    assert Data(arguments("curve", "--data", "moons")).digest == ""


# --- flags


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("is_terminal", [False, True])
def test_bars_are_for_a_person_who_has_not_declined(quiet, is_terminal, monkeypatch):
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: is_terminal))
    shown = _flags.shows_progress(SimpleNamespace(quiet=quiet))
    assert shown == (is_terminal and not quiet)


def test_places_to_write_to(tmp_path):
    (tmp_path / "file").touch()
    for word in ("file", "new.txt"):
        assert _flags.result_file(str(tmp_path / word)) == tmp_path / word
    for word in ("", "absent/new.txt", "file/new.txt"):
        with pytest.raises(argparse.ArgumentTypeError, match="a file that can be written"):
            _flags.result_file(str(tmp_path / word))
    assert _flags.output("-") == Path("-")
    assert _flags.picture_file(str(tmp_path / "a.png")) == tmp_path / "a.png"
    for word in ("a.word", "a", "absent/a.png"):
        with pytest.raises(argparse.ArgumentTypeError):
            _flags.picture_file(str(tmp_path / word))
    assert _flags.result_folder(str(tmp_path / "a/b")) == tmp_path / "a/b"
    assert _flags.python_file("a.py") == Path("a.py")
    with pytest.raises(argparse.ArgumentTypeError, match=r"a file of Python, such as my\.py"):
        _flags.python_file("a.txt")


# --- the program


def test_a_mistake_is_wrapped_on_a_terminal_and_one_line_in_a_pipe(monkeypatch):
    for is_terminal in (True, False):
        stream = io.StringIO()
        stream.isatty = lambda is_terminal=is_terminal: is_terminal
        monkeypatch.setattr(sys, "stderr", stream)
        _main._complain("word " * 30)
        assert (len(stream.getvalue().splitlines()) > 1) == is_terminal


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a\n  b"), "a b"),
        (ImportError("no pandas"), "no pandas"),
        (OSError("odd"), "odd"),
        (OSError(2, "No such file", "d.csv"), "d.csv: No such file"),
        (OSError(18, "Cross-device", "a", None, "b"), "b: Cross-device"),
        (OSError(2, "No such file"), "[Errno 2] No such file"),
        (TypeError("x"), "TypeError: x (--debug shows where)"),
        (ValueError("c" * 5000), "c" * 5000),
        (ValueError("c" * 6000), "c" * 2498 + "..." + "c" * 2498),
    ],
)
def test_what_went_wrong_is_one_line(error, line):
    assert _main._in_one_line(error) == line


def test_a_reader_that_has_seen_enough_is_no_mistake(monkeypatch, capsys):
    closed = []

    def stop(words):
        raise BrokenPipeError

    monkeypatch.setattr(_main, "_run", stop)
    monkeypatch.setattr(_main, "_discard_output", lambda: closed.append(1))
    assert cli.main(["curve"]) == 1
    assert closed == [1]
    assert capsys.readouterr().err == ""


def test_a_model_that_fails_to_interpolate_is_no_news_on_the_command_line(capsys):
    def run(args, data):
        warnings.warn("far off", InterpolationWarning, stacklevel=1)
        warnings.warn("look  here", UserWarning, stacklevel=1)
        return Answer("Done.", values={"n": 1})

    command = SimpleNamespace(run=run, WRITES=False)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        answer = _command.run(command, argparse.Namespace(data=None, seed=3))
    assert capsys.readouterr().err == "ddkd: warning: look here\n"
    assert answer.values["settings"]["seed"] == 3
    assert answer.values["n"] == 1
    assert "numpy" in answer.values


@pytest.mark.parametrize("writes", [True, False])
def test_an_interrupted_command_says_what_its_folder_holds(writes, tmp_path):
    def run(args, data):
        raise KeyboardInterrupt("So far.")

    args = argparse.Namespace(data=None, out=tmp_path, force=False)
    with pytest.raises(KeyboardInterrupt) as stop:
        _command.run(SimpleNamespace(run=run, WRITES=writes), args)
    kept = f" 0 finished tasks in {tmp_path / 'tasks'}: the same command goes on from there."
    assert str(stop.value) == "So far." + kept * writes


# --- the folder


@pytest.mark.parametrize(
    ("jobs", "repeats", "n_jobs"), [(3, 9, 3), (3, 2, 2), (-1, 99, 8), (1, 5, 1)]
)
def test_there_are_no_more_workers_than_tasks(jobs, repeats, n_jobs, monkeypatch, tmp_path):
    monkeypatch.setattr(_output.joblib, "cpu_count", lambda: 8)
    args = SimpleNamespace(jobs=jobs, force=False, out=tmp_path, seed=4, quiet=True)
    options = _output.sweep_options(args, repeats)
    assert (options["n_jobs"], options["repeats"], options["seed"]) == (n_jobs, repeats, 4)
    assert options["folder"] == tmp_path / "tasks"


def test_the_best_so_far_and_a_difference_within_a_repeat():
    columns = {
        "repeat": np.repeat([0, 1, 2], 3),
        "width": np.tile([5, 10, 20], 3),
        "error": np.array([0.3, 0.1, 0.5, 0.4, 0.3, 0.6, 0.5, 0.2, 0.9]),
    }
    result = SweepResult(columns)
    assert _output._best("error", "width", result) == "best 20.0 % (width 10)"
    gaps = np.array([0.2, 0.1, 0.3])
    expected = gaps.mean(), gaps.std(ddof=1) / np.sqrt(3)
    assert _output.difference(result, "error", "width", 5, 10) == pytest.approx(expected)


def test_a_folder_has_what_there_is_and_says_what_it_is(tmp_path):
    saved = []
    figure = SimpleNamespace(
        savefig=lambda path, **options: saved.append((path.name, options)) or path.touch(),
        set_layout_engine=lambda engine: saved.append(engine),
    )
    args = argparse.Namespace(out=tmp_path, force=False, argv=["phase"], seed=0)
    _output.publish(args, None, Answer("a", figure=figure, table=Table({"error": np.ones(2)})))
    assert saved == [("figure.png", {"dpi": 100}), None, ("figure.svg", {})]
    text = (tmp_path / "README.txt").read_text()
    assert "    python -m ddkd phase\n" in text
    assert "Columns of results.csv\n  error" in text
    assert "results.npz" not in text
    assert "The other .png" not in text
    (tmp_path / "blobs-width.png").touch()
    assert "  The other .png are pictures" in readme(args, tmp_path)

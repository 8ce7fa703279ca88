"""The folder of a run: one run at a time, nothing of anybody else's touched, results whole."""

import argparse
import json
import subprocess
import sys
import tracemalloc
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ddkd import cli
from ddkd.cli import _output
from ddkd.cli._answer import Answer
from ddkd.datasets import _files, load, read_file
from ddkd.sweeps import SweepResult, Table, _sweep

pytestmark = pytest.mark.usefixtures("unsaved_pictures")
CURVE = ["curve", "--repeats", "2", "--jobs", "1", "--max-width", "40", "--quiet"]
PHASE = ["phase", "--quiet"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    path = tmp_path_factory.mktemp("data") / "blobs.npz"
    np.savez(path, X=rng.normal(size=(200, 3)) + y[:, None], y=y)
    return str(path)


def curve(data, out, *more):
    return cli.main([*CURVE, "--data", data, "--out", str(out), *more])


def whole(out):
    """Whether the files of a folder are those of one finished run."""
    assert not list(out.glob(".*"))
    json.loads((out / "answer.json").read_text())
    assert len(SweepResult.load(out / "results.npz")) > 0


def test_no_folder_of_anybody_else_is_touched(data, tmp_path):
    mine = [tmp_path / name / "thesis.tex" for name in (".draft-mine", "tasks", ".ddkd", "x")]
    for path in mine:
        path.parent.mkdir()
        path.write_text("years of work")
    assert cli.main([*PHASE, "--out", str(tmp_path)]) == 0
    assert cli.main([*PHASE, "--out", str(tmp_path), "--force"]) == 0
    assert curve(data, tmp_path) == 1  # results of another command
    assert curve(data, tmp_path, "--force") == 0
    assert [path.read_text() for path in mine] == ["years of work"] * 4
    assert sorted(path.name for path in tmp_path.glob(".*")) == [".ddkd", ".draft-mine"]


def test_a_folder_in_the_place_of_a_result_is_named_and_no_work_is_lost(data, tmp_path, capsys):
    (tmp_path / "results.csv").mkdir()
    assert curve(data, tmp_path) == 1
    error = capsys.readouterr().err
    assert error == f"ddkd curve: error: {tmp_path / 'results.csv'}: Is a directory\n"
    (tmp_path / "results.csv").rmdir()
    assert curve(data, tmp_path) == 0
    assert capsys.readouterr().err.startswith("2 of 2 tasks taken")
    whole(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="a place where no folder can be made")
def test_a_folder_that_cannot_be_made_is_refused(data, capsys):
    assert curve(data, Path("/proc/absent")) == 1
    assert "cannot write /proc/absent" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["diagnose", "x:y", "--plot", "absent/why.png"], "a file that can be written"),
        (["diagnose", "x:y", "--plot", "folder"], "a file that can be written"),
        (["diagnose", "x:y", "--plot", "why.word"], "such as figure.png"),
        (["diagnose", "x:y", "--json", "folder"], "a file that can be written"),
        (["advise", "--save", "folder"], "a file that can be written"),
        (["curve", "--out", "file"], "a folder to write in"),
        (["phase", "--out", "file/below"], "a folder to write in"),
        (["theorems", "--plot", "file"], "a folder to write in"),
        (["theorems", "--plot", "file/below"], "a folder to write in"),
    ],
)
def test_other_places_are_tried_before_any_work(arguments, word, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert arguments[-2] in error
    assert word in error


def test_a_finished_run_answers_again_from_its_tasks(data, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert curve(data, Path()) == 0
    said, files = capsys.readouterr().out, {p.name: p.read_bytes() for p in tmp_path.glob("*.csv")}
    (tmp_path / "results.csv").unlink()
    assert curve(data, tmp_path) == 0
    again = capsys.readouterr()
    assert again.err.startswith("2 of 2 tasks taken from")
    assert again.out.splitlines()[:-1] == said.splitlines()[:-1]
    assert again.out.splitlines()[-1] == str(tmp_path / "figure.png")  # seen from anywhere
    assert files == {p.name: p.read_bytes() for p in tmp_path.glob("*.csv")}
    whole(tmp_path)


def test_results_of_another_run_are_kept_unless_forced(data, tmp_path, capsys):
    assert curve(data, tmp_path) == 0
    before = (tmp_path / "results.csv").read_bytes()
    assert curve(data, tmp_path, "--seed", "1", "--max-width", "41") == 1
    error = capsys.readouterr().err
    assert f"{tmp_path} holds the results of another run (other seed, max-width): --force" in error
    answer = tmp_path / "answer.json"
    for text in ("", "{", "[]", "3", answer.read_text()[:-20], '{"settings": 3}'):  # damaged
        answer.write_text(text)
        assert curve(data, tmp_path) == 1, text
        assert "holds the results of another run" in capsys.readouterr().err
    assert (tmp_path / "results.csv").read_bytes() == before
    assert curve(data, tmp_path, "--force") == 0
    whole(tmp_path)


def test_results_of_other_contents_of_a_file_are_kept(tmp_path, capsys):
    X, path = np.random.default_rng(0).normal(size=(60, 2)), tmp_path / "d.npz"
    for y in (X[:, 0] > 0, X[:, 1] > 0):
        np.savez(path, X=X, y=y)
        status = curve(str(path), tmp_path / "out")
    assert status == 1
    assert "another run (other contents of the data)" in capsys.readouterr().err


def test_results_of_a_run_that_has_finished_in_the_meantime_are_kept(tmp_path):
    """Two runs of different settings had begun in one folder."""
    first, second = (
        argparse.Namespace(out=tmp_path, force=False, seed=seed, argv=["phase"]) for seed in (0, 1)
    )
    answer = Answer("It peaks.", table=Table({"error": np.array([0.5])}))
    settings = _output.settings(first, None)
    _output.publish(first, None, replace(answer, values={"settings": settings}))
    with pytest.raises(ValueError, match=r"results of another run .other seed"):
        _output.publish(second, None, replace(answer, table=Table({"error": np.array([0.1])})))
    assert (tmp_path / "results.csv").read_text() == "error\n0.5\n"


def test_a_finished_run_may_save_a_model_after_all(tmp_path):
    args = argparse.Namespace(out=tmp_path, force=False, seed=0, argv=["advise"], save=None)
    settings = _output.settings(args, None)
    _output.publish(args, None, Answer("A student is best.", values={"settings": settings}))
    args.save = tmp_path / "model.joblib"
    _output.check_folder(args, None)
    args.seed = 1
    with pytest.raises(ValueError, match="other seed"):
        _output.check_folder(args, None)


def test_force_starts_an_interrupted_run_anew(data, tmp_path, capsys, monkeypatch):
    run_task, calls = _sweep.run_task, []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return run_task(*arguments)

    monkeypatch.setattr(_sweep, "run_task", interrupted)
    assert curve(data, tmp_path) == 130
    capsys.readouterr()
    assert curve(data, tmp_path, "--force") == 0
    assert "taken" not in capsys.readouterr().err
    assert len(calls) == 4
    whole(tmp_path)


def test_a_file_is_read_once_however_many_repeats(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    rows = [f"{x},{x > 0:d}" for x in rng.normal(size=90)]
    (tmp_path / "d.csv").write_text("\n".join(["x,label", *rows]))
    read, times = _files.read_cells, []

    def count(*arguments, **options):
        times.append(arguments)
        return read(*arguments, **options)

    monkeypatch.setattr(_files, "read_cells", count)
    assert curve(str(tmp_path / "d.csv"), tmp_path / "out", "--repeats", "3") == 0
    assert len(times) == 1


@pytest.mark.slow
def test_a_file_needs_little_more_memory_than_its_numbers(tmp_path):
    X = np.random.default_rng(0).normal(size=(20_000, 20))
    header = ",".join([*(f"x{j}" for j in range(20)), "label"])
    path = tmp_path / "d.csv"
    table = np.column_stack([X, X[:, 0] > 0])
    np.savetxt(path, table, "%.3f", ",", header=header, comments="")
    tracemalloc.start()
    try:
        load(read_file(path), rng=0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * X.nbytes


def test_a_warning_names_no_place_in_the_code(data, tmp_path, capsys, monkeypatch):
    run_task = _sweep.run_task

    def warning(*arguments):
        warnings.warn("odd \x1b[31m data", RuntimeWarning, stacklevel=1)
        return run_task(*arguments)

    monkeypatch.setattr(_sweep, "run_task", warning)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert curve(data, tmp_path) == 0
    assert capsys.readouterr().err.splitlines()[0] == r"ddkd: warning: odd \x1b[31m data"


@pytest.mark.slow
@pytest.mark.parametrize("command", [PHASE, CURVE, ["reproduce", "--quick", "--quiet"]])
def test_five_runs_in_one_folder(command, data, tmp_path):
    out = tmp_path / "out"
    more = [] if command is PHASE else ["--data", data, "--repeats", "2", "--jobs", "1"]
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "ddkd", *command, *more, "--out", str(out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(5)
    ]
    outputs = [run.communicate(timeout=300) for run in runs]
    for run, (_, errors) in zip(runs, outputs, strict=True):
        assert "Traceback" not in errors
        assert "Errno" not in errors
        assert run.returncode == 0
    assert cli.main([*command, *more, "--out", str(out)]) == 0  # the saved answer: all is whole
    assert not list(out.glob(".*"))

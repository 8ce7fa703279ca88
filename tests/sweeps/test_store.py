"""Tasks on disk: what is taken, what is computed again, and what is told."""

import contextlib
import functools
import json
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import ddkd
from ddkd.datasets import load
from ddkd.populations import GaussianPopulation
from ddkd.sweeps import SweepResult, _identity, sweep

# Not bound to the experiment that waits here: its identity would tell how many wait.
BOTH_HAVE_BEGUN = threading.Barrier(2)


def draw(rng):
    return rng.normal()


def noise(data, rng, width, log=None, special=0.0):
    if log is not None:
        with open(log, "a") as file:
            file.write(f"{width}\n")
    return [
        {"value": data + rng.normal(), "special": special, "name": "é,\n"} for _ in range(width)
    ]


def run(folder=None, experiment=noise, data=draw, **changes):
    arguments = {"grid": {"width": [1, 2]}, "repeats": 3, "seed": 7, "progress": False}
    return sweep(experiment, data, folder=folder, **(arguments | changes))


def taken(result):
    return result.provenance["tasks_taken"]


def csv_bytes(result, tmp_path):
    result.to_csv(tmp_path / "result.csv")
    return (tmp_path / "result.csv").read_bytes()


def tasks(folder):
    return sorted(folder.glob("sweep-*/point-*.json"))


@pytest.mark.parametrize("special", [0.1, float("nan"), float("-inf"), 5e-324])
def test_a_store_changes_no_bit(tmp_path, special, capsys):
    plain = csv_bytes(run(params={"special": special}), tmp_path)
    folder = tmp_path / "sweep"
    assert csv_bytes(run(folder, params={"special": special}), tmp_path) == plain
    assert len(tasks(folder)) == 6
    assert capsys.readouterr().err == ""
    again = run(folder, params={"special": special})
    assert csv_bytes(again, tmp_path) == plain
    assert taken(again) == 6
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"6 of 6 tasks taken from {folder}")
    assert line.endswith(")")


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.slow
def test_finished_tasks_are_not_computed_again(tmp_path, n_jobs):
    folder, log = tmp_path / "sweep", tmp_path / "log"
    params = {"log": str(log)}
    plain = csv_bytes(run(folder, params=params), tmp_path)
    for name in ("point-0-repeat-1", "point-1-repeat-0", "point-1-repeat-2"):
        next(folder.glob(f"*/{name}.json")).unlink()
    log.write_text("")
    result = run(folder, params=params, n_jobs=n_jobs)
    assert sorted(log.read_text().split()) == ["1", "2", "2"]
    assert csv_bytes(result, tmp_path) == plain


def test_more_repeats_take_those_that_are_there(tmp_path):
    run(tmp_path)
    more = run(tmp_path, repeats=5)
    assert taken(more) == 6
    np.testing.assert_array_equal(more["value"], run(repeats=5)["value"])


def test_tasks_survive_a_failure_later_on(tmp_path):
    def failing(data, rng, width):
        if width == 2:
            raise ZeroDivisionError
        return [{"value": 0.0}]

    with pytest.raises(ZeroDivisionError):
        run(tmp_path, failing, grid={"width": [1, 2]}, repeats=1)
    assert [path.name for path in tasks(tmp_path)] == ["point-0-repeat-0.json"]


def other(data, rng, width):
    return [{"value": 1.0}]


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 8},
        {"grid": {"width": [1, 3]}},
        {"params": {"special": 1}},
        {"experiment": other},
        {"data": partial(draw)},
        {"data": lambda rng: 0.0},
    ],
)
def test_nothing_is_taken_from_another_sweep(tmp_path, changes):
    first = run(tmp_path)
    second = run(tmp_path, **changes)
    assert taken(second) == 0
    # Both are kept side by side.
    assert taken(run(tmp_path)) == taken(run(tmp_path, **changes)) == 6
    assert csv_bytes(run(tmp_path), tmp_path) == csv_bytes(first, tmp_path)


def load_with(name, rng):
    return load(name, rng=rng)


def test_nothing_is_taken_from_other_data(tmp_path):
    def nothing(split, rng):
        return [{"value": 0}]

    def run_on(split):
        return taken(sweep(nothing, split, folder=tmp_path, repeats=2, progress=False))

    assert run_on(load("deformed-digits", rng=0)) == 0
    assert run_on(load("deformed-digits", rng=0)) == 2
    for another in (
        load("deformed-digits", rng=1),
        load("deformed-digits", rng=0, shear=0.1),
        load("deformed-digits", rng=0, flip_rate=0.1),
        partial(load_with, "digits"),
    ):
        assert run_on(another) == 0


def test_one_entry_of_a_long_array_makes_another_sweep(tmp_path):
    def nothing(data, rng, population):
        return [{"value": 0}]

    def run_on(entry):
        variances = np.linspace(1, 2, 5000)
        variances[2500] = entry
        params = {"population": GaussianPopulation(variances, np.ones(5000))}
        return taken(run(tmp_path, nothing, grid=None, params=params))

    assert [run_on(1.5), run_on(1.5), run_on(1.6)] == [0, 3, 0]


@pytest.mark.parametrize("name", ["ddkd", "numpy", "scipy", "scikit-learn"])
def test_another_version_computes_anew(tmp_path, monkeypatch, name):
    run(tmp_path)
    versions = _identity.versions()
    monkeypatch.setattr(_identity, "versions", lambda: versions | {name: "99.0"})
    assert taken(run(tmp_path)) == 0


SCRIPT = """
import sys
from mine import experiment
from ddkd.sweeps import sweep
result = sweep(experiment, float, folder=sys.argv[1], repeats=2, progress=False, {more})
print(result.provenance["tasks_taken"], result["x"][0])
"""
MINE = """
from helper import offset
FACTOR = {factor}
def scaled(value):
    return FACTOR * value
def experiment(data, rng, loss=None):
    return [{{"x": scaled(1.0)}}]
"""


def start(folder, script):
    """What a program prints that finds the module of its experiment in a folder."""
    environment = {"PYTHONPATH": f"{Path(ddkd.__file__).parents[1]}", "PATH": ""}
    path = folder / "script.py"
    path.write_text(script)
    command = [sys.executable, "-W", "error", str(path), str(folder / "tasks")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_a_changed_line_of_the_experiments_file_computes_anew(tmp_path):
    (tmp_path / "helper.py").write_text("offset = 0")
    script = (
        SCRIPT.format(more="")
        .replace("float,", "draw,")
        .replace("from mine import experiment", "from mine import experiment, draw")
    )
    source = MINE + "def draw(rng):\n    return None\n"
    for factor, said in ((1, "0 1.0"), (1, "2 1.0"), (2, "0 2.0"), (1, "2 1.0")):
        (tmp_path / "mine.py").write_text(source.format(factor=factor))
        assert start(tmp_path, script) == said


def test_code_that_is_in_no_file_is_not_kept(tmp_path):
    space = {}
    exec("def experiment(data, rng):\n    return [{'x': 1}]", space)
    with pytest.warns(RuntimeWarning, match=r"no task is kept in .*experiment is in no file"):
        result = run(tmp_path, space["experiment"], grid=None)
    assert len(result) == 3
    assert tasks(tmp_path) == []


def made(value):
    def experiment(data, rng):
        return [{"x": value}]

    return experiment


def with_default(value):
    return lambda data, rng, value=value: [{"x": value}]


def with_keyword_default(value):
    return lambda data, rng, *, value=value: [{"x": value}]


class Held:
    def __init__(self, value):
        self.value = value

    def experiment(self, data, rng):
        return [{"x": self.value}]

    def __call__(self, data, rng):
        return [{"x": self.value}]


@pytest.mark.parametrize(
    "make",
    [made, with_default, with_keyword_default, Held, lambda value: Held(value).experiment],
    ids=["closure", "default", "keyword", "object", "method"],
)
def test_what_is_bound_to_an_experiment_belongs_to_it(make, tmp_path):
    for value, n_taken in ((1, 0), (2, 0), (1, 3)):
        result = run(tmp_path, make(value), grid=None)
        assert taken(result) == n_taken
        assert result["x"].tolist() == [value] * 3


def test_two_functions_of_one_line_are_two(tmp_path):
    first, second = (lambda data, rng: [{"x": 1}]), (lambda data, rng: [{"x": 2}])
    run(tmp_path, first, grid=None)
    assert run(tmp_path, second, grid=None)["x"].tolist() == [2, 2, 2]


def result_of(data, rng, first, second):
    return [{"x": first(1) - second(1)}]


def test_functions_that_change_places_make_another_sweep(tmp_path):
    twice, thrice = (lambda x: 2 * x), (lambda x: 3 * x)
    for first, second, difference in ((twice, thrice, -1), (thrice, twice, 1)):
        params = {"first": first, "second": second}
        result = run(tmp_path, result_of, grid=None, params=params)
        assert result["x"].tolist() == [difference] * 3


@dataclass
class Metres:
    length: float


@dataclass
class Feet:
    length: float


def test_classes_that_change_places_make_another_sweep(tmp_path):
    def is_metric(data, rng, first, second):
        return [{"x": isinstance(first, Metres)}]

    for first, second in ((Metres, Feet), (Feet, Metres)):
        params = {"first": first(1.0), "second": second(1.0)}
        result = run(tmp_path, is_metric, grid=None, params=params)
        assert result["x"].tolist() == [first is Metres] * 3


def test_a_cached_function_is_known_by_the_code_that_it_caches(tmp_path):
    for function in ((lambda x: x), (lambda x: x + 1)):
        params = {"first": functools.cache(function), "second": float}
        result = run(tmp_path, result_of, grid=None, params=params)
        assert result["x"].tolist() == [function(1) - 1] * 3


class Unpicklable:
    """Without a word about its value when it is printed."""

    def __init__(self, value):
        self.value, self.lock = value, threading.Lock()

    def __repr__(self):
        return "Unpicklable()"


def test_nothing_is_kept_where_a_parameters_content_cannot_be_told(tmp_path):
    def value_of(data, rng, what):
        return [{"x": what.value}]

    for value in (1, 2):
        with pytest.warns(RuntimeWarning, match=r"no task is kept .* of a .*Unpicklable cannot"):
            result = run(tmp_path, value_of, grid=None, params={"what": Unpicklable(value)})
        assert result["x"].tolist() == [value] * 3
    assert tasks(tmp_path) == []
    assert result.parameters["params"] == {"what": f"{__name__}.Unpicklable"}


def class_of(value):
    class Local:
        def __new__(cls):
            return value

    return Local


def test_nothing_is_kept_of_a_class_that_a_function_makes(tmp_path):
    def value_of(data, rng, made):
        return [{"x": made()}]

    for value in (1, 2):
        with pytest.warns(RuntimeWarning, match="no task is kept .* from the function that makes"):
            result = run(tmp_path, value_of, grid=None, params={"made": class_of(value)})
        assert result["x"].tolist() == [value] * 3


def truncate(content):
    return content[: len(content) // 2]


def wrong_kind(content):
    return b'{"records": [3], "seconds": 1.0}'


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        lambda c: b"",
        lambda c: b"\xff\n{}",
        lambda c: b"[]",
        lambda c: b'{"records": 3}',
        wrong_kind,
    ],
)
def test_a_damaged_task_is_reported_and_computed_again(tmp_path, damage):
    folder = tmp_path / "sweep"
    plain = csv_bytes(run(folder), tmp_path)
    path = next(folder.glob("*/point-1-repeat-1.json"))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.warns(RuntimeWarning, match=r"point-1-repeat-1\.json is damaged .* computed again"):
        result = run(folder)
    assert csv_bytes(result, tmp_path) == plain
    assert csv_bytes(run(folder), tmp_path) == plain


def test_a_folder_in_a_tasks_place_is_named(tmp_path):
    run(tmp_path)
    path = tasks(tmp_path)[0]
    path.unlink()
    path.mkdir()
    with (
        pytest.warns(RuntimeWarning, match="is damaged"),
        pytest.raises(OSError, match=rf"cannot write {path}"),
    ):
        run(tmp_path)


def corrupt(content, rng):
    """A file with some bytes changed, dropped, doubled or added."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        start = int(rng.integers(len(content) + 1))
        piece = bytes(content[start : start + int(rng.integers(1, 40))])
        new = [b"", piece * 2, rng.bytes(len(piece) + 1), piece[::-1], b"0"][rng.integers(5)]
        content[start : start + len(piece)] = new
    return bytes(content)


@pytest.mark.parametrize("n_times", [20, pytest.param(300, marks=pytest.mark.slow)])
def test_no_corruption_of_a_result_gives_a_wrong_number(tmp_path, n_times):
    rng = np.random.default_rng(1)
    expected, path = run(), tmp_path / "result.npz"
    expected.save(path)
    whole = path.read_bytes()
    for _ in range(n_times):
        path.write_bytes(corrupt(whole, rng))
        message = ""
        try:
            result = SweepResult.load(path)
        except ValueError as error:
            message = str(error)
        assert "pickle" not in message
        assert len(message) < 300
        if message:
            continue
        assert list(result.columns) == list(expected.columns)
        for column, values in expected.columns.items():
            np.testing.assert_array_equal(result[column], values)


def test_other_files_are_no_obstacle_and_stay(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    run(tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    with pytest.raises(ValueError, match=r"a folder is needed, and .*thesis\.tex is a file"):
        run(tmp_path / "thesis.tex")


def test_two_sweeps_at_once_on_a_folder_end_alike(tmp_path):
    def meeting(data, rng):
        with contextlib.suppress(threading.BrokenBarrierError):
            BOTH_HAVE_BEGUN.wait(10)
        return [{"value": data + rng.normal()}]

    results = []
    arguments = {"experiment": meeting, "grid": None, "repeats": 4}
    threads = [
        threading.Thread(target=lambda: results.append(run(tmp_path, **arguments)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(results[0]["value"], results[1]["value"])
    assert len(tasks(tmp_path)) == 4


def test_a_folder_removed_during_the_sweep_is_made_again(tmp_path):
    """As another run does that has finished."""

    def vandal(data, rng):
        shutil.rmtree(tmp_path / "sweep", ignore_errors=True)
        return [{"value": 1}]

    run(tmp_path / "sweep", vandal, grid=None, repeats=3)
    assert len(tasks(tmp_path / "sweep")) == 1


def test_there_is_no_pickle(tmp_path):
    run(tmp_path, params={"special": np.float64(0.5)})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json"}
    assert json.loads(files[0].read_text()).keys() == {"records", "seconds"}

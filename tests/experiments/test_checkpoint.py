import contextlib
import json
import os
import shutil
import threading
import warnings
from functools import partial

import numpy as np
import pytest

from ddkd.datasets import load
from ddkd.experiments import SweepResult, sweep
from ddkd.populations import GaussianPopulation


def draw(rng):
    return rng.normal()


def noise(data, rng, width, log=None, special=0.0):
    if log is not None:
        with open(log, "a") as file:
            file.write(f"{width}\n")
    return [
        {"value": data + rng.normal(), "special": special, "name": "é,\n"} for _ in range(width)
    ]


def run(folder=None, experiment=noise, **changes):
    arguments = {"grid": {"width": [1, 2]}, "repeats": 3, "seed": 7, "progress": False}
    return sweep(experiment, draw, checkpoint=folder, **(arguments | changes))


def csv_bytes(result, tmp_path):
    result.to_csv(tmp_path / "result.csv")
    return (tmp_path / "result.csv").read_bytes()


def tasks(folder):
    return sorted(path.name for path in folder.glob("task-*.json"))


@pytest.mark.parametrize("special", [0.1, float("nan"), float("-inf"), 5e-324])
def test_a_checkpoint_changes_no_bit(tmp_path, special):
    plain = csv_bytes(run(params={"special": special}), tmp_path)
    folder = tmp_path / "sweep"
    assert csv_bytes(run(folder, params={"special": special}), tmp_path) == plain
    assert len(tasks(folder)) == 6
    again = run(folder, params={"special": special}, resume=True)
    assert csv_bytes(again, tmp_path) == plain
    assert again.provenance["tasks_resumed"] == 6


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.slow
def test_finished_tasks_are_not_computed_again(tmp_path, n_jobs):
    folder, log = tmp_path / "sweep", tmp_path / "log"
    params = {"log": str(log)}
    plain = csv_bytes(run(folder, params=params), tmp_path)
    for name in ("task-000001.json", "task-000003.json", "task-000005.json"):
        (folder / name).unlink()
    log.write_text("")
    result = run(folder, params=params, resume=True, n_jobs=n_jobs)
    assert sorted(log.read_text().split()) == ["1", "2", "2"]
    assert csv_bytes(result, tmp_path) == plain


def test_tasks_survive_a_failure_later_on(tmp_path):
    def failing(data, rng, width):
        if width == 2:
            raise ZeroDivisionError
        return [{"value": 0.0}]

    with pytest.raises(ZeroDivisionError):
        run(tmp_path, experiment=failing)
    assert tasks(tmp_path) == [f"task-{i:06d}.json" for i in range(3)]


def test_resume_starts_where_there_is_nothing(tmp_path):
    run(tmp_path / "new" / "deep", resume=True)
    assert len(tasks(tmp_path / "new" / "deep")) == 6


def test_a_sweep_is_not_overwritten_unasked(tmp_path):
    run(tmp_path)
    with pytest.raises(ValueError, match="already holds a sweep; pass resume=True"):
        run(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 8}, "seed: 7 there, 8 here$"),
        ({"repeats": 4}, "repeats: 3 there, 4 here$"),
        ({"grid": {"width": [1, 3]}}, r"grid.width: \[1, 2\] there, \[1, 3\] here$"),
        ({"params": {"special": 1}}, "params.special: absent there, 1 here"),
        ({"experiment": lambda *a, **k: []}, "experiment: .*noise.* there, .*lambda.* here$"),
    ],
)
def test_another_sweep_is_refused_with_the_difference(tmp_path, changes, message):
    run(tmp_path)
    with pytest.raises(ValueError, match="belongs to another sweep: .*" + message):
        run(tmp_path, resume=True, **changes)
    assert len(tasks(tmp_path)) == 6


def test_other_data_are_refused(tmp_path):
    def nothing(split, rng):
        return [{"value": 0}]

    def run_on(split):
        return sweep(nothing, split, checkpoint=tmp_path, resume=True, repeats=2, progress=False)

    run_on(load("deformed-digits", rng=0))
    assert run_on(load("deformed-digits", rng=0)).provenance["tasks_resumed"] == 2
    for other in (
        load("deformed-digits", rng=1),
        load("deformed-digits", rng=0, shear=0.1),
        load("deformed-digits", rng=0, flip_rate=0.1),
        partial(load, "digits"),
    ):
        with pytest.raises(ValueError, match="belongs to another sweep: data: "):
            run_on(other)


def test_parameters_that_differ_in_one_entry_of_a_long_array_are_refused(tmp_path):
    def nothing(data, rng, population):
        return [{"value": 0}]

    def run_on(entry):
        variances = np.linspace(1, 2, 5000)
        variances[2500] = entry
        params = {"population": GaussianPopulation(variances, np.ones(5000))}
        run(tmp_path, nothing, grid=None, params=params, resume=True)

    run_on(1.5)
    run_on(1.5)
    with pytest.raises(ValueError, match=r"another sweep: params\.population: "):
        run_on(1.6)


def test_another_version_is_refused(tmp_path, monkeypatch):
    run(tmp_path)
    monkeypatch.setattr("ddkd.experiments._provenance.__version__", "99.0")
    with pytest.raises(ValueError, match=r'versions\.ddkd: ".*" there, "99.0" here$'):
        run(tmp_path, resume=True)


def truncate(content):
    return content[: len(content) // 2]


def change_a_digit(content):
    place = content.index(b'"value": ') + 12
    digit = b"1" if content[place : place + 1] != b"1" else b"2"
    return content[:place] + digit + content[place + 1 :]


@pytest.mark.parametrize("damage", [truncate, change_a_digit, lambda c: b"", lambda c: b"\xff\n{}"])
def test_a_damaged_task_is_reported_and_computed_again(tmp_path, damage):
    folder = tmp_path / "sweep"
    plain = csv_bytes(run(folder), tmp_path)
    path = folder / "task-000004.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.warns(RuntimeWarning, match=r"task-000004\.json is damaged"):
        result = run(folder, resume=True)
    assert csv_bytes(result, tmp_path) == plain
    assert csv_bytes(run(folder, resume=True), tmp_path) == plain


def test_a_task_in_another_tasks_place_is_noticed(tmp_path):
    folder = tmp_path / "sweep"
    plain = csv_bytes(run(folder), tmp_path)
    shutil.copy(folder / "task-000001.json", folder / "task-000002.json")
    with pytest.warns(RuntimeWarning, match="damaged or of another sweep"):
        assert csv_bytes(run(folder, resume=True), tmp_path) == plain


def test_a_task_of_another_sweep_is_noticed(tmp_path):
    plain = csv_bytes(run(tmp_path / "one"), tmp_path)
    run(tmp_path / "two", seed=8)
    shutil.copy(tmp_path / "two" / "task-000002.json", tmp_path / "one")
    with pytest.warns(RuntimeWarning, match="damaged or of another sweep"):
        assert csv_bytes(run(tmp_path / "one", resume=True), tmp_path) == plain


def corrupt(content, rng):
    """A file with some bytes changed, dropped, doubled or added."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        start = int(rng.integers(len(content) + 1))
        piece = bytes(content[start : start + int(rng.integers(1, 40))])
        new = [b"", piece * 2, rng.bytes(len(piece) + 1), piece[::-1], b"0"][rng.integers(5)]
        content[start : start + len(piece)] = new
    return bytes(content)


TIMES = pytest.mark.parametrize("n_times", [20, pytest.param(300, marks=pytest.mark.slow)])


@TIMES
def test_no_corruption_of_a_checkpoint_gives_a_wrong_number(tmp_path, n_times):
    rng = np.random.default_rng(0)
    folder = tmp_path / "sweep"
    expected = run(folder)
    names = [*tasks(folder), "manifest.json"]
    whole = {name: (folder / name).read_bytes() for name in names}
    for _ in range(n_times):
        name = names[rng.integers(len(names))]
        (folder / name).write_bytes(corrupt(whole[name], rng))
        with warnings.catch_warnings(), contextlib.suppress(ValueError):
            warnings.simplefilter("ignore", RuntimeWarning)
            result = run(folder, resume=True)
            for column, values in expected.columns.items():
                np.testing.assert_array_equal(result[column], values)
        (folder / name).write_bytes(whole[name])


@TIMES
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


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_damaged_manifest_is_refused(tmp_path, content):
    run(tmp_path)
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"manifest .* is damaged"):
        run(tmp_path, resume=True)


def test_folders_of_other_things_are_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ValueError, match=r"holds other files \(thesis\.tex\)"):
        run(tmp_path)
    with pytest.raises(ValueError, match=r"a folder is needed, and .*thesis\.tex is a file"):
        run(tmp_path / "thesis.tex")


def test_leftovers_of_a_killed_start_are_no_obstacle(tmp_path):
    (tmp_path / ".manifest.json.abc.tmp").write_bytes(b'{"for')
    (tmp_path / ".lock").write_bytes(b"")
    assert len(run(tmp_path)) == 9


def test_a_second_sweep_on_the_folder_is_refused(tmp_path):
    inside, go_on = threading.Event(), threading.Event()

    def waiting(data, rng):
        inside.set()
        assert go_on.wait(60)
        return [{"value": 1}]

    arguments = {"experiment": waiting, "grid": None, "repeats": 1}
    first = threading.Thread(target=run, args=(tmp_path,), kwargs=arguments)
    first.start()
    try:
        assert inside.wait(60)
        process = rf"is running since \d\d:\d\d \(process {os.getpid()}\)"
        with pytest.raises(ValueError, match=process):
            run(tmp_path, resume=True, **arguments)
    finally:
        go_on.set()
        first.join()
    assert run(tmp_path, resume=True, **arguments).provenance["tasks_resumed"] == 1


def test_a_folder_removed_during_the_sweep_is_not_called_intact(tmp_path):
    def vandal(data, rng):
        shutil.rmtree(tmp_path / "sweep")
        return [{"value": 1}]

    with pytest.raises(OSError, match=r"cannot write task-000000\.json .*No such file") as no:
        run(tmp_path / "sweep", vandal, grid=None)
    assert "intact" not in str(no.value)
    assert str(no.value).count(str(tmp_path)) == 1


def test_there_is_no_pickle_and_the_manifest_is_readable(tmp_path):
    run(tmp_path, params={"special": np.float64(0.5)})
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["seed"] == 7
    assert manifest["params"] == {"special": 0.5}
    assert {path.suffix for path in tmp_path.iterdir()} == {".json"}

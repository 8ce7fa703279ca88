import json
import shutil
import threading
from functools import partial

import numpy as np
import pytest

from ddkd.datasets import load
from ddkd.experiments import sweep


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


def cells(folder):
    return sorted(path.name for path in folder.glob("cell-*.json"))


@pytest.mark.parametrize("special", [0.1, float("nan"), float("-inf"), 5e-324])
def test_a_checkpoint_changes_no_bit(tmp_path, special):
    plain = csv_bytes(run(params={"special": special}), tmp_path)
    folder = tmp_path / "sweep"
    assert csv_bytes(run(folder, params={"special": special}), tmp_path) == plain
    assert len(cells(folder)) == 6
    again = run(folder, params={"special": special}, resume=True)
    assert csv_bytes(again, tmp_path) == plain
    assert again.provenance["cells_resumed"] == 6


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_finished_cells_are_not_computed_again(tmp_path, n_jobs):
    folder, log = tmp_path / "sweep", tmp_path / "log"
    params = {"log": str(log)}
    plain = csv_bytes(run(folder, params=params), tmp_path)
    for name in ("cell-000001.json", "cell-000003.json", "cell-000005.json"):
        (folder / name).unlink()
    log.write_text("")
    result = run(folder, params=params, resume=True, n_jobs=n_jobs)
    assert sorted(log.read_text().split()) == ["1", "2", "2"]
    assert csv_bytes(result, tmp_path) == plain


def test_cells_survive_a_failure_later_on(tmp_path):
    def failing(data, rng, width):
        if width == 2:
            raise ZeroDivisionError
        return [{"value": 0.0}]

    with pytest.raises(ZeroDivisionError):
        run(tmp_path, experiment=failing)
    assert cells(tmp_path) == [f"cell-{i:06d}.json" for i in range(3)]


def test_resume_starts_where_there_is_nothing(tmp_path):
    run(tmp_path / "new" / "deep", resume=True)
    assert len(cells(tmp_path / "new" / "deep")) == 6


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
    assert len(cells(tmp_path)) == 6


def test_other_data_are_refused(tmp_path):
    def nothing(split, rng):
        return [{"value": 0}]

    def run_on(split):
        return sweep(nothing, split, checkpoint=tmp_path, resume=True, repeats=2, progress=False)

    run_on(load("deformed-digits", rng=0))
    assert run_on(load("deformed-digits", rng=0)).provenance["cells_resumed"] == 2
    for other in (
        load("deformed-digits", rng=1),
        load("deformed-digits", rng=0, shear=0.1),
        load("deformed-digits", rng=0, flip_rate=0.1),
        partial(load, "digits"),
    ):
        with pytest.raises(ValueError, match="belongs to another sweep: data: "):
            run_on(other)


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
def test_a_damaged_cell_is_reported_and_computed_again(tmp_path, damage):
    folder = tmp_path / "sweep"
    plain = csv_bytes(run(folder), tmp_path)
    path = folder / "cell-000004.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.warns(RuntimeWarning, match=r"cell-000004\.json is damaged"):
        result = run(folder, resume=True)
    assert csv_bytes(result, tmp_path) == plain
    assert csv_bytes(run(folder, resume=True), tmp_path) == plain


def test_a_cell_in_another_cells_place_is_noticed(tmp_path):
    folder = tmp_path / "sweep"
    plain = csv_bytes(run(folder), tmp_path)
    shutil.copy(folder / "cell-000001.json", folder / "cell-000002.json")
    with pytest.warns(RuntimeWarning, match="it holds cell 1"):
        assert csv_bytes(run(folder, resume=True), tmp_path) == plain


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
    with pytest.raises(ValueError, match=r"checkpoint must be a folder; .*thesis\.tex is a file"):
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
        with pytest.raises(ValueError, match="is in use by another sweep"):
            run(tmp_path, resume=True, **arguments)
    finally:
        go_on.set()
        first.join()
    assert run(tmp_path, resume=True, **arguments).provenance["cells_resumed"] == 1


def test_there_is_no_pickle_and_the_manifest_is_readable(tmp_path):
    run(tmp_path, params={"special": np.float64(0.5)})
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["seed"] == 7
    assert manifest["params"] == {"special": 0.5}
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ""}

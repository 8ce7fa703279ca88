import csv
import os
import threading

import joblib
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from ddkd.datasets import load
from ddkd.sweeps import SweepResult, sweep


def draw(rng):
    return rng.normal()


def noise(data, rng, width, offset=0.0):
    return [
        {"method": "a", "data": data, "noise": rng.normal() + offset},
        {"method": "b", "data": data, "noise": rng.normal() + offset, "extra": width},
    ]


def least_squares(split, rng, width):
    W = rng.standard_normal((split.X_train.shape[1], width))
    targets = (split.y_train[:, None] == split.classes) * 1.0
    coef = np.linalg.lstsq(np.cos(split.X_train @ W), targets, rcond=None)[0]
    score = np.cos(split.X_test @ W) @ coef
    return [{"error": np.mean(split.classes[score.argmax(axis=1)] != split.y_test)}]


def run(**changes):
    arguments = {"grid": {"width": [1, 2, 3]}, "repeats": 4, "seed": 7, "progress": False}
    return sweep(noise, draw, **(arguments | changes))


def assert_same(one, other):
    assert list(one.columns) == list(other.columns)
    for name, column in one.columns.items():
        assert column.dtype == other[name].dtype
        np.testing.assert_array_equal(column, other[name])


def test_rows_are_ordered_by_point_repeat_and_record():
    result = run()
    assert list(result.columns) == ["width", "repeat", "method", "data", "noise", "extra"]
    assert result["width"].tolist() == [w for w in (1, 2, 3) for _ in range(8)]
    assert result["repeat"].tolist() == [r for _ in range(3) for r in range(4) for _ in "ab"]
    assert result["method"].tolist() == ["a", "b"] * 12
    np.testing.assert_array_equal(result["extra"][1::2], result["width"][1::2])
    assert np.isnan(result["extra"][::2]).all()


def test_generators_are_the_spawned_children_of_the_seed():
    result = run(repeats=3)
    repeats = np.random.SeedSequence(7).spawn(3)
    for r, child in enumerate(repeats):
        data, *children = map(np.random.default_rng, child.spawn(4))
        shared = data.normal()
        for width, rng in zip((1, 2, 3), children, strict=True):
            rows = result.where(width=width, repeat=r)
            np.testing.assert_array_equal(rows["data"], shared)
            np.testing.assert_array_equal(rows["noise"], [rng.normal(), rng.normal()])


def test_more_repeats_or_points_leave_the_others_as_they_were():
    few, many = run(repeats=2), run(repeats=5, grid={"width": [1, 2, 3, 4]})
    for r in range(2):
        for w in (1, 2, 3):
            assert_same(few.where(width=w, repeat=r), many.where(width=w, repeat=r))


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
@pytest.mark.parametrize("data", ["split", "callable"])
def test_the_same_bits_for_any_number_of_jobs(tmp_path, data, backend):
    source = load("digits", rng=0) if data == "split" else lambda rng: load("digits", rng=rng)
    results = []
    for n_jobs in (1, 2):
        with joblib.parallel_config(backend=backend):
            result = sweep(
                least_squares,
                source,
                grid={"width": [20, 150, 400]},
                repeats=3,
                n_jobs=n_jobs,
                progress=False,
            )
        result.to_csv(tmp_path / f"{n_jobs}.csv")
        results.append(result)
    assert_same(results[0], results[1])
    assert len({(tmp_path / f"{n}.csv").read_bytes() for n in (1, 2)}) == 1


def blas_threads(data, rng):
    return [{"threads": max(lib["num_threads"] for lib in threadpool_info())}]


def test_one_thread_in_every_task():
    """Of workers tests/sweeps/test_workers.py says the same."""
    result = sweep(blas_threads, draw, repeats=2, progress=False)
    np.testing.assert_array_equal(result["threads"], 1)


def test_two_sweeps_at_once_in_threads():
    alone, together = run(), {}
    before = [lib["num_threads"] for lib in threadpool_info()]

    def work(key):
        together[key] = run()

    threads = [threading.Thread(target=work, args=(key,)) for key in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in together.values():
        assert_same(result, alone)
    assert [lib["num_threads"] for lib in threadpool_info()] == before


def test_a_split_cannot_be_changed_by_an_experiment():
    def vandal(split, rng):
        split.X_train[:] = 0
        return []

    with pytest.raises(ValueError, match="read-only"):
        sweep(vandal, load("digits", rng=0), progress=False)


def failing(data, rng, width):
    if width == 2:
        raise ZeroDivisionError("no width of two")
    return [{"error": 0.0}]


def test_a_failing_task_is_named():
    """Of workers tests/sweeps/test_workers.py says the same."""
    with pytest.raises(ZeroDivisionError, match="no width of two") as caught:
        sweep(failing, draw, grid={"width": [1, 2]}, progress=False)
    assert caught.value.__notes__ == ["in repeat 0 of the sweep at {'width': 2}"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"experiment": 3}, "experiment must be callable"),
        ({"data": np.zeros(3)}, "data must be a Split or a callable"),
        ({"grid": [1, 2]}, "grid must map names to sequences"),
        ({"grid": {"width": []}}, r"grid\['width'\] is empty"),
        ({"grid": {"width": 3}}, r"grid\['width'\] must be a sequence"),
        ({"grid": {"width": "abc"}}, r"grid\['width'\] must be a sequence"),
        ({"grid": {"repeat": [1]}}, "other than 'repeat'"),
        ({"grid": {"a b": [1]}}, "names that can be arguments"),
        ({"grid": {"width": [[1]]}}, r"grid\['width'\] must be a scalar"),
        ({"params": {"width": 1}}, "params has 'width', which is in the grid too"),
        ({"params": [1]}, "params must map names to values"),
        ({"repeats": 0}, "repeats must be between 1 and 1000000"),
        ({"repeats": 1.5}, "repeats must be an integer"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"seed": None}, "seed must be an integer"),
        ({"n_jobs": 0}, "n_jobs must not be 0"),
        ({"n_jobs": "two"}, "n_jobs must be an integer"),
        ({"experiment": lambda *a, **k: {"error": 1}}, "must return a list of dictionaries"),
        ({"experiment": lambda *a, **k: [{1: 1}]}, "a record with the name 1"),
        ({"experiment": lambda *a, **k: [{"repeat": 1}]}, "'repeat', which the sweep adds"),
        ({"experiment": lambda *a, **k: [{"width": 1}]}, "'width', which the sweep adds"),
        (
            {"experiment": lambda *a, **k: [{"e": [1]}]},
            r"record\['e'\] must be a scalar .*got list",
        ),
    ],
)
def test_bad_arguments(changes, message):
    arguments = {"experiment": noise, "data": draw, "grid": {"width": [1]}, "progress": False}
    with pytest.raises(ValueError, match=message):
        sweep(**(arguments | changes))


def test_progress_goes_to_the_terminal_only_on_request(capsys):
    run()
    assert capsys.readouterr() == ("", "")
    run(progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.index("? left: 0 of 12 tasks") < err.index("left: 1 of 12 tasks")


class TestResult:
    """Columns, summaries and files."""

    result = run(params={"offset": 10.0})

    def test_summary_averages_within_a_repeat_first(self):
        table = self.result.summary(by="width", values="noise")
        assert list(table.columns) == ["width", "value", "n", "mean", "se"]
        for row in table.rows():
            rows = self.result.where(width=row["width"])
            means = rows["noise"].reshape(4, 2).mean(axis=1)
            assert row["n"] == 4
            assert row["mean"] == pytest.approx(means.mean(), rel=1e-15)
            assert row["se"] == pytest.approx(np.sqrt(means.var(ddof=1) / 4), rel=1e-14)

    def test_summary_of_every_float_and_of_a_single_repeat(self):
        table = self.result.where(repeat=0).summary(by=["method"])
        assert sorted(set(table["value"])) == ["data", "extra", "noise"]
        assert np.isnan(table["se"]).all()

    def test_paired_differences(self):
        table = self.result.paired("noise", between="method", a="a", b="b", by=["width"])
        for row in table.rows():
            noise = self.result.where(width=row["width"])["noise"].reshape(4, 2)
            difference = noise[:, 0] - noise[:, 1]
            assert row["mean"] == pytest.approx(difference.mean(), rel=1e-12)
            assert row["se"] == pytest.approx(difference.std(ddof=1) / 2, rel=1e-12)
        exact = self.result.paired("data", between="method", a="a", b="b")
        assert (exact["n"][0], exact["mean"][0], exact["se"][0]) == (4, 0.0, 0.0)

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda r: r["none"], "there is no column 'none'; there are width, repeat, method"),
            (lambda r: r.summary(values="method"), "column 'method' must hold numbers"),
            (lambda r: r.paired("noise", between="method", a="a", b="z"), "'z' in 0"),
            (lambda r: r.where(none=1), "there is no column"),
        ],
    )
    def test_bad_columns(self, call, message):
        with pytest.raises(ValueError, match=message):
            call(self.result)

    def test_infinite_errors_have_an_infinite_mean(self):
        def infinite(data, rng):
            return [{"error": np.inf}]

        table = sweep(infinite, draw, repeats=3, progress=False).summary()
        assert table["mean"][0] == np.inf
        assert np.isnan(table["se"][0])

    def test_csv_reads_back_exactly(self, tmp_path):
        self.result.to_csv(tmp_path / "r.csv")
        with open(tmp_path / "r.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [float(row["noise"]) for row in rows] == self.result["noise"].tolist()
        assert [row["method"] for row in rows] == self.result["method"].tolist()
        assert os.listdir(tmp_path) == ["r.csv"]

    def test_save_and_load(self, tmp_path):
        self.result.save(tmp_path / "r.npz")
        loaded = SweepResult.load(tmp_path / "r.npz")
        assert_same(loaded, self.result)
        assert loaded.parameters == self.result.parameters
        assert loaded.provenance == self.result.provenance
        whole = (tmp_path / "r.npz").read_bytes()
        for content in (b"", whole[:100], whole[:-30], b"nonsense"):
            (tmp_path / "r.npz").write_bytes(content)
            with pytest.raises(ValueError, match=r"r\.npz is not a readable sweep result"):
                SweepResult.load(tmp_path / "r.npz")

    def test_parameters_and_provenance(self):
        assert self.result.parameters["grid"] == {"width": [1, 2, 3]}
        assert self.result.parameters["params"] == {"offset": 10.0}
        assert self.result.parameters["seed"] == 7
        provenance = self.result.provenance
        versions = {"version", "numpy", "scipy", "scikit-learn", "joblib"}
        assert set(provenance["versions"]) - {"commit"} == versions  # a clone has one
        assert len(provenance["task_seconds"]) == 12
        assert provenance["blas"]

    def test_frame(self):
        pandas = pytest.importorskip("pandas")
        frame = self.result.to_frame()
        assert isinstance(frame, pandas.DataFrame)
        assert list(frame.columns) == list(self.result.columns)

    def test_mixed_columns(self):
        def mixed(data, rng):
            return [{"a": 1, "b": "x", "c": True}, {"a": 0.5, "b": 2, "c": None}, {"d": 2**70}]

        result = sweep(mixed, draw, repeats=1, progress=False)
        np.testing.assert_array_equal(result["a"], [1.0, 0.5, np.nan])
        assert result["b"].tolist() == ["x", "2", ""]
        np.testing.assert_array_equal(result["c"], [1.0, np.nan, np.nan])
        np.testing.assert_array_equal(result["d"], [np.nan, np.nan, 2.0**70])


def counts(result):
    """What is there of each width."""
    return ", ".join(f"{np.sum(result['width'] == w)} of {w}" for w in (1, 2))


def test_every_point_has_its_first_repeat_first_and_an_interrupted_sweep_says_what_it_has():
    order = []

    def stops(data, rng, width, repeat):
        order.append((repeat, width))
        if len(order) == 4:
            raise KeyboardInterrupt
        return [{"value": 1.0}]

    with pytest.raises(KeyboardInterrupt) as caught:
        sweep(stops, draw, grid={"width": [1, 2]}, repeats=3, progress=False, answer=counts)
    assert order == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert str(caught.value) == "So far: 2 of 1, 1 of 2, 2 of 3 repeats."
    order.clear()

    def stops_at_once(data, rng):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        sweep(stops_at_once, draw, progress=False, answer=counts)
    assert str(caught.value) == "So far: 0 of 10 tasks."


def test_the_progress_line_shows_the_answer_so_far(capsys):
    sweep(noise, draw, grid={"width": [1, 2]}, repeats=2, answer=counts)
    line = capsys.readouterr().err
    assert "1 of 1, 0 of 2, 1 of 2 repeats" in line.replace("2 of 1", "1 of 1")
    assert "4 of 1, 4 of 2, 2 of 2 repeats" in line

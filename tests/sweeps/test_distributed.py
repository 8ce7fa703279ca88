"""Sweeps and student fits on a dask cluster of two worker processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import pytest

import ddkd
from ddkd.datasets import ClusterMixture
from ddkd.features import RandomFourierFeatures
from ddkd.solvers import StreamingLeastSquares
from ddkd.sweeps import sweep

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def client(request):
    """Two worker processes, of one thread each unless a test asks for two."""
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=getattr(request, "param", 1),
            processes=True,
            dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def draw(rng):
    return rng.normal(size=50)


def regress(data, rng, width, marker=None):
    if marker is not None and width == 3 and not os.path.exists(marker):
        with open(marker, "w") as file:
            file.write(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    Z = rng.standard_normal((50, width))
    return [{"norm": np.linalg.norm(np.linalg.lstsq(Z, data, rcond=None)[0])}]


def run(**changes):
    arguments = {"grid": {"width": [2, 3, 40, 80]}, "repeats": 4, "progress": False}
    return sweep(regress, draw, **(arguments | changes))


@pytest.mark.parametrize("client", [1, pytest.param(2, marks=pytest.mark.slow)], indirect=True)
def test_a_sweep_on_the_cluster_has_the_same_bits(client, tmp_path):
    with joblib.parallel_config(backend="dask"):
        result = run(folder=tmp_path / "sweep")
    np.testing.assert_array_equal(result["norm"], run()["norm"])
    assert len(list((tmp_path / "sweep").rglob("point-*.json"))) == 16


def test_a_killed_worker_is_survived(client, tmp_path):
    marker = tmp_path / "killed"
    with joblib.parallel_config(backend="dask"):
        result = run(params={"marker": str(marker)})
    assert int(marker.read_text()) != os.getpid()
    np.testing.assert_array_equal(result["norm"], run()["norm"])


def running(module, *arguments, folders):
    """A program of dask's that can import from some folders."""
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))},
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
def test_a_scheduler_without_the_module_of_the_experiment(tmp_path, monkeypatch):
    (tmp_path / "only_here.py").write_text("def experiment(data, rng):\n    return [{'x': 1}]\n")
    monkeypatch.syspath_prepend(tmp_path)
    from only_here import experiment

    root, address = Path(ddkd.__file__).parents[1], "tcp://127.0.0.1:18787"
    scheduler = running("dask_scheduler", "--port", "18787", folders=[root])
    worker = running("dask_worker", address, "--nthreads", "2", folders=[root, tmp_path])
    try:
        with (
            distributed.Client(address, timeout=60) as client,
            joblib.parallel_config(backend="dask"),
        ):
            client.wait_for_workers(1, timeout=60)
            start = time.monotonic()
            with pytest.raises(ValueError, match="the dask scheduler cannot import only_here"):
                sweep(experiment, draw, progress=False)
            assert time.monotonic() - start < 30
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()


def partial_fit(stream, features, teacher_coef, part, n_rows):
    """Least squares of one part of the transfer set, labelled by a linear teacher."""
    X = stream.sample(n_rows, rng=np.random.default_rng([0, part]))
    return StreamingLeastSquares(60).update(features.transform(X), np.sign(X @ teacher_coef))


def merge(parts):
    whole = StreamingLeastSquares(60)
    for part in parts:
        whole.merge(part)
    return whole


def test_a_student_is_a_map_and_a_reduce(client):
    stream = ClusterMixture(rng=0)
    teacher_coef = np.random.default_rng(1).standard_normal(50)
    features = RandomFourierFeatures(60, random_state=0).fit(stream.sample(100, rng=2))
    parts = client.map(
        lambda part: partial_fit(stream, features, teacher_coef, part, 500), range(8), pure=False
    )
    while len(parts) > 1:
        parts = [client.submit(merge, parts[i : i + 3]) for i in range(0, len(parts), 3)]
    spread = parts[0].result().solve()

    together = StreamingLeastSquares(60)
    for part in range(8):
        X = stream.sample(500, rng=np.random.default_rng([0, part]))
        together.update(features.transform(X), np.sign(X @ teacher_coef))
    expected = together.solve().coef
    np.testing.assert_allclose(spread.coef, expected, rtol=0, atol=1e-10 * np.abs(expected).max())
    assert spread.rank == 60

import re
import sys
import time
import warnings
from functools import partial
from unittest.mock import MagicMock

import joblib
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from ddkd._workers import _libraries, single_threaded
from ddkd.sweeps import sweep
from ddkd.sweeps._parallel import _check_cluster, run_in_parallel


def draw(rng):
    return rng.normal(size=(300, 100))


def linear_algebra(data, rng):
    """Digits that depend on the number of BLAS threads, where there is more than one core."""
    Z = np.cos(data @ rng.standard_normal((100, 100)))
    threads = {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}
    return [{"gram": float(np.sum(Z.T @ Z)), "sum": float(np.sum(Z)), "threads": max(threads)}]


def run(n_jobs=1):
    return sweep(linear_algebra, draw, repeats=12, n_jobs=n_jobs, progress=False)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_equal_bits_and_one_blas_thread_on_every_backend_after_a_serial_sweep(backend):
    with threadpool_limits(limits=2, user_api="blas"):
        serial = run()
        with joblib.parallel_config(backend=backend):
            parallel = run(n_jobs=2)
        after = [lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"]
    for name in ("gram", "sum"):
        np.testing.assert_array_equal(parallel[name], serial[name])
    np.testing.assert_array_equal(parallel["threads"], 1)
    assert set(after) == {2}


def failing(data, rng, width):
    if width == 2:
        raise ZeroDivisionError("no width of two")
    return [{"error": 0.0}]


def test_a_failing_task_of_a_worker_is_named():
    with pytest.raises(ZeroDivisionError, match="no width of two") as caught:
        sweep(failing, draw, grid={"width": [1, 2]}, n_jobs=2, progress=False)
    # Of two workers either may be the first to fail.
    (note,) = caught.value.__notes__
    assert re.fullmatch(r"in repeat \d+ of the sweep at {'width': 2}", note)


def test_libraries_that_an_import_adds_are_limited_too(monkeypatch):
    """Those of before are found once, which takes longer than many a task."""
    found = []
    monkeypatch.setattr(
        "ddkd._workers.ThreadpoolController", lambda: found.append(1) or MagicMock()
    )
    _libraries.cache_clear()
    for module in (None, None, "a_module_of_tomorrow"):
        if module:
            monkeypatch.setitem(sys.modules, module, None)
        with single_threaded():
            pass
    _libraries.cache_clear()
    assert len(found) == 2


def waits(number, experiment, data):
    time.sleep(number)
    return number


def test_tasks_that_are_given_up_are_given_up_without_a_word(recwarn):
    """As when Ctrl-C comes while a finished task is being written."""
    with joblib.parallel_config(backend="threading"):  # joblib says the same of processes
        results = run_in_parallel(waits, [0, 0, 0.2, 0.2], None, None, n_jobs=2)
        assert next(results) == 0
        results.close()
    assert [str(warning.message) for warning in recwarn] == []


def warn(data, rng):
    warnings.warn("to be ignored", UserWarning, stacklevel=1)
    warnings.warn("to be seen", RuntimeWarning, stacklevel=1)
    return [{"x": 1}]


@pytest.mark.slow
def test_workers_filter_warnings_as_their_parent_and_name_no_file(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", UserWarning)
        sweep(warn, draw, repeats=2, n_jobs=2, progress=False)
    assert capfd.readouterr().err.splitlines() == ["RuntimeWarning: to be seen"] * 2


def test_multiprocessing_cannot_report_tasks_and_is_refused():
    with (
        joblib.parallel_config(backend="multiprocessing"),
        pytest.raises(ValueError, match=r"Multiprocessing.* does not support return_as=generator"),
    ):
        run(n_jobs=2)


class Cluster:
    """The part of a dask client that runs a function elsewhere: one place lacks a module."""

    def __init__(self, lacking):
        self.lacking = lacking

    def run_on_scheduler(self, function, code):
        self._run("scheduler", code)

    def run(self, function, code):
        self._run("workers", code)

    def _run(self, place, code):
        if place == self.lacking and code == f"import {__name__}":
            raise ModuleNotFoundError(f"No module named {__name__!r}")


@pytest.mark.parametrize("lacking", ["scheduler", "workers"])
def test_a_cluster_that_lacks_the_module_of_the_experiment_is_named(lacking):
    with pytest.raises(ValueError, match=f"the dask {lacking} cannot import {__name__}"):
        _check_cluster(Cluster(lacking), [np.sum, partial(partial(linear_algebra), None)])
    _check_cluster(Cluster("nobody"), [linear_algebra, draw])

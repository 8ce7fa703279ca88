"""One BLAS thread: tests run on every core, and many small solves are slower with two."""

import gc
import os
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for the processes that tests start
threadpool_limits(limits=1)
gc.disable()  # until all is imported and collected: what is made so far stays

# An example that takes seconds, of a function that many quick tests call.
SLOW_EXAMPLE = "ddkd/advice/_advise.py::ddkd.advice._advise.advise"
# Chosen by `python -m tools.smoke`.
SMOKE = set(Path(__file__).with_name("smoke.txt").read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="session", autouse=True)
def few_rows_choose_a_scale():
    """Sixty rows in place of 300, which take a third of a second for every file that is read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ddkd._scale._MOST_ROWS", 60)
        yield


@pytest.fixture
def unsaved_pictures(monkeypatch):
    """Write empty files for pictures: saving takes most of the time of a small run."""
    save = "matplotlib.figure.Figure.savefig"
    monkeypatch.setattr(save, lambda self, path, **options: Path(path).touch())


@pytest.fixture
def few_rivals(monkeypatch):
    """Two quick methods in place of all that advice knows, where it matters not who competes."""
    from ddkd.contestants import ADVISED

    quick = [r for r in ADVISED if r.name in ("ridge-any-width", "logistic-regression")]
    monkeypatch.setattr("ddkd.advice._entrants.ADVISED", quick)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Give the tests of the list their marker, and the slow example its own."""
    for item in items:
        if item.nodeid == SLOW_EXAMPLE:
            item.add_marker(pytest.mark.slow)
        if item.nodeid in SMOKE:
            item.add_marker(pytest.mark.smoke)
    gc.freeze()
    gc.enable()

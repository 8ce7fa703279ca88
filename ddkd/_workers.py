"""Worker processes and threads: none without its parent, and one BLAS thread a task."""

import os
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any

from joblib import Parallel
from threadpoolctl import OpenBLASController, ThreadpoolController

_POLL_SECONDS = 1.0


def parallel(n_jobs: int | None, **options: Any) -> Parallel:
    """Return joblib's `Parallel`, whose worker processes end when this process does.

    They filter warnings as this process does. A plain `Parallel` would leave them computing after
    this process is killed.
    """
    # Backends that start no processes of their own do not look at the initializer.
    return Parallel(
        n_jobs=n_jobs,
        initializer=_start_worker,
        initargs=(os.getpid(), tuple(warnings.filters)),
        **options,
    )


def _start_worker(parent: int, filters: Sequence[Any]) -> None:
    """Filter warnings as the parent does, print one in a line, and end when the parent does."""
    warnings.resetwarnings()
    warnings.filters.extend(filters)  # type: ignore[attr-defined]
    warnings.formatwarning = lambda message, category, *_, **__: f"{category.__name__}: {message}\n"
    _watch_parent(parent)


def _watch_parent(parent: int) -> None:
    """End this process within a second or two of its parent, however that ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_POLL_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


_lock = threading.Lock()
_users = 0
_limits: Any


def one_thread(user_api: str | None = None) -> AbstractContextManager[Any]:
    """Return threadpoolctl's limit of one thread, here and in what this thread calls."""
    return _libraries(len(sys.modules)).limit(limits=1, user_api=user_api)


@lru_cache(maxsize=1)
def _libraries(n_modules: int) -> ThreadpoolController:
    """Return the libraries of linear algebra that are loaded, to which only an import can add.

    Finding them takes 8 ms, which is longer than many a draw or a fit.
    """
    return ThreadpoolController()


@contextmanager
def single_threaded() -> Iterator[None]:
    """Hold BLAS and OpenMP to one thread while any task of this process runs.

    OpenMP's limit belongs to a thread, and each sets its own. OpenBLAS's belongs to the process:
    it holds from the first task's start to the last one's end.
    """
    global _users, _limits
    with _lock:
        if _users == 0:
            _take_control()
            _limits = one_thread(user_api="blas")
        _users += 1
    try:
        with one_thread():
            yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _take_control()
                _limits.restore_original_limits()


def _take_control() -> None:
    # From threadpoolctl 3.8 on, one thread at a time can change OpenBLAS's limit: let it be ours.
    if hasattr(OpenBLASController, "clear_controlling_thread"):
        OpenBLASController.clear_controlling_thread(force=True)

"""Tasks in other processes and threads: equal bits, and no worker without its parent."""

import functools
import os
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from joblib import Parallel, delayed
from joblib.parallel import get_active_backend
from threadpoolctl import OpenBLASController, threadpool_limits

_POLL_SECONDS = 1.0


def run_in_parallel(
    function: Callable[..., Any],
    tasks: Sequence[Any],
    experiment: Callable[..., Any],
    data: Any,
    *arguments: Any,
    n_jobs: int | None,
) -> Generator[Any, None, None]:
    """Yield ``function(task, experiment, data, *arguments)`` of every task as it finishes."""
    backend, _ = get_active_backend()
    if not backend.supports_return_generator:
        raise ValueError(
            f"a sweep needs results as they finish, which joblib's {type(backend).__name__} "
            f"cannot give; use its backend 'loky', 'threading' or 'dask'"
        )
    if hasattr(backend, "client"):
        _check_cluster(backend.client, [function, experiment, data])
    # Only loky, the backend that starts processes of its own, looks at the initializer.
    parallel = Parallel(
        n_jobs=n_jobs,
        return_as="generator_unordered",
        batch_size=1,
        initializer=_start_worker,
        initargs=(os.getpid(), tuple(warnings.filters)),
    )
    yield from parallel(delayed(function)(task, experiment, data, *arguments) for task in tasks)


def _check_cluster(client: Any, used: Sequence[Any]) -> None:
    """ValueError where a dask scheduler or worker cannot import a module that tasks need.

    Dask itself waits for ever when its scheduler cannot.
    """
    for name in dict.fromkeys(map(_module_of, used)):
        if name == "__main__":  # sent by value
            continue
        for place, run in (("scheduler", client.run_on_scheduler), ("workers", client.run)):
            try:
                run(exec, f"import {name}")
            except Exception as error:
                raise ValueError(
                    f"the dask {place} cannot import {name} ({error}); the scheduler and every "
                    f"worker need ddkd and the module of the experiment"
                ) from None


def _module_of(value: Any) -> str:
    while isinstance(value, functools.partial):
        value = value.func
    return getattr(value, "__module__", None) or type(value).__module__


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
_limits: threadpool_limits


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
            _limits = threadpool_limits(limits=1, user_api="blas")
        _users += 1
    try:
        with threadpool_limits(limits=1):
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

"""Tasks of a sweep in other processes, threads and machines."""

import functools
import warnings
from collections.abc import Callable, Generator, Sequence
from typing import Any

from joblib import delayed
from joblib.parallel import get_active_backend

from ddkd._workers import parallel


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
    if hasattr(backend, "client"):
        _check_cluster(backend.client, [function, experiment, data])
    run = parallel(n_jobs, return_as="generator_unordered", batch_size=1)
    outputs = run(delayed(function)(task, experiment, data, *arguments) for task in tasks)
    try:
        for output in outputs:  # noqa: UP028 - `yield from` would close them, with joblib's words
            yield output
    finally:
        # Whoever stops early needs no advice of joblib's on how not to.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"\d+ tasks (have|which) ", UserWarning)
            outputs.close()


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

"""An experiment over a grid and over repeats."""

import functools
import itertools
import json
import pickle
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from tqdm.auto import tqdm

from ddkd._checks import check_integer
from ddkd.datasets import Split
from ddkd.experiments._checkpoint import Checkpoint
from ddkd.experiments._lock import folder_lock
from ddkd.experiments._provenance import environment, versions
from ddkd.experiments._result import SweepResult
from ddkd.experiments._table import Scalar, as_scalar, columns_of
from ddkd.experiments._task import Task, run_task
from ddkd.experiments._workers import run_in_parallel

_BAR = "{percentage:3.0f}%|{bar:30}| {n_fmt}/{total_fmt} tasks, {rate_fmt}, {remaining} left"


def sweep(
    experiment: Callable[..., list[dict[str, Any]]],
    data: Split | Callable[[np.random.Generator], Any],
    *,
    grid: Mapping[str, Sequence[Any]] | None = None,
    repeats: int = 10,
    seed: int = 0,
    n_jobs: int | None = 1,
    params: Mapping[str, Any] | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    progress: bool = True,
) -> SweepResult:
    """Run an experiment at every point of a grid, several times over.

    The result is the same to the last bit for any number of jobs, any order in which the tasks
    finish, and any number of interruptions. Each task (a grid point of a repeat) has its own
    generator, spawned from the seed; the data of a repeat are drawn from a generator shared by
    its grid points, so comparisons between them are paired. BLAS is held to one thread.

    Tasks run through joblib, whose backends "loky" (the default), "threading" and "dask" give
    equal bits: ``with joblib.parallel_config(backend="dask"): sweep(...)`` runs them on a dask
    cluster. The backend "multiprocessing" cannot report tasks as they finish and is refused.

    Parameters
    ----------
    experiment : callable
        ``experiment(split, rng, **point, **params)`` returns a list of records: dictionaries of
        numbers, strings, booleans or None. It must not change `split`.
    data : Split or callable
        The data of every repeat, or ``data(rng)`` that draws those of one repeat.
    grid : mapping of str to sequence, optional
        Values of each name; the points are their product, the last name varying fastest.
    repeats : int, default 10
        Number of repeats.
    seed : int, default 0
        Non-negative entropy of all randomness.
    n_jobs : int, default 1
        Number of processes, as in joblib; -1 is one for each core.
    params : mapping of str to object, optional
        Further keyword arguments of `experiment`, the same in every task.
    checkpoint : str or Path, optional
        Folder that receives each finished task before the next is reported.
    resume : bool, default False
        Continue the sweep in `checkpoint`, if there is one; it must have had the same experiment
        name, data, grid, repeats, seed, params and library versions.
    progress : bool, default True
        Show a progress bar on the terminal.

    Returns
    -------
    SweepResult
        Every record, ordered by grid point, repeat and record.

    Raises
    ------
    ValueError
        If an argument is not usable; if `checkpoint` belongs to another sweep, is in use, holds a
        sweep and `resume` is false, or holds what no sweep wrote; if a dask scheduler or worker
        cannot import the experiment.
    OSError
        If a checkpoint cannot be written; what was written before is intact.

    Warns
    -----
    RuntimeWarning
        If a task of the checkpoint is damaged; it is computed again.

    Examples
    --------
    >>> from ddkd.experiments import sweep
    >>> def experiment(data, rng, n):
    ...     return [{"mean": rng.normal(size=n).mean()}]
    >>> result = sweep(experiment, lambda rng: None, grid={"n": [4, 400]}, progress=False)
    >>> result
    <SweepResult of 20 rows: n, repeat, mean>
    """
    if not callable(experiment):
        raise ValueError(f"experiment must be callable; got {experiment!r}")
    if not isinstance(data, Split) and not callable(data):
        raise ValueError(f"data must be a Split or a callable; got {type(data).__name__}")
    grid = _check_grid({} if grid is None else grid)
    params = {} if params is None else params
    if not isinstance(params, Mapping):
        raise ValueError(f"params must map names to values; got {params!r}")
    if shared := [name for name in params if name in grid]:
        raise ValueError(f"params has {shared[0]!r}, which is in the grid too")
    repeats = check_integer("repeats", repeats, high=10**6)
    seed = check_integer("seed", seed, low=0)
    if n_jobs is not None and check_integer("n_jobs", n_jobs, low=-(2**15)) == 0:
        raise ValueError("n_jobs must not be 0")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs a checkpoint folder")

    parameters = {
        "experiment": _described(experiment),
        "data": _described(data),
        "grid": grid,
        "repeats": repeats,
        "seed": seed,
        "params": _plain(params),
    }
    points = [dict(zip(grid, point, strict=True)) for point in itertools.product(*grid.values())]
    tasks = [
        Task(i, p, r, points[p], seed)
        for i, (p, r) in enumerate(itertools.product(range(len(points)), range(repeats)))
    ]
    start = time.perf_counter()
    folder = None if checkpoint is None else Path(checkpoint)
    with nullcontext() if folder is None else folder_lock(folder):
        identity = {"versions": versions(), **parameters}
        store = None if folder is None else Checkpoint(folder, identity, resume=resume)
        done = store.finished(len(tasks)) if store else {}
        pending = [task for task in tasks if task.index not in done]
        results = run_in_parallel(run_task, pending, experiment, data, params, n_jobs=n_jobs)
        # Tasks are few and long, so that each is worth a new line; the first one tells the pace.
        bar = tqdm(
            total=len(tasks),
            initial=len(done),
            disable=not progress,
            bar_format=_BAR,
            unit=" task",
            leave=False,
            mininterval=0,
            delay=1e-9,
            smoothing=0,
        )
        with closing(results), bar:
            for result in results:
                if store:
                    store.store(result)
                done[result.index] = result
                bar.update()
    records = [
        {**task.point, "repeat": task.repeat, **record}
        for task in tasks
        for record in done[task.index].records
    ]
    provenance = {
        **environment(),
        "n_jobs": n_jobs,
        "seconds": time.perf_counter() - start,
        "task_seconds": [done[task.index].seconds for task in tasks],
        "tasks_resumed": len(tasks) - len(pending),
    }
    return SweepResult(columns_of(records), parameters, provenance)


def _check_grid(grid: Any) -> dict[str, list[Scalar]]:
    if not isinstance(grid, Mapping):
        raise ValueError(f"grid must map names to sequences of values; got {type(grid).__name__}")
    checked = {}
    for name, values in grid.items():
        if not isinstance(name, str) or not name.isidentifier() or name == "repeat":
            raise ValueError(
                f"grid must have names that can be arguments of experiment, other than 'repeat'; "
                f"got {name!r}"
            )
        if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
            raise ValueError(f"grid[{name!r}] must be a sequence of values; got {values!r}")
        checked[name] = [as_scalar(f"grid[{name!r}]", value) for value in values]
        if not checked[name]:
            raise ValueError(f"grid[{name!r}] is empty; it needs at least one value")
    return checked


def _plain(value: Any) -> Any:
    """`value` for a manifest: scalars, lists and dictionaries as they are, the rest described."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    try:
        return as_scalar("value", value)
    except ValueError:
        return _described(value)


def _described(value: Any) -> str:
    """The name of a function, or the class and the digest of an object: the same everywhere."""
    if isinstance(value, functools.partial):
        arguments = json.dumps([_plain(value.args), _plain(value.keywords)])
        return f"partial {_described(value.func)} {arguments}"
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    # Only what makes a data class: what it has computed since would change its digest.
    own = [getattr(value, f.name) for f in fields(value)] if is_dataclass(value) else value
    try:
        digest = joblib.hash(own)
    except (pickle.PicklingError, AttributeError, TypeError):  # it cannot be pickled
        digest = repr(value)
    return f"{type(value).__module__}.{type(value).__qualname__} {digest}"

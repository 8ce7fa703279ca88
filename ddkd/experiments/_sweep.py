"""An experiment over a grid and over repeats."""

import functools
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

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

__all__ = ["sweep"]


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
    grid = _check_grid(grid)
    params = _check_params(params, grid)
    repeats = check_integer("repeats", repeats, high=10**6)
    seed = check_integer("seed", seed, low=0)
    if n_jobs is not None and check_integer("n_jobs", n_jobs, low=-(2**15)) == 0:
        raise ValueError("n_jobs must not be 0")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs a checkpoint folder")

    parameters = {
        "experiment": _describe(experiment),
        "data": _describe(data),
        "grid": grid,
        "repeats": repeats,
        "seed": seed,
        "params": _jsonable(params),
    }
    points = [dict(zip(grid, point, strict=True)) for point in itertools.product(*grid.values())]
    tasks = [
        Task(i, p, r, points[p], seed)
        for i, (p, r) in enumerate(itertools.product(range(len(points)), range(repeats)))
    ]
    start = time.perf_counter()
    with _open_checkpoint(checkpoint, {"versions": versions(), **parameters}, resume) as store:
        done = store.finished(len(tasks)) if store else {}
        pending = [task for task in tasks if task.index not in done]
        results = run_in_parallel(run_task, pending, experiment, data, params, n_jobs=n_jobs)
        with closing(results), _Progress(len(tasks), len(done), shown=progress) as bar:
            for result in results:
                if store:
                    store.store(result)
                done[result.index] = result
                bar.advance()
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


class _Progress(tqdm):
    """A bar that says how long a task takes, and how long the rest will take, once it knows."""

    def __init__(self, total: int, done: int, *, shown: bool) -> None:
        layout = "{percentage:3.0f}%|{bar:30}| {n_fmt}/{total_fmt} tasks{postfix}"
        # Tasks are few and long, so that each is worth a line.
        options = {"disable": not shown, "bar_format": layout, "leave": False, "mininterval": 0}
        super().__init__(total=total, initial=done, **options)
        self._start = time.perf_counter()

    def advance(self) -> None:
        """Count one more task."""
        if self.disable:
            return
        seconds = (time.perf_counter() - self._start) / (self.n + 1 - self.initial)
        left = self.format_interval(seconds * (self.total - self.n - 1))
        pace = f"{seconds:.1f} s each" if seconds > 1 else f"{1 / seconds:.1f} a second"
        self.set_postfix_str(f"{pace}, {left} left", refresh=False)
        self.update()


@contextmanager
def _open_checkpoint(
    folder: str | Path | None, identity: Mapping[str, Any], resume: bool
) -> Iterator[Checkpoint | None]:
    """The checkpoint in `folder`, locked for as long as the context lasts."""
    if folder is None:
        yield None
        return
    folder = Path(folder)
    with folder_lock(folder):
        yield Checkpoint(folder, identity, resume=resume)


def _check_grid(grid: Any) -> dict[str, list[Scalar]]:
    if grid is None:
        return {}
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


def _check_params(params: Any, grid: Mapping[str, Any]) -> dict[str, Any]:
    if params is None:
        return {}
    if not isinstance(params, Mapping) or not all(isinstance(name, str) for name in params):
        raise ValueError(f"params must map names to values; got {params!r}")
    for name in params:
        if name in grid:
            raise ValueError(f"params has {name!r}, which is in the grid too")
    return dict(params)


def _jsonable(value: Any) -> Any:
    """`value` for a manifest: scalars, lists and dictionaries as they are, the rest described."""
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    try:
        return as_scalar("value", value)
    except ValueError:
        return _describe(value)


def _describe(value: Any) -> str:
    """A name for a function, an object or data, the same in every process."""
    if isinstance(value, np.ndarray):
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return f"array {value.shape} {value.dtype} {digest[:16]}"
    if isinstance(value, Split):
        parts = (value.X_train, value.y_train, value.transfer, value.X_test, value.y_test)
        return f"Split {value.name} ({', '.join(map(_describe, parts))})"
    if isinstance(value, functools.partial):
        arguments = json.dumps([_jsonable(value.args), _jsonable(value.keywords)])
        return f"partial {_describe(value.func)} {arguments}"
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if is_dataclass(value):  # its repr may leave entries of arrays out
        own = {f.name: _jsonable(getattr(value, f.name)) for f in fields(value)}
        return f"{name} {json.dumps(own)}"
    if kind.__repr__ is not object.__repr__:
        return f"{name} {value!r}"
    # The object's own numbers and arrays; what it refers to further on has its class named only.
    own = {
        key: _jsonable(item)
        for key, item in getattr(value, "__dict__", {}).items()
        if isinstance(item, bool | int | float | str | np.ndarray | np.generic)
    }
    return f"{name} {json.dumps(own)}"

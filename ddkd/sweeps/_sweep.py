"""An experiment over a grid and over repeats."""

import itertools
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from ddkd._checks import check_integer
from ddkd._provenance import environment
from ddkd.datasets import Split
from ddkd.sweeps._identity import identity, plain
from ddkd.sweeps._parallel import run_in_parallel
from ddkd.sweeps._store import Store
from ddkd.sweeps._sweep_result import SweepResult
from ddkd.sweeps._task import Task, TaskResult, run_task
from ddkd.sweeps._tidy_table import Scalar, as_scalar, columns_of

_BAR = "{percentage:3.0f}%|{bar:8}| {remaining} left: {desc}"


def sweep(
    experiment: Callable[..., list[dict[str, Any]]],
    data: Split | Callable[[np.random.Generator], Any],
    *,
    grid: Mapping[str, Sequence[Any]] | None = None,
    repeats: int = 10,
    seed: int = 0,
    n_jobs: int | None = 1,
    params: Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
    answer: Callable[[SweepResult], str] | None = None,
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
        numbers, strings, booleans or None. It must not change `split`. If it has an argument
        `repeat`, that is the number of the repeat.
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
    folder : str or Path, optional
        Folder that receives each finished task before the next is reported. Tasks of the same
        experiment that it holds are not computed again, and a line on standard error says how many:
        the same grid, seed, params, data, code and versions of the libraries. The code is that of
        the files of `experiment`, `data` and all functions among `params`, and of ddkd; where it
        is in no file, as in an interactive session, or an object cannot be pickled, nothing is
        kept.
    progress : bool, default True
        Show a progress bar on the terminal.
    answer : callable, optional
        ``answer(result)`` says in a few words what the tasks finished so far say. The progress bar
        shows it; an interrupted sweep raises a KeyboardInterrupt that says it.

    Returns
    -------
    SweepResult
        Every record, ordered by grid point, repeat and record.

    Raises
    ------
    ValueError
        If an argument is not usable; if a dask scheduler or worker cannot import the experiment.
    OSError
        If a task cannot be written; those written before are intact.

    Warns
    -----
    RuntimeWarning
        If a stored task is damaged, and is computed again; if nothing can be kept.

    Examples
    --------
    >>> from ddkd.sweeps import sweep
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

    parameters = {
        "experiment": plain(experiment),
        "data": plain(data),
        "grid": grid,
        "repeats": repeats,
        "seed": seed,
        "params": plain(params),
    }
    points = [dict(zip(grid, point, strict=True)) for point in itertools.product(*grid.values())]
    tasks = [
        Task(i, p, r, points[p], seed)
        for i, (p, r) in enumerate(itertools.product(range(len(points)), range(repeats)))
    ]
    start, made = time.perf_counter(), environment()
    # A task does not depend on how many there are.
    store = _open_store(folder, experiment, data, grid, seed, params)
    done = _stored(store, tasks)
    n_stored = len(done)

    def so_far() -> str:
        """What is known, or how far the sweep is."""
        if answer is None or not done:
            return f"{len(done)} of {len(tasks)} tasks"
        n_repeats = len({tasks[index].repeat for index in done})
        text = answer(SweepResult(_columns(tasks, done), parameters))
        return f"{text}, {n_repeats} of {repeats} repeats"

    # Every point has its first repeat before any has its second: an answer comes early.
    pending = sorted((t for t in tasks if t.index not in done), key=lambda t: t.repeat)
    results = run_in_parallel(run_task, pending, experiment, data, params, n_jobs=n_jobs)
    bar = _progress_bar(len(tasks), n_stored, so_far(), progress)
    try:
        with closing(results), bar:
            for result in results:
                if store:
                    store.write(tasks[result.index], result)
                done[result.index] = result
                if progress:
                    bar.set_description_str(so_far(), refresh=False)
                bar.update()
    except KeyboardInterrupt as stop:
        raise type(stop)(f"So far: {so_far()}.") from None
    provenance = {
        **made,
        "n_jobs": n_jobs,
        "seconds": time.perf_counter() - start,
        "task_seconds": [done[task.index].seconds for task in tasks],
        "tasks_taken": n_stored,
    }
    return SweepResult(_columns(tasks, done), parameters, provenance)


def _columns(tasks: Sequence[Task], done: Mapping[int, TaskResult]) -> dict[str, np.ndarray]:
    """Columns of the finished tasks, in the order of all tasks."""
    return columns_of(
        [
            {**task.point, "repeat": task.repeat, **record}
            for task in tasks
            if task.index in done
            for record in done[task.index].records
        ]
    )


def _progress_bar(total: int, initial: int, description: str, shown: bool) -> tqdm:
    """A bar of few and long tasks: each is worth a new line, and so is the beginning."""
    return tqdm(
        total=total,
        initial=initial,
        desc=description,
        disable=not shown,
        bar_format=_BAR,
        leave=False,
        mininterval=0,
        smoothing=0,
    )


def _open_store(folder: str | Path | None, *values: Any) -> Store | None:
    """The store of a sweep; None without a folder, or if nobody can tell when its code changes."""
    if folder is None:
        return None
    if Path(folder).exists() and not Path(folder).is_dir():
        raise ValueError(f"a folder is needed, and {folder} is a file")
    try:
        return Store(Path(folder), identity(*values))
    except OSError as error:
        warnings.warn(f"no task is kept in {folder}: {error}", RuntimeWarning, stacklevel=3)
        return None


def _stored(store: Store | None, tasks: Sequence[Task]) -> dict[int, TaskResult]:
    """Finished tasks by number; a line on standard error says that they are not computed."""
    if store is None:
        return {}
    done = {task.index: result for task in tasks if (result := store.read(task))}
    if done:
        date = store.date([tasks[index] for index in done])
        print(
            f"{len(done)} of {len(tasks)} tasks taken from {store.folder} ({date})", file=sys.stderr
        )
    return done


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

"""One task of a sweep: one grid point of one repeat."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np

from ddkd._workers import single_threaded
from ddkd.sweeps._tidy_table import Scalar, as_scalar


@dataclass(frozen=True)
class Task:
    """A grid point, a repeat, and where their randomness comes from."""

    index: int
    point_index: int
    repeat: int
    point: Mapping[str, Scalar]
    seed: int

    def rng(self, number: int) -> np.random.Generator:
        """Generator 0 of a repeat, which all grid points share, or that of a grid point alone.

        It is what SeedSequence(seed).spawn(...)[repeat].spawn(...)[number] gives.
        """
        return np.random.default_rng(
            np.random.SeedSequence(self.seed, spawn_key=(self.repeat, number))
        )


@dataclass(frozen=True)
class TaskResult:
    """The records of a finished task and the seconds that it took."""

    index: int
    records: list[dict[str, Scalar]]
    seconds: float


def run_task(
    task: Task,
    experiment: Callable[..., list[dict[str, Any]]],
    data: Any,
    params: Mapping[str, Any],
) -> TaskResult:
    """Run the experiment on one task, with one BLAS thread."""
    start = time.perf_counter()
    try:
        with single_threaded():
            split = data(task.rng(0)) if callable(data) else data
            options = {**task.point, **params}
            if "repeat" in signature(experiment).parameters:
                options["repeat"] = task.repeat
            records = experiment(split, task.rng(1 + task.point_index), **options)
            checked = _check_records(records, task)
    except Exception as error:
        error.add_note(f"in repeat {task.repeat} of the sweep at {dict(task.point)}")
        raise
    return TaskResult(task.index, checked, time.perf_counter() - start)


def _check_records(records: Any, task: Task) -> list[dict[str, Scalar]]:
    if not isinstance(records, list) or not all(isinstance(r, Mapping) for r in records):
        raise ValueError(
            f"experiment must return a list of dictionaries; it returned {type(records).__name__}"
        )
    checked = []
    for record in records:
        for name in record:
            if not isinstance(name, str):
                raise ValueError(f"experiment returned a record with the name {name!r}, no string")
            if name == "repeat" or name in task.point:
                raise ValueError(
                    f"experiment returned a record with {name!r}, which the sweep adds itself"
                )
        checked.append({name: as_scalar(f"record[{name!r}]", v) for name, v in record.items()})
    return checked

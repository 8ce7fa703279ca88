"""One cell of a sweep: one grid point of one repeat."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from ddkd.experiments._table import Scalar, as_scalar

__all__ = ["Cell", "CellResult", "run_cell"]


@dataclass(frozen=True)
class Cell:
    """A grid point, a repeat, and where their randomness comes from."""

    index: int
    point_index: int
    repeat: int
    point: Mapping[str, Scalar]
    seed: int

    def data_rng(self) -> np.random.Generator:
        """Generator for the data: the same for every grid point of a repeat."""
        return self._child(0)

    def rng(self) -> np.random.Generator:
        """Generator of this cell alone."""
        return self._child(1 + self.point_index)

    def _child(self, number: int) -> np.random.Generator:
        # What SeedSequence(seed).spawn(...)[repeat].spawn(...)[number] gives, without the others.
        return np.random.default_rng(
            np.random.SeedSequence(self.seed, spawn_key=(self.repeat, number))
        )


@dataclass(frozen=True)
class CellResult:
    """The records of a finished cell and the seconds that it took."""

    index: int
    records: list[dict[str, Scalar]]
    seconds: float


def run_cell(
    cell: Cell,
    experiment: Callable[..., list[dict[str, Any]]],
    data: Any,
    params: Mapping[str, Any],
) -> CellResult:
    """Run the experiment on one cell, with one BLAS thread."""
    start = time.perf_counter()
    try:
        with single_threaded():
            split = data(cell.data_rng()) if callable(data) else data
            records = experiment(split, cell.rng(), **cell.point, **params)
            checked = _check_records(records, cell)
    except Exception as error:
        error.add_note(f"in repeat {cell.repeat} of the sweep at {dict(cell.point)}")
        raise
    return CellResult(cell.index, checked, time.perf_counter() - start)


def _check_records(records: Any, cell: Cell) -> list[dict[str, Scalar]]:
    if not isinstance(records, list) or not all(isinstance(r, Mapping) for r in records):
        raise ValueError(
            f"experiment must return a list of dictionaries; it returned {type(records).__name__}"
        )
    checked = []
    for record in records:
        for name in record:
            if not isinstance(name, str):
                raise ValueError(f"experiment returned a record with the name {name!r}, no string")
            if name == "repeat" or name in cell.point:
                raise ValueError(
                    f"experiment returned a record with {name!r}, which the sweep adds itself"
                )
        checked.append({name: as_scalar(f"record[{name!r}]", v) for name, v in record.items()})
    return checked


_lock = threading.Lock()
_users = 0
_limits: Any = None


@contextmanager
def single_threaded() -> Iterator[None]:
    """Hold BLAS and OpenMP to one thread while any cell of this process runs.

    The limit belongs to the process, so cells in several threads share it: the first one
    sets it and the last one lifts it.
    """
    global _users, _limits
    with _lock:
        if _users == 0:
            _limits = threadpool_limits(limits=1)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _limits.restore_original_limits()

"""Arguments that all solvers share, checked once."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ddkd._checks import (
    as_array,
    check_matrix,
    check_real,
    check_targets,
    check_vector,
)
from ddkd.solvers._rank import check_rcond, default_rcond

# Entries of this size, or of its inverse, may be squared and summed, and divided by each other.
_LARGEST = 1e100
_LARGEST_PENALTY = _LARGEST**2


@runtime_checkable
class ColumnSource(Protocol):
    """Features whose columns are made on demand, such as `ddkd.features.ColumnBlocks`."""

    shape: tuple[int, int]
    dtype: np.dtype

    def columns(self, start: int, stop: int) -> np.ndarray:
        """Make the columns from `start` to `stop`, as an array (n_samples, stop - start)."""
        ...


@dataclass(frozen=True, eq=False)
class _OnDemand:
    """Columns of a source, checked as they are made: ``Z[:, start:stop]``."""

    name: str
    source: ColumnSource

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of samples and of features."""
        return self.source.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: tuple[slice, slice]) -> np.ndarray:
        rows, columns = key
        start, stop, _ = columns.indices(self.shape[1])
        block = check_matrix(self.name, self.source.columns(start, stop), n_columns=stop - start)
        check_size(self.name, block)
        return block[rows]


Features = np.ndarray | _OnDemand


@dataclass(frozen=True, eq=False)
class Problem:
    """A least-squares problem.

    Attributes
    ----------
    Z : ndarray of shape (n, p), or columns made on demand
        Features; an orthogonal reduction has fewer rows.
    Y : ndarray of shape (n, k)
        Targets.
    one_dimensional : bool
        Whether the targets came as a vector.
    n_samples : int
        Number of the original's samples.
    eps : float
        Machine epsilon of the features as they came.
    rcond : float or None
        Relative cutoff of singular values, if it was given.
    alpha : float
        Penalty of a path of widths.
    """

    Z: Any
    Y: np.ndarray
    one_dimensional: bool
    n_samples: int
    eps: float
    rcond: float | None
    alpha: float = 0.0

    def cutoff(self, width: int) -> float:
        """Relative cutoff of singular values for the first `width` features."""
        if self.rcond is not None:
            return self.rcond
        return default_rcond(self.n_samples, width, self.eps)

    def as_targets(self, values: np.ndarray) -> np.ndarray:
        """Without the last axis, that of the targets, if these came as a vector."""
        return values[..., 0] if self.one_dimensional else values


def check_problem(Z: Any, Y: Any, rcond: Any, *, on_demand: bool = False) -> Problem:
    """Check features, targets and cutoff against each other."""
    if isinstance(Z, ColumnSource) and not on_demand:
        raise ValueError("Z makes columns on demand, which only width_path takes; give an array")
    source = Z if isinstance(Z, ColumnSource) else as_array("Z", Z)
    features = check_columns("Z", source)
    n = features.shape[0]
    targets = check_targets("Y", Y, n)
    one_dimensional = targets.ndim == 1
    columns = targets.reshape(n, -1)
    check_size("Y", columns)
    is_coarse = source.dtype.kind == "f" and source.dtype.itemsize < 8
    eps = float(np.finfo(source.dtype if is_coarse else np.float64).eps)
    return Problem(features, columns, one_dimensional, n, eps, check_rcond(rcond))


def check_columns(name: str, value: Any, *, n_columns: int | None = None) -> Features:
    """Check a matrix, or a source of columns (whose entries are checked as they are made)."""
    if not isinstance(value, ColumnSource):
        matrix = check_matrix(name, value, n_columns=n_columns)
        check_size(name, matrix)
        return matrix
    if n_columns is not None and value.shape[1] != n_columns:
        raise ValueError(f"{name} must have {n_columns} columns; its shape is {value.shape}")
    return _OnDemand(name, value)


def check_alpha(alpha: Any) -> tuple[np.ndarray, bool]:
    """Return penalties as a vector, and whether `alpha` was a scalar."""
    if as_array("alpha", alpha).ndim == 0:
        return np.array([check_penalty(alpha)]), True
    return np.array([check_penalty(penalty) for penalty in check_vector("alpha", alpha)]), False


def check_penalty(alpha: Any) -> float:
    """Return a single penalty."""
    if check_real("alpha", alpha) < 0:
        raise ValueError(
            f"alpha must be non-negative; got {alpha}. "
            "Only theory.least_squares takes a negative ridge"
        )
    return check_real("alpha", alpha, low=0.0, high=_LARGEST_PENALTY)


def check_size(name: str, matrix: np.ndarray) -> None:
    """Refuse a matrix whose squares would leave the range of float64."""
    largest = max(float(matrix.max()), -float(matrix.min()))
    if largest > _LARGEST or 0 < largest < 1 / _LARGEST:
        raise ValueError(
            f"{name} must have a largest absolute entry between {1 / _LARGEST:g} and {_LARGEST:g}, "
            f"or be zero; it is {largest:g}. Give it in another unit"
        )

"""Arguments that all solvers share, checked once and scaled so that squares stay in range."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from .._checks import (
    as_array,
    check_matrix,
    check_real,
    check_targets,
    check_vector,
    input_eps,
)
from ._rank import SAFE_CONDITION, check_rcond, default_rcond, is_certain

# Entries up to 2**100 may be squared and summed, and their products with small ones too.
_SAFE = 100
# A penalty so many powers of two above the squared features leaves coefficients that underflow.
_LARGEST_PENALTY = 1000
# Coefficients of several widths are held together up to this many numbers (256 MiB).
_BUDGET = 2**25
# Columns that tell the scale of features made on demand.
_FIRST_COLUMNS = 256


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
    """Columns of a source, checked and multiplied by a power of two: ``Z[:, start:stop]``."""

    name: str
    source: ColumnSource
    exponent: int = 0

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
        return shift(block, self.exponent)[rows]


Features = np.ndarray | _OnDemand


@dataclass(frozen=True, eq=False)
class Problem:
    """A least-squares problem whose squares stay in range, and the way back to the original's.

    Attributes
    ----------
    Z : ndarray of shape (n, p), or columns made on demand
        Features, times ``2^-exponent``; an orthogonal reduction has fewer rows.
    Y : ndarray of shape (n, k)
        Targets, each times ``2^-t`` with t its entry of `target_exponents`.
    one_dimensional : bool
        Whether the targets came as a vector.
    n_samples : int
        Number of the original's samples.
    eps : float
        Machine epsilon of the features as they came.
    rcond : float or None
        Relative cutoff of singular values, if it was given.
    alpha : float
        Penalty of a path of widths, scaled like the squared features.
    """

    Z: Any
    Y: np.ndarray
    one_dimensional: bool
    n_samples: int
    eps: float
    rcond: float | None
    alpha: float = 0.0
    exponent: int = 0
    target_exponents: np.ndarray | int = 0

    def scaled(self) -> Self:
        """The same problem, scaled if it needs it."""
        first = self.Z if isinstance(self.Z, np.ndarray) else self.Z[:, :_FIRST_COLUMNS]
        exponent = _safe_exponent(first)
        targets = np.array([_safe_exponent(column) for column in self.Y.T])
        return replace(
            self,
            Z=shift(self.Z, -exponent),
            Y=shift(self.Y, -targets),
            exponent=exponent,
            target_exponents=targets,
        )

    def cutoff(self, width: int) -> float:
        """Relative cutoff of singular values for the first `width` features."""
        if self.rcond is not None:
            return self.rcond
        return default_rcond(self.n_samples, width, self.eps)

    def penalty(self, alpha: np.ndarray) -> np.ndarray:
        """Penalties of the scaled problem."""
        with np.errstate(over="ignore"):
            scaled = np.ldexp(alpha, -2 * self.exponent)
        if scaled.max() > 2.0**_LARGEST_PENALTY:
            raise ValueError(
                f"alpha must be below 2^{_LARGEST_PENALTY} times the squared features, or the "
                f"coefficients underflow; got {np.max(alpha):g}"
            )
        return np.asarray(scaled)

    def coef(self, scaled: np.ndarray) -> np.ndarray:
        """Coefficients, or their norms, of the original problem; targets on the last axis."""
        return shift(scaled, self.target_exponents - self.exponent)

    def predictions(self, scaled: np.ndarray) -> np.ndarray:
        """Predictions of the original problem."""
        return shift(scaled, self.target_exponents)

    def squares(self, scaled: np.ndarray) -> np.ndarray:
        """Squared errors of the original problem."""
        return shift(scaled, 2 * self.target_exponents)

    def as_targets(self, values: np.ndarray) -> np.ndarray:
        """Without the last axis, that of the targets, if these came as a vector."""
        return values[..., 0] if self.one_dimensional else values

    def batches(self, widths: np.ndarray, part: range) -> Iterator[slice]:
        """Split a range of positions into slices of models that may be held together."""
        if len(part):
            size = self.batch(int(widths[part[-1]]))
            for first in range(part.start, part.stop, size):
                yield slice(first, min(first + size, part.stop))

    def batch(self, width: int) -> int:
        """How many models of that width may be held together."""
        return max(1, _BUDGET // (width * self.Y.shape[1]))

    def is_squarable(self, width: int, largest: float, smallest: float) -> bool:
        """Whether full rank is certain, and the condition so small that it may be squared."""
        root = np.sqrt(self.alpha)
        well = np.hypot(largest, root) < SAFE_CONDITION * np.hypot(smallest, root)
        return bool(well) and is_certain(largest, smallest, self.cutoff(width))


def check_problem(Z: Any, Y: Any, rcond: Any, *, on_demand: bool = False) -> Problem:
    """Check features, targets and cutoff against each other."""
    if isinstance(Z, ColumnSource) and not on_demand:
        raise ValueError("Z makes columns on demand, which only width_path takes; give an array")
    features = check_columns("Z", Z) if on_demand else check_matrix("Z", Z)
    n = features.shape[0]
    targets = check_targets("Y", Y, n)
    one_dimensional = targets.ndim == 1
    columns = targets.reshape(n, -1)
    return Problem(features, columns, one_dimensional, n, input_eps(Z), check_rcond(rcond))


def check_columns(name: str, value: Any, *, n_columns: int | None = None) -> Features:
    """Check a matrix, or a source of columns (whose entries are checked as they are made)."""
    if not isinstance(value, ColumnSource):
        return check_matrix(name, value, n_columns=n_columns)
    if n_columns is not None and value.shape[1] != n_columns:
        raise ValueError(f"{name} must have {n_columns} columns; its shape is {value.shape}")
    if min(value.shape) == 0:
        raise ValueError(f"{name} must have at least one row and one column; got {value.shape}")
    return _OnDemand(name, value)


def check_alpha(alpha: Any) -> tuple[np.ndarray, bool]:
    """Return penalties as a vector, and whether `alpha` was a scalar."""
    if as_array("alpha", alpha).ndim == 0:
        return np.array([check_real("alpha", alpha, low=0.0)]), True
    alphas = check_vector("alpha", alpha)
    if alphas.min() < 0:
        raise ValueError(f"alpha must be non-negative; its smallest entry is {alphas.min():g}")
    return alphas, False


def _safe_exponent(matrix: np.ndarray) -> int:
    """Return e such that ``matrix * 2**-e`` is harmless; 0 if the matrix already is."""
    largest = max(float(matrix.max()), -float(matrix.min()))
    exponent = int(np.frexp(largest)[1]) if largest else 0
    return exponent if abs(exponent) > _SAFE else 0


def shift(array: Any, exponents: int | np.ndarray) -> Any:
    """Multiply by powers of two; the array itself if there is nothing to do."""
    if not np.any(exponents):
        return array
    if isinstance(array, _OnDemand):
        return _OnDemand(array.name, array.source, array.exponent + int(exponents))
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(array, exponents)

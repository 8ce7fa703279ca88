"""Arguments that all solvers share, checked once and scaled so that squares stay in range."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    """Features (n, p), targets (n, k), whether these came as a vector, and the cutoff rule."""

    Z: Any  # an array, or for a path of widths columns made on demand
    Y: np.ndarray
    one_dimensional: bool
    eps: float
    rcond: float | None

    def cutoff(self, width: int) -> float:
        """Relative cutoff of singular values for the first `width` features."""
        if self.rcond is not None:
            return self.rcond
        return default_rcond(self.Z.shape[0], width, self.eps)


@dataclass(frozen=True, eq=False)
class NestedProblem:
    """Scaled features, targets and penalty, and the cutoff of singular values at each width."""

    Z: Features
    Y: np.ndarray
    alpha: float
    cutoff: Callable[[int], float]

    def batch(self, width: int) -> int:
        """How many models of that width may be held together."""
        return max(1, _BUDGET // (width * self.Y.shape[1]))

    def batches(self, widths: np.ndarray, part: range) -> Iterator[slice]:
        """Split a range of positions into slices of models that may be held together."""
        if len(part):
            size = self.batch(int(widths[part[-1]]))
            for first in range(part.start, part.stop, size):
                yield slice(first, min(first + size, part.stop))

    def is_squarable(self, width: int, largest: float, smallest: float) -> bool:
        """Whether full rank is certain, and the condition so small that it may be squared."""
        root = np.sqrt(self.alpha)
        well = np.hypot(largest, root) < SAFE_CONDITION * np.hypot(smallest, root)
        return bool(well) and is_certain(largest, smallest, self.cutoff(width))


def check_problem(Z: Any, Y: Any, rcond: Any, *, on_demand: bool = False) -> Problem:
    """Check features, targets and cutoff against each other."""
    eps = input_eps(Z)
    if isinstance(Z, ColumnSource) and not on_demand:
        raise ValueError("Z makes columns on demand, which only width_path takes; give an array")
    features = check_columns("Z", Z) if on_demand else check_matrix("Z", Z)
    targets = check_targets("Y", Y, features.shape[0])
    columns = targets.reshape(targets.shape[0], -1)
    return Problem(features, columns, targets.ndim == 1, eps, check_rcond(rcond))


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


@dataclass(frozen=True, eq=False)
class Scaled:
    """Features ``Z 2^-e`` and targets ``Y_j 2^-t_j`` that may be squared, and the way back."""

    Z: Any
    Y: np.ndarray
    exponent: int
    target_exponents: np.ndarray

    @classmethod
    def of(cls, Z: Features, Y: np.ndarray) -> Self:
        """Scale features and targets, only if they need it."""
        first = Z if isinstance(Z, np.ndarray) else Z[:, :_FIRST_COLUMNS]
        exponent = _safe_exponent(first)
        targets = np.array([_safe_exponent(column) for column in Y.T])
        return cls(shift(Z, -exponent), shift(Y, -targets), exponent, targets)

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


def _safe_exponent(matrix: np.ndarray) -> int:
    """Return e such that ``matrix * 2**-e`` is harmless; 0 if the matrix already is."""
    with np.errstate(over="ignore"):
        norm = float(np.linalg.norm(matrix))
    # The largest entry lies between this norm over the root of their number and the norm.
    if 2.0 ** (1 - _SAFE) * np.sqrt(matrix.size) < norm < 2.0 ** (_SAFE - 1):
        return 0
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

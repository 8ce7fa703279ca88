"""The library's one definition of numerical rank, and the estimates that certify it.

The numerical rank is the number of singular values above ``rcond`` times the largest. A fast
algorithm needs to know only that it is full, which follows from two bounds: the Frobenius norm
of the features is at least their largest singular value, and for nested features the smallest
one falls with the width up to n samples and rises after (Cauchy interlacing; Golub and Van
Loan, Matrix Computations, theorem 8.1.7). So one estimate at the width n, with a margin of ten, is
a certificate for every width.

Estimates are (inverse) power iterations from fixed random vectors. After q rounds that of the
largest singular value is low, and that of the smallest high, by a factor below
``(n / delta^2)^(1 / (4 q))`` with probability 1 - delta (Dixon, SIAM J. Numer. Anal. 20, 1983).
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ddkd._checks import check_real
from ddkd.exceptions import InterpolationWarning
from ddkd.solvers._lapack import multiply_from_right, solve_from_right

INTERPOLATION_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))

# Margin between an estimate of the condition and the cutoff within which full rank is certain.
_MARGIN = 10.0
_SEED = 20210206
# Norms outside this range are computed again: their squares may have left that of float64.
SAFE_NORMS = 1e-140, 1e140


def check_rcond(rcond: Any) -> float | None:
    """Return `rcond` as a float in [0, 1), or None."""
    return None if rcond is None else check_real("rcond", rcond, low=0.0, high=1.0, high_open=True)


def default_rcond(n_samples: int, n_features: int, eps: float) -> float:
    """Cutoff relative to the largest singular value: max(n, p) times the input's epsilon.

    Half precision would reach one with a thousand samples: half of the largest is the most that
    can pass for rounding.
    """
    return min(max(n_samples, n_features) * eps, 0.5)


def numerical_rank(singular_values: np.ndarray, rcond: float) -> int:
    """Count the singular values (in descending order) above `rcond` times the largest."""
    return int(np.count_nonzero(singular_values > rcond * singular_values[0]))


def is_certain(largest: float, smallest: float, rcond: float) -> bool:
    """Whether these extreme singular values leave no doubt that none is cut off."""
    return _MARGIN * rcond * largest < smallest


def condition_of_extremes(
    largest: float | np.ndarray, smallest: float | np.ndarray, alpha: float | np.ndarray
) -> np.ndarray:
    """Condition of a ridge system from the features' extreme singular values; 1 if they vanish.

    Nothing is squared: ``hypot(s, sqrt(alpha))`` neither overflows nor underflows.
    """
    root = np.sqrt(alpha)
    below = np.hypot(smallest, root)
    return np.asarray(np.hypot(largest, root) / np.where(below == 0, np.inf, below)) + (below == 0)


def leading_extremes(
    triangle: np.ndarray, widths: np.ndarray, rounds: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """Largest and smallest singular values of the leading blocks ``R[:w, :w]``, w ascending.

    All blocks share the triangular products and solves: a vector that is zero beyond w stays so
    under ``R^-1``, and under ``R^-T`` its first w entries see nothing of the rest. The smallest
    value of a block with a vanishing pivot is zero.
    """
    inside = np.arange(len(triangle)) < widths[:, None]
    pivots = np.abs(np.diagonal(triangle))
    vanishing = pivots <= np.finfo(np.float64).eps ** 2 * pivots.max()
    regular = int(np.argmax(np.append(vanishing, True)))
    block = np.asfortranarray(triangle[:regular, :regular])
    # The norm of a random vector's image is near the largest value already: two rounds do.
    largest = _power_iteration(multiply_from_right, triangle, inside, (True, False) * 2)
    inverse = _power_iteration(solve_from_right, block, inside[:, :regular], (False, True) * rounds)
    usable = (widths <= regular) & np.isfinite(inverse) & (inverse > 0)
    smallest = np.where(usable, 1.0 / np.where(usable, inverse, 1.0), 0.0)
    return np.maximum.accumulate(largest), np.minimum.accumulate(smallest)


def extremes(triangle: np.ndarray, rounds: int = 4) -> tuple[float, float]:
    """Largest and smallest singular value of an upper triangle."""
    largest, smallest = leading_extremes(triangle, np.array([len(triangle)]), rounds)
    return float(largest[0]), float(smallest[0])


def _power_iteration(
    apply: Callable[..., np.ndarray], triangle: np.ndarray, inside: np.ndarray, order: tuple
) -> np.ndarray:
    """By how much ``R'R``, or its inverse, stretches vectors that are zero outside `inside`."""
    stretch = np.zeros(len(inside))
    rows = np.random.default_rng(_SEED).standard_normal(inside.shape) * inside
    _normalise(rows)
    with np.errstate(over="ignore", invalid="ignore"):
        for transpose in order if inside.size else ():
            rows = apply(triangle, rows, transpose=transpose) * inside
            stretch = np.maximum(stretch, _normalise(rows))
    return stretch


def euclidean_norms(vectors: np.ndarray) -> np.ndarray:
    """Norms along the last axis; where squares leave the range, of scaled vectors."""
    with np.errstate(over="ignore"):
        norms = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    low, high = SAFE_NORMS
    doubtful = (norms < low) | (norms > high)
    if doubtful.any():
        largest = np.abs(vectors[doubtful]).max(axis=-1, keepdims=True)
        scaled = vectors[doubtful] / np.where(largest == 0, 1.0, largest)
        norms[doubtful] = np.linalg.norm(scaled, axis=-1) * largest[..., 0]
    return np.asarray(norms)


def _normalise(rows: np.ndarray) -> np.ndarray:
    """Scale rows to unit length in place; return the lengths."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    rows /= np.where(lengths == 0, 1.0, lengths)[:, None]
    return lengths


def residual_vanishes(residual_norm: np.ndarray, target_norm: np.ndarray) -> np.ndarray:
    """Whether residuals are zero to rounding for every target (the last axis)."""
    return np.asarray((residual_norm <= INTERPOLATION_TOLERANCE * target_norm).all(axis=-1))


def warn_if_not_interpolating(
    widths: np.ndarray,
    interpolates: np.ndarray,
    n_samples: int,
    rank: np.ndarray,
    condition: np.ndarray,
    stacklevel: int,
) -> None:
    """Warn of the first ridgeless model at least as wide as its data that leaves a residual."""
    failed = np.flatnonzero((widths >= n_samples) & ~interpolates)
    if failed.size == 0:
        return
    first = failed[0]
    reason = (
        "Likely causes, by the names of ddkd.diagnose: rank (the features are numerically rank "
        "deficient), effective-samples (equal rows carry different targets), or cutoff (rcond "
        "is too large)"
        if rank[first] < n_samples
        else "No coefficients in double precision leave less at such a condition"
    )
    warnings.warn(
        f"the model of width {widths[first]} does not interpolate its {n_samples} training "
        f"samples: numerical rank {rank[first]}, condition {condition[first]:.1e}. {reason}",
        InterpolationWarning,
        stacklevel=stacklevel,
    )

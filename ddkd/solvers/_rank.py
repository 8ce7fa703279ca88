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

from .._checks import check_real
from ..exceptions import InterpolationWarning
from ._lapack import multiply_from_right, solve_from_right

INTERPOLATION_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))

# Bound of the condition up to which a Gram matrix of the features is formed.
SAFE_CONDITION = 1e5
# Margin between an estimate of the condition and the cutoff within which full rank is certain.
_MARGIN = 10.0
_ROUNDS = 4
_SEED = 20210206
# Norms below this are computed again: their squares are near the end of the floating-point range.
_TINY_NORM = 1e-140


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


def random_vectors(size: int, count: int) -> np.ndarray:
    """Random unit columns (size, count), always the same ones."""
    vectors = np.random.default_rng(_SEED).standard_normal((count, size))
    return np.asarray((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T)


def leading_extremes(triangle: np.ndarray, widths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest and smallest singular values of the leading blocks ``R[:w, :w]``, w ascending.

    All blocks share the triangular products and solves: a vector that is zero beyond w stays so
    under ``R^-1``, and under ``R^-T`` its first w entries see nothing of the rest. The smallest
    value of a block with a vanishing pivot is zero.
    """
    m = len(triangle)
    inside = np.arange(m) < np.asarray(widths)[:, None]
    start = np.ascontiguousarray(random_vectors(m, len(widths)).T) * inside
    largest, inverse = np.zeros(len(widths)), np.zeros(len(widths))
    rows = start.copy()
    for _ in range(_ROUNDS):
        for transpose in (True, False):
            rows = multiply_from_right(triangle, rows, transpose=transpose) * inside
            largest = np.maximum(largest, _normalise(rows))
    pivots = np.abs(np.diagonal(triangle))
    vanishing = pivots <= np.finfo(np.float64).eps ** 2 * pivots.max()
    top = int(np.argmax(np.append(vanishing, True)))
    regular = np.asarray(widths) <= top
    if regular.any():
        here = inside[regular, :top]
        block = triangle if top == m else np.asfortranarray(triangle[:top, :top])
        rows = np.ascontiguousarray(start[regular, :top])
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(_ROUNDS):
                for transpose in (False, True):
                    rows = solve_from_right(block, rows, transpose=transpose) * here
                    inverse[regular] = np.maximum(inverse[regular], _normalise(rows))
    usable = regular & np.isfinite(inverse) & (inverse > 0)
    smallest = np.where(usable, 1.0 / np.where(usable, inverse, 1.0), 0.0)
    return np.maximum.accumulate(largest), np.minimum.accumulate(smallest)


def euclidean_norms(vectors: np.ndarray) -> np.ndarray:
    """Norms along the last axis; those whose squares underflow are computed from scaled vectors."""
    norms = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    small = norms < _TINY_NORM
    if small.any():
        largest = np.abs(vectors[small]).max(axis=-1, keepdims=True)
        scaled = vectors[small] / np.where(largest == 0, 1.0, largest)
        norms[small] = np.linalg.norm(scaled, axis=-1) * largest[..., 0]
    return np.asarray(norms)


def top_vector(triangle: np.ndarray) -> np.ndarray:
    """Left vector (m, 1) that shows the largest singular value of a triangle."""
    vector = random_vectors(len(triangle), 1)
    for _ in range(_ROUNDS):
        image = triangle @ vector
        vector = triangle.T @ image
        vector /= np.linalg.norm(vector) or 1.0
    return image if image.any() else random_vectors(len(triangle), 1)


def _normalise(rows: np.ndarray) -> np.ndarray:
    """Scale rows to unit length in place; return the lengths."""
    lengths = np.linalg.norm(rows, axis=1)
    rows /= np.where(lengths == 0, 1.0, lengths)[:, None]
    return lengths


def smallest_by_inverse_iteration(
    solve: Callable[[np.ndarray], np.ndarray], vectors: np.ndarray, rounds: int = _ROUNDS
) -> tuple[float, np.ndarray]:
    """Smallest singular value of Z, an estimate from above, and the vector (n, 1) that shows it.

    `solve` solves with ``Z Z'`` (plus a penalty); the iteration starts from unit columns `vectors`.
    """
    inverse = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(rounds):
            vectors = solve(vectors)
            lengths = euclidean_norms(vectors.T)
            if not np.isfinite(lengths).all():
                return 0.0, random_vectors(len(vectors), 1)
            vectors = vectors / lengths
            inverse = max(inverse, float(lengths.max()))
    return 1.0 / np.sqrt(inverse), vectors[:, [int(np.argmax(lengths))]]


def residual_vanishes(residual_norm: np.ndarray, target_norm: np.ndarray) -> np.ndarray:
    """Whether residuals are zero to rounding for every target (the last axis)."""
    return np.asarray((residual_norm <= INTERPOLATION_TOLERANCE * target_norm).all(axis=-1))


def warn_if_not_interpolating(
    failed: bool, width: int, n_samples: int, rank: int, condition: float, stacklevel: int = 3
) -> None:
    """Warn that a ridgeless model at least as wide as its data leaves a training residual."""
    if failed:
        reason = (
            "Likely causes, by the names of ddkd.diagnose: rank (the features are numerically rank "
            "deficient), effective-samples (equal rows carry different targets), or cutoff (rcond "
            "is too large)"
            if rank < n_samples
            else "No coefficients in double precision leave less at such a condition"
        )
        warnings.warn(
            f"the model of width {width} does not interpolate its {n_samples} training samples: "
            f"numerical rank {rank}, condition {condition:.1e}. {reason}",
            InterpolationWarning,
            stacklevel=stacklevel,
        )

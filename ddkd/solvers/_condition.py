"""Estimates of the extreme singular values, a few passes of (inverse) power iteration.

Started from fixed random vectors. After q rounds the estimate of the largest singular value
is low, and that of the smallest high, by a factor below ``(n / delta^2)^(1 / (4 q))`` with
probability 1 - delta (Dixon, SIAM J. Numer. Anal. 20, 1983): callers keep a margin of ten
wherever a decision rests on it. A triangle whose pivots vanish has the smallest value zero.
"""

import numpy as np
from scipy.sparse.linalg import svds

from ._lapack import multiply_from_right, solve_from_right

__all__ = [
    "first_vanishing_pivot",
    "fixed_stream",
    "largest_by_lanczos",
    "leading_extremes",
    "random_unit_vectors",
    "without_zero_pivots",
]

_ROUNDS = 4
_SEED = 20210206


def random_unit_vectors(
    size: int, count: int, rng: np.random.Generator | None = None
) -> np.ndarray:
    """Return `count` rows of random directions: the first of a fixed stream, or its next ones."""
    rng = fixed_stream() if rng is None else rng
    rows = rng.standard_normal((count, size))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def fixed_stream() -> np.random.Generator:
    """Return the stream that all searches draw from, at its beginning."""
    return np.random.default_rng(_SEED)


def leading_extremes(triangle: np.ndarray, widths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest and smallest singular values of the leading blocks ``R[:w, :w]``, w ascending.

    All blocks share the triangular solves: a vector that is zero beyond w stays so under
    ``R^-1``, and under ``R^-T`` its first w entries see nothing of the rest. By interlacing the
    largest values rise with w and the smallest fall.
    """
    m = triangle.shape[0]
    inside = np.arange(m) < np.asarray(widths)[:, None]
    start = random_unit_vectors(m, len(widths)) * inside
    largest = _largest(triangle, start.copy(), inside)
    smallest = np.zeros(len(widths))
    top = first_vanishing_pivot(triangle)
    n_regular = int(np.searchsorted(widths, top, side="right"))
    if n_regular:
        here = (slice(n_regular), slice(top))
        block = triangle if top == m else np.asfortranarray(triangle[:top, :top])
        smallest[:n_regular] = _smallest(block, start[here], inside[here])
    return np.maximum.accumulate(largest), np.minimum.accumulate(smallest)


def first_vanishing_pivot(triangle: np.ndarray) -> int:
    """Index of the first pivot that is zero to far below any cutoff; the size if none is."""
    pivots = np.abs(np.diagonal(triangle))
    vanishing = pivots <= np.finfo(np.float64).eps ** 2 * pivots.max()
    return int(np.argmax(np.append(vanishing, True)))


def largest_by_lanczos(triangle: np.ndarray) -> float:
    """Largest singular value to three digits, by ARPACK's Lanczos iteration."""
    start = random_unit_vectors(len(triangle), 1)[0]
    values = svds(triangle, k=1, ncv=8, tol=0.1, v0=start, return_singular_vectors=False)
    return float(values[0])


def _largest(triangle: np.ndarray, rows: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Largest singular values: each row of `rows` is a vector for one leading block."""
    estimate = np.zeros(len(rows))
    for _ in range(_ROUNDS):
        rows = multiply_from_right(triangle, rows, transpose=True)
        estimate = np.maximum(estimate, _normalise(rows))
        rows = multiply_from_right(triangle, rows) * inside
        estimate = np.maximum(estimate, _normalise(rows))
    return estimate


def _smallest(triangle: np.ndarray, rows: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Smallest singular values, by inverse iteration; zero where that overflows."""
    rows = np.ascontiguousarray(rows)
    _normalise(rows)
    inverse = np.zeros(len(rows))
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_ROUNDS):
            rows = solve_from_right(triangle, rows) * inside
            inverse = np.maximum(inverse, _normalise(rows))
            rows = solve_from_right(triangle, rows, transpose=True)
            inverse = np.maximum(inverse, _normalise(rows))
    return np.where(np.isfinite(inverse), 1.0 / inverse, 0.0)


def _normalise(rows: np.ndarray) -> np.ndarray:
    """Scale rows to unit length in place; return the lengths."""
    lengths = np.linalg.norm(rows, axis=1)
    rows /= np.where(lengths == 0, 1.0, lengths)[:, None]
    return lengths


def without_zero_pivots(triangle: np.ndarray) -> np.ndarray:
    """Replace vanishing pivots by tiny ones, far below any cutoff, for inverse iteration."""
    if first_vanishing_pivot(triangle) == len(triangle):
        return triangle
    pivots = np.abs(np.diagonal(triangle))
    floor = np.finfo(np.float64).eps ** 2 * pivots.max() if pivots.any() else 1.0
    repaired = triangle.copy(order="F")
    vanishing = np.flatnonzero(pivots <= floor)
    repaired[vanishing, vanishing] = floor
    return repaired

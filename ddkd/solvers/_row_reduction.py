"""Fewer rows for numerically rank-deficient features, with the same solution at every width.

Both reductions are orthogonal: equal rows are merged exactly, and features whose rank is far
below the number of samples are compressed to a basis of their columns. The reduced problem is
solved as any other, with the cutoffs of the original one.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import linalg

from ._path_problem import PrefixProblem

__all__ = ["reduce_rows"]

# Compression pays only if it takes away at least this fraction of the rows.
_WORTHWHILE = 0.6
_EXTRA_COLUMNS = 32
_CHUNK = 1024
_SEED = 20210206
# What a compression may lose, in units of rounding of the features' Frobenius norm.
_ROUNDING = 20


def reduce_rows(
    problem: PrefixProblem, triangle: np.ndarray, widths: np.ndarray
) -> PrefixProblem | None:
    """Merge equal rows, or else compress; None if neither takes rows away.

    `triangle` is the triangular factor of the leading columns, `widths` those to be solved.
    """
    return _merge_equal_rows(problem) or _compress(problem, triangle, widths)


def _merge_equal_rows(problem: PrefixProblem) -> PrefixProblem | None:
    """Replace m equal rows by one, times sqrt(m), with sqrt(m) times their mean target.

    The Gram matrix of the features, hence every singular value, is the same, and the squared
    residuals differ by a constant.
    """
    Z, Y = problem.Z, problem.Y
    group = _groups_of_equal_rows(Z)
    multiplicity = np.bincount(group)
    if multiplicity.size == len(Z):
        return None
    root = np.sqrt(multiplicity)[:, None]
    totals = np.zeros((multiplicity.size, Y.shape[1]))
    np.add.at(totals, group, Y)
    representatives = np.unique(group, return_index=True)[1]
    return replace(problem, Z=Z[representatives] * root, Y=totals / root, is_reduced=True)


def _groups_of_equal_rows(Z: np.ndarray) -> np.ndarray:
    """Number the distinct rows in order of appearance; return each row's number."""
    _, first_column, counts = np.unique(Z[:, 0], return_inverse=True, return_counts=True)
    group = np.empty(len(Z), dtype=int)
    seen: dict[bytes, int] = {}
    n_groups = 0
    for i, row in enumerate(Z):
        number = n_groups
        if counts[first_column[i]] > 1:
            key = hashlib.blake2b((row + 0.0).tobytes()).digest()
            number = seen.setdefault(key, n_groups)
        group[i] = number
        n_groups += number == n_groups
    return group


def _compress(
    problem: PrefixProblem, triangle: np.ndarray, widths: np.ndarray
) -> PrefixProblem | None:
    """Project on an orthonormal basis of the columns, found by a random sketch of fixed seed.

    The loss is computed, not assumed: up to every width it must stay at the level of rounding
    and below that width's cutoff.
    """
    size = len(triangle)
    n_columns = _columns_above_rounding(triangle) + _EXTRA_COLUMNS
    while n_columns < _WORTHWHILE * size:
        projected = _project(problem.Z, n_columns, problem.cutoff, widths)
        if projected is not None:
            basis, reduced = projected
            return replace(problem, Z=reduced, Y=basis.T @ problem.Y, is_reduced=True)
        n_columns += n_columns // 2
    return None


def _columns_above_rounding(triangle: np.ndarray) -> int:
    """How many pivots of a column-pivoted QR exceed rounding: it only sizes the sketch."""
    pivoted = linalg.qr(triangle, mode="r", pivoting=True, check_finite=False)[0]
    pivots = np.abs(np.diagonal(pivoted))
    return int(np.count_nonzero(pivots > 10 * np.finfo(np.float64).eps * pivots[0]))


def _project(
    Z: np.ndarray, n_columns: int, cutoff: Callable[[int], float], widths: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Basis (n, n_columns) and projected features; None if that loses too much."""
    p = Z.shape[1]
    sketch = np.random.default_rng(_SEED).standard_normal((p, n_columns))
    basis = linalg.qr(Z @ sketch, mode="economic", check_finite=False)[0]
    reduced = basis.T @ Z
    lost, kept = np.empty(p), np.empty(p)
    for start in range(0, p, _CHUNK):
        block = slice(start, start + _CHUNK)
        lost[block] = np.sum((Z[:, block] - basis @ reduced[:, block]) ** 2, axis=0)
        kept[block] = np.sum(reduced[:, block] ** 2, axis=0)
    lost_norm, kept_norm = np.sqrt(np.cumsum(lost)), np.sqrt(np.cumsum(kept))
    for w in widths:
        # The largest singular value is at least the root mean square one.
        largest = kept_norm[w - 1] / np.sqrt(min(n_columns, w))
        allowed = min(
            _ROUNDING * np.finfo(np.float64).eps * kept_norm[w - 1], cutoff(int(w)) * largest / 3
        )
        if lost_norm[w - 1] > allowed:
            return None
    return basis, reduced

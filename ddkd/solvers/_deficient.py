"""Numerically rank-deficient features: fewer rows, with the same solution at every width.

Both reductions are orthogonal. Rows that are equal are merged: m of them become one, times
``sqrt(m)``, with ``sqrt(m)`` times their mean target, which leaves ``Z'Z`` and ``Z'y`` as they
were (exact). Features whose rank is far below the number of samples are projected, ``Q'Z``, on an
orthonormal basis Q of ``Z G`` with a Gaussian G: the randomised range finder of Halko, Martinsson
and Tropp (SIAM Review 53, 2011, algorithm 4.1). Its loss ``|Z - Q Q'Z|`` is computed, not
assumed: up to every width it must stay at the level of rounding and below that width's cutoff,
else the basis is enlarged or given up.
"""

from dataclasses import replace

import numpy as np
from scipy import linalg

from ._arguments import Features, Problem
from ._products import column_blocks

# Compression pays only if it takes away at least this fraction of the rows.
_WORTHWHILE = 0.6
_EXTRA_COLUMNS = 32
_SEED = 20210206
# What a compression may lose, in units of rounding of the features' Frobenius norm.
_ROUNDING = 20


def reduce_rows(problem: Problem, triangle: np.ndarray, widths: np.ndarray) -> Problem | None:
    """Merge equal rows, or else compress; None if neither takes rows away.

    `triangle` is the triangular factor of the leading columns, `widths` those to be solved.
    """
    return _merge_equal_rows(problem, widths) or _compress(problem, triangle, widths)


def _merge_equal_rows(problem: Problem, widths: np.ndarray) -> Problem | None:
    """Replace equal rows by one."""
    group = _groups_of_equal_rows(problem.Z, widths)
    multiplicity = np.bincount(group)
    if multiplicity.size == len(group):
        return None
    root = np.sqrt(multiplicity)[:, None]
    totals = np.zeros((multiplicity.size, problem.Y.shape[1]))
    np.add.at(totals, group, problem.Y)
    representatives = np.unique(group, return_index=True)[1]
    merged = np.empty((multiplicity.size, int(widths[-1])))
    for start, stop, _ in column_blocks(widths):
        merged[:, start:stop] = problem.Z[:, start:stop][representatives] * root
    return replace(problem, Z=merged, Y=totals / root)


def _groups_of_equal_rows(Z: Features, widths: np.ndarray) -> np.ndarray:
    """Number the distinct rows; return each row's number."""
    group = np.zeros(len(Z), dtype=int)
    for start, stop, _ in column_blocks(widths):
        doubtful = np.bincount(group)[group] > 1
        if not doubtful.any():
            break
        # Adding zero turns -0 into 0, so that equal rows are equal bytes.
        rows = np.column_stack([group[doubtful], Z[:, start:stop][doubtful] + 0.0])
        keys = rows.view(np.dtype((np.void, rows.strides[0]))).ravel()
        group[doubtful] = len(Z) + np.unique(keys, return_inverse=True)[1]
        group = np.unique(group, return_inverse=True)[1]
    return group


def _compress(problem: Problem, triangle: np.ndarray, widths: np.ndarray) -> Problem | None:
    """Project on a basis of the columns, enlarged until the loss is that of rounding."""
    size = len(triangle)
    n_columns = _columns_above_rounding(triangle) + _EXTRA_COLUMNS
    while n_columns < _WORTHWHILE * size:
        projected = _project(problem, n_columns, widths)
        if projected is not None:
            return projected
        n_columns += n_columns // 2
    return None


def _columns_above_rounding(triangle: np.ndarray) -> int:
    """How many pivots of a column-pivoted QR exceed rounding: it only sizes the sketch."""
    pivoted = linalg.qr(triangle, mode="r", pivoting=True, check_finite=False)[0]
    pivots = np.abs(np.diagonal(pivoted))
    return int(np.count_nonzero(pivots > 10 * np.finfo(np.float64).eps * pivots[0]))


def _project(problem: Problem, n_columns: int, widths: np.ndarray) -> Problem | None:
    """Projected problem of so many rows; None if that loses too much."""
    Z, p = problem.Z, int(widths[-1])
    rng = np.random.default_rng(_SEED)
    sketch = np.zeros((len(Z), n_columns))
    for start, stop, _ in column_blocks(widths):
        sketch += Z[:, start:stop] @ rng.standard_normal((stop - start, n_columns))
    basis = linalg.qr(sketch, mode="economic", check_finite=False)[0]
    reduced, lost = np.empty((n_columns, p)), np.empty(p)
    for start, stop, _ in column_blocks(widths):
        columns = Z[:, start:stop]
        reduced[:, start:stop] = basis.T @ columns
        lost[start:stop] = np.sum((columns - basis @ reduced[:, start:stop]) ** 2, axis=0)
    lost_norm = np.sqrt(np.cumsum(lost))[widths - 1]
    kept_norm = np.sqrt(np.cumsum(np.sum(reduced**2, axis=0)))[widths - 1]
    # The largest singular value is at least the root mean square one.
    largest = kept_norm / np.sqrt(np.minimum(n_columns, widths))
    cutoffs = np.array([problem.cutoff(int(w)) for w in widths])
    rounding = _ROUNDING * np.finfo(np.float64).eps * kept_norm
    if (lost_norm > np.minimum(rounding, cutoffs * largest / 3)).any():
        return None
    return replace(problem, Z=reduced, Y=basis.T @ problem.Y)

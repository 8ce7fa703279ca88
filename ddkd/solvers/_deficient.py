"""Numerically rank-deficient features: fewer rows, with the same solution at every width.

Where the features have a rank r below n, as with equal rows or smooth features, the samples are
projected, ``B'Z``, on r orthonormal directions B. A QR decomposition with column pivoting of
``Z G``, with a Gaussian G, proposes them: the randomised range finder of Halko, Martinsson and
Tropp (SIAM Review 53, 2011, algorithm 4.1). Its loss ``|Z - B B'Z|`` is computed, not assumed: up
to every width it must stay at the level of rounding and below that width's cutoff, else nothing is
projected. Of columns made on demand the projection is stored up to a budget; beyond, it is made
with them.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import linalg

from ddkd.solvers._arguments import Features, Problem
from ddkd.solvers._products import column_blocks

_SEED = 20210206
_EXTRA_COLUMNS = 32
_EPS = np.finfo(np.float64).eps
# Units of rounding of the features' Frobenius norm: what the sketch may leave, and what is lost.
_LEFT, _LOST = 5, 30
# Projections of columns made on demand are stored up to this many numbers (256 MiB).
_STORED = 2**25


@dataclass(frozen=True, eq=False)
class _Projected:
    """Features on fewer rows, made on demand: ``B' Z[:, start:stop]``."""

    Z: Features
    directions: np.ndarray

    def __len__(self) -> int:
        return self.directions.shape[1]

    def __getitem__(self, key: tuple[slice, slice]) -> np.ndarray:
        return self.directions.T @ self.Z[key]


def project_rows(problem: Problem, widths: np.ndarray, largest: np.ndarray) -> Problem | None:
    """Project the samples on the range of the features; None if no row or too much would go.

    `largest` bounds the largest singular value at each of the widths from below.
    """
    Z, p = problem.Z, int(widths[-1])
    directions = _range(Z, widths)
    n_rows = directions.shape[1]
    if n_rows == len(Z):
        return None
    is_stored = isinstance(Z, np.ndarray) or n_rows * p <= _STORED
    projected: Any = np.empty((n_rows, p)) if is_stored else _Projected(Z, directions)
    kept, lost = np.empty(p), np.empty(p)
    for start, stop, _ in column_blocks(widths):
        columns = Z[:, start:stop]
        image = directions.T @ columns
        rest = columns - directions @ image
        kept[start:stop] = np.einsum("ij,ij->j", image, image)
        lost[start:stop] = np.einsum("ij,ij->j", rest, rest)
        if is_stored:
            projected[:, start:stop] = image
    kept_norm, lost_norm = (np.sqrt(np.cumsum(part))[widths - 1] for part in (kept, lost))
    cutoffs = np.array([problem.cutoff(int(w)) for w in widths])
    if (lost_norm > np.minimum(_LOST * _EPS * kept_norm, cutoffs * largest / 3)).any():
        return None
    return replace(problem, Z=projected, Y=directions.T @ problem.Y)


def _range(Z: Features, widths: np.ndarray) -> np.ndarray:
    """Orthonormal directions (n, r) of the samples that hold the features but for rounding."""
    rng = np.random.default_rng(_SEED)
    sketch = np.zeros((len(Z), len(Z) + _EXTRA_COLUMNS))
    for start, stop, _ in column_blocks(widths):
        sketch += Z[:, start:stop] @ rng.standard_normal((stop - start, sketch.shape[1]))
    turned, triangle, _ = linalg.qr(sketch, mode="economic", pivoting=True, check_finite=False)
    squares = np.einsum("ij,ij->i", triangle, triangle)
    left = np.sqrt(np.cumsum(squares[::-1])[::-1])
    return turned[:, : max(1, np.count_nonzero(left > _LEFT * _EPS * left[0]))]

"""Widths above the threshold from one growing triangular factor of the transposed features.

In the basis Q of the decomposition Z_n = Q R of the first n columns the features read
``[R, B]``. With J the exchange matrix ``J R' J`` is upper triangular, so it is, for free, the
triangular factor of the transposed features once samples, and the first n features, are taken
in reverse order; every further block of columns is a QR decomposition of that triangle on top
of the block. Nothing is squared, and coefficients come from the stored reflectors, never from
``Z' a``: with a condition of 1e11 that form loses every digit of the predictions without a
sign. A block of b columns costs ``4 n^2 b`` flops.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import blas

from ._condition import random_unit_vectors, without_zero_pivots
from ._lapack import Reflectors, StackedReflectors, stack_qr
from ._small import SmallSolution, solve_by_extremes

__all__ = ["GrowingTriangle"]

_ROUNDS = 4


@dataclass(eq=False)
class GrowingTriangle:
    """Triangular factor of the transposed features of a width that grows.

    Parameters
    ----------
    Z : ndarray of shape (n, p)
        Features.
    basis : Reflectors
        Orthogonal factor of the first n columns.
    triangle : ndarray of shape (n, n)
        Their triangular factor R.
    rotated : ndarray of shape (n, n_targets)
        Targets in that basis.
    """

    Z: np.ndarray
    basis: Reflectors
    triangle: np.ndarray
    rotated: np.ndarray
    blocks: list[StackedReflectors] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.width = self.triangle.shape[0]
        self.triangle = np.array(self.triangle.T[::-1, ::-1], order="F")
        self.rotated = self.rotated[::-1]
        self._lowest = random_unit_vectors(self.width, 1)[0]
        self._highest = self._lowest.copy()

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`."""
        new = self.basis.transpose_times(self.Z[:, self.width : width])
        block, self.triangle = stack_qr(self.triangle, np.array(new[::-1].T, order="F"))
        self.blocks.append(block)
        self.width = width

    def solve(self, alpha: float, rcond: float) -> SmallSolution:
        """Solve in the rotated features: by substitution if full rank is certain, else by SVD."""
        return solve_by_extremes(self.triangle, self.rotated, alpha, rcond, "lq", *self._extremes())

    def _extremes(self) -> tuple[float, float]:
        """Extreme singular values; later calls start from the vectors of the earlier ones."""
        triangle = without_zero_pivots(self.triangle)
        largest, inverse = 0.0, 0.0
        low, high = self._lowest, self._highest
        for _ in range(_ROUNDS if len(self.blocks) <= 1 else 1):
            low = blas.dtrsv(triangle, low, trans=1)
            low = blas.dtrsv(triangle, low / np.linalg.norm(low))
            inverse = max(inverse, float(np.linalg.norm(low)))
            low /= np.linalg.norm(low)
            high = blas.dtrmv(triangle, high)
            high = blas.dtrmv(triangle, high / np.linalg.norm(high), trans=1)
            largest = max(largest, float(np.linalg.norm(high)))
            high /= np.linalg.norm(high)
        self._lowest, self._highest = low, high
        return largest, 1.0 / inverse

    def coefficients(self, solutions: list[np.ndarray], first_block: int) -> np.ndarray:
        """Coefficients of the original features, in one backward sweep over the blocks.

        Parameters
        ----------
        solutions : list of ndarray of shape (n, n_targets)
            Solutions in the rotated features after the blocks `first_block`,
            ``first_block + 1``, and so on up to the last one.
        first_block : int
            How many blocks the first solution has seen, less one.

        Returns
        -------
        ndarray of shape (n_solutions, n_targets, width)
            Coefficients, zero beyond each solution's width.
        """
        n, k = solutions[0].shape
        g = len(solutions)
        top = np.array(np.hstack(solutions), order="F")
        coef = np.zeros((g * k, self.width))
        stop = self.width
        for j in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[j]
            start = stop - block.vectors.shape[0]
            since = max(j - first_block, 0) * k
            bottom = np.zeros((stop - start, g * k - since), order="F")
            top[:, since:], bottom = block.apply(top[:, since:], bottom, transpose=False)
            coef[since:, start:stop] = bottom.T
            stop = start
        coef[:, :n] = top[::-1].T
        return coef.reshape(g, k, self.width)

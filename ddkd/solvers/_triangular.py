"""Widths above the threshold from one growing triangular factor of the transposed features.

In the basis Q of the decomposition Z_n = Q R of the first n columns the features read
``[R, B]``. With J the exchange matrix ``J R' J`` is upper triangular, so it is, for free, the
triangular factor of the transposed features once samples, and the first n features, are taken
in reverse order; every further block of columns is a QR decomposition of that triangle on top
of the block. Nothing is squared, and coefficients come from the stored reflectors, never from
``Z' a``: with a condition of 1e11 that form loses every digit of the predictions without a
sign. A block of b columns costs ``4 n^2 b`` flops.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import blas

from ._condition import first_vanishing_pivot
from ._growing_extremes import GrowingExtremes
from ._lapack import Reflectors, StackedReflectors, solve_triangle, stack_qr
from ._small import SmallSolution, decisive_condition, solve_by_extremes

__all__ = ["GrowingTriangle"]


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
    smallest : float
        Lower bound of the smallest singular value of all widths to come.
    """

    Z: np.ndarray
    basis: Reflectors
    triangle: np.ndarray
    rotated: np.ndarray
    smallest: float = 0.0
    blocks: list[StackedReflectors] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.width = self.triangle.shape[0]
        self.triangle = np.array(self.triangle.T[::-1, ::-1], order="F")
        self.rotated = self.rotated[::-1]
        self._extremes = GrowingExtremes(self.width, self.smallest**2)
        self._sample_squares = np.einsum("ij,ij->j", self.triangle, self.triangle)

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`."""
        new = self.basis.transpose_times(self.Z[:, self.width : width])
        self._sample_squares += np.einsum("ij,ij->i", new, new)[::-1]
        block, self.triangle = stack_qr(self.triangle, np.array(new[::-1].T, order="F"))
        self.blocks.append(block)
        self.width = width

    def solve(self, alpha: float, rcond: float) -> SmallSolution:
        """Solve in the rotated features: by substitution if full rank is certain, else by SVD."""
        extremes = self._largest_and_smallest(decisive_condition(rcond))
        return solve_by_extremes(self.triangle, self.rotated, alpha, rcond, "lq", *extremes)

    def bound_smallest(self) -> float:
        """Search for the smallest singular value: that of every wider model is no smaller."""
        return math.sqrt(self._extremes.search(self._solve_gram))

    def _largest_and_smallest(self, decisive: float) -> tuple[float, float]:
        """Extreme singular values of the features, roots of the Gram matrix's eigenvalues."""
        at = int(np.argmax(self._sample_squares))
        column = blas.dtrmv(self.triangle, self.triangle[:, at], trans=1)
        image = self._gram_times(self._extremes.tops(column))
        top = self._extremes.largest(image, self._gram_times)
        if first_vanishing_pivot(self.triangle) < len(self.triangle):
            return math.sqrt(top), 0.0
        solved = self._solve_gram(self._extremes.probes())
        low = self._extremes.smallest(solved, top, decisive**2, self._solve_gram)
        return math.sqrt(top), math.sqrt(low)

    def _gram_times(self, right: np.ndarray) -> np.ndarray:
        """Product ``R' R right``."""
        half = blas.dtrmm(1.0, self.triangle, right)
        return np.asarray(blas.dtrmm(1.0, self.triangle, half, trans_a=1, overwrite_b=1))

    def _solve_gram(self, right: np.ndarray) -> np.ndarray:
        """Solve ``R' R x = right``."""
        half = solve_triangle(self.triangle, right, transpose=True)
        return solve_triangle(self.triangle, half)

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

"""Truncation of a triangle that has few small singular values, without its whole SVD.

The truncated solution needs the singular vectors V of what it drops, not of what it keeps. Block
inverse iteration finds them, and with s the largest singular value the triangle R~ of
``[R; s V'] = Q R~`` has the singular values of R that are kept, and s in place of the others:
a penalty on the dropped directions alone, after which full rank is certain. A block of b vectors
costs about ``5 m^2 b`` flops a round, and two or three rounds suffice, against some ``9 m^3`` of
LAPACK's gelsd, half of them in its slowest kernels.

The certificate is a backward error. With U the left vectors, ``R' U = V S + E`` where S is small
and square and E is what leaves the space of V; the truncation is that of a matrix within ``|E|``
of R, and is accepted if ``|E|`` is some units of rounding of s, as gelsd's own error is.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import linalg
from scipy.linalg import blas

from ._condition import (
    fixed_stream,
    largest_by_lanczos,
    random_unit_vectors,
    without_zero_pivots,
)
from ._lapack import StackedReflectors, solve_triangle, stack_qr

__all__ = ["Deflation", "smallest_vectors"]

_ROUNDS = 8
# Backward error that is accepted, in units of rounding of the largest singular value.
_ROUNDING = 4.0
# Vectors beyond the dropped ones: the more of them, the faster the others converge.
_BUFFER = 32
# A block wider than this part of the triangle costs as much as the SVD.
_WIDEST = 0.25


@dataclass(frozen=True, eq=False)
class Deflation:
    """A triangle R (m, m) whose small singular values have been lifted out of the way.

    Attributes
    ----------
    triangle : ndarray of shape (m, m)
        The triangle R~, of full numerical rank.
    stacked : StackedReflectors
        Its orthogonal factor Q.
    dropped : ndarray of shape (m, d)
        Right singular vectors of R that the truncation drops.
    """

    triangle: np.ndarray
    stacked: StackedReflectors
    dropped: np.ndarray

    @classmethod
    def of(cls, triangle: np.ndarray, dropped: np.ndarray, size: float) -> Self:
        """Lift the values of the vectors `dropped`, at least one, to `size`."""
        below = np.array(size * dropped.T, order="F")
        stacked, lifted = stack_qr(np.array(triangle, order="F"), below)
        return cls(lifted, stacked, dropped)

    def without_dropped(self, matrix: np.ndarray) -> np.ndarray:
        """Project (m, k) on the right singular vectors that are kept."""
        return np.asarray(matrix - self.dropped @ (self.dropped.T @ matrix))

    def rotate(self, top: np.ndarray, *, transpose: bool) -> np.ndarray:
        """First m rows of ``Q [top; 0]``, or of its transpose's product."""
        bottom = np.zeros((self.dropped.shape[1], top.shape[1]), order="F")
        return self.stacked.apply(np.array(top, order="F"), bottom, transpose=transpose)[0]


def smallest_vectors(triangle: np.ndarray, rcond: float) -> tuple[np.ndarray, float, float] | None:
    """Right singular vectors of the values at or below ``rcond`` times the largest.

    Parameters
    ----------
    triangle : ndarray of shape (m, m)
        Upper triangle, Fortran-ordered.
    rcond : float
        Relative cutoff.

    Returns
    -------
    tuple of ndarray of shape (m, d), float and float, or None
        The vectors, and the largest and the smallest singular value that is kept; None if the
        vectors are too many for this to pay, or not found to rounding.
    """
    m = len(triangle)
    if _WIDEST * m < _BUFFER + 1 or not triangle.any():
        return None
    largest = largest_by_lanczos(triangle)
    invertible = without_zero_pivots(triangle)
    # Small pivots are a good guess of how many singular values are small, and no more than that.
    n_likely = int(np.count_nonzero(np.abs(np.diagonal(triangle)) <= 10 * rcond * largest))
    rng = fixed_stream()
    right = random_unit_vectors(m, n_likely + _BUFFER + 1, rng).T
    for _ in range(_ROUNDS):
        if right.shape[1] > _WIDEST * m:
            return None
        left = _orthonormal(solve_triangle(invertible, right, transpose=True))
        right = _orthonormal(solve_triangle(invertible, left))
        image = blas.dtrmm(1.0, triangle, left, trans_a=1)
        core = right.T @ image
        outside = image - right @ core
        turn, values, left_turn = linalg.svd(core, check_finite=False)
        right = right @ turn
        dropped = int(np.count_nonzero(values <= rcond * largest))
        if dropped + _BUFFER // 2 > right.shape[1]:
            # If all the vectors are small there can be many more.
            all_small = dropped == right.shape[1]
            extra = dropped if all_small else dropped + _BUFFER - right.shape[1]
            right = np.hstack([random_unit_vectors(m, extra, rng).T, right])
            continue
        kept = right.shape[1] - dropped
        error = np.linalg.norm(outside @ left_turn[kept - 1 :].T, axis=0)
        rounding = _ROUNDING * np.finfo(np.float64).eps * largest
        # By Weyl's bound the value next to the cutoff stays on its side of it.
        clear = max(rounding, values[kept - 1] - rcond * largest)
        if error[0] <= clear and (error[1:] <= rounding).all():
            return right[:, kept:], largest, float(values[kept - 1])
    return None


def _orthonormal(block: np.ndarray) -> np.ndarray:
    """Orthonormal basis of the columns."""
    return np.asarray(linalg.qr(block, mode="economic", overwrite_a=True, check_finite=False)[0])

"""Widths above n from a growing triangular factor of the transposed features: ``Z' = Q T``.

In the basis of the decomposition ``Z_n = Q_n R`` of the first n columns the features read ``[R,
B]``. With J the exchange matrix ``J R' J`` is upper triangular: it is the triangular factor of
the transposed features once samples, and the first n features, are taken in reverse order. Every
further block of b columns is a QR decomposition of that triangle on top of the block, ``4 n^2 b``
flops with the change of basis (Golub and Van Loan, Matrix Computations, section 6.5). The
solution of a width is ``x = Q T'^-1 y``, from the reflectors: ``Z' a`` in its place would lose
every digit of the predictions at a condition of 1e11. Nothing is squared, so this serves any
width, and is used just above the threshold and wherever the condition forbids a Gram matrix.
"""

from dataclasses import replace

import numpy as np

from ._arguments import Features, Problem
from ._lapack import Reflectors, StackedReflectors, stack_qr
from ._products import Evaluation
from ._rank import extremes
from ._solution import SmallSolution
from ._triangle import solve_reduced


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

    def __init__(self, Z: Features, basis: Reflectors, triangle: np.ndarray, rotated: np.ndarray):
        self._Z, self._basis = Z, basis
        self.width = len(triangle)
        self.triangle = np.array(triangle.T[::-1, ::-1], order="F")
        self.rotated = rotated[::-1]
        self._blocks: list[StackedReflectors] = []

    def turned(self, width: int) -> np.ndarray:
        """The columns up to `width` that are still to come, in the triangle's basis (n, b)."""
        return self._basis.transpose_times(self._Z[:, self.width : width])[::-1]

    def absorb(self, new: np.ndarray) -> StackedReflectors:
        """Take in columns (n, b) of that basis; return the reflectors that do it."""
        block, self.triangle = stack_qr(self.triangle, np.array(new.T, order="F"))
        self.width += new.shape[1]
        return block

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`, and keep their reflectors for `solve`."""
        if width > self.width:
            self._blocks.append(self.absorb(self.turned(width)))

    def solve(self, alpha: float, rcond: float) -> SmallSolution:
        """Solve for the features so far."""
        small = solve_reduced(self.triangle, self.rotated, alpha, rcond, "lq")
        top = np.array(small.coef, order="F")
        parts = []
        for block in reversed(self._blocks):
            bottom = np.zeros((len(block.vectors), top.shape[1]), order="F")
            top, bottom = block.apply(top, bottom, transpose=False)
            parts.append(bottom)
        return replace(small, coef=np.vstack([top[::-1], *reversed(parts)]))


def solve_growing(
    problem: Problem, evaluation: Evaluation, position: int, growing: GrowingTriangle
) -> tuple[int, float]:
    """Grow the triangle to 1.125 n, and on until a Gram matrix is safe.

    Returns the position from where it is, and the smallest singular value there.
    """
    n = len(problem.Z)
    near = n + n // 8
    held: list[SmallSolution] = []
    smallest = 0.0
    for i in range(position, evaluation.widths.size):
        width = int(evaluation.widths[i])
        if width > near:
            growing.grow(near)
            smallest = extremes(growing.triangle)[1]
            # Orthogonal changes of the features leave their Frobenius norm as it is.
            frobenius = float(np.linalg.norm(growing.triangle))
            if problem.is_squarable(growing.width, frobenius, smallest):
                break
        growing.grow(width)
        held.append(growing.solve(problem.alpha, problem.cutoff(width)))
        if len(held) >= problem.batch(width):
            position = evaluation.record_small(position, held)
            held = []
    return evaluation.record_small(position, held), smallest

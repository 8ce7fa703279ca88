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

from dataclasses import dataclass, field

import numpy as np

from ._arguments import Features, NestedProblem
from ._lapack import Reflectors, StackedReflectors, solve_triangle, stack_qr
from ._products import Evaluation
from ._rank import is_certain, random_vectors, smallest_by_inverse_iteration
from ._solution import SmallSolution
from ._triangle import solve_by_extremes


class LargestBounds:
    """Bounds of the largest singular value of features whose columns keep coming.

    It is at most the Frobenius norm, and at least the norm of any row, of any column, and of the
    image of a vector: one that shows the largest singular value of the first columns.
    """

    def __init__(self, n_samples: int, vector: np.ndarray | None = None):
        self.vector = np.ones(n_samples) if vector is None else vector
        self.width = 0
        self._rows, self._image = np.zeros(n_samples), np.zeros(n_samples)
        self._column = 0.0

    def add(self, columns: np.ndarray) -> None:
        """Take in the columns that follow."""
        self.width += columns.shape[1]
        self._rows += np.einsum("ij,ij->i", columns, columns)
        self._column = max(self._column, float(np.einsum("ij,ij->j", columns, columns).max()))
        self._image += columns @ (columns.T @ self.vector)

    @property
    def frobenius(self) -> float:
        """Upper bound."""
        return float(np.sqrt(self._rows.sum()))

    @property
    def estimate(self) -> float:
        """Lower bound, an estimate."""
        image = float(np.linalg.norm(self._image)) / float(np.linalg.norm(self.vector))
        return float(np.sqrt(max(self._rows.max(), self._column, image)))


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
    largest : LargestBounds
        Bounds of the largest singular value of the first n columns; kept up to date.
    smallest : float
        Estimate of the smallest singular value at n. A search at a wider width may raise it:
        wider models have no smaller one.
    """

    Z: Features
    basis: Reflectors
    triangle: np.ndarray
    rotated: np.ndarray
    largest: LargestBounds
    smallest: float
    blocks: list[StackedReflectors] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.width = len(self.triangle)
        self.triangle = np.array(self.triangle.T[::-1, ::-1], order="F")
        self.rotated = self.rotated[::-1]
        self._vector: np.ndarray | None = None

    def turned(self, width: int) -> np.ndarray:
        """The columns up to `width` that are still to come, in the triangle's basis (n, b)."""
        columns = self.Z[:, self.width : width]
        self.largest.add(columns)
        return self.basis.transpose_times(columns)[::-1]

    def absorb(self, new: np.ndarray) -> StackedReflectors:
        """Take in columns (n, b) of that basis; return the reflectors that do it."""
        block, self.triangle = stack_qr(self.triangle, np.array(new.T, order="F"))
        self.width += new.shape[1]
        return block

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`, and keep their reflectors for `coefficients`."""
        self.blocks.append(self.absorb(self.turned(width)))

    def solve(self, alpha: float, rcond: float) -> SmallSolution:
        """Solve in the rotated features: by substitution if full rank is certain, else by SVD."""
        certain = is_certain(self.largest.frobenius, self.smallest, rcond)
        smallest = self.follow_smallest() if certain else self.search_smallest()
        return solve_by_extremes(
            self.triangle, self.rotated, alpha, rcond, "lq", self.largest.estimate, smallest
        )

    def search_smallest(self) -> float:
        """Search for the smallest singular value, from random vectors."""
        found, self._vector = smallest_by_inverse_iteration(
            self._solve_gram, random_vectors(len(self.triangle), 2)
        )
        self.smallest = max(self.smallest, found)
        return found

    def follow_smallest(self) -> float:
        """Estimate it by one step from the last width's vector and a random one: no certificate."""
        if self._vector is None:
            return self.search_smallest()
        start = np.hstack([self._vector, random_vectors(len(self.triangle), 1)])
        found, self._vector = smallest_by_inverse_iteration(self._solve_gram, start, rounds=1)
        return found

    def _solve_gram(self, right: np.ndarray) -> np.ndarray:
        """Solve ``T' T x = right``; a vanishing pivot gives infinities."""
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
        ndarray of shape (n_solutions * n_targets, width)
            Coefficients, zero beyond each solution's width.
        """
        n, k = solutions[0].shape
        top = np.array(np.hstack(solutions), order="F")
        coef = np.zeros((top.shape[1], self.width))
        stop = self.width
        for j in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[j]
            start = stop - block.vectors.shape[0]
            since = max(j - first_block, 0) * k
            bottom = np.zeros((stop - start, top.shape[1] - since), order="F")
            top[:, since:], bottom = block.apply(top[:, since:], bottom, transpose=False)
            coef[since:, start:stop] = bottom.T
            stop = start
        coef[:, :n] = top[::-1].T
        return coef


def solve_growing(
    problem: NestedProblem, evaluation: Evaluation, position: int, growing: GrowingTriangle
) -> int:
    """Grow the triangle to 1.125 n, and on until a Gram matrix is safe; return where it is."""
    n = len(problem.Z)
    near = n + n // 8
    held: list[SmallSolution] = []

    def record_held(end: int) -> None:
        if held:
            coef = growing.coefficients([s.coef for s in held], len(growing.blocks) - len(held))
            evaluation.record_small(end - len(held), coef, *held)
            held.clear()

    for i in range(position, evaluation.widths.size):
        width = int(evaluation.widths[i])
        if width > near:
            if growing.width < near:
                record_held(i)
                growing.grow(near)
            growing.search_smallest()
            largest, smallest = growing.largest.frobenius, growing.smallest
            if problem.is_squarable(growing.width, largest, smallest):
                record_held(i)
                return i
        growing.grow(width)
        held.append(growing.solve(problem.alpha, problem.cutoff(width)))
        if len(held) >= problem.batch(width):
            record_held(i + 1)
    record_held(evaluation.widths.size)
    return int(evaluation.widths.size)

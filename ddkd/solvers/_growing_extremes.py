"""Extreme eigenvalues of a matrix that grows with the width, followed at little cost.

At every width one step of (inverse) power iteration is taken from the last width's vectors, and
one from fresh ones, without which a direction that the kept vector is orthogonal to, and that
new features have left behind, would never be seen. For the largest eigenvalue the fresh vector
is the column of the sample of largest norm, whose part in a dominant direction is at least one
in sqrt(n); for the smallest it is random.

Decisions rest on more. Adding features never lowers an eigenvalue, so the smallest one found by
a thorough search bounds all later ones from below. As long as this bound is good enough for the
decision at hand nothing else is needed; otherwise there is a new search.
"""

from collections.abc import Callable

import numpy as np
from scipy import linalg

from ._condition import fixed_stream, random_unit_vectors

__all__ = ["GrowingExtremes"]

Operator = Callable[[np.ndarray], np.ndarray]

# Rounds and random vectors of a search, and further rounds of power iteration at the first width.
_ROUNDS = 3
_VECTORS = 3
_FIRST_ROUNDS = 3


class GrowingExtremes:
    """Extreme eigenvalues of positive definite matrices (n, n), each at least the one before.

    Parameters
    ----------
    n : int
        Size.
    bound : float, default 0
        Lower bound of the smallest eigenvalue.
    """

    def __init__(self, n: int, bound: float = 0.0):
        self._rng = fixed_stream()
        self._lowest = random_unit_vectors(n, 1, self._rng)[0]
        self._highest: np.ndarray | None = None
        self._probes = self._tops = np.empty((n, 2))
        self._bound = bound

    def probes(self) -> np.ndarray:
        """Unit vectors (n, 2) whose product with the inverse `smallest` wants to see."""
        self._probes = np.column_stack([self._lowest, self._draw(1)])
        return self._probes

    def smallest(
        self, solved: np.ndarray, largest: float, condition: float, solve: Operator
    ) -> float:
        """Smallest eigenvalue; reliable where it decides between conditions above and below.

        `solved` is the inverse's product with the probes. With `largest` the largest eigenvalue,
        nothing is searched for as long as the matrix is certain to be of less than `condition`.
        """
        inverses = _quotients(self._probes, solved)
        if not np.isfinite(inverses).all():
            return 0.0
        at = int(np.argmax(inverses))
        self._lowest = _unit(solved)[:, at]
        if largest < condition * self._bound:
            return float(1.0 / inverses[at])
        return self.search(solve)

    def search(self, solve: Operator) -> float:
        """Smallest eigenvalue by block inverse iteration, a bound from now on."""
        self._bound = self._block_iteration(solve)
        return self._bound

    def _block_iteration(self, solve: Operator) -> float:
        """Smallest eigenvalue; zero if the inverse overflows."""
        image = np.column_stack([self._lowest, self._draw(_VECTORS)])
        for _ in range(_ROUNDS):
            basis = linalg.qr(image, mode="economic", check_finite=False)[0]
            image = solve(basis)
        core = basis.T @ image
        if not np.isfinite(core).all():
            return 0.0
        values, vectors = linalg.eigh(core, check_finite=False)
        self._lowest = basis @ vectors[:, -1]
        return float(1.0 / values[-1])

    def _draw(self, count: int) -> np.ndarray:
        """Fresh random unit vectors, as columns."""
        return random_unit_vectors(len(self._lowest), count, self._rng).T

    def tops(self, column: np.ndarray) -> np.ndarray:
        """Unit vectors (n, 2) whose product with the matrix `largest` wants to see.

        `column` is the matrix's column of the largest diagonal entry.
        """
        kept = column if self._highest is None else self._highest
        self._tops = _unit(np.column_stack([kept, column]))
        return self._tops

    def largest(self, image: np.ndarray, multiply: Operator) -> float:
        """Largest eigenvalue; `image` is the matrix's product with the tops."""
        if self._highest is None:
            for _ in range(_FIRST_ROUNDS):
                self._tops = _unit(image)
                image = multiply(self._tops)
        values = _quotients(self._tops, image)
        at = int(np.argmax(values))
        self._highest = image[:, at]
        return float(values[at])


def _quotients(vectors: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Estimates ``v' A^2 v / v' A v`` of the largest eigenvalue of A, never above it.

    They are Rayleigh quotients after half a step more than that of ``v' A v``.
    """
    below = np.einsum("ij,ij->j", vectors, images)
    above = np.einsum("ij,ij->j", images, images)
    return np.asarray(above / np.where(below == 0, 1.0, below))


def _unit(columns: np.ndarray) -> np.ndarray:
    """Scale columns to unit length; zero columns stay zero."""
    lengths = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    return np.asarray(columns / np.where(lengths == 0, 1.0, lengths))

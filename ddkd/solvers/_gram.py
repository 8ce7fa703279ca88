"""Widths well above the threshold from one growing Gram matrix ``G = Z Z'``.

``n^2`` flops for each column of features and ``n^3 / 3`` for each width: the cheapest way, and
exact enough only while the condition of the features, which it squares, stays below
`CONDITION_LIMIT`. That is checked at every width, and the solution is refined against the
features themselves (never against the Gram matrix) as often as the condition asks for.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import linalg  # its norm neither overflows nor underflows

from ._condition import random_unit_vectors
from ._in_place import add_gram, factor
from ._lapack import cholesky_solve, symmetric_product

__all__ = ["CONDITION_LIMIT", "DualSolution", "GrowingGram", "refinements"]

CONDITION_LIMIT = 1e6

# Rounds of iteration at the first width; later ones start from its vectors.
_FIRST_ROUNDS = 4
# Columns copied at once.
_PANEL = 128
# Error of the unrefined solution that is let through, relative.
_TOLERANCE = 1e-11


@dataclass(frozen=True, eq=False)
class DualSolution:
    """Coefficients of the samples, ``w = Z' dual``, and the system's extreme singular values.

    `coef` is None where that product is as good as any, and its refinement (n_targets, width)
    where it is not. `residual_norm` is that of the targets less the fitted values, one for each
    target.
    """

    dual: np.ndarray
    coef: np.ndarray | None
    residual_norm: np.ndarray
    largest: float
    smallest: float


class GrowingGram:
    """Gram matrix of the samples, over the first columns of the features.

    After a successful `solve`, `factor` holds its lower Cholesky factor.
    """

    def __init__(self, Z: np.ndarray, Y: np.ndarray, alpha: float):
        n = len(Z)
        self._Z, self._Y, self._alpha = Z, Y, alpha
        self._width = 0
        self._gram = np.zeros((n, n), order="F")
        self.factor = np.empty_like(self._gram)
        self._lowest = random_unit_vectors(n, 1)[0]
        self._highest = self._lowest
        self._more_rounds = _FIRST_ROUNDS - 1

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`."""
        add_gram(self._gram, self._Z[:, self._width : width])
        self._width = width

    def solve(self) -> DualSolution | None:
        """Solve for the width reached; None where the Gram matrix is not safe."""
        self._restore_factor()
        if not factor(self.factor):
            return None
        dual, largest, smallest = self._solve_and_estimate()
        condition = largest / smallest
        if not condition < CONDITION_LIMIT:
            return None
        rounds = refinements(condition)
        coef = None
        if rounds:
            coef, residual = self._refine(dual, rounds)
        else:
            residual = self._Y - symmetric_product(self._gram, dual)
        return DualSolution(dual, coef, np.linalg.norm(residual, axis=0), largest, smallest)

    def _restore_factor(self) -> None:
        """Copy the lower triangle to where it will be factored, and add the penalty."""
        n = len(self._gram)
        for first in range(0, n, _PANEL):
            columns = slice(first, first + _PANEL)
            self.factor[first:, columns] = self._gram[first:, columns]
        self.factor[np.arange(n), np.arange(n)] += self._alpha

    def _refine(self, dual: np.ndarray, rounds: int) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients (n_targets, width) and residual (n, n_targets); `dual` is refined in place.

        The coefficients are corrected, not only what they are computed from: the rounding of
        ``Z' dual`` alone leaves a residual of about ``eps condition^2``.
        """
        Z = self._Z[:, : self._width]
        coef = dual.T @ Z
        for _ in range(rounds):
            residual = self._Y - Z @ coef.T
            correction = cholesky_solve(self.factor, residual - self._alpha * dual)
            dual += correction
            coef += correction.T @ Z
        return coef, self._Y - Z @ coef.T

    def _solve_and_estimate(self) -> tuple[np.ndarray, float, float]:
        """Solve, with a vector of inverse iteration beside the targets, and one of power iteration.

        Returns the dual and the extreme singular values of the system; the vectors are kept from
        width to width.
        """
        solved = cholesky_solve(self.factor, np.column_stack([self._lowest, self._Y]))
        low, dual = solved[:, 0], np.asfortranarray(solved[:, 1:])
        high = self._system_times(self._highest)
        inverse, largest = float(linalg.norm(low)), float(linalg.norm(high))
        for _ in range(self._more_rounds):
            low = cholesky_solve(self.factor, low[:, None] / linalg.norm(low))[:, 0]
            high = self._system_times(high / linalg.norm(high))
            inverse = max(inverse, float(linalg.norm(low)))
            largest = max(largest, float(linalg.norm(high)))
        self._more_rounds = 0
        self._lowest, self._highest = low / linalg.norm(low), high / linalg.norm(high)
        return dual, math.sqrt(largest), 1.0 / math.sqrt(inverse)

    def _system_times(self, vector: np.ndarray) -> np.ndarray:
        """Product of the Gram matrix plus penalty with a vector."""
        return symmetric_product(self._gram, vector) + self._alpha * vector


def refinements(condition: float) -> int:
    """Rounds of refinement, each of which multiplies the error by about ``10 eps condition^2``."""
    contraction = 10 * np.finfo(np.float64).eps * condition**2
    error, rounds = contraction, 0
    while error > _TOLERANCE:
        error *= contraction
        rounds += 1
    return rounds

"""Widths well above the threshold from one growing Gram matrix ``G = Z Z'``.

``n^2`` flops for each column of features and ``n^3 / 3`` for each width: the cheapest way, and
exact enough only while the condition of the features, which it squares, stays below
`CONDITION_LIMIT`. That is checked at every width, and the solution is refined against the
features themselves (never against the Gram matrix) as often as the condition asks for.
"""

import math
from dataclasses import dataclass

import numpy as np

from ._growing_extremes import GrowingExtremes
from ._in_place import add_gram, factor
from ._lapack import cholesky_solve, symmetric_product
from ._small import decisive_condition

__all__ = ["CONDITION_LIMIT", "DualSolution", "GrowingGram", "refinements"]

CONDITION_LIMIT = 1e6

# Columns copied at once.
_PANEL = 128
# Error of the unrefined solution that is let through, relative.
_TOLERANCE = 1e-11
# Error that one solution, or one round of refinement, leaves, in units of the condition squared.
_LOSS = 10 * np.finfo(np.float64).eps
# Condition up to which nothing is refined.
_UNREFINED = math.sqrt(_TOLERANCE / _LOSS)


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

    `smallest` is a lower bound of the smallest singular value of all widths to come.
    After a successful `solve`, `factor` holds its lower Cholesky factor.
    """

    def __init__(self, Z: np.ndarray, Y: np.ndarray, alpha: float, smallest: float = 0.0):
        n = len(Z)
        self._Z, self._Y, self._alpha = Z, Y, alpha
        self._width = 0
        self._gram = np.zeros((n, n), order="F")
        self.factor = np.empty_like(self._gram)
        self._extremes = GrowingExtremes(n, smallest**2 + alpha)

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`."""
        add_gram(self._gram, self._Z[:, self._width : width])
        self._width = width

    def solve(self, rcond: float) -> DualSolution | None:
        """Solve for the width reached; None where the Gram matrix is not safe.

        The smallest singular value is reliable as far as a cutoff at `rcond` depends on it.
        """
        self._restore_factor()
        if not factor(self.factor):
            return None
        extremes = self._extremes
        solved = self._solve(np.column_stack([extremes.probes(), self._Y]))
        dual = np.asfortranarray(solved[:, 2:])
        tops = extremes.tops(self._dominant_column())
        image = self._system_times(np.column_stack([tops, dual]))
        decisive = min(_UNREFINED, decisive_condition(rcond)) ** 2
        top = extremes.largest(image[:, :2], self._system_times)
        low = extremes.smallest(solved[:, :2], top, decisive, self._solve)
        largest, smallest = math.sqrt(top), math.sqrt(low)
        if not largest < CONDITION_LIMIT * smallest:
            return None
        rounds = refinements(largest / smallest)
        coef, residual = None, self._Y - (image[:, 2:] - self._alpha * dual)
        if rounds:
            coef, residual = self._refine(dual, rounds)
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

    def _solve(self, right: np.ndarray) -> np.ndarray:
        """Solve with the system's factor."""
        return cholesky_solve(self.factor, right)

    def _system_times(self, right: np.ndarray) -> np.ndarray:
        """Product of the Gram matrix plus penalty with a matrix."""
        return symmetric_product(self._gram, right) + self._alpha * right

    def _dominant_column(self) -> np.ndarray:
        """Column of the system with the largest diagonal entry."""
        at = int(np.argmax(np.diagonal(self._gram)))
        column = np.concatenate([self._gram[at, :at], self._gram[at:, at]])
        column[at] += self._alpha
        return column


def refinements(condition: float) -> int:
    """How many rounds of refinement it takes to bring the error below the tolerance."""
    contraction = _LOSS * condition**2
    error, rounds = contraction, 0
    while error > _TOLERANCE:
        error *= contraction
        rounds += 1
    return rounds

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
from ._lapack import cholesky, cholesky_solve, symmetric_product, update_gram

__all__ = ["CONDITION_LIMIT", "DualSolution", "GrowingGram"]

CONDITION_LIMIT = 1e6

_ROUNDS = 4
# Columns added at once: enough for full speed, little enough to copy.
_CHUNK = 1024
# Error of the unrefined solution that is let through, relative.
_TOLERANCE = 1e-11


@dataclass(frozen=True, eq=False)
class DualSolution:
    """Coefficients of the samples, ``w = Z' dual``, and the system's extreme singular values.

    `residual_norm` is that of the targets less the fitted values, one for each target.
    """

    dual: np.ndarray
    residual_norm: np.ndarray
    largest: float
    smallest: float


class GrowingGram:
    """Gram matrix of the samples, over the first columns of the features."""

    def __init__(self, Z: np.ndarray, Y: np.ndarray, alpha: float):
        n = len(Z)
        self._Z, self._Y, self._alpha = Z, Y, alpha
        self._width = 0
        self._gram = np.zeros((n, n), order="F")
        self._vectors: np.ndarray | None = None

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`."""
        for start in range(self._width, width, _CHUNK):
            stop = min(start + _CHUNK, width)
            self._gram = update_gram(self._gram, self._Z[:, start:stop])
        self._width = width

    def solve(self) -> DualSolution | None:
        """Solve for the width reached; None where the Gram matrix is not safe."""
        gram = self._gram
        if self._alpha > 0:
            gram = gram.copy(order="F")
            diagonal = np.arange(len(gram))
            gram[diagonal, diagonal] += self._alpha
        factor = cholesky(gram)
        if factor is None:
            return None
        dual, largest, smallest = self._solve_and_estimate(gram, factor)
        condition = largest / smallest
        if not condition < CONDITION_LIMIT:
            return None
        rounds = _refinements(condition)
        for _ in range(rounds):
            residual = self._residual(dual)
            dual += cholesky_solve(factor, residual - self._alpha * dual)
        # The Gram matrix itself knows the residual well enough where it needs no refinement.
        left = self._residual(dual) if rounds else self._Y - symmetric_product(self._gram, dual)
        return DualSolution(dual, np.linalg.norm(left, axis=0), largest, smallest)

    def _residual(self, dual: np.ndarray) -> np.ndarray:
        """Residual of the targets, computed from the features."""
        Z = self._Z[:, : self._width]
        return self._Y - Z @ (Z.T @ dual)

    def _solve_and_estimate(
        self, gram: np.ndarray, factor: np.ndarray
    ) -> tuple[np.ndarray, float, float]:
        """Solve, with one column of inverse iteration beside the targets."""
        rounds = 1
        if self._vectors is None:
            start = random_unit_vectors(len(gram), 1)[0]
            self._vectors, rounds = np.stack([start, start]), _ROUNDS
        low, high = self._vectors
        largest, inverse = 0.0, 0.0
        for i in range(rounds):
            columns = np.column_stack([low, self._Y]) if i == 0 else low[:, None]
            solved = cholesky_solve(factor, columns)
            if i == 0:
                dual = solved[:, 1:]
            low, high = solved[:, 0], symmetric_product(gram, high)
            inverse = max(inverse, float(linalg.norm(low)))
            largest = max(largest, float(linalg.norm(high)))
            low, high = low / linalg.norm(low), high / linalg.norm(high)
        self._vectors = np.stack([low, high])
        return np.asfortranarray(dual), math.sqrt(largest), 1.0 / math.sqrt(inverse)


def _refinements(condition: float) -> int:
    """Rounds of refinement, each of which multiplies the error by about ``10 eps condition^2``."""
    contraction = 10 * np.finfo(np.float64).eps * condition**2
    error, rounds = contraction, 0
    while error > _TOLERANCE:
        error *= contraction
        rounds += 1
    return rounds

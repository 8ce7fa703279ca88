"""Powers of two that keep squares of features and targets in the floating-point range."""

from dataclasses import dataclass
from typing import Self

import numpy as np

__all__ = ["Scaled", "safe_exponent", "shift"]

# Entries up to 2**100 may be squared and summed, and their products with small ones too.
_SAFE = 100


def safe_exponent(matrix: np.ndarray) -> int:
    """Return e such that ``matrix * 2**-e`` is harmless; 0 if the matrix already is."""
    with np.errstate(over="ignore"):
        norm = float(np.linalg.norm(matrix))
    # The largest entry lies between this norm over the root of their number and the norm.
    if 2.0 ** (1 - _SAFE) * np.sqrt(matrix.size) < norm < 2.0 ** (_SAFE - 1):
        return 0
    largest = max(float(matrix.max()), -float(matrix.min()))
    exponent = int(np.frexp(largest)[1]) if largest else 0
    return exponent if abs(exponent) > _SAFE else 0


def shift(array: np.ndarray, exponents: int | np.ndarray) -> np.ndarray:
    """Multiply by powers of two; the array itself if there is nothing to do."""
    return np.asarray(np.ldexp(array, exponents)) if np.any(exponents) else array


@dataclass(frozen=True, eq=False)
class Scaled:
    """Features ``Z 2^-e`` and targets ``Y_j 2^-t_j`` that may be squared, and the way back."""

    Z: np.ndarray
    Y: np.ndarray
    exponent: int
    target_exponents: np.ndarray

    @classmethod
    def of(cls, Z: np.ndarray, Y: np.ndarray) -> Self:
        """Scale features and targets, only if they need it."""
        exponent = safe_exponent(Z)
        targets = np.array([safe_exponent(column) for column in Y.T])
        return cls(shift(Z, -exponent), shift(Y, -targets), exponent, targets)

    def penalty(self, alpha: np.ndarray) -> np.ndarray:
        """Penalties of the scaled problem, kept from overflowing."""
        with np.errstate(over="ignore"):
            return np.minimum(np.ldexp(alpha, -2 * self.exponent), np.finfo(np.float64).max / 4)

    def coef(self, scaled: np.ndarray) -> np.ndarray:
        """Coefficients, or their norms, of the original problem; targets on the last axis."""
        return shift(scaled, self.target_exponents - self.exponent)

    def predictions(self, scaled: np.ndarray) -> np.ndarray:
        """Predictions of the original problem."""
        return shift(scaled, self.target_exponents)

    def squares(self, scaled: np.ndarray) -> np.ndarray:
        """Squared errors of the original problem."""
        return shift(scaled, 2 * self.target_exponents)

"""Powers of two that keep squares of features and targets in the floating-point range."""

import numpy as np

__all__ = ["safe_exponent", "safe_exponents"]

# Entries up to 2**100 may be squared and summed, and their products with small ones too.
_SAFE = 100


def safe_exponent(matrix: np.ndarray) -> int:
    """Return e such that ``matrix * 2**-e`` is harmless; 0 if the matrix already is."""
    largest = max(float(matrix.max()), -float(matrix.min()))
    exponent = int(np.frexp(largest)[1]) if largest else 0
    return exponent if abs(exponent) > _SAFE else 0


def safe_exponents(columns: np.ndarray) -> np.ndarray:
    """Return such an exponent for each column."""
    return np.array([safe_exponent(column) for column in columns.T])

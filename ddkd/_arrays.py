"""Arithmetic of arrays over a curve, right where a variance is infinite or zero."""

from typing import Any

import numpy as np


def times(a: np.ndarray | float, b: np.ndarray) -> np.ndarray:
    """Product in which zero times infinity is zero."""
    with np.errstate(invalid="ignore"):
        product = np.multiply(a, b)
    return np.where((np.asarray(a) == 0) | (np.asarray(b) == 0), 0.0, product)


def between(share: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """A share of the first and the rest of the last; no share of infinity is zero."""
    return times(share, first) + times(1 - share, last)


def ratio(a: np.ndarray | float, b: np.ndarray) -> np.ndarray:
    """Quotient that is zero where the divisor is zero, or where both are infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.divide(a, b)
    return np.where((np.asarray(b) == 0) | np.isnan(quotient), 0.0, quotient)


def angle(across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Angle whose legs are given, in radians; a right angle where both are zero."""
    return np.where((along == 0) & (across == 0), np.pi / 2, np.arctan2(across, along))


def broadcast(**arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the arrays in one shape."""
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the arguments do not broadcast: their shapes are {shapes}") from None


def unwrap(value: Any) -> Any:
    """A Python float for a single number in an array, anything else as it is."""
    return float(value) if isinstance(value, np.ndarray | np.number) and value.ndim == 0 else value


def products(A: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Products of many matrices (..., n, p) with a vector (..., p) each."""
    return (A @ v[..., None])[..., 0]

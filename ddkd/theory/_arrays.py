"""Products, quotients and angles that stay right where a variance is infinite or zero."""

import numpy as np

__all__ = ["ratio", "score_angle", "times"]


def times(a: np.ndarray | float, b: np.ndarray) -> np.ndarray:
    """Product in which zero times infinity is zero."""
    with np.errstate(invalid="ignore"):
        product = np.multiply(a, b)
    return np.where((np.asarray(a) == 0) | (np.asarray(b) == 0), 0.0, product)


def ratio(a: np.ndarray | float, b: np.ndarray) -> np.ndarray:
    """Quotient that is zero where the divisor is zero, or where both are infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.divide(a, b)
    return np.where((np.asarray(b) == 0) | np.isnan(quotient), 0.0, quotient)


def score_angle(mean: np.ndarray, truth: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Angle in radians between a random score and the truth, over the last axis.

    `mean` and `truth` are coefficients on unit-variance inputs and `variance` is the summed
    variance of the score's coefficients. The part of the score at right angles to the truth
    is formed directly, so small angles keep full relative accuracy. A right angle where
    either is zero.
    """
    norm = np.sqrt(np.sum(truth**2))
    unit = truth / norm if norm > 0 else truth
    along = np.sum(mean * unit, axis=-1)
    across = np.sum((mean - along[..., None] * unit) ** 2, axis=-1) + variance
    undefined = (norm == 0) | ((along == 0) & (across == 0))
    return np.where(undefined, np.pi / 2, np.arctan2(np.sqrt(across), along))

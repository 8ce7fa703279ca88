"""The library's one definition of numerical rank, of condition and of interpolation."""

import warnings
from typing import Any

import numpy as np

from .._checks import check_real
from ..exceptions import InterpolationWarning

__all__ = [
    "INTERPOLATION_TOLERANCE",
    "check_rcond",
    "condition_of_extremes",
    "default_rcond",
    "numerical_rank",
    "residual_vanishes",
    "system_condition",
    "warn_if_not_interpolating",
]

INTERPOLATION_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))


def check_rcond(rcond: Any) -> float | None:
    """Return `rcond` as a float in [0, 1), or None."""
    return None if rcond is None else check_real("rcond", rcond, low=0.0, high=1.0, high_open=True)


def default_rcond(n_samples: int, n_features: int, eps: float) -> float:
    """Cutoff relative to the largest singular value: max(n, p) times the input's epsilon.

    Half precision would reach one with a thousand samples: half of the largest is the most that
    can pass for rounding.
    """
    return min(max(n_samples, n_features) * eps, 0.5)


def numerical_rank(singular_values: np.ndarray, rcond: float) -> int:
    """Count the singular values (in descending order) above `rcond` times the largest."""
    return int(np.count_nonzero(singular_values > rcond * singular_values[0]))


def condition_of_extremes(
    largest: np.ndarray, smallest: np.ndarray, alpha: float | np.ndarray
) -> np.ndarray:
    """Condition of a ridge system from the features' extreme singular values; 1 if they vanish.

    Nothing is squared: ``hypot(s, sqrt(alpha))`` neither overflows nor underflows.
    """
    root = np.sqrt(alpha)
    below = np.hypot(smallest, root)
    return np.asarray(np.hypot(largest, root) / np.where(below == 0, np.inf, below)) + (below == 0)


def system_condition(singular_values: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Condition of the ridge systems whose retained singular values are given, descending."""
    if singular_values.size == 0:
        return np.ones(alpha.shape)
    return condition_of_extremes(singular_values[0], singular_values[-1], alpha)


def residual_vanishes(residual_norm: np.ndarray, target_norm: np.ndarray) -> np.ndarray:
    """Whether residuals are zero to rounding for every target (the last axis)."""
    return np.asarray((residual_norm <= INTERPOLATION_TOLERANCE * target_norm).all(axis=-1))


def warn_if_not_interpolating(
    failed: bool, width: int, n_samples: int, rank: int, condition: float, stacklevel: int = 3
) -> None:
    """Warn that a ridgeless model at least as wide as its data leaves a training residual."""
    if failed:
        reason = (
            "The features are numerically rank deficient, or equal rows carry different targets"
            if rank < n_samples
            else "No coefficients in double precision leave less at such a condition"
        )
        warnings.warn(
            f"the model of width {width} does not interpolate its {n_samples} training samples: "
            f"numerical rank {rank}, condition {condition:.1e}. {reason}",
            InterpolationWarning,
            stacklevel=stacklevel,
        )

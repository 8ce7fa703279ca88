"""Implicit ridges below that of minimum norm: the fits of negative ridges."""

from collections.abc import Callable

import numpy as np

from ddkd._arrays import ratio

_MANY = 1e100  # samples, to which no finite ridge matters


def negative_ridge(
    s: np.ndarray, n: np.ndarray, alpha: np.ndarray, kappa_0: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The root kappa of alpha = kappa (n - sum A), A = s/(s + kappa), and n - sum A, for alpha < 0.

    `s` are variances in the last axis, with zeros where a column is not used. kappa is below
    `kappa_0`, the implicit ridge of alpha = 0, and above `lowest_implicit_ridge`, where
    n = sum A^2: there the right side, whose derivative is n - sum A^2, is least. That edge is minus
    the limit of the smallest eigenvalue, zeros apart, of the inputs' Gram matrix, below which the
    fit is no minimum. Where alpha is not negative nothing is refused, and nothing found.
    """
    n = np.minimum(n, _MANY)
    lowest = lowest_implicit_ridge(s, n, kappa_0)
    edge = _ridge_of(s, n, lowest)
    alpha, edge = np.broadcast_arrays(alpha, edge)
    beyond = (alpha < 0) & (alpha <= edge)
    if beyond.any():
        raise ValueError(
            f"alpha must be above {edge[beyond][0]:.6g}, the edge of the law: minus the smallest "
            f"eigenvalue of the inputs' Gram matrix; got {alpha[beyond][0]:g}"
        )
    kappa = _root(lambda kappa: alpha - _ridge_of(s, n, kappa), lowest, kappa_0)
    # The form that does not cancel: near alpha = 0 either kappa or n - sum A is small.
    left = n - np.sum(shrinkage(s, kappa), axis=-1)
    return kappa, np.where(kappa_0 > 0, ratio(alpha, kappa), left)


def lowest_implicit_ridge(s: np.ndarray, n: np.ndarray, kappa_0: np.ndarray) -> np.ndarray:
    """The implicit ridge where n = sum A^2, at most `kappa_0`; negative for p < n, 0 at p = n."""
    smallest = np.min(np.where(s > 0, s, np.max(s, axis=-1, keepdims=True)), axis=-1)
    lowest = _root(lambda kappa: np.sum(shrinkage(s, kappa) ** 2, -1) - n, -smallest, kappa_0)
    return np.where(np.count_nonzero(s, axis=-1) == n, 0.0, lowest)


def _ridge_of(s: np.ndarray, n: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """The ridge of an implicit ridge, kappa (n - sum A)."""
    return kappa * (n - np.sum(shrinkage(s, kappa), axis=-1))


def shrinkage(s: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """A = s/(s + kappa), zero where s is."""
    with np.errstate(divide="ignore"):
        return np.where(s > 0, s / np.where(s > 0, s + kappa[..., None], 1.0), 0.0)


def _root(
    decreasing: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Where a decreasing function changes its sign, by halving until no number is between."""
    while True:
        middle = low + (high - low) / 2
        if ((middle == low) | (middle == high)).all():
            return high
        above = decreasing(middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)

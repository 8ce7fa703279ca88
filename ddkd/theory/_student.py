"""What students see of chosen inputs, and of true labels beside their teacher's."""

import numpy as np
from scipy import special

from ddkd._arrays import ratio
from ddkd.populations import Score, Target
from ddkd.theory._fit import Fit


def kept_target(score: Score, fit: Fit, low: np.ndarray, high: np.ndarray) -> Target:
    """What a student sees of decisions on inputs whose standardised score lies in a window.

    Kept inputs have, with the unit score u, covariance I + (V - 1) u u'; the label y has
    E[x y] = a u. With P the share kept::

        P = 2 (Phi(high) - Phi(low)),  a = 2 (phi(low) - phi(high))/P,
        V = 1 + 2 (low phi(low) - high phi(high))/P.

    Least squares with the ridge of `fit` then shrinks c u, c = a/(1 + (V - 1) k),
    k = sum A E u^2, and leaves 1 - c^2 (1 + (V - 1) k^2) beside what it shrinks.
    """
    # phi(low)/Phi(-low), and phi(high)/phi(low), without dividing zero by zero.
    mills = np.exp(-(low**2) / 2 - special.log_ndtr(-low)) / np.sqrt(2 * np.pi)
    top = np.where(np.isinf(high), 0.0, high)
    fall = np.where(np.isinf(high), 0.0, np.exp((low**2 - top**2) / 2))
    kept = -np.expm1(special.log_ndtr(-high) - special.log_ndtr(-low))  # P/(2 Phi(-low))
    a = mills * np.where(np.isinf(high), 1.0, -np.expm1((low**2 - top**2) / 2)) / kept
    V_1 = mills * (low - top * fall) / kept
    k = np.sum(fit.A * score.shares, axis=-1)
    c = np.where(score.size > 0, a / (1 + V_1 * k), 0.0)
    return Target(
        mean=c[..., None] * score.unit_mean,
        variance=c[..., None] ** 2 * score.unit_variance,
        noise=1 - c**2 * (1 + V_1 * k**2),
        size=np.ones(c.shape),
        slope=c,
    )


def mixed_target(own: Target, taught: Target, share: np.ndarray) -> Target:
    """A share of the examples with one target, of size 1, and the others with another.

    Least squares sees the average target; that each example has one of the two is noise.
    """
    size, relative = common_size(taught)
    column, square = size[..., None], relative**2
    apart = (ratio(own.mean, column) - ratio(taught.mean, column)) ** 2
    apart = apart + square[..., None] * taught.variance
    rest = 1 - share
    noise = share * ratio(own.noise, size**2) + rest * square * taught.noise
    return Target(
        mean=share[..., None] * own.mean + rest[..., None] * taught.mean,
        variance=(rest**2 * square)[..., None] * taught.variance,
        noise=noise + share * rest * np.sum(apart, axis=-1),
        size=size,
        slope=rest * relative * taught.slope,
    )


def noisy_target(taught: Target, noise: np.ndarray, labels: str) -> Target:
    """A teacher's labels with noise of a variance, or flipped at a rate if they are hard.

    The size of soft ones becomes the root of their mean square, noise included: a teacher of no
    size, or of an infinite one, may have labels all the same.
    """
    if labels == "hard":
        kept = 1 - 2 * noise
        return Target(
            mean=kept[..., None] * taught.mean,
            variance=kept[..., None] ** 2 * taught.variance,
            noise=kept**2 * taught.noise + 4 * noise * (1 - noise),
            size=taught.size,
            slope=kept * taught.slope,
        )
    size = np.hypot(taught.size, np.sqrt(noise))
    relative = np.where(np.isinf(size), 1.0, ratio(taught.size, size))
    return Target(
        mean=taught.mean,
        variance=relative[..., None] ** 2 * taught.variance,
        noise=relative**2 * taught.noise + ratio(np.sqrt(noise), size) ** 2,
        size=size,
        slope=relative * taught.slope,
    )


def common_size(taught: Target) -> tuple[np.ndarray, np.ndarray]:
    """A size for a teacher's labels and true ones, and that of the teacher's in its units.

    It is the teacher's where that is large, infinite on its threshold.
    """
    size = np.maximum(taught.size, 1.0)
    return size, np.where(np.isinf(size), 1.0, taught.size / np.where(np.isinf(size), 1.0, size))

"""What students see of chosen inputs, and of true labels beside their teacher's."""

import numpy as np
from scipy import special

from ddkd._arrays import ratio
from ddkd.populations import Score, Target
from ddkd.theory._fit import Fit


def kept_target(
    score: Score, fit: Fit, centre: np.ndarray | None, low: np.ndarray, high: np.ndarray
) -> Target:
    """What a student sees of decisions on inputs whose standardised score lies in a window.

    Inputs are y nu + z in coordinates where z has unit variance, nu = 0 without clusters; the unit
    score u'x is a + g for y = 1, with the margin a = u'nu. Kept are those whose score over
    sqrt(1 + a^2) is in the window in absolute value. With means over them, y = 1, their covariance
    is I + U M U' and E[label x] = U c for U = (u, nu)::

        M = ((E g^2 - 1, E g), (E g, 1)),   c = (E g sign(a + g), E sign(a + g)).

    Least squares with the ridge of `fit` then has the coefficients A U w, w = (I + M K)^-1 c for
    K = U' A U, and leaves 1 - w' (U' U + K M K) w beside what it shrinks.
    """
    nu = np.zeros(score.unit_mean.shape[-1]) if centre is None else centre
    a = np.sum(score.unit_mean * nu, axis=-1)
    near, far = (bound * np.sqrt(1 + a**2) for bound in (low, high))
    log_above, g_above, square_above = _window(near - a, far - a)
    log_below, g_below, square_below = _window(-far - a, -near - a)
    above = special.expit(log_above - log_below)  # share of positive decisions
    below = 1 - above
    g = above * g_above + below * g_below
    square = above * square_above + below * square_below  # E g^2 - 1
    c = _pair(above * g_above - below * g_below, above - below)
    M = _pair(_pair(square, g), _pair(g, np.ones(g.shape)))
    U = np.stack(np.broadcast_arrays(score.unit_mean, nu), axis=-2)

    def products(weight: np.ndarray) -> np.ndarray:
        """U' diag(weight) U."""
        total = (weight[..., None, :] * U) @ np.swapaxes(U, -1, -2)
        total[..., 0, 0] += np.sum(weight * score.unit_variance, axis=-1)
        return total

    K = products(fit.A)
    system = np.eye(2) + M @ K
    # NumPy 1 takes a single column below a stack of matrices for a vector.
    w = np.linalg.solve(system, np.broadcast_to(c[..., None], (*system.shape[:-1], 1)))
    explained = np.swapaxes(w, -1, -2) @ (products(np.ones(nu.shape)) + K @ M @ K) @ w
    w_u, w_nu = w[..., 0, 0], w[..., 1, 0]
    return Target(
        mean=w_u[..., None] * score.unit_mean + w_nu[..., None] * nu,
        variance=w_u[..., None] ** 2 * score.unit_variance,
        noise=1 - explained[..., 0, 0],
        size=np.ones(w_u.shape),
        slope=w_u,
    )


def _pair(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Two arrays as one, with an axis more at the end."""
    return np.stack(np.broadcast_arrays(first, second), axis=-1)


def _window(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log probability of a window of a normal variable g, and E g and E g^2 - 1 in it.

    P = Phi(high) - Phi(low), E g = (phi(low) - phi(high))/P and
    E g^2 - 1 = (low phi(low) - high phi(high))/P.
    """
    mirrored = low + high < 0
    low, high = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    # phi(low)/Phi(-low), and phi(high)/phi(low), without dividing zero by zero.
    log_tail = special.log_ndtr(-low)
    mills = np.exp(-(low**2) / 2 - log_tail) / np.sqrt(2 * np.pi)
    top = np.where(np.isinf(high), 0.0, high)
    lower = np.where(np.isinf(high), -np.inf, (low**2 - top**2) / 2)
    kept = -np.expm1(special.log_ndtr(-high) - log_tail)  # P/Phi(-low)
    first = mills * -np.expm1(lower) / kept
    second = mills * (low - top * np.exp(lower)) / kept
    return log_tail + np.log(kept), np.where(mirrored, -first, first), second


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

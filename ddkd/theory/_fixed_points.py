"""The implicit ridge kappa: one scalar equation, solved to rounding."""

import numpy as np

__all__ = ["implicit_ridge"]

_MAX_STEPS = 200


def implicit_ridge(
    s: np.ndarray, weight: np.ndarray, n: np.ndarray, alpha: np.ndarray
) -> np.ndarray:
    """Solve n = sum weight s/(s + kappa) + alpha/kappa for kappa, over leading axes.

    `s` and `weight` (how often each eigenvalue occurs; zero to leave one out) have the
    eigenvalues in the last axis; their other axes, `n` and `alpha` broadcast. kappa is 0
    where alpha is 0 and the sum of the weights is at most n, or where n is infinite.

    Newton's method in log kappa, inside a bracket. The sum is taken as the exact count of
    eigenvalues above kappa, minus the shortfall of those, plus the part of the others: the
    error of that is a few roundings of the derivative in log kappa, so kappa is accurate to
    rounding however close p is to n and however many decades the spectrum spans.
    """
    weight = np.where(s > 0, weight, 0.0)
    s = np.broadcast_to(s, weight.shape)
    shape = np.broadcast_shapes(weight.shape[:-1], n.shape, alpha.shape)
    width = weight.sum(axis=-1)
    width_, n_, alpha_ = (np.broadcast_to(a, shape) for a in (width, n, alpha))
    todo = np.isfinite(n_) & (width_ > 0) & ((alpha_ > 0) | (width_ > n_))
    kappa = np.zeros(shape)
    if not todo.any():
        return kappa
    if s.ndim > 1:
        s = np.broadcast_to(s, (*shape, s.shape[-1]))[todo]
        weight = np.broadcast_to(weight, (*shape, weight.shape[-1]))[todo]
    kappa[todo] = _solve(s, weight, width_[todo], n_[todo], alpha_[todo])
    return kappa


def _solve(
    s: np.ndarray, weight: np.ndarray, width: np.ndarray, n: np.ndarray, alpha: np.ndarray
) -> np.ndarray:
    """`implicit_ridge` on flat problems that have a positive root."""
    low, high = _bracket(s, weight, width, n, alpha)
    kappa = np.sqrt(low) * np.sqrt(high)
    active = np.arange(n.size)
    for _ in range(_MAX_STEPS):
        rows = (s, weight) if s.ndim == 1 else (s[active], weight[active])
        excess, slope = _excess(*rows, kappa[active], n[active], alpha[active])
        up = excess > 0
        low[active] = np.where(up, kappa[active], low[active])
        high[active] = np.where(up, high[active], kappa[active])
        step = np.clip(excess / slope, -700.0, 700.0)
        new = kappa[active] * np.exp(step)
        inside = (new > low[active]) & (new < high[active])
        done = (np.abs(step) < 1e-15) | (low[active] >= high[active] * (1 - 4e-16))
        middle = np.sqrt(low[active]) * np.sqrt(high[active])
        kappa[active] = np.where(inside, new, np.where(done, kappa[active], middle))
        # One more step of a quadratically convergent iteration is below rounding.
        active = active[~(done | (inside & (np.abs(step) < 1e-8)))]
        if active.size == 0:
            break
    return kappa


def _bracket(
    s: np.ndarray, weight: np.ndarray, width: np.ndarray, n: np.ndarray, alpha: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds on kappa, by s/(s+kappa) <= s/kappa and kappa/(s+kappa) <= kappa/s."""
    used = weight > 0
    smallest = np.min(np.where(used, s, np.inf), axis=-1)
    ratio = np.divide(smallest[..., None], s, out=np.zeros(weight.shape), where=used)
    harmonic = np.sum(weight * ratio, axis=-1) / smallest
    low = np.maximum(alpha / n, (width - n) / harmonic)
    high = (np.sum(weight * s, axis=-1) + alpha) / n
    # Widened by a rounding, so that a root at an end (one eigenvalue) is inside.
    return low * (1 - 1e-12), high * (1 + 1e-12)


def _excess(
    s: np.ndarray, weight: np.ndarray, kappa: np.ndarray, n: np.ndarray, alpha: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sum weight s/(s+kappa) + alpha/kappa - n, and minus its derivative in log kappa."""
    kappa = kappa[:, None]
    above = s > kappa
    part = np.minimum(s, kappa) / (s + kappa)
    count = np.sum(weight * above, axis=-1)
    ridge = alpha / kappa[:, 0]
    total = (count - n) + np.sum(weight * np.where(above, -part, part), axis=-1) + ridge
    return total, np.sum(weight * part * (1 - part), axis=-1) + ridge

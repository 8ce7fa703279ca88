"""The deterministic equivalent of one least-squares fit, linear or on random features."""

from dataclasses import dataclass

import numpy as np

from ddkd.theory._arrays import ratio, times
from ddkd.theory._fixed_points import Remainder, implicit_ridge
from ddkd.theory._scores import Fit, Target

__all__ = ["Ridges", "Shrinkage", "least_squares_fit", "linear_shrinkage"]


@dataclass(frozen=True, eq=False)
class Ridges:
    """The two implicit ridges: kappa of the samples, gamma of samples and features."""

    kappa: np.ndarray
    gamma: np.ndarray


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """What a linear fit does to every coordinate, whatever its labels are."""

    kappa: np.ndarray
    kept: np.ndarray  # A, zero off the mask
    lost: np.ndarray  # 1 - A, one off the mask
    left: np.ndarray  # 1 - df1/n
    free: np.ndarray  # 1 - df2/n


def linear_shrinkage(
    s: np.ndarray, mask: np.ndarray, n: np.ndarray, alpha: np.ndarray
) -> Shrinkage:
    """A, 1 - A and the shares of n that a linear fit leaves."""
    used = mask & (s > 0)
    kappa, n_left, _ = _solve(s, used, n, np.asarray(np.inf), alpha)
    total = np.where(used, s + kappa[..., None], 1.0)
    kept = np.where(used, s / total, 0.0)
    lost = np.where(used, kappa[..., None] / total, 1.0)
    return Shrinkage(
        kappa=kappa,
        kept=kept,
        lost=lost,
        left=_share(n_left, n),
        free=_share(n_left + np.sum(kept * lost, axis=-1), n),
    )


def least_squares_fit(
    l: np.ndarray,
    mask: np.ndarray,
    n: np.ndarray,
    k: np.ndarray,
    alpha: np.ndarray,
    target: Target,
) -> tuple[Fit, Ridges]:
    """Fit n examples of `target` on k random features of the columns in `mask`.

    k infinite is the linear model on the columns themselves, with gamma = kappa. With
    A = l/(l + gamma) on the mask and 0 off it, z = sum A, q = sum A^2::

        n = z + alpha/kappa,  k = z + k kappa/gamma,  r = (z - q)/(k - q),
        E = (noise + sum (1 - A) (1 - A + r A) E t^2) / ((n - z + r (k - z))/n),
        own noise of a coefficient = A (1 - A) [sum A (1 - A) E t^2]/(k - q)
                                     + (E/n) (A^2 + r A (1 - A)).

    This is design 5.2 and 5.5 rearranged so that nothing is formed by subtraction: 1 - A is
    gamma/(l + gamma), z - q is sum A (1 - A), and the smaller of n - z and k - z is the
    remainder u in min(n, k) = z + u, for which u (u + |k - n|) = k alpha/gamma.
    """
    used = mask & (l > 0)
    gamma, n_left, k_left = _solve(l, used, n, k, alpha)
    total = np.where(used, l + gamma[..., None], 1.0)
    shrinkage = np.where(used, l / total, 0.0)
    bias = np.where(used, gamma[..., None] / total, 1.0)
    cross = shrinkage * bias
    mixed = np.sum(cross, axis=-1)  # z - q
    k_free = k_left + mixed  # k - q
    blur = ratio(mixed, k_free)  # r
    passed = np.where(np.isfinite(k_left) & (k_free > 0), ratio(k_left, k_free), 1.0)  # 1 - r
    missed = target.noise + np.sum(
        target.energy * bias * (bias + blur[..., None] * shrinkage), axis=-1
    )
    left, free = _share(n_left, n), _share(n_left + mixed * passed, n)
    with np.errstate(divide="ignore"):
        risk = np.where(missed > 0, missed / np.where(missed > 0, free, 1.0), 0.0)
    direction = shrinkage**2 + blur[..., None] * cross
    blurred = ratio(np.sum(cross * target.energy, axis=-1), k_free)
    fit = Fit(
        shrinkage=shrinkage,
        noise=blurred[..., None] * cross + times(risk[..., None], direction / n[..., None]),
        direction=direction,
        target_risk=risk,
        train_risk=missed * ratio(left, free) * left,
    )
    return fit, Ridges(kappa=gamma * _share(k_left, k), gamma=gamma)


def _solve(
    l: np.ndarray, used: np.ndarray, n: np.ndarray, k: np.ndarray, alpha: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gamma, n - z and k - z."""
    size = np.minimum(n, k)
    with np.errstate(invalid="ignore"):
        gap = np.where(n == k, 0.0, np.abs(k - n))
    limit = np.isinf(k)
    remainder = Remainder(
        # No finite ridge matters to infinitely many samples.
        alpha=np.where(np.isinf(n), 0.0, alpha),
        square=1 / k,
        linear=np.where(limit, 1.0, gap / np.where(limit, 1.0, k)),
    )
    gamma = implicit_ridge(l, used, size, remainder)
    rank = used.sum(axis=-1)
    u = np.maximum(size - rank, 0.0)
    u = np.where(gamma > 0, remainder.at(np.where(gamma > 0, gamma, 1.0)), u)
    return gamma, u + np.where(n > k, gap, 0.0), u + np.where(k > n, gap, 0.0)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part/whole, which is 1 where the whole is infinite."""
    infinite = np.isinf(whole)
    return np.where(infinite, 1.0, part / np.where(infinite, 1.0, whole))

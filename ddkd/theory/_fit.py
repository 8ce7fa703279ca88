"""The deterministic equivalent of one least-squares fit, linear or on random features."""

from dataclasses import dataclass, replace

import numpy as np

from ddkd._arrays import ratio, times
from ddkd.populations import Score, Target
from ddkd.theory._fixed_point import Remainder, solve_implicit_ridge
from ddkd.theory._negative_ridge import negative_ridge, shrinkage

_INFINITE = np.asarray(np.inf)
_HUGE = 1e60  # its fourth power is still a number


@dataclass(frozen=True, eq=False)
class Fit:
    """What least squares does to every coordinate, whatever its labels are.

    With A = l/(l + gamma) on the mask, z = sum A and q = sum A^2 over the coordinates; the last
    coordinate may stand for a bulk. Nothing is formed by subtraction.
    """

    features: np.ndarray  # the mask
    n_samples: np.ndarray
    n_components: np.ndarray  # k, infinite without random features
    alpha: np.ndarray
    kappa: np.ndarray  # implicit ridge of the samples
    gamma: np.ndarray  # of samples and random features; kappa without random features
    A: np.ndarray  # zero off the mask
    B: np.ndarray  # 1 - A, one off the mask
    AB: np.ndarray  # A (1 - A); in the last coordinate, the bulk's
    left: np.ndarray  # 1 - z/n, the part of an error that training leaves
    free: np.ndarray  # (n - z + r (k - z))/n; 1 - q/n without random features
    r: np.ndarray  # (z - q)/(k - q)
    k_q: np.ndarray  # k - q
    scale: np.ndarray  # what the coefficients are to be multiplied by; 1 but for a huge ridge


@dataclass(frozen=True, eq=False)
class Learned:
    """What a fit makes of a target; `mean` and `noise` are over the target's size, unscaled."""

    score: Score
    mean: np.ndarray  # of the coefficients
    noise: np.ndarray  # variance of the coefficients that the samples and features cause
    target_risk: np.ndarray  # mean squared error on fresh labels
    train_risk: np.ndarray  # mean squared error on the fitted labels


def fit_to(
    l: np.ndarray,
    mask: np.ndarray,
    n: np.ndarray,
    alpha: np.ndarray,
    *,
    k: np.ndarray = _INFINITE,
    bulk: float = 0.0,
) -> Fit:
    """Fit n examples on k random features of the columns in `mask`.

    k infinite is the linear model on the columns themselves, with gamma = kappa. With
    z = sum A + bulk/gamma, kappa and gamma solve n = z + alpha/kappa, k = z + k kappa/gamma. The
    smaller of n - z and k - z is the remainder u in min(n, k) = z + u, for which
    u (u + |k - n|) = k alpha/gamma.

    Beyond _HUGE times the trace a ridge leaves the directions of all coefficients as they are,
    and shrinks them in proportion: it is solved there, and `scale` holds the rest. A negative
    ridge is for the linear model alone.
    """
    used = mask & (l > 0)
    bound = np.sum(np.where(used, l, 0.0), axis=-1) + bulk
    bound = np.where(bound > 0, _HUGE * bound, np.finfo(float).max)
    scale = bound / np.maximum(alpha, bound)
    gamma, n_z, k_z = _solve(l, used, n, k, np.clip(alpha, 0.0, bound), bulk)
    if (alpha < 0).any():
        below, left = negative_ridge(np.where(used, l, 0.0), n, alpha, gamma)
        gamma, n_z = np.where(alpha < 0, below, gamma), np.where(alpha < 0, left, n_z)
    return _of_gamma(l, mask, n, k, alpha, gamma, n_z, k_z, bulk, scale)


def fit_at(l: np.ndarray, mask: np.ndarray, n: np.ndarray, kappa: np.ndarray) -> Fit:
    """The linear fit whose implicit ridge is kappa, at the ridge kappa (n - z)."""
    n_z = n - np.sum(shrinkage(np.where(mask, l, 0.0), kappa), axis=-1)
    one = np.ones(n_z.shape)
    return _of_gamma(l, mask, n, _INFINITE, kappa * n_z, kappa, n_z, np.inf * one, 0.0, one)


def _of_gamma(
    l: np.ndarray,
    mask: np.ndarray,
    n: np.ndarray,
    k: np.ndarray,
    alpha: np.ndarray,
    gamma: np.ndarray,
    n_z: np.ndarray,
    k_z: np.ndarray,
    bulk: float,
    scale: np.ndarray,
) -> Fit:
    """The fit of a given gamma, n - z and k - z."""
    used = mask & (l > 0)
    total = np.where(used, l + gamma[..., None], 1.0)
    A = np.where(used, l / total, 0.0)
    B = np.where(used, gamma[..., None] / total, 1.0)
    AB = A * B
    if bulk:
        AB[..., -1] = ratio(bulk, gamma)
    z_q = np.sum(AB, axis=-1)
    k_q = k_z + z_q
    one_minus_r = np.where(np.isfinite(k_z) & (k_q > 0), ratio(k_z, k_q), 1.0)
    return Fit(
        features=mask,
        n_samples=n,
        n_components=k,
        alpha=alpha,
        kappa=gamma * _share(k_z, k) / scale,
        gamma=gamma / scale,
        A=A,
        B=B,
        AB=AB,
        left=_share(n_z, n),
        free=_share(n_z + z_q * one_minus_r, n),
        r=ratio(z_q, k_q),
        k_q=k_q,
        scale=scale,
    )


def learn(fit: Fit, target: Target, centre: np.ndarray | None = None) -> Learned:
    """Fit `target`, on inputs of covariance I, or I + centre centre' of two clusters.

    Without a centre, for a target t with noise v::

        E = (v + sum (1 - A) (1 - A + r A) E t^2) / ((n - z + r (k - z))/n),
        noise of a coefficient = A (1 - A) [sum A (1 - A) E t^2]/(k - q)
                                 + (E/n) (A^2 + r A (1 - A)).

    With one, least squares on infinitely many examples has, by the formula for an inverse of
    rank one, the coefficients A (t + g centre), g = sum (1 - A) centre t/(1 + sum A centre^2).
    """
    A, B, size = fit.A, fit.B, target.size[..., None]
    t = ratio(target.mean, size)
    bias, mean, own_mean = B * t, A * t, A * target.mean
    v = target.noise
    if centre is not None:
        g = np.sum(bias * centre, axis=-1) / (1 + np.sum(A * centre**2, axis=-1))
        lift = A * g[..., None] * centre
        bias, v = bias - lift, v + g**2
        mean, own_mean = mean + lift, own_mean + times(size, lift)
    cross = np.sum(A * B * (t**2 + target.variance), axis=-1)
    missed = v + fit.r * cross + np.sum(bias**2 + B**2 * target.variance, axis=-1)
    with np.errstate(divide="ignore"):
        E = np.where(missed > 0, missed / np.where(missed > 0, fit.free, 1.0), 0.0)
    direction = A**2 + fit.r[..., None] * fit.AB
    noise = times(E[..., None], direction / fit.n_samples[..., None])
    noise = noise + ratio(cross, fit.k_q)[..., None] * fit.AB
    relative = Score.of(mean, A**2 * target.variance + noise, direction)
    score = replace(relative, mean=own_mean, size=times(target.size, relative.size))
    unit = target.size**2
    return Learned(
        score=score.scaled(fit.scale),
        mean=mean,
        noise=noise,
        target_risk=np.asarray(times(unit, E)),
        train_risk=np.asarray(times(unit, missed * ratio(fit.left, fit.free) * fit.left)),
    )


def along_and_across(
    fit: Fit, learned: Learned, target: Target, teacher: Score
) -> tuple[np.ndarray, np.ndarray]:
    """Parts of a student's score along its teacher's unit score and at right angles to it.

    The second is formed directly, so that near-perfect agreement stays accurate.
    """
    passed = fit.A * target.slope[..., None]
    along = np.sum(teacher.unit_mean * learned.mean + passed * teacher.unit_variance, axis=-1)
    along = ratio(along, np.sum(teacher.shares, axis=-1))  # one, but for rounding
    apart = (learned.mean - along[..., None] * teacher.unit_mean) ** 2 + learned.noise
    apart = apart + (passed - along[..., None]) ** 2 * teacher.unit_variance
    return along, np.sqrt(np.sum(apart, axis=-1))


def refuse_limit(fit: Fit, name: str) -> None:
    """Raise a ValueError where a ridge is so large that it is a limit, or negative."""
    if (fit.alpha < 0).any():
        raise ValueError(f"{name} is derived for alpha >= 0; the law has {fit.alpha.min():g}")
    if (fit.scale < 1).any():
        raise ValueError(f"{name} needs a ridge of at most {_HUGE:g} times the eigenvalues' sum")


def _solve(
    l: np.ndarray, used: np.ndarray, n: np.ndarray, k: np.ndarray, alpha: np.ndarray, bulk: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gamma, n - z and k - z."""
    size = np.minimum(n, k)
    with np.errstate(invalid="ignore"):
        gap = np.where(n == k, 0.0, np.abs(k - n))
    remainder = Remainder(
        # No finite ridge matters to infinitely many samples.
        alpha=np.where(np.isinf(n), 0.0, alpha),
        square=1 / k,
        linear=_share(gap, k),
        bulk=bulk,
    )
    gamma = solve_implicit_ridge(np.where(used, l, 0.0), size, remainder)
    rank = used.sum(axis=-1)
    u = np.maximum(size - rank, 0.0)
    u = np.where(gamma > 0, remainder.at(np.where(gamma > 0, gamma, 1.0)), u)
    return gamma, u + np.where(n > k, gap, 0.0), u + np.where(k > n, gap, 0.0)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part/whole, which is 1 where the whole is infinite."""
    infinite = np.isinf(whole)
    return np.where(infinite, 1.0, part / np.where(infinite, 1.0, whole))

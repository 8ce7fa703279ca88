"""The deterministic equivalent of one least-squares fit, linear or on random features."""

from dataclasses import dataclass, replace

import numpy as np

from ddkd._arrays import ratio, times
from ddkd.populations import Score, Target
from ddkd.theory._fixed_point import Remainder, solve_implicit_ridge

_INFINITE = np.asarray(np.inf)
_HUGE = 1e60  # its fourth power is still a number


@dataclass(frozen=True, eq=False)
class Fit:
    """What least squares does to every coordinate, whatever its labels are.

    With z = sum A and q = sum A^2 over the coordinates.
    """

    features: np.ndarray  # the mask
    n_samples: np.ndarray
    n_components: np.ndarray  # k, infinite without random features
    alpha: np.ndarray
    kappa: np.ndarray  # implicit ridge of the samples
    gamma: np.ndarray  # of samples and random features; kappa without random features
    kept: np.ndarray  # A, zero off the mask
    lost: np.ndarray  # 1 - A, one off the mask
    left: np.ndarray  # 1 - z/n
    free: np.ndarray  # (n - z + r (k - z))/n; 1 - q/n without random features
    blur: np.ndarray  # r = (z - q)/(k - q)
    k_free: np.ndarray  # k - q
    spread: np.ndarray  # A (1 - A); in the last coordinate, the bulk's
    scale: np.ndarray  # what the coefficients are to be multiplied by; 1 but for a huge ridge


@dataclass(frozen=True, eq=False)
class Learned:
    """What a fit makes of a target; `mean` and `own` are over the target's size, unscaled."""

    score: Score
    mean: np.ndarray  # of the coefficients
    own: np.ndarray  # variance of the coefficients that the samples and features cause
    target_risk: np.ndarray  # mean squared error on fresh labels
    train_risk: np.ndarray  # mean squared error on the fitted labels


def fit(
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
    A = l/(l + gamma) on the mask and 0 off it, z = sum A + bulk/gamma solves
    n = z + alpha/kappa, k = z + k kappa/gamma. Nothing is formed by subtraction: 1 - A is
    gamma/(l + gamma), z - q is sum A (1 - A) + bulk/gamma, and the smaller of n - z and k - z
    is the remainder u in min(n, k) = z + u, for which u (u + |k - n|) = k alpha/gamma.

    Beyond _HUGE times the trace a ridge leaves the directions of all coefficients as they are,
    and shrinks them in proportion: it is solved there, and `scale` holds the rest.
    """
    used = mask & (l > 0)
    bound = np.sum(np.where(used, l, 0.0), axis=-1) + bulk
    bound = np.where(bound > 0, _HUGE * bound, np.finfo(float).max)
    scale = bound / np.maximum(alpha, bound)
    gamma, n_left, k_left = _solve(l, used, n, k, np.minimum(alpha, bound), bulk)
    total = np.where(used, l + gamma[..., None], 1.0)
    kept = np.where(used, l / total, 0.0)
    lost = np.where(used, gamma[..., None] / total, 1.0)
    spread = kept * lost
    if bulk:
        spread[..., -1] = ratio(bulk, gamma)
    mixed = np.sum(spread, axis=-1)
    k_free = k_left + mixed
    passed = np.where(np.isfinite(k_left) & (k_free > 0), ratio(k_left, k_free), 1.0)  # 1 - r
    return Fit(
        features=mask,
        n_samples=n,
        n_components=k,
        alpha=alpha,
        kappa=gamma * _share(k_left, k) / scale,
        gamma=gamma / scale,
        kept=kept,
        lost=lost,
        left=_share(n_left, n),
        free=_share(n_left + mixed * passed, n),
        blur=ratio(mixed, k_free),
        k_free=k_free,
        spread=spread,
        scale=scale,
    )


def learn(fit: Fit, target: Target, centre: np.ndarray | None = None) -> Learned:
    """Fit `target`, on inputs of covariance I, or I + centre centre' of two clusters.

    Without a centre, for a target t with noise v::

        E = (v + sum (1 - A) (1 - A + r A) E t^2) / ((n - z + r (k - z))/n),
        own noise of a coefficient = A (1 - A) [sum A (1 - A) E t^2]/(k - q)
                                     + (E/n) (A^2 + r A (1 - A)).

    With one, least squares on infinitely many examples has, by the formula for an inverse of
    rank one, the coefficients A (t + g centre), g = sum (1 - A) centre t/(1 + sum A centre^2).
    """
    size = target.size[..., None]
    goal = ratio(target.mean, size)
    bias = fit.lost * goal
    mean, own_mean, pull = fit.kept * goal, fit.kept * target.mean, np.zeros(())
    if centre is not None:
        pull = np.sum(bias * centre, axis=-1) / (1 + np.sum(fit.kept * centre**2, axis=-1))
        lift = fit.kept * pull[..., None] * centre
        bias = bias - lift
        mean, own_mean = mean + lift, own_mean + times(size, lift)
    cross = np.sum(fit.kept * fit.lost * (goal**2 + target.variance), axis=-1)
    missed = target.noise + pull**2 + fit.blur * cross
    missed = missed + np.sum(bias**2 + fit.lost**2 * target.variance, axis=-1)
    with np.errstate(divide="ignore"):
        risk = np.where(missed > 0, missed / np.where(missed > 0, fit.free, 1.0), 0.0)
    direction = fit.kept**2 + fit.blur[..., None] * fit.spread
    own = times(risk[..., None], direction / fit.n_samples[..., None])
    own = own + ratio(cross, fit.k_free)[..., None] * fit.spread
    relative = Score.of(mean, fit.kept**2 * target.variance + own, direction)
    score = replace(relative, mean=own_mean, size=times(target.size, relative.size))
    unit = target.size**2
    return Learned(
        score=score.scaled(fit.scale),
        mean=mean,
        own=own,
        target_risk=np.asarray(times(unit, risk)),
        train_risk=np.asarray(times(unit, missed * ratio(fit.left, fit.free) * fit.left)),
    )


def refuse_limit(fit: Fit, name: str) -> None:
    """Raise a ValueError where a ridge is so large that it is a limit."""
    if (fit.scale < 1).any():
        raise ValueError(f"{name} needs a ridge of at most {_HUGE:g} times the eigenvalues' sum")


def _solve(
    l: np.ndarray, used: np.ndarray, n: np.ndarray, k: np.ndarray, alpha: np.ndarray, bulk: float
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
        bulk=bulk,
    )
    gamma = solve_implicit_ridge(l, used, size, remainder)
    rank = used.sum(axis=-1)
    u = np.maximum(size - rank, 0.0)
    u = np.where(gamma > 0, remainder.at(np.where(gamma > 0, gamma, 1.0)), u)
    return gamma, u + np.where(n > k, gap, 0.0), u + np.where(k > n, gap, 0.0)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part/whole, which is 1 where the whole is infinite."""
    infinite = np.isinf(whole)
    return np.where(infinite, 1.0, part / np.where(infinite, 1.0, whole))

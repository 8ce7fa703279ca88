"""The coefficient law of one least-squares fit, from the moments of what it is fitted to."""

from dataclasses import dataclass

import numpy as np

from ddkd.theory._arrays import ratio, times
from ddkd.theory._fixed_points import implicit_ridge

__all__ = ["Fit", "Target", "fit_law"]


@dataclass(frozen=True, eq=False)
class Target:
    """The linear target that labels follow, and the noise around it.

    Labels are <beta, x> plus noise of variance `noise`, with beta random (a teacher) or not
    (the truth). Variances are in units of `unit`, which is infinite for the scores of a
    teacher on its threshold; `mean` is in the label's own units.
    """

    mean: np.ndarray  # E beta, (..., D)
    variance: np.ndarray  # Var beta / unit, (..., D)
    energy: np.ndarray  # s E beta^2 / unit, (..., D)
    noise: np.ndarray  # / unit, (...)
    unit: np.ndarray  # (...)


@dataclass(frozen=True, eq=False)
class Fit:
    """Law of the coefficients w that a fit to a `Target` finds; batch axes first."""

    kappa: np.ndarray
    shrinkage: np.ndarray  # A, zero off the mask
    mean: np.ndarray  # E w
    variance: np.ndarray  # Var w
    shares: np.ndarray  # s E w^2 over its sum, finite at the threshold
    noise_power: np.ndarray  # the fit's own part of the score's variance, / unit
    target_risk: np.ndarray  # E
    train_risk: np.ndarray


def fit_law(
    s: np.ndarray, mask: np.ndarray, n: np.ndarray, alpha: np.ndarray, target: Target
) -> Fit:
    """Fit n examples of `target` on the columns in `mask` with ridge `alpha`.

    E = (noise + sum s E beta^2 (1 - A)^2) / (1 - df2/n), A = s/(s + kappa) on the mask and 0
    off it; E w = A E beta; Var w = A^2 Var beta + (E/n) s/(s + kappa)^2. Here n - df2 is
    computed as kappa sum s/(s + kappa)^2 + alpha/kappa, never by subtraction.
    """
    used = mask & (s > 0)
    kappa = implicit_ridge(s, used, n, alpha)
    k = kappa[..., None]
    total = np.where(used, s + k, 1.0)
    shrinkage = np.where(used, s / total, 0.0)
    variation = np.where(used, s / total**2, 0.0)
    bias2 = np.where(used, k / total, 1.0) ** 2

    slack = np.maximum(n - used.sum(axis=-1), 0.0)  # n - p, used where kappa is 0
    unfitted = np.where(kappa > 0, ratio(alpha, kappa), slack)  # n - df1
    slack = np.where(kappa > 0, kappa * variation.sum(axis=-1) + unfitted, slack)  # n - df2
    # With infinitely many samples both shares are 1.
    share1, share2 = (np.where(np.isfinite(n), x / _finite(n), 1.0) for x in (unfitted, slack))
    missed = target.noise + np.sum(target.energy * bias2, axis=-1)
    with np.errstate(divide="ignore"):
        risk = np.where(missed > 0, missed / np.where(missed > 0, share2, 1.0), 0.0)
    train = missed * ratio(share1, share2) * share1

    noise_variance = times(risk[..., None], variation / n[..., None])
    noise_energy = s * noise_variance
    own = np.where(np.isfinite(noise_energy), noise_energy, 0.0)
    energy = shrinkage**2 * target.energy + own
    # On the threshold the noise swamps the signal; only its direction is left.
    energy = np.where(np.isfinite(risk[..., None]), energy, s * variation)
    return Fit(
        kappa=kappa,
        shrinkage=shrinkage,
        mean=shrinkage * target.mean,
        variance=times(target.unit[..., None], shrinkage**2 * target.variance + noise_variance),
        shares=ratio(energy, np.sum(energy, axis=-1, keepdims=True)),
        noise_power=np.sum(noise_energy, axis=-1),
        target_risk=times(target.unit, risk),
        train_risk=times(target.unit, train),
    )


def _finite(n: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(n), n, 1.0)

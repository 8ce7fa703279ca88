"""The ridge at which a least-squares model is best."""

import numpy as np
from numpy.typing import ArrayLike

from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import Features, check_counts, check_masks, check_population
from ddkd.theory._arrays import ratio
from ddkd.theory._fixed_points import Remainder, implicit_ridge
from ddkd.theory.least_squares import least_squares
from ddkd.theory.linear import LinearLaw

__all__ = ["best_alpha"]

_GRID = 64
_GOLDEN = (np.sqrt(5) - 1) / 2
_STEPS = 40


def best_alpha(
    population: GaussianPopulation, n_samples: ArrayLike, *, features: Features = None
) -> LinearLaw:
    """Law at the ridge that minimises the risk, or the 0-1 error for hard labels.

    On isotropic features with real labels the minimum of the risk is at
    alpha = p (noise + unseen signal)/(seen signal) (Hastie, Montanari, Rosset and
    Tibshirani, arXiv 1903.08560). The search is over kappa, of which the law is an explicit
    function: a grid, then golden sections about its best point; alpha = 0 is a candidate.
    The curve is flat at its minimum, so alpha is good to about 1e-7 and the minimum to
    rounding. *Asymptotic*, like `least_squares`.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples : int or array_like of int
        Number of samples.
    features : None, bool mask or index array, default=None
        Columns used; None for all. A stack of masks (..., n_features) gives a curve.

    Returns
    -------
    LinearLaw
        The law at the best ridge, which is its `alpha`.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(100), np.full(100, 0.1), noise_variance=0.5)
    >>> round(theory.best_alpha(population, 80).alpha, 4)
    50.0
    """
    check_population(population)
    n = check_counts("n_samples", n_samples, allow_inf=False)
    mask = check_masks("features", features, population.n_features)
    criterion = _Criterion(population, mask, n)
    low, high = criterion.range()
    grid = np.linspace(0, 1, _GRID)
    values = np.stack([criterion(low * (1 - g) + high * g) for g in grid])
    best = np.argmin(values, axis=0)
    step = (high - low) / (_GRID - 1)
    left = low + step * np.maximum(best - 1, 0)
    right = low + step * np.minimum(best + 1, _GRID - 1)
    alpha = criterion.alpha(np.exp(_golden_section(criterion, left, right)))
    tuned = least_squares(population, n_samples, features=features, alpha=alpha)
    ridgeless = least_squares(population, n_samples, features=features)
    name = "error_rate" if population.labels == "hard" else "risk"
    better = np.asarray(getattr(ridgeless, name)) <= np.asarray(getattr(tuned, name))
    if not better.any():
        return tuned
    return least_squares(
        population, n_samples, features=features, alpha=np.where(better, 0.0, alpha)
    )


class _Criterion:
    """Risk, or squared tangent of the angle to the truth, as a function of log kappa."""

    def __init__(self, population: GaussianPopulation, mask: np.ndarray, n: np.ndarray) -> None:
        self.s, self.n = population.eigenvalues, n
        self.used = mask & (self.s > 0)
        self.hard = population.labels == "hard"
        self.noise = population.label_noise
        self.energy = self.s * (population.label_scale * population.coef) ** 2

    def range(self) -> tuple[np.ndarray, np.ndarray]:
        """Log kappa from where a ridge begins to act to where it leaves nothing."""
        one = np.ones(())
        ridgeless = implicit_ridge(self.s, self.used, self.n, Remainder(0 * one, 0 * one, one))
        largest = np.max(np.where(self.used, self.s, 0.0), axis=-1)
        smallest = np.min(np.where(self.used, self.s, np.inf), axis=-1)
        seen = np.sum(self.used * self.energy, axis=-1)
        rest = self.noise + np.sum(~self.used * self.energy, axis=-1)
        load = np.minimum(ratio(self.used.sum(axis=-1) * rest / self.n, seen), 1e12)
        low = np.where(ridgeless > 0, ridgeless, 1e-8 * smallest)
        high = np.maximum(1e3 * largest * (1 + load), 2 * low)
        return np.log(low), np.log(high)

    def alpha(self, kappa: np.ndarray) -> np.ndarray:
        """The ridge with a given kappa: kappa (n - df1)."""
        return np.maximum(kappa * self._left(kappa), 0.0)

    def _left(self, kappa: np.ndarray) -> np.ndarray:
        """Samples minus df1, counting eigenvalues above kappa exactly."""
        column = kappa[..., None]
        above = self.s > column
        part = np.minimum(self.s, column) / (self.s + column)
        count = np.sum(self.used & above, axis=-1)
        return (self.n - count) + np.sum(self.used * np.where(above, part, -part), axis=-1)

    def __call__(self, log_kappa: np.ndarray) -> np.ndarray:
        kappa = np.exp(log_kappa)
        total = self.s + kappa[..., None]
        bias = np.where(self.used, kappa[..., None] / total, 1.0)
        shrinkage = np.where(self.used, self.s / total, 0.0)
        free = np.maximum(self._left(kappa), 0.0) + np.sum(shrinkage * bias, axis=-1)
        missed = self.noise + np.sum(self.energy * bias**2, axis=-1)
        with np.errstate(divide="ignore"):
            per_sample = np.where(missed > 0, missed / free, 0.0)
        if not self.hard:
            return per_sample
        truth = np.sum(self.energy)
        along = np.sum(self.energy * shrinkage, axis=-1) / truth
        across = np.sum(self.energy * (shrinkage - along[..., None]) ** 2, axis=-1)
        across = across + per_sample * np.sum(shrinkage**2, axis=-1)
        with np.errstate(divide="ignore"):
            return np.where(along > 0, across / (along**2 * truth), np.inf)


def _golden_section(criterion: _Criterion, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Minimise over every interval at once."""
    for _ in range(_STEPS):
        width = _GOLDEN * (right - left)
        lower = criterion(right - width) < criterion(left + width)
        left, right = np.where(lower, left, right - width), np.where(lower, left + width, right)
    return (left + right) / 2

"""The ridge at which a least-squares model is best."""

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import ratio
from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import Features, check_fit
from ddkd.theory.least_squares import least_squares
from ddkd.theory.linear import LinearLaw

_GRID = 64
_GOLDEN = (np.sqrt(5) - 1) / 2
_STEPS = 40


def best_alpha(
    population: GaussianPopulation, n_samples: ArrayLike, *, features: Features = None
) -> LinearLaw:
    """Law at the ridge that minimises the risk, or the 0-1 error for hard labels.

    It is the best of all alpha >= 0; where that is 0, a negative ridge may be better still.

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
    check_fit(population, n_samples, features, allow_inf=False)
    ridgeless = least_squares(population, n_samples, features=features)
    criterion = _Criterion(ridgeless)
    low, high = criterion.range()
    grid = np.linspace(0, 1, _GRID)
    values = np.stack([criterion(low * (1 - g) + high * g) for g in grid])
    lowest = np.argmin(values, axis=0)
    step = (high - low) / (_GRID - 1)
    left = low + step * np.maximum(lowest - 1, 0)
    right = low + step * np.minimum(lowest + 1, _GRID - 1)
    alpha = criterion.alpha(_golden_section(criterion, left, right))
    tuned = least_squares(population, n_samples, features=features, alpha=alpha)
    name = "error_rate" if population.labels == "hard" else "risk"
    better = np.asarray(getattr(ridgeless, name)) <= np.asarray(getattr(tuned, name))
    best = np.where(better, 0.0, alpha)
    return least_squares(population, n_samples, features=features, alpha=best)


class _Criterion:
    """Risk, or squared tangent of the angle to the truth, as a function of log kappa."""

    def __init__(self, ridgeless: LinearLaw) -> None:
        self.population, self.law = ridgeless.population, ridgeless
        self.s = np.where(ridgeless.features, self.population.eigenvalues, 0.0)
        self.energy = (self.population.label_scale * self.population.truth) ** 2

    def range(self) -> tuple[np.ndarray, np.ndarray]:
        """Log kappa from where a ridge begins to act to where it leaves nothing."""
        used = self.s > 0
        largest = np.max(self.s, axis=-1)
        smallest = np.min(np.where(used, self.s, np.maximum(largest, 1.0)[..., None]), axis=-1)
        seen, unseen = used @ self.energy, ~used @ self.energy
        rest = self.population.label_noise + unseen
        load = np.minimum(ratio(used.sum(axis=-1) * rest / self.law.n_samples, seen), 1e12)
        low = np.where(self.law.kappa > 0, self.law.kappa, 1e-8 * smallest)
        high = np.maximum(1e3 * np.max(self.s, axis=-1) * (1 + load), 2 * low)
        return np.log(low), np.log(high)

    def alpha(self, log_kappa: np.ndarray) -> np.ndarray:
        """The ridge with a given kappa: kappa (n - df1)."""
        left = self.law.n_samples - np.sum(self._kept(log_kappa), axis=-1)
        return np.maximum(np.exp(log_kappa) * left, 0.0)

    def _kept(self, log_kappa: np.ndarray) -> np.ndarray:
        return self.s / (self.s + np.exp(log_kappa)[..., None])

    def __call__(self, log_kappa: np.ndarray) -> np.ndarray:
        kept = self._kept(log_kappa)
        df2 = np.einsum("...j,...j", kept, kept)
        missed = self.population.label_noise + (1 - kept) ** 2 @ self.energy
        with np.errstate(divide="ignore", invalid="ignore"):
            per_sample = np.where(missed > 0, missed / (self.law.n_samples - df2), 0.0)
            if self.population.labels == "real":
                return per_sample
            along = kept @ self.energy / np.sum(self.energy)
            across = (kept - along[..., None]) ** 2 @ self.energy + per_sample * df2
            tangent = across / along**2
        return np.where(along > 0, tangent, np.inf)


def _golden_section(criterion: _Criterion, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Minimise over every interval at once."""
    for _ in range(_STEPS):
        width = _GOLDEN * (right - left)
        lower = criterion(right - width) < criterion(left + width)
        left, right = np.where(lower, left, right - width), np.where(lower, left + width, right)
    return (left + right) / 2

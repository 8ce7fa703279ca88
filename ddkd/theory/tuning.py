"""The ridge at which a least-squares model is best."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import broadcast, ratio
from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import Features, check_fit
from ddkd.theory._fit import Fit, fit_at, learn
from ddkd.theory._negative_ridge import lowest_implicit_ridge
from ddkd.theory.least_squares import least_squares
from ddkd.theory.linear import LinearLaw

_GRIDS = (33, 17, 17, 17)  # points; the spacing falls to about a five-hundredth


def best_alpha(
    population: GaussianPopulation,
    n_samples: ArrayLike,
    *,
    features: Features = None,
    negative: bool = False,
) -> LinearLaw:
    """Law at the ridge that minimises the risk, or the 0-1 error for hard labels.

    It is the best among alpha >= 0; where that is 0, a negative ridge may be better still, and
    `negative` asks for the best of all. Where that is close to the edge of the law, training sets
    of a few hundred examples do worse than the law says.

    On isotropic features with real labels the minimum of the risk is at
    alpha = p (noise + unseen signal)/(seen signal) (Hastie, Montanari, Rosset and
    Tibshirani, arXiv 1903.08560). The search is over kappa, of which the law is an explicit
    function: a grid, and finer ones about its best point; alpha = 0 is a candidate. The curve
    is flat at its minimum, so alpha is good to about 1e-5 and the minimum to 1e-10.
    *Asymptotic*, like `least_squares`.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples : int or array_like of int
        Number of samples.
    features : None, bool mask or index array, default=None
        Columns used; None for all. A stack of masks (..., n_features) gives a curve.
    negative : bool, default=False
        Whether the ridge may be negative, down to the edge that `least_squares` states.

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
    >>> strong = np.arange(600) < 10
    >>> spiked = GaussianPopulation(np.where(strong, 30.0, 1.0), 0.3 * strong, noise_variance=0.05)
    >>> laws = [theory.best_alpha(spiked, 60, negative=negative) for negative in (False, True)]
    >>> [(round(law.alpha), round(law.risk, 3)) for law in laws]
    [(0, 2.165), (-272, 0.885)]
    """
    n, mask, _ = check_fit(population, n_samples, features, allow_inf=False)
    ridgeless = least_squares(population, n, features=mask)
    n, _ = broadcast(n_samples=n, features=mask[..., 0])
    score = population.score_error_rate if population.labels == "hard" else population.score_risk
    target = population.label_target()
    floor = np.zeros(n.shape)
    if negative:
        used = np.where(mask, population.eigenvalues, 0.0)
        floor = lowest_implicit_ridge(used, n, np.asarray(ridgeless.kappa))

    def fit(above: np.ndarray) -> Fit:
        """The fit whose implicit ridge is so far above its floor, in logarithms."""
        return fit_at(population.eigenvalues, mask, n, floor + np.exp(above))

    def loss(above: np.ndarray) -> np.ndarray:
        """Its risk or error."""
        return score(learn(fit(above), target).score)

    above = _minimise(loss, *_range(ridgeless, floor))
    better = score(ridgeless._score) <= loss(above)
    best = np.where(better, 0.0, fit(above).alpha)
    best = best if negative else np.maximum(best, 0.0)
    return least_squares(population, n_samples, features=features, alpha=best)


def _range(ridgeless: LinearLaw, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log (kappa - floor) from where a ridge begins to act to where it leaves nothing."""
    population, n = ridgeless.population, np.asarray(ridgeless.n_samples)
    s = np.where(ridgeless.features, population.eigenvalues, 0.0)
    used, largest = s > 0, np.max(s, axis=-1)
    smallest = np.min(np.where(used, s, np.maximum(largest, 1.0)[..., None]), axis=-1)
    energy = (population.label_scale * population.truth) ** 2
    seen, unseen = used @ energy, ~used @ energy
    load = ratio(used.sum(axis=-1) * (population.label_noise + unseen) / n, seen)
    room = ridgeless.kappa - floor
    room = np.where(floor == 0, room, 1e-6 * room)  # at a floor of its own the risk is infinite
    low = np.where(room > 0, room, 1e-8 * smallest)
    high = np.maximum(1e3 * largest * (1 + np.minimum(load, 1e12)), 2 * low)
    return np.log(low), np.log(high)


def _minimise(
    loss: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Where the loss is least: on grids, each about the last one's best point, then a parabola."""
    for n_points in _GRIDS:
        steps = np.arange(n_points).reshape(-1, *np.ones(low.ndim, dtype=int))
        step = (high - low) / (n_points - 1)
        values = loss(low + step * steps)
        best = np.clip(np.argmin(values, axis=0), 1, n_points - 2)
        centre = low + step * best
        low, high = centre - step, centre + step
    before, at, after = (np.take_along_axis(values, best[None] + k, 0)[0] for k in (-1, 0, 1))
    vertex = ratio(before - after, 2 * (before - 2 * at + after))
    return centre + step * np.clip(vertex, -1.0, 1.0)

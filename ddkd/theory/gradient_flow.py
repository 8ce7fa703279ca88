"""Gradient flow on least squares: early stopping, at any time and for any covariance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import broadcast
from ddkd._checks import check_array
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation, Score
from ddkd.theory._arguments import Features, Values, check_fit
from ddkd.theory._fit import fit_to
from ddkd.theory._law import law_fields
from ddkd.theory._two_points import earliest_time, flow_combination, ridge_fits
from ddkd.theory.linear import LinearLaw


@short_repr
@dataclass(frozen=True, eq=False)
class GradientFlowLaw(LinearLaw):
    """Law of gradient flow stopped at some time; made by `gradient_flow`.

    Attributes
    ----------
    time : float or ndarray
        When the flow is stopped. `alpha` is 0, and `kappa` NaN: no single ridge does the same.
    """

    time: Values = np.nan


def gradient_flow(
    population: GaussianPopulation,
    n_samples: ArrayLike,
    time: ArrayLike,
    *,
    features: Features = None,
) -> GradientFlowLaw:
    """Law of gradient flow from zero on least squares, stopped at a given time.

    At time T the flow dw/dt = Z'(y - Z w) has the share 1 - exp(-T mu) of the least-squares fit
    along each eigenvector of Z'Z, where mu is its eigenvalue, of the order n s. A short time is a
    strong ridge: averaged over truths, the excess risk is at most 1.6862 times that of a ridge of
    1/T, on every design (Ali, Kolter and Tibshirani, arXiv 1810.10082).

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples : int or array_like of int
        Number n of samples, finite.
    time : float or array_like
        When the flow is stopped, positive: the number of steps of gradient descent on
        ``|y - Z w|^2 / 2`` times a small step size.
    features : None, bool mask or index array, default=None
        Columns used; None for all. A stack of masks (..., n_features) gives a curve.

    Returns
    -------
    GradientFlowLaw
        Floats, or arrays if an argument was one; they broadcast. It may teach in turn.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Notes
    -----
    exp(-T mu) is the inverse Laplace transform of 1/(z + mu), so that the flow is an integral
    over complex ridges z::

        w_T = (1/2 pi i) integral exp(z T)/z w_z dz,   E = sum_kl c_k c_l E_kl,
        E_kl = (v + sum s (c b)^2 (1 - A_k)(1 - A_l)) / (1 - sum A_k A_l/n),

    with A_k = s/(s + kappa_k) and kappa_k the implicit ridge of z_k. *Asymptotic*, with errors of
    order 1/n, for any covariance and any n and p, p = n included.

    References
    ----------
    Ali, Kolter and Tibshirani, arXiv 1810.10082; Weideman and Trefethen, Math. Comp. 76 (2007).
    The two-point law at complex ridges is our own.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(100), np.full(100, 0.1), noise_variance=1.0)
    >>> theory.gradient_flow(population, 100, [0.003, 0.01, 0.1, 10]).risk.round(3)
    array([ 1.688,  1.643,  2.745, 21.418])
    """
    n, mask, _ = check_fit(population, n_samples, features, allow_inf=False)
    stop = check_array("time", time)
    if (stop <= 0).any():
        raise ValueError(f"time must be positive numbers; got {time!r}")
    n, stop, _ = broadcast(n_samples=n, time=stop, features=mask[..., 0])
    solved = np.maximum(stop, earliest_time(population, mask))
    alphas, weights = flow_combination(solved)
    fits = ridge_fits(population, mask, n, alphas)
    fitted = fit_to(population.eigenvalues, mask, n, np.zeros(n.shape))
    fields = law_fields(
        population,
        Score.of(fits.mean(weights), fits.variance(weights)).scaled(stop / solved),
        fitted,
        labels="own",
        target_risk=fits.square(weights),
        train_risk=fits.square(fits.left * weights),
        kappa=np.full(n.shape, np.nan),
        time=stop,
    )
    return GradientFlowLaw(features=mask, **fields)

"""Bagging: the average of ridge fits to random subsamples is a ridge fit to the whole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import between, broadcast
from ddkd._checks import check_counts
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation, Score
from ddkd.theory._arguments import Values, check_fit
from ddkd.theory._law import law_fields
from ddkd.theory.least_squares import least_squares
from ddkd.theory.linear import LinearLaw


@short_repr
@dataclass(frozen=True, eq=False)
class BaggingLaw(LinearLaw):
    """Law of an average of ridge fits to random subsamples; made by `bagging`.

    Attributes
    ----------
    n_subsample, n_models : float or ndarray
        Size of the subsamples, and how many are averaged.
    equivalent_alpha : float or ndarray
        The ridge on all samples that infinitely many subsamples amount to. `alpha` and `kappa`
        are those of each model.
    """

    n_subsample: Values = np.nan
    n_models: Values = np.nan
    equivalent_alpha: Values = np.nan


def bagging(
    population: GaussianPopulation,
    n_samples: ArrayLike,
    n_subsample: ArrayLike,
    n_models: ArrayLike,
    *,
    alpha: ArrayLike = 0.0,
) -> BaggingLaw:
    """Law of the average of K ridge fits, each to k of the same n samples.

    Subsamples are drawn without replacement, independently of one another.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples : int or array_like of int
        Number n of samples.
    n_subsample : int or array_like of int
        Number k of samples in each subsample, at most n.
    n_models : int or array_like of int
        Number K of models; infinity for the limit.
    alpha : float or array_like, default=0.0
        Ridge penalty of each model; 0 for minimum norm.

    Returns
    -------
    BaggingLaw
        Floats, or arrays if an argument was one; they broadcast. It may teach in turn.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Notes
    -----
    With kappa the implicit ridge of (k, alpha) and A = s/(s + kappa), every model has the mean
    A c b. Two models share k^2/n samples on average, so their errors have the mean product that
    two equal ridges of alpha' on all n samples would have::

        alpha' = kappa (n - sum A),    E_K = E_inf + (E_1 - E_inf)/K,

    E_1 the risk of one model and E_inf that of ridge alpha' on n. *Asymptotic*, with errors of
    order 1/n; infinite for k = p without a ridge, unless K is.

    References
    ----------
    Patil and Du, arXiv 2304.13016; LeJeune, Javadi and Baraniuk, arXiv 1910.04743.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(100), np.full(100, 0.1), noise_variance=1.0)
    >>> bags = theory.bagging(population, 100, 50, [1, 10, np.inf])
    >>> bags.risk.round(3), bags.equivalent_alpha
    (array([2.5  , 1.75 , 1.667]), array([50., 50., 50.]))
    """
    n, _, ridge = check_fit(population, n_samples, alpha=alpha, allow_inf=False)
    k = check_counts("n_subsample", n_subsample, allow_inf=False)
    models = check_counts("n_models", n_models)
    n, k, models, ridge = broadcast(n_samples=n, n_subsample=k, n_models=models, alpha=ridge)
    if (k > n).any():
        raise ValueError(
            f"n_subsample must be at most n_samples; got {k[k > n].flat[0]:g} "
            f"of {n[k > n].flat[0]:g}"
        )
    one = least_squares(population, k, alpha=ridge)
    n_z = np.maximum(n - k + k * one._fit.left, 0.0)  # n - sum A
    equivalent = one._fit.kappa * n_z
    every = least_squares(population, n, alpha=equivalent)
    share, in_bag = 1 / models, k / n
    first, last = one._score, every._score
    variance = between(share[..., None], first.variance, last.variance)
    fields = law_fields(
        population,
        Score.of(first.mean, variance),
        one._fit,
        labels="own",
        target_risk=between(share, one.risk, every.risk),
        # An example is in a model's subsample, or it is fresh to it.
        train_risk=between(share, between(in_bag, one.train_risk, one.risk), every.train_risk),
        n_samples=n,
        n_subsample=k,
        n_models=models,
        equivalent_alpha=equivalent,
    )
    return BaggingLaw(features=one.features, **fields)

"""Least squares in a population: the first generation of every chain of students."""

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import broadcast
from ddkd._checks import check_array, check_counts, check_integer
from ddkd.populations import Population
from ddkd.theory._arguments import Features, check_fit
from ddkd.theory._fit import fit_to
from ddkd.theory._law import learned_fields
from ddkd.theory.linear import LinearLaw


def least_squares(
    population: Population,
    n_samples: ArrayLike,
    *,
    features: Features = None,
    alpha: ArrayLike = 0.0,
) -> LinearLaw:
    """Law of least squares, ridge or minimum norm, on n samples of a population.

    With kappa the root of n = sum s/(s + kappa) + alpha/kappa (0 if alpha = 0 and p <= n),
    A = s/(s + kappa), df2 = sum A^2, c the slope of the label on the truth (1 for real labels,
    (1 - 2 flip_rate) sqrt(2/pi) for hard ones) and v the label's noise plus unseen signal::

        E      = (v + sum s (c b)^2 (1 - A)^2) / (1 - df2/n)
        E w_j  = A_j c b_j
        Var w_j = (E/n) s_j / (s_j + kappa)^2

    (Hastie, Montanari, Rosset and Tibshirani, arXiv 1903.08560, whose risk leaves out the
    noise; hard labels by Thrampoulidis, Abbasi and Hassibi, arXiv 1506.02181.) The risk is
    E, the training error (alpha/(n kappa))^2 E, and the score's correlation rho with the truth
    gives the 0-1 error arccos(rho)/pi. *Asymptotic*: exact as n and p grow in proportion,
    with errors of order 1/n at a finite size; E is infinite at p = n without a ridge.

    On two clusters the covariance is diag(s) + mu mu' and the label's best linear predictor
    c mu'(diag(s) + mu mu')^-1 x, c = 1 - 2 flip_rate, in the same law; with identity covariance and
    q = n/p it has the margin a = r b/sqrt(b^2 + nu), b = c r/(max(1, 1/q) + r^2),
    res = 1 - 2 c r b + b^2 (1 + r^2), nu = res/(q - 1) for q > 1 and res q/(1 - q) for q < 1.

    A *negative* ridge stretches coefficients, and helps where the many columns without truth are a
    ridge already, and too large a one. The law goes on below alpha = 0 as far as kappa is above
    the root of df2 = n; at that edge -alpha is the limit of the smallest eigenvalue of XX', or of
    X'X for p < n, and E is infinite. Near the edge it needs sizes far above a hundred. With A at
    alpha = 0 and p > n, a small negative ridge lowers the risk if and only if (our own; the
    phenomenon: Kobak, Lomond and Sanchez, arXiv 1805.10939)::

        sum s b^2 A (1 - A)^2 (n - df2) > (v + sum s b^2 (1 - A)^2) sum A^2 (1 - A).

    Parameters
    ----------
    population : Population
        Inputs, truth and labels: a GaussianPopulation or a MixturePopulation.
    n_samples : int or array_like of int
        Number of samples n; infinity for the limit.
    features : None, "all", bool mask or index array, default=None
        Columns used; None for all. A stack of masks (..., n_features) gives a curve.
    alpha : float or array_like, default=0.0
        Ridge penalty: minimise ``|y - Z w|^2 + alpha |w|^2``. 0 means minimum norm. A negative
        one must be above the edge; no solver fits it.

    Returns
    -------
    LinearLaw
        Floats, or arrays if `n_samples`, `alpha` or `features` was one; they broadcast.

    Raises
    ------
    ValueError
        If an argument is out of its range, or a negative ridge is not above the edge, which the
        message states.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation, MixturePopulation, Population
    >>> population = GaussianPopulation(np.ones(100), np.full(100, 0.1), noise_variance=1.0)
    >>> theory.least_squares(population, 200).risk
    2.0
    >>> widths = theory.prefix_masks([50, 100, 200], 200)
    >>> population = GaussianPopulation(np.ones(200), np.ones(200), labels="hard")
    >>> theory.least_squares(population, 100, features=widths).error_rate.round(4)
    array([0.4361, 0.5   , 0.3395])
    >>> strong = np.arange(600) < 10
    >>> spiked = GaussianPopulation(np.where(strong, 30.0, 1.0), 0.3 * strong, noise_variance=0.05)
    >>> theory.least_squares(spiked, 60, alpha=[0.0, -150.0, -272.0]).risk.round(3)
    array([2.165, 1.395, 0.885])
    """
    n, mask, _ = check_fit(population, n_samples, features, kind=Population)
    ridge = check_array("alpha", alpha)
    broadcast(n_samples=n, alpha=ridge, features=mask[..., 0])
    fit = fit_to(population.eigenvalues, mask, n, ridge)
    target, centre = population.label_target(), population.centre
    fields = learned_fields(population, fit, target, "own", centre=centre)
    return LinearLaw(features=mask, **fields)


def prefix_masks(widths: ArrayLike, n_features: int) -> np.ndarray:
    """Masks of the first w features, for every width w: the `features` of a width curve.

    Parameters
    ----------
    widths : int or array_like of int
        Widths between 1 and `n_features`.
    n_features : int
        Number of features of the population.

    Returns
    -------
    ndarray of bool, shape (..., n_features)
        One mask per width.

    Raises
    ------
    ValueError
        If a width is out of range.

    Examples
    --------
    >>> from ddkd.theory import prefix_masks
    >>> prefix_masks([1, 3], 3)
    array([[ True, False, False],
           [ True,  True,  True]])
    """
    n_features = check_integer("n_features", n_features)
    array = check_counts("widths", widths, allow_inf=False)
    if (array > n_features).any():
        raise ValueError(f"widths must be between 1 and {n_features}; got {array.max():g}")
    return np.arange(n_features) < array[..., None]

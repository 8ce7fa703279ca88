"""The width from which a linear classifier fits all its labels."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from ddkd._arrays import unwrap
from ddkd._checks import check_counts
from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import Values
from ddkd.theory._half_normal import SIZES, WEIGHTS

_LOG_STEEPNESS = -25.0, 25.0  # where t is looked for; the smallest h is of the order 1/t


def separable_width(population: GaussianPopulation, n_samples: ArrayLike) -> Values:
    """Mean of the smallest width from which hard labels are linearly separable.

    From this width on a logistic regression or a support vector machine fits its labels
    perfectly. It is their interpolation threshold, and their second descent begins there; their
    error has no peak at it, as that of least squares has at n.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs and hard labels, of which the nearest whole number to flip_rate times n are flipped.
    n_samples : int or array_like of int
        Number n of samples.

    Returns
    -------
    float or ndarray
        The mean width p, columns taken in their order; infinite where all columns do not do.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the labels are real.

    Notes
    -----
    Let q be the share of the truth's variance in the model's columns, eta the share of flipped
    labels, Z standard normal and g the size of such a variable::

        H(a) = E max(Z - a, 0)^2 = (1 + a^2) Phi(-a) - a phi(a),
        pr(g) = eta + (1 - 2 eta) Phi(g sqrt(q/(1 - q))),
        h(eta, q) = min over t >= 0 of E [pr(g) H(t g) + (1 - pr(g)) H(-t g)].

    The mean smallest width solves p - 1/2 = n h(eta, q(p)). *Asymptotic*, for any variances; a
    model without an intercept. For eta = 1/2 it is (n + 1)/2, *exact* (Cover): labels that are
    noise alone are separable with probability P(Bin(n - 1, 1/2) <= p - 1). Where the number of
    flips varies from one training set to the next the mean may differ: at n = 200 and a rate of .02
    it is about 4 % smaller if one column holds the truth, and the same if 400 columns share it.

    References
    ----------
    Cover, IEEE Transactions on Electronic Computers 14 (1965) 326. Candes and Sur,
    arXiv 1804.09753, for labels of a logistic model, and Deng, Kammoun and Thrampoulidis,
    arXiv 1911.05822, for a truth that is seen in part (abstracts only). With flips, and solved
    for the width: our own, by the same argument.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(400), np.ones(400), labels="hard", flip_rate=0.1)
    >>> theory.separable_width(population, [100, 200, 2000]).round(1)
    array([48.9, 94. ,  inf])
    """
    if GaussianPopulation.checked(population).labels != "hard":
        raise ValueError("population must have hard labels; its labels are real")
    n = check_counts("n_samples", n_samples, allow_inf=False)
    energy = np.append(0.0, np.cumsum(population.truth**2))

    def width(size: float) -> float:
        """The root for one number of samples."""
        eta = np.rint(population.flip_rate * size) / size

        def excess(p: float) -> float:
            q = np.interp(p, np.arange(energy.size), energy) / energy[-1]
            return p - 0.5 - size * _room(eta, q)

        if excess(population.n_features) < 0:
            return np.inf
        return float(optimize.brentq(excess, 0.0, population.n_features, xtol=1e-9))

    return unwrap(np.vectorize(width, otypes=[float])(n))


def _room(eta: float, q: float) -> float:
    """h, the width over n at which scores that separate appear."""
    unseen = max(1 - q, 0.0)
    right = 1 - eta
    if unseen > 0:
        right = eta + (1 - 2 * eta) * special.ndtr(SIZES * np.sqrt(q / unseen))

    def mean(log_t: float) -> float:
        """What is to be least; convex in t, hence with one valley in its logarithm."""
        a = np.exp(log_t) * SIZES
        return float(WEIGHTS @ (right * _excess(a) + (1 - right) * _excess(-a)))

    options = {"bounds": _LOG_STEEPNESS, "method": "bounded", "options": {"xatol": 1e-8}}
    return float(optimize.minimize_scalar(mean, **options).fun)


def _excess(a: np.ndarray) -> np.ndarray:
    """H(a) = E max(Z - a, 0)^2 for a standard normal Z."""
    return (1 + a**2) * special.ndtr(-a) - a * np.exp(-(a**2) / 2) / np.sqrt(2 * np.pi)

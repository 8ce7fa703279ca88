"""Isotropic least squares, exact at finite sample size."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from ddkd._arrays import broadcast, unwrap
from ddkd._checks import check_counts, check_integer, check_nonnegative, check_real
from ddkd.theory._arguments import Values

# Gauss's rule of four nodes on each of 500 panels: a decreasing function from 1 to 0, however
# steep, is integrated over (0, 1) with an error of at most 0.0004, a smooth one to 1e-8.
_PANELS = 500
_GAUSS = special.roots_legendre(4)
_LEVELS = ((np.arange(_PANELS)[:, None] + (1 + _GAUSS[0]) / 2) / _PANELS).ravel()
_WEIGHTS = np.tile(_GAUSS[1] / (2 * _PANELS), _PANELS)


def isotropic_risk(
    n_samples: ArrayLike,
    n_features: ArrayLike,
    *,
    signal: ArrayLike = 1.0,
    unseen_signal: ArrayLike = 0.0,
    noise_variance: ArrayLike = 0.0,
) -> Values:
    """Mean risk of min-norm least squares on isotropic Gaussian features, noise included.

    With n samples, p features, seen signal S and v = noise + unseen signal::

        p <= n - 2:  v (1 + p/(n - p - 1))
        p >= n + 2:  S (1 - n/p) + v (1 + n/(p - n - 1))
        otherwise:   infinite

    (Belkin, Hsu and Xu, arXiv 1903.07571). With v = 0 there is nothing to blow up: the risk
    is 0 for p <= n and S (1 - n/p) above. *Exact at finite size*, for every n and p.

    Parameters
    ----------
    n_samples : int or array_like of int
        Number of samples n, at least 1.
    n_features : int or array_like of int
        Number of features p, at least 1.
    signal : float or array_like, default=1.0
        Squared norm S of the truth's coefficients on the features used.
    unseen_signal : float or array_like, default=0.0
        Squared norm of its coefficients on features not used.
    noise_variance : float or array_like, default=0.0
        Variance of the label noise.

    Returns
    -------
    float or ndarray
        Expected squared error on a fresh noisy label; the arguments broadcast.

    Raises
    ------
    ValueError
        If a count is not a positive whole number or a variance is negative.

    Examples
    --------
    >>> from ddkd.theory import isotropic_risk
    >>> isotropic_risk(20, [10, 20, 41], noise_variance=1.0)
    array([2.11111111,        inf, 2.51219512])
    """
    n = check_counts("n_samples", n_samples, allow_inf=False)
    p = check_counts("n_features", n_features, allow_inf=False)
    seen = check_nonnegative("signal", signal)
    unseen = check_nonnegative("unseen_signal", unseen_signal)
    noise = check_nonnegative("noise_variance", noise_variance)
    n, p, seen, unseen, noise = broadcast(
        n_samples=n, n_features=p, signal=seen, unseen_signal=unseen, noise_variance=noise
    )
    v = unseen + noise
    gap = np.abs(n - p)
    variance = np.full(n.shape, np.inf)
    np.divide(np.minimum(n, p), gap - 1, out=variance, where=gap >= 2)
    bias = np.where(p > n, seen * (p - n) / p, 0.0)
    noise = np.multiply(v, 1 + variance, out=np.zeros(n.shape), where=v > 0)
    return unwrap(bias + noise)


def isotropic_risk_quantile(
    quantile: float,
    n_samples: int,
    n_features: int,
    *,
    signal: float = 1.0,
    unseen_signal: float = 0.0,
    noise_variance: float = 0.0,
) -> float:
    """Quantile of the risk of one min-norm fit on isotropic Gaussian features.

    Over draws of the training set the risk, noise included, is distributed as::

        p <= n:  v + v X/Y,      X ~ chi2(p), Y ~ chi2(n - p + 1)
        p >= n:  v + S B + v X/Y,  B ~ Beta((p - n)/2, n/2), X ~ chi2(n), Y ~ chi2(p - n + 1)

    with independent variables, S the seen signal and v = noise + unseen signal. For p <= n the
    noise adds u' W^-1 u, u normal and W Wishart, and a Wishart matrix's inverse along an
    independent direction is an inverse chi-square; for p > n the row space is a uniformly
    random one, independent of the Gram matrix, and the truth's part outside it is lost.
    *Exact at finite size*, for every n and p: it has a median where `isotropic_risk`, its
    mean, is infinite. Where both terms are random, the distribution function of the wider is
    averaged over the other; the level is right to 0.0004 for all arguments, and mostly to 1e-8.

    Parameters
    ----------
    quantile : float
        Level from 1e-100 to below 1; 0.5 for the median.
    n_samples, n_features : int
        Numbers n of samples and p of features.
    signal, unseen_signal, noise_variance : float
        As in `isotropic_risk`.

    Returns
    -------
    float
        The risk that a fraction `quantile` of training sets stays below.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> from ddkd.theory import isotropic_risk_quantile
    >>> round(isotropic_risk_quantile(0.5, 20, 20, noise_variance=1.0), 4)
    43.3813
    """
    # SciPy has no quantile of a beta variable much nearer to zero.
    quantile = check_real("quantile", quantile, low=1e-100, high=1.0, high_open=True)
    n = check_integer("n_samples", n_samples)
    p = check_integer("n_features", n_features)
    seen = check_real("signal", signal, low=0.0)
    v = check_real("unseen_signal", unseen_signal, low=0.0) + check_real(
        "noise_variance", noise_variance, low=0.0
    )
    ratio = min(n, p) / 2, (abs(n - p) + 1) / 2  # X/(X + Y) is a beta variable
    noise_at = float(_odds(*ratio, quantile))
    if p <= n or seen == 0:
        return v + v * noise_at
    lost = (p - n) / 2, n / 2
    if v == 0:
        return seen * float(special.betaincinv(*lost, quantile))
    odds, share = v * _odds(*ratio, _LEVELS), seen * special.betaincinv(*lost, _LEVELS)
    first, last = _LEVELS.size // 4, 3 * _LEVELS.size // 4
    noise_is_narrow = odds[last] - odds[first] < share[last] - share[first]

    def level(excess: float) -> float:
        """Probability that S B + v X/Y is at most `excess`."""
        if noise_is_narrow:
            return float(_WEIGHTS @ special.betainc(*lost, np.clip((excess - odds) / seen, 0, 1)))
        rest = np.maximum(excess - share, 0.0)
        return float(_WEIGHTS @ special.betainc(*ratio, rest / (rest + v)))

    # Twice the sum of the parts' worst: rounding must not leave the root outside.
    high = 2 * (seen + v * noise_at)
    return v + optimize.brentq(lambda x: level(x) - quantile, 0.0, high, xtol=1e-15 * high)


def _odds(a: float, b: float, level: float | np.ndarray) -> np.ndarray:
    """Quantiles of z/(1 - z) for a Beta(a, b) variable z."""
    return special.betaincinv(a, b, level) / special.betaincinv(b, a, 1 - np.asarray(level))

"""Isotropic least squares, exact at finite sample size."""

from typing import Any

import numpy as np

from ddkd.theory._arguments import check_counts, check_nonnegative, unwrap

__all__ = ["isotropic_risk"]


def isotropic_risk(
    n_samples: Any,
    n_features: Any,
    *,
    signal: Any = 1.0,
    unseen_signal: Any = 0.0,
    noise_variance: Any = 0.0,
) -> Any:
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
    v = check_nonnegative("unseen_signal", unseen_signal) + check_nonnegative(
        "noise_variance", noise_variance
    )
    n, p, seen, v = np.broadcast_arrays(n, p, seen, v)
    under, over = p <= n - 2, p >= n + 2
    variance = np.full(n.shape, np.inf)
    np.divide(p, n - p - 1, out=variance, where=under)
    np.divide(n, p - n - 1, out=variance, where=over)
    bias = np.where(p > n, seen * (p - n) / p, 0.0)
    noise = np.multiply(v, 1 + variance, out=np.zeros(n.shape), where=v > 0)
    return unwrap(bias + noise)

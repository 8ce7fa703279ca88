"""The one rule by which differences are judged: two standard errors."""

from collections.abc import Sequence

import numpy as np

_ROUNDING = 1e-12  # differences whose spread is less than this share of them are in step


def mean_and_error(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """Mean of some repeats and its standard error, NaN for a single one.

    Parameters
    ----------
    values : sequence of float
        A number a repeat.

    Returns
    -------
    mean, standard_error : float
        Both.

    Examples
    --------
    >>> from ddkd._judgement import mean_and_error
    >>> mean_and_error([1.0, 3.0])
    (2.0, 1.0)
    """
    n = len(values)
    with np.errstate(invalid="ignore"):  # infinite errors are legitimate and have no deviation
        mean = float(np.mean(values))
        error = float(np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    return mean, error


def verdict(difference: float, standard_error: float) -> str:
    """Judge a mean difference at two standard errors.

    Parameters
    ----------
    difference : float
        Its mean.
    standard_error : float
        Of the mean; NaN for a single repeat.

    Returns
    -------
    str
        "below" or "above" zero by more than two standard errors; "undecided"; or "unknown" where
        the standard error is: for one repeat, and for equal differences in all of few repeats,
        which say nothing about the spread of others.

    Examples
    --------
    >>> from ddkd._judgement import verdict
    >>> verdict(-0.3, 0.1), verdict(0.1, 0.1), verdict(0.1, 0.0)
    ('below', 'undecided', 'unknown')
    """
    if np.isnan(standard_error) or 0 < abs(difference) * _ROUNDING >= standard_error:
        return "unknown"
    if abs(difference) <= 2 * standard_error:
        return "undecided"
    return "below" if difference < 0 else "above"

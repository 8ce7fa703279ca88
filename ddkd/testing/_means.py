"""Assertions about the mean of a simulation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ddkd._checks import check_array
from ddkd.testing._comparison import (
    Comparison,
    check_bias,
    check_law,
    check_level,
    check_repeats,
    draw,
    judge,
)
from ddkd.testing._resolution import ROUNDING, mean_resolution


def assert_matches_theory(
    simulate: Callable[[np.random.Generator], ArrayLike],
    law: ArrayLike,
    *,
    n_repeats: int,
    false_alarm: float = 1e-6,
    bias: ArrayLike = 0.0,
    rng: Any,
) -> Comparison:
    """Assert that the mean of a simulation is what a theory predicts.

    The gap at every point is measured in its standard error and compared with Student's t; the
    threshold is Bonferroni's over all points, which needs no independence between them.

    Of normal draws a right theory fails with probability at most `false_alarm`; of skewed ones
    more often, the more so the rarer an alarm was to be. Of 100 risks of 10 features and 20
    samples it fails twice as often as the 1 % that was chosen, fifteen times as often as 1e-4. The
    pages for theorists have the table (``benchmarks/false_alarms.py``). Draws that are means over
    many training sets are near normal. Near the interpolation threshold test the median
    (`assert_median_matches_theory`).

    A test that passes says little unless a wrong formula would have failed it. The returned
    comparison says how wrong that is: at one point alone (`Comparison.resolution`), and at all
    points alike (`Comparison.common_resolution`).

    Parameters
    ----------
    simulate : callable
        ``simulate(rng)`` draws once: a number, or an array over a curve.
    law : float or array_like
        The predicted mean; finite, of the shape that `simulate` returns.
    n_repeats : int
        Number of draws, at least 3; fewer than 100 warn.
    false_alarm : float, default=1e-6
        Probability with which the assertion may fail if the law holds and draws are normal.
    bias : float or array_like, default=0.0
        Largest gap of the means that is allowed, relative to the law: the O(1/n) of an
        asymptotic law. Gaps of one part in 10^12 count as rounding; where zero is predicted, those
        of one part in 10^12 of the largest prediction.
    rng : None, int, SeedSequence or Generator
        Source of randomness, handed to `simulate`.

    Returns
    -------
    Comparison
        The numbers compared, and the resolution of the comparison.

    Raises
    ------
    AssertionError
        If they do not match; the message shows the worst points.
    ValueError
        If an argument is out of range, shapes differ, or draws are no real numbers.

    Examples
    --------
    >>> from ddkd.testing import assert_matches_theory
    >>> seen = assert_matches_theory(lambda rng: rng.normal() ** 2, 1.0, n_repeats=400, rng=0)
    >>> print(seen)
    agrees: largest gap -0.84 +- 7.6 %; would notice 48 %
    """
    predicted = check_law(law)
    check_level(false_alarm)
    check_bias(bias, predicted)
    n = check_repeats(n_repeats)
    draws = draw(simulate, predicted.shape, n, rng)
    compared = compare_means(draws, predicted, bias=bias, false_alarm=false_alarm)
    judge(compared, f"{n} simulations do not match the theory")
    return compared


@np.errstate(over="ignore")
def compare_means(
    draws: ArrayLike, law: ArrayLike, *, bias: ArrayLike = 0.0, false_alarm: float = 1e-6
) -> Comparison:
    """Return the mean of draws that you have beside what a theory predicts.

    The comparison of `assert_matches_theory`, which says when it can be trusted.

    Parameters
    ----------
    draws : array_like of shape (n_repeats, ...)
        Independent simulations of what the law predicts, at least 3, each of its shape.
    law : float or array_like
        The predicted mean; finite.
    bias : float or array_like, default=0.0
        Largest gap of the means that is allowed, relative to the law.
    false_alarm : float, default=1e-6
        Probability with which they may disagree if the law holds and draws are normal.

    Returns
    -------
    Comparison
        The numbers compared, and the resolution of the comparison.

    Raises
    ------
    ValueError
        If an argument is out of range, or shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.testing import compare_means
    >>> print(compare_means(np.random.default_rng(0).exponential(size=400), 1.0))
    agrees: largest gap 13 +- 5.4 %; would notice 34 %
    """
    predicted = check_law(law)
    allowed, level = check_bias(bias, predicted), check_level(false_alarm)
    array = check_array("draws", draws)
    if array.shape[1:] != predicted.shape or array.shape[:1] < (3,):
        raise ValueError(
            f"draws must be at least 3, each of the law's shape {predicted.shape}; "
            f"their shape is {array.shape}"
        )
    mean, error = mean_and_error(array)
    z, p_value = students_test(mean, predicted, error, allowed, len(array))
    return Comparison(
        predicted=predicted,
        simulated=mean,
        standard_error=error,
        allowed=allowed,
        z=z,
        p_value=p_value,
        n_repeats=len(array),
        resolution=mean_resolution(predicted, error, allowed, len(array), level),
        false_alarm=level,
    )


def mean_and_error(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the first axis and its standard error.

    Both of draws divided by the largest, so that no sum overflows and no square vanishes.
    """
    scale = np.abs(draws).max(axis=0)
    scale = np.where(scale == 0, 1.0, scale)
    draws = draws / scale
    error = np.std(draws, axis=0, ddof=1) / np.sqrt(len(draws))
    return scale * np.mean(draws, axis=0), scale * error


def students_test(
    mean: np.ndarray, predicted: np.ndarray, error: np.ndarray, allowed: np.ndarray, n_repeats: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gap beyond what is allowed over its standard error, and its p-value.

    Rounding is not a gap. The gap of a simulation that does not vary is infinite.
    """
    gap, scale = mean - predicted, np.abs(predicted)
    rounding = ROUNDING * np.where(scale == 0, scale.max(), scale)
    beyond = np.where(np.abs(gap) <= rounding, 0.0, np.maximum(np.abs(gap) - allowed, 0.0))
    with np.errstate(divide="ignore"):
        z = np.where(beyond == 0, 0.0, np.sign(gap) * beyond / np.where(beyond == 0, 1.0, error))
    return z, 2 * stats.t.sf(np.abs(z), n_repeats - 1)

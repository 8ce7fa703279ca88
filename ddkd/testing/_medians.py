"""An assertion about the median, or a quantile, of a simulation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ddkd._checks import check_integer, check_real
from ddkd.testing._comparison import Comparison, check_law, check_level, draw, judge
from ddkd.testing._resolution import quantile_resolution


def assert_median_matches_theory(
    simulate: Callable[[np.random.Generator], ArrayLike],
    law: ArrayLike,
    *,
    n_repeats: int,
    quantile: float = 0.5,
    false_alarm: float = 1e-6,
    rng: Any,
) -> Comparison:
    """Assert that the median, or a quantile, of a simulation is what a theory predicts.

    The number of draws below the law is binomial if the law holds, whatever
    the distribution: it needs no mean, so it works on a threshold, where risks have none.
    That is the test of the order-statistic interval; the threshold is Bonferroni's over all
    points. For a continuous distribution a right theory fails with probability at most
    `false_alarm`, exactly.

    Parameters
    ----------
    simulate : callable
        ``simulate(rng)`` draws once: a number, or an array over a curve.
    law : float or array_like
        The predicted quantile, of the shape that `simulate` returns.
    n_repeats : int
        Number of draws; with few, no outcome is rare enough and a ValueError says so.
    quantile : float, default=0.5
        Which quantile, strictly between 0 and 1.
    false_alarm : float, default=1e-6
        Probability with which the assertion may fail if the law holds.
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
        If an argument is out of range, shapes differ or `n_repeats` is too small.

    Examples
    --------
    >>> from ddkd.testing import assert_median_matches_theory
    >>> seen = assert_median_matches_theory(
    ...     lambda rng: rng.standard_cauchy(), 0.0, n_repeats=200, rng=0
    ... )
    >>> bool(seen.p_value > 0.001)
    True
    """
    level = check_level(false_alarm)
    quantile = check_real("quantile", quantile, low=0.0, high=1.0, low_open=True, high_open=True)
    predicted = check_law(law)
    n = check_integer("n_repeats", n_repeats, low=3)
    # All draws on one side is the rarest outcome there is.
    rarest = 2 * min(quantile, 1 - quantile) ** n
    if rarest >= level / predicted.size:
        raise ValueError(
            f"n_repeats = {n} cannot reject at false_alarm = {level:g}: no outcome is that rare"
        )
    draws = draw(simulate, predicted.shape, n, rng)
    # Draws equal to the prediction speak for it.
    at_most, below = np.sum(draws <= predicted, axis=0), np.sum(draws < predicted, axis=0)
    low = stats.binom.cdf(at_most, n, quantile)
    high = stats.binom.sf(below - 1, n, quantile)
    one_sided = np.minimum(low, high)
    compared = Comparison(
        predicted=predicted,
        simulated=np.quantile(draws, quantile, axis=0),
        standard_error=np.full(predicted.shape, np.nan),
        allowed=np.zeros(predicted.shape),
        z=np.where(low < high, 1, -1) * stats.norm.isf(np.minimum(one_sided, 0.5)),
        p_value=np.minimum(2 * one_sided, 1.0),
        n_repeats=n,
        resolution=quantile_resolution(predicted, draws, quantile, level),
        false_alarm=level,
    )
    judge(compared, f"The {quantile:g} quantile of {n} simulations is not the theory's")
    return compared

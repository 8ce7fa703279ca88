"""Assertions about the mean of a simulation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ddkd._checks import check_integer, check_real, check_rng
from ddkd.testing._comparison import (
    Comparison,
    check_bias,
    check_level,
    check_prediction,
    draw,
    judge,
)
from ddkd.testing._resolution import ROUNDING, mean_resolution, repeats_for

_PILOT = 100


def assert_matches_theory(
    simulate: Callable[[np.random.Generator], ArrayLike],
    law: ArrayLike,
    *,
    n_repeats: int | None = None,
    resolution: float | None = None,
    max_repeats: int = 100_000,
    false_alarm: float = 1e-6,
    bias: ArrayLike = 0.0,
    rng: Any,
) -> Comparison:
    """Assert that the mean of a simulation is what a theory predicts.

    The gap at every point is measured in its standard error and compared with Student's t; the
    threshold is Bonferroni's over all points, which needs no independence between them. For
    draws near normal a right theory fails with probability at most `false_alarm`, also with few
    draws. Heavy tails break that promise: of a risk closer than about eight features to the
    interpolation threshold, test the median (`assert_median_matches_theory`).

    A test that passes says little unless a wrong formula would have failed it. The returned
    comparison says how wrong that is (`Comparison.resolution`); ``resolution=0.01`` asks for
    enough draws to notice one per cent.

    Parameters
    ----------
    simulate : callable
        ``simulate(rng)`` draws once: a number, or an array over a curve.
    law : float or array_like
        The predicted mean; finite, of the shape that `simulate` returns.
    n_repeats : int, optional
        Number of draws, at least 3. Give either this or `resolution`.
    resolution : float, optional
        Relative error of the law, the same at all points, that the test must notice nine times
        in ten. A pilot of 100 draws fixes the number of repeats; fresh draws are then judged, so
        nothing stops early. The resolution that was reached is in the result.
    max_repeats : int, default=100_000
        Most draws that `resolution` may cost.
    false_alarm : float, default=1e-6
        Probability with which the assertion may fail if the law holds.
    bias : float or array_like, default=0.0
        Largest gap of the means that is allowed, in the law's units: the O(1/n) of an
        asymptotic law. Gaps of one part in 10^12 count as rounding.
    rng : None, int, SeedSequence or Generator
        Source of randomness, handed to `simulate`.

    Returns
    -------
    Comparison
        The numbers compared, and the resolution of the comparison.

    Raises
    ------
    AssertionError
        If they do not match (the message shows the worst points), or if `resolution` would take
        more than `max_repeats` draws (the message says how many).
    ValueError
        If an argument is out of range, shapes differ, or not exactly one of `n_repeats` and
        `resolution` is given.

    Examples
    --------
    >>> from ddkd.testing import assert_matches_theory
    >>> seen = assert_matches_theory(lambda rng: rng.normal() ** 2, 1.0, n_repeats=400, rng=0)
    >>> print(seen)
    agrees (z = -0.1); a formula wrong by 55 % would have been noticed
    """
    level = check_level(false_alarm)
    predicted = check_prediction("law", law)
    allowed = check_bias(bias, predicted.shape)
    generator = check_rng(rng)
    if (n_repeats is None) == (resolution is None):
        raise ValueError(
            "give either n_repeats (how many draws) or resolution (the relative error to "
            f"notice); got n_repeats = {n_repeats}, resolution = {resolution}"
        )
    if resolution is not None:
        wanted = check_real("resolution", resolution, low=0.0, low_open=True)
        most = check_integer("max_repeats", max_repeats, low=3)
        pilot = draw(simulate, predicted.shape, _PILOT, generator)
        n_repeats = repeats_for(wanted, predicted, pilot, allowed, level)
        if n_repeats > most:
            raise AssertionError(
                f"a resolution of {wanted:g} takes about {n_repeats} repeats, "
                f"more than max_repeats = {most}"
            )
    n = check_integer("n_repeats", n_repeats, low=3)
    found = compare_means(draw(simulate, predicted.shape, n, generator), predicted, allowed, level)
    judge(found, f"{n} simulations do not match the theory", allowed)
    return found


def compare_means(
    draws: np.ndarray, predicted: np.ndarray, allowed: np.ndarray, level: float
) -> Comparison:
    """Compare the mean of draws (n_repeats, ...) with a prediction, by Student's t."""
    mean, error = mean_and_error(draws)
    z = gap_in_errors(mean - predicted, error, allowed, predicted)
    return Comparison(
        predicted=predicted,
        simulated=mean,
        standard_error=error,
        z=z,
        p_value=2 * stats.t.sf(np.abs(z), len(draws) - 1),
        n_repeats=len(draws),
        resolution=mean_resolution(predicted, draws, allowed, level),
        false_alarm=level,
    )


def mean_and_error(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the first axis and its standard error."""
    return np.mean(draws, axis=0), np.std(draws, axis=0, ddof=1) / np.sqrt(len(draws))


def gap_in_errors(
    gap: np.ndarray, error: np.ndarray, allowed: np.ndarray, predicted: np.ndarray
) -> np.ndarray:
    """The gap beyond what is allowed over its standard error; rounding is not a gap.

    Infinite for a gap of a simulation that does not vary.
    """
    size = np.abs(gap)
    size = np.where(size <= ROUNDING * np.abs(predicted), 0.0, size)
    beyond = np.maximum(size - allowed, 0.0)
    with np.errstate(divide="ignore"):
        return np.sign(gap) * np.where(beyond == 0, 0.0, beyond / np.where(beyond == 0, 1.0, error))

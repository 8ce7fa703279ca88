"""Assertions that a simulation follows a theory, with a stated false-alarm rate.

For a theorist's own pytest: `simulate(rng)` draws once whatever the theory predicts, a number
or an array over a curve, and the assertion says how often it may fail when the theory is right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import stats

from ddkd._checks import as_array, check_array, check_integer, check_real, check_rng

__all__ = [
    "Comparison",
    "assert_converges_to_theory",
    "assert_interpolates",
    "assert_matches_theory",
    "assert_median_matches_theory",
]

_WORST = 5
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Comparison:
    """Prediction and simulation side by side, one entry per point of the curve.

    Attributes
    ----------
    predicted : ndarray
        What the theory says.
    simulated : ndarray
        Mean of the simulations (their median, from `assert_median_matches_theory`).
    standard_error : ndarray
        Standard error of `simulated`; NaN for a median.
    z : ndarray
        Gap over standard error, beyond the allowed bias; for a median the normal score of
        the number of simulations below the prediction.
    p_value : ndarray
        Two-sided probability of so large a gap at this point if the theory holds.
    n_repeats : int
        Number of simulations.
    """

    predicted: np.ndarray
    simulated: np.ndarray
    standard_error: np.ndarray
    z: np.ndarray
    p_value: np.ndarray
    n_repeats: int


def assert_matches_theory(
    simulate: Callable[[np.random.Generator], Any],
    prediction: Any,
    *,
    n_repeats: int,
    false_alarm: float = 1e-6,
    bias: Any = 0.0,
    rng: Any,
) -> Comparison:
    """Assert that the mean of a simulation is what a theory predicts.

    The gap at every point is measured in its standard error over `n_repeats` draws and
    compared with Student's t; the threshold is Bonferroni's over all points, which needs no
    independence between them. For draws near normal a right theory fails with probability
    at most `false_alarm`, also at small `n_repeats`. Heavy tails break that promise: of a
    risk closer than about eight features to the interpolation threshold, test the median
    (`assert_median_matches_theory`).

    Parameters
    ----------
    simulate : callable
        ``simulate(rng)`` draws once: a number, or an array over a curve.
    prediction : float or array_like
        The predicted mean; finite, of the shape that `simulate` returns.
    n_repeats : int
        Number of draws, at least 3.
    false_alarm : float, default=1e-6
        Probability with which the assertion may fail if the prediction holds.
    bias : float or array_like, default=0.0
        Largest gap of the means that is allowed, in the prediction's units: the O(1/n) of an
        asymptotic prediction. Gaps of one part in 10^12 count as rounding.
    rng : None, int, SeedSequence or Generator
        Source of randomness, handed to `simulate`.

    Returns
    -------
    Comparison
        The numbers compared.

    Raises
    ------
    AssertionError
        If they do not match; the message shows the worst points.
    ValueError
        If an argument is out of range or shapes differ.

    Examples
    --------
    >>> from ddkd.testing import assert_matches_theory
    >>> seen = assert_matches_theory(lambda rng: rng.normal() ** 2, 1.0, n_repeats=400, rng=0)
    >>> abs(seen.simulated - 1) < 0.3
    np.True_
    """
    level = _check_level(false_alarm)
    predicted = _check_prediction(prediction)
    allowed = _check_bias(bias, predicted.shape)
    draws = _draw(simulate, predicted.shape, check_integer("n_repeats", n_repeats, low=3), rng)
    mean, error = _mean_and_error(draws)
    gap = np.sign(mean - predicted) * _beyond(mean - predicted, allowed, predicted)
    z = _z(gap, error)
    p_value = 2 * stats.t.sf(np.abs(z), len(draws) - 1)
    found = Comparison(predicted, mean, error, z, p_value, len(draws))
    _judge(found, level, f"{len(draws)} simulations do not match the theory", allowed)
    return found


def assert_median_matches_theory(
    simulate: Callable[[np.random.Generator], Any],
    prediction: Any,
    *,
    n_repeats: int,
    quantile: float = 0.5,
    false_alarm: float = 1e-6,
    rng: Any,
) -> Comparison:
    """Assert that the median, or a quantile, of a simulation is what a theory predicts.

    The number of draws below the prediction is binomial if the prediction holds, whatever
    the distribution: it needs no mean, so it works on a threshold, where risks have none.
    That is the test of the order-statistic interval; the threshold is Bonferroni's over all
    points. For a continuous distribution a right theory fails with probability at most
    `false_alarm`, exactly.

    Parameters
    ----------
    simulate : callable
        ``simulate(rng)`` draws once: a number, or an array over a curve.
    prediction : float or array_like
        The predicted quantile, of the shape that `simulate` returns.
    n_repeats : int
        Number of draws; with few, no outcome is rare enough and a ValueError says so.
    quantile : float, default=0.5
        Which quantile, strictly between 0 and 1.
    false_alarm : float, default=1e-6
        Probability with which the assertion may fail if the prediction holds.
    rng : None, int, SeedSequence or Generator
        Source of randomness, handed to `simulate`.

    Returns
    -------
    Comparison
        The numbers compared.

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
    level = _check_level(false_alarm)
    quantile = check_real("quantile", quantile, low=0.0, high=1.0, low_open=True, high_open=True)
    predicted = _check_prediction(prediction)
    n = check_integer("n_repeats", n_repeats, low=3)
    # All draws on one side is the rarest outcome there is.
    rarest = 2 * min(quantile, 1 - quantile) ** n
    if rarest >= level / max(predicted.size, 1):
        raise ValueError(
            f"n_repeats = {n} cannot reject at false_alarm = {level:g}: no outcome is that rare"
        )
    draws = _draw(simulate, predicted.shape, n, rng)
    # Draws equal to the prediction speak for it.
    at_most, below = np.sum(draws <= predicted, axis=0), np.sum(draws < predicted, axis=0)
    low = stats.binom.cdf(at_most, n, quantile)
    high = stats.binom.sf(below - 1, n, quantile)
    one_sided = np.minimum(low, high)
    p_value = np.minimum(2 * one_sided, 1.0)
    z = np.where(low < high, 1, -1) * stats.norm.isf(np.minimum(one_sided, 0.5))
    middle = np.quantile(draws, quantile, axis=0)
    found = Comparison(predicted, middle, np.full(predicted.shape, np.nan), z, p_value, n)
    _judge(found, level, f"The {quantile:g} quantile of {n} simulations is not the theory's")
    return found


def assert_converges_to_theory(
    simulate: Callable[[int, np.random.Generator], Any],
    prediction: Callable[[int], Any],
    sizes: Sequence[int],
    *,
    n_repeats: int,
    rate: float = 1.0,
    false_alarm: float = 1e-6,
    rng: Any,
) -> tuple[Comparison, ...]:
    """Assert that the gap to an asymptotic prediction shrinks like size^-rate.

    The gap at the smallest size is taken as it is measured; at every larger one it must not
    exceed (smallest/size)^rate times that, in Student's t of their joint standard error with
    Bonferroni's threshold. A prediction that is exact passes; one whose error does not vanish
    fails as soon as the draws resolve it.

    Parameters
    ----------
    simulate : callable
        ``simulate(size, rng)`` draws once: a number, or an array over a curve.
    prediction : callable
        ``prediction(size)``, the predicted mean.
    sizes : sequence of int
        Increasing sizes, at least two.
    n_repeats : int
        Number of draws at each size, at least 3.
    rate : float, default=1.0
        Exponent with which the gap has to shrink.
    false_alarm : float, default=1e-6
        Probability with which the assertion may fail if the gap shrinks so.
    rng : None, int, SeedSequence or Generator
        Source of randomness, handed to `simulate`.

    Returns
    -------
    tuple of Comparison
        One for each size; from the second on, `z` and `p_value` are those of the excess of
        the gap over what `rate` allows.

    Raises
    ------
    AssertionError
        If the gap does not shrink so; the message shows the worst points.
    ValueError
        If an argument is out of range or shapes differ.

    Examples
    --------
    >>> from ddkd.testing import assert_converges_to_theory
    >>> steps = assert_converges_to_theory(
    ...     lambda n, rng: 1 + 1 / n + rng.normal() / n,
    ...     lambda n: 1.0,
    ...     [10, 20, 40],
    ...     n_repeats=100,
    ...     rng=0,
    ... )
    >>> [round(float(step.simulated), 2) for step in steps]
    [1.11, 1.05, 1.02]
    """
    level = _check_level(false_alarm)
    rate = check_real("rate", rate, low=0.0, low_open=True)
    ladder = [check_integer("sizes", size) for size in sizes]
    if len(ladder) < 2 or any(a >= b for a, b in pairwise(ladder)):
        raise ValueError(f"sizes must be at least two increasing integers; got {sizes!r}")
    n = check_integer("n_repeats", n_repeats, low=3)
    generator = check_rng(rng)
    steps: list[Comparison] = []
    for size in ladder:
        predicted = _check_prediction(prediction(size))
        draws = _draw(partial(simulate, size), predicted.shape, n, generator)
        mean, error = _mean_and_error(draws)
        if not steps:
            nothing = np.zeros(predicted.shape)
            steps.append(Comparison(predicted, mean, error, nothing, nothing + 1.0, n))
            continue
        first, factor = steps[0], (ladder[0] / size) ** rate
        if predicted.shape != first.predicted.shape:
            raise ValueError("prediction must have one shape at all sizes")
        allowed = factor * np.abs(first.simulated - first.predicted)
        joint = np.hypot(error, factor * first.standard_error)
        gap = np.sign(mean - predicted) * _beyond(mean - predicted, allowed, predicted)
        z = _z(gap, joint)
        steps.append(Comparison(predicted, mean, error, z, 2 * stats.t.sf(np.abs(z), n - 1), n))
    for size, step in zip(ladder[1:], steps[1:], strict=True):
        title = f"At size {size} the gap has not shrunk like size^-{rate:g}"
        _judge(step, level / (len(ladder) - 1), title)
    return tuple(steps)


def assert_interpolates(solution: Any) -> None:
    """Assert that a least-squares solution fits its training targets exactly.

    Parameters
    ----------
    solution : LeastSquaresSolution or WidthPath
        What a solver returned: anything with `interpolates`, and with `rank`, `train_mse`
        and `condition` for the message.

    Raises
    ------
    AssertionError
        If it, or any model of a path, does not interpolate.
    ValueError
        If `solution` does not say whether it interpolates.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.solvers import min_norm
    >>> from ddkd.testing import assert_interpolates
    >>> assert_interpolates(min_norm(np.eye(2, 3), np.ones(2)))
    """
    if not hasattr(solution, "interpolates"):
        raise ValueError(f"solution must have the attribute interpolates; got {solution!r}")
    if not np.all(solution.interpolates):
        facts = ", ".join(
            f"{name} = {getattr(solution, name)}"
            for name in ("rank", "train_mse", "condition", "method")
            if hasattr(solution, name)
        )
        raise AssertionError(f"The solution does not interpolate: {facts}")


def _check_level(false_alarm: Any) -> float:
    return check_real("false_alarm", false_alarm, low=0.0, high=1.0, low_open=True, high_open=True)


def _check_prediction(prediction: Any) -> np.ndarray:
    predicted = as_array("prediction", prediction)
    if predicted.dtype.kind == "f" and not np.isfinite(predicted).all():
        raise ValueError(
            "prediction must be finite; where a mean is infinite, test the median with "
            "assert_median_matches_theory"
        )
    return check_array("prediction", predicted, ndim=tuple(range(9)))


def _check_bias(bias: Any, shape: tuple[int, ...]) -> np.ndarray:
    allowed = check_array("bias", bias, ndim=tuple(range(9)))
    if (allowed < 0).any():
        raise ValueError(f"bias must be non-negative; got {allowed.min():g}")
    try:
        return np.broadcast_to(allowed, shape)
    except ValueError:
        raise ValueError(
            f"bias must broadcast to the prediction's shape {shape}; its own is {allowed.shape}"
        ) from None


def _draw(
    simulate: Callable[[np.random.Generator], Any], shape: tuple[int, ...], n: int, rng: Any
) -> np.ndarray:
    """All draws, (n, *shape); anything but finite numbers fails."""
    generator = check_rng(rng)
    draws = np.empty((n, *shape))
    for i in range(n):
        draw = np.asarray(simulate(generator), dtype=float)
        if draw.shape != shape:
            raise ValueError(
                f"simulate returned shape {draw.shape}, but the prediction's shape is {shape}"
            )
        draws[i] = draw
    if not np.isfinite(draws).all():
        raise AssertionError("simulate returned NaN or infinity")
    return draws


def _mean_and_error(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.mean(draws, axis=0), np.std(draws, axis=0, ddof=1) / np.sqrt(len(draws))


def _beyond(gap: np.ndarray, allowed: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Size of the gap beyond what is allowed; rounding is not a gap."""
    size = np.abs(gap)
    size = np.where(size <= _ROUNDING * np.abs(predicted), 0.0, size)
    return np.maximum(size - allowed, 0.0)


def _z(gap: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Gap over standard error; infinite for a gap of a simulation that does not vary."""
    with np.errstate(divide="ignore"):
        return np.where(gap == 0, 0.0, gap / np.where(gap == 0, 1.0, error))


def _judge(found: Comparison, level: float, title: str, allowed: np.ndarray | None = None) -> None:
    """Raise an AssertionError that shows the worst points if any p-value is too small."""
    n_points = max(found.p_value.size, 1)
    p_value = np.ravel(found.p_value)
    if not (p_value < level / n_points).any():
        return
    rows = [
        f"{'point':>12} {'predicted':>13} {'simulated':>13} {'std error':>10} {'z':>9} {'p':>8}"
    ]
    for flat in np.argsort(p_value, kind="stable")[:_WORST]:
        point = np.unravel_index(flat, found.predicted.shape) if found.predicted.shape else ()
        rows.append(
            f"{tuple(map(int, point))!s:>12} {np.ravel(found.predicted)[flat]:>13.6g} "
            f"{np.ravel(found.simulated)[flat]:>13.6g} "
            f"{np.ravel(found.standard_error)[flat]:>10.2g} {np.ravel(found.z)[flat]:>9.2f} "
            f"{p_value[flat]:>8.1g}"
        )
    stated = "" if allowed is None else f"; largest bias allowed {np.max(allowed, initial=0):.3g}"
    failed = int((p_value < level / n_points).sum())
    raise AssertionError(
        f"{title}: {failed} of {n_points} points beyond false_alarm {level:g}{stated}\n"
        + "\n".join(rows)
    )

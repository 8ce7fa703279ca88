"""Prediction and simulation side by side, and the verdict on them."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ddkd._checks import (
    as_real_array,
    check_array,
    check_integer,
    check_real,
    check_rng,
)
from ddkd._repr import short_repr

_WORST = 5


@short_repr
@dataclass(frozen=True, eq=False)
class Comparison:
    """Prediction and simulation side by side, one entry per point of the curve.

    Its `str` says in one line whether they agree, how far they are apart where they are furthest,
    and how wrong a formula would have been noticed. All arrays have the law's shape.

    Attributes
    ----------
    predicted : ndarray
        What the theory says.
    simulated : ndarray
        Mean of the simulations (their median, from `assert_median_matches_theory`).
    standard_error : ndarray
        Standard error of `simulated`; NaN for a median.
    allowed : ndarray
        Gap that is allowed, in the prediction's units.
    z : ndarray
        Gap over standard error, beyond what is allowed; for a median the normal score of
        the number of simulations below the prediction. Positive where the simulation is above.
    p_value : ndarray
        Two-sided probability of so large a gap at this point if the theory holds.
    n_repeats : int
        Number of simulations.
    resolution : ndarray
        For each point, the smallest relative error of the formula at that point alone that nine
        of ten such tests would notice. Infinite where zero is predicted.
    false_alarm : float
        Probability with which the test may fail if the theory holds.
    """

    predicted: np.ndarray
    simulated: np.ndarray
    standard_error: np.ndarray
    allowed: np.ndarray
    z: np.ndarray
    p_value: np.ndarray
    n_repeats: int
    resolution: np.ndarray
    false_alarm: float

    @property
    def agrees(self) -> bool:
        """Whether no point is further off than `false_alarm` allows, by Bonferroni's rule."""
        return bool((self.p_value >= self.false_alarm / self.p_value.size).all())

    @property
    def common_resolution(self) -> float:
        """The smallest relative error, the same at all points, that nine of ten would notice.

        The best point decides: the others can only add to the power.
        """
        return float(np.min(self.resolution))

    @property
    def gap_in_words(self) -> str:
        """The largest gap relative to the prediction; the worst one if they disagree."""
        zero = self.predicted == 0
        with np.errstate(over="ignore"):
            shares = np.array([self.simulated - self.predicted, self.standard_error, self.allowed])
            shares = shares / np.where(zero, 1.0, np.abs(self.predicted))
        # A gap to zero is no share of it: a point at which zero is predicted is the last resort.
        size = np.where(zero & ~zero.all(), -1.0, np.abs(shares[0]))
        worst = int(np.argmax(size) if self.agrees else np.argmin(self.p_value))
        gap, error, allowed = shares.reshape(3, -1)[:, worst].tolist()
        unit, times = (" from zero", 1) if zero.flat[worst] else (" %", 100)
        words = two_digits(times * gap)
        if error > 1e-12:
            words += f" +- {two_digits(times * error)}"
        words += unit
        if zero.size > 1:
            words += f" at point {_place(zero, worst)}"
        return f"{words}, {two_digits(times * allowed)}{unit} allowed" if allowed > 1e-6 else words

    @property
    def power_in_words(self) -> str:
        """How wrong a formula would have been noticed."""
        if np.isinf(self.common_resolution):
            return "would notice no relative error"
        words = f"would notice {percent(self.common_resolution)}"
        if self.resolution.size == 1:
            return words
        stated = np.where(np.isinf(self.resolution), 0.0, self.resolution)
        worst = int(np.argmax(stated))
        words += f" everywhere, {percent(stated.flat[worst])} at its worst point"
        return f"{words} {_place(stated, worst)}"

    def __str__(self) -> str:
        answer = "agrees: largest" if self.agrees else "disagrees:"
        return f"{answer} gap {self.gap_in_words}; {self.power_in_words}"


def _place(array: np.ndarray, flat: int) -> tuple[int, ...]:
    """The index of an entry of the flattened array."""
    return tuple(int(i) for i in np.unravel_index(flat, array.shape))


def two_digits(number: float) -> str:
    """Two significant digits; all before the point of a number from 100 to a million."""
    return f"{number:.0f}" if 99.5 <= abs(number) < 1e6 else f"{number:#.2g}".rstrip(".")


def percent(share: float) -> str:
    """Two significant digits of a share, in per cent."""
    return f"{two_digits(100 * share)} %"


def check_level(false_alarm: float) -> float:
    """Return a probability from 1e-100 to below 1."""
    # Quantiles at levels that are hardly a number overflow.
    return check_real("false_alarm", false_alarm, low=1e-100, high=1.0, high_open=True)


def check_repeats(n_repeats: int) -> int:
    """Return a number of draws whose mean is judged by Student's t; warn of fewer than 100."""
    n = check_integer("n_repeats", n_repeats, low=3)
    if n < 100:
        warnings.warn(
            f"n_repeats = {n}: with fewer than 100 draws a right theory can fail far more often "
            "than false_alarm says, unless the draws are near normal",
            stacklevel=3,
        )
    return n


def check_law(law: ArrayLike) -> np.ndarray:
    """Return a finite law of any shape, with at least one entry."""
    predicted = as_real_array("law", law)
    if not np.isfinite(predicted).all():
        raise ValueError(
            "law must be finite; where a mean is infinite, test the median with "
            "assert_median_matches_theory"
        )
    return predicted


def check_bias(bias: ArrayLike, predicted: np.ndarray) -> np.ndarray:
    """Return the allowed gap at every point, from one relative to the prediction."""
    relative = check_array("bias", bias)
    if (relative < 0).any():
        raise ValueError(f"bias must be non-negative; got {relative.min():g}")
    try:
        return np.broadcast_to(relative, predicted.shape) * np.abs(predicted)
    except ValueError:
        raise ValueError(
            f"bias must broadcast to the law's shape {predicted.shape}; its own is {relative.shape}"
        ) from None


def draw(
    simulate: Callable[[np.random.Generator], ArrayLike],
    shape: tuple[int, ...],
    n: int,
    rng: Any,
) -> np.ndarray:
    """All draws, (n, *shape); NaN or infinity fails, what is no real number is refused."""
    generator = check_rng(rng)
    draws = np.empty((n, *shape))
    for i in range(n):
        one = as_real_array("what simulate returned", simulate(generator))
        if one.shape != shape:
            raise ValueError(f"simulate returned shape {one.shape}, but the law's shape is {shape}")
        draws[i] = one
    if not np.isfinite(draws).all():
        raise AssertionError("simulate returned NaN or infinity")
    return draws


def judge(compared: Comparison, title: str) -> None:
    """Raise an AssertionError that shows the worst points if they do not agree."""
    if compared.agrees:
        return
    p_value = np.ravel(compared.p_value)
    failed = int((p_value < compared.false_alarm / p_value.size).sum())
    lines = [
        f"{title}: {failed} of {p_value.size} points beyond false_alarm {compared.false_alarm:g}",
        f"{'point':>10} {'predicted':>12} {'simulated':>12} {'std error':>10} {'allowed':>9} "
        f"{'z':>8} {'p':>8}",
    ]
    for flat in np.argsort(p_value, kind="stable")[:_WORST]:
        lines.append(
            f"{_place(compared.predicted, flat)!s:>10} {compared.predicted.flat[flat]:>12.6g} "
            f"{compared.simulated.flat[flat]:>12.6g} {compared.standard_error.flat[flat]:>10.2g} "
            f"{compared.allowed.flat[flat]:>9.2g} {compared.z.flat[flat]:>8.2f} "
            f"{p_value[flat]:>8.1g}"
        )
    raise AssertionError("\n".join(lines))

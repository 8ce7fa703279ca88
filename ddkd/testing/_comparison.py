"""Prediction and simulation side by side, and the verdict on them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ddkd._checks import as_array, check_array, check_real, check_rng
from ddkd._repr import short_repr

_WORST = 5
_ANY_NDIM = tuple(range(9))


@short_repr
@dataclass(frozen=True, eq=False)
class Comparison:
    """Prediction and simulation side by side, one entry per point of the curve.

    Its `str` says in one line whether they agree and how wrong a formula would have been noticed.

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
        the number of simulations below the prediction. Positive where the simulation is above.
    p_value : ndarray
        Two-sided probability of so large a gap at this point if the theory holds.
    n_repeats : int
        Number of simulations.
    resolution : float
        The smallest relative error of the formula, the same at all points, that 90 % of such
        tests would notice. Infinite if the formula predicts zero everywhere; NaN for a step of
        `assert_converges_to_theory`, which tests no formula at a single size.
    false_alarm : float
        Probability with which the test may fail if the theory holds.
    """

    predicted: np.ndarray
    simulated: np.ndarray
    standard_error: np.ndarray
    z: np.ndarray
    p_value: np.ndarray
    n_repeats: int
    resolution: float
    false_alarm: float

    @property
    def agrees(self) -> bool:
        """Whether no point is further off than `false_alarm` allows, by Bonferroni's rule."""
        return not (self.p_value < self.false_alarm / max(self.p_value.size, 1)).any()

    def __str__(self) -> str:
        z = np.ravel(self.z)
        worst = z[np.argmax(np.abs(z))] if z.size else 0.0
        line = f"{'agrees' if self.agrees else 'disagrees'} (z = {worst:.1f})"
        if np.isnan(self.resolution):
            return line
        if np.isinf(self.resolution):
            return f"{line}; no relative error shows where zero is predicted"
        return f"{line}; a formula wrong by {percent(self.resolution)} would have been noticed"


def percent(share: float) -> str:
    """Two significant digits of a share, in per cent."""
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.0f} %"


def check_level(false_alarm: float) -> float:
    """Return a probability from 1e-100 to below 1."""
    # Quantiles at levels that are hardly a number overflow.
    return check_real("false_alarm", false_alarm, low=1e-100, high=1.0, high_open=True)


def check_prediction(name: str, prediction: ArrayLike) -> np.ndarray:
    """Return a finite prediction of any shape."""
    predicted = as_array(name, prediction)
    if predicted.dtype.kind == "f" and not np.isfinite(predicted).all():
        raise ValueError(
            f"{name} must be finite; where a mean is infinite, test the median with "
            "assert_median_matches_theory"
        )
    return check_array(name, predicted, ndim=_ANY_NDIM)


def check_bias(bias: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """Return the allowed gap at every point."""
    allowed = check_array("bias", bias, ndim=_ANY_NDIM)
    if (allowed < 0).any():
        raise ValueError(f"bias must be non-negative; got {allowed.min():g}")
    try:
        return np.broadcast_to(allowed, shape)
    except ValueError:
        raise ValueError(
            f"bias must broadcast to the prediction's shape {shape}; its own is {allowed.shape}"
        ) from None


def draw(
    simulate: Callable[[np.random.Generator], ArrayLike],
    shape: tuple[int, ...],
    n: int,
    rng: Any,
) -> np.ndarray:
    """All draws, (n, *shape); anything but finite numbers fails."""
    generator = check_rng(rng)
    draws = np.empty((n, *shape))
    for i in range(n):
        one = np.asarray(simulate(generator), dtype=float)
        if one.shape != shape:
            raise ValueError(
                f"simulate returned shape {one.shape}, but the prediction's shape is {shape}"
            )
        draws[i] = one
    if not np.isfinite(draws).all():
        raise AssertionError("simulate returned NaN or infinity")
    return draws


def judge(found: Comparison, title: str, allowed: np.ndarray | None = None) -> None:
    """Raise an AssertionError that shows the worst points if they do not agree."""
    if found.agrees:
        return
    p_value = np.ravel(found.p_value)
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
    failed = int((p_value < found.false_alarm / p_value.size).sum())
    raise AssertionError(
        f"{title}: {failed} of {p_value.size} points beyond false_alarm "
        f"{found.false_alarm:g}{stated}\n" + "\n".join(rows)
    )

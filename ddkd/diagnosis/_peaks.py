"""What counts as a peak of a test-error curve: one that the noise of the test set does not make."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Curve:
    """Test losses of some widths, row by row.

    `scores` (n_widths, n_test, k) are the predicted numbers, `losses` (n_widths, n_test) their
    squared distances to the labels or their codes; `wrong`, of the same shape, marks wrong
    classes and is None for numbers. `spread` is the loss of a constant (numbers) or the error of
    guessing (classes).
    """

    widths: list[float]
    scores: np.ndarray
    losses: np.ndarray
    wrong: np.ndarray | None
    spread: float

    @property
    def errors(self) -> np.ndarray:
        """Mean test error of each width: what a person would plot."""
        return np.mean(self.losses if self.wrong is None else self.wrong, axis=1)


@dataclass(frozen=True)
class Peak:
    """A peak: where, how high, and how many times the better side's... worse valley it is."""

    width: float
    error: float
    ratio: float


def find_peak(curve: Curve, *, linear: bool = True) -> Peak | None:
    """The highest peak between two valleys that are lower beyond doubt, or None.

    Numbers: at least twice the higher valley, by a hundredth of the spread, and a sign test over
    test rows of at least three standard errors on both sides (a few rows carry the mean at a
    threshold, so no t test). Classes: three tenths of the way from the higher valley to chance,
    McNemar's test at 2.5 standard errors, and twice the squared loss; scores that are not linear
    in the labels have no peak of the error, only accidents, so more is asked of them.
    """
    errors = curve.errors
    found: list[Peak] = []
    for i in range(1, len(errors) - 1):
        left = int(np.argmin(errors[:i]))
        right = i + 1 + int(np.argmin(errors[i + 1 :]))
        base = max(errors[left], errors[right])
        if curve.wrong is None:
            rise = errors[i] - base
            clear = errors[i] >= 2 * base and rise >= 0.01 * curve.spread
            limit = 3.0
        else:
            share, limit = (0.3, 2.5) if linear else (0.85, 3.0)
            losses = curve.losses.mean(axis=1)
            clear = errors[i] - base >= share * (curve.spread - base) > 0
            clear = clear and losses[i] >= 2 * max(losses[left], losses[right])
        if clear and min(_sign_test(curve, i, left), _sign_test(curve, i, right)) >= limit:
            ratio = errors[i] / base if base > 0 else np.inf
            found.append(Peak(curve.widths[i], float(errors[i]), float(ratio)))
    return max(found, key=lambda peak: peak.error, default=None)


def _sign_test(curve: Curve, high: int, low: int) -> float:
    """Standard errors by which more test rows are worse at `high` than better."""
    rows = curve.losses if curve.wrong is None else curve.wrong.astype(np.float64)
    up = np.count_nonzero(rows[high] > rows[low])
    down = np.count_nonzero(rows[high] < rows[low])
    return (up - down) / np.sqrt(up + down) if up + down else 0.0

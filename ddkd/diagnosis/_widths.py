"""Which widths to look at: the caller's, their columns, and those to try beside them."""

from functools import cached_property
from typing import Any

import numpy as np

from ddkd.diagnosis._subject import Subject, distinct_rows

_MOST_WIDTHS = 12


class Widths:
    """The caller's widths, sorted, and the places beside them where a fit may look.

    Of more than twelve, twelve are fitted. Where widths are no whole numbers, none but the
    caller's can be tried. `noisy` are labels with noise as large as the signal, or with a third of
    the classes changed.
    """

    def __init__(self, subject: Subject, widths: list[Any], noisy: np.ndarray) -> None:
        self.subject = subject
        self.data = subject.data
        self.noisy = noisy
        self.all_widths = widths
        spread = np.linspace(0, len(widths) - 1, min(len(widths), _MOST_WIDTHS))
        self.widths = [widths[i] for i in spread.round().astype(int)]
        self.numeric = all(isinstance(width, int) for width in widths)

    def stage_columns(self, width: Any) -> list[int]:
        """Columns after each step that can be seen."""
        return [stage.shape[1] for stage in self.subject.stages(width, self.data.y)]

    @cached_property
    def columns(self) -> np.ndarray | None:
        """Columns, one number a width, of the first step that makes more at larger widths."""
        steps = zip(*(self.stage_columns(width) for width in self.widths), strict=False)
        growing = (np.array(step) for step in steps if self.numeric and step[-1] > step[0])
        return next(growing, None)

    @cached_property
    def line(self) -> tuple[float, float] | None:
        """(a, b) if small widths w have a w + b columns; w columns where none can be seen."""
        if self.columns is None:
            return (1.0, 0.0) if self.numeric else None
        least, counts = np.array(self.widths[:3]), self.columns[:3]
        slope, offset = np.polyfit(least, counts, 1)
        is_straight = slope > 0 and np.allclose(slope * least + offset, counts, rtol=0.02)
        return (float(slope), float(offset)) if is_straight else None

    def _reaches(self, count: int) -> Any:
        """The least width with so many columns, as far as known."""
        if self.line is not None:
            return max(1, round((count - self.line[1]) / self.line[0]))
        if self.columns is None:
            return self.widths[len(self.widths) // 2]
        return self.widths[min(int(np.sum(self.columns < count)), len(self.widths) - 1)]

    @cached_property
    def n_distinct(self) -> int:
        """Number of different rows that reach the last step: an earlier one may round them."""
        stages = self.subject.stages(self.widths[-1], self.data.y)
        return min(len(set(distinct_rows(rows))) for rows in (self.data.X, *stages))

    @cached_property
    def guess(self) -> Any:
        """The width at which there are as many columns as different rows."""
        return self._reaches(self.n_distinct)

    @cached_property
    def far(self) -> Any:
        """A width far above the threshold: three times where columns are seen, or the widest."""
        widest = self.widths[-1]
        if self.columns is None or self.line is None:
            return widest
        far = max(self._reaches(3 * self.data.n), widest)
        try:
            self.subject.fitted(far, self.noisy)
        except ValueError:  # such as PCA, which makes no more components than rows
            return widest
        return far

    def allowed(self, width: Any) -> Any:
        """The nearest width that may be tried."""
        return int(np.clip(round(width), 1, self.far)) if self.numeric else width

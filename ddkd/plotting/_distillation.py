"""Teacher and students."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ddkd._checks import check_array, check_vector
from ddkd._repr import short_repr
from ddkd.plotting._axes import Threshold
from ddkd.plotting._curves import CurvesDisplay, check_scores, check_theory

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@short_repr
@dataclass(kw_only=True, eq=False)
class DistillationDisplay(CurvesDisplay):
    """Students beside their teacher: curves over student width or transfer-set size.

    Parameters
    ----------
    x : array-like of shape (n_points,)
        Student widths, or sizes of the transfer set.
    scores : dict of str to array-like of shape (n_points,) or (n_points, n_repeats)
        Errors of each kind of student, or of a directly trained model of the same width, by name.
    levels : dict of str to float or array-like of shape (n_repeats,), or None
        Errors that do not depend on `x`, such as the teacher's, by name.
    threshold : float, dict of str to float, or None
        Interpolation thresholds to mark: ``{"n": 200, "m": 2000}``.
    theory : dict of str to array-like of shape (n_points,) or pair (x, values), or None
        Theory lines by name; one with the name of a curve takes its colour.
    score_name : str, default="Test error (%)"
        Label of the error axis. Under a name that ends in "(%)" fractions are shown as
        percentages.
    x_name : str, default="Student width"
        Label of the other axis.
    title : str, default=""
        Which data, and what else is to stand above the picture; drawn as it is, without mathtext.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : list of Line2D
        Curves, levels and theory lines, each in the order given.
    thresholds_ : list of Line2D
        The marks of the thresholds.

    See Also
    --------
    DoubleDescentDisplay : One model's curve.

    Examples
    --------
    >>> from ddkd.plotting import DistillationDisplay
    >>> display = DistillationDisplay(
    ...     x=[50, 200, 800], scores={"hard": [0.20, 0.09, 0.08]}, levels={"teacher": 0.1}
    ... )
    >>> [line.get_label() for line in display.plot().lines_]
    ['hard', 'teacher']
    """

    x: Any
    scores: Any
    levels: Any = None
    threshold: Threshold = None
    theory: Any = None
    score_name: str = "Test error (%)"
    x_name: str = "Student width"
    title: str = ""

    def __post_init__(self) -> None:
        self.x = check_vector("x", self.x)
        self.scores = {
            name: check_scores(f"scores[{name!r}]", values, self.x)
            for name, values in self.scores.items()
        }
        self.levels = {
            name: np.atleast_1d(check_array(f"levels[{name!r}]", value, ndim=(0, 1)))
            for name, value in (self.levels or {}).items()
        }
        self.theory = {
            name: check_theory(f"theory[{name!r}]", values, self.x)
            for name, values in (self.theory or {}).items()
        }
        if not (self.scores or self.theory):
            raise ValueError("scores and theory cannot both be empty: there is no curve")

    def plot(self, ax: Axes | None = None, *, average: str = "mean") -> Self:
        """Draw the curves, with plus and minus one standard error of the average.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            The axes to draw on; a new figure by default.
        average : {"mean", "median"}, default="mean"
            How to average over repeats; near a threshold the mean of a squared error is
            infinite and only the median is stable.

        Returns
        -------
        DistillationDisplay
            The object itself, drawn.
        """
        curves = self.scores, self.theory, self.levels
        return self._draw(ax, self.x, self.x_name, *curves, average=average)

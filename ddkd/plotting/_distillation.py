"""Teacher and students."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from ddkd._checks import check_array, check_vector
from ddkd._repr import short_repr
from ddkd.experiments import Table
from ddkd.plotting._axes import Threshold
from ddkd.plotting._curves import CurvesDisplay, check_scores, check_theory, pivot
from ddkd.plotting._style import label


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

    @classmethod
    def from_result(
        cls,
        result: Table,
        *,
        x: str = "student_width",
        value: str = "error",
        levels: Collection[str] = ("teacher",),
        **options: Any,
    ) -> Self:
        """Make a display of a sweep of :func:`ddkd.experiments.teacher_student`.

        Parameters
        ----------
        result : SweepResult
            The sweep, with the columns `x`, `value`, "model" and "repeat".
        x : str, default="student_width"
            The column of the abscissa.
        value : str, default="error"
            The column of the error.
        levels : collection of str, default=("teacher",)
            Models that do not depend on `x`; every other one becomes a curve.
        **options : dict
            What else the display takes; over widths the thresholds are by default the number
            of labelled examples n and the size m of the transfer set, if the curves reach them.

        Returns
        -------
        DistillationDisplay
            The display, not yet drawn.

        Raises
        ------
        ValueError
            If a column is missing, or a repeat lacks a value of `x`.
        """
        curves, flat = {}, {}
        for name in dict.fromkeys(result["model"].tolist()):
            errors = pivot(result.where(model=name), value, x)[1]
            if name in levels:
                flat[label(name)] = errors.mean(axis=0)
            else:
                curves[label(name)] = errors
        x_name = x.replace("n_transfer", "transfer set").replace("_", " ").capitalize()
        if x != "n_transfer":
            options = {"threshold": _thresholds(result, result[x].max()), **options}
        options = {"levels": flat, "x_name": x_name, **options}
        return cls(x=np.unique(result[x]), scores=curves, **options)

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


def _thresholds(result: Table, widest: float) -> dict[str, float]:
    """The sizes of training and transfer set up to `widest`, where all records agree on them."""
    marks = {}
    for letter, column in (("n", "n_samples"), ("m", "n_transfer")):
        sizes = np.unique(result[column]) if column in result.columns else np.array([])
        sizes = sizes[sizes > 0]  # a model without a transfer set has a zero there
        if sizes.size == 1 and sizes[0] <= widest:
            marks[f"{letter} = {sizes[0]:,}"] = float(sizes[0])
    return marks

"""The pictures of the `curve` and `predict` commands."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ddkd.experiments import SweepResult, Table
from ddkd.plotting._axes import finish, mark_thresholds
from ddkd.plotting._curves import draw_scores, draw_theory, pivot
from ddkd.plotting._double_descent import DoubleDescentDisplay
from ddkd.plotting._style import set_title


def draw_curve(result: SweepResult, *, title: str = "") -> Figure:
    """Draw test error and training error against width, with standard errors.

    Parameters
    ----------
    result : SweepResult
        A sweep of `ddkd.experiments.curve`.
    title : str, default=""
        Which data; drawn as it is, without mathtext.

    Returns
    -------
    Figure
        Two panels: 0-1 test error (of numbers the share of variance left), and mean squared errors
        of training and test.
    """
    value, name = _error_of(result)
    figure = Figure(figsize=(8, 9.5), layout="constrained")
    top, bottom = figure.subplots(2, 1)
    DoubleDescentDisplay.from_result(result, value=value, score_name=name, title=title).plot(top)
    DoubleDescentDisplay.from_result(result, value="test_mse").plot(bottom, score_type="both")
    return figure


def draw_prediction(result: SweepResult, *, title: str = "") -> Figure:
    """Draw predicted curves through measured points, a colour for each ridge.

    Parameters
    ----------
    result : SweepResult
        A sweep of `ddkd.prediction.predict_curve`.
    title : str, default=""
        Which data; drawn as it is, without mathtext.

    Returns
    -------
    Figure
        Two panels that share their widths: 0-1 test error (of numbers the share of variance left),
        and mean squared test error.
        Lines are medians of the predictions, points medians of the measurements: next to the
        threshold a mean would depend on one draw of the features.
    """
    n = int(result["n_samples"][0])
    figure = Figure(figsize=(8, 9.5), layout="constrained")
    panels = figure.subplots(2, 1)
    set_title(panels[0], title)
    values = (_error_of(result), ("mse", "Mean squared error"))
    for ax, (value, name) in zip(panels, values, strict=True):
        for alpha in np.unique(result["alpha"]):
            _predicted_and_measured(ax, result.where(alpha=float(alpha)), float(alpha), value)
        mark_thresholds(ax, n)
        finish(ax, "Width", name, legend=ax is panels[-1])
    return figure


def _error_of(result: SweepResult) -> tuple[str, str]:
    """The column of the error in the measure of the task, and what to call it."""
    if "error" in result.columns:
        return "error", "Test error (%)"
    return "variance_left", "Variance left (%)"


def _predicted_and_measured(ax: Axes, rows: Table, alpha: float, value: str) -> None:
    """Draw the marks of one ridge on the thin line that was predicted."""
    widths, measured = pivot(rows, "test_mse" if value == "mse" else value, "width")
    line = np.median(pivot(rows, f"predicted_{value}", "width")[1], axis=1)
    label = f"ridge {alpha:g}" if alpha else "min-norm"
    marks = draw_scores(ax, widths, measured, label, joined=False, errors=False, average="median")
    draw_theory(ax, widths, line, f"{label}, predicted", marks)  # broken where none is known

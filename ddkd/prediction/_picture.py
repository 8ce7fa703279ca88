"""Pictures of what is predicted of data: curves beside the measured ones, and a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ddkd.plotting import (
    PhaseDiagramDisplay,
    draw_scores,
    draw_theory,
    finish,
    mark_thresholds,
    pivot,
    set_title,
)
from ddkd.theory import PhaseDiagram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_AXES = {
    "flip_rate": "Wrong labels (%)",
    "n_samples": "Labelled examples",
    "n_transfer": "Unlabelled examples",
    "student_width": "Student width",
    "teacher_width": "Teacher width",
}


def draw_prediction(columns: Mapping[str, np.ndarray], *, title: str = "") -> Figure:
    """Draw predicted curves through measured points, a colour for each ridge.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n_records,)
        The columns of a sweep of `predict_curve`.
    title : str, default=""
        Which data; drawn as it is, without mathtext.

    Returns
    -------
    Figure
        Two panels that share their widths: 0-1 test error (of numbers the share of variance left),
        and mean squared test error.
        Lines are medians of the predictions, points medians of the measurements: next to the
        threshold a mean would depend on one draw of the features.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> from ddkd.sweeps import sweep
    >>> from ddkd.prediction import draw_prediction, predict_curve
    >>> digits = load("digits", n_samples=50, rng=0)
    >>> params = {"widths": [10, 100, 300], "alphas": [0.0, 1.0]}
    >>> result = sweep(predict_curve, digits, params=params, progress=False)
    >>> [ax.get_ylabel() for ax in draw_prediction(result.columns).axes]
    ['Test error (%)', 'Mean squared error']
    """
    values = [("error", "predicted_error", "Test error (%)")]
    if "error" not in columns:
        values = [("variance_left", "predicted_variance_left", "Variance left (%)")]
    values.append(("test_mse", "predicted_mse", "Mean squared error"))
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 9.5), layout="constrained")
    panels = figure.subplots(2, 1)
    set_title(panels[0], title)
    for ax, (value, predicted, name) in zip(panels, values, strict=True):
        for alpha in np.unique(columns["alpha"]):
            rows = {key: column[columns["alpha"] == alpha] for key, column in columns.items()}
            widths, measured = pivot(rows, value, "width")
            line = np.median(pivot(rows, predicted, "width")[1], axis=1)
            label = f"ridge {alpha:g}" if alpha else "min-norm"
            style = {"joined": False, "errors": False}
            marks = draw_scores(ax, widths, measured, label, average="median", **style)
            # It is broken where nothing is known.
            draw_theory(ax, widths, line, f"{label}, predicted", marks)
        mark_thresholds(ax, int(columns["n_samples"][0]))
        finish(ax, "Width", name, legend=ax is panels[-1])
    return figure


def draw_phase(
    diagram: PhaseDiagram, ax: Axes | None = None, *, title: str = ""
) -> PhaseDiagramDisplay:
    """Draw where a student is better than its model trained directly.

    Parameters
    ----------
    diagram : PhaseDiagram
        What `predict_phase` or `ddkd.theory.phase_diagram` returned.
    ax : matplotlib Axes or None, default=None
        The axes to draw on; a new figure by default.
    title : str, default=""
        Which data; drawn as it is, without mathtext.

    Returns
    -------
    PhaseDiagramDisplay
        The map, drawn.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import GaussianPopulation
    >>> from ddkd.prediction import draw_phase
    >>> from ddkd.theory import phase_diagram
    >>> population = GaussianPopulation(np.ones(60), np.ones(60), labels="hard")
    >>> diagram = phase_diagram(
    ...     population,
    ...     n_samples=40,
    ...     teacher_width=60,
    ...     student_width=20,
    ...     flip_rate=[0.0, 0.1],
    ...     n_transfer=[50, 400],
    ... )
    >>> draw_phase(diagram).x_name
    'Unlabelled examples'
    """
    return PhaseDiagramDisplay(
        x=diagram.column_values,
        y=diagram.row_values,
        gain=diagram.gain,
        names=("student", "directly trained model"),
        x_name=_AXES[diagram.column_name],
        y_name=_AXES[diagram.row_name],
        title=title,
    ).plot(ax)

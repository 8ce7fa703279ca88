"""The picture of the `curve` command."""

from matplotlib.figure import Figure

from ddkd.experiments import SweepResult
from ddkd.plotting._double_descent import DoubleDescentDisplay

__all__ = ["draw_curve"]


def draw_curve(result: SweepResult) -> Figure:
    """Draw test error and training error against width, with standard errors.

    Parameters
    ----------
    result : SweepResult
        A sweep of `ddkd.experiments.curve`.

    Returns
    -------
    Figure
        Two panels: 0-1 test error, and mean squared errors of training and test.
    """
    figure = Figure(figsize=(9, 9), layout="constrained")
    top, bottom = figure.subplots(2, 1)
    DoubleDescentDisplay.from_result(result).plot(top)
    DoubleDescentDisplay.from_result(result, value="test_mse").plot(bottom, score_type="both")
    return figure

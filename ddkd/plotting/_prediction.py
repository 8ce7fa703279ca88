"""The picture of the `predict` command."""

import numpy as np
from matplotlib.figure import Figure

from ddkd.experiments import SweepResult

__all__ = ["draw_prediction"]


def draw_prediction(result: SweepResult) -> Figure:
    """Draw predicted curves through measured points, a colour for each ridge.

    Parameters
    ----------
    result : SweepResult
        A sweep of `ddkd.prediction.predicted_curve`.

    Returns
    -------
    Figure
        Two panels that share their widths: 0-1 test error, and mean squared test error.
        Lines are medians of the predictions, points medians of the measurements: next to the
        threshold a mean would depend on one draw of the features.
    """
    n = int(result["n_samples"][0])
    figure = Figure(figsize=(9, 9), layout="constrained")
    panels = figure.subplots(2, 1, sharex=True)
    for ax, value in zip(panels, ("error", "mse"), strict=True):
        predicted, measured = f"predicted_{value}", "error" if value == "error" else "test_mse"
        for i, alpha in enumerate(np.unique(result["alpha"])):
            rows = result.where(alpha=float(alpha))
            widths = np.unique(rows["width"])
            chosen = [rows["width"] == width for width in widths]
            line = np.array([np.median(rows[predicted][c]) for c in chosen])
            # At the threshold itself there is no prediction.
            known = np.isfinite(line)
            colour = f"C{i}"
            label = f"ridge {alpha:g}" if alpha else "no ridge"
            ax.plot(widths[known], line[known], color=colour, label=f"{label}, predicted")
            points = [np.median(rows[measured][c]) for c in chosen]
            ax.plot(widths, points, "o", color=colour, markersize=5, label="measured")
        ax.axvline(n, color="#444444", linestyle=":")
        ax.grid(True, which="both", alpha=0.25)
    panels[0].set(ylabel="test error", xscale="log", ylim=(0, None))
    panels[1].set(ylabel="mean squared test error", xlabel="width", yscale="log")
    panels[1].legend(ncols=2)
    panels[0].annotate(f"n = {n}", (n, 0.97), xycoords=("data", "axes fraction"), va="top")
    return figure

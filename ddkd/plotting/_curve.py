"""The picture of the `curve` command."""

import numpy as np
from matplotlib.figure import Figure

from ddkd.experiments import SweepResult

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
        Two panels that share their widths: 0-1 test error, and mean squared errors.
    """
    summary = result.summary(by="width", values=["error", "test_mse", "train_mse"])
    n = int(result.columns["n_train"][0])
    figure = Figure(figsize=(9, 9), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True)
    lines = (
        (top, "error", "test error"),
        (bottom, "test_mse", "test"),
        (bottom, "train_mse", "training"),
    )
    for ax, name, label in lines:
        rows = summary.where(value=name)
        spread = np.nan_to_num(rows["se"])
        ax.errorbar(rows["width"], rows["mean"], spread, marker="o", capsize=3, label=label)
    top.set(ylabel="test error", xscale="log", ylim=(0, None))
    bottom.set(ylabel="mean squared error", xlabel="width", yscale="log")
    bottom.set_ylim(bottom=max(1e-4, float(summary.where(value="test_mse")["mean"].min()) / 10))
    bottom.legend()
    for ax in (top, bottom):
        ax.axvline(n, color="#444444", linestyle=":")
        ax.grid(True, which="both", alpha=0.25)
    top.annotate(f"n = {n}", (n, 0.97), xycoords=("data", "axes fraction"), va="top")
    return figure

"""``predict``: a curve predicted from the kernel, beside the measured one."""

import argparse

import numpy as np

from ddkd.cli._answer import Answer
from ddkd.cli._data import READ, SPLIT, Data
from ddkd.cli._flags import BANDWIDTH, RUN, flag, positive
from ddkd.cli._output import run_sweep
from ddkd.experiments import default_widths
from ddkd.prediction import draw_prediction, predict_curve

NEEDS = "digits"
WRITES = True
FLAGS = {
    **READ | SPLIT | BANDWIDTH | RUN,
    "--max-width": flag("widest model (default: 10 times the labelled rows)", "P", type=positive),
}
ALPHAS = (0.0, 0.1, 1.0, 10.0)


def run(args: argparse.Namespace, data: Data) -> Answer:
    """Predict and measure the curve at several ridges, and say how far apart they are."""
    n = len(data.split.X_train)
    widths = default_widths(n, args.max_width or 10 * n, n_widths=24)
    result = run_sweep(args, data, predict_curve, "alpha", widths=widths, alphas=list(ALPHAS))
    names = f"predicted_{data.value}", data.value
    table = result.summary(by=["alpha", "width"], values=names)
    predicted, measured = (table.where(value=name) for name in names)
    gap = 100 * np.abs(predicted["mean"] - measured["mean"])
    ridge = measured["alpha"] > 0
    values = {
        "largest_gap_with_ridge": float(np.nanmax(gap[ridge])),
        "median_gap_without_ridge": float(np.nanmedian(gap[~ridge])),
    }
    return Answer(
        f"With a ridge the predicted {data.value.replace('_', ' ')} is off by at most "
        f"{values['largest_gap_with_ridge']:,.1f} points at any width, without one by "
        f"{values['median_gap_without_ridge']:,.1f} points at the median width.",
        [
            *data.notes(),
            "Without a ridge and above n the squared error is predicted too low, the more so the "
            "fewer the inputs' dimensions (docs/prediction.rst says why).",
        ],
        more=str(table),
        report=args.out / "figure.png",
        values=values,
        table=result,
        figure=draw_prediction(result.columns, title=data.name),
    )

"""``predict``: a curve predicted from the kernel, beside the measured one."""

import argparse
from pathlib import Path

import numpy as np

from ddkd.cli._answer import Answer
from ddkd.cli._flags import DATA, PRINT, RUN, add_flags, positive
from ddkd.cli._output import default_out, run_sweep
from ddkd.datasets import load
from ddkd.experiments import SweepResult, Table, default_widths
from ddkd.prediction import predicted_curve

HELP = "a predicted curve beside the measured one"
ALPHAS = (0.0, 0.1, 1.0, 10.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    defaults = {"data": "digits", "flip_rate": 0.1, "out": default_out("predict")}
    add_flags(parser, *DATA, "--bandwidth", *RUN, *PRINT, **defaults)
    parser.add_argument(
        "--max-width", type=positive, help="widest model (default: 10 times the labelled rows)"
    )


def run(args: argparse.Namespace) -> Answer:
    """Predict and measure the curve at several ridges, and say how far apart they are."""
    from ddkd.plotting import draw_prediction

    split = load(args.data, label=args.label, flip_rate=args.flip_rate, rng=0)
    n = len(split.X_train)
    params = {
        "widths": default_widths(n, args.max_width or 10 * n, n_widths=24),
        "alphas": list(ALPHAS),
        "flip_rate": args.flip_rate,
        "bandwidth": args.bandwidth,
    }
    result = run_sweep(args, predicted_curve, params, draw=draw_prediction)
    table = _table(result)
    gap = 100 * np.abs(table["predicted"] - table["measured"])
    ridge = table["ridge"] > 0
    return Answer(
        f"With a ridge the predicted error is off by {np.nanmax(gap[ridge]):.1f} points at most, "
        f"without one by {np.nanmedian(gap[~ridge]):.1f} points in the median width.",
        [
            str(split),
            "Without a ridge and above n the squared error is predicted too low, the more so the "
            "fewer the inputs' dimensions (docs/prediction.rst says why).",
        ],
        more=str(table),
        report=Path(args.out) / "figure.png",
    )


def _table(result: SweepResult) -> Table:
    """Predicted and measured error of every width and ridge, with the measured standard error."""
    by = ["alpha", "width"]
    predicted = result.summary(by=by, values="predicted_error")
    measured = result.summary(by=by, values="error")
    return Table(
        {
            "ridge": measured["alpha"],
            "width": measured["width"],
            "predicted": predicted["mean"],
            "measured": measured["mean"],
            "se": measured["se"],
        }
    )

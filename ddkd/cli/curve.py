"""``curve``: one double-descent curve on any data."""

import argparse
from pathlib import Path

from ddkd.cli._answer import Answer
from ddkd.cli._flags import DATA, PRINT, RUN, add_flags, amount, positive
from ddkd.cli._output import default_out, run_sweep
from ddkd.datasets import load
from ddkd.experiments import curve, default_widths

HELP = "one double-descent curve on any data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    defaults = {"data": "digits", "flip_rate": 0.1, "out": default_out("curve")}
    add_flags(parser, *DATA, "--bandwidth", *RUN, *PRINT, **defaults)
    parser.add_argument("--alpha", type=amount, default=0.0, help="ridge (default: none)")
    parser.add_argument("--features", choices=["fourier", "relu"], default="fourier")
    parser.add_argument(
        "--max-width", type=positive, help="widest model (default: 20 times the labelled rows)"
    )


def run(args: argparse.Namespace) -> Answer:
    """Measure the curve, draw it, and say where it peaks."""
    from ddkd.plotting import draw_curve

    split = load(args.data, label=args.label, flip_rate=args.flip_rate, rng=0)
    n = len(split.X_train)
    params = {
        "widths": default_widths(n, args.max_width or 20 * n),
        "flip_rate": args.flip_rate,
        "alpha": args.alpha,
        "features": args.features,
        "bandwidth": args.bandwidth,
    }
    result = run_sweep(args, curve, params, draw=draw_curve)
    means = result.summary(by="width", values="error")
    width, error = means["width"], 100 * means["mean"]
    top, best = error.argmax(), error.argmin()
    return Answer(
        f"The error peaks at {error[top]:.1f} % where width = {width[top]:,}; it is "
        f"{error[-1]:.1f} % at {width[-1]:,} and lowest, {error[best]:.1f} %, at {width[best]:,}.",
        [str(split)],
        more=str(result.summary(by="width", values=["error", "train_mse"])),
        report=Path(args.out) / "figure.png",
    )

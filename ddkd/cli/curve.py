"""``curve``: one double-descent curve on any data."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np

from ddkd._text import percent
from ddkd.cli._answer import Answer
from ddkd.cli._data import READ, SPLIT, Data
from ddkd.cli._flags import BANDWIDTH, RUN, amount, flag, positive
from ddkd.cli._output import difference, pays, run_sweep
from ddkd.experiments import FEATURES, curve, default_widths
from ddkd.sweeps import SweepResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NEEDS = "digits"
WRITES = True
FLAGS = {
    **READ | SPLIT | BANDWIDTH | RUN,
    "--alpha": flag("ridge (default: none)", "A", type=amount, default=0.0),
    "--max-width": flag("widest model (default: 20 times the labelled rows)", "P", type=positive),
    "--features": flag(None, choices=FEATURES, default="fourier"),
    "--widths": flag("about 40 of them, or every one", choices=["some", "all"], default="some"),
}
_MOST_SCORES = 2**28  # 2 GiB


def run(args: argparse.Namespace, data: Data) -> Answer:
    """Measure the curve, draw it, and say where it peaks and whether more width pays."""
    n = len(data.split.X_train)
    widest = args.max_width or 20 * n
    widths = _every_width(data, widest) if args.widths == "all" else default_widths(n, widest)
    options = {"alpha": args.alpha, "features": args.features}
    result = run_sweep(args, data, curve, "width", widths=widths, **options)
    lead, values = _peak(result, data.value, n)
    return Answer(
        lead,
        data.notes(),
        more=str(result.summary(by="width", values=[data.value, "train_mse"])),
        report=args.out / "figure.png",
        values=values,
        table=result,
        figure=_figure(result, data.name),
    )


def _figure(result: SweepResult, title: str) -> Figure:
    """The error in the measure of the task; below it mean squares of training and test."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 9.5), layout="constrained")
    top, bottom = figure.subplots(2, 1)
    result.plot(top, title=title)
    result.plot(bottom, value="test_mse")
    return figure


def _every_width(data: Data, widest: int) -> list[int]:
    """All widths; ValueError if the test scores of so many models do not fit in memory."""
    split = data.split
    scores = len(split.X_test) * (len(split.classes) if split.task == "classes" else 1)
    if widest > _MOST_SCORES // scores:
        raise ValueError(
            f"--widths all keeps the scores of {widest:,} models on {len(split.X_test):,} test "
            f"rows: too many; --max-width {_MOST_SCORES // scores:,} is possible"
        )
    return list(range(1, widest + 1))


def _beyond_pays(result: SweepResult, value: str, n: int) -> str:
    """Whether the best width beyond `n` beats the best one below it."""
    means = result.summary(by="width", values=value)
    width, error = means["width"], means["mean"]
    below, beyond = (width[side][error[side].argmin()] for side in (width < n, width > n))
    return pays(*difference(result, value, "width", beyond, below))


def _peak(result: SweepResult, value: str, n: int) -> tuple[str, dict[str, float]]:
    """Two sentences on the mean curve, and the numbers in them."""
    means = result.summary(by="width", values=value)
    width, error = means["width"], means["mean"]
    near = np.flatnonzero((width >= 0.7 * n) & (width <= 1.4 * n))
    top = near[error[near].argmax()] if near.size else error.argmax()
    best, last = error.argmin(), len(width) - 1
    below, beyond = error[width < 0.7 * n], error[width > 1.4 * n]
    peaks = bool(below.size and beyond.size and error[top] > 1.05 * max(below.min(), beyond.min()))
    first, verdict = f"has no peak at width {n:,}, the number of labelled rows, and is", ""
    if peaks:
        first = (
            f"peaks at {percent(error[top])} at width {width[top]:,}, with {n:,} labelled rows, "
            f"and falls to"
        )
        verdict = f": going beyond the peak {_beyond_pays(result, value, n)} on these data"
    lead = (
        f"The {'error' if value == 'error' else 'share of variance left'} {first} "
        f"{percent(error[last])} at {width[last]:,}. The best is {percent(error[best])} at width "
        f"{width[best]:,}{verdict}."
    )
    return lead, {
        "n_samples": n,
        "peaks": peaks,
        "peak_width": int(width[top]),
        "peak": float(error[top]),
        "best_width": int(width[best]),
        "best": float(error[best]),
        "widest": int(width[last]),
        "at_widest": float(error[last]),
    }

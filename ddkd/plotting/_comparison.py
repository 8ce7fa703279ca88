"""Figures of the main job: students, teachers and the traditional approaches side by side."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from ddkd.experiments import TRADITIONAL, Errors, best_traditional

__all__ = ["comparison_figures"]

Columns = Mapping[str, np.ndarray]

# Okabe and Ito's palette, told apart by colour-blind readers; line styles tell them apart in grey.
STYLES = {
    "direct": ("direct, min-norm", "#D55E00", "-", "o"),
    "direct-ridge": ("direct, tuned ridge", "#000000", "--", "s"),
    "hard": ("student, hard labels", "#0072B2", "-", "D"),
    "soft": ("student, soft labels", "#56B4E9", "-.", "v"),
    "hard-tuned": ("student of a tuned teacher", "#009E73", "--", "^"),
    "teacher": ("teacher", "#CC79A7", ":", "x"),
    "teacher-tuned": ("tuned teacher", "#888888", ":", "+"),
    "traditional": ("best traditional", "#E69F00", "-", ""),
}

# Sizes that the last row of a lecture hall can read.
RC: dict[Any, Any] = {
    "font.size": 15,
    "legend.fontsize": 13,
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
}


def _mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Mean over repeats and its standard error, in percent."""
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return 100 * float(values.mean()), 100 * float(error)


def _curve(ax: Axes, model: str, x: np.ndarray, values: list[np.ndarray]) -> None:
    label, color, line, marker = STYLES[model]
    mean, error = np.array([_mean_and_error(v) for v in values]).T
    ax.errorbar(x, mean, error, label=label, color=color, linestyle=line, marker=marker, capsize=3)


def _level(ax: Axes, model: str, values: np.ndarray) -> None:
    label, color, line, _ = STYLES[model]
    mean, error = _mean_and_error(values)
    ax.axhline(mean, color=color, linestyle=line, label=label)
    ax.axhspan(mean - error, mean + error, color=color, alpha=0.15, linewidth=0)


def _finish(axes: np.ndarray, xlabel: str) -> None:
    for ax in axes:
        ax.set(xlabel=xlabel, xscale="log", yscale="log")
        ax.grid(True, alpha=0.3)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter("{x:,g}")
            axis.set_minor_locator(NullLocator())
    axes[0].set_ylabel("test error (%)")


def _threshold(ax: Axes, at: float, text: str) -> None:
    ax.axvline(at, color="#444444", linestyle=(0, (1, 3)), linewidth=2)
    ax.annotate(
        text,
        (at, 0.0),
        xycoords=("data", "axes fraction"),
        xytext=(6, 8),
        textcoords="offset points",
        rotation=90,
        bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "alpha": 0.8, "linewidth": 0},
    )


def _n_samples(columns: Columns) -> int:
    """Number of labelled examples."""
    return int(columns["n_samples"][0])


class _Panels:
    """A figure with one panel for each of at most two flip rates, and the sizes of the run."""

    def __init__(self, columns: Columns, title: str, what: str) -> None:
        self.errors = Errors(columns)
        self.n = _n_samples(columns)
        flips = np.unique(columns["flip_rate"])
        # Without wrong labels and with 10 %, or whatever lies nearest.
        self.flips = np.unique([flips[0], flips[np.abs(flips - 0.1).argmin()]])
        with_label = f"{title}: {what}"
        size = (6.5 * len(self.flips), 5.8)
        self.figure = Figure(figsize=size, layout="constrained", label=with_label)
        self.figure.suptitle(with_label, fontsize=18)
        axes = self.figure.subplots(1, len(self.flips), sharey=True, squeeze=False)
        self.axes = axes[0]
        for ax, flip in zip(self.axes, self.flips, strict=True):
            ax.set_title(f"{100 * flip:g} % wrong labels")

    def sizes(self, flip: float, width: float) -> np.ndarray:
        return self.errors.options("hard", flip, "n_transfer", width=width).astype(int)

    def curve(self, ax: Axes, model: str, flip: float, widths: np.ndarray, m: int) -> None:
        values = [self.errors.values(model, flip, width=w, m=m) for w in widths]
        _curve(ax, model, widths, values)

    def levels(self, ax: Axes, flip: float) -> None:
        width = self.errors.options("teacher", flip, "width").max()
        _level(ax, "teacher", self.errors.values("teacher", flip, width=width))
        name, values = best_traditional(self.errors, flip, 4 * self.n)
        _level(ax, "traditional", values)
        # In the panel, not in the legend they share: it may be another one in each.
        ax.set_title(f"{ax.get_title()}\nbest traditional: {TRADITIONAL[name]}", fontsize=14)


def _by_width(columns: Columns, title: str) -> Figure:
    """Direct students and distilled ones against their width."""
    panels = _Panels(columns, title, "error against width")
    for ax, flip in zip(panels.axes, panels.flips, strict=True):
        m = panels.sizes(flip, panels.n).max()
        for model in ("direct", "direct-ridge", "hard", "soft"):
            size = m if model in ("hard", "soft") else 0
            widths = panels.errors.options(model, flip, "width", n_transfer=size)
            panels.curve(ax, model, flip, widths, size)
        panels.levels(ax, flip)
        _threshold(ax, panels.n, f"n = {panels.n}")
    _finish(panels.axes, "student width")
    return _legend(panels)


def _own_peak(columns: Columns, title: str) -> Figure:
    """Students on a small transfer set peak at its size, not at n."""
    panels = _Panels(columns, title, "the student's peak sits at m")
    m = 3 * panels.n
    for ax, flip in zip(panels.axes, panels.flips, strict=True):
        widths = panels.errors.options("direct", flip, "width")
        panels.curve(ax, "direct", flip, widths, 0)
        for model in ("hard", "soft"):
            widths = panels.errors.options(model, flip, "width", n_transfer=m)
            if len(widths):
                panels.curve(ax, model, flip, widths, m)
        _threshold(ax, panels.n, f"n = {panels.n}")
        _threshold(ax, m, f"m = {m}")
    _finish(panels.axes, "student width")
    return _legend(panels)


def _by_transfer(columns: Columns, title: str) -> Figure:
    """Students against the size of their transfer set."""
    panels = _Panels(columns, title, f"error against transfer set, width {4 * _n_samples(columns)}")
    for ax, flip in zip(panels.axes, panels.flips, strict=True):
        width = 4 * panels.n
        sizes = panels.sizes(flip, width)
        for model in ("hard", "soft", "hard-tuned"):
            values = [panels.errors.values(model, flip, width=width, m=m) for m in sizes]
            _curve(ax, model, sizes, values)
        panels.levels(ax, flip)
        _threshold(ax, width, f"m = width = {width}")
    _finish(panels.axes, "transfer examples m")
    return _legend(panels)


def _by_flips(columns: Columns, title: str) -> Figure:
    """Where the interpolating teacher stops being the better teacher."""
    errors, n = Errors(columns), _n_samples(columns)
    flips = np.unique(columns["flip_rate"])
    label = f"{title}: the price of wrong labels"
    figure = Figure(figsize=(9, 6), layout="constrained", label=label)
    figure.suptitle(label, fontsize=18)
    ax = figure.subplots()
    m = int(columns["n_transfer"].max())
    widest = errors.options("teacher", flips[0], "width").max()
    for model in ("hard", "hard-tuned"):
        _curve(ax, model, 100 * flips, [errors.values(model, f, width=4 * n, m=m) for f in flips])
    for model in ("teacher", "teacher-tuned"):
        _curve(ax, model, 100 * flips, [errors.values(model, f, width=widest) for f in flips])
    _curve(ax, "traditional", 100 * flips, [best_traditional(errors, f, 4 * n)[1] for f in flips])
    ax.set(xlabel="wrong training labels (%)", ylabel="test error (%)")
    ax.set_ylim(bottom=0)
    ax.grid(True, alpha=0.25)
    ax.legend()
    return figure


def _legend(panels: _Panels) -> Figure:
    handles, labels = panels.axes[0].get_legend_handles_labels()
    panels.figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return panels.figure


_DRAWINGS: dict[str, Callable[[Columns, str], Figure]] = {
    "width": _by_width,
    "own-peak": _own_peak,
    "transfer": _by_transfer,
    "flips": _by_flips,
}


def comparison_figures(columns: Columns, title: str) -> dict[str, Figure]:
    """Draw the figures of ``python -m ddkd reproduce`` for one data set.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of a sweep of `ddkd.experiments.compare`.
    title : str
        What the data set shows.

    Returns
    -------
    dict of str to Figure
        Error against width, the student's own peak, error against transfer set, and the price of
        wrong labels. A figure's label is its caption.
    """
    with rc_context(RC):
        return {name: draw(columns, title) for name, draw in _DRAWINGS.items()}

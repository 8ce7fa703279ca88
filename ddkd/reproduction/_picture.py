"""Figures of the main job: students, teachers and the approaches without a teacher."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ddkd.plotting import (
    draw_level,
    draw_scores,
    draw_theory,
    finish,
    legend_below,
    legend_entries,
    mark_thresholds,
    set_title,
)
from ddkd.reproduction._lookup import Errors, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Columns = Mapping[str, np.ndarray]

# What the models are called in the pictures.
_LABELS = {
    "direct": "directly trained, min-norm",
    "direct-ridge": "directly trained, tuned ridge",
    "hard": "student, hard labels",
    "soft": "student, soft labels",
    "hard-tuned": "student of a tuned teacher",
    "teacher": "teacher",
    "teacher-tuned": "tuned teacher",
}
_ERROR = "Test error (%)"
_RIVAL = "best without a teacher"


def comparison_figures(columns: Columns, title: str) -> dict[str, Figure]:
    """Draw the figures of ``python -m ddkd reproduce`` for one data set.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of a sweep of `ddkd.reproduction.compare`.
    title : str
        What the data set shows.

    Returns
    -------
    dict of str to Figure
        Error against width, the student's own peak, error against transfer set, and, of several
        flip rates, the price of wrong labels. Where errors were predicted before any fit, thin
        lines show them, and the legend says how far off they are in the median width. A figure's
        label is its caption.
    """
    panels = _Panels(columns, title)
    figures = {
        "width": _by_width(panels),
        "own-peak": _own_peak(panels),
        "transfer": _by_transfer(panels),
    }
    if len(panels.all_flips) > 1:
        figures["flips"] = _by_flips(panels)
    return figures


class _Panels:
    """The errors of a run, and figures with one panel for each of at most two flip rates."""

    def __init__(self, columns: Columns, title: str) -> None:
        self.errors, self.title = Errors(columns), title
        self.n = int(columns["n_samples"][0])
        self.m = int(columns["n_transfer"].max())
        self.all_flips = np.unique(columns["flip_rate"])
        # Without wrong labels and with 10 %, or whatever lies nearest.
        near = self.all_flips[np.abs(self.all_flips - 0.1).argmin()]
        self.flips = np.unique([self.all_flips[0], near])

    def figure(
        self,
        what: str,
        draw: Callable[[Axes, float], None],
        x_name: str,
        marks: float | Mapping[str, float],
    ) -> Figure:
        """Draw one panel a flip rate, with a common error axis and one legend below."""
        figure = self.empty(what, (max(8, 5.2 * len(self.flips)), 5.6))  # the legend's width
        axes = figure.subplots(1, len(self.flips), sharey=True, squeeze=False)[0]
        self.gaps: list[float] = []
        for ax, flip in zip(axes, self.flips, strict=True):
            set_title(ax, f"{100 * flip:g} % wrong labels")
            draw(ax, flip)
            mark_thresholds(ax, marks)
        for ax in axes:
            finish(ax, x_name, _ERROR, legend=False)
            ax.label_outer()
        entries = legend_entries(axes[0])
        if (line := entries.pop("predicted (thin line)", None)) is not None:
            entries[f"predicted, off by {100 * np.median(self.gaps):.1f} points"] = line
        legend_below(figure, entries)
        return figure

    def empty(self, what: str, size: tuple[float, float]) -> Figure:
        """Make an empty figure whose title says which data."""
        from matplotlib.figure import Figure

        caption = f"{self.title}: {what}"
        figure = Figure(figsize=size, layout="constrained", label=caption)
        set_title(figure, caption)
        return figure

    def widths(self, ax: Axes, model: str, flip: float, m: int) -> None:
        """Draw a model's errors against its width, on marks alone where a prediction joins them."""
        widths = self.errors.options(model, flip, "width", n_transfer=m)
        if not len(widths):
            return
        values = np.array([self.errors.values(model, flip, width=w, n_transfer=m) for w in widths])
        law = f"{model}-predicted"
        grid = self.errors.options(law, flip, "width", n_transfer=m)
        means = [self.errors.values(law, flip, width=w, n_transfer=m).mean() for w in grid]
        everywhere = np.isfinite(means)  # predicted in every repeat
        grid, line = grid[everywhere], np.array(means)[everywhere]
        label = _LABELS[model]
        marks = draw_scores(ax, widths, values, label, joined=not len(grid))
        if len(grid):
            # Nothing is predicted at the threshold: no line may bridge it.
            at, broken = np.append(grid, m or self.n), np.append(line, np.nan)
            draw_theory(ax, at, broken, f"{label}, predicted", marks)
            off = np.abs(values.mean(axis=1) - np.interp(widths, grid, line))
            self.gaps += off[np.abs(widths / (m or self.n) - 1) > 0.05].tolist()

    def levels(self, ax: Axes, flip: float) -> None:
        """Draw the teacher's error and the best rival's, which is named in the panel's title."""
        width = self.errors.options("teacher", flip, "width").max()
        draw_level(ax, self.errors.values("teacher", flip, width=width), "teacher")
        name, values = self.errors.best("rival", flip, 4 * self.n)
        draw_level(ax, values[~np.isnan(values)], _RIVAL)
        # Not in the legend that the panels share: it may be another one in each.
        set_title(ax, f"{100 * flip:g} % wrong labels", f"best: {title_of(name)}")


def _by_width(panels: _Panels) -> Figure:
    """Directly trained models and students against their width."""

    def draw(ax: Axes, flip: float) -> None:
        m = panels.errors.options("hard", flip, "n_transfer", width=panels.n).astype(int).max()
        for model in ("direct", "direct-ridge", "hard", "soft"):
            panels.widths(ax, model, flip, m if model in ("hard", "soft") else 0)
        panels.levels(ax, flip)

    return panels.figure("error against width", draw, "Width", panels.n)


def _own_peak(panels: _Panels) -> Figure:
    """Students on a small transfer set peak at its size, not at n."""
    n, m = panels.n, 3 * panels.n

    def draw(ax: Axes, flip: float) -> None:
        for model in ("direct", "hard", "soft"):
            panels.widths(ax, model, flip, 0 if model == "direct" else m)

    marks = {f"n = {n:,}": float(n), f"m = {m:,}": float(m)}
    return panels.figure("the student's peak sits at m", draw, "Width", marks)


def _by_transfer(panels: _Panels) -> Figure:
    """Students against the size of their transfer set."""
    width = 4 * panels.n

    def draw(ax: Axes, flip: float) -> None:
        sizes = panels.errors.options("hard", flip, "n_transfer", width=width).astype(int)
        for model in ("hard", "soft", "hard-tuned"):
            values = [panels.errors.values(model, flip, width=width, n_transfer=m) for m in sizes]
            draw_scores(ax, sizes, np.array(values), _LABELS[model])
        panels.levels(ax, flip)

    what = f"error against transfer set, students of width {width:,}"
    marks = {f"m = {width:,}": float(width)}
    return panels.figure(what, draw, "Unlabelled examples m", marks)


def _by_flips(panels: _Panels) -> Figure:
    """Where the interpolating teacher stops being the better teacher."""
    errors, flips = panels.errors, panels.all_flips
    figure = panels.empty("the price of wrong labels", (8, 6))
    ax = figure.subplots()
    widest = errors.options("teacher", flips[0], "width").max()
    for model, width, m in (
        ("hard", 4 * panels.n, panels.m),
        ("hard-tuned", 4 * panels.n, panels.m),
        ("teacher", widest, 0),
        ("teacher-tuned", widest, 0),
    ):
        values = [errors.values(model, flip, width=width, n_transfer=m) for flip in flips]
        draw_scores(ax, flips, np.array(values), _LABELS[model])
    rivals = np.array([errors.best("rival", flip, width=4 * panels.n)[1] for flip in flips])
    draw_scores(ax, flips, rivals[:, ~np.isnan(rivals).any(axis=0)], _RIVAL)
    finish(ax, "Wrong training labels (%)", _ERROR)
    return figure

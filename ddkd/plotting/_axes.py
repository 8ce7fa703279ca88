"""Axes: scales, round ticks, limits that keep the valleys, labels and legend outside the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ddkd.plotting._style import FONT, LETTER, axes_width

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.text import Annotation
    from matplotlib.ticker import LogLocator

Threshold = float | Mapping[str, float] | None  # its label is "n = ..." unless it has another
CURVE, THEORY = "ddkd-curve", "ddkd-theory"  # what a line is, for those who draw on its axes later
_ABOVE, _CUT = "ddkd-above", "ddkd-cut"
_TOP = ("data", "axes fraction")  # coordinates of what stands at the top of the axes
PERCENT = "(%)"  # the end of an axis' name whose values are fractions
_LOG_RATIO = 20.0  # an axis that spans more than this is logarithmic
_HUGE, _CUT_AT = 1000.0, 30.0  # a peak so many times the typical value is cut at so many times it
_ZERO = 1e-12  # of the highest point: rounding


def new_axes(width: float = 8, height: float = 5.5) -> Axes:
    """Return the axes of a new figure, with room for letters that the last row can read.

    Parameters
    ----------
    width, height : float
        Size of the figure in inches.

    Returns
    -------
    matplotlib Axes
        The axes, empty.

    Examples
    --------
    >>> from ddkd.plotting import new_axes
    >>> new_axes().figure.get_size_inches()
    array([8. , 5.5])
    """
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def scale_axis(
    axis: XAxis | YAxis,
    *,
    log: bool,
    percent: bool,
    limits: tuple[float, float] | None = None,
) -> None:
    """Show plain round numbers on a linear or logarithmic axis; fractions in percent if asked."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    unit = 100 if percent else 1
    axis.axes.set(**{f"{axis.axis_name}scale": "log" if log else "linear"})
    if limits is not None:
        axis.axes.set(**{f"{axis.axis_name}lim": limits})
    if log or percent:
        axis.set_major_formatter(FuncFormatter(lambda value, _: _plain_number(unit * value)))
    if log:
        axis.set_major_locator(_round_ticks(axis))
        axis.set_minor_locator(NullLocator())


def _round_ticks(axis: XAxis | YAxis) -> LogLocator:
    """Ticks at 1, 2 and 5 of each decade, or fewer where their labels would collide."""
    from matplotlib.ticker import LogLocator

    ends = np.log10(axis.get_view_interval())
    # In units of `get_tick_space`, which are three letters wide and two high.
    decade = axis.get_tick_space() / np.ptp(ends)
    letters = [len(axis.get_major_formatter()(10**end)) for end in np.floor(ends)]
    label = (LETTER * max(letters) + 0.5) / 3 if axis.axis_name == "x" else 0.7
    for subs, gap in (((1, 2, 5), np.log10(2)), ((1, 3), np.log10(3))):
        if gap * decade > label:
            return LogLocator(subs=subs, numticks=99)
    return LogLocator()


def _plain_number(value: float) -> str:
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:,.12g}"
    mantissa, exponent = f"{value:.0e}".split("e")
    times = "" if mantissa == "1" else rf"{mantissa} \times "
    return rf"${times}10^{{{int(exponent)}}}$"


def _rough(value: float) -> str:
    """One digit of a large number: 700, 20,000 or 2e9."""
    text = f"{value:.0e}".replace("e+0", "e").replace("e+", "e")
    return f"{float(text):,.0f}" if value < 1e6 else text


def mark_thresholds(ax: Axes, thresholds: Threshold) -> list[Line2D]:
    """Mark interpolation thresholds by dotted lines with their labels above the axes.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    thresholds : float, dict of str to float, or None
        The thresholds by label; a number is labelled ``n = ...``.

    Returns
    -------
    list of matplotlib Line2D
        The lines, in the order given.

    Examples
    --------
    >>> from ddkd.plotting import mark_thresholds, new_axes
    >>> ax = new_axes()
    >>> lines = mark_thresholds(ax, 200)
    >>> [text.get_text() for text in ax.texts]
    ['n = 200']
    """
    if thresholds is None:
        return []
    if not isinstance(thresholds, Mapping):
        thresholds = {f"n = {thresholds:,.12g}": thresholds}
    marked = {(text.get_text(), text.xy[0]) for text in _labels_above(ax)}
    for label, at in thresholds.items():
        if (label, at) not in marked:  # by an earlier display
            mark_above(ax, at, label)
    style: dict[str, Any] = {"color": "0.35", "linestyle": ":", "linewidth": 1.8, "zorder": 1}
    return [ax.axvline(at, **style) for at in thresholds.values()]


def mark_above(ax: Axes, x: float, label: str) -> Annotation:
    """Write a label above the axes at `x`; `finish` puts those that collide into rows."""
    style: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": FONT - 1, "gid": _ABOVE}
    return ax.annotate(label, (x, 1.0), (0, 4), _TOP, "offset points", **style)


def finish(ax: Axes, x_name: str, y_name: str, *, legend: bool = True) -> None:
    """Choose scales and limits for all that was drawn; label the axes; put the legend below.

    The limits keep the valleys of every curve; a peak a thousand times higher is cut, with an
    arrow and its height.

    Parameters
    ----------
    ax : matplotlib Axes
        Where `draw_scores`, `draw_level` or `draw_theory` have drawn.
    x_name, y_name : str
        Labels of the axes. Values on an axis whose name ends in "(%)" are fractions, shown as
        percentages.
    legend : bool, default=True
        Whether to explain the curves.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.plotting import draw_scores, finish, new_axes
    >>> ax = new_axes()
    >>> line = draw_scores(ax, np.array([10, 100, 1000]), np.array([[0.2], [0.4], [0.1]]), "test")
    >>> finish(ax, "Width", "Test error (%)")
    >>> ax.get_xscale(), ax.get_yscale()
    ('log', 'linear')
    """
    ax.tick_params(labelsize=FONT - 1)  # before there are ticks, which keep clear of each other
    left, right = ax.dataLim.intervalx
    percent = x_name.endswith(PERCENT)
    wide = left > 0 and right > _LOG_RATIO * left
    scale_axis(ax.xaxis, log=wide and not percent, percent=percent)
    _limit_errors(ax, y_name.endswith(PERCENT))
    ax.set_xlabel(x_name, fontsize=FONT)
    ax.set_ylabel(y_name, fontsize=FONT)
    ax.grid(True, which="major", color="0.88", linewidth=0.8)
    ax.set_axisbelow(True)
    rows = _stack_labels(ax)
    if ax.get_title():
        ax.set_title(ax.get_title(), fontsize=FONT + 1, pad=8 + 1.3 * FONT * rows)
    entries = legend_entries(ax) if legend else {}
    if list(entries) not in ([], ["test"]):
        legend_below(ax, entries)


def legend_entries(ax: Axes) -> dict[str, Artist]:
    """What a legend has to explain; thin lines in the colour of their marks share one entry.

    The entry has their colour if they have one, else it is grey.

    Parameters
    ----------
    ax : matplotlib Axes
        The axes that were drawn on.

    Returns
    -------
    dict of str to matplotlib Artist
        The entries by name, for `legend_below`.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.plotting import draw_scores, draw_theory, legend_entries, new_axes
    >>> ax, x, error = new_axes(), np.array([10, 20]), np.array([0.2, 0.1])
    >>> marks = draw_scores(ax, x, error[:, None], "student", joined=False)
    >>> line = draw_theory(ax, x, error, "student, predicted", marks)
    >>> list(legend_entries(ax))
    ['student', 'predicted (thin line)']
    """
    from matplotlib.lines import Line2D

    drawn = dict(zip(*ax.get_legend_handles_labels()[::-1], strict=True))
    entries: dict[str, Artist] = {}
    thin: dict[str, Artist] = {}
    for label, handle in drawn.items():
        model, _, kind = label.rpartition(", ")
        if model in drawn and kind in ("theory", "predicted"):
            name = f"{kind} (thin line)"
            color = "0.4" if name in thin else handle.get_color()
            thin[name] = Line2D([], [], color=color, linewidth=1.5)
        else:
            entries[label] = handle
    return entries | thin


def legend_below(target: Axes | Figure, entries: Mapping[str, Artist]) -> None:
    """Put a legend under axes, or under all of a figure, where no curve can be.

    Parameters
    ----------
    target : matplotlib Axes or Figure
        Under what.
    entries : mapping of str to matplotlib Artist
        What to explain, as `legend_entries` returns it.

    Examples
    --------
    >>> from ddkd.plotting import legend_below, legend_entries, new_axes
    >>> ax = new_axes()
    >>> line = ax.plot([1, 2], [2, 1], label="fit")
    >>> legend_below(ax, legend_entries(ax))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['fit']
    """
    from matplotlib.axes import Axes
    from matplotlib.transforms import ScaledTranslation

    place: dict[str, Any] = {"loc": "outside lower center", "ncols": 2}
    if isinstance(target, Axes):
        column = (3.5 + LETTER * max(map(len, entries))) * FONT / 72
        below = ScaledTranslation(0, -3.2 * FONT / 72, target.figure.dpi_scale_trans)
        place = {
            "loc": "upper center",
            "bbox_to_anchor": (0.5, 0.0),
            "bbox_transform": target.transAxes + below,
            "borderaxespad": 0.0,
            "ncols": int(np.clip(1.15 * axes_width(target) / column, 1, len(entries))),
        }
    target.legend([*entries.values()], [*entries], fontsize=FONT - 1, frameon=False, **place)


def _limit_errors(ax: Axes, percent: bool) -> None:
    """Limits of the error axis: the valleys of every curve, and of a huge peak only its foot."""
    for old in [text for text in ax.texts if text.get_gid() == _CUT]:
        old.remove()
    panels = ax.get_shared_y_axes().get_siblings(ax)
    curves = [c for panel in panels for c in _drawn(panel, CURVE)]
    curves = curves or [c for panel in panels for c in _drawn(panel, THEORY)]
    if not curves:
        return
    top = max(_foot(y) for _, y in curves)
    bottom = min(np.min(y, where=y > _ZERO * top, initial=top) for _, y in curves)
    zeros = percent and any((y == 0).any() for _, y in curves)
    log = top > _LOG_RATIO * bottom and not zeros
    if log or top > 0:
        limits = (bottom / 1.2, top * 1.2) if log else (0, 1.08 * top)
        scale_axis(ax.yaxis, log=log, percent=percent, limits=limits)
    _show_cuts(ax, top, percent)


def _drawn(ax: Axes, kind: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Abscissae and finite values of the lines of a kind."""
    for line in ax.get_lines():
        y = np.asarray(line.get_ydata(), dtype=float)
        known = np.isfinite(y)
        if line.get_gid() == kind and known.any():
            yield np.asarray(line.get_xdata(), dtype=float)[known], y[known]


def _foot(y: np.ndarray) -> float:
    """Where to cut a curve: at its highest point, or lower if that would hide its valleys."""
    typical = max(np.median(y), y[0], y[-1])  # what it is like away from its peak
    return float(_CUT_AT * typical if y.max() > _HUGE * typical > 0 else y.max())


def _show_cuts(ax: Axes, top: float, percent: bool) -> None:
    """Say how high each peak is that leaves the axes: an arrow, and its height above it."""
    curves = sorted(_drawn(ax, CURVE), key=lambda curve: curve[1].max())
    # Of several at one place the highest is told, which comes last.
    peaks = {float(x[y.argmax()]): float(y.max()) for x, y in curves if y.max() > 1.2 * top}
    arrow = {"arrowstyle": "-|>", "color": "0.2", "linewidth": 1.6, "mutation_scale": 16}
    for at, height in peaks.items():
        ax.annotate("", (at, 1.0), (at, 0.9), _TOP, _TOP, arrow, gid=_CUT)
        number = f"{_rough(100 * height)} %" if percent else _rough(height)
        mark_above(ax, at, f"rises to {number}").set_gid(_CUT)


def _labels_above(ax: Axes) -> list[Annotation]:
    from matplotlib.text import Annotation

    return [
        text
        for text in ax.texts
        if isinstance(text, Annotation) and text.get_gid() in (_ABOVE, _CUT) and text.get_text()
    ]


def _stack_labels(ax: Axes) -> int:
    """Put the labels above the axes into rows so that none covers another; return how many."""
    inches = axes_width(ax)
    ends: list[float] = []  # of each row, as a fraction of the axes
    scale = ax.xaxis.get_transform().transform
    low, high = scale(np.array(ax.get_xlim()))
    for text in sorted(_labels_above(ax), key=lambda t: t.xy[0]):
        at = (scale(text.xy[0]) - low) / (high - low)
        half = 0.5 * LETTER * FONT / 72 * (len(text.get_text()) + 1) / inches
        row = next((i for i, end in enumerate(ends) if end <= at - half), len(ends))
        ends[row : row + 1] = [at + half]
        text.set_position((0, 4 + 1.25 * FONT * row))
    return len(ends)

"""Curves with standard errors, theory lines and thresholds, drawn alike in every display."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from ddkd._checks import check_array, check_choice, check_vector

__all__ = [
    "FONT",
    "Styles",
    "check_scores",
    "check_theory",
    "check_thresholds",
    "draw_level",
    "draw_scores",
    "draw_theory",
    "finish",
    "label_log_axis",
    "mark_thresholds",
    "new_axes",
]

# Okabe and Ito's colours, told apart with any colour vision. Line style and marker differ too,
# for print in grey.
_COLOURS = ("#0072B2", "#D55E00", "#000000", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_DASHES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (9, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
FONT = 14
_CURVE, _THEORY = "ddkd-curve", "ddkd-theory"
_LOG_RATIO = 20  # an axis that spans more than this is logarithmic
_DECADES = 5  # of a logarithmic error axis, at most


@dataclass(frozen=True)
class Styles:
    """What a user may change about the drawing, in the words of scikit-learn's displays."""

    std_display_style: str | None = "fill_between"
    average: str = "mean"
    line_kw: Mapping[str, Any] | None = None
    fill_between_kw: Mapping[str, Any] | None = None
    errorbar_kw: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        check_choice("average", self.average, ("mean", "median"))
        if self.std_display_style is not None:
            check_choice("std_display_style", self.std_display_style, ("fill_between", "errorbar"))


def check_scores(name: str, value: Any, n_points: int) -> np.ndarray:
    """Return scores as (n_points, n_repeats); a vector is one repeat."""
    scores = check_array(name, value, ndim=(1, 2))
    scores = scores[:, None] if scores.ndim == 1 else scores
    if scores.shape[0] != n_points or scores.size == 0:
        raise ValueError(
            f"{name} must have one row for each of {n_points} points; got {scores.shape}"
        )
    return scores


def check_theory(name: str, value: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a theory line as abscissae and values, which may be infinite."""
    if isinstance(value, tuple):
        if len(value) != 2:
            raise ValueError(f"{name} must be an array, or a pair of abscissae and values")
        x, value = check_vector(f"{name}[0]", value[0]), value[1]
    values = np.asarray(value, dtype=np.float64)
    if values.ndim == 0:
        values = np.full(x.shape, values)
    if values.shape != x.shape or np.isnan(values).any():
        raise ValueError(f"{name} must have {x.size} values, none of them NaN; got {values.shape}")
    return x, values


def check_thresholds(value: Any) -> dict[str, float]:
    """Return the interpolation thresholds by the label under which to mark them."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {str(label): float(at) for label, at in value.items()}
    return {f"n = {value:g}": float(value)}


def new_axes() -> Axes:
    """Axes of a new figure, with room for letters that the last row can read."""
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(8, 5), layout="constrained")[1]


def draw_scores(
    ax: Axes, x: np.ndarray, scores: np.ndarray, label: str, styles: Styles, *, joined: bool
) -> tuple[Line2D, Any]:
    """Draw the average over the repeats and its standard error; return line and error artist.

    Points are joined by a line unless a theory line does that for them.
    """
    order = np.argsort(x)
    x, scores = x[order], scores[order]
    centre, low, high = _summarise(scores, styles.average)
    style = _next_style(ax)
    if not joined:
        style["linestyle"] = "none"
    style["markevery"] = max(1, x.size // 40) if joined else 1
    (line,) = ax.plot(x, centre, label=label, gid=_CURVE, **{**style, **(styles.line_kw or {})})
    colour = line.get_color()
    errors: Any = None
    if scores.shape[1] > 1 and styles.std_display_style == "fill_between":
        band = {"alpha": 0.25, "color": colour, "linewidth": 0, **(styles.fill_between_kw or {})}
        errors = ax.fill_between(x, low, high, **band)
    elif scores.shape[1] > 1 and styles.std_display_style == "errorbar":
        bar = {"color": colour, "capsize": 3, "elinewidth": 1.5, **(styles.errorbar_kw or {})}
        errors = ax.errorbar(x, centre, [centre - low, high - centre], fmt="none", **bar)
    return line, errors


def draw_level(ax: Axes, level: np.ndarray, label: str, styles: Styles) -> Line2D:
    """Draw an error that does not depend on the abscissa, with its standard error."""
    (centre,), (low,), (high,) = _summarise(level[None, :], styles.average)
    style = _next_style(ax)
    line = ax.axhline(centre, color=style["color"], linestyle="--", linewidth=2.0, label=label)
    line.set_gid(_CURVE)
    if level.size > 1 and styles.std_display_style is not None:
        ax.axhspan(low, high, color=style["color"], alpha=0.15, linewidth=0)
    return line


def draw_theory(
    ax: Axes, x: np.ndarray, values: np.ndarray, label: str, like: Line2D | None = None
) -> Line2D:
    """Draw a theory line; where it is infinite it leaves through the top of the axes."""
    order = np.argsort(x)
    x, values = x[order], values[order]
    finite = values[np.isfinite(values)]
    beyond = 1e6 * max(finite.max(initial=0.0), 1.0)
    style: dict[str, Any] = {"linewidth": 2.0, "zorder": 1.9}
    if like is not None:
        colour = like.get_color()
        style["color"] = colour
        if colour in _COLOURS:
            style["linestyle"] = _DASHES[_COLOURS.index(colour) % len(_DASHES)]
    else:
        style |= {key: _next_style(ax)[key] for key in ("color", "linestyle")}
    (line,) = ax.plot(
        x, np.where(np.isfinite(values), values, beyond), label=label, gid=_THEORY, **style
    )
    return line


def mark_thresholds(ax: Axes, thresholds: Mapping[str, float]) -> list[Line2D]:
    """Mark each interpolation threshold by a dotted line with its label on top."""
    lines = []
    for label, at in thresholds.items():
        lines.append(ax.axvline(at, color="0.35", linestyle=":", linewidth=1.8, zorder=1))
        ax.annotate(
            label,
            (at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=FONT - 1,
        )
    return lines


def finish(ax: Axes, x: np.ndarray, values: np.ndarray, x_name: str, y_name: str) -> None:
    """Choose scales and limits for `values` at `x` and what was drawn before; label the axes."""
    left, right = min(x.min(), ax.dataLim.x0), max(x.max(), ax.dataLim.x1)
    if left > 0 and right > _LOG_RATIO * left:
        ax.set_xscale("log")
        label_log_axis(ax.xaxis, right / left)
    _limit_errors(ax, values)
    ax.set_xlabel(x_name, fontsize=FONT)
    ax.set_ylabel(y_name, fontsize=FONT)
    ax.tick_params(labelsize=FONT - 1)
    ax.grid(True, which="major", color="0.88", linewidth=0.8)
    ax.set_axisbelow(True)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize=FONT - 1, framealpha=0.9)


def _limit_errors(ax: Axes, values: np.ndarray) -> None:
    """Limits of the error axis, which a theory line that diverges may leave."""
    positive = values[np.isfinite(values) & (values > 0)]
    if positive.size == 0:
        return
    bottom, top = positive.min(), positive.max()
    if not ax.get_autoscaley_on():  # an earlier display has set them
        before = ax.get_ylim()
        top = max(top, before[1] / 1.3)
        bottom = min(bottom, before[0] * 1.3) if before[0] > 0 else bottom
    if ax.get_yscale() == "log" or top > _LOG_RATIO * bottom:
        ax.set_yscale("log")
        bottom = max(bottom, top * 10.0**-_DECADES)
        ax.set_ylim(bottom / 1.3, top * 1.3)
        label_log_axis(ax.yaxis, top / bottom)
    else:
        ax.set_ylim(0, top * 1.3)


def label_log_axis(axis: Axis, ratio: float) -> None:
    """Plain numbers, at 1, 2 and 5 of each decade where there are few decades."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if ratio < 200 else (1,)))
    axis.set_major_formatter("{x:,g}")
    axis.set_minor_formatter(NullFormatter())


def _summarise(scores: np.ndarray, average: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Average over the repeats, and the ends of plus and minus one standard error.

    Of a median the interval between the order statistics at 1/2 -+ 1/(2 sqrt(r)), which
    covers it as often and needs no moments.
    """
    root = np.sqrt(scores.shape[1])
    if average == "median":
        low, high = np.quantile(scores, [0.5 - 0.5 / root, 0.5 + 0.5 / root], axis=1)
        return np.median(scores, axis=1), low, high
    centre = scores.mean(axis=1)
    error = scores.std(axis=1, ddof=1) / root if scores.shape[1] > 1 else np.zeros(len(scores))
    return centre, centre - error, centre + error


def _next_style(ax: Axes) -> dict[str, Any]:
    """Colour, dashes and marker of the next curve in these axes."""
    i = sum(line.get_gid() == _CURVE for line in ax.get_lines())
    return {
        "color": _COLOURS[i % len(_COLOURS)],
        "linestyle": _DASHES[i % len(_DASHES)],
        "marker": _MARKERS[i % len(_MARKERS)],
        "markersize": 6,
        "linewidth": 2.2,
    }

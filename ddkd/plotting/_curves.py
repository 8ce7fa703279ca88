"""Curves with standard errors, levels and theory lines, drawn alike in every picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from ddkd._checks import check_array, check_choice, check_vector
from ddkd._repr import summarise
from ddkd.plotting._axes import CURVE, THEORY
from ddkd.plotting._style import look

__all__ = [
    "Display",
    "Styles",
    "check_scores",
    "check_theory",
    "check_thresholds",
    "draw_level",
    "draw_scores",
    "draw_theory",
]

Threshold = float | Mapping[str, float] | None


class Display:
    """What all displays share: a short `repr` of what they will draw."""

    def __repr__(self) -> str:
        """Return a line a field, without what `plot` has added."""
        fields = (
            f"    {name}={summarise(list(value) if isinstance(value, Mapping) else value)},\n"
            for name, value in vars(self).items()
            if not name.endswith("_") and (isinstance(value, np.ndarray) or value)
        )
        return f"{type(self).__name__}(\n{''.join(fields)})"


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


def check_scores(name: str, value: ArrayLike, n_points: int) -> np.ndarray:
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


def check_thresholds(value: Threshold) -> dict[str, float]:
    """Return the interpolation thresholds by the label under which to mark them."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {str(label): float(at) for label, at in value.items()}
    return {f"n = {value:,.12g}": float(value)}


def draw_scores(
    ax: Axes, x: np.ndarray, scores: np.ndarray, label: str, styles: Styles, *, joined: bool
) -> tuple[Line2D, PolyCollection | ErrorbarContainer | None]:
    """Draw the average over the repeats and its standard error; return line and error artist.

    Points are joined by a line unless a theory line does that for them.
    """
    order = np.argsort(x)
    x, scores = x[order], scores[order]
    centre, low, high = _summarise(scores, styles.average)
    style = _next_style(ax, label)
    if not joined:
        style["linestyle"] = "none"
    style["markevery"] = max(1, x.size // 40) if joined else 1
    (line,) = ax.plot(x, centre, label=label, gid=CURVE, **{**style, **(styles.line_kw or {})})
    colour = line.get_color()
    if scores.shape[1] == 1 or styles.std_display_style is None:
        return line, None
    if styles.std_display_style == "fill_between":
        band = {"alpha": 0.25, "color": colour, "linewidth": 0, **(styles.fill_between_kw or {})}
        return line, ax.fill_between(x, low, high, **band)
    bar = {"color": colour, "capsize": 3, "elinewidth": 1.5, **(styles.errorbar_kw or {})}
    return line, ax.errorbar(x, centre, [centre - low, high - centre], fmt="none", **bar)


def draw_level(ax: Axes, level: np.ndarray, label: str, styles: Styles) -> Line2D:
    """Draw an error that does not depend on the abscissa, with its standard error."""
    (centre,), (low,), (high,) = _summarise(level[None, :], styles.average)
    style = _next_style(ax, label)
    del style["marker"]
    line = ax.axhline(centre, label=label, gid=CURVE, **style)
    if level.size > 1 and styles.std_display_style is not None:
        ax.axhspan(low, high, color=style["color"], alpha=0.15, linewidth=0)
    return line


def draw_theory(
    ax: Axes, x: np.ndarray, values: np.ndarray, label: str, like: Line2D | None = None
) -> Line2D:
    """Draw a theory line, thin; where it is infinite it leaves through the top of the axes."""
    order = np.argsort(x)
    x, values = x[order], values[order]
    finite = values[np.isfinite(values)]
    beyond = 1e6 * max(finite.max(initial=0.0), 1.0)
    style: dict[str, Any] = {"color": like.get_color()} if like is not None else {}
    if like is None:
        style = {key: _next_style(ax, label)[key] for key in ("color", "linestyle")}
    (line,) = ax.plot(
        x,
        np.where(np.isfinite(values), values, beyond),
        label=label,
        gid=THEORY,
        linewidth=1.5,
        zorder=1.9,
        **style,
    )
    return line


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


def _next_style(ax: Axes, name: str) -> dict[str, Any]:
    """Colour, dashes and marker of the next curve in these axes."""
    taken = {line.get_color() for line in ax.get_lines() if line.get_gid() in (CURVE, THEORY)}
    found = look(name, taken)
    return {
        "color": found.colour,
        "linestyle": found.dashes,
        "marker": found.marker,
        "markersize": 7,
        "linewidth": 2.2,
    }

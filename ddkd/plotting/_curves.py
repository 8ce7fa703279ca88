"""Curves with standard errors, levels and theory lines, drawn alike in every picture."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from ddkd._checks import check_array, check_choice, check_vector
from ddkd.experiments import Table
from ddkd.plotting._axes import CURVE, THEORY, Threshold, finish, mark_thresholds, new_axes
from ddkd.plotting._style import look, set_title

Theory = ArrayLike | tuple[ArrayLike, ArrayLike]


class CurvesDisplay:
    """Named curves over one abscissa, with levels, theory lines and thresholds."""

    threshold: Threshold
    score_name: str
    title: str
    figure_: Any

    def _draw(
        self,
        ax: Axes | None,
        x: np.ndarray,
        x_name: str,
        curves: Mapping[str, np.ndarray],
        theory: Mapping[str, tuple[np.ndarray, np.ndarray]],
        levels: Mapping[str, np.ndarray] | None = None,
        *,
        average: str,
    ) -> Self:
        """Draw all of it; a theory line with the name of a curve takes its colour."""
        check_choice("average", average, ("mean", "median"))
        ax = new_axes() if ax is None else ax
        drawn = {
            name: draw_scores(ax, x, scores, name, joined=name not in theory, average=average)
            for name, scores in curves.items()
        }
        for name, level in (levels or {}).items():
            drawn[name] = draw_level(ax, level, name)
        self.lines_ = list(drawn.values())
        for name, (at, values) in theory.items():
            label = f"{name}, theory" if name in drawn else name
            self.lines_.append(draw_theory(ax, at, values, label, drawn.get(name)))
        self.thresholds_ = mark_thresholds(ax, self.threshold)
        if self.title:
            set_title(ax, self.title)
        finish(ax, x_name, self.score_name)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def pivot(table: Table, value: str, x: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct `x`, sorted, and `value` as (n_x, n_repeats).

    Records of the same `x` and repeat share their data and are averaged.
    """
    points, row = np.unique(table[x], return_inverse=True)
    repeats, column = np.unique(table["repeat"], return_inverse=True)
    shape = (len(points), len(repeats))
    sums, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, (row, column), table[value])
    np.add.at(counts, (row, column), 1.0)
    if not len(table) or (counts == 0).any():
        raise ValueError(f"every repeat must have a record of {value!r} at every {x!r}")
    return points, sums / counts


def check_scores(name: str, value: ArrayLike, x: np.ndarray) -> np.ndarray:
    """Return scores as (n_points, n_repeats); a vector is one repeat."""
    scores = check_array(name, value, ndim=(1, 2))
    scores = scores[:, None] if scores.ndim == 1 else scores
    if scores.shape[0] != x.size or scores.size == 0:
        raise ValueError(
            f"{name} must have one row for each of {x.size} points; got {scores.shape}"
        )
    return scores


def check_theory(name: str, value: Theory, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a theory line as abscissae and values, which may be infinite, or NaN in places."""
    if isinstance(value, tuple):
        if len(value) != 2:
            raise ValueError(f"{name} must be an array, or a pair of abscissae and values")
        x, value = check_vector(f"{name}[0]", value[0]), value[1]
    values = np.asarray(value, dtype=np.float64)
    if values.shape != x.shape or np.isnan(values).all():
        raise ValueError(f"{name} must have {x.size} values, not all NaN; got {values.shape}")
    return x, values


def draw_scores(
    ax: Axes,
    x: np.ndarray,
    scores: np.ndarray,
    label: str,
    *,
    joined: bool = True,
    errors: bool = True,
    average: str = "mean",
) -> Line2D:
    """Draw the average over the repeats and its standard error, as a band.

    Points are joined by a line unless a theory line does that for them; then they have bars.
    """
    order = np.argsort(x)
    x, (centre, low, high) = x[order], _summarise(scores[order], average)
    style = _next_style(ax, label)
    if not joined:
        style["linestyle"] = "none"
    every = 0.05 if joined and x.size > 80 else 1  # of the picture's diagonal, or each point
    (line,) = ax.plot(x, centre, label=label, gid=CURVE, markevery=every, **style)
    if scores.shape[1] > 1 and errors and joined:
        ax.fill_between(x, low, high, color=style["color"], alpha=0.25, linewidth=0)
    elif scores.shape[1] > 1 and errors:
        bars = [centre - low, high - centre]
        ax.errorbar(x, centre, bars, fmt="none", color=style["color"], capsize=3, elinewidth=1.5)
    return line


def draw_level(ax: Axes, level: np.ndarray, label: str) -> Line2D:
    """Draw an error that does not depend on the abscissa, with its standard error."""
    (centre,), (low,), (high,) = _summarise(level[None, :], "mean")
    style = _next_style(ax, label)
    del style["marker"]
    if level.size > 1:
        ax.axhspan(low, high, color=style["color"], alpha=0.15, linewidth=0)
    return ax.axhline(centre, label=label, gid=CURVE, **style)


def draw_theory(
    ax: Axes, x: np.ndarray, values: np.ndarray, label: str, like: Line2D | None = None
) -> Line2D:
    """Draw a theory line, thin.

    Where it is infinite it leaves through the top of the axes; a NaN, where nothing is known,
    breaks it.
    """
    order = np.argsort(x)
    x, values = x[order], values[order]
    beyond = 1e6 * np.max(values, where=np.isfinite(values), initial=1.0)
    style = _next_style(ax, label) | {"linewidth": 1.5, "marker": None}
    if like is not None:
        style |= {"color": like.get_color(), "linestyle": "-"}
    values = np.where(np.isinf(values), beyond, values)
    return ax.plot(x, values, label=label, gid=THEORY, zorder=1.9, **style)[0]


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
    style = {"color": found.colour, "linestyle": found.dashes, "marker": found.marker}
    return style | {"markersize": 7, "linewidth": 2.2}

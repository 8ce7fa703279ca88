"""Curves with standard errors, levels and theory lines, drawn alike in every picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike

from ddkd._checks import check_array, check_choice, check_vector
from ddkd.plotting._axes import CURVE, THEORY, Threshold, finish, mark_thresholds, new_axes
from ddkd.plotting._style import look, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

Theory = ArrayLike | tuple[ArrayLike, ArrayLike]


class Columns(Protocol):
    """Columns of equal length by name: a dictionary of arrays, or the result of a sweep."""

    def __getitem__(self, name: str) -> np.ndarray: ...


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


def pivot(columns: Columns, value: str, x: str) -> tuple[np.ndarray, np.ndarray]:
    """Sort the records of a table by abscissa and repeat, as `draw_scores` takes them.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n_records,)
        The table, with the columns `value`, `x` and "repeat".
    value : str
        The column of the scores.
    x : str
        The column of the abscissa.

    Returns
    -------
    points : ndarray of shape (n_points,)
        The distinct values of `x`, sorted.
    scores : ndarray of shape (n_points, n_repeats)
        The values, a row a point and a column a repeat.

    Raises
    ------
    ValueError
        If a repeat has no record at some point, or several.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.plotting import pivot
    >>> width, repeat = np.array([20, 10, 20, 10]), np.array([0, 0, 1, 1])
    >>> table = {"width": width, "repeat": repeat, "error": np.array([0.2, 0.1, 0.4, 0.3])}
    >>> points, scores = pivot(table, "error", "width")
    >>> points, scores
    (array([10, 20]), array([[0.1, 0.3],
           [0.2, 0.4]]))
    """
    points, row = np.unique(columns[x], return_inverse=True)
    repeats, column = np.unique(columns["repeat"], return_inverse=True)
    counts = np.zeros((len(points), len(repeats)), dtype=int)
    np.add.at(counts, (row, column), 1)
    if counts.size == 0 or (counts != 1).any():
        raise ValueError(
            f"every repeat must have one record of {value!r} at every {x!r}, not none and not "
            f"several; choose among several first"
        )
    scores = np.empty(counts.shape)
    scores[row, column] = columns[value]
    return points, scores


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
    """Draw the average of scores over the repeats and its standard error, as a band.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    x : ndarray of shape (n_points,)
        The abscissae.
    scores : ndarray of shape (n_points, n_repeats)
        The scores.
    label : str
        The curve's name in the legend. The name of a model gives the curve that model's look.
    joined : bool, default=True
        Whether a line joins the points. Where a theory line does that they stand alone, with
        bars in place of the band.
    errors : bool, default=True
        Whether to draw the band or the bars.
    average : {"mean", "median"}, default="mean"
        How to average over the repeats.

    Returns
    -------
    matplotlib Line2D
        The curve.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.plotting import draw_scores, finish, new_axes
    >>> ax = new_axes()
    >>> scores = np.array([[0.2, 0.3], [0.5, 0.7], [0.1, 0.1]])
    >>> line = draw_scores(ax, np.array([10, 20, 30]), scores, "directly trained")
    >>> line.get_ydata()
    array([0.25, 0.6 , 0.1 ])
    >>> finish(ax, "Width", "Test error (%)")
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
    """Draw an error that does not depend on the abscissa, with its standard error.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    level : ndarray of shape (n_repeats,)
        The error in every repeat.
    label : str
        Its name in the legend.

    Returns
    -------
    matplotlib Line2D
        The level.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.plotting import draw_level, new_axes
    >>> float(draw_level(new_axes(), np.array([0.1, 0.3]), "teacher").get_ydata()[0])
    0.2
    """
    (centre,), (low,), (high,) = _summarise(level[None, :], "mean")
    style = _next_style(ax, label)
    del style["marker"]
    if level.size > 1:
        ax.axhspan(low, high, color=style["color"], alpha=0.15, linewidth=0)
    return ax.axhline(centre, label=label, gid=CURVE, **style)


def draw_theory(
    ax: Axes, x: np.ndarray, values: np.ndarray, label: str, marks: Line2D | None = None
) -> Line2D:
    """Draw what theory says, as a thin line.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    x : ndarray of shape (n_points,)
        The abscissae.
    values : ndarray of shape (n_points,)
        What theory says. Where it is infinite the line leaves through the top of the axes; a NaN,
        where nothing is known, breaks it.
    label : str
        The line's name in the legend.
    marks : matplotlib Line2D or None, default=None
        The marks that the line joins, whose colour it takes.

    Returns
    -------
    matplotlib Line2D
        The line.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.plotting import draw_theory, new_axes
    >>> x, values = np.array([10, 20, 30]), np.array([0.5, np.inf, 0.4])
    >>> draw_theory(new_axes(), x, values, "theory").get_linewidth()
    1.5
    """
    order = np.argsort(x)
    x, values = x[order], values[order]
    beyond = 1e6 * np.max(values, where=np.isfinite(values), initial=1.0)
    style = _next_style(ax, label) | {"linewidth": 1.5, "marker": None}
    if marks is not None:
        style |= {"color": marks.get_color(), "linestyle": "-"}
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
    chosen = look(name, taken)
    style = {"color": chosen.colour, "linestyle": chosen.dashes, "marker": chosen.marker}
    return style | {"markersize": 7, "linewidth": 2.2}

"""Which of two methods is better where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ddkd._checks import check_array, check_vector
from ddkd._repr import short_repr
from ddkd.plotting._axes import PERCENT, legend_below, legend_entries, new_axes, scale_axis
from ddkd.plotting._style import FONT, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From worse to better through white; the two ends differ in lightness, too.
_COLOURS = ("#E07B39", "#FFFFFF", "#00508A")
_WORSE, _UNDECIDED = "..", "///"


@short_repr
@dataclass(kw_only=True, eq=False)
class PhaseDiagramDisplay:
    """A map of how much better one method is than another, over two parameters.

    Blue is where the first method is better; orange and dotted, where it is worse. The border is
    drawn; a difference below two standard errors is hatched as undecided.

    Parameters
    ----------
    x : array-like of shape (n_x,)
        The parameter across, at least two values.
    y : array-like of shape (n_y,)
        The parameter upwards, at least two values.
    gain : array-like of shape (n_y, n_x)
        The second method's error minus the first's: positive where the first is better.
    standard_error : array-like of shape (n_y, n_x), or None
        The standard error of that difference.
    names : pair of str, default=("first", "second")
        What to call the methods.
    x_name, y_name : str
        Labels of the axes. Under a name that ends in "(%)" fractions are shown as percentages.
    title : str, default=""
        Which data; drawn as it is, without mathtext.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    mesh_ : QuadMesh
        The coloured map.
    colorbar_ : matplotlib Colorbar
        Their scale.
    border_ : QuadContourSet or None
        Where neither method is better, if that is on the map.

    See Also
    --------
    DistillationDisplay : One row of such a map in full.

    Examples
    --------
    >>> from ddkd.plotting import PhaseDiagramDisplay
    >>> display = PhaseDiagramDisplay(
    ...     x=[0.0, 0.1], y=[1, 2, 4], gain=[[0.1, -0.1], [0.2, -0.1], [0.2, 0.1]]
    ... )
    >>> display.plot().mesh_.get_clim()
    (-0.2, 0.2)
    """

    x: Any
    y: Any
    gain: Any
    standard_error: Any = None
    names: tuple[str, str] = ("first", "second")
    x_name: str = ""
    y_name: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        self.x, self.y = check_vector("x", self.x), check_vector("y", self.y)
        for name, values in (("x", self.x), ("y", self.y)):
            if values.size < 2 or (np.diff(values) <= 0).any():
                raise ValueError(f"{name} must be two or more increasing values; got {values}")
        shape = (self.y.size, self.x.size)
        for name in ("gain", "standard_error"):
            if (value := getattr(self, name)) is not None:
                grid = check_array(name, value, ndim=2)
                if grid.shape != shape:
                    raise ValueError(
                        f"{name} must have the shape (len(y), len(x)) = {shape}; got {grid.shape}"
                    )
                setattr(self, name, grid)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the map.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            The axes to draw on; a new figure by default.

        Returns
        -------
        PhaseDiagramDisplay
            The object itself, drawn.
        """
        from matplotlib.colors import LinearSegmentedColormap

        ax = new_axes() if ax is None else ax
        ax.tick_params(labelsize=FONT - 1)
        for axis, values, name in (
            (ax.xaxis, self.x, self.x_name),
            (ax.yaxis, self.y, self.y_name),
        ):
            limits = tuple(_edges(values)[[0, -1]])
            percent = name.endswith(PERCENT)
            scale_axis(axis, log=_is_geometric(values), percent=percent, limits=limits)
            axis.set_label_text(name, fontsize=FONT)
        # Where the colours end: both methods' wins are to be seen, however unequal.
        wins = max(-self.gain.min(), 0.0), max(self.gain.max(), 0.0)
        limit = float(2 * min(wins) or max(wins) or 1.0)
        colours = LinearSegmentedColormap.from_list("ddkd", _COLOURS)
        self.mesh_ = ax.pcolormesh(
            _edges(self.x), _edges(self.y), self.gain, cmap=colours, vmin=-limit, vmax=limit
        )
        error = np.zeros_like(self.gain) if self.standard_error is None else self.standard_error
        self._hatch(ax, self.gain < -2 * error, _WORSE, f"{self.names[0]} worse")
        self._hatch(ax, np.abs(self.gain) < 2 * error, _UNDECIDED, "undecided (2 s.e.)")
        self.border_ = None
        if self.gain.min() < 0 < self.gain.max():
            style: dict[str, Any] = {"levels": [0.0], "colors": "black", "linewidths": 2.5}
            self.border_ = ax.contour(self.x, self.y, self.gain, **style)
            ax.plot([], [], color="black", linewidth=2.5, label="border")  # for the legend
        self._scale(ax, limit)
        if self.title:
            set_title(ax, self.title)
        if entries := legend_entries(ax):
            legend_below(ax, entries)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _hatch(self, ax: Axes, where: np.ndarray, hatch: str, label: str) -> None:
        """Hatch points of the map; the legend has one entry for all of the same label."""
        from matplotlib.patches import Rectangle

        x, y = _edges(self.x), _edges(self.y)
        style: dict[str, Any] = {"fill": False, "hatch": hatch, "linewidth": 0, "edgecolor": "0.25"}
        for i, j in np.argwhere(where):
            size = x[j + 1] - x[j], y[i + 1] - y[i]
            ax.add_patch(Rectangle((x[j], y[i]), *size, label=label, **style))

    def _scale(self, ax: Axes, limit: float) -> None:
        """Draw the scale of colours, with what its ends mean."""
        extend = "both" if np.abs(self.gain).max() > limit else "neither"
        self.colorbar_ = ax.figure.colorbar(self.mesh_, ax=ax, extend=extend)
        scale_axis(self.colorbar_.ax.yaxis, log=False, percent=True)
        first, second = self.names
        self.colorbar_.set_label(f"points below the error of the\n{second}", fontsize=FONT)
        self.colorbar_.ax.tick_params(labelsize=FONT - 1)
        self.colorbar_.ax.set_title(f"{first}\nbetter", fontsize=FONT - 1)
        self.colorbar_.ax.set_xlabel("worse", fontsize=FONT - 1, labelpad=1.3 * FONT)


def _is_geometric(values: np.ndarray) -> bool:
    """Whether values are spread by ratios rather than by differences."""
    return bool(values[0] > 0 and values[-1] > 10 * values[0])


def _edges(values: np.ndarray) -> np.ndarray:
    """Edges between values, halfway between them on their scale."""
    at = np.log(values) if _is_geometric(values) else values
    middle = (at[1:] + at[:-1]) / 2
    edges = np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])
    return np.exp(edges) if _is_geometric(values) else edges

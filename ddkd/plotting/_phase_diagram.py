"""Which of two methods wins where."""

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from ddkd._checks import check_array, check_vector
from ddkd.experiments import SweepResult
from ddkd.plotting._drawing import FONT, label_log_axis, new_axes

__all__ = ["PhaseDiagramDisplay"]


class PhaseDiagramDisplay:
    """A map of the difference between two methods' errors over two parameters.

    Dark is where the first method is better. The border is drawn; cells whose difference is
    below two standard errors are hatched as undecided.

    Parameters
    ----------
    x : array-like of shape (n_x,)
        The parameter across, at least two values.
    y : array-like of shape (n_y,)
        The parameter upwards, at least two values.
    difference : array-like of shape (n_y, n_x)
        The first method's error minus the second's.
    standard_error : array-like of shape (n_y, n_x), or None
        The standard error of that difference.
    theory : array-like of shape (n_y, n_x), or None
        What theory says of the difference; its border is drawn dashed.
    names : pair of str, default=("first", "second")
        What to call the methods.
    x_name, y_name : str
        Labels of the axes.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    mesh_ : QuadMesh
        The cells.
    colorbar_ : matplotlib Colorbar
        Their scale.
    lines_ : list of QuadContourSet
        The border as measured and, if given, as theory has it; a border that does not cross
        the map is left out.

    See Also
    --------
    DistillationDisplay : One row of such a map in full.

    Examples
    --------
    >>> from ddkd.plotting import PhaseDiagramDisplay
    >>> display = PhaseDiagramDisplay(
    ...     x=[0.0, 0.1], y=[1, 2, 4], difference=[[-1, 1], [-2, 1], [-2, -1]]
    ... )
    >>> len(display.plot().lines_)
    1
    """

    def __init__(
        self,
        *,
        x: Any,
        y: Any,
        difference: Any,
        standard_error: Any = None,
        theory: Any = None,
        names: tuple[str, str] = ("first", "second"),
        x_name: str = "",
        y_name: str = "",
    ):
        self.x, self.y = check_vector("x", x), check_vector("y", y)
        for name, values in (("x", self.x), ("y", self.y)):
            if values.size < 2 or (np.diff(values) <= 0).any():
                raise ValueError(f"{name} must be two or more increasing values; got {values}")
        self.difference = self._grid("difference", difference)
        self.standard_error = self._grid("standard_error", standard_error)
        self.theory = self._grid("theory", theory)
        self.names = names
        self.x_name, self.y_name = x_name, y_name

    @classmethod
    def from_scores(cls, first: Any, second: Any, **options: Any) -> Self:
        """Make a display of two methods' errors, repeat by repeat on the same data.

        Parameters
        ----------
        first, second : array-like of shape (n_y, n_x, n_repeats)
            Errors of the two methods; the repeats are paired.
        **options : dict
            What else the display takes: `x` and `y` at least.

        Returns
        -------
        PhaseDiagramDisplay
            The display, not yet drawn.

        Raises
        ------
        ValueError
            If the shapes differ.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd.plotting import PhaseDiagramDisplay
        >>> errors = np.random.default_rng(0).random((2, 3, 4, 10))
        >>> display = PhaseDiagramDisplay.from_scores(*errors, x=range(4), y=range(3))
        >>> display.standard_error.shape
        (3, 4)
        """
        first = check_array("first", first, ndim=3)
        second = check_array("second", second, ndim=3)
        if first.shape != second.shape:
            raise ValueError(
                f"first and second must have the same shape; got {first.shape} and {second.shape}"
            )
        paired = first - second
        n = paired.shape[2]
        error = paired.std(axis=2, ddof=1) / np.sqrt(n) if n > 1 else None
        return cls(difference=paired.mean(axis=2), standard_error=error, **options)

    @classmethod
    def from_result(
        cls,
        result: SweepResult,
        *,
        x: str,
        y: str,
        a: Any,
        b: Any,
        between: str = "model",
        value: str = "error",
        **options: Any,
    ) -> Self:
        """Make a display of the paired differences in a sweep over two parameters.

        Parameters
        ----------
        result : SweepResult
            The sweep.
        x, y : str
            The columns of the two parameters.
        a, b : scalar
            Which values of the column `between` are the first and the second method.
        between : str, default="model"
            The column that tells the methods apart.
        value : str, default="error"
            The column of the error.
        **options : dict
            What else the display takes.

        Returns
        -------
        PhaseDiagramDisplay
            The display, not yet drawn.

        Raises
        ------
        ValueError
            If a column or a cell of the grid is missing.
        """
        table = result.paired(value, between=between, a=a, b=b, by=[y, x])
        xs, column = np.unique(table[x], return_inverse=True)
        ys, row = np.unique(table[y], return_inverse=True)
        if len(table) != xs.size * ys.size:
            raise ValueError(f"the sweep must hold every pair of {x!r} and {y!r}")
        difference, error = np.empty((ys.size, xs.size)), np.empty((ys.size, xs.size))
        difference[row, column], error[row, column] = table["mean"], table["se"]
        options = {"names": (str(a), str(b)), "x_name": x, "y_name": y, **options}
        known = None if np.isnan(error).any() else error
        return cls(x=xs, y=ys, difference=difference, standard_error=known, **options)

    def plot(self, ax: Axes | None = None, *, cmap: Any = "cividis") -> Self:
        """Draw the map.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            The axes to draw on; a new figure by default.
        cmap : str or Colormap, default="cividis"
            The colours from the first method's win to the second's; by default their
            lightness grows evenly, for any colour vision and for grey.

        Returns
        -------
        PhaseDiagramDisplay
            The object itself, drawn.
        """
        ax = new_axes() if ax is None else ax
        if _is_geometric(self.x):
            ax.set_xscale("log")
            label_log_axis(ax.xaxis, self.x[-1] / self.x[0])
        if _is_geometric(self.y):
            ax.set_yscale("log")
            label_log_axis(ax.yaxis, self.y[-1] / self.y[0])
        limit = self._limit()
        self.mesh_ = ax.pcolormesh(
            _edges(self.x), _edges(self.y), self.difference, cmap=cmap, vmin=-limit, vmax=limit
        )
        handles: list[Any] = []
        if self.standard_error is not None:
            undecided = np.abs(self.difference) <= 2 * self.standard_error
            if undecided.any():
                self._hatch(ax, undecided)
                handles.append(
                    Patch(facecolor="0.4", edgecolor="0.9", hatch="///", label="undecided (2 s.e.)")
                )
        self.lines_ = []
        borders: list[tuple[Any, Any, str]] = [
            (self.difference, "-", "border, measured"),
            (self.theory, "--", "border, theory"),
        ]
        for grid, dashes, label in borders:
            if grid is not None and grid.min() < 0 < grid.max():
                style: dict[str, Any] = {"colors": "white", "linestyles": dashes, "linewidths": 3.0}
                self.lines_.append(ax.contour(self.x, self.y, grid, levels=[0.0], **style))
                sample = Line2D([], [], color="white", lw=3, label=label)
                sample.set_linestyle(dashes)
                handles.append(sample)
        self._label(ax, handles, limit)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _grid(self, name: str, value: Any) -> Any:
        if value is None and name != "difference":
            return None
        grid = check_array(name, value, ndim=2)
        if grid.shape != (self.y.size, self.x.size):
            raise ValueError(
                f"{name} must have the shape (len(y), len(x)) = {(self.y.size, self.x.size)}; "
                f"got {grid.shape}"
            )
        return grid

    def _limit(self) -> float:
        """Where the colours end: both methods' wins are to be seen, however unequal."""
        wins = max(-self.difference.min(), 0.0), max(self.difference.max(), 0.0)
        return float(2 * min(wins) or max(wins) or 1.0)

    def _hatch(self, ax: Axes, cells: np.ndarray) -> None:
        """Hatch cells of the map."""
        x, y = _edges(self.x), _edges(self.y)
        for i, j in np.argwhere(cells):
            corner, size = (x[j], y[i]), (x[j + 1] - x[j], y[i + 1] - y[i])
            style: dict[str, Any] = {"fill": False, "hatch": "///", "linewidth": 0}
            ax.add_patch(Rectangle(corner, *size, edgecolor="0.9", **style))

    def _label(self, ax: Axes, handles: list[Any], limit: float) -> None:
        first, second = self.names
        clipped = np.abs(self.difference).max() > limit
        self.colorbar_ = ax.figure.colorbar(
            self.mesh_, ax=ax, extend="both" if clipped else "neither"
        )
        self.colorbar_.set_label(f"error of {first} - error of {second}", fontsize=FONT)
        self.colorbar_.ax.tick_params(labelsize=FONT - 1)
        ax.set_title(f"dark: {first} better; bright: {second} better", fontsize=FONT)
        ax.set_xlabel(self.x_name, fontsize=FONT)
        ax.set_ylabel(self.y_name, fontsize=FONT)
        ax.tick_params(labelsize=FONT - 1)
        if handles:
            ax.legend(
                handles=handles,
                fontsize=FONT - 2,
                facecolor="0.55",
                labelcolor="white",
                framealpha=0.9,
                loc="upper center",
                bbox_to_anchor=(0.5, -0.17),
                ncols=3,
            )


def _is_geometric(values: np.ndarray) -> bool:
    """Whether values are spread by ratios rather than by differences."""
    return bool(values[0] > 0 and values[-1] > 10 * values[0])


def _edges(values: np.ndarray) -> np.ndarray:
    """Borders of the cells around values, halfway between them on their scale."""
    at = np.log(values) if _is_geometric(values) else values
    middle = (at[1:] + at[:-1]) / 2
    edges = np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])
    return np.exp(edges) if _is_geometric(values) else edges

"""The tidy result of a sweep."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ddkd._judgement import mean_and_error
from ddkd.plotting import DistillationDisplay, DoubleDescentDisplay
from ddkd.sweeps._atomic import write_atomic
from ddkd.sweeps._picture import curve_display, students_display
from ddkd.sweeps._tidy_table import Scalar, Table, columns_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_META = "meta"
_PREFIX = "column:"


@dataclass(frozen=True, eq=False, repr=False)
class SweepResult(Table):
    """Records of every task of a sweep, ordered by grid point, repeat and record.

    Parameters
    ----------
    columns : dict of str to ndarray
        The grid's names, "repeat", then the names in the records; each (n_records,).
    parameters : dict
        What the sweep was asked for: experiment, data, grid, repeats, seed and params; functions
        and objects by the names of functions and classes.
    provenance : dict
        What it ran on: versions of ddkd, Python and the libraries, the BLAS and its threads, the
        platform, the number of jobs, and the seconds that each task took.

    Examples
    --------
    >>> from ddkd.sweeps import sweep
    >>> def experiment(data, rng, scale):
    ...     shared = data + rng.normal()
    ...     return [{"method": m, "error": scale * (shared + e)} for m, e in [("a", 1), ("b", 3)]]
    >>> def data(rng):
    ...     return rng.normal()
    >>> result = sweep(experiment, data, grid={"scale": [1, 2]}, repeats=3, progress=False)
    >>> print(result.paired("error", between="method", a="b", b="a", by="scale"))
    scale  n  mean  se
    1      3  2     ...
    2      3  4     ...
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def summary(
        self, *, by: str | Sequence[str] = (), values: str | Sequence[str] | None = None
    ) -> Table:
        """Mean and standard error over repeats.

        Records of one group and one repeat are averaged first: they share their data, so only
        the repeats are independent. A NaN stays one.

        Parameters
        ----------
        by : str or sequence of str, default ()
            Columns that make the groups, kept in their order of appearance.
        values : str or sequence of str, optional
            Columns to summarise. Default: all columns of floats that are not in `by`.

        Returns
        -------
        Table
            The columns `by`, then "value" (the summarised column's name), "n" (repeats), "mean" and
            "se" (NaN for a single repeat); a row for each value and group.

        Raises
        ------
        ValueError
            If a column does not exist or does not hold numbers.
        """
        by = _names(by)
        if values is None:
            values = [n for n, c in self.columns.items() if c.dtype.kind == "f" and n not in by]
        rows = [
            {**dict(zip(by, group, strict=True)), "value": value, **_moments(list(means.values()))}
            for value in _names(values)
            for group, means in self._repeat_means(value, by).items()
        ]
        return Table(columns_of(rows))

    def paired(
        self, value: str, *, between: str, a: Scalar, b: Scalar, by: str | Sequence[str] = ()
    ) -> Table:
        """Mean and standard error of the difference a minus b within a repeat.

        The records of a repeat share their data, so most of the variation from one repeat to
        another cancels in the difference.

        Parameters
        ----------
        value : str
            Column to compare.
        between : str
            Column that tells the two sides apart.
        a, b : scalar
            Values of `between`: the difference is `value` at `a` minus `value` at `b`.
        by : str or sequence of str, default ()
            Columns that make the groups.

        Returns
        -------
        Table
            The columns `by`, then "n" (repeats), "mean" and "se"; a row for each group.

        Raises
        ------
        ValueError
            If a column does not exist or does not hold numbers, or if a repeat of some group
            has one side only.
        """
        by = _names(by)
        means = self._repeat_means(value, [*by, between])
        rows = []
        for group in dict.fromkeys(key[:-1] for key in means):
            first, second = (means.get((*group, side), {}) for side in (a, b))
            names = dict(zip(by, group, strict=True))
            if first.keys() != second.keys() or not first:
                where = f" where {names}" if names else ""
                raise ValueError(
                    f"{between} = {a!r} is in {len(first)} repeats and {b!r} in {len(second)}"
                    f"{where}; a paired difference needs both in every repeat"
                )
            rows.append({**names, **_moments([first[r] - second[r] for r in first])})
        return Table(columns_of(rows))

    def plot(
        self,
        ax: Axes | None = None,
        *,
        x: str | None = None,
        value: str | None = None,
        name: str | None = None,
        levels: Collection[str] = ("teacher",),
        average: str = "mean",
        **options: Any,
    ) -> DoubleDescentDisplay | DistillationDisplay:
        """Draw an error against a width or a size, with its standard error over the repeats.

        Where other parameters vary, choose among them with `where` first.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            The axes to draw on; a new figure by default.
        x : str or None, default=None
            The column of the abscissa: by default "width", or "student_width" where the column
            "model" tells students from teachers.
        value : str or None, default=None
            The column of the error: by default "error", or "variance_left" where there is none.
            Beside "test_mse" the training error is drawn, too.
        name : str or None, default=None
            What to call the curve in the legend. Where there are models, each has its own name.
        levels : collection of str, default=("teacher",)
            Models that do not depend on `x`; every other one becomes a curve.
        average : {"mean", "median"}, default="mean"
            How to average over repeats; near a threshold the mean of a squared error is
            infinite and only the median is stable.
        **options : dict
            What else the display takes, such as `title` or `theory`. Thresholds are by default
            the numbers of labelled and of unlabelled examples.

        Returns
        -------
        DoubleDescentDisplay or DistillationDisplay
            The curve, or that of every model, drawn.

        Raises
        ------
        ValueError
            If a column is missing, a repeat has not one record a value of `x` (and model), or
            `name` is given where each model has its own.

        Examples
        --------
        >>> from ddkd.datasets import load
        >>> from ddkd.experiments import curve
        >>> from ddkd.sweeps import sweep
        >>> result = sweep(
        ...     curve,
        ...     load("digits", n_samples=50, rng=0),
        ...     params={"widths": [10, 50, 300]},
        ...     repeats=2,
        ...     progress=False,
        ... )
        >>> result.plot().threshold
        50
        """
        value = value or ("error" if "error" in self.columns else "variance_left")
        if "model" in self.columns:
            if name is not None:
                raise ValueError(f"name must be None where the column 'model' names; got {name!r}")
            students = students_display(self, x or "student_width", value, levels, **options)
            return students.plot(ax, average=average)
        one = curve_display(self, x or "width", value, **options)
        kind = "test" if one.train_scores is None else "both"
        return one.plot(ax, name=name, score_type=kind, average=average)

    def _repeat_means(
        self, value: str, by: Sequence[str]
    ) -> dict[tuple[Scalar, ...], dict[Scalar, float]]:
        """Means of a column by group, in order of appearance, and within each by repeat."""
        if self[value].dtype.kind not in "bif":
            raise ValueError(
                f"column {value!r} must hold numbers; its dtype is {self[value].dtype}"
            )
        names = [*by, "repeat", value]
        numbers_of: dict[tuple[Scalar, ...], dict[Scalar, list[float]]] = {}
        for *group, repeat, number in zip(*(self[n].tolist() for n in names), strict=True):
            numbers_of.setdefault(tuple(group), {}).setdefault(repeat, []).append(number)
        return {
            group: {repeat: float(np.mean(numbers)) for repeat, numbers in repeats.items()}
            for group, repeats in numbers_of.items()
        }

    def save(self, path: str | Path) -> None:
        """Write everything to one .npz: the columns, and the rest as JSON text inside.

        Parameters
        ----------
        path : str or Path
            The file; :meth:`load` reads it back.
        """
        meta = {
            "parameters": self.parameters,
            "provenance": self.provenance,
            "columns": list(self.columns),
        }
        arrays = {_PREFIX + name: column for name, column in self.columns.items()}
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **{_META: np.array(json.dumps(meta))}, **arrays)
        write_atomic(Path(path), buffer.getvalue())

    @classmethod
    def load(cls, path: str | Path) -> SweepResult:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        SweepResult
            The result.

        Raises
        ------
        ValueError
            If the file is not one, or is damaged.
        """
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
                meta = json.loads(archive[_META].item())
                columns = {name: archive[_PREFIX + name] for name in meta["columns"]}
            return cls(columns, meta["parameters"], meta["provenance"])
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {error.strerror or error}") from None
        except MemoryError:
            raise ValueError(f"{path} needs more memory than there is") from None
        except Exception:  # the readers of zip, npy and JSON raise a dozen kinds
            raise ValueError(
                f"{path} is not a readable sweep result: it is damaged, or was not written by save"
            ) from None


def _names(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _moments(values: list[float]) -> dict[str, Scalar]:
    mean, se = mean_and_error(values)
    return {"n": len(values), "mean": mean, "se": se}

"""Tidy columns: one row for each record, one array for each column."""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from ddkd._text import printable
from ddkd.sweeps._atomic import write_atomic

Scalar = bool | int | float | str | None
_LARGEST = int(sys.float_info.max)


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Columns of equal length.

    Parameters
    ----------
    columns : dict of str to ndarray
        The columns, each (n_rows,), of booleans, integers, floats or strings.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.sweeps import Table
    >>> table = Table({"width": np.array([5, 10, 10]), "error": np.array([0.5, 0.25, 0.125])})
    >>> table.where(width=10)["error"]
    array([0.25 , 0.125])
    >>> print(table)
    width  error
    5      0.5
    10     0.25
    10     0.125
    """

    columns: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, name: str) -> np.ndarray:
        """Return the column `name`; ValueError where there is none."""
        if name not in self.columns:
            raise ValueError(f"there is no column {name!r}; there are {', '.join(self.columns)}")
        return self.columns[name]

    def rows(self) -> Iterator[dict[str, Scalar]]:
        """Go through the rows.

        Yields
        ------
        dict of str to scalar
            The next row, as Python scalars.
        """
        names = list(self.columns)
        for values in zip(*(self.columns[name].tolist() for name in names), strict=True):
            yield dict(zip(names, values, strict=True))

    def where(self, **conditions: Scalar) -> Self:
        """Keep the rows whose columns equal the given values.

        Parameters
        ----------
        **conditions
            Column names and the value that each must have.

        Returns
        -------
        Table
            The same kind of table, with those rows.
        """
        keep = np.ones(len(self), dtype=bool)
        for name, value in conditions.items():
            keep &= self[name] == value
        return replace(self, columns={name: col[keep] for name, col in self.columns.items()})

    def to_csv(self, path: str | Path) -> None:
        """Write the columns as UTF-8 .csv; equal tables give equal bytes.

        Floats are written in the fewest digits that read back exactly, a missing number as "nan".
        Control characters in a text are written as escapes; a text that a spreadsheet would take
        for a formula gets an apostrophe in front.

        Parameters
        ----------
        path : str or Path
            The file.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(map(_field, self.columns))
        writer.writerows(map(_field, row.values()) for row in self.rows())
        write_atomic(Path(path), text.getvalue().encode())

    def to_frame(self) -> Any:
        """Make a pandas DataFrame.

        Returns
        -------
        pandas.DataFrame
            The columns.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        import pandas as pd

        return pd.DataFrame(self.columns)

    def __str__(self) -> str:
        """The columns as aligned text, floats to four significant digits."""
        cells = [list(self.columns)]
        for row in self.rows():
            cells.append([f"{v:.4g}" if isinstance(v, float) else str(v) for v in row.values()])
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
        return "\n".join(line.rstrip() for line in lines)

    def __repr__(self) -> str:
        """Size and column names."""
        names = printable(", ".join(self.columns), most=50)
        return f"<{type(self).__name__} of {len(self)} rows: {names}>"


def _field(value: Scalar) -> Scalar:
    """A field of a .csv that no program that reads it will obey."""
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def as_scalar(name: str, value: Any) -> Scalar:
    """Return a numpy or Python scalar as a Python bool, int, float, str or None."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError(f"{name} is an integer beyond 1e308, the largest number that fits a float")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(
        f"{name} must be a scalar (a number, a string, a boolean or None); "
        f"got {type(value).__name__}"
    )


def columns_of(records: Sequence[Mapping[str, Scalar]]) -> dict[str, np.ndarray]:
    """Columns of some records, in the order in which their names first appear.

    A column of integers, of booleans or of strings stays one. Any other mixture of numbers
    becomes floats, with NaN where a record lacks the name; with a string among its values, it
    becomes strings, empty where a record lacks the name.
    """
    names = dict.fromkeys(name for record in records for name in record)
    return {name: _column([record.get(name) for record in records]) for name in names}


def _column(values: Iterable[Scalar]) -> np.ndarray:
    values = list(values)
    kinds = {type(value) for value in values}
    if str in kinds:
        return np.array(["" if value is None else str(value) for value in values])
    if kinds == {bool}:
        return np.array(values, dtype=bool)
    if kinds == {int} and all(-(2**63) <= value < 2**63 for value in values):  # type: ignore[operator]
        return np.array(values, dtype=np.int64)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

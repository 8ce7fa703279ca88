"""A file as a table of cells: columns of numbers or of texts as they are written."""

from importlib import import_module
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ddkd.datasets._lines import check_names, read_text
from ddkd.datasets._numbers import MISSING

_ENGINES = {".parquet": "pyarrow", ".xlsx": "openpyxl"}


class Cells(NamedTuple):
    """The cells of a table.

    Attributes
    ----------
    path : Path
        Where they are from.
    frame : DataFrame
        Columns in the file's order; its index is the line of the file that each row ends in.
    separator : str or None
        Name of what separates the columns of a file of text.
    notes : tuple of str
        What a reader could not guess.
    """

    path: Path
    frame: Any
    separator: str | None = None
    notes: tuple[str, ...] = ()


def read_cells(path: Path, sep: str | None = None) -> Cells:
    """Read a table from a file of text, .parquet or .xlsx."""
    pandas = needed("pandas", path)
    kind = path.suffix.lower()
    if kind not in _ENGINES:
        return Cells(path, *read_text(pandas, path, sep))
    needed(_ENGINES[kind], path)
    notes: tuple[str, ...] = ()
    try:
        if kind == ".parquet":
            frame = pandas.read_parquet(path)
            frame = frame if frame.index.names == [None] else frame.reset_index()
            names = list(map(str, frame.columns))
        else:
            sheets = pandas.read_excel(
                path, sheet_name=None, header=None, dtype=object, na_filter=False
            )
            (first, frame), *others = sheets.items()
            frame = frame.replace("", None).dropna(how="all").dropna(how="all", axis=1)
            names = ["" if cell is None else str(cell) for cell in frame.head(1).to_numpy()[0]]
            frame = frame.iloc[1:]
            if others:
                notes = (f"{first!r} was read, the first of {len(sheets)} sheets.",)
    except OSError:
        raise
    except Exception as error:  # the engines raise a dozen kinds on damaged bytes
        raise ValueError(f"data file {path} is damaged or no {kind} file: {error}") from None
    names = check_names(path, names)
    if frame.empty:
        raise ValueError(f"data file {path} must hold a header and at least one row")
    lines = frame.index + 1 if kind == ".xlsx" else range(1, len(frame) + 1)
    columns = {name: as_cells(frame.iloc[:, place]) for place, name in enumerate(names)}
    return Cells(path, pandas.DataFrame(columns, index=lines), notes=notes)


def as_cells(column: Any) -> np.ndarray:
    """Numbers of a typed column, NaN where missing; else an array of texts, empty where missing.

    A file that this package has read and one that pandas has read give the same texts.
    """
    kind = getattr(column.dtype, "kind", "O")
    if kind == "f" or (kind in "iu" and column.isna().any()):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    if kind in "iu":
        return column.to_numpy()
    values, missing = column.to_numpy(dtype=object), column.isna().to_numpy()
    known = values[~missing]
    cells = np.full(len(values), "", dtype=object)
    if len(known) and all(isinstance(v, Real) and not isinstance(v, bool) for v in known):
        cells = np.full(len(values), np.nan)
        cells[~missing] = known
        return cells
    cells[~missing] = [_word(str(value).strip()) for value in known]
    return cells


def _word(text: str) -> str:
    if text in MISSING:
        return ""
    return text.capitalize() if text.lower() in ("true", "false") else text  # as pandas reads TRUE


def needed(module: str, path: Path) -> Any:
    """A module that is not part of every installation; without it the line to paste."""
    try:
        return import_module(module)
    except ImportError:
        raise ValueError(f"reading {path} needs {module}: python -m pip install {module}") from None

"""Reading a .csv in blocks of rows: numbers in an array, other cells as they are written.

Memory stays near the size of the array of numbers, and every refusal says what would mend it.
"""

import csv
import shlex
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING

import numpy as np
from tqdm.auto import tqdm

if TYPE_CHECKING:
    import _csv

__all__ = ["Columns", "is_number", "listed", "quoted", "read_columns", "written"]

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
MISSING = {"", "na", "n/a", "nan", "null", "?"}
MISSING_NUMBER = MISSING | {"none", "nil", "-"}
LABEL_NAMES = {"label", "target", "class", "y"}
_BLOCK = 4096
_LARGE = 20_000_000  # bytes: below it a progress bar would only flicker


@dataclass
class Columns:
    """The columns of a .csv.

    Attributes
    ----------
    path : Path
        Where they are from.
    names : list of str
        Names of the inputs, in the file's order.
    numbers : ndarray of shape (n_rows, n_inputs)
        Cells that are numbers; NaN where a cell is missing or another text.
    text : dict of int to list of str
        For each input that holds other text, by its place in `names`: all of its cells.
    label : list of str
        Cells of the label column; empty strings where missing. Empty without a label column.
    label_name : str or None
        Its name.
    lines : sequence of int
        The line of the file that each row ends in.
    notes : list of str
        What a reader could not guess, such as the separator.
    """

    path: Path
    names: list[str]
    numbers: np.ndarray
    text: dict[int, list[str]]
    label: list[str]
    label_name: str | None
    lines: Sequence[int]
    notes: list[str] = field(default_factory=list)


def read_columns(
    path: Path,
    *,
    sep: str | None = None,
    label: str | None = None,
    has_label: bool = True,
    drop: Sequence[str] = (),
    progress: bool = False,
) -> Columns:
    """Read a .csv with a header; without `has_label` a label column is optional."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header_line = file.readline()
            mark = _separator(path, header_line, sep)
            file.seek(0)
            reader = csv.reader(file, delimiter=mark, skipinitialspace=mark != " ", strict=True)
            header = _header(path, next(reader, []))
            kept = _kept(path, header, drop)
            column = _label_column(path, header, kept, label, has_label)
            found = _read_rows(path, reader, header, kept, column, progress, decimal=mark == ";")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"data file {path} is not a UTF-8 .csv ({error.reason} at byte {error.start}): save it "
            f"as 'CSV UTF-8', or run iconv -f LATIN1 -t UTF-8"
        ) from None
    except csv.Error as error:
        raise ValueError(
            f"data file {path} is not a .csv: {error} in line {reader.line_num}; a double quote "
            f'inside a quoted field must be doubled, "a ""b"" c"'
        ) from None
    if mark != ",":
        name = next((name for name, value in SEPARATORS.items() if value == mark), repr(mark))
        found.notes.insert(0, f"{path.name} was read with the separator {name!r}.")
    return found


def listed(names: Sequence[str], most: int = 8) -> str:
    """Some names and how many more there are, each cut where it is long."""
    shown = ", ".join(name if len(name) < 40 else f"{name[:36]}..." for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def quoted(*names: str) -> str:
    """Names as a shell takes them."""
    return " ".join(shlex.quote(name) for name in names)


def _separator(path: Path, header: str, sep: str | None) -> str:
    """The one given, by name or as it is; else what the header's own punctuation says."""
    if sep is not None:
        mark = SEPARATORS.get(sep, "\t" if sep == "\\t" else sep)
        if len(mark) != 1 or mark in '"\r\n':
            raise ValueError(
                f"--sep must be one character or one of {', '.join(SEPARATORS)}; got {sep!r}"
            )
        return mark
    try:
        return csv.Sniffer().sniff(header, delimiters=",;\t|").delimiter
    except csv.Error:
        return ","


def _header(path: Path, cells: list[str]) -> list[str]:
    """Names of the columns; one without a name is called after its place."""
    names = [cell.strip() or f"unnamed {place}" for place, cell in enumerate(cells, start=1)]
    if cells and all(is_number(cell) for cell in cells):
        raise ValueError(
            f"data file {path} has no header: its first line holds numbers only. Put a line with "
            f"the {len(cells)} names of the columns before it, such as "
            f"{listed([f'x{i}' for i in range(1, len(cells))], 3)}, label"
        )
    if len(names) < 2:
        raise ValueError(
            f"data file {path} must have a feature column and a label column; its first line "
            f"holds one name only. If a comma does not separate its columns, say what does: "
            f"--sep space, for instance"
        )
    return names


def _kept(path: Path, header: list[str], drop: Sequence[str]) -> list[int]:
    """Places of the columns that are not dropped."""
    for name in drop:
        if name and name not in header:
            raise ValueError(f"--drop {quoted(name)}: {_no_such_column(path, header, name)}")
    kept = [place for place, name in enumerate(header) if name not in drop]
    if len(kept) < 2:
        raise ValueError(
            f"--drop leaves {len(kept)} columns of {path}; a feature and a label must stay"
        )
    return kept


def _label_column(
    path: Path, header: list[str], kept: list[int], label: str | None, has_label: bool
) -> int | None:
    """Place of the label column: the one named, else the last."""
    names = [header[place] for place in kept]
    if label is None and not has_label:
        return None
    if label is None:
        called = [name for name in names if name.lower() in LABEL_NAMES]
        if len(called) == 1 and called[0] != names[-1]:
            raise ValueError(
                f"which column of {path} is the label: --label {quoted(called[0])}, or the last, "
                f"--label {quoted(names[-1])}?"
            )
        return kept[-1]
    if names.count(label) > 1:
        raise ValueError(
            f"--label {quoted(label)}: {path} has several columns of that name; rename one"
        )
    if label in names:
        return kept[names.index(label)]
    if has_label:
        raise ValueError(f"--label {quoted(label)}: {_no_such_column(path, names, label)}")
    return None


def _no_such_column(path: Path, names: Sequence[str], wanted: str) -> str:
    close = get_close_matches(wanted, names, n=1)
    hint = f" Did you mean {quoted(close[0])}?" if close else ""
    return f"{path} has no such column.{hint} It has {listed(names)}"


def _read_rows(
    path: Path,
    reader: "_csv.Reader",
    header: list[str],
    kept: list[int],
    column: int | None,
    progress: bool,
    decimal: bool,
) -> Columns:
    places = [place for place in kept if place != column]
    numbers, text = array("d"), dict[int, list[str]]()
    labels, lines = list[str](), array("q")
    size = path.stat().st_size
    bar = tqdm(
        desc=f"reading {path.name[:30]}",
        total=size,
        bar_format="{desc}: {percentage:3.0f}%|{bar:30}| {remaining} left",
        leave=False,
        disable=not progress or size < _LARGE,
    )
    comma_decimals = False
    complete = _complete(path, reader, len(header))
    with bar:
        while taken := list(islice(complete, _BLOCK)):
            rows, ends = zip(*taken, strict=True)
            cells = list(zip(*rows, strict=True))
            block = np.empty((len(rows), len(places)))
            for j, place in enumerate(places):
                values = _numbers(cells[place])
                if values is None and decimal:
                    values = _numbers([cell.replace(",", ".", 1) for cell in cells[place]])
                    comma_decimals |= values is not None
                if values is None and j not in text:
                    text[j] = written(numbers[j :: len(places)])
                block[:, j] = np.nan if values is None else values
                if j in text:
                    text[j] += [cell.strip() for cell in cells[place]]
            numbers.frombytes(block.tobytes())
            lines.extend(ends)
            if column is not None:
                # Equal labels share their memory.
                labels += [intern(cell.strip()) for cell in cells[column]]
            bar.update(sum(map(len, rows[0])) * len(rows) if not bar.disable else 0)
    if not lines:
        raise ValueError(f"data file {path} must hold a header and at least one row; it is cut off")
    found = Columns(
        path,
        [header[place] for place in places],
        np.frombuffer(numbers).reshape(-1, len(places)),
        text,
        labels,
        None if column is None else header[column],
        lines,
    )
    if comma_decimals:
        found.notes.append("A comma in a number was read as the decimal point.")
    return found


def _complete(path: Path, reader: "_csv.Reader", n_fields: int) -> Iterator[tuple[list[str], int]]:
    """Rows and the lines they end in."""
    for row in reader:
        if row and len(row) != n_fields:
            raise ValueError(
                f"data file {path}, line {reader.line_num} has {len(row)} fields; the header has "
                f"{n_fields}. Mend the line: a field that contains the separator must stand in "
                f'double quotes, "like, this"'
            )
        if row:
            yield row, reader.line_num


def _numbers(cells: Sequence[str]) -> np.ndarray | None:
    """Cells as numbers, NaN where missing; None if one of them is another text."""
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        pass
    stripped = [cell.strip() for cell in cells]
    try:
        return np.array(
            ["nan" if cell.lower() in MISSING_NUMBER else cell for cell in stripped],
            dtype=np.float64,
        )
    except ValueError:
        return None


def written(numbers: Iterable[float]) -> list[str]:
    """Cells that have been read as numbers, as text again."""
    return [f"{value:g}" for value in numbers]


def is_number(cell: str) -> bool:
    """Whether a cell can be read as a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True

"""Reading a .csv in blocks of rows: numbers in arrays, other cells as they are written.

Memory stays near twice the size of the numbers, and every refusal says what would mend it.
"""

import csv
import shlex
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, TextIO

import numpy as np
from tqdm.auto import tqdm

if TYPE_CHECKING:
    import _csv

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
MISSING = {"", "na", "n/a", "nan", "null", "?"}
MISSING_NUMBER = MISSING | {"none", "nil", "-"}
LABEL_NAMES = {"label", "target", "class", "y"}
_BLOCK = 4096


@dataclass
class Columns:
    """The columns of a .csv.

    Attributes
    ----------
    path : Path
        Where they are from.
    inputs : dict of str to ndarray or list of str
        By name, in the file's order: an array if every cell is a number or missing, which is
        NaN; else all cells as text.
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
    inputs: dict[str, np.ndarray | list[str]]
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
        with path.open(newline="", encoding=_encoding(path)) as file:
            mark = _separator(file.readline(), sep)
            file.seek(0)
            reader = csv.reader(file, delimiter=mark, skipinitialspace=mark != " ", strict=True)
            header = _header(path, next(reader, []))
            places = _places(path, header, drop)
            label = _label_name(path, list(places), label, has_label)
            rows = _rows(path, file, reader, len(header), progress)
            found = _read_rows(path, rows, places, label, comma_decimals=mark != ",")
    except UnicodeError:
        raise ValueError(
            f"data file {path} is not a UTF-8 .csv: save it as 'CSV UTF-8', or run "
            f"iconv -f LATIN1 -t UTF-8 on it if another program wrote it as text"
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


def _encoding(path: Path) -> str:
    """UTF-8 unless the file begins with the mark of UTF-16, as a spreadsheet's "Unicode text"."""
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _separator(header: str, sep: str | None) -> str:
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
    named = [cell for cell in cells if cell.strip()]
    if len(named) <= max(1, len(cells) / 2):
        raise ValueError(
            f"data file {path} must begin with the names of its columns, two or more; its first "
            f"line says {listed(named, 1)!r}. If that is a title or a comment, delete all lines "
            f"above the names; if a comma does not separate the columns, say what does: "
            f"--sep space, for instance"
        )
    return names


def _places(path: Path, header: list[str], drop: Sequence[str]) -> dict[str, int]:
    """Where the columns stand that are not dropped, by their names."""
    for name in drop:
        if name:
            _check_name("--drop", name, path, header)
    places = {name: place for place, name in enumerate(header) if name not in drop}
    if len(places) < 2:
        raise ValueError(
            f"--drop leaves {len(places)} columns of {path}; a feature and a label must stay"
        )
    name, times = Counter(name for name in header if name in places).most_common(1)[0]
    if times > 1:
        raise ValueError(
            f"data file {path} has {times} columns of the name {name}: rename one, or leave "
            f"them out: --drop {quoted(name)}"
        )
    return places


def _label_name(path: Path, names: list[str], label: str | None, has_label: bool) -> str | None:
    """The name given, else the last."""
    if label is not None:
        if has_label:
            _check_name("--label", label, path, names)
        return label if label in names else None
    if not has_label:
        return None
    called = [name for name in names if name.lower() in LABEL_NAMES]
    if len(called) == 1 and called[0] != names[-1]:
        raise ValueError(
            f"which column of {path} is the label: --label {quoted(called[0])}, or the last, "
            f"--label {quoted(names[-1])}?"
        )
    return names[-1]


def _check_name(flag: str, name: str, path: Path, names: Sequence[str]) -> None:
    if name not in names:
        close = get_close_matches(name, names, n=1)
        hint = f" Did you mean {quoted(close[0])}?" if close else ""
        raise ValueError(
            f"{flag} {quoted(name)}: {path} has no such column.{hint} It has {listed(names)}"
        )


def _read_rows(
    path: Path,
    rows: Iterator[tuple[list[str], int]],
    places: dict[str, int],
    label: str | None,
    *,
    comma_decimals: bool,
) -> Columns:
    inputs: dict[str, array | list[str]]
    inputs = {name: array("d") for name in places if name != label}
    labels, lines, notes = list[str](), array("q"), list[str]()
    while block := list(islice(rows, _BLOCK)):
        lines.extend(line for _, line in block)
        columns = list(zip(*(row for row, _ in block), strict=True))
        for name, found in inputs.items():
            cells = columns[places[name]]
            if isinstance(found, array):
                values = _numbers(cells)
                if values is None and comma_decimals:
                    values = _numbers([cell.replace(",", ".", 1) for cell in cells])
                    if values is not None:
                        notes = ["A comma in a number was read as the decimal point."]
                if values is not None:
                    found.frombytes(values.tobytes())
                    continue
                found = inputs[name] = written(found)
            found += [cell.strip() for cell in cells]
        if label is not None:
            # Equal labels share their memory.
            labels += [intern(cell.strip()) for cell in columns[places[label]]]
    if not lines:
        raise ValueError(f"data file {path} must hold a header and at least one row; it is cut off")
    arrays = {
        name: np.frombuffer(found) if isinstance(found, array) else found
        for name, found in inputs.items()
    }
    return Columns(path, arrays, labels, label, lines, notes)


def _rows(
    path: Path, file: TextIO, reader: "_csv.Reader", n_fields: int, progress: bool
) -> Iterator[tuple[list[str], int]]:
    """Rows with anything in them, and the lines they end in."""
    bar = tqdm(
        desc=f"reading {path.name[:30]}",
        total=path.stat().st_size,
        bar_format="{desc}: {percentage:3.0f}%|{bar:30}| {remaining} left",
        leave=False,
        disable=not progress,
        delay=2,  # seconds: the bar of a small file would only flicker
    )
    with bar:
        for row in reader:
            if not any(row):
                continue
            if len(row) != n_fields:
                raise ValueError(
                    f"data file {path}, line {reader.line_num} has {len(row)} fields; the header "
                    f"has {n_fields}. Mend the line: a field that contains the separator must "
                    f'stand in double quotes, "like, this"'
                )
            yield row, reader.line_num
            bar.update(file.buffer.tell() - bar.n)


def _numbers(cells: Sequence[str]) -> np.ndarray | None:
    """Cells as numbers, NaN where missing; None if one of them is another text."""
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        known = ["nan" if cell.strip().lower() in MISSING_NUMBER else cell for cell in cells]
    try:
        return np.array(known, dtype=np.float64)
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

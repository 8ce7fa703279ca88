"""Tables as cells: pandas reads, after a count of every line, so that none is filled up."""

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import islice
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from ddkd._text import printable
from ddkd.datasets._numbers import Signs
from ddkd.datasets._questions import Question

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
_SAMPLE = 100  # lines that tell the separator
_LONGEST = 80  # characters of a column's name


def _only_member(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return archive.read(name)


_UNPACK = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
    ".zip": _only_member,
}
_TEXTS = (".csv", ".tsv", ".txt")
SUFFIXES = (".npz", *_TEXTS, ".parquet", ".xlsx")
ENDINGS = (*SUFFIXES, *(text + packed for text in _TEXTS for packed in _UNPACK))


@dataclass(frozen=True)
class Cells:
    """The cells of a table by column.

    Attributes
    ----------
    path : Path
        Where they are from.
    columns : dict of str to ndarray
        By name, in the file's order: numbers, NaN where missing; or an array of objects, texts
        without spaces around them, which are empty where a typed file has nothing.
    lines : ndarray of int
        The line of the file that each row ends in.
    separator : str or None
        Name of what separates the columns of a file of text.
    notes : tuple of str
        What a reader could not guess.
    """

    path: Path
    columns: dict[str, np.ndarray]
    lines: np.ndarray
    separator: str | None = None
    notes: tuple[str, ...] = ()


def read_cells(path: Path, sep: str | None = None) -> Cells:
    """Read a table from a file of text, .parquet or .xlsx."""
    pandas = needed("pandas", path)
    kind = path.suffix.lower()
    if kind not in (".parquet", ".xlsx"):
        return _read_text(pandas, path, sep)
    needed({".parquet": "pyarrow", ".xlsx": "openpyxl"}[kind], path)
    notes: tuple[str, ...] = ()
    try:
        if kind == ".parquet":
            frame = pandas.read_parquet(path)
            frame = frame if frame.index.names == [None] else frame.reset_index()
            names = [str(name) for name in frame.columns]
        else:
            with pandas.ExcelFile(path, engine="openpyxl") as book:
                first, *others = book.sheet_names
                frame = pandas.read_excel(book, header=None, dtype=object, na_filter=False)
            frame = frame.replace("", None).dropna(how="all").dropna(how="all", axis=1)
            names = ["" if cell is None else str(cell) for cell in frame.head(1).to_numpy()[0]]
            frame = frame.iloc[1:]
            if others:
                notes = (f"{first!r} was read, the first of {len(others) + 1} sheets.",)
    except OSError:
        raise
    except Exception as error:  # the engines raise a dozen kinds on damaged bytes
        raise ValueError(f"data file {path} is damaged or no {kind} file: {error}") from None
    names = _check_names(path, names)
    if frame.empty:
        raise ValueError(f"data file {path} must hold a header and at least one row")
    cells = {name: as_cells(frame.iloc[:, i]) for i, name in enumerate(names)}
    lines = frame.index + 1 if kind == ".xlsx" else range(1, len(frame) + 1)
    return Cells(path, cells, np.array(lines), notes=notes)


def as_cells(column: Any) -> np.ndarray:
    """Numbers of a typed column, NaN where missing; else an array of texts, empty where missing."""
    if getattr(column.dtype, "kind", "O") in "iuf":
        if column.isna().any():
            return column.to_numpy(dtype=np.float64, na_value=np.nan)
        return column.to_numpy()
    values, missing = column.to_numpy(dtype=object), column.isna().to_numpy()
    known = values[~missing]
    cells = np.full(len(values), "", dtype=object)
    if len(known) and all(isinstance(v, Real) and not isinstance(v, bool) for v in known):
        cells = np.full(len(values), np.nan)
        cells[~missing] = known
        return cells
    cells[~missing] = [str(value).strip() for value in known]
    return cells


def needed(module: str, path: Path) -> Any:
    """A module that is not part of every installation; without it the line to paste."""
    try:
        return import_module(module)
    except ImportError:
        raise ValueError(f"reading {path} needs {module}: python -m pip install {module}") from None


def _read_text(pandas: Any, path: Path, sep: str | None) -> Cells:
    content, encoding = _content(path)
    rows: Callable[[str], Iterator[list[str]]] = partial(_rows, content, encoding)
    mark, width = _separator(path, rows, sep)
    try:
        names, lines, full = _check_lines(path, rows(mark), mark, width)
    except csv.Error as error:
        raise ValueError(
            f"data file {path} is not a table of text: {error}; a double quote inside a quoted "
            f'cell must be doubled, "a ""b"" c"'
        ) from None
    frame = pandas.read_csv(
        io.BytesIO(content),
        sep=r"\s+" if mark == " " else mark,
        names=names,
        header=0,
        index_col=False,
        dtype=str,
        na_filter=False,
        skipinitialspace=True,
        encoding=encoding,
    )
    if len(frame) != len(full):
        raise ValueError(f"data file {path} has {len(full)} lines; pandas reads {len(frame)}")
    frame = frame[np.array(full, dtype=bool)]
    cells = {name: frame[name].str.strip().array for name in names}
    notes = []
    separator = next((name for name, value in SEPARATORS.items() if value == mark), mark)
    if separator != "comma":
        notes.append(f"{path.name} was read with the separator {separator!r}.")
    if encoding == "cp1252":
        notes.append(f"{path.name} was read as Windows-1252, since it is not UTF-8.")
    return Cells(path, cells, np.array(lines), separator, tuple(notes))


def _content(path: Path) -> tuple[bytes, str]:
    """Bytes of a file, unpacked, and their encoding."""
    content = path.read_bytes()
    unpack = _UNPACK.get(path.suffix.lower())
    if unpack is not None:
        try:
            content = unpack(content)
        except (OSError, EOFError, ValueError, lzma.LZMAError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"data file {path} must hold one packed table and be whole: {error}"
            ) from None
    marks_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if marks_utf16 else ["utf-8-sig", "cp1252"]:
        try:
            if "\0" not in content.decode(encoding):
                return content, encoding
        except UnicodeError:
            continue
    raise ValueError(
        f"data file {path} is not a text of UTF-8 or Windows-1252: save it as 'CSV UTF-8', or "
        f"run iconv -t UTF-8 on it, with -f and its encoding"
    )


def _rows(content: bytes, encoding: str, mark: str) -> Iterator[list[str]]:
    """Cells of each line, with the number of the line last."""
    file: Any = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    if mark == " ":
        file = (line.strip() + "\n" for line in file)
    reader = csv.reader(file, delimiter=mark, skipinitialspace=True, strict=True)
    for row in reader:
        if row:
            yield [*row, str(reader.line_num)]


def _separator(
    path: Path, rows: Callable[[str], Iterator[list[str]]], sep: str | None
) -> tuple[str, int]:
    """The mark given, or the one that parts most lines alike; and into how many cells it does."""
    if sep is not None:
        mark = SEPARATORS.get(sep, "\t" if sep == "\\t" else sep)
        if len(mark) != 1 or mark in '"\r\n':
            raise ValueError(
                f"--sep must be one character or one of {', '.join(SEPARATORS)}; got {sep!r}"
            )
        return mark, _widths(rows(mark))[1]
    widths = {name: _widths(rows(mark)) for name, mark in SEPARATORS.items()}
    space = widths.pop("space")
    parting = {name: most for name, (_, most) in widths.items() if most > 1}
    alike = {name: most for name, most in parting.items() if widths[name][0] == most}
    chosen = alike or parting
    if len(chosen) == 1:
        ((name, most),) = chosen.items()
        return SEPARATORS[name], most
    if chosen:
        best = max(chosen, key=lambda name: chosen[name])
        raise Question(
            f"{' or '.join(chosen)} may separate its columns: say which, as with --sep {best}",
            sep=best,
        )
    if space[1] > 1:
        raise Question("only spaces part its columns: --sep space reads them", sep="space")
    raise ValueError(
        f"data file {path} must have two columns or more, below a line of their names; what "
        f"separates them is none of {', '.join(SEPARATORS)}: --sep X says it"
    )


def _widths(rows: Iterator[list[str]]) -> tuple[int, int]:
    """Number of cells of the first line, and of most lines; 1 if they differ."""
    counts: list[int] = []
    with suppress(csv.Error):  # what is wrong is said when all lines are read
        counts.extend(len(row) - 1 for row in islice(rows, _SAMPLE))
    most, times = Counter(counts or [0]).most_common(1)[0]
    return (counts or [0])[0], most if 2 * times > len(counts) else 1


def _check_lines(
    path: Path, rows: Iterator[list[str]], mark: str, width: int
) -> tuple[list[str], array, list[bool]]:
    """Names of the columns, lines of the rows that hold something, and which rows those are."""
    *header, _ = next(rows, [""])
    names = _check_names(path, header, width)
    lines, full = array("q"), []
    for *row, line in rows:
        if len(row) != len(names):
            n_cells = f"{len(row)} cell{'s' * (len(row) != 1)}"
            raise ValueError(
                f"data file {path}, line {line} has {n_cells}; the header has {len(names)}. Delete "
                f"the line if it is a note; a cell that contains the separator must stand in "
                f'double quotes, "like{mark} this"'
            )
        full.append(any(map(str.strip, row)))
        if full[-1]:
            lines.append(int(line))
    if not lines:
        raise ValueError(f"data file {path} must hold a header and at least one row; it is cut off")
    return names, lines, full


def _check_names(path: Path, header: Sequence[str], width: int | None = None) -> list[str]:
    """Names of the columns as they are printed; one without a name is called after its place."""
    cells = [printable(cell.strip(), _LONGEST) for cell in header]
    named = [cell for cell in cells if cell]
    title = (
        f"if line 1 of {path} is a title or a comment, delete all lines above the names of the "
        f"columns"
    )
    if width is not None and len(cells) != width > 1:
        why = f"line 1 has {len(cells)} cells, the others have {width}"
        if width == len(cells) + 1:
            title += "; if the first column, of row names, has no name, put one before the others"
        elif width > len(cells):
            title += "; if numbers have decimal commas, save the table with semicolons"
        raise ValueError(f"data file {path}: {why}: {title}")
    # The first column of row names or numbers often has none itself.
    if len(named) <= max(1, len(cells) / 2) and (len(cells) != 2 or cells[0]):
        raise ValueError(
            f"data file {path} must begin with the names of its columns, two or more; it begins "
            f"with {printable(', '.join(named), 60)!r}: {title}"
        )
    if 2 * sum(map(Signs().is_number, cells)) >= len(cells):
        names = [*(f"x{i}" for i in range(1, min(3, len(cells)))), "...", "label"]
        raise ValueError(
            f"data file {path} has no header: its first line holds numbers. Put a line with the "
            f"{len(cells)} names of the columns before it: {', '.join(names)}"
        )
    names = [cell or f"unnamed {place}" for place, cell in enumerate(cells, start=1)]
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        places = [str(i) for i, other in enumerate(names, start=1) if other == name]
        raise ValueError(
            f"data file {path} calls the columns {' and '.join(places)} {name}: rename all but one"
        )
    return names

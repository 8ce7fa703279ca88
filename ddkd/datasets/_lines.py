"""Tables of text, all lines of which must have as many cells, so that none is filled up."""

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ddkd._text import counted, printable
from ddkd.datasets._numbers import Signs
from ddkd.datasets._questions import Question

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
_SAMPLE = 100  # lines that tell the separator
_BLOCK = 2000  # lines that are made columns at a time
_LONGEST = 80  # characters of a column's name
_Rows = Callable[[str], Iterator[tuple[int, list[str]]]]


def _only_member(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return archive.read(name)


UNPACK = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
    ".zip": _only_member,
}


def read_text(pandas: Any, path: Path, sep: str | None) -> tuple[Any, str, tuple[str, ...]]:
    """Cells as they are written, by line; what separates them; and notes."""
    content, encoding = _content(path)
    rows = partial(_rows, content)
    separator, width = _separator(path, rows, sep)
    lines = _checked(path, rows(separator), separator, width)
    try:
        names = check_names(path, next(lines)[1])
        blocks = []
        while block := list(islice(lines, _BLOCK)):  # as texts of Python a large file takes room
            index, cells = zip(*block, strict=True)
            blocks.append(pandas.DataFrame(list(cells), index=index, columns=names, dtype=str))
    except csv.Error as error:
        raise ValueError(
            f"data file {path} is not a table of text: {error}; a double quote inside a quoted "
            f'cell must be doubled, "a ""b"" c"'
        ) from None
    if not blocks:
        raise ValueError(f"data file {path} must hold a header and at least one row; it is cut off")
    notes = []
    if separator != "comma":
        notes.append(f"{path.name} was read with the separator {separator!r}.")
    if encoding == "cp1252":
        notes.append(f"{path.name} was read as Windows-1252, since it is not UTF-8.")
    return pandas.concat(blocks), separator, tuple(notes)


def _content(path: Path) -> tuple[bytes, str]:
    """A text as UTF-8, unpacked, and the encoding that it had."""
    content = path.read_bytes()
    unpack = UNPACK.get(path.suffix.lower())
    if unpack is not None:
        try:
            content = unpack(content)
        except (OSError, EOFError, ValueError, lzma.LZMAError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"data file {path} must hold one packed table and be whole: {error}"
            ) from None
    marks_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if marks_utf16 else ["utf-8-sig", "cp1252"]:
        with suppress(UnicodeError):
            text = content.decode(encoding)
            if "\0" not in text:
                return text.encode(), encoding
    raise ValueError(
        f"data file {path} is not a text of UTF-8 or Windows-1252: save it as 'CSV UTF-8', or "
        f"run iconv -t UTF-8 on it, with -f and its encoding"
    )


def _rows(content: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Cells of each line that holds something, with the number of the line."""
    mark = SEPARATORS.get(separator, separator)
    file: Any = io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="")
    if mark == " ":
        file = (line.strip().replace("\t", " ") + "\n" for line in file)
    # Else spaces belong to a cell, so that labels show their own.
    skips = mark == " " or f'{mark} "'.encode() in content
    reader = csv.reader(file, delimiter=mark, skipinitialspace=skips, strict=True)
    for row in reader:
        if any(map(str.strip, row)):
            yield reader.line_num, row


def _separator(path: Path, rows: _Rows, sep: str | None) -> tuple[str, int]:
    """What was given, or what parts most lines alike; and into how many cells it does."""
    spelt = {mark: name for name, mark in SEPARATORS.items()} | {"\\t": "tab"}
    given = spelt.get(sep or "", sep)
    if given and given not in SEPARATORS and (len(given) != 1 or given in '"\r\n'):
        raise ValueError(
            f"--sep must be one character or one of {', '.join(SEPARATORS)}; got {sep!r}"
        )
    names = [*SEPARATORS, *([given] if given else [])]
    widths = {name: _widths(rows(name)) for name in dict.fromkeys(names)}
    parting = {name: most for name, (_, most) in widths.items() if most > 1}
    alike = [name for name in parting if widths[name][0] == parting[name]] or [*parting]
    fits = [name for name in alike if name != "space"] or alike  # texts hold spaces
    best = max(fits, key=parting.__getitem__, default="")
    if given and given in parting:
        return given, parting[given]
    if not given and fits == [best] != ["space"]:
        return best, parting[best]
    if fits:
        raise Question(
            f"{' or '.join(fits)} may separate its columns{f', {sep!r} does not' if sep else ''}: "
            f"say which, as with --sep {best}",
            sep=best,
        )
    raise ValueError(
        f"data file {path} must have two columns or more, below a line of their names; what "
        f"separates them is none of {', '.join(SEPARATORS)}: --sep X says it"
    )


def _widths(rows: Iterator[tuple[int, list[str]]]) -> tuple[int, int]:
    """Number of cells of the first line, and of most lines; 1 if they differ."""
    counts: list[int] = []
    with suppress(csv.Error):  # what is wrong is said when all lines are read
        counts.extend(len(row) for _, row in islice(rows, _SAMPLE))
    most, times = Counter(counts or [0]).most_common(1)[0]
    return (counts or [0])[0], most if 2 * times > len(counts) else 1


def _checked(
    path: Path, rows: Iterator[tuple[int, list[str]]], separator: str, width: int
) -> Iterator[tuple[int, list[str]]]:
    """The lines; ValueError at one of another length than most, or that is the first again."""
    header: list[str] = []
    for line, row in rows:
        if row == header:
            raise ValueError(f"data file {path}, line {line} repeats the first line: delete it")
        header = header or row
        if len(row) != width:
            raise ValueError(
                f"data file {path}, line {line} has {counted(len(row), 'cell')}; most lines have "
                f"{width}. Delete the line if it is a title or a note; every column must have a "
                f"name, row names too; a cell that contains the {separator} must stand in double "
                f"quotes"
            )
        yield line, row


def check_names(path: Path, header: Sequence[str]) -> list[str]:
    """Names of the columns as they are printed; one without a name is called after its place."""
    cells = [printable(" ".join(cell.split()), _LONGEST) for cell in header]
    n_named = sum(map(bool, cells))
    # The first column of row names or numbers often has none itself.
    is_title = n_named <= max(1, len(cells) / 2) and (len(cells) != 2 or cells[0])
    if is_title or 2 * sum(map(Signs().is_number, cells)) >= len(cells):
        example = ", ".join([*(f"x{i}" for i in range(1, min(3, len(cells)))), "...", "label"])
        raise ValueError(
            f"data file {path} must begin with the {len(cells)} names of its columns; it begins "
            f"with {printable(', '.join(filter(None, cells)), 60)!r}. Delete all lines above the "
            f"names; if there are none, put a line of them first: {example}"
        )
    names = [cell or f"unnamed {place}" for place, cell in enumerate(cells, start=1)]
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        places = [str(i) for i, other in enumerate(names, start=1) if other == name]
        raise ValueError(
            f"data file {path} calls the columns {' and '.join(places)} {name}: rename all but one"
        )
    return names

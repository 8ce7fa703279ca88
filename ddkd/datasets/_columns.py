"""What each column of a table holds: numbers or text, and what must be asked about first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ddkd.datasets._numbers import ALL_SIGNS, MISSING, Signs
from ddkd.datasets._questions import Question, listed, quoted

LARGEST = 1e100  # its square, which standardising takes, is still finite
MOST_VALUES = 100  # of a text column that is to become columns of zeros and ones
MOST_KEPT = 1000  # of one that is kept nevertheless
FEW = 20  # different values that may be names of classes or steps of a scale
_NEARLY_ALL = 0.95
_FEWEST_ROWS = 10  # with fewer no column is taken for an id or a code
_IDS = {"id", "index", "rowid", "unnamed: 0", "unnamed 1"}
_ID_NAME = re.compile(r"(?i:(^|[_ .])(id|ids|index|idx|key|uuid|nr|no)$|^unnamed)|[a-z](ID|Id)$")
# A number in per cent, currency or a unit; a date has other marks between its digits.
_DRESSED = re.compile(r"[-+(]?\W?[-+]?\d[\d.,' \u00a0]*\W*[^\W\d]{0,3}\W?")
_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_MISSING_CODES = (-999, -9999)


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name : str
        Its name.
    cells : ndarray
        The cells as they are written, texts; or numbers, if the file holds numbers.
    numbers : ndarray or None
        Every cell as a number, NaN where missing; None if one is no number.
    missing : ndarray of bool
        Which cells are missing.
    values : list of str
        The different texts that are not missing, in the order of the file; of numbers none.
    """

    name: str
    cells: np.ndarray
    numbers: np.ndarray | None
    missing: np.ndarray
    values: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, name: str, cells: np.ndarray, signs: Signs) -> "Column":
        """Decide whether a column holds numbers."""
        if cells.dtype.kind != "O":
            return cls(name, cells, cells.astype(np.float64), np.isnan(cells))
        every = list(dict.fromkeys(cells.tolist()))
        values = [cell for cell in every if cell not in MISSING]
        numbers = None
        if signs.all_numbers(values):
            value = {cell: signs.value(cell) for cell in every}
            numbers = np.array([value[cell] for cell in cells.tolist()])
        missing = np.array([cell in MISSING for cell in cells.tolist()], dtype=bool)
        return cls(name, cells, numbers, missing, values)

    def of_rows(self, rows: np.ndarray) -> "Column":
        """The same column of some rows."""
        numbers = None if self.numbers is None else self.numbers[rows]
        cells, missing = self.cells[rows], self.missing[rows]
        values = self.values and list(dict.fromkeys(cells[~missing].tolist()))
        return Column(self.name, cells, numbers, missing, values)

    @property
    def known(self) -> np.ndarray:
        """The cells that are not missing: numbers if they are, else texts."""
        return (self.cells if self.numbers is None else self.numbers)[~self.missing]

    @property
    def n_values(self) -> int:
        """Number of different values that are not missing."""
        return len(self.values if self.numbers is None else np.unique(self.known))

    @property
    def is_whole(self) -> bool:
        """Whether every number is whole."""
        return self.numbers is not None and bool((self.known == np.floor(self.known)).all())


def ask_signs(columns: Sequence[Column], signs: Signs, keep: Sequence[str]) -> None:
    """Ask about numbers that are written with other signs."""
    written = [c for c in columns if c.cells.dtype.kind == "O" and c.name not in keep and c.values]
    if any(c.numbers is None for c in written):
        n_read = {s: sum(s.all_numbers(c.values) for c in written) for s in ALL_SIGNS}
        best = max(ALL_SIGNS, key=lambda s: n_read[s])
        if n_read[best] > sum(c.numbers is not None for c in written):
            other = [c for c in written if c.numbers is None and best.all_numbers(c.values)]
            cell = other[0].values[0]
            also = [
                s
                for s in ALL_SIGNS
                if n_read[s] == n_read[best] and s.value(cell) != best.value(cell)
            ]
            instead = f"; if that is wrong, {_flags(also[0])}" if also else ""
            raise Question(
                f"{_columns(other)} {_holds(other)} numbers such as {cell!r}: "
                f"{_flags(best)} reads them{instead}",
                decimal=best.decimal,
                thousands=best.thousands,
            )
    numbers = [c for c in written if c.numbers is not None]
    grouped = [c for c in numbers if signs.may_group(c.values)]
    if grouped and signs.thousands is None:
        other = Signs("," if signs.decimal == "." else ".", signs.decimal)
        names = [c.name for c in grouped]
        odd = next(cell for cell in grouped[0].values if signs.decimal in cell)
        fits = all(other.all_numbers(c.values) for c in numbers)
        answers: Any = {"decimal": other.decimal, "thousands": other.thousands}
        raise Question(
            f"{_columns(grouped)} {_holds(grouped)} {odd!r} beside whole numbers of 100 and more: "
            f"{_flags(other)} if that is {odd.replace(signs.decimal, '')}, --keep "
            f"{quoted(*names)} if not",
            **(answers if fits else {"keep": names}),
        )


def _flags(signs: Signs) -> str:
    between = f" --thousands {quoted(signs.thousands)}" if signs.thousands else ""
    return f"--decimal {signs.decimal}{between}"


def ask_odd(columns: Sequence[Column], lines: Sequence[int], kept: Sequence[str]) -> None:
    """Ask about columns that number the rows, dates, and codes for a missing cell."""
    if len(lines) < _FEWEST_ROWS:
        return
    asked = [c for c in columns if c.name not in kept]
    ids = [c for c in asked if _numbers_rows(c)]
    if ids:
        names = [c.name for c in ids]
        drop, keep = (names, []) if len(ids) < len(columns) else (names[:-1], names[-1:])
        raise Question(
            f"{_columns(ids)} {'seems' if len(ids) == 1 else 'seem'} to number the rows: --drop "
            f"{_names(ids)} if so, --keep {_names(ids)} if not",
            drop=drop,
            keep=keep,
        )
    whole = [c for c in asked if c.is_whole and len(c.known)]
    dates = [c for c in whole if all(_DATE.fullmatch(f"{v:.0f}") for v in np.unique(c.known))]
    if dates:
        raise Question(
            f"{_columns(dates)} {_holds(dates)} dates such as {dates[0].known[0]:.0f}, which are "
            f"no amounts: --drop {_names(dates)}, or --keep {_names(dates)} as numbers",
            drop=[c.name for c in dates],
        )
    for c in asked:
        if c.numbers is None or not len(c.known) or c.known.min() not in _MISSING_CODES:
            continue
        lowest, times = c.known.min(), int(np.sum(c.known == c.known.min()))
        if 1 < times < len(c.known):
            raise Question(
                f"column {c.name} holds {lowest:g} in {times:,} rows, as if that stood for a "
                f"missing cell: --drop {quoted(c.name)}, --keep {quoted(c.name)} if it is a "
                f"number, or empty those cells",
                drop=[c.name],
            )


def _numbers_rows(c: Column) -> bool:
    """Whether a column seems to number the rows."""
    if not len(c.known) or not (c.numbers is None or c.is_whole):
        return False
    if c.name.lower() in _IDS:
        return True
    if c.numbers is not None and len(c.known) == len(c.cells) and (np.diff(c.numbers) == 1).all():
        return True
    return bool(_ID_NAME.search(c.name)) and c.n_values >= _NEARLY_ALL * len(c.known)


def ask_sizes(columns: Sequence[Column]) -> None:
    """Refuse numbers whose squares overflow."""
    for c in columns:
        if c.numbers is not None and len(c.known) and not np.abs(c.known).max() <= LARGEST:
            raise Question(
                f"column {c.name} must lie within +-{LARGEST:g}; it holds "
                f"{c.known[np.abs(c.known).argmax()]:.3g}: scale it, or --drop {quoted(c.name)}",
                drop=[c.name],
            )


def ask_text(
    columns: Sequence[Column],
    lines: Sequence[int],
    signs: Signs,
    *,
    keep: Sequence[str],
    one_hot: bool,
    may_be_label: bool,
) -> None:
    """Ask about cells that are no numbers."""
    texts = [c for c in columns if c.numbers is None]
    many = []
    for c in texts:
        odd = stray(c, signs)
        if odd and c.name not in keep:
            raise Question(
                f"column {c.name} holds {odd!r} (line {_line(c, odd, lines)}), which is no "
                f"number: write digits and a decimal sign only, empty the cell, or --drop "
                f"{quoted(c.name)}",
                drop=[c.name],
            )
        most = MOST_KEPT if c.name in keep else min(MOST_VALUES, max(2, len(c.known) / 2))
        if len(c.values) > most:
            many.append(c)
    if many:
        raise Question(
            f"{_columns(many)} {_holds(many)} text of too many different values "
            f"({listed([f'{len(c.values):,}' for c in many])}), such as {many[0].values[0]!r}: "
            f"--drop {_names(many)}",
            drop=[c.name for c in many],
        )
    if texts and not one_hot:
        label = f". If a column is the label, name it: --label {quoted(texts[0].name)}"
        raise Question(
            f"{_columns(texts)} {_holds(texts)} text "
            f"({listed([repr(value) for value in texts[0].values], 3)}): --one-hot makes a column "
            f"of zeros and ones of each value, --drop {_names(texts)} leaves "
            f"{'it' if len(texts) == 1 else 'them'} out{label if may_be_label else ''}",
            one_hot=True,
        )


def stray(column: Column, signs: Signs) -> str:
    """A cell that is no number in a column that seems to hold numbers; empty if there is none."""
    odd = [value for value in column.values if not signs.is_number(value)]
    if not odd or len(column.values) <= FEW:
        return ""
    n_odd = int(np.isin(column.known, odd).sum())
    mostly_numbers = 2 * n_odd < len(column.known)
    return odd[0] if mostly_numbers or all(map(_DRESSED.fullmatch, odd)) else ""


def ask_last_row(columns: Sequence[Column], lines: Sequence[int], keep: Sequence[str]) -> None:
    """Ask about a row of totals, which a spreadsheet may end in."""
    numbers = [c for c in columns if c.numbers is not None and not c.missing.any()]
    if len(lines) < _FEWEST_ROWS or not numbers or any(c.name in keep for c in numbers):
        return
    *rest, last = np.column_stack([c.numbers for c in numbers])
    size = np.abs(rest)
    # A sum may be rounded otherwise than what it adds up.
    adds_up = np.abs(last - np.sum(rest, axis=0)) <= 1e-3 * np.sum(size, axis=0)
    if adds_up.all() and (np.abs(last) > np.max(size, axis=0)).any():
        raise Question(
            f"the last row (line {lines[-1]}) holds the sums of the rows above it: delete that "
            f"line, or --keep {quoted(numbers[0].name)} if it does not",
            mend=f"delete line {lines[-1]}",
            settled=["sums"],
        )


def _line(column: Column, cell: str, lines: Sequence[int]) -> int:
    return lines[int(np.flatnonzero(column.cells == cell)[0])]


def _columns(columns: Sequence[Column]) -> str:
    """The names of some columns in a sentence."""
    return f"column{'s' * (len(columns) > 1)} {listed([c.name for c in columns])}"


def _holds(columns: Sequence[Column]) -> str:
    return "holds" if len(columns) == 1 else "hold"


def _names(columns: Sequence[Column]) -> str:
    """The names of some columns as a flag takes them."""
    return quoted(*(c.name for c in columns[:8])) + " ..." * (len(columns) > 8)

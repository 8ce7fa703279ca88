"""What each column of a table holds: numbers or text, and what must be asked about first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd.datasets._numbers import ALL_SIGNS, MISSING, Signs
from ddkd.datasets._questions import Question, flag, listed

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
    """

    name: str
    cells: np.ndarray
    numbers: np.ndarray | None
    missing: np.ndarray

    @classmethod
    def read(cls, name: str, cells: np.ndarray, signs: Signs) -> "Column":
        """Decide whether a column holds numbers."""
        if cells.dtype.kind != "O":
            return cls(name, cells, cells.astype(np.float64), np.isnan(cells))
        every = cells.tolist()
        values, numbers = set(every) - MISSING, None
        if signs.all_numbers(values):
            value = dict.fromkeys(MISSING, np.nan) | {cell: signs.value(cell) for cell in values}
            numbers = np.array([value[cell] for cell in every])
        return cls(name, cells, numbers, np.array([cell in MISSING for cell in every], dtype=bool))

    def of_rows(self, rows: np.ndarray) -> "Column":
        """The same column of some rows."""
        numbers = None if self.numbers is None else self.numbers[rows]
        return Column(self.name, self.cells[rows], numbers, self.missing[rows])

    @property
    def values(self) -> list[str]:
        """The different texts that are not missing, in the order of the file; of numbers none."""
        if self.cells.dtype.kind != "O":
            return []
        return [cell for cell in dict.fromkeys(self.cells.tolist()) if cell not in MISSING]

    @property
    def known(self) -> np.ndarray:
        """The cells that are not missing: numbers if they are, else texts."""
        cells = np.asarray(self.cells) if self.numbers is None else self.numbers
        return cells[~self.missing]

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
    numbers = [c for c in written if c.numbers is not None]
    others = ALL_SIGNS if len(numbers) < len(written) else ()
    n_read = {s: sum(s.all_numbers(c.values) for c in written) for s in (signs, *others)}
    best = max(n_read, key=lambda s: n_read[s])
    if n_read[best] > len(numbers):
        other = [c for c in written if c.numbers is None and best.all_numbers(c.values)]
        cell = other[0].values[0]
        alike = [s for s in n_read if n_read[s] == n_read[best] and s.is_number(cell)]
        instead = [f"; if that is wrong, {s}" for s in alike if s.value(cell) != best.value(cell)]
        raise Question(
            f"{_hold(other)} numbers such as {cell!r}: {best} reads them{''.join(instead[:1])}",
            decimal=best.decimal,
            thousands=best.thousands,
        )
    grouped = [c for c in numbers if signs.may_group(c.values)]
    if grouped and signs.thousands is None:
        swapped = Signs("," if signs.decimal == "." else ".", signs.decimal)
        keep = [c.name for c in grouped]
        odd = next(cell for cell in grouped[0].values if signs.decimal in cell)
        fits = all(swapped.all_numbers(c.values) for c in numbers)
        answers: Any = {"decimal": swapped.decimal, "thousands": swapped.thousands}
        raise Question(
            f"{_hold(grouped)} {odd!r} beside whole numbers of 100 and more: {swapped} if that is "
            f"{odd.replace(signs.decimal, '')}, {flag('keep', keep)} if not",
            **(answers if fits else {"keep": keep}),
        )


def ask_odd(columns: Sequence[Column], keep: Sequence[str]) -> None:
    """Ask about columns that number the rows, dates, and codes for a missing cell."""
    asked = [c for c in columns if c.name not in keep and len(c.known) >= _FEWEST_ROWS]
    ids = [c for c in asked if _numbers_rows(c)]
    if ids:
        names = [c.name for c in ids]
        kept = names[-1:] if len(ids) == len(columns) else []  # something must be learned from
        raise Question(
            f"{_named(ids)} {'seems' if len(ids) == 1 else 'seem'} to number the rows: "
            f"{flag('drop', names)} if so, {flag('keep', names)} if not",
            drop=[name for name in names if name not in kept],
            keep=kept,
        )
    whole = [c for c in asked if c.is_whole]
    dates = [c for c in whole if all(_DATE.fullmatch(f"{v:.0f}") for v in np.unique(c.known))]
    if dates:
        names = [c.name for c in dates]
        raise Question(
            f"{_hold(dates)} dates such as {dates[0].known[0]:.0f}, which are no amounts: "
            f"{flag('drop', names)}, or {flag('keep', names)} as numbers",
            drop=names,
        )
    for c in (c for c in asked if c.numbers is not None):
        lowest, times = c.known.min(), int(np.sum(c.known == c.known.min()))
        if lowest in _MISSING_CODES and 1 < times < len(c.known):
            raise Question(
                f"{_hold([c])} {lowest:g} in {times:,} rows, as if that stood for a missing cell: "
                f"{flag('drop', c.name)}, {flag('keep', c.name)} if it is a number, or empty those "
                f"cells",
                drop=[c.name],
            )


def _numbers_rows(c: Column) -> bool:
    """Whether a column seems to number the rows."""
    if not (c.numbers is None or c.is_whole):
        return False
    counts = c.numbers is not None and not c.missing.any() and (np.diff(c.numbers) == 1).all()
    differs = c.n_values >= _NEARLY_ALL * len(c.known)
    return bool(c.name.lower() in _IDS or counts or (_ID_NAME.search(c.name) and differs))


def ask_sizes(columns: Sequence[Column]) -> None:
    """Ask about numbers whose squares overflow."""
    for c in columns:
        if c.numbers is not None and not np.abs(c.known).max(initial=0) <= LARGEST:
            raise Question(
                f"{_hold([c])} {c.known[np.abs(c.known).argmax()]:.3g}; it must lie within "
                f"+-{LARGEST:g}: scale it, or {flag('drop', c.name)}",
                drop=[c.name],
            )


def ask_text(
    columns: Sequence[Column], lines: np.ndarray, signs: Signs, options: Mapping[str, Any]
) -> None:
    """Ask about cells that are no numbers."""
    texts, many = [c for c in columns if c.numbers is None], []
    for c in texts:
        kept = c.name in options["keep"]
        if (odd := stray(c, signs)) and not kept:
            line = lines[int(np.flatnonzero(c.cells == odd)[0])]
            raise Question(
                f"{_hold([c])} {odd!r} (line {line}), which is no number: write digits and a "
                f"decimal sign only, empty the cell, or {flag('drop', c.name)}",
                drop=[c.name],
            )
        if len(c.values) > (MOST_KEPT if kept else min(MOST_VALUES, max(2, len(c.known) / 2))):
            many.append(c)
    if many:
        names, counts = [c.name for c in many], [f"{len(c.values):,}" for c in many]
        raise Question(
            f"{_hold(many)} text of too many different values ({listed(counts)}), such as "
            f"{many[0].values[0]!r}: {flag('drop', names)}",
            drop=names,
        )
    if texts and not options["one_hot"]:
        names, values = [c.name for c in texts], [repr(value) for value in texts[0].values]
        label = f", {flag('label', names[0])} if that is the label" * (options["label"] is None)
        raise Question(
            f"{_hold(texts)} text ({listed(values, 3)}): --one-hot makes a column of zeros and "
            f"ones of each value, {flag('drop', names)} leaves it out{label}",
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


def ask_last_row(columns: Sequence[Column], lines: np.ndarray, keep: Sequence[str]) -> None:
    """Ask about a row of totals, which a spreadsheet may end in."""
    numbers = [c for c in columns if c.numbers is not None and not c.missing.any()]
    if len(lines) < _FEWEST_ROWS or not numbers or any(c.name in keep for c in numbers):
        return
    *rest, last = np.column_stack([c.known for c in numbers])
    size = np.abs(rest)
    # A sum may be rounded otherwise than what it adds up.
    adds_up = np.abs(last - np.sum(rest, axis=0)) <= 1e-3 * np.sum(size, axis=0)
    if adds_up.all() and (np.abs(last) > np.max(size, axis=0)).any():
        raise Question(
            f"the last row (line {lines[-1]}) holds the sums of the rows above it: delete that "
            f"line, or {flag('keep', numbers[0].name)} if it does not",
            mend=f"delete line {lines[-1]}",
            settled=["sums"],
        )


def _named(columns: Sequence[Column]) -> str:
    """The names of some columns in a sentence."""
    return f"column{'s' * (len(columns) > 1)} {listed([c.name for c in columns])}"


def _hold(columns: Sequence[Column]) -> str:
    return f"{_named(columns)} {'holds' if len(columns) == 1 else 'hold'}"

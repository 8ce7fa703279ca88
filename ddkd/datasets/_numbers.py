"""Numbers as they are written: with a decimal sign, and perhaps one between thousands."""

import re
import shlex
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from ddkd._checks import check_choice
from ddkd.datasets._questions import Question, flag, hold

MISSING = ["", "NA", "<NA>", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?"]
MISSING += ["#N/A", "#DIV/0!", "#NUM!", "#REF!", "#VALUE!"]  # of a spreadsheet


class Signs(NamedTuple):
    """A decimal sign, and the one between thousands if there is any."""

    decimal: str = "."
    thousands: str | None = None

    def check(self) -> "Signs":
        """ValueError if a sign is none, or both are one."""
        check_choice("--decimal", self.decimal, (".", ","))
        if self.thousands is not None:
            check_choice("--thousands", self.thousands, (",", ".", " ", "'", "_"))
        if self.thousands == self.decimal:
            raise ValueError(f"--decimal and --thousands must differ; both are {self.decimal!r}")
        return self

    def __str__(self) -> str:
        """The flags of the command line that say so."""
        between = f" --thousands {shlex.quote(self.thousands)}" if self.thousands else ""
        return f"--decimal {self.decimal}{between}"

    @property
    def pattern(self) -> str:
        """What a number looks like; it does not begin with 00 or 01: that is a code."""
        whole, point = "(?:0|[1-9][0-9]*)", re.escape(self.decimal)
        if self.thousands:
            between = "[ \u00a0\u202f]" if self.thousands == " " else re.escape(self.thousands)
            grouped = f"[1-9][0-9]{{0,2}}(?:{between}[0-9]{{3}})+(?!.*[eE])"  # 1,234e5 is odd
            whole = f"(?:0|{grouped}|[1-9][0-9]*)"
        return f"(?:[-+]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?)"

    def is_number(self, cell: str) -> bool:
        """Whether a cell is a number."""
        return re.fullmatch(self.pattern, cell) is not None

    def all_numbers(self, cells: Any) -> bool:
        """Whether every cell of a column is a number or missing."""
        # The first cell that is none ends this, and pandas' own way is slower for short columns.
        return all(map(re.compile(self.pattern).fullmatch, cells.dropna().tolist()))

    def values(self, cells: Any) -> Any:
        """The numbers of a column, NaN where missing."""
        if self.thousands:
            cells = cells.str.replace(rf"[\s\u00a0\u202f{self.thousands}]", "", regex=True)
        if self.decimal != ".":
            cells = cells.str.replace(self.decimal, ".", regex=False)
        return cells.astype(float)

    def may_group(self, cells: Any) -> bool:
        """Whether the decimal sign may stand between thousands: 1.387 beside 387."""
        marked = cells.str.contains(self.decimal, regex=False)
        grouped = rf"[-+]?[1-9][0-9]{{0,2}}{re.escape(self.decimal)}[0-9]{{3}}"
        large = (cells[~marked].str.len() > 2).any()
        return bool(marked.any() and large and cells[marked].str.fullmatch(grouped).all())


# Every way to write a number that is asked about, the likeliest first.
ALL_SIGNS = [Signs(), Signs(".", ","), Signs(","), Signs(",", ".")]
ALL_SIGNS += [Signs(decimal, thousands) for thousands in " '" for decimal in ".,"]


def is_numeric(column: Any) -> bool:
    """Whether a column of a frame holds numbers."""
    return column.dtype.kind in "iuf"


def as_texts(cells: Any) -> Any:
    """Cells without spaces around them, NaN where missing."""
    if is_numeric(cells):
        return cells.astype(str).where(cells.notna())
    cells = cells.str.strip()
    return cells.where(~cells.isin(MISSING))


def decide(column: Any, signs: Signs) -> Any:
    """A column as numbers, if every cell that is not missing is one; else as texts."""
    if is_numeric(column):
        return column
    codes, values = column.factorize()
    cells = as_texts(values.to_series(index=range(len(values))))
    decided = signs.values(cells) if signs.all_numbers(cells) else cells
    return decided.take(codes).set_axis(column.index)


def ask_signs(frame: Any, decided: Any, signs: Signs, keep: Sequence[str]) -> None:
    """Ask about numbers that are written with other signs."""
    cells = cache(lambda name: as_texts(frame[name].drop_duplicates()).dropna())
    written = [name for name in frame if name not in keep and not is_numeric(frame[name])]
    numbers = [name for name in written if is_numeric(decided[name])]
    texts = [name for name in written if name not in numbers and len(cells(name))]
    read = {s: [n for n in written if s.all_numbers(cells(n))] for s in ALL_SIGNS if texts}
    best = max(read, key=lambda s: len(read[s]), default=signs)
    large = [name for name in numbers if (decided[name].abs() >= 100).any()]
    marked = [n for n in large if frame[n].str.contains(signs.decimal, regex=False).any()]
    grouped = [name for name in marked if signs.may_group(cells(name))]
    if texts and len(read[best]) > len(numbers):
        names, fits = [name for name in read[best] if name in texts], True
    elif grouped and signs.thousands is None:
        names, best = grouped, Signs("," if signs.decimal == "." else ".", signs.decimal)
        fits = all(best.all_numbers(cells(name)) for name in numbers)
    else:
        return
    examples = cells(names[0])
    example = examples[~examples.str.fullmatch("[0-9]*")].iloc[:1]
    reads, uses = best.values(example).iloc[0], flag("keep", names)
    answers: dict[str, Any] = {"decimal": best.decimal, "thousands": best.thousands}
    raise Question(
        f"{hold(names)} {example.iloc[0]!r}: {best} if that is {reads:,.12g}, {uses} if not",
        **(answers if fits else {"keep": names}),
    )

"""Numbers as they are written: with a decimal sign, and perhaps one between thousands."""

import re
import shlex
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

MISSING = frozenset(["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "?"])


@dataclass(frozen=True)
class Signs:
    """A decimal sign, and the one between thousands if there is any."""

    decimal: str = "."
    thousands: str | None = None
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.decimal not in (".", ","):
            raise ValueError(f"--decimal must be '.' or ','; got {self.decimal!r}")
        if self.thousands is not None and self.thousands not in (",", ".", " ", "'", "_"):
            raise ValueError(
                f"--thousands must be a comma, a point, a space, an apostrophe or an underscore; "
                f"got {self.thousands!r}"
            )
        if self.thousands == self.decimal:
            raise ValueError(f"--decimal and --thousands must differ; both are {self.decimal!r}")
        point = re.escape(self.decimal)
        # A number does not begin with 00 or 01: that is a code.
        whole = r"(?:0|[1-9]\d*)"
        if self.thousands:
            between = r"[ \u00a0\u202f]" if self.thousands == " " else re.escape(self.thousands)
            whole = rf"(?:0|[1-9]\d{{0,2}}(?:{between}\d{{3}})+|[1-9]\d*)"
        text = rf"[-+]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d+)?"
        object.__setattr__(self, "_pattern", re.compile(text, re.ASCII))

    def __str__(self) -> str:
        """The flags of the command line that say so."""
        between = f" --thousands {shlex.quote(self.thousands)}" if self.thousands else ""
        return f"--decimal {self.decimal}{between}"

    def is_number(self, cell: str) -> bool:
        """Whether a cell is a number."""
        return self._pattern.fullmatch(cell) is not None

    def all_numbers(self, cells: Iterable[str]) -> bool:
        """Whether every cell is a number."""
        return all(map(self._pattern.fullmatch, cells))

    def value(self, cell: str) -> float:
        """The number."""
        if self.thousands:
            cell = re.sub(r"\s", "", cell).replace(self.thousands, "")
        return float(cell if self.decimal == "." else cell.replace(",", "."))

    def may_group(self, cells: Collection[str]) -> bool:
        """Whether the decimal sign may stand between thousands: 1.387 beside 387."""
        grouped = re.compile(rf"[-+]?[1-9]\d{{0,2}}{re.escape(self.decimal)}\d{{3}}")
        marked = [cell for cell in cells if self.decimal in cell]
        large = any(len(cell) > 2 for cell in cells if self.decimal not in cell)
        return bool(marked) and large and all(map(grouped.fullmatch, marked))


# Every way to write a number that is asked about, the likeliest first.
ALL_SIGNS = (
    Signs(),
    Signs(".", ","),
    Signs(","),
    Signs(",", "."),
    Signs(".", " "),
    Signs(",", " "),
    Signs(".", "'"),
    Signs(",", "'"),
)

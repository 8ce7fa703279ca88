"""What is odd about a column of inputs, so that it is asked about before it is learned from."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ddkd.datasets._data_file import LARGEST
from ddkd.datasets._numbers import Signs, is_numeric
from ddkd.datasets._questions import Question, flag, hold, listed

EXACT = 2.0**53  # beyond it two whole numbers may be one float
FEW = 20  # different values that may be names of classes or steps of a scale
_MOST_VALUES = 100  # of a text column that is to become columns of zeros and ones
_NEARLY_ALL = 0.95
_FEWEST_ROWS = 10  # with fewer nothing is odd
_IDS = {"id", "index", "rowid", "unnamed: 0", "unnamed 1"}
_ID_NAME = re.compile(r"(?i:(^|[_ .])(id|ids|index|idx|key|uuid|nr|no)$|^unnamed)|[a-z](ID|Id)$")
# A number in per cent, currency or a unit; a date has other marks between its digits.
_DRESSED = re.compile(r"[-+(]?\W?[-+]?\d[\d.,' \u00a0]*\W*[^\W\d]{0,3}\W?")
_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_MISSING_CODES = (-999, -9999)


def ask_odd(inputs: Any, signs: Signs, keep: Sequence[str]) -> None:
    """Ask about columns that should perhaps not be learned from, one kind at a time."""
    known = [column.dropna() for name, column in inputs.items() if name not in keep]
    for objection in (
        _huge,
        _row_numbers,
        _long_codes,
        _dates,
        _missing_codes,
        _strays,
        _many_texts,
    ):
        odd = {c.name: objection(c, signs) for c in known if len(c) >= _FEWEST_ROWS}
        names = [name for name, said in odd.items() if said]
        if names:
            kept = names[-1:] if len(names) == inputs.shape[1] else []  # something must be learned
            raise Question(
                f"{hold(names)} {odd[names[0]]}: {flag('drop', names)}, or {flag('keep', names)} "
                f"to learn from it nevertheless",
                drop=[name for name in names if name not in kept],
                keep=kept,
            )


def is_whole(cells: Any) -> bool:
    """Whether all cells are whole numbers."""
    return is_numeric(cells) and bool((cells == np.floor(cells)).all())


def _huge(cells: Any, signs: Signs) -> str:
    if not is_numeric(cells) or cells.abs().max() <= LARGEST:
        return ""
    return f"a number of size {cells.abs().max():.3g}, whose square overflows"


def _row_numbers(cells: Any, signs: Signs) -> str:
    if is_numeric(cells) and not is_whole(cells):
        return ""
    counts = is_numeric(cells) and bool((cells.diff()[1:] == 1).all())
    is_id = cells.name.lower() in _IDS
    if not is_id and _ID_NAME.search(cells.name):
        is_id = cells.nunique() >= _NEARLY_ALL * len(cells)
    return "what seems to number the rows" if counts or is_id else ""


def _long_codes(cells: Any, signs: Signs) -> str:
    if not is_whole(cells) or cells.abs().max() < EXACT:
        return ""
    return f"whole numbers beyond {EXACT:,.0f}, where neighbours become one number"


def _dates(cells: Any, signs: Signs) -> str:
    if not is_whole(cells) or not all(_DATE.fullmatch(f"{v:.0f}") for v in cells.unique()):
        return ""
    return f"dates such as {cells.iloc[0]:.0f}, which are no amounts"


def _missing_codes(cells: Any, signs: Signs) -> str:
    lowest = cells.min() if is_numeric(cells) else 0
    times = int((cells == lowest).sum())
    if lowest not in _MISSING_CODES or not 1 < times < len(cells):
        return ""
    return f"{lowest:g} in {times:,} rows, as if that stood for a missing cell"


def _strays(cells: Any, signs: Signs) -> str:
    odd = strays(cells, signs)
    return f"{odd.iloc[0]!r} (line {odd.index[0]}), which is no number" if len(odd) else ""


def strays(cells: Any, signs: Signs) -> Any:
    """Cells that are no numbers in a column that seems to hold numbers."""
    if is_numeric(cells) or cells.nunique() <= FEW:
        return cells[:0]
    odd = cells[~cells.str.fullmatch(signs.pattern)]
    is_dressed = all(map(_DRESSED.fullmatch, odd.unique()))
    return odd if 2 * len(odd) < len(cells) or is_dressed else odd[:0]


def _many_texts(cells: Any, signs: Signs) -> str:
    if is_numeric(cells) or cells.nunique() <= min(_MOST_VALUES, max(2, len(cells) / 2)):
        return ""
    return f"text of {cells.nunique():,} different values, such as {cells.iloc[0]!r}"


def ask_text(inputs: Any, options: Mapping[str, Any]) -> None:
    """Ask about text that has not been asked for."""
    texts = [name for name, column in inputs.items() if not is_numeric(column)]
    if texts and not options["one_hot"]:
        values = [repr(value) for value in inputs[texts[0]].dropna().unique()]
        label = f", {flag('label', texts[0])} if that is the label" * (options["label"] is None)
        raise Question(
            f"{hold(texts)} text ({listed(values, 3)}): --one-hot makes a column of zeros and "
            f"ones of each value, {flag('drop', texts)} leaves it out{label}",
            one_hot=True,
        )


def ask_last_row(inputs: Any, keep: Sequence[str]) -> None:
    """Ask about a row of totals, which a spreadsheet may end in."""
    names = [n for n, column in inputs.items() if is_numeric(column) and column.notna().all()]
    if len(inputs) < _FEWEST_ROWS or not names or any(name in keep for name in names):
        return
    rest, last = inputs[names].iloc[:-1], inputs[names].iloc[-1]
    # A sum may be rounded otherwise than what it adds up.
    adds_up = (last - rest.sum()).abs() <= 1e-3 * rest.abs().sum()
    if adds_up.all() and (last.abs() > rest.abs().max()).any():
        raise Question(
            f"the last row (line {inputs.index[-1]}) holds the sums of the rows above it: delete "
            f"that line, or {flag('keep', names[0])} if it does not"
        )

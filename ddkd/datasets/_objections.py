"""What is odd about a column of inputs, so that it is asked about before it is learned from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

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
_YEAR, _MONTH, _DAY = "(?:19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_DATE = re.compile(f"{_YEAR}{_MONTH}(?:0[1-9]|[12][0-9]|3[01])?|{_DAY}{_MONTH}{_YEAR}")
_MISSING_CODES = (99, 999, 9999, 99999)  # of either sign


def ask_odd(inputs: Any, signs: Signs, keep: Sequence[str]) -> None:
    """Ask about the columns that should perhaps not be learned from."""
    odd: dict[str, tuple[str, list[str]]] = {}
    for name, column in inputs.items():
        known = column.dropna()
        if name not in keep and len(known) >= _FEWEST_ROWS:
            for what, example in islice(_objections(known, signs), 1):
                odd.setdefault(what, (example, []))[1].append(name)
    names = [name for _, group in odd.values() for name in group]
    if not names:
        return
    said = "; ".join(f"{hold(group)} {what}{example}" for what, (example, group) in odd.items())
    kept = names[-1:] if len(names) == inputs.shape[1] else []  # something must be learned
    if kept and not is_numeric(inputs[kept[0]]):
        raise Question(f"{said}; there is no other column to learn from: mend the file")
    raise Question(
        f"{said}: {flag('drop', names)}, or {flag('keep', names)} to learn from it nevertheless",
        drop=[name for name in names if name not in kept],
        keep=kept,
    )


def is_whole(cells: Any) -> bool:
    """Whether all cells are whole numbers."""
    return is_numeric(cells) and bool((cells == np.floor(cells)).all())


def _objections(cells: Any, signs: Signs) -> Iterator[tuple[str, str]]:
    """What a column holds that speaks against learning from it, and an example.

    No cell is missing.
    """
    name, numeric, whole = cells.name, is_numeric(cells), is_whole(cells)
    counts = whole and np.ptp(cells) == len(cells) - 1 and cells.is_unique
    is_id = name.lower() in _IDS or (
        _ID_NAME.search(name) and cells.nunique() >= _NEARLY_ALL * len(cells)
    )
    if counts or (is_id and (whole or not numeric)):
        yield "what seems to number the rows", ""
    if whole and cells.abs().max() >= EXACT:
        yield f"whole numbers beyond {EXACT:,.0f}, where neighbours become one number", ""
    if whole and all(_DATE.fullmatch(f"{value:.0f}") for value in cells.unique()):
        yield "dates", f" such as {cells.iloc[0]:.0f}, which are no amounts"
    if numeric and (code := missing_code(cells)):
        yield code, ""
    odd = strays(cells, signs)
    if len(odd):
        example = f" ({odd.iloc[0]!r}; mend it, or leave it empty)"
        yield f"no number in line {odd.index[0]}", example
    if not numeric and cells.nunique() > min(_MOST_VALUES, max(2, len(cells) / 2)):
        yield f"text of {cells.nunique():,} different values", f", such as {cells.iloc[0]!r}"


def missing_code(cells: Any) -> str:
    """The smallest or largest number, if it seems to stand for a missing cell."""
    for code in (cells.min(), cells.max()):
        if abs(code) in _MISSING_CODES:
            others = cells[cells != code]
            n_rows, is_far = len(cells) - len(others), code < 0 or code > 2 * others.max()
            if is_far and 1 < n_rows < len(cells):
                return f"{code:g} in {n_rows:,} rows, as if that stood for a missing cell"
    return ""


def strays(cells: Any, signs: Signs) -> Any:
    """Cells that are no numbers in a column that seems to hold numbers."""
    if is_numeric(cells):
        return cells[:0]
    odd = cells[~cells.str.fullmatch(signs.pattern)]
    is_dressed = cells.nunique() > FEW and all(map(_DRESSED.fullmatch, odd.unique()))
    return odd if 2 * len(odd) < len(cells) or is_dressed else odd[:0]


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


def ask_last_row(inputs: Any, keep: Sequence[str], where: str) -> None:
    """Ask about a row of totals, which a spreadsheet may end in."""
    names = [n for n, column in inputs.items() if is_numeric(column) and column.notna().all()]
    if len(inputs) < _FEWEST_ROWS or not names or any(name in keep for name in names):
        return
    rest, last = inputs[names].iloc[:-1], inputs[names].iloc[-1]
    # A sum may be rounded otherwise than what it adds up.
    adds_up = (last - rest.sum()).abs() <= 1e-3 * rest.abs().sum()
    if adds_up.all() and (last.abs() > rest.abs().max()).any():
        raise Question(
            f"the last row {where} (line {inputs.index[-1]}) holds the sums of the rows above it: "
            f"delete that line, or {flag('keep', names[0])} if it does not"
        )

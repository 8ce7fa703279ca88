"""From the columns of a .csv to an array of inputs, with a remedy for what does not fit."""

import re
from pathlib import Path

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from ddkd.datasets._csv import MISSING, Columns, is_number, listed, quoted, written

LARGEST = 1e100  # its square, which standardising takes, is still finite
_MOST_VALUES = 100  # of a text column that is to become columns of zeros and ones
_ID_NAME = re.compile(r"(?i:(^|[_ .])(id|ids|index|idx|key|uuid|nr|no)$|^unnamed)|[a-z](ID|Id)$")
# A number in commas, per cent, currency or a unit; a date has other marks between its digits.
_DRESSED_NUMBER = re.compile(r"[-+(]?\W?[-+]?\d[\d.,' \u00a0]*\W*[^\W\d]{0,3}\W?")
_MISSING_CODES = (-999, -9999)


class ColumnEncoder:
    """Turns files of the same columns into arrays of the same columns.

    Parameters
    ----------
    one_hot : bool
        Turn each text column into a column of zeros and ones for each of its values.
    drop_missing : bool
        Leave out rows with a missing cell.
    ask_label : bool
        Whether the label was not named, so that a text column may be meant.
    looked : bool
        Whether the user has chosen columns to drop, and so has looked at them.
    """

    def __init__(self, *, one_hot: bool, drop_missing: bool, ask_label: bool, looked: bool) -> None:
        self.one_hot, self.drop_missing = one_hot, drop_missing
        self.ask_label, self.looked = ask_label, looked
        self.names: list[str] | None = None

    def _fit(self, columns: Columns) -> None:
        """Check the columns and learn their names and the values of text."""
        self.names = list(columns.inputs)
        self.text_names = [n for n, cells in columns.inputs.items() if isinstance(cells, list)]
        for name in self.text_names:
            self._check_text(columns, name)
        for name, values in columns.inputs.items():
            if not isinstance(values, list):
                self._check_numbers(columns.path, name, values)
        if not self.looked and len(columns.lines) >= 10:
            _check_last_row(columns)
        self.values = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
        if self.text_names:
            self.values.fit(_texts(columns, self.text_names))

    def transform(self, columns: Columns) -> tuple[np.ndarray, list[str]]:
        """Inputs and labels; the first columns are learnt from.

        Rows with a missing cell are left out or refused.
        """
        if self.names is None:
            self._fit(columns)
        assert self.names is not None
        absent = [name for name in self.names if name not in columns.inputs]
        if absent:
            raise ValueError(
                f"data file {columns.path} must have the same columns as the labelled one; it has "
                f"no column {listed(absent)}. Add it there, or leave it out with --drop "
                f"{quoted(*absent[:8])}"
            )
        missing, numbers = {}, []
        for name in self.names:
            values = columns.inputs[name]
            if name not in self.text_names:
                if isinstance(values, list):
                    self._check_text(columns, name)
                numbers.append(values)
                missing[name] = np.isnan(values)
        texts, label = _texts(columns, self.text_names), np.array(columns.label)
        missing |= {name: _is_missing(texts[:, i]) for i, name in enumerate(self.text_names)}
        if columns.label_name is not None:
            missing[columns.label_name] = _is_missing(label)
        X = np.column_stack(numbers) if numbers else np.empty((len(texts), 0))
        keep = self._complete_rows(columns, missing)
        if not keep.all():
            X, texts, label = X[keep], texts[keep], label[keep[: len(label)]]
        if self.text_names:
            X = np.concatenate([X, self.values.transform(texts)], axis=1)
        return X, label.tolist()

    def _complete_rows(self, columns: Columns, missing: dict[str, np.ndarray]) -> np.ndarray:
        counts = {name: int(mask.sum()) for name, mask in missing.items() if mask.any()}
        n_rows = len(columns.lines)
        if not counts:
            return np.ones(n_rows, dtype=bool)
        rows = np.any([missing[name] for name in counts], axis=0)
        worst = max(counts, key=lambda name: counts[name])
        first = columns.lines[int(np.flatnonzero(rows)[0])]
        found = (
            f"data file {columns.path} has missing cells in {rows.sum():,} of {n_rows:,} rows "
            f"(line {first} is the first) and in the columns {listed(list(counts))}"
        )
        if not self.drop_missing:
            column = f", --drop {quoted(worst)} the column with most of them"
            raise ValueError(
                f"{found}: --drop-missing leaves those rows out"
                f"{column if worst != columns.label_name else ''}"
            )
        if rows.all():
            raise ValueError(
                f"{found}, so --drop-missing leaves no row: add --drop {quoted(worst)}"
            )
        columns.notes.append(f"Rows left out for a missing cell: {rows.sum():,}.")
        return ~rows

    def _check_text(self, columns: Columns, name: str) -> None:
        cells = columns.inputs[name]
        where = f"data file {columns.path}, column {name}"
        drop = f"--drop {quoted(name)} leaves the column out"
        known = [i for i, cell in enumerate(cells) if cell.lower() not in MISSING]
        values = sorted({cells[i] for i in known})
        odd = [i for i in known if not is_number(cells[i])]
        at = f"{cells[odd[0]]!r} (line {columns.lines[odd[0]]})"
        if all(_DRESSED_NUMBER.fullmatch(cells[i]) for i in odd):
            raise ValueError(
                f"{where}: {at} is not a number that can be read: write digits and a decimal "
                f"point only, without a thousands separator, %, currency or unit, or {drop}"
            )
        if len(odd) < len(cells) / 2 and len(values) > _MOST_VALUES / 5:
            raise ValueError(
                f"{where}: {at} is not a number: mend the cell, delete its line, or {drop}"
            )
        if len(values) > min(_MOST_VALUES, max(2, len(cells) / 2)):
            raise ValueError(
                f"{where} holds text of {len(values):,} different values in {len(cells):,} rows, "
                f"such as {at}: {drop}"
            )
        held = f"{where} holds text ({listed([repr(v) for v in values], 3)})"
        if name not in self.text_names:
            raise ValueError(f"{held}, but numbers in the labelled file: mend the cells, or {drop}")
        if self.one_hot:
            return
        offers = f"--one-hot makes a column of zeros and ones of each value, {drop}"
        if self.ask_label:
            offers = f"if it is the label, say --label {quoted(name)}; if not, {offers}"
        raise ValueError(f"{held}: {offers}")

    def _check_numbers(self, path: Path, name: str, values: np.ndarray) -> None:
        known = values[~np.isnan(values)]
        where, drop = f"data file {path}, column {name}", f"--drop {quoted(name)}"
        if len(known) == 0:
            raise ValueError(f"{where} is empty: leave it out with {drop}")
        if np.isinf(known).any():
            raise ValueError(
                f"{where} holds an infinite number: leave the column out with {drop}, or empty "
                f"those cells and add --drop-missing"
            )
        if np.abs(known).max() > LARGEST:
            raise ValueError(
                f"{where} must lie within +-{LARGEST:g}; it holds "
                f"{known[np.abs(known).argmax()]:.3g}: scale it, or leave it out with {drop}"
            )
        if self.looked or len(known) < 10:
            return
        lowest, times = known.min(), np.sum(known == known.min())
        if lowest in _MISSING_CODES and 1 < times < len(known):
            raise ValueError(
                f"{where} holds {lowest:g} in {times:,} rows, as if that stood for a missing cell: "
                f"drop the column with {drop}, keep it with --drop '', or empty those cells and "
                f"add --drop-missing"
            )
        whole = (known == np.floor(known)).all()
        counts_rows = (np.diff(known) == 1).all()
        numbered = _ID_NAME.search(name) and len(np.unique(known)) == len(known)
        if whole and (counts_rows or numbered):
            raise ValueError(
                f"{where}: every value is different, as if it numbered the rows: drop it with "
                f"{drop}, or keep it with --drop ''"
            )


def label_hint(columns: Columns) -> str:
    """The flag that names the last column with few different values, if there is one."""
    for name, cells in reversed(columns.inputs.items()):
        if 2 <= len(set(cells[:10_000])) <= 20:
            return f"--label {quoted(name)}"
    return ""


def _check_last_row(columns: Columns) -> None:
    """Refuse a row of totals, which a spreadsheet may end in."""
    numbers = [values for values in columns.inputs.values() if not isinstance(values, list)]
    rows = np.column_stack(numbers) if numbers else np.zeros((1, 1))
    *rest, last = rows
    size = np.abs(rest)
    # A sum may be rounded otherwise than what it adds up.
    adds_up = np.abs(last - np.sum(rest, axis=0)) <= 1e-3 * np.sum(size, axis=0)
    if adds_up.all() and (np.abs(last) > np.max(size, axis=0, initial=0.0)).any():
        raise ValueError(
            f"data file {columns.path}: the last row (line {columns.lines[-1]}) holds the sums of "
            f"the rows above it: delete that line, or keep it with --drop ''"
        )


def _texts(columns: Columns, names: list[str]) -> np.ndarray:
    """Text columns as an array of objects (n_rows, n_names)."""
    texts = np.empty((len(columns.lines), len(names)), dtype=object)
    for i, name in enumerate(names):
        cells = columns.inputs[name]
        texts[:, i] = cells if isinstance(cells, list) else written(cells)
    return texts


def _is_missing(cells: np.ndarray) -> np.ndarray:
    return np.array([cell.lower() in MISSING for cell in cells.tolist()], dtype=bool)

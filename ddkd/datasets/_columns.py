"""From the columns of a .csv to an array of inputs, with a remedy for what does not fit."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from ddkd.datasets._csv import MISSING, Columns, is_number, listed, quoted, written

__all__ = ["LARGEST", "ColumnEncoder", "label_hint"]

LARGEST = 1e100  # its square, which standardising takes, is still finite
_MOST_VALUES = 100  # of a text column that is to become columns of zeros and ones
_ID_NAME = re.compile(r"(^|[_ .])(id|ids|index|idx|key|uuid|nr|no)$|^unnamed", re.I)
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([,' .]\d{3})+([.,]\d+)?")


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
        self.names = columns.names
        self.text_names = [columns.names[j] for j in sorted(columns.text)]
        for j in sorted(columns.text):
            self._check_text(columns, j)
        for j, name in enumerate(columns.names):
            if j not in columns.text:
                self._check_numbers(columns.path, name, columns.numbers[:, j])
        if self.text_names:
            self.values = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
            self.values.fit(_texts(columns, sorted(columns.text)))

    def transform(self, columns: Columns) -> tuple[np.ndarray, list[str]]:
        """Inputs and labels; the first columns are learnt from.

        Rows with a missing cell are left out or refused.
        """
        if self.names is None:
            self._fit(columns)
        assert self.names is not None
        absent = [name for name in self.names if name not in columns.names]
        if absent:
            raise ValueError(
                f"data file {columns.path} must have the same columns as the labelled one; it has "
                f"no column {listed(absent)}. Add it there, or leave it out with --drop "
                f"{quoted(*absent[:8])}"
            )
        places = [columns.names.index(name) for name in self.names]
        text = [j for j in places if columns.names[j] in self.text_names]
        numeric = [j for j in places if j not in text]
        surprise = [j for j in numeric if j in columns.text]
        if surprise:
            self._check_text(columns, surprise[0])
        texts = _texts(columns, text)
        numbers = columns.numbers
        if numeric != list(range(numbers.shape[1])):
            numbers = numbers[:, numeric]
        label = np.array(columns.label)
        missing = {columns.names[j]: np.isnan(numbers[:, i]) for i, j in enumerate(numeric)}
        missing |= {columns.names[j]: _is_missing(texts[:, i]) for i, j in enumerate(text)}
        if columns.label_name is not None:
            missing[columns.label_name] = _is_missing(label)
        keep = self._complete_rows(columns, missing)
        if not keep.all():
            numbers, texts, label = numbers[keep], texts[keep], label[keep[: len(label)]]
        if text:
            numbers = np.concatenate([numbers, self.values.transform(texts)], axis=1)
        return numbers, label.tolist()

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
            raise ValueError(
                f"{found}: --drop-missing leaves those rows out, --drop {quoted(worst)} the column "
                f"with most of them"
            )
        if rows.all():
            raise ValueError(
                f"{found}, so --drop-missing leaves no row: add --drop {quoted(worst)}"
            )
        columns.notes.append(f"{rows.sum():,} rows with a missing cell were left out.")
        return ~rows

    def _check_text(self, columns: Columns, place: int) -> None:
        name, cells = columns.names[place], columns.text[place]
        where = f"data file {columns.path}, column {name}"
        drop = f"--drop {quoted(name)} leaves the column out"
        known = [i for i, cell in enumerate(cells) if cell.lower() not in MISSING]
        values = sorted({cells[i] for i in known})
        odd = [i for i in known if not is_number(cells[i])]
        at = f"{cells[odd[0]]!r} (line {columns.lines[odd[0]]})"
        if all(_THOUSANDS.fullmatch(cells[i]) for i in odd):
            raise ValueError(
                f"{where}: {at} has a thousands separator: write the numbers without one, or {drop}"
            )
        if len(odd) < len(cells) / 2 and len(values) > _MOST_VALUES / 5:
            raise ValueError(f"{where}: {at} is not a number: mend the cell, or {drop}")
        if len(values) > min(_MOST_VALUES, max(2, len(cells) / 2)):
            raise ValueError(
                f"{where} holds text of {len(values):,} different values in {len(cells):,} rows, "
                f"such as {at}: {drop}"
            )
        if self.one_hot:
            return
        offers = f"--one-hot makes a column of zeros and ones of each value, {drop}"
        if self.ask_label:
            offers = f"if it is the label, say --label {quoted(name)}; if not, {offers}"
        raise ValueError(f"{where} holds text ({listed([repr(v) for v in values], 3)}): {offers}")

    def _check_numbers(self, path: Path, name: str, values: np.ndarray) -> None:
        known = values[~np.isnan(values)]
        if len(known) == 0:
            raise ValueError(
                f"data file {path}, column {name} is empty: leave it out with --drop {quoted(name)}"
            )
        if np.isinf(known).any():
            raise ValueError(
                f"data file {path}, column {name} holds an infinite number: leave the column out "
                f"with --drop {quoted(name)}, or empty those cells and add --drop-missing"
            )
        if np.abs(known).max() > LARGEST:
            raise ValueError(
                f"data file {path}, column {name} must lie within +-{LARGEST:g}; it holds "
                f"{known[np.abs(known).argmax()]:.3g}: scale it, or leave it out with --drop "
                f"{quoted(name)}"
            )
        if self.looked or len(known) < 10 or not (known == np.floor(known)).all():
            return
        counts_rows = (np.diff(known) == 1).all()
        if counts_rows or (_ID_NAME.search(name) and len(np.unique(known)) == len(known)):
            raise ValueError(
                f"data file {path}, column {name}: every value is different, as if it numbered the "
                f"rows: drop it with --drop {quoted(name)}, or keep it with --drop ''"
            )


def label_hint(columns: Columns) -> str:
    """The flag that names the last column with few different values, if there is one."""
    for j in reversed(range(len(columns.names))):
        cells = columns.text.get(j) or columns.numbers[:10_000, j].tolist()
        if 2 <= len(set(cells)) <= 20:
            return f"--label {quoted(columns.names[j])}"
    return ""


def _texts(columns: Columns, places: Sequence[int]) -> np.ndarray:
    """Text columns as an array of objects (n_rows, n_places)."""
    cells = np.empty((len(columns.lines), len(places)), dtype=object)
    for i, place in enumerate(places):
        cells[:, i] = columns.text.get(place) or written(columns.numbers[:, place])
    return cells


def _is_missing(cells: np.ndarray) -> np.ndarray:
    return np.array([cell.lower() in MISSING for cell in cells.tolist()], dtype=bool)

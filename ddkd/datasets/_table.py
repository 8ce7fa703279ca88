"""From the cells of a table to inputs and labels, with a question for what could be either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd.datasets._cells import Cells, needed
from ddkd.datasets._columns import Column, ask_last_row, ask_odd, ask_signs, ask_sizes, ask_text
from ddkd.datasets._encoder import TableEncoder
from ddkd.datasets._numbers import Signs
from ddkd.datasets._questions import Question, listed, named, quoted
from ddkd.datasets._target import ask_label, check_stray, labels_of, likely_label


@dataclass(frozen=True, eq=False)
class Table:
    """The inputs and the labels of a table.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_features)
        Inputs, encoded.
    y : ndarray of shape (n_rows,)
        Labels: booleans, whole numbers, floats or texts.
    encoder : TableEncoder
        What made `X`.
    is_text : dict of str to bool
        Whether an input column holds text, by name.
    label, place : str
        Name of the label column, and where it stands.
    other : str
        A column that may be the label instead; empty if there is none, or the label was named.
    separator : str or None
        What separates the columns.
    notes : list of str
        What a reader could not guess.
    """

    X: np.ndarray
    y: np.ndarray
    encoder: TableEncoder
    is_text: dict[str, bool]
    label: str
    place: str
    other: str
    separator: str | None
    notes: list[str]


def read_table(cells: Cells, options: Mapping[str, Any]) -> Table:
    """Decide what each column holds; a Question where that is not plain."""
    path, lines, notes = cells.path, np.asarray(cells.lines), list(cells.notes)
    signs = Signs(options["decimal"], options["thousands"])
    drop, keep, label = options["drop"], options["keep"], options["label"]
    for flag in ("drop", "keep"):
        for name in options[flag]:
            named(flag, name, path, cells.columns)
    columns = [Column.read(n, c, signs) for n, c in cells.columns.items() if n not in drop]
    if len(columns) < 2:
        raise ValueError(
            f"--drop leaves {len(columns)} columns of {path}; a feature and a label must stay"
        )
    if label is None:
        ask_label(columns)
        name = columns[-1].name
    else:
        name = named("label", label, path, [c.name for c in columns])
    ask_signs(columns, signs, keep)
    target = next(c for c in columns if c.name == name)
    inputs = _varying([c for c in columns if c is not target], notes)
    ask_sizes(inputs)
    ask_odd(inputs, lines, keep)
    ask_text(
        inputs, lines, signs, keep=keep, one_hot=options["one_hot"], may_be_label=label is None
    )
    rows = _complete_rows(inputs, target, lines, options, notes)
    if not rows.all():
        inputs = _varying([c.of_rows(rows) for c in inputs], notes)
        target, lines = target.of_rows(rows), lines[rows]
    if not inputs:
        raise ValueError(
            f"every column of {path} but the label is constant: nothing can be learned"
        )
    if "sums" not in options.get("settled", ()):
        ask_last_row(inputs, lines, keep)
    check_stray(target, signs)
    frame = _frame(cells, inputs)
    encoder = TableEncoder().fit(frame)
    n_filled = sum(int(c.missing.sum()) for c in inputs)
    if n_filled:
        notes.append(
            f"{n_filled:,} missing cells are filled with the mean of their column, and marked."
        )
    place = list(cells.columns).index(name) + 1
    return Table(
        X=encoder.transform(frame),
        y=labels_of(target),
        encoder=encoder,
        is_text={c.name: c.numbers is None for c in inputs},
        label=name,
        place="last column" if place == len(cells.columns) else f"column {place}",
        other=likely_label(inputs) if label is None else "",
        separator=cells.separator,
        notes=notes,
    )


def table_of_arrays(X: np.ndarray, y: np.ndarray, where: str) -> Table:
    """Arrays as a table whose columns have no names; constant ones stay in their places."""
    constant = int((X[0] == X).all(axis=0).sum())
    if constant == X.shape[1]:
        raise ValueError(f"every column of X in {where} is constant: nothing can be learned")
    notes = [f"{constant:,} of the columns are constant."] if constant else []
    return Table(X, y, TableEncoder().fit(X), {}, "y", "", "", None, notes)


def read_more(
    cells: Cells,
    table: Table,
    options: Mapping[str, Any],
    notes: list[str],
    *,
    has_label: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and labels if they are asked for, of another table with the columns of the first."""
    path, signs = cells.path, Signs(options["decimal"], options["thousands"])
    # Arrays have no names: all columns but the label, in their order.
    is_text = table.is_text or {name: False for name in cells.columns if name != table.label}
    wanted = [*is_text, *([table.label] if has_label else [])]
    absent = [name for name in wanted if name not in cells.columns]
    if table.label in absent:
        raise ValueError(f"{path} has no column {table.label}, the label: add it")
    if absent:
        raise Question(
            f"{path} has no column {listed(absent)}: add it there, or --drop {quoted(*absent[:8])}",
            drop=absent,
        )
    columns = {name: Column.read(name, cells.columns[name], signs) for name in wanted}
    inputs = [columns[name] for name in is_text]
    ask_sizes(inputs)
    wrong = [c for c in inputs if c.numbers is None and not is_text[c.name]]
    if wrong:
        name, odd = wrong[0].name, next(v for v in wrong[0].values if not signs.is_number(v))
        said = f"column {name} of {path} holds {odd!r}, but numbers in the labelled file: mend that"
        if not table.is_text:
            raise ValueError(said)
        raise Question(f"{said}, or --drop {quoted(name)}", drop=[name])
    rows = _complete_rows(
        inputs, columns[table.label] if has_label else None, cells.lines, options, notes, path
    )
    inputs = [c.of_rows(rows) for c in inputs]
    frame = _frame(cells, inputs, is_text)
    for c in inputs:
        prefix = f"{c.name}="
        strange = {f"{prefix}{value}" for value in c.values} - set(table.encoder.names_)
        if is_text[c.name] and strange:
            notes.append(
                f"{len(strange):,} values of column {c.name} of {path.name} are not in the "
                f"labelled file: such a row has zeros there."
            )
    y = labels_of(columns[table.label].of_rows(rows)) if has_label else np.zeros(int(rows.sum()))
    return table.encoder.transform(frame if table.is_text else frame.to_numpy()), y


def _varying(columns: Sequence[Column], notes: list[str]) -> list[Column]:
    """The columns that are not constant; a note names the others."""
    constant = [c for c in columns if c.n_values == 0 or (c.n_values == 1 and not c.missing.any())]
    if constant:
        notes.append(f"Left out, since constant: {listed([c.name for c in constant])}.")
    return [c for c in columns if c not in constant]


def _complete_rows(
    inputs: Sequence[Column],
    target: Column | None,
    lines: Sequence[int],
    options: Mapping[str, Any],
    notes: list[str],
    path: Any = "",
) -> np.ndarray:
    """Which rows are used: all, or those without a missing cell that is not to be filled."""
    columns = [*inputs, *([] if target is None else [target])]
    missing = [c for c in columns if c.missing.any()]
    impute, drop_missing = options["impute"], options["drop_missing"]
    unfilled = [c for c in missing if c is target or not impute]
    if not unfilled:
        return np.ones(len(lines), dtype=bool)
    gone = np.any([c.missing for c in unfilled], axis=0)
    if drop_missing and not gone.all():
        notes.append(
            f"{gone.sum():,} of {len(gone):,} rows{f' of {path.name}' if path else ''} left out "
            f"for a missing cell."
        )
        return ~gone
    worst = max(unfilled, key=lambda c: int(c.missing.sum()))
    first = lines[int(np.flatnonzero(gone)[0])]
    said = (
        f"{'' if not path else f'{path}: '}cells are missing in {gone.sum():,} of {len(gone):,} "
        f"rows (line {first} is the first), in column{'s' * (len(unfilled) > 1)} "
        f"{listed([c.name for c in unfilled])}"
    )
    without_label = target is not None and bool(target.missing.any())
    if gone.all() and (drop_missing or (without_label and target.missing.all())):
        raise Question(f"{said}: no row would stay. --drop {quoted(worst.name)}", drop=[worst.name])
    answers: dict[str, Any] = {"drop_missing": True}
    if 2 * gone.sum() > len(gone) and not impute:
        answers = {"impute": True} | ({"drop_missing": True} if without_label else {})
    fill = "" if impute or unfilled == [target] else ", --impute fills and marks the cells"
    raise Question(f"{said}: --drop-missing leaves those rows out{fill}", **answers)


def _frame(
    cells: Cells, columns: Sequence[Column], is_text: Mapping[str, bool] | None = None
) -> Any:
    """Decided columns as a frame: numbers, or texts that are empty where missing."""
    frame = {}
    for c in columns:
        if c.numbers is not None and not (is_text or {}).get(c.name):
            frame[c.name] = c.numbers
        else:
            pairs = zip(c.cells.tolist(), c.missing.tolist(), strict=True)
            frame[c.name] = np.array(["" if gone else str(v) for v, gone in pairs], dtype=object)
    return needed("pandas", cells.path).DataFrame(frame)

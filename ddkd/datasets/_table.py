"""From the cells of a table to inputs and labels, with a question for what could be either."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ddkd.datasets._cells import Cells, needed
from ddkd.datasets._columns import Column, ask_last_row, ask_odd, ask_signs, ask_sizes, ask_text
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._encoder import TableEncoder
from ddkd.datasets._numbers import Signs
from ddkd.datasets._questions import Question, flag, listed, named
from ddkd.datasets._target import ask_label, check_stray, labels_of, likely_label, recognise


def read_table(cells: Cells, options: Mapping[str, Any]) -> DataFile:
    """Decide what each column holds; a Question where that is not plain."""
    lines, notes, names = cells.lines, list(cells.notes), list(cells.columns)
    signs = Signs(options["decimal"], options["thousands"])
    drop, keep, label = options["drop"], options["keep"], options["label"]
    settled = options.get("settled", ())
    for option in ("drop", "keep"):
        for name in options[option]:
            named(option, name, names)
    columns = [Column.read(n, c, signs) for n, c in cells.columns.items() if n not in drop]
    if len(columns) < 2:
        raise ValueError(f"--drop leaves {len(columns)} columns; a feature and a label must stay")
    if label is None:
        ask_label(columns)
    label = columns[-1].name if label is None else named("label", label, [c.name for c in columns])
    ask_signs(columns, signs, keep)
    target = next(c for c in columns if c.name == label)
    inputs = _varying([c for c in columns if c is not target], notes)
    ask_sizes(inputs)
    ask_odd(inputs, keep)
    ask_text(inputs, lines, signs, options)
    rows = _complete_rows(inputs, target, lines, options, notes)
    if not rows.all():
        inputs = _varying([c.of_rows(rows) for c in inputs], notes)
        target, lines = target.of_rows(rows), lines[rows]
    if not inputs:
        raise ValueError("every column but the label is constant: nothing can be learned")
    if "sums" not in settled:
        ask_last_row(inputs, lines, keep)
    check_stray(target, signs)
    other = likely_label(inputs) if options["label"] is None else ""
    y, task = recognise(labels_of(target), options["task"], other=other, settled=settled)
    frame = _frame(cells, inputs)
    encoder = TableEncoder().fit(frame)
    if n_filled := sum(int(c.missing.sum()) for c in inputs):
        notes.append(f"{n_filled:,} missing cells are filled with their column's mean, and marked.")
    return DataFile(
        name=cells.path.name,
        X=encoder.transform(frame),
        y=y,
        task=task,
        notes=tuple(notes),
        label=label,
        place="last column" if label == names[-1] else f"column {names.index(label) + 1}",
        columns=tuple(c.name for c in inputs),
        names=tuple(encoder.names_),
        separator=cells.separator,
        encoder=encoder,
    )


def read_more(
    cells: Cells, file: DataFile, options: Mapping[str, Any], notes: list[str], *, has_label: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and labels if they are asked for, of another table with the columns of the first."""
    path, signs = cells.path, Signs(options["decimal"], options["thousands"])
    # Arrays have no names: all columns but the label, in their order.
    names = file.columns or tuple(name for name in cells.columns if name != file.label)
    absent = [n for n in (*names, *[file.label] * has_label) if n not in cells.columns]
    if file.label in absent:
        raise ValueError(f"{path} has no column {file.label}, the label: add it")
    if absent:
        raise Question(
            f"{path} has no column {listed(absent)}: add it there, or {flag('drop', absent)}",
            drop=absent,
        )
    inputs = [Column.read(name, cells.columns[name], signs) for name in names]
    target = Column.read(file.label, cells.columns[file.label], signs) if has_label else None
    ask_sizes(inputs)
    values = file.encoder.values_ if file.encoder is not None and file.columns else {}
    for c in inputs:
        odd = next((v for v in c.values if not signs.is_number(v)), "")
        if odd and c.name not in values:
            said = (
                f"column {c.name} of {path} holds {odd!r}, but numbers in the labelled file: mend"
            )
            if not file.columns:
                raise ValueError(f"{said} that")
            raise Question(f"{said} that, or {flag('drop', c.name)}", drop=[c.name])
        if strange := set(c.values) - set(values.get(c.name, c.values)):
            notes.append(
                f"{len(strange):,} values of column {c.name} of {path.name} are not in the "
                f"labelled file: such a row has zeros there."
            )
    rows = _complete_rows(inputs, target, cells.lines, options, notes, f"{path}: ")
    frame = _frame(cells, [c.of_rows(rows) for c in inputs], values)
    y = np.zeros(int(rows.sum())) if target is None else labels_of(target.of_rows(rows))
    if file.encoder is None:
        return frame.to_numpy(), y
    return file.encoder.transform(frame), y


def _varying(columns: Sequence[Column], notes: list[str]) -> list[Column]:
    """The columns that are not constant; a note names the others."""
    constant = [c for c in columns if c.n_values == 0 or (c.n_values == 1 and not c.missing.any())]
    if constant:
        notes.append(f"Left out, since constant: {listed([c.name for c in constant])}.")
    return [c for c in columns if c not in constant]


def _complete_rows(
    inputs: Sequence[Column],
    target: Column | None,
    lines: np.ndarray,
    options: Mapping[str, Any],
    notes: list[str],
    where: str = "",
) -> np.ndarray:
    """Which rows are used: all, or those without a missing cell that is not to be filled."""
    impute, drop_missing = options["impute"], options["drop_missing"]
    columns = [*([] if impute else inputs), *([] if target is None else [target])]
    unfilled = [c for c in columns if c.missing.any()]
    if not unfilled:
        return np.ones(len(lines), dtype=bool)
    gone = np.any([c.missing for c in unfilled], axis=0)
    n_gone, n = int(gone.sum()), len(gone)
    if drop_missing and n_gone < n:
        notes.append(f"{where}{n_gone:,} of {n:,} rows left out for a missing cell.")
        return ~gone
    said = (
        f"{where}cells are missing in {n_gone:,} of {n:,} rows (line {lines[int(gone.argmax())]} "
        f"is the first), in column{'s' * (len(unfilled) > 1)} {listed([c.name for c in unfilled])}"
    )
    if n_gone == n and (drop_missing or unfilled == [target]):
        worst = max(unfilled, key=lambda c: int(c.missing.sum())).name
        raise Question(f"{said}: no row would stay. {flag('drop', worst)}", drop=[worst])
    # Rows without a label are left out in any case.
    fills = unfilled != [target] and 2 * n_gone > n
    offer = ", --impute fills and marks the cells" * (unfilled != [target])
    answers: dict[str, Any] = {"impute": fills, "drop_missing": not fills or target in unfilled}
    raise Question(f"{said}: --drop-missing leaves those rows out{offer}", **answers)


def _frame(cells: Cells, columns: Sequence[Column], texts: Mapping[str, Any] | None = None) -> Any:
    """Decided columns as a frame: numbers, or texts that are empty where missing."""
    frame = {}
    for c in columns:
        if c.numbers is not None and c.name not in (texts or {}):
            frame[c.name] = c.numbers
        else:
            pairs = zip(c.cells.tolist(), c.missing.tolist(), strict=True)
            frame[c.name] = np.array(["" if gone else str(v) for v, gone in pairs], dtype=object)
    return needed("pandas", cells.path).DataFrame(frame)

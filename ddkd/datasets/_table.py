"""From the cells of a table to inputs and labels, with a question for what could be either."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from ddkd._text import counted
from ddkd.datasets._cells import Cells
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._encoder import TableEncoder
from ddkd.datasets._numbers import Signs, as_texts, ask_signs, decide, is_numeric
from ddkd.datasets._objections import ask_last_row, ask_odd, ask_text
from ddkd.datasets._questions import Question, flag, listed, named
from ddkd.datasets._target import choose_label, likely_label, read_labels


def read_tables(parts: Mapping[str, Cells], options: Mapping[str, Any]) -> DataFile:
    """Decide what each column holds; a Question where that is not plain.

    `parts` are the tables of labelled rows and, where there are any, of unlabelled and test rows.
    """
    main = parts["labelled"]
    names, notes = list(main.frame), list(main.notes)
    signs = Signs(options["decimal"], options["thousands"]).check()
    decided = _decided(main, signs, options)
    label = choose_label(decided, options["label"])
    ask_signs(main.frame[list(decided)], decided, signs, options["keep"])
    labels = {"labelled": _labels_of(main, label, notes)}
    inputs = _varying(decided.drop(columns=label).loc[labels["labelled"].index], notes)
    ask_odd(inputs, signs, options["keep"])
    ask_text(inputs, options)
    tables = {"labelled": _varying(_complete(inputs, options, notes), notes)}
    for part in [part for part in parts if part != "labelled"]:
        cells = parts[part]
        tables[part] = _matching(cells, tables["labelled"], signs)
        if part == "test":
            labels[part] = _labels_of(cells, label, notes)
            if is_numeric(decided[label]):
                _numbers(cells, label, signs)
            tables[part] = tables[part].loc[labels[part].index]
        tables[part] = _complete(tables[part], options, notes, f"{cells.path}: ")
    ask_last_row(tables["labelled"], options["keep"])
    other = likely_label(tables["labelled"]) if options["label"] is None else ""
    rows = {part: column[tables[part].index] for part, column in labels.items()}
    y, task = read_labels(list(rows.values()), signs, options["task"], other)
    encoder, X = _encoded(tables, notes)
    n = len(X["labelled"])
    return DataFile(
        name=main.path.name,
        X=X["labelled"],
        y=y[:n],
        task=task,
        unlabelled=X.get("unlabelled"),
        test=(X["test"], y[n:]) if "test" in X else None,
        notes=tuple(notes),
        label=label,
        place="last column" if label == names[-1] else f"column {names.index(label) + 1}",
        columns=tuple(tables["labelled"]),
        names=tuple(encoder.names_),
        separator=main.separator,
        encoder=encoder,
    )


def _decided(main: Cells, signs: Signs, options: Mapping[str, Any]) -> Any:
    """The columns that are not dropped, each as numbers or as texts."""
    for option in ("drop", "keep"):
        for name in options[option]:
            named(option, name, list(main.frame))
    frame = main.frame.drop(columns=options["drop"])
    if frame.shape[1] < 2:
        raise ValueError("--drop leaves less than two columns; a feature and a label must stay")
    return frame.apply(decide, signs=signs)


def _labels_of(cells: Cells, label: str, notes: list[str]) -> Any:
    """The labels of the rows that have one."""
    if label not in cells.frame:
        raise ValueError(f"{cells.path} has no column {label}, the label: add it")
    labels = cells.frame[label]
    labels = labels[as_texts(labels).notna()]
    if labels.empty:
        raise ValueError(f"no row of {cells.path} has a label, in column {label}")
    if n_gone := len(cells.frame) - len(labels):
        notes.append(f"{cells.path.name}: {counted(n_gone, 'row')} without a label left out.")
    return labels


def _varying(inputs: Any, notes: list[str]) -> Any:
    """The columns that are not constant; a note names the others."""
    varies = (inputs != inputs.iloc[0]).any() & inputs.notna().any()
    if not varies.any():
        raise ValueError("every column but the label is constant: nothing can be learned")
    if not varies.all():
        notes.append(f"Left out, since constant: {listed(list(inputs.columns[~varies]))}.")
    return inputs.loc[:, varies]


def _matching(cells: Cells, inputs: Any, signs: Signs) -> Any:
    """The same columns of another table; a Question where they hold something else."""
    path = cells.path
    absent = [name for name in inputs if name not in cells.frame]
    if len(absent) == inputs.shape[1]:  # to drop all of them is no remedy
        raise ValueError(f"{path} has none of the features {listed(absent)}: add them there")
    if absent:
        raise Question(
            f"{path} has no column {listed(absent)}: add it there, or {flag('drop', absent)}",
            drop=absent,
        )
    table = cells.frame[list(inputs)].copy()
    for name, column in inputs.items():
        numeric = is_numeric(column)
        table[name] = _numbers(cells, name, signs, name) if numeric else as_texts(table[name])
    return table


def _numbers(cells: Cells, name: str, signs: Signs, *drop: str) -> Any:
    """A column as numbers, which the labelled file holds; a Question where it holds a text."""
    column = decide(cells.frame[name], signs)
    if is_numeric(column):
        return column
    odd = next(cell for cell in column.dropna() if not signs.is_number(cell))
    raise Question(
        f"column {name} of {cells.path} holds {odd!r}, but numbers in the labelled file: mend that"
        + "".join(f", or {flag('drop', other)}" for other in drop),
        **({"drop": drop} if drop else {}),
    )


def _complete(table: Any, options: Mapping[str, Any], notes: list[str], where: str = "") -> Any:
    """The rows that are used: all, or those without a missing cell that is not to be filled."""
    gone = table.isna().any(axis=1)
    n_gone, n = int(gone.sum()), len(table)
    if n_gone == 0 or options["impute"]:
        return table
    if options["drop_missing"] and n_gone < n:
        notes.append(f"{where}{n_gone:,} of {n:,} rows left out for a missing cell.")
        return table[~gone]
    names = list(table.columns[table.isna().any()])
    leaves = "--drop-missing leaves those rows out, " if n_gone < n else ""
    raise Question(
        f"{where}cells are missing in {n_gone:,} of {n:,} rows (line {gone.idxmax()} is the "
        f"first), in column{'s' * (len(names) > 1)} {listed(names)}: {leaves}--impute fills and "
        f"marks the cells",
        **{"impute" if 2 * n_gone > n else "drop_missing": True},
    )


def _encoded(
    tables: Mapping[str, Any], notes: list[str]
) -> tuple[TableEncoder, dict[str, np.ndarray]]:
    """The tables as arrays, by an encoder that has seen the inputs of all but test rows."""
    names = list(tables["labelled"])
    seen = import_module("pandas").concat([t for part, t in tables.items() if part != "test"])
    encoder = TableEncoder().fit(seen)
    if n_filled := int(seen.isna().sum().sum()):
        notes.append(
            f"{counted(n_filled, 'missing cell')} filled with the mean of the column, and marked."
        )
    for name in names if "test" in tables else []:
        cells = tables["test"][name]
        if cells.isna().any() and not seen[name].isna().any():
            notes.append(f"Only test rows miss cells of column {name}: filled, not marked.")
        if strange := set(cells.dropna()) - set(encoder.values_.get(name, cells)):
            n_values = counted(len(strange), "value")
            notes.append(f"{n_values} of column {name} only in test rows: zeros there.")
    return encoder, {part: encoder.transform(table[names]) for part, table in tables.items()}

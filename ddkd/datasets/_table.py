"""From the cells of a table to inputs and labels, with a question for what could be either."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ddkd._text import counted
from ddkd.datasets._cells import Cells, as_cells
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._encoder import TableEncoder
from ddkd.datasets._numbers import Signs, as_texts, ask_signs, decide, is_numeric
from ddkd.datasets._objections import ask_last_row, ask_odd, ask_text, missing_code
from ddkd.datasets._questions import Question, flag, listed, named
from ddkd.datasets._target import choose_label, read_labels


def read_tables(parts: Mapping[str, Cells], options: Mapping[str, Any]) -> DataFile:
    """Decide what each column holds; a Question where that is not plain.

    `parts` are the tables of labelled rows and, where there are any, of unlabelled and test rows.
    """
    main = parts["labelled"]
    names, notes = list(main.frame), [note for cells in parts.values() for note in cells.notes]
    signs = Signs(options["decimal"], options["thousands"]).check()
    frame = _kept(main.frame, options)
    label = choose_label(frame, options["label"])
    frame = _labelled(main.path, frame, label, notes)
    decided = frame.apply(decide, signs=signs)
    ask_signs(frame, decided, signs, options["keep"])
    inputs = _varying(decided.drop(columns=label), notes)
    ask_odd(inputs, signs, options["keep"])
    ask_text(inputs, options)
    labels = {"labelled": frame[label]}
    tables = {"labelled": _varying(_complete(inputs, options, notes), notes)}
    for part, (path, frame, *_) in parts.items():
        if part == "test":
            frame = _labelled(path, frame, label, notes)
            labels[part] = frame[label]
        if part != "labelled":
            table = _matching(path, frame, tables["labelled"], signs, options["keep"])
            tables[part] = _complete(table, options, notes, f"{path}: ")
    for part, table in tables.items():
        ask_last_row(table, options["keep"], f"of the {part} file")
    rows = {part: column[tables[part].index] for part, column in labels.items()}
    last = label if options["label"] is None and inputs.shape[1] > 1 else ""
    y, task = read_labels(rows, signs, options, last)
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


def _kept(frame: Any, options: Mapping[str, Any]) -> Any:
    """The columns that are not dropped."""
    for option in ("drop", "keep"):
        for name in options[option]:
            named(option, name, list(frame))
    frame = frame.drop(columns=options["drop"])
    if frame.shape[1] < 2:
        raise ValueError("--drop leaves less than two columns; a feature and a label must stay")
    return frame


def _labelled(path: Path, frame: Any, label: str, notes: list[str]) -> Any:
    """The rows that have a label."""
    if label not in frame:
        raise ValueError(f"{path} has no column {label}, the label: add it")
    has_label = as_texts(frame[label]).notna()
    if not has_label.any():
        raise ValueError(f"no row of {path} has a label, in column {label}")
    if n_gone := int((~has_label).sum()):
        notes.append(f"{path.name}: {counted(n_gone, 'row')} without a label left out.")
    return frame[has_label]


def _varying(inputs: Any, notes: list[str]) -> Any:
    """The columns that are not constant; a note names the others."""
    varies = (inputs != inputs.iloc[0]).any() & inputs.notna().any()
    if not varies.any():
        raise ValueError("every column but the label is constant: nothing can be learned")
    if not varies.all():
        notes.append(f"Left out, since constant: {listed(list(inputs.columns[~varies]))}.")
    return inputs.loc[:, varies]


def _matching(path: Path, frame: Any, inputs: Any, signs: Signs, keep: Sequence[str]) -> Any:
    """The same columns of another table; a Question where they hold something else."""
    table: dict[str, Any] = {}
    odd: dict[str, str] = {}
    for name, column in inputs.items():
        if name not in frame:
            odd[name] = f"no column {name}"
            continue
        cells = decide(frame[name], signs) if is_numeric(column) else as_texts(frame[name])
        table[name], known = cells, cells.dropna()
        if is_numeric(cells):
            code = "" if name in keep else missing_code(known)
            odd |= {name: f"{code}, in column {name} (--keep {name} if not)"} if code else {}
            continue
        is_known = known.str.fullmatch(signs.pattern) if is_numeric(column) else known.isin(column)
        # A few new words are no surprise.
        if not is_known.all() and (is_numeric(column) or 2 * is_known.sum() < len(known)):
            kind = "numbers alone" if is_numeric(column) else "other words"
            example = known[~is_known].iloc[0]
            odd[name] = f"{example!r} in column {name}, where the labelled file has {kind}"
    if not odd:
        return import_module("pandas").DataFrame(table)
    said = f"{path} has {'; '.join(list(odd.values())[:4])}: mend it"
    if len(odd) == inputs.shape[1]:  # to drop all columns is no remedy
        raise ValueError(said)
    raise Question(f"{said}, or {flag('drop', list(odd))}", drop=list(odd))


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
        known = encoder.values_.get(name)
        if known is not None and (strange := set(as_cells(cells)) - {"", *known}):
            n_values = counted(len(strange), "value")
            notes.append(f"{n_values} of column {name} only in test rows: zeros there.")
    return encoder, {part: encoder.transform(table[names]) for part, table in tables.items()}

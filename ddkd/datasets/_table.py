"""From the cells of a table to inputs and labels, with a question for what could be either."""

from collections.abc import Mapping
from typing import Any

from ddkd.datasets._cells import Cells, needed
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._encoder import TableEncoder
from ddkd.datasets._numbers import Signs, as_texts, ask_signs, decide, is_numeric
from ddkd.datasets._objections import ask_last_row, ask_odd, ask_text
from ddkd.datasets._questions import Question, counted, flag, listed, named
from ddkd.datasets._target import choose_label, likely_label, read_labels


def read_tables(parts: Mapping[str, Cells], options: Mapping[str, Any]) -> DataFile:
    """Decide what each column holds; a Question where that is not plain.

    `parts` are the tables of labelled rows and, where there are any, of unlabelled and test rows.
    """
    main = parts["labelled"]
    notes, names = list(main.notes), list(main.frame.columns)
    signs, keep = Signs(options["decimal"], options["thousands"]).check(), options["keep"]
    for option in ("drop", "keep"):
        for name in options[option]:
            named(option, name, names)
    frame = main.frame.drop(columns=options["drop"])
    if frame.shape[1] < 2:
        raise ValueError("--drop leaves less than two columns; a feature and a label must stay")
    decided = frame.apply(decide, signs=signs)
    label = choose_label(decided, options["label"])
    ask_signs(frame, decided, signs, keep)
    labels = [_labels_of(main, label, notes)]
    inputs = _varying(decided.drop(columns=label).loc[labels[0].index], notes)
    ask_odd(inputs, signs, keep)
    ask_text(inputs, options)
    complete = _complete(inputs, options, notes)
    inputs = complete if complete is inputs else _varying(complete, notes)
    tables = {"labelled": inputs}
    for part, cells in parts.items():
        if cells is main:
            continue
        table = _matching(cells, inputs, signs)
        if part == "test":
            labels.append(_labels_of(cells, label, notes))
            table = table.loc[labels[1].index]
        tables[part] = _complete(table, options, notes, f"{cells.path}: ")
    ask_last_row(inputs, keep)
    if len({is_numeric(column) for column in labels}) > 1:
        labels = list(map(as_texts, labels))
    rows = [tables[part].index for part in ("labelled", "test") if part in tables]
    labels = [column[lines] for column, lines in zip(labels, rows, strict=True)]
    concat = needed("pandas", main.path).concat
    other = likely_label(inputs) if options["label"] is None else ""
    y, task = read_labels(concat(labels), signs, options["task"], other)
    seen = concat([table for part, table in tables.items() if part != "test"])
    encoder = TableEncoder().fit(seen)
    if n_filled := int(seen.isna().sum().sum()):
        notes.append(
            f"{counted(n_filled, 'missing cell')} filled with the mean of the column, and marked."
        )
    if "test" in tables:
        notes += _only_in_test(tables["test"], seen)
    X = {part: encoder.transform(table) for part, table in tables.items()}
    n = len(inputs)
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
        columns=tuple(inputs),
        names=tuple(encoder.names_),
        separator=main.separator,
        encoder=encoder,
    )


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
    varies = inputs.nunique(dropna=False) > 1
    if not varies.any():
        raise ValueError("every column but the label is constant: nothing can be learned")
    if not varies.all():
        notes.append(f"Left out, since constant: {listed(list(inputs.columns[~varies]))}.")
    return inputs.loc[:, varies]


def _matching(cells: Cells, inputs: Any, signs: Signs) -> Any:
    """The same columns of another table; a Question where they hold something else."""
    path = cells.path
    absent = [name for name in inputs if name not in cells.frame]
    if absent:
        raise Question(
            f"{path} has no column {listed(absent)}: add it there, or {flag('drop', absent)}",
            drop=absent,
        )
    table = cells.frame[list(inputs)].copy()
    for name, column in inputs.items():
        table[name] = (
            as_texts(table[name]) if not is_numeric(column) else decide(table[name], signs)
        )
        if is_numeric(column) and not is_numeric(table[name]):
            odd = next(cell for cell in table[name].dropna() if not signs.is_number(cell))
            raise Question(
                f"column {name} of {path} holds {odd!r}, but numbers in the labelled file: mend "
                f"that, or {flag('drop', name)}",
                drop=[name],
            )
    return table


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


def _only_in_test(test: Any, seen: Any) -> list[str]:
    """Notes on what no row that is learned from shows."""
    notes = []
    for name, column in seen.items():
        if test[name].isna().any() and not column.isna().any():
            notes.append(f"Only test rows miss cells of column {name}: filled, not marked.")
        strange = set() if is_numeric(column) else set(test[name].dropna()) - set(column)
        if strange:
            notes.append(
                f"{counted(len(strange), 'value')} of column {name} only in test rows: zeros there."
            )
    return notes

"""What a label column holds: classes or numbers."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from ddkd._checks import check_choice
from ddkd.datasets._numbers import Signs, as_texts, decide, is_numeric
from ddkd.datasets._objections import EXACT, FEW, is_whole, missing_code, strays
from ddkd.datasets._questions import Question, flag, named

TASKS = ("classes", "numbers")
_NAMES = {"label", "target", "class", "y"}
_BOOLEANS = {"false": False, "true": True}


def choose_label(frame: Any, wanted: str | None) -> str:
    """Name of the label column; a Question if none is named and the last is not the obvious one."""
    names = list(frame)
    if wanted is not None:
        return named("label", wanted, names)
    called = [name for name in names if name.lower() in _NAMES]
    filled = (name for name in reversed(names) if as_texts(frame[name]).notna().mean() >= 0.5)
    likely = called[0] if len(called) == 1 else next(filled, names[-1])
    if likely != names[-1]:
        raise Question(
            f"the label may be column {likely}, not the last: say {flag('label', likely)} or "
            f"{flag('label', names[-1])}",
            label=likely,
        )
    return likely


def read_labels(
    columns: Mapping[str, Any], signs: Signs, options: Mapping[str, Any], last: str
) -> tuple[np.ndarray, str]:
    """Labels of all files, of which no cell is missing, and whether they are classes or numbers.

    `last` is the name of the column if it was taken because it is the last and may be another one.
    """
    if len({is_numeric(column) for column in columns.values()}) > 1:
        columns = {part: as_texts(column) for part, column in columns.items()}
    cells, task = import_module("pandas").concat(columns), options["task"]
    column = decide(cells, signs)
    # As they are written; around a number spaces say nothing.
    written = as_texts(cells) if is_numeric(column) else cells
    if column.dtype.kind == "f" and column.abs().max() >= EXACT:  # a float would merge them
        column = written
    odd = strays(column, signs)
    if len(odd) and task != "classes":
        part, line = odd.index[0]
        raise Question(
            f"the labels, column {cells.name}, hold {odd.iloc[0]!r} (line {line} of the {part} "
            f"file), which is no number: write digits and a decimal sign only, leave it empty if "
            f"it is missing, say --task classes if they are classes, or name another column, "
            f"--label NAME"
        )
    code = missing_code(column) if is_numeric(column) and task != "classes" else ""
    if code and cells.name not in options["keep"]:
        raise Question(
            f"the labels, column {cells.name}, hold {code}: delete those rows, or "
            f"{flag('keep', cells.name)}",
            keep=[cells.name],
        )
    spellings = [] if is_numeric(cells) else _spellings(written, column)
    plain = _plain(column)
    if spellings and task == "classes":
        plain = np.array(written.tolist())
    y, recognised = recognise(plain, task, last)
    if spellings and task is None and recognised == "classes":
        often, seldom, *_ = sorted(spellings[0], key=lambda text: -(written == text).sum())
        raise Question(
            f"the labels {often!r} and {seldom!r} differ in spelling only: write {seldom!r} as "
            f"{often!r}, or --task classes if they are different classes"
        )
    return y, recognised


def _spellings(written: Any, column: Any) -> list[list[str]]:
    """Spellings of each class that has more than one; 1 and 01 may be codes, 1 and 1.0 are not."""
    meant = column
    if not is_numeric(column):
        meant = column.str.casefold().str.replace(r"\.0+$", "", regex=True)
    spellings = map(list, written.groupby(meant.to_numpy(), sort=False).unique())
    return [several for several in spellings if len(several) > 1]


def _plain(column: Any) -> np.ndarray:
    """Labels as booleans, whole numbers, floats or texts, whichever fits every cell first."""
    if is_numeric(column):
        return column.to_numpy(np.int64) if is_whole(column) else column.to_numpy()
    texts = column.tolist()
    if {text.lower() for text in texts} <= set(_BOOLEANS):
        return np.array([_BOOLEANS[text.lower()] for text in texts])
    return np.array(texts)


def recognise(y: np.ndarray, task: str | None, last: str = "") -> tuple[np.ndarray, str]:
    """Labels as classes or as floats, and which of the two; a Question if it could be either.

    `last` is the name of the column if it was taken because it is the last and may be another one.
    """
    values, n = np.unique(y), len(y)
    is_text = y.dtype.kind in "US"
    answers = {"drop": [last]} if last else {}
    instead = f": {flag('drop', last)} takes the column before it, --label NAME another one"
    instead = instead if last else ""
    if len(values) < 2:
        raise Question(f"every label is {values[0]!s}, nothing can be learned{instead}", **answers)
    few = len(values) <= max(2, min(FEW, n // 5))
    most = n - 1 if few or task == "classes" else n / 2  # classes that can be meant
    if task is None:
        is_whole_numbers = is_text or y.dtype.kind == "b" or bool((y == np.floor(y)).all())
        if not is_text and is_whole_numbers != few:
            raise Question(
                f"the labels are {len(values)} different numbers, such as {values[0]:g} and "
                f"{values[-1]:g}: say --task classes or --task numbers",
                task="classes" if len(values) <= FEW < n // 2 else "numbers",
            )
        task = "classes" if is_whole_numbers else "numbers"
    if check_choice("--task", task, TASKS) == "numbers":
        if is_text:
            raise Question(
                f"--task numbers, but the labels are text, such as {str(y[0])!r}: --task classes "
                f"takes them as classes",
                task="classes",
            )
        return y, task
    if len(values) > most:
        raise Question(
            f"the labels are {len(values)} different ones in {n} rows, so they are no classes"
            f"{instead}{'' if is_text else '; --task numbers takes them as numbers'}",
            **(answers if is_text else {"task": "numbers"}),
        )
    return (y.astype(str) if y.dtype.kind == "f" and (y % 1).any() else y), task

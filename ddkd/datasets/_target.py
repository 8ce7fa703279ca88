"""What a label column holds: classes or numbers."""

import re
from collections.abc import Sequence

import numpy as np

from ddkd._checks import check_choice, check_vector
from ddkd.datasets._columns import FEW, Column, stray
from ddkd.datasets._numbers import Signs
from ddkd.datasets._questions import Question, flag, listed

TASKS = ("classes", "numbers")
_NAMES = {"label", "target", "class", "y"}
_BOOLEANS = {"false": False, "true": True}
_EXACT = 2.0**53  # beyond it two whole numbers may be one float


def ask_label(columns: Sequence[Column]) -> None:
    """Ask which column is the label, if the last is not the obvious one."""
    called = [c.name for c in columns if c.name.lower() in _NAMES]
    last = columns[-1].name
    if len(called) == 1 and called[0] != last:
        raise Question(
            f"say which column is the label: {flag('label', called[0])}, or the last, "
            f"{flag('label', last)}",
            label=called[0],
        )
    filled = [c.name for c in columns if 2 * c.missing.sum() <= len(c.missing)]
    if filled and filled[-1] != last:
        raise Question(
            f"most cells of column {last}, the last, are missing: {flag('label', last)} if it is "
            f"the label, {flag('label', filled[-1])} if that is",
            label=filled[-1],
        )


def likely_label(columns: Sequence[Column]) -> str:
    """The last column with few different values, else of numbers; empty if there is none."""
    few = [c.name for c in columns if 2 <= c.n_values <= FEW]
    numbers = [c.name for c in columns if c.numbers is not None and c.n_values > 1]
    return (few or numbers or [""])[-1]


def labels_of(column: Column) -> np.ndarray:
    """Labels as booleans, whole numbers, floats or texts, whichever fits every cell first."""
    if column.cells.dtype.kind in "iu":
        return column.cells
    if column.numbers is not None and np.abs(column.numbers).max(initial=0) < _EXACT:
        return column.numbers.astype(np.int64) if column.is_whole else column.numbers
    texts = np.array([str(cell) for cell in column.cells.tolist()])
    if all(value.lower() in _BOOLEANS for value in column.values):
        return np.array([_BOOLEANS[text.lower()] for text in texts])
    return texts


def recognise(
    y: np.ndarray, task: str | None, *, other: str = "", settled: Sequence[str] = ()
) -> tuple[np.ndarray, str]:
    """Labels as classes or as floats, and which of the two; a Question if it could be either.

    `other` is a column which may be meant in place of these labels.
    """
    values = np.unique(y)
    instead = flag("label", other or "NAME")
    answers = {"label": other} if other else {}
    if len(values) < 2:
        raise Question(
            f"every label is {values[0]!s}: there is nothing to learn; if another column is the "
            f"label, {instead}",
            **answers,
        )
    is_text = y.dtype.kind in "US"
    if task is None:
        few = len(values) <= max(2, min(FEW, len(y) // 5))
        if is_text or y.dtype.kind == "b":
            _check_texts(y, values, few, instead, answers, settled)
            task = "classes"
        else:
            whole = bool((y == np.floor(y)).all())
            if whole != few:
                raise Question(
                    f"the labels are {len(values)} different numbers, such as {values[0]:g} and "
                    f"{values[-1]:g}: say --task classes or --task numbers",
                    task="classes" if len(values) <= FEW < len(y) // 2 else "numbers",
                )
            task = "classes" if whole else "numbers"
    check_choice("--task", task, TASKS)
    if task == "numbers":
        if is_text:
            raise Question(
                f"--task numbers, but the labels are text, such as {str(y[0])!r}: --task classes "
                f"takes them as classes",
                task="classes",
            )
        return y, task
    if len(values) == len(y):
        raise Question(
            f"the {len(y)} labels are all different, so they are no classes: {instead}"
            + ("" if is_text else ", or --task numbers"),
            **(answers if is_text else {"task": "numbers"}),
        )
    if y.dtype.kind == "f" and not (y == np.floor(y)).all():
        y = y.astype(str)
    return y, task


def _check_texts(
    y: np.ndarray,
    values: np.ndarray,
    few: bool,
    instead: str,
    answers: dict[str, str],
    settled: Sequence[str],
) -> None:
    """Ask about texts that may be no classes, or one class in two spellings."""
    if not few and len(values) > len(y) / 2 and len(y) > 2:
        raise Question(
            f"the labels are {len(values)} different texts in {len(y)} rows, so they are no "
            f"classes: {instead}",
            **answers,
        )
    spellings: dict[str, str] = {}
    for value in map(str, values):
        # 1 and 1.0 are one class; 1 and 01 may be codes.
        meant = re.sub(r"\.0+$", "", value.casefold())
        twin = spellings.setdefault(meant, value)
        if twin != value and "spelling" not in settled:
            raise Question(
                f"the labels {twin!r} and {value!r} differ in spelling only: write them alike, or "
                f"--task classes if they are different classes",
                mend=f"write {value!r} as {twin!r}",
                settled=["spelling"],
            )


def check_stray(column: Column, signs: Signs) -> None:
    """Ask about a word among labels that seem to be numbers."""
    if odd := stray(column, signs):
        raise Question(
            f"the labels, column {column.name}, hold {odd!r}, which is no number: write digits and "
            f"a decimal sign only, or name another column, --label NAME"
        )


def test_labels(where: str, y: np.ndarray, known: np.ndarray, task: str) -> np.ndarray:
    """Labels to test on, of the kind of the known ones."""
    if task == "numbers":
        if y.dtype.kind in "US":
            raise ValueError(f"the test labels of {where} must be numbers; one is {str(y[0])!r}")
        return check_vector(f"the test labels of {where}", y)
    y = y.astype(known.dtype) if known.dtype.kind in "US" else y
    strange = np.setdiff1d(y, known) if y.dtype.kind == known.dtype.kind else y[:1]
    if len(strange):
        raise ValueError(
            f"the test labels of {where} must be classes of the labelled file, "
            f"{listed([str(c) for c in np.unique(known)])}; one is {strange[0]!s}. "
            f"Leave those rows out, or name another column with --label"
        )
    return y

"""What a label column holds: classes or numbers."""

import re

import numpy as np

from ddkd._checks import check_choice, check_vector
from ddkd.datasets._split import check_labels

TASKS = ("classes", "numbers")
_MOST_CLASSES = 20  # more different integers than this may be either
_BOOLEANS = {"false": False, "true": True}


def parse_cells(cells: list[str]) -> np.ndarray:
    """Labels as booleans, integers, floats or strings, whichever fits every cell first."""
    if all(cell.lower() in _BOOLEANS for cell in cells):
        return np.array([_BOOLEANS[cell.lower()] for cell in cells])
    for kind in (np.int64, np.float64):
        try:
            numbers = np.array(cells).astype(kind)
        except (ValueError, OverflowError):
            continue
        # Labels such as 1 and 01 differ: as numbers they would become one class.
        distinct = len(np.unique(numbers))
        if distinct == len(set(cells)) or distinct > _MOST_CLASSES:
            return numbers
    return np.array(cells)


def recognise(
    where: str, y: np.ndarray, task: str | None, other: str = ""
) -> tuple[np.ndarray, str]:
    """Labels as classes or as floats, and which of the two; ValueError if it could be either.

    `other` is a flag that names a column which may be meant in place of these labels.
    """
    values = np.unique(y)
    other = other or "--label NAME"
    if len(values) < 2:
        raise ValueError(
            f"every label of {where} is {values[0]!s}: there is nothing to learn. If another "
            f"column is the label, name it: {other}"
        )
    if task is None:
        task = _guess(where, y, values, other)
    check_choice("--task", task, TASKS)
    if task == "numbers":
        if y.dtype.kind in "US":
            raise ValueError(
                f"--task numbers: the labels of {where} are text, such as {str(y[0])!r}; "
                f"--task classes takes them as classes"
            )
        return check_vector(f"the labels of {where}", y), task
    if y.dtype.kind == "f" and not (y == np.floor(y)).all():
        y = np.array([f"{value:g}" for value in y])
    if len(values) == len(y):
        raise ValueError(
            f"the {len(y)} labels of {where} are all different, so they are no classes: name "
            f"another column, {other}, or take numbers as numbers, --task numbers"
        )
    return check_labels(f"the labels of {where}", y), task


def _guess(where: str, y: np.ndarray, values: np.ndarray, other: str) -> str:
    """The obvious reading of the labels; ValueError where there are two."""
    few = len(values) <= max(2, min(_MOST_CLASSES, len(y) // 5))
    if y.dtype.kind not in "iuf":
        if not few and len(values) > len(y) / 2 and len(y) > 2:
            raise ValueError(
                f"the labels of {where} are {len(values)} different texts in {len(y)} rows, so "
                f"they are no classes: name another column, {other}"
            )
        spellings: dict[str, str] = {}
        for value in map(str, values):
            # 1 and 1.0 are one class; 1 and 01 may be codes.
            meant = re.sub(r"\.0+$", "", value.casefold())
            if (twin := spellings.setdefault(meant, value)) != value:
                raise ValueError(
                    f"the labels {twin!r} and {value!r} of {where} differ in spelling only: write "
                    f"them alike, or say --task classes if they are different classes"
                )
        return "classes"
    whole = bool((y == np.floor(y)).all())
    if whole == few:
        return "classes" if whole else "numbers"
    raise ValueError(
        f"the labels of {where} are {len(values)} different numbers, such as {values[0]:g} and "
        f"{values[-1]:g}: are they classes or numbers? Say --task classes or --task numbers"
    )

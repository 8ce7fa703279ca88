"""Labels as targets of least squares, and scores as labels: the one place for both."""

from typing import Any

import numpy as np

from ddkd._checks import as_array, check_objects


def check_labels(name: str, labels: Any) -> np.ndarray:
    """Labels as an array, objects that are all numbers as numbers; ValueError for a mixture."""
    array = as_array(name, labels)
    # An array of words was made from words; a list of words and numbers becomes one, too.
    mixed = array.dtype == object or (array.dtype.kind == "U" and array is not labels)
    if array.ndim != 1 or not mixed:
        return array
    values = list(labels)
    n_words = sum(isinstance(value, str) for value in values)
    if n_words == len(values):
        return array
    if n_words:
        other = next(value for value in values if not isinstance(value, str))
        raise ValueError(f"{name} mixes text with other objects, such as {other!r}")
    numbers = check_objects(name, array)
    plain = np.array(values)
    return numbers if plain.dtype == object else plain


MOST_CLASSES = 20  # of labels that are floats: with more they are numbers


def are_numbers(labels: np.ndarray) -> bool:
    """Whether labels are numbers: floats, some of them not whole, or many different ones."""
    if labels.dtype.kind != "f":
        return False
    return bool(np.any(labels % 1)) or len(np.unique(labels)) > MOST_CLASSES


def check_classes(labels: Any) -> np.ndarray:
    """Classes among `labels`, sorted; ValueError for less than two."""
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(
            f"a classifier needs labels of at least two classes; got one class, {classes!r}"
        )
    return classes


def codes_of(name: str, labels: Any, classes: np.ndarray) -> np.ndarray:
    """Position of each label in the sorted `classes`; ValueError for a label not among them."""
    labels = as_array(name, labels)
    unknown = np.setdiff1d(labels, classes)
    if unknown.size:
        raise ValueError(f"{name} has labels {unknown!r} that are not among {classes!r}")
    return np.searchsorted(classes, labels)


def encode(codes: np.ndarray, n_classes: int, *, centred: bool = False) -> np.ndarray:
    """Targets (..., k) of class indices: one column of -1 and 1 for two classes, else one-hot.

    With `centred`, one-hot targets less 1/n_classes: the scores of all classes move alike, so
    decisions stay the same.
    """
    if n_classes == 2:
        return 2.0 * codes[..., None] - 1.0
    targets = np.eye(n_classes)[codes]
    return targets - 1 / n_classes if centred else targets


def decode(scores: np.ndarray) -> np.ndarray:
    """Class indices (...) of scores (..., k): the sign of a single column, else the largest."""
    if scores.shape[-1] == 1:
        return (scores[..., 0] > 0).astype(np.intp)
    return scores.argmax(axis=-1)

"""Rows of one file or collection, cut at random into labelled, transfer and test rows."""

from dataclasses import replace
from typing import Any

import numpy as np

from ddkd._checks import check_integer
from ddkd._labels import encode
from ddkd._scale import choose_scale
from ddkd.datasets._data_file import DataFile
from ddkd.datasets._split import Split

_MOST_TRANSFER = 50_000  # rows; more would cost memory in every repeat
_FEWEST_LABELLED = 5
_SIDES = ("X_train", "transfer", "X_test")


def split_rows(
    file: DataFile,
    rng: np.random.Generator,
    n_samples: int | str | None = None,
    n_test: int | None = None,
    *,
    n_transfer: int | None = None,
    standardise: bool = True,
) -> Split:
    """Labelled, transfer and test rows; the last two from files of their own if there are any.

    Equal rows stay on one side; what is left of a group at an end of a side is not used.
    """
    n = len(file.X)
    if n_test is None:
        n_test = max(1, min(n // 4, 5000)) if file.test is None else 0
    n_test = check_integer("n_test", n_test, low=1 if file.test is None else 0)
    n_samples = _check_labelled(file, n_samples, n_test)
    order, groups = stratified_order(file.y, rng, file.groups), file.groups
    train, order = _cut(order, n_samples, groups)
    test, rest = _cut(order, n_test, groups)
    if file.unlabelled is None:
        pool, rows = file.X, rest
    else:
        pool, rows = file.unlabelled, rng.permutation(len(file.unlabelled))
    if n_transfer is None:
        n_transfer = min(len(rows), _MOST_TRANSFER)
    n_transfer = check_integer("n_transfer", n_transfer, low=min(1, len(rows)), high=len(rows))
    X_test, y_test = (file.X[test], file.y[test]) if file.test is None else file.test
    parts = {"X_train": file.X[train], "transfer": pool[rows[:n_transfer]], "X_test": X_test}
    if file.encoder is not None and file.encoder.filled_:
        seen = np.concatenate([parts["X_train"], parts["transfer"]])
        encoder = file.encoder.filled_by(seen)
        parts = {side: encoder.refilled(part) for side, part in parts.items()}
    split = Split(
        y_train=file.y[train],
        y_test=y_test,
        **parts,
        name=file.name,
        task=file.task,
    )
    return _scaled(split) if standardise else split


def _cut(order: np.ndarray, size: int, groups: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The first rows, and those of the others that equal none of them."""
    first, rest = order[:size], order[size:]
    if groups is not None and size:
        rest = rest[groups[rest] != groups[first[-1]]]
    return first, rest


def _check_labelled(file: DataFile, n_samples: int | str | None, n_test: int) -> int:
    """Number of labelled rows; ValueError with a number that works where there are too few rows."""
    n = len(file.X)
    largest = 1 if file.groups is None else int(np.bincount(file.groups).max())
    every = n - n_test - (largest - 1 if n_test else 0)  # all that neither is nor equals a test row
    if isinstance(n_samples, str) and n_samples == "all":
        n_samples = most = every
    else:
        most = every if file.unlabelled is not None else every - largest
        if n_samples is None:
            n_samples = _default_labelled(file, most)
        n_samples = check_integer("n_samples", n_samples, low=2)
    if n_samples > most or most < 2:
        together = f" (up to {largest:,} stay together)" if largest > 1 else ""
        why = f"of the {n:,} rows of {file.name}{together} {n_test:,} are to test"
        if most < 2:
            raise ValueError(f"{file.name} is too small: {why}, which leaves {max(most, 0)}")
        raise ValueError(
            f"--labelled {n_samples} (n_samples) must be at most {most:,}: {why} and one at least "
            f"to transfer; --labelled {most} is possible, --labelled all takes all but the test "
            f"rows"
        )
    return n_samples


def stratified_order(
    y: np.ndarray, rng: np.random.Generator, groups: np.ndarray | None = None
) -> np.ndarray:
    """Random order of the rows in which every stretch holds the classes in proportion.

    Rows of one group follow one another; the class of the first is taken for that of the group.
    Labels that are floats have no classes: their order is a plain permutation.
    The k-th of a class's n_c shuffled rows goes to the place (k + u)/n_c of the way, u uniform,
    so that any stretch of the order has each class's share to within about one row.
    """
    if groups is not None:
        firsts = np.unique(groups, return_index=True)[1]
        rank = np.argsort(stratified_order(y[firsts], rng))
        return np.argsort(rank[groups], kind="stable")
    if y.dtype.kind == "f":
        return rng.permutation(len(y))
    place = np.empty(len(y))
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        place[rows] = (np.arange(len(rows)) + rng.random(len(rows))) / len(rows)
    return np.argsort(place, kind="stable")


def _default_labelled(file: DataFile, most: int) -> int:
    """A fifth of the rows, at most 500; all there are if the unlabelled have their own file."""
    if file.unlabelled is not None:
        return min(most, 2000)
    n_samples = min(len(file.X) // 5, 500)
    if n_samples < _FEWEST_LABELLED and most >= 2:
        raise ValueError(
            f"{file.name} has {len(file.X)} rows; a fifth of them would be {n_samples} labelled "
            f"ones, too few to learn from: --labelled {max(2, most // 2)} takes more"
        )
    return n_samples


def _scaled(split: Split) -> Split:
    """The columns at the scale that the labels choose, by moments of training and transfer rows."""
    targets = split.y_train[:, None]
    if split.task == "classes":
        classes, codes = np.unique(split.y_train, return_inverse=True)
        targets = encode(codes, len(classes))
    scale = choose_scale(split.X_train, targets - targets.mean(axis=0), split.transfer)
    sides: dict[str, Any] = {s: scale.transform(getattr(split, s)) for s in _SIDES}
    return replace(split, **sides, scale=scale.words)

"""Rows of one file or collection, cut at random into labelled, transfer and test rows."""

from dataclasses import replace

import numpy as np
from sklearn.preprocessing import StandardScaler

from ddkd._checks import check_integer
from ddkd.datasets._files import DataFile
from ddkd.datasets._split import Split

_MOST_TRANSFER = 50_000  # rows; more would cost memory in every repeat
_FEWEST_LABELLED = 5


def split_rows(
    file: DataFile,
    rng: np.random.Generator,
    n_samples: int | None = None,
    n_test: int | None = None,
    *,
    n_transfer: int | None = None,
    standardise: bool = True,
) -> Split:
    """Labelled, transfer and test rows; the last two from files of their own if there are any."""
    n = len(file.X)
    if n_test is None:
        n_test = max(1, min(n // 4, 5000)) if file.test is None else 0
    if n_samples is None:
        n_samples = _default_labelled(file, n - n_test)
    n_samples = check_integer("n_samples", n_samples, low=2)
    n_test = check_integer("n_test", n_test, low=1 if file.test is None else 0)
    spare = 1 if file.unlabelled is None else 0
    if n_samples + n_test > n - spare:
        raise ValueError(
            f"n_samples + n_test must be at most {n - spare:,}, so that a transfer row is left; "
            f"got {n_samples:,} + {n_test:,}"
        )
    order = stratified_order(file.y, rng)
    train, test, rest = np.split(order, [n_samples, n_samples + n_test])
    if file.unlabelled is None:
        pool, rows = file.X, rest
    else:
        pool, rows = file.unlabelled, rng.permutation(len(file.unlabelled))
    if n_transfer is None:
        n_transfer = min(len(rows), _MOST_TRANSFER)
    n_transfer = check_integer("n_transfer", n_transfer, high=len(rows))
    X_test, y_test = (file.X[test], file.y[test]) if file.test is None else file.test
    split = Split(
        file.X[train],
        file.y[train],
        pool[rows[:n_transfer]],
        X_test,
        y_test,
        name=file.name,
        description=f"The {n:,} rows of {file.name}, split at random by class.",
        task=file.task,
    )
    return _standardised(split) if standardise else split


def stratified_order(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random order of the rows in which every stretch holds the classes in proportion.

    Labels that are floats have no classes: their order is a plain permutation.
    The k-th of a class's n_c shuffled rows goes to the place (k + u)/n_c of the way, u uniform,
    so that any stretch of the order has each class's share to within about one row.
    """
    if y.dtype.kind == "f":
        return rng.permutation(len(y))
    place = np.empty(len(y))
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        place[rows] = (np.arange(len(rows)) + rng.random(len(rows))) / len(rows)
    return np.argsort(place, kind="stable")


def _default_labelled(file: DataFile, available: int) -> int:
    """A fifth of the rows, at most 500; all there are if the unlabelled have their own file."""
    if file.unlabelled is not None:
        return min(available, 2000)
    n_samples = min(len(file.X) // 5, 500)
    if n_samples < _FEWEST_LABELLED:
        raise ValueError(
            f"{file.name} has {len(file.X)} rows; a fifth of them would be {n_samples} labelled "
            f"ones, too few to learn from: --labelled {max(2, available // 2)} takes more"
        )
    return n_samples


def _standardised(split: Split) -> Split:
    """Centre and scale the columns by their moments over training and transfer rows."""
    scaler = StandardScaler().fit(np.concatenate([split.X_train, split.transfer]))
    parts = ("X_train", "transfer", "X_test")
    return replace(split, **{part: scaler.transform(getattr(split, part)) for part in parts})

"""What could make an advice worth less than its intervals say: a check and a sentence each."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import roc_auc_score

_UNEQUAL = 3.0  # the largest class over the smallest
_FEW_GROUPS = 10  # of fewer, 90 % intervals were measured to hold 58 to 89 %
_ORDERS = 200
_MOST_ROWS = 1000  # for checks that cost more than they tell beyond it


def cautions_of(
    X: np.ndarray,
    truth: np.ndarray,
    pool: np.ndarray,
    classes: np.ndarray | None,
    n_folds: int,
    groups: Any,
    seed: int,
) -> list[str]:
    """Return a sentence for everything to be careful about."""
    rng = np.random.default_rng(seed)
    far = _about_far_numbers(truth)
    cautions = list(far if classes is None else _about_classes(truth, classes, n_folds, groups))
    if len(pool):
        cautions += [*_about_equal_rows(X, pool), *_about_the_pool(X, pool, rng)]
    else:
        cautions.append("There are no unlabelled rows: only methods that need none competed.")
    if groups is None:
        cautions += _about_order(X, rng)
    elif (n_groups := len(np.unique(groups))) < _FEW_GROUPS:
        cautions.append(f"Intervals from {n_groups} groups hold an error less often than they say.")
    return cautions


def is_unbalanced(truth: np.ndarray) -> bool:
    """Whether the largest class has more than three times the labels of the smallest."""
    counts = np.bincount(truth)
    return bool(counts.max() > _UNEQUAL * counts.min())


def _about_classes(
    truth: np.ndarray, classes: np.ndarray, n_folds: int, groups: Any
) -> Iterator[str]:
    groups = np.arange(len(truth)) if groups is None else np.asarray(groups)
    n_apart = [len(np.unique(groups[truth == c])) for c in range(len(classes))]
    rare = classes[np.array(n_apart) < n_folds].tolist()
    if rare:
        names = ", ".join(map(str, rare[:5])) + (" and more" if len(rare) > 5 else "")
        yield (
            f"Too few labels or groups for {n_folds} folds in class {names}: errors say little "
            f"about these classes, and are too high where a fold trains without one."
        )
    if is_unbalanced(truth):
        counts = np.bincount(truth)
        yield (
            f"Classes are unequal ({counts.min()} to {counts.max()} labels): balanced errors, in "
            f"which each class counts alike, are shown, too."
        )


def _about_far_numbers(y: np.ndarray) -> Iterator[str]:
    """A few labels so far from the others that their squares are most of the variance."""
    squares = (y - np.median(y)) ** 2
    n_far = 1 + int(np.searchsorted(np.cumsum(np.sort(squares)[::-1]), squares.sum() / 2, "right"))
    if n_far <= max(2, len(y) // 100):
        yield (
            f"More than half of the variance is in {n_far} of {len(y)} labels (the farthest is "
            f"{y[squares.argmax()]:.3g}, the median {np.median(y):.3g}): that decides the errors "
            f"and bends every model; check them."
        )


def _about_equal_rows(X: np.ndarray, pool: np.ndarray) -> Iterator[str]:
    unlabelled = {row.tobytes() for row in pool + 0.0}
    equal = sum(row.tobytes() in unlabelled for row in X + 0.0)
    if equal:
        yield (
            f"{equal} labelled rows are among the unlabelled ones, too: methods that use those "
            f"may look a little better here than on new rows."
        )


def _about_the_pool(X: np.ndarray, pool: np.ndarray, rng: np.random.Generator) -> Iterator[str]:
    """A forest that tells labelled rows from unlabelled ones, by trees that did not see a row."""
    n = min(len(X), len(pool), _MOST_ROWS)
    if n < 10:
        return
    samples = [rows[rng.choice(len(rows), n, replace=False)] for rows in (X, pool)]
    origin = np.repeat([0, 1], n)
    seed = int(rng.integers(2**31))
    forest = ExtraTreesClassifier(100, min_samples_leaf=3, bootstrap=True, oob_score=True)
    forest.set_params(random_state=seed).fit(np.concatenate(samples), origin)
    area = roc_auc_score(origin, forest.oob_decision_function_[:, 1])
    # Standard error of the area if the two do not differ (Mann and Whitney, 1947).
    if area > 0.5 + 3 * np.sqrt((2 * n + 1) / (12 * n * n)):
        yield (
            f"The unlabelled rows are not like the labelled ones: a classifier tells them apart "
            f"(area under the curve {area:.2f}, .5 if they were alike). Students learn for the "
            f"unlabelled ones; errors here are on the labelled ones."
        )


def _about_order(X: np.ndarray, rng: np.random.Generator) -> Iterator[str]:
    """Whether rows next to each other are more alike than rows in random order."""
    X = X[:_MOST_ROWS]
    scale = X.std(axis=0)
    Z = X[:, scale > 0] / scale[scale > 0]
    if len(Z) < 10 or Z.shape[1] == 0:
        return

    def step(order: np.ndarray) -> float:
        return float(np.mean(np.diff(Z[order], axis=0) ** 2))

    in_order = step(np.arange(len(Z)))
    others = [step(rng.permutation(len(Z))) for _ in range(_ORDERS)]
    if in_order < min(others) and in_order < 0.97 * np.mean(others):
        yield (
            "Rows next to each other are alike, as in time or in groups: errors on new times or "
            "groups may be higher; keep groups together (groups=, --group COLUMN)."
        )

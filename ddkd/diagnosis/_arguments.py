"""The arguments of a diagnosis, checked: a builder of estimators, widths, and rows in two parts."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.model_selection import GroupShuffleSplit
from sklearn.utils import _safe_indexing, assert_all_finite, column_or_1d

from ddkd._checks import as_array, check_vector
from ddkd._labels import check_labels
from ddkd._text import counted
from ddkd.diagnosis._subject import Data, distinct_rows

FEWEST_ROWS = 20


def builder(estimator: Any, param_name: str | None) -> Callable[[Any], Any]:
    """A function from a width to an unfitted estimator that is nobody else's."""
    is_estimator = hasattr(estimator, "get_params") and not isinstance(estimator, type)
    if not is_estimator and not (param_name is None and callable(estimator)):
        raise ValueError(
            f"estimator must be a scikit-learn estimator; got {estimator!r} (a function from a "
            f"width to an estimator goes without param_name, or --param)"
        )
    if not is_estimator:
        return estimator
    # Numbers do not stand in the place of a part or a switch.
    takes_numbers = sorted(
        name
        for name, value in estimator.get_params(deep=True).items()
        if not (isinstance(value, bool | list) or hasattr(value, "get_params"))
    )
    if param_name is None or param_name not in takes_numbers:
        raise ValueError(
            f"param_name (--param) must be the name of the estimator's width, one of "
            f"{', '.join(takes_numbers)}; got {param_name!r}"
        )
    return lambda width: clone(estimator).set_params(**{param_name: width})


def labelled_rows(X: Any, y: ArrayLike, which: str = "") -> tuple[Any, np.ndarray]:
    """Inputs that have a shape, and as many finite labels."""
    if isinstance(X, np.ndarray) or not hasattr(X, "shape"):
        X = as_array(f"X{which}", X)
    labels = check_labels(f"y{which}", y)
    if labels.dtype.kind not in "biufUO":
        raise ValueError(f"y{which} must hold numbers or text; its dtype is {labels.dtype}")
    labels = column_or_1d(labels)
    if X.shape[:1] != labels.shape:
        raise ValueError(
            f"X{which} must have a row for each of y{which}'s {counted(len(labels), 'label')}; its "
            f"shape is {X.shape}"
        )
    assert_all_finite(labels, input_name=f"y{which}")
    if not which and len(labels) < FEWEST_ROWS:
        raise ValueError(f"X must have at least {FEWEST_ROWS} rows; it has {len(labels)}")
    if not which and len(np.unique(labels)) < 2:
        raise ValueError("y has one value only; it needs at least two, or there is nothing to fit")
    return X, labels


def check_widths(param_range: Sequence[Any] | None, n: int) -> list[Any]:
    if param_range is None:
        shares = (0.1, 0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 3.0)
        return sorted({max(1, round(share * n)) for share in shares})
    given = param_range if isinstance(param_range, Iterable) else ()
    values = [w.item() if isinstance(w, np.generic) else w for w in given]
    if len(values) < 2 or not all(isinstance(w, Hashable) for w in values):
        raise ValueError(
            f"param_range must have at least two values, numbers, words or tuples; got "
            f"{param_range!r}"
        )
    if all(isinstance(w, int | float) for w in values):
        if not (np.isfinite(values).all() and min(values) > 0):
            raise ValueError(f"param_range must be positive, finite numbers; got {values}")
        values.sort()
    return list(dict.fromkeys(values))


def split_rows(
    X: Any,
    labels: np.ndarray,
    X_test: Any,
    y_test: ArrayLike | None,
    is_for_classes: bool,
    rng: np.random.Generator,
) -> Data:
    """The training and test rows; a quarter of the different rows is held out if none are given."""
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test belong together: give both, or neither")
    if not is_for_classes:
        labels = check_vector("y", labels)
    if y_test is None:
        # A quarter of the different rows: equal ones would leak.
        folds = GroupShuffleSplit(1, test_size=0.25, random_state=int(rng.integers(2**31)))
        different, groups = np.unique(distinct_rows(X), return_inverse=True)
        if len(different) < FEWEST_ROWS // 2:
            rows = counted(len(different), "different row")
            raise ValueError(f"X has only {rows} (constant, or NaN?)")
        train, test = next(folds.split(labels, groups=groups))
        X, X_test = _safe_indexing(X, train), _safe_indexing(X, test)
        labels, test_labels = labels[train], labels[test]
    else:
        X_test, test_labels = labelled_rows(X_test, y_test, "_test")
        both_named = hasattr(X, "columns") and hasattr(X_test, "columns")
        if both_named and list(X.columns) != list(X_test.columns):
            raise ValueError(f"X_test must have the columns of X in their order, {list(X.columns)}")
    if not is_for_classes:
        return Data(X, labels, X_test, check_vector("y_test", test_labels), None)
    classes = np.unique(labels)
    if not np.isin(test_labels, classes).any():
        raise ValueError(f"y_test has none of the labels in y, such as {classes[0]!r}")
    return Data(X, labels, X_test, test_labels, classes)


def check_scores(scores: ArrayLike | None, param_range: Sequence[Any] | None) -> np.ndarray | None:
    """Test errors that the caller has measured, one a value of `param_range`."""
    if scores is None:
        return None
    given = check_vector("scores", scores)
    if param_range is None or len(given) != len(param_range):
        raise ValueError("scores must have one test error for each value of param_range")
    return given


def scaled(widths: list[Any], ratio: float) -> list[Any]:
    """The caller's widths for the rows that are left, where they are sizes and not degrees."""
    if ratio == 1 or not all(isinstance(w, int) for w in widths) or widths[-1] < 20:
        return widths
    return sorted({max(1, round(w / ratio)) for w in widths})

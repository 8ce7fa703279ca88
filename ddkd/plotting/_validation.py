"""Training and test errors of any scikit-learn estimator over one of its parameters."""

from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike
from sklearn.base import clone, is_classifier
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing

__all__ = ["Estimator", "has_peak", "score_name", "validation_errors"]

_RISE = 1.2  # a peak is so many times higher than the best on either side


class Estimator(Protocol):
    """What is asked of a scikit-learn estimator."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit."""

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict."""

    def set_params(self, **params: Any) -> Self:
        """Set parameters."""


Data = tuple[ArrayLike, ArrayLike]


def score_name(estimator: Estimator) -> str:
    """What the errors of an estimator are called."""
    return "Error (%)" if is_classifier(estimator) else "Mean squared error"


def validation_errors(
    estimator: Estimator,
    X: ArrayLike,
    y: ArrayLike,
    param_name: str,
    values: Sequence[Any],
    X_test: ArrayLike | None,
    y_test: ArrayLike | None,
    *,
    cv: Any,
    n_jobs: int | None,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Test and training errors (n_values, n_folds), and the number of training rows."""
    if not values:
        raise ValueError("param_range is empty; it needs at least one value")
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test go together; give both, or none for a cross-validation")
    if X_test is not None and y_test is not None:
        folds: list[tuple[Data, Data]] = [((X, y), (X_test, y_test))]
    else:
        splits = check_cv(cv, y, classifier=is_classifier(estimator)).split(X, y)
        folds = [(_rows(X, y, train), _rows(X, y, test)) for train, test in splits]
    errors = Parallel(n_jobs=n_jobs)(
        delayed(_errors)(estimator, {param_name: value}, train, test)
        for value in values
        for train, test in folds
    )
    table = np.reshape(errors, (len(values), len(folds), 2))
    n_train = round(float(np.mean([len(np.asarray(train[1])) for train, _ in folds])))
    return table[:, :, 0], table[:, :, 1], n_train


def _rows(X: ArrayLike, y: ArrayLike, rows: np.ndarray) -> Data:
    return _safe_indexing(X, rows), _safe_indexing(y, rows)


def _errors(
    estimator: Estimator, params: dict[str, Any], train: Data, test: Data
) -> tuple[float, float]:
    """Test and training error of a fresh fit."""
    model = clone(estimator).set_params(**params).fit(*train)
    wrong = np.not_equal if is_classifier(estimator) else _squared_difference
    found = [wrong(model.predict(X), np.asarray(y)).mean() for X, y in (test, train)]
    return float(found[0]), float(found[1])


def _squared_difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a - b) ** 2


def has_peak(x: np.ndarray, errors: np.ndarray) -> bool:
    """Whether some inner point is well above the lowest one on either side."""
    errors = errors[np.argsort(x)]
    left, right = np.minimum.accumulate(errors), np.minimum.accumulate(errors[::-1])[::-1]
    return bool((errors[1:-1] > _RISE * np.maximum(left[:-2], right[2:])).any())

"""Training and test errors of any scikit-learn estimator over one of its parameters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.metrics import get_scorer
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing

_RISE = 1.2  # a peak is so many times higher than the best on either side


def validation_errors(
    estimator: BaseEstimator,
    X: ArrayLike,
    y: ArrayLike,
    X_test: ArrayLike | None,
    y_test: ArrayLike | None,
    *,
    param_name: str,
    values: Sequence[Any],
    cv: Any,
    n_jobs: int | None,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Test and training errors (n_values, n_folds), and the number of training rows."""
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test go together; give both, or none for a cross-validation")
    classes = is_classifier(estimator)
    if X_test is None:
        folds = [
            [(_safe_indexing(X, rows), _safe_indexing(y, rows)) for rows in fold]
            for fold in check_cv(cv, y, classifier=classes).split(X, y)
        ]
    else:
        folds = [[(X, y), (X_test, y_test)]]
    score = get_scorer("accuracy" if classes else "neg_mean_squared_error")

    def errors(value: Any, train: Any, test: Any) -> list[float]:
        model = clone(estimator).set_params(**{param_name: value}).fit(*train)
        return [float(classes) - score(model, *data) for data in (test, train)]

    tasks = (delayed(errors)(value, *fold) for value in values for fold in folds)
    found = np.reshape(Parallel(n_jobs)(tasks), (len(values), len(folds), 2))
    n_samples = round(float(np.mean([len(np.asarray(train[1])) for train, _ in folds])))
    return found[..., 0], found[..., 1], n_samples


def has_peak(x: np.ndarray, errors: np.ndarray) -> bool:
    """Whether some inner point is well above the lowest one on either side."""
    errors = errors[np.argsort(x)]
    left, right = np.minimum.accumulate(errors), np.minimum.accumulate(errors[::-1])[::-1]
    return bool((errors[1:-1] > _RISE * np.maximum(left[:-2], right[2:])).any())

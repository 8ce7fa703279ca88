"""Training and test errors of any scikit-learn estimator over one of its parameters."""

from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, is_classifier
from sklearn.model_selection import check_cv, validation_curve

__all__ = ["has_peak", "validation_errors"]

_RISE = 1.2  # a peak is so many times higher than the best on either side


def validation_errors(
    estimator: BaseEstimator,
    X: ArrayLike,
    y: ArrayLike,
    X_test: ArrayLike | None,
    y_test: ArrayLike | None,
    *,
    cv: Any,
    **options: Any,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Test and training errors (n_values, n_folds), and the number of training rows."""
    if (X_test is None) != (y_test is None):
        raise ValueError("X_test and y_test go together; give both, or none for a cross-validation")
    if X_test is not None and y_test is not None:
        n = len(np.asarray(y))
        X, y = _stack(X, X_test), _stack(y, y_test)
        folds = [tuple(np.split(np.arange(len(np.asarray(y))), [n]))]
    else:
        folds = list(check_cv(cv, y, classifier=is_classifier(estimator)).split(X, y))
    classes = is_classifier(estimator)
    scoring = "accuracy" if classes else "neg_mean_squared_error"
    train, test = validation_curve(
        estimator, X, y, cv=folds, scoring=scoring, error_score="raise", **options
    )
    n_samples = round(float(np.mean([len(rows) for rows, _ in folds])))
    return float(classes) - test, float(classes) - train, n_samples


def _stack(above: Any, below: Any) -> Any:
    """One table of two, of the kind that the estimator was given."""
    if hasattr(above, "iloc"):
        from pandas import concat

        return concat([above, below], ignore_index=True)
    if scipy.sparse.issparse(above):
        return scipy.sparse.vstack([above, below], format="csr")
    return np.concatenate([above, below])


def has_peak(x: np.ndarray, errors: np.ndarray) -> bool:
    """Whether some inner point is well above the lowest one on either side."""
    errors = errors[np.argsort(x)]
    left, right = np.minimum.accumulate(errors), np.minimum.accumulate(errors[::-1])[::-1]
    return bool((errors[1:-1] > _RISE * np.maximum(left[:-2], right[2:])).any())

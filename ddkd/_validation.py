"""scikit-learn's check of an estimator's input, and what it lets through."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from ddkd._checks import as_array
from ddkd._labels import check_labels


def validate(
    estimator: BaseEstimator, X: Any, *y: Any, dtype: Any = (np.float64, np.float32), **options: Any
) -> Any:
    """Do as ``validate_data``; ValueError for masked arrays, and for labels that mix kinds."""
    if isinstance(X, np.ma.MaskedArray):
        as_array("X", X)  # refused
    labels = (value if value is None else check_labels("y", value) for value in y)
    return validate_data(estimator, X, *labels, dtype=dtype, **options)

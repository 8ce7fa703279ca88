"""scikit-learn's check of an estimator's input, and what it lets through."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from ddkd._checks import as_array, check_objects
from ddkd._labels import check_labels


def validate(
    estimator: BaseEstimator, X: Any, *y: Any, dtype: Any = (np.float64, np.float32), **options: Any
) -> Any:
    """Do as ``validate_data``; ValueError for masked arrays, words and integers beyond a float."""
    for name, value in zip(("X", "y"), (X, *y), strict=False):
        if isinstance(value, np.ma.MaskedArray):
            as_array(name, value)  # refused
    if y and y[0] is not None:
        y = (check_labels("y", y[0]), *y[1:])
    objects = X.flat if isinstance(X, np.ndarray) and X.dtype.kind == "O" else ()
    if any(isinstance(value, str) for value in objects):
        check_objects("X", X)  # refused; for other objects scikit-learn has words of its own
    try:
        return validate_data(estimator, X, *y, dtype=dtype, **options)
    except OverflowError as error:
        raise ValueError(f"X holds a number beyond 1e308 ({error})") from None

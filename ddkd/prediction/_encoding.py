"""Labels as targets, inputs as kernel matrices: what every prediction on data starts from."""

from typing import Any

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

from ddkd._checks import as_array, check_matrix, check_real
from ddkd.features import median_distance
from ddkd.prediction._conditional import ConditionalPredictor

__all__ = ["codes_of", "encode", "fourier_predictor", "kernel_gamma"]


def codes_of(name: str, labels: Any, classes: np.ndarray) -> np.ndarray:
    """Position of each label in the sorted `classes`."""
    labels = as_array(name, labels)
    if not np.isin(labels, classes).all():
        raise ValueError(f"{name} holds a label that is not among the classes {classes.tolist()}")
    return np.searchsorted(classes, labels)


def encode(codes: np.ndarray, n_classes: int) -> np.ndarray:
    """Targets of class indices: -1 and 1 for two classes, else one-hot less 1/n_classes.

    The shift moves the scores of all classes alike, so decisions are those of one-hot targets.
    """
    if n_classes == 2:
        return 2.0 * codes[:, None] - 1
    return np.eye(n_classes)[codes] - 1 / n_classes


def kernel_gamma(X: np.ndarray, bandwidth: float) -> float:
    """Coefficient of the squared distance for a bandwidth in median distances of `X`."""
    check_real("bandwidth", bandwidth, low=0.0, low_open=True)
    return 0.5 / (bandwidth * median_distance(X)) ** 2


def fourier_predictor(X: Any, X_test: Any, gamma: float) -> ConditionalPredictor:
    """Conditional predictor for random Fourier features of the kernel exp(-gamma |x - x'|^2)."""
    X = check_matrix("X", X)
    X_test = check_matrix("X_test", X_test, n_columns=X.shape[1])
    return ConditionalPredictor(rbf_kernel(X, gamma=gamma), rbf_kernel(X_test, X, gamma=gamma))

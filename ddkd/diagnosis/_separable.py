"""Whether a plane separates two classes, by a linear program, and who looks for such a plane."""

from typing import Any

import numpy as np
from scipy import optimize

_LEAST_MARGIN = 1e-6  # of columns of largest entry one; the program's own tolerance is a tenth

_LOSSES = {"log_loss", "hinge", "squared_hinge", "perceptron"}
_KINDS = {"LogisticRegression", "SVC"}


def looks_for_a_plane(model: Any) -> bool:
    """Whether a fitted model is a linear classifier whose loss ends once classes are separated.

    A squared loss does not: it is least where scores are near their codes, and peaks at n.
    """
    named = getattr(model, "loss", None) in _LOSSES or type(model).__name__ in _KINDS
    return named and hasattr(model, "coef_")


def is_separable(features: np.ndarray, signs: np.ndarray) -> bool:
    """Whether weights of the features (n, p) and a constant give scores of the given signs (n,).

    The program maximises the smallest score on the right side, with weights between -1 and 1.
    """
    largest = np.abs(features).max(axis=0)
    columns = np.column_stack([features / np.where(largest > 0, largest, 1.0), np.ones(len(signs))])
    rows = np.column_stack([-signs[:, None] * columns, np.ones(len(signs))])
    cost = np.append(np.zeros(columns.shape[1]), -1.0)
    bounds = [(-1.0, 1.0)] * columns.shape[1] + [(0.0, 1.0)]
    solved = optimize.linprog(cost, rows, np.zeros(len(signs)), bounds=bounds)
    return bool(solved.success and -solved.fun > _LEAST_MARGIN)

"""Arguments that all solvers share."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._checks import (
    as_array,
    check_matrix,
    check_real,
    check_targets,
    check_vector,
    input_eps,
)
from ._rank import check_rcond, default_rcond

__all__ = ["Problem", "check_alpha", "check_problem"]


@dataclass(frozen=True, eq=False)
class Problem:
    """Features (n, p), targets (n, k), whether these came as a vector, and the cutoff rule."""

    Z: np.ndarray
    Y: np.ndarray
    one_dimensional: bool
    eps: float
    rcond: float | None

    def cutoff(self, width: int) -> float:
        """Relative cutoff of singular values for the first `width` features."""
        if self.rcond is not None:
            return self.rcond
        return default_rcond(self.Z.shape[0], width, self.eps)


def check_problem(Z: Any, Y: Any, rcond: Any) -> Problem:
    """Check features, targets and cutoff against each other."""
    eps = input_eps(Z)
    features = check_matrix("Z", Z)
    targets = check_targets("Y", Y, features.shape[0])
    columns = targets.reshape(targets.shape[0], -1)
    return Problem(features, columns, targets.ndim == 1, eps, check_rcond(rcond))


def check_alpha(alpha: Any) -> tuple[np.ndarray, bool]:
    """Return penalties as a vector, and whether `alpha` was a scalar."""
    if as_array("alpha", alpha).ndim == 0:
        return np.array([check_real("alpha", alpha, low=0.0)]), True
    alphas = check_vector("alpha", alpha)
    if alphas.min() < 0:
        raise ValueError(f"alpha must be non-negative; its smallest entry is {alphas.min():g}")
    return alphas, False

"""A least-squares problem on nested features, as the path's algorithms see it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["PrefixProblem"]

# Coefficients of several widths are held together up to this many numbers (64 MiB).
_BUDGET = 2**23


@dataclass(frozen=True, eq=False)
class PrefixProblem:
    """Features, targets, penalty, and the cutoff of singular values at each width.

    `is_reduced` says that rows have been merged or compressed: the solutions are those of the
    original problem, the residuals are not.
    """

    Z: np.ndarray
    Y: np.ndarray
    alpha: float
    cutoff: Callable[[int], float]
    is_reduced: bool = False

    def batch(self, width: int) -> int:
        """How many models of that width may be held together."""
        return max(1, _BUDGET // (width * self.Y.shape[1]))

"""Checks of the arguments of fits, which broadcast."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ddkd._checks import check_counts, check_masks, check_nonnegative
from ddkd.populations import GaussianPopulation

Values: TypeAlias = Any  # a float, or an ndarray over a curve
Features: TypeAlias = ArrayLike | str | None  # columns: a mask, a stack of masks or indices


def check_fit(
    population: Any,
    n_samples: ArrayLike,
    features: Features = None,
    alpha: ArrayLike = 0.0,
    *,
    allow_inf: bool = True,
    kind: Any = GaussianPopulation,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the numbers of samples, the masks and the ridges of fits in a population."""
    kind.checked(population)
    n = check_counts("n_samples", n_samples, allow_inf=allow_inf)
    mask = check_masks("features", features, population.n_features)
    return n, mask, check_nonnegative("alpha", alpha)

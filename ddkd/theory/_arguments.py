"""Checks of the theory's arguments, which broadcast."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ddkd._checks import as_array, check_array, check_features
from ddkd.populations import GaussianPopulation
from ddkd.populations._models import unwrap as unwrap

Values: TypeAlias = Any  # a float, or an ndarray over a curve
Features: TypeAlias = ArrayLike | str | None  # columns: a mask, a stack of masks or indices
_ANY_NDIM = tuple(range(9))


def check_counts(name: str, value: ArrayLike, *, allow_inf: bool = True) -> np.ndarray:
    """Return whole numbers of at least 1, as floats; infinity stands for the limit."""
    array = as_array(name, value)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be a positive whole number or an array of them: {value!r}")
    array = _check_entries(name, array.astype(np.float64))
    whole = (array >= 1) & (array == np.floor(array)) & (allow_inf | np.isfinite(array))
    if not whole.all():
        bad = array[~whole].flat[0]
        infinity = " or infinity" if allow_inf else ""
        raise ValueError(f"{name} must be a positive whole number{infinity}; got {bad:g}")
    return array


def check_nonnegative(name: str, value: ArrayLike) -> np.ndarray:
    """Return finite, non-negative numbers of any shape."""
    array = check_numbers(name, value)
    if (array < 0).any():
        raise ValueError(f"{name} must be non-negative; got {array[array < 0].flat[0]:g}")
    return array


def check_ridge(value: ArrayLike) -> np.ndarray:
    """Return ridges of any shape."""
    array = check_numbers("alpha", value)
    if (array < 0).any():
        raise ValueError(
            f"alpha must be non-negative; got {array[array < 0].flat[0]:g}, which would stretch "
            "the coefficients instead of shrinking them"
        )
    return array


def check_numbers(name: str, value: ArrayLike) -> np.ndarray:
    """Return finite numbers of any shape, at least one."""
    return _check_entries(name, check_array(name, value, ndim=_ANY_NDIM))


def _check_entries(name: str, array: np.ndarray) -> np.ndarray:
    if array.size == 0:
        raise ValueError(f"{name} is empty; it needs at least one entry")
    return array


def check_masks(name: str, value: Features, n_features: int) -> np.ndarray:
    """Return a boolean mask (n_features,) or a stack of masks (..., n_features)."""
    array = as_array(name, value)
    if array.ndim > 1 and array.dtype.kind == "b":
        if array.shape[-1] != n_features:
            raise ValueError(
                f"{name} must have {n_features} entries in its last axis; got {array.shape}"
            )
        if not _check_entries(name, array).any(axis=-1).all():
            raise ValueError(f"{name} selects no feature in some mask; each must select one")
        return array
    mask = np.zeros(n_features, dtype=bool)
    mask[check_features(name, value, n_features)] = True
    return mask


def check_fit(
    population: Any,
    n_samples: ArrayLike,
    features: Features = None,
    alpha: ArrayLike = 0.0,
    *,
    allow_inf: bool = True,
    kind: type = GaussianPopulation,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the numbers of samples, the masks and the ridges of fits in a population."""
    check_population(population, kind)
    n = check_counts("n_samples", n_samples, allow_inf=allow_inf)
    mask = check_masks("features", features, population.n_features)
    return n, mask, check_ridge(alpha)


def broadcast(**arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the arrays in one shape."""
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the arguments do not broadcast: their shapes are {shapes}") from None


def check_population(population: object, kind: type = GaussianPopulation) -> None:
    """Raise a ValueError unless `population` is of its kind."""
    if not isinstance(population, kind):
        raise ValueError(f"population must be a {kind.__name__}; got {population!r}")

"""Checks of arguments, so that bad input gets one clear error that names it."""

from collections.abc import Iterable
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np


def as_array(name: str, value: Any) -> np.ndarray:
    """Return `value` as an array; ValueError for a sparse matrix, a masked array, a ragged list."""
    if hasattr(value, "toarray"):
        raise ValueError(f"{name} is a sparse matrix; pass a dense array ({name}.toarray())")
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(
            f"{name} is a masked array, whose hidden values would be used; pass {name}.filled(...) "
            f"or the rows that have every value"
        )
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} cannot be made an array: {error}") from None


def check_objects(name: str, array: np.ndarray) -> np.ndarray:
    """Return an array of objects as float64; ValueError unless every one is a real number."""
    strange = [v for v in array.flat if not isinstance(v, Real | Decimal | np.bool_)]
    if strange:
        raise ValueError(
            f"{name} must hold real numbers; one of its objects is a {type(strange[0]).__name__}"
        )
    return array.astype(np.float64)


def check_not_empty(name: str, array: np.ndarray) -> None:
    """ValueError for an array without entries."""
    if array.size == 0:
        raise ValueError(f"{name} is empty; its shape is {array.shape}")


def as_real_array(name: str, value: Any) -> np.ndarray:
    """Return `value` as a float64 array; ValueError unless it holds real numbers, and some."""
    array = as_array(name, value)
    if array.dtype == object:
        array = check_objects(name, array)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers; its dtype is {array.dtype}")
    check_not_empty(name, array)
    return array.astype(np.float64, copy=False)


def check_array(name: str, value: Any, *, ndim: int | tuple[int, ...] | None = None) -> np.ndarray:
    """Return `value` as a finite float64 array of an allowed number of dimensions; None for any."""
    array = as_real_array(name, value)
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if allowed is not None and array.ndim not in allowed:
        wanted = " or ".join(f"{d}-D" for d in allowed)
        raise ValueError(f"{name} must be {wanted}; its shape is {array.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(array.sum()) or np.isfinite(array).all()  # the sum is faster
    if not finite:
        raise ValueError(f"{name} contains NaN or infinity; every entry must be finite")
    return array


def check_matrix(name: str, value: Any, *, n_columns: int | None = None) -> np.ndarray:
    """Return `value` as a finite, non-empty float64 matrix (n_samples, n_features)."""
    array = check_array(name, value, ndim=2)
    if n_columns is not None and array.shape[1] != n_columns:
        raise ValueError(f"{name} must have {n_columns} columns; its shape is {array.shape}")
    return array


def check_vector(name: str, value: Any, *, size: int | None = None) -> np.ndarray:
    """Return `value` as a finite, non-empty float64 vector."""
    array = check_array(name, value, ndim=1)
    if size is not None and array.size != size:
        raise ValueError(f"{name} must have {size} entries; it has {array.size}")
    return array


def check_eigenvalues(value: Any) -> np.ndarray:
    """Return non-negative variances of uncorrelated coordinates, as a new float64 vector."""
    if np.ndim(as_array("eigenvalues", value)) == 2:
        raise ValueError(
            f"eigenvalues must be 1-D, the variances of uncorrelated coordinates; its shape is "
            f"{np.shape(value)}. Rotate inputs and coefficients to the eigenvectors of their "
            f"covariance first (numpy.linalg.eigh)"
        )
    return check_nonnegative("eigenvalues", check_vector("eigenvalues", value)).copy()


def check_targets(name: str, value: Any, n_samples: int) -> np.ndarray:
    """Return `value` as finite float64 targets (n_samples,) or (n_samples, n_targets)."""
    array = check_array(name, value, ndim=(1, 2))
    if array.shape[0] != n_samples:
        raise ValueError(f"{name} must have {n_samples} rows, one per sample; got {array.shape}")
    return array


def check_real(
    name: str,
    value: Any,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    low_open: bool = False,
    high_open: bool = False,
) -> float:
    """Return `value` as a finite float in the interval from `low` to `high`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise ValueError(f"{name} must be a real number; got {value!r}")
    number = float(value)
    below = number <= low if low_open else number < low
    above = number >= high if high_open else number > high
    if not np.isfinite(number) or below or above:
        left = "(" if low_open or low == -np.inf else "["
        right = ")" if high_open or high == np.inf else "]"
        raise ValueError(
            f"{name} must be finite and in {left}{low:g}, {high:g}{right}; got {value!r}"
        )
    return number


def check_integer(name: str, value: Any, *, low: int = 1, high: int | None = None) -> int:
    """Return `value` as an int between `low` and `high`, both included."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Integral):
        raise ValueError(f"{name} must be an integer; got {value!r}")
    number = int(value)
    if number < low or (high is not None and number > high):
        bound = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(f"{name} must be {bound}; got {value!r}")
    return number


def check_widths(name: str, value: Any, *, high: int = 2**31) -> np.ndarray:
    """Return a vector of whole numbers from 1 to `high`, in the order given."""
    widths = check_vector(name, check_counts(name, value, allow_inf=False))
    if widths.max() > high:
        raise ValueError(f"{name} must be at most {high}; got {widths.max():g}")
    return widths.astype(int)


def check_choice(name: str, value: Any, allowed: Iterable[str]) -> str:
    """Return `value` if it is one of the `allowed` strings."""
    options = list(allowed)
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}; got {value!r}")
    return value


def check_rng(rng: Any) -> np.random.Generator:
    """Return a numpy Generator from None, a seed, a SeedSequence or a Generator (SPEC 7)."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"rng must be None, a non-negative integer, a SeedSequence or a numpy Generator; "
            f"got {rng!r} ({error})"
        ) from None


def check_features(name: str, value: Any, n_features: int) -> np.ndarray:
    """Return the columns that a boolean mask or an index array selects; None or "all" for all."""
    if value is None or (isinstance(value, str) and value == "all"):
        return np.arange(n_features)
    array = as_array(name, value)
    if array.ndim != 1 or array.dtype.kind not in "biu":
        raise ValueError(
            f"{name} must be None, a boolean mask of {n_features} entries or a 1-D index array; "
            f"got an array of dtype {array.dtype}, shape {array.shape}"
        )
    try:
        columns = np.arange(n_features)[array]
    except IndexError as error:
        raise ValueError(f"{name} must select some of {n_features} features: {error}") from None
    if columns.size == 0 or np.unique(columns).size != columns.size:
        raise ValueError(f"{name} must select at least one feature, and none twice; got {value!r}")
    return columns


def check_counts(name: str, value: Any, *, allow_inf: bool = True) -> np.ndarray:
    """Return whole numbers of at least 1, as floats; infinity stands for the limit."""
    array = as_array(name, value)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be a positive whole number or an array of them: {value!r}")
    check_not_empty(name, array)
    array = array.astype(np.float64)
    whole = (array >= 1) & (array == np.floor(array)) & (allow_inf | np.isfinite(array))
    if not whole.all():
        bad = array[~whole].flat[0]
        infinity = " or infinity" if allow_inf else ""
        raise ValueError(f"{name} must be a positive whole number{infinity}; got {bad:g}")
    return array


def check_nonnegative(name: str, value: Any) -> np.ndarray:
    """Return finite, non-negative numbers of any shape."""
    array = check_array(name, value)
    if (array < 0).any():
        raise ValueError(f"{name} must be non-negative; got {array[array < 0].flat[0]:g}")
    return array


def check_masks(name: str, value: Any, n_features: int) -> np.ndarray:
    """Return a boolean mask (n_features,) or a stack of masks (..., n_features)."""
    array = as_array(name, value)
    if array.ndim > 1 and array.dtype.kind == "b":
        if array.shape[-1] != n_features:
            raise ValueError(
                f"{name} must have {n_features} entries in its last axis; got {array.shape}"
            )
        check_not_empty(name, array)
        if not array.any(axis=-1).all():
            raise ValueError(f"{name} selects no feature in some mask; each must select one")
        return array
    mask = np.zeros(n_features, dtype=bool)
    mask[check_features(name, value, n_features)] = True
    return mask

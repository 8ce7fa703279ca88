"""What every population computes of linear models."""

from typing import Any

import numpy as np
from scipy import special

from ddkd._checks import check_array, check_features


class Population:
    """Inputs with a diagonal covariance; arrays are read-only."""

    eigenvalues: np.ndarray

    @property
    def n_features(self) -> int:
        """Number of coordinates of the input."""
        return self.eigenvalues.size

    def _keep(self, **values: Any) -> None:
        """Set fields that have been checked."""
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, value)


def same_sign(h: np.ndarray, k: np.ndarray, cosine: np.ndarray, sine: np.ndarray) -> np.ndarray:
    """Probability that two normal variables, agree in sign.

    They have means h and k, unit variances and the cosine of an angle for correlation. With
    Owen's function T the probability is
    1 - 2 T(h, (k - h cos)/(h sin)) - 2 T(k, (h - k cos)/(k sin)), less 1 if h k < 0.
    """
    tiny = 1e-200  # T has a limit at zero, its second argument has not
    h, k = (np.where(x == 0, tiny, x) for x in (h, k))
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = (k - h * cosine) / (h * sine), (h - k * cosine) / (k * sine)
    # 0/0: the variables are one and the same.
    slope_h, slope_k = (np.where(np.isnan(slope), 0.0, slope) for slope in slopes)
    return 1 - 2 * (special.owens_t(h, slope_h) + special.owens_t(k, slope_k)) - (h * k < 0)


def angle(score: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Angle between vectors over the last axis, a right angle if one is zero.

    Kahan's formula: full accuracy where the arccosine of a rounded correlation has none.
    """
    norms = [np.linalg.norm(v, axis=-1) for v in (score, other)]
    first, second = (
        v / np.where(norm > 0, norm, 1.0)[..., None]
        for v, norm in zip((score, other), norms, strict=True)
    )
    apart, together = (np.linalg.norm(v, axis=-1) for v in (first - second, first + second))
    defined = (norms[0] > 0) & (norms[1] > 0)
    return np.where(defined, 2 * np.arctan2(apart, together), np.pi / 2)


def embed(w: Any, features: Any, n_features: int) -> np.ndarray:
    """Coefficients on all columns, zero where `features` selects none."""
    columns = check_features("features", features, n_features)
    w = check_array("w", w, ndim=(1, 2))
    if w.shape[0] != columns.size:
        raise ValueError(f"w must have {columns.size} rows, one per feature; got {w.shape}")
    full = np.zeros((n_features, *w.shape[1:]))
    full[columns] = w
    return full


def unwrap(value: Any) -> Any:
    """A Python float for a single number in an array, anything else as it is."""
    return float(value) if isinstance(value, np.ndarray | np.number) and value.ndim == 0 else value

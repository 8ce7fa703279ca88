"""Spectral solution of least squares: one SVD gives every penalty."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from ._rank import (
    numerical_rank,
    residual_vanishes,
    system_condition,
    warn_if_not_interpolating,
)
from ._solution import LeastSquaresSolution

__all__ = ["Spectrum", "shrinkage", "solve_spectrally", "truncated_svd"]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Truncated SVD of a matrix: left vectors (n, r), singular values, right vectors (r, p).

    `left_null` holds those left vectors that the cutoff dropped, (n, min(n, p) - r).
    """

    left: np.ndarray
    values: np.ndarray
    right: np.ndarray
    left_null: np.ndarray

    @property
    def rank(self) -> int:
        """Number of singular values kept."""
        return self.values.size


def truncated_svd(matrix: np.ndarray, rcond: float) -> Spectrum:
    """SVD without the singular values at or below `rcond` times the largest."""
    try:
        left, values, right = linalg.svd(matrix, full_matrices=False, check_finite=False)
    except linalg.LinAlgError:
        # Divide and conquer fails to converge on rare matrices; QR iteration does not.
        left, values, right = linalg.svd(
            matrix, full_matrices=False, check_finite=False, lapack_driver="gesvd"
        )
    rank = numerical_rank(values, rcond)
    return Spectrum(left[:, :rank], values[:rank], right[:rank], left[:, rank:])


def shrinkage(values: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Ridge filter ``s / (s**2 + alpha)`` for each penalty and singular value.

    Written without squares, so that it holds at the ends of the floating-point range.
    """
    return np.asarray(1.0 / (values + alphas[:, None] / values))


def solve_spectrally(
    Z: np.ndarray,
    Y: np.ndarray,
    alphas: np.ndarray,
    *,
    n_samples: int,
    rcond: float,
    method: str,
    scalar: bool,
    one_dimensional: bool,
    stacklevel: int,
) -> LeastSquaresSolution:
    """Solve for every penalty; drop the axes of a scalar penalty and of vector targets.

    `Z` and `Y` may be the triangular factor of a larger problem with `n_samples` samples.
    """
    spectrum = truncated_svd(Z, rcond)
    projected = spectrum.left.T @ Y
    filtered = shrinkage(spectrum.values, alphas)[:, :, None] * projected
    coef = spectrum.right.T @ filtered
    residual_norm = np.linalg.norm(Y - Z @ coef, axis=1)
    interpolates = residual_vanishes(residual_norm, np.linalg.norm(Y, axis=0))
    condition = system_condition(spectrum.values, alphas)
    ridgeless = np.flatnonzero(alphas == 0)
    if ridgeless.size and Z.shape[1] >= n_samples:
        first = ridgeless[0]
        warn_if_not_interpolating(
            not interpolates[first],
            Z.shape[1],
            n_samples,
            spectrum.rank,
            float(condition[first]),
            stacklevel=stacklevel,
        )
    train_mse = (residual_norm / np.sqrt(n_samples)) ** 2
    coef_norm = np.linalg.norm(filtered, axis=1)
    if one_dimensional:
        coef, train_mse, coef_norm = coef[..., 0], train_mse[..., 0], coef_norm[..., 0]
    return LeastSquaresSolution(
        coef=coef[0] if scalar else coef,
        rank=spectrum.rank,
        rcond=rcond,
        train_mse=_first(train_mse) if scalar else train_mse,
        coef_norm=_first(coef_norm) if scalar else coef_norm,
        condition=float(condition[0]) if scalar else condition,
        interpolates=bool(interpolates[0]) if scalar else interpolates,
        method=method,
    )


def _first(values: np.ndarray) -> Any:
    """First entry along the penalty's axis: a float for vector targets, else an array."""
    return float(values[0]) if values.ndim == 1 else values[0]

"""Spectral solution of least squares: one SVD gives every penalty."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ._lapack import tall_qr
from ._rank import numerical_rank, system_condition

__all__ = ["Spectrum", "shrinkage", "solve_spectrally", "truncated_svd"]

# Ratio of the sides of a matrix above which a QR decomposition before the SVD pays.
_ELONGATED = 1.3


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Truncated SVD of a matrix: left vectors (n, r), singular values, right vectors (r, p)."""

    left: np.ndarray
    values: np.ndarray
    right: np.ndarray

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
    return Spectrum(left[:, :rank], values[:rank], right[:rank])


def shrinkage(values: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Ridge filter ``s / (s**2 + alpha)`` for each penalty and singular value.

    Written without squares, so that it holds at the ends of the floating-point range.
    """
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (values + alphas[:, None] / values))


def solve_spectrally(
    Z: np.ndarray, Y: np.ndarray, alphas: np.ndarray, rcond: float
) -> tuple[np.ndarray, int, np.ndarray]:
    """Coefficients (n_alphas, p, k), rank and conditions (n_alphas,) for every penalty.

    Long or wide features are first reduced to a triangle, which is an orthogonal change.
    """
    n, p = Z.shape
    if p > _ELONGATED * n:
        basis, triangle = tall_qr(Z.T)
        small, rank, condition = solve_spectrally(triangle.T, Y, alphas, rcond)
        padded = np.zeros((alphas.size, p, Y.shape[1]))
        padded[:, :n] = small
        flat = basis.times(padded.transpose(1, 0, 2).reshape(p, -1))
        return flat.reshape(p, alphas.size, -1).transpose(1, 0, 2), rank, condition
    if n > _ELONGATED * p:
        basis, triangle = tall_qr(Z)
        return solve_spectrally(triangle, basis.transpose_times(Y)[:p], alphas, rcond)
    spectrum = truncated_svd(Z, rcond)
    filtered = shrinkage(spectrum.values, alphas)[:, :, None] * (spectrum.left.T @ Y)
    return (
        spectrum.right.T @ filtered,
        spectrum.rank,
        system_condition(spectrum.values, alphas),
    )

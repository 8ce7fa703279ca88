"""The ridge penalty on a problem reduced to an upper triangle R of full numerical rank.

Ordinarily by the QR decomposition of ``[R; sqrt(alpha) I]``, which squares nothing. Its
orthogonal factor's first rows are nearly zero where the penalty outweighs R, and come out of
reflectors by cancellation; there ``R' R + alpha I`` has a condition of at most two and its Cholesky
factor is as good as any. Leading blocks of both factors are nested as those of R.
"""

import math

import numpy as np
from scipy.linalg import blas, lapack

from ._lapack import StackedReflectors, solve_triangle, stack_qr

__all__ = ["outweighs", "penalise", "solve_penalised_transpose"]


def outweighs(alpha: float, triangle: np.ndarray) -> np.ndarray:
    """Whether the penalty exceeds the squared norm of each leading block ``R[:w, :w]``."""
    return np.asarray(alpha >= np.cumsum(np.einsum("ij,ij->j", triangle, triangle)))


def penalise(
    triangle: np.ndarray, targets: np.ndarray, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Triangle F and targets d with ``F x = d`` for the ridge solution of ``R x = c``."""
    if outweighs(alpha, triangle)[-1]:
        factor = _cholesky(triangle, alpha)
        return factor, solve_triangle(factor, triangle.T @ targets, transpose=True)
    stacked, factor = _augmented(triangle, alpha)
    top = np.array(targets, order="F")
    rotated, _ = stacked.apply(top, np.zeros(top.shape, order="F"), transpose=True)
    return factor, rotated


def solve_penalised_transpose(
    triangle: np.ndarray, targets: np.ndarray, alpha: float
) -> np.ndarray:
    """Ridge solution ``R (R' R + alpha I)^-1 c`` of ``R' x = c``.

    With ``[R; sqrt(alpha) I] = Q F`` it is the first rows of Q times ``F'^-1 c``.
    """
    if outweighs(alpha, triangle)[-1]:
        factor = _cholesky(triangle, alpha)
        half = solve_triangle(factor, targets, transpose=True)
        return np.asarray(blas.dtrmm(1.0, triangle, solve_triangle(factor, half)))
    stacked, factor = _augmented(triangle, alpha)
    half = solve_triangle(factor, targets, transpose=True)
    coef, _ = stacked.apply(half, np.zeros(half.shape, order="F"), transpose=False)
    return coef


def _augmented(triangle: np.ndarray, alpha: float) -> tuple[StackedReflectors, np.ndarray]:
    """QR decomposition of ``[R; sqrt(alpha) I]``."""
    m = len(triangle)
    return stack_qr(
        np.array(triangle, order="F"),
        np.asfortranarray(math.sqrt(alpha) * np.eye(m)),
        overlap=m,
    )


def _cholesky(triangle: np.ndarray, alpha: float) -> np.ndarray:
    """Upper triangular factor of ``R' R + alpha I``."""
    gram = blas.dsyrk(1.0, triangle, trans=1)
    gram[np.diag_indices(len(gram))] += alpha
    return np.asarray(lapack.dpotrf(gram, lower=0, clean=1, overwrite_a=1)[0])

"""All widths up to the threshold from one QR decomposition.

The leading w rows and columns of the triangle R are the triangular factor of the first w
features, so every width is one triangular solve with the same matrix: about ``n^2`` flops for
each width and target after the ``4 n^3 / 3`` of the decomposition.
"""

import numpy as np

from ._lapack import solve_from_right

__all__ = ["solve_leading_blocks"]


def solve_leading_blocks(
    triangle: np.ndarray, rotated: np.ndarray, widths: np.ndarray
) -> np.ndarray:
    """Solve ``R[:w, :w] x = c[:w]`` for every width w.

    Parameters
    ----------
    triangle : ndarray of shape (m, m)
        Upper triangular factor R of the first m features, Fortran-ordered.
    rotated : ndarray of shape (m, n_targets)
        Targets c in the basis of the orthogonal factor.
    widths : ndarray of shape (n_widths,)
        Ascending widths, at most m.

    Returns
    -------
    ndarray of shape (n_widths, n_targets, largest width)
        Coefficients, zero beyond each width.
    """
    top = int(widths[-1])
    inside = np.arange(top) < widths[:, None]
    masked = inside[:, None, :] * rotated[:top].T
    rows = np.ascontiguousarray(masked.reshape(-1, top))
    solved = solve_from_right(_leading(triangle, top), rows, transpose=True)
    return solved.reshape(masked.shape)


def _leading(triangle: np.ndarray, size: int) -> np.ndarray:
    """Leading block, Fortran-ordered."""
    if size == triangle.shape[0]:
        return triangle
    return np.asfortranarray(triangle[:size, :size])

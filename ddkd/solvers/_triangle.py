"""Least squares for an upper triangle R: one width, or all its leading blocks together.

The leading w rows and columns of the triangle of a QR decomposition ``Z = Q R`` are the triangular
factor of the first w features (columns are only added to the right). So every width up to n is
a triangular solve, ``R_w x = (Q' y)_w``; above n a single width is the same for the transposed
features, ``R' x = y``. A ridge penalty turns R into the triangle of ``[R; sqrt(alpha) I]``, whose
leading blocks are nested just so, and squares nothing (Golub and Van Loan, Matrix Computations,
sections 5.3 and 6.1). This may be used where the numerical rank is certain to be full; elsewhere
the singular value decomposition of the triangle decides.
"""

import math
from dataclasses import replace

import numpy as np
from scipy import linalg

from ddkd.solvers._arguments import Problem
from ddkd.solvers._lapack import (
    Reflectors,
    StackedReflectors,
    rows_by_size,
    solve_from_right,
    solve_triangle,
    stack_qr,
    tall_qr,
)
from ddkd.solvers._products import Evaluation
from ddkd.solvers._rank import extremes, is_certain, numerical_rank
from ddkd.solvers._solution import SmallSolution


def solve_one_width(
    Z: np.ndarray, Y: np.ndarray, alpha: float, rcond: float, *, triangular: bool = False
) -> SmallSolution:
    """Solve for all of `Z` by one QR decomposition of it or of its transpose.

    Of triangular features only the first rows are not zero, and they are their own factor.
    """
    n, p = Z.shape
    if p > n:
        basis, triangle = tall_qr(Z.T)
        small = solve_reduced(triangle, Y, alpha, rcond, "lq")
        return replace(small, coef=basis.times(small.coef))
    if triangular:
        return solve_reduced(np.asfortranarray(Z[:p]), Y[:p], alpha, rcond, "qr")
    basis, triangle = tall_qr(Z)
    return solve_reduced(triangle, basis.transpose_times(Y)[:p], alpha, rcond, "qr")


def solve_reduced(
    triangle: np.ndarray, targets: np.ndarray, alpha: float, rcond: float, name: str
) -> SmallSolution:
    """Solve ``R x = c``, or ``R' x = c`` for the name "lq", by substitution or by the SVD.

    The extreme singular values are estimates; where they leave a doubt the SVD decides.
    """
    largest, smallest = extremes(triangle)
    if not is_certain(largest, smallest, rcond):
        matrix = triangle.T if name == "lq" else triangle
        return _solve_by_svd(matrix, targets, alpha, rcond, f"{name}+svd")
    if alpha == 0:
        coef = solve_triangle(triangle, targets, transpose=name == "lq")
    elif name == "lq":
        coef = _solve_penalised_transpose(triangle, targets, alpha)
    else:
        coef = solve_triangle(*_penalise(triangle, targets, alpha))
    return SmallSolution(coef, len(triangle), largest, smallest, name)


def solve_leading_blocks(
    triangle: np.ndarray, rotated: np.ndarray, widths: np.ndarray
) -> np.ndarray:
    """Solve ``R[:w, :w] x = c[:w]`` for every width w, at about ``n^2`` flops a target.

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
    ndarray of shape (n_widths * n_targets, m)
        Coefficients, zero beyond each width.
    """
    inside = np.arange(len(triangle)) < widths[:, None]
    masked = (inside[:, None, :] * rotated.T).reshape(-1, len(triangle))
    return solve_from_right(triangle, masked, transpose=True)


def solve_up_to_n(
    problem: Problem,
    evaluation: Evaluation,
    triangle: np.ndarray,
    rotated: np.ndarray,
    largest: np.ndarray,
    smallest: np.ndarray,
) -> None:
    """Solve the widths up to n: together while full rank is certain, then one by one."""
    widths = evaluation.widths[: largest.size]
    cutoffs = [problem.cutoff(int(w)) for w in widths]
    certain = [is_certain(*values) for values in zip(largest, smallest, cutoffs, strict=True)]
    n_certain = int(np.argmin([*certain, False]))
    factor, targets = triangle, rotated
    if n_certain and problem.alpha > 0:
        factor, targets = _penalise(triangle, rotated, problem.alpha)
    size = evaluation.batch(len(triangle))
    for first in range(0, n_certain, size):
        now = slice(first, min(first + size, n_certain))
        top = int(widths[now][-1])
        block = np.asfortranarray(factor[:top, :top])
        coef = solve_leading_blocks(block, targets[:top], widths[now])
        evaluation.record(coef, widths[now], largest[now], smallest[now], "qr")
    for width in widths[n_certain:].tolist():
        block = np.asfortranarray(triangle[:width, :width])
        cutoff = problem.cutoff(width)
        small = solve_reduced(block, rotated[:width], problem.alpha, cutoff, "qr")
        evaluation.record_one(small)


def _penalise(
    triangle: np.ndarray, targets: np.ndarray, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Triangle F and targets d with ``F x = d`` for the ridge solution of ``R x = c``.

    Where the penalty exceeds the squared norm of a leading block, its part of ``d = Q' [c; 0]``
    would come out of the reflectors by cancellation, while F has a condition of at most
    ``sqrt(2)``: there ``d = F'^-1 R'c`` takes its place.
    """
    stacked, factor = _augmented(triangle, alpha)
    top = np.array(targets, order="F")
    rotated, _ = stacked.apply(top, np.zeros(top.shape, order="F"), transpose=True)
    outweighed = np.cumsum(np.einsum("ij,ij->j", triangle, triangle)) <= alpha
    if outweighed.any():
        seminormal = solve_triangle(factor, triangle.T @ targets, transpose=True)
        rotated[outweighed] = seminormal[outweighed]
    return factor, rotated


def _solve_penalised_transpose(
    triangle: np.ndarray, targets: np.ndarray, alpha: float
) -> np.ndarray:
    """Ridge solution ``R (R' R + alpha I)^-1 c`` of ``R' x = c``.

    With ``[R; sqrt(alpha) I] = Q F`` it is the first rows of Q times ``F'^-1 c``; or, where the
    penalty outweighs R, ``R F^-1 F'^-1 c`` (see `_penalise`).
    """
    stacked, factor = _augmented(triangle, alpha)
    half = solve_triangle(factor, targets, transpose=True)
    if np.linalg.norm(triangle) ** 2 <= alpha:
        return triangle @ solve_triangle(factor, half)
    coef, _ = stacked.apply(half, np.zeros(half.shape, order="F"), transpose=False)
    return coef


def _augmented(triangle: np.ndarray, alpha: float) -> tuple[StackedReflectors, np.ndarray]:
    """QR decomposition of ``[R; sqrt(alpha) I]``."""
    m = len(triangle)
    penalty = np.asfortranarray(math.sqrt(alpha) * np.eye(m))
    return stack_qr(np.array(triangle, order="F"), penalty, overlap=m)


def _solve_by_svd(
    matrix: np.ndarray, targets: np.ndarray, alpha: float, rcond: float, method: str
) -> SmallSolution:
    """Solve by the SVD of the matrix, its singular values cut off at `rcond`.

    LAPACK's gelsd does not form the singular vectors; it knows no penalty, and takes a cutoff of
    zero for one of eps.
    """
    if alpha == 0 and rcond > 0:
        try:
            coef, _, rank, values = linalg.lstsq(
                matrix, targets, cond=rcond, lapack_driver="gelsd", check_finite=False
            )
        except linalg.LinAlgError:
            pass
        else:
            return SmallSolution(coef, int(rank), *kept_extremes(values[:rank]), method)
    left, values, right = truncated_svd(matrix, rcond)
    filters = shrinkage(values, np.array([alpha]))[0]
    coef = right.T @ (filters[:, None] * (left.T @ targets))
    return SmallSolution(coef, values.size, *kept_extremes(values), method)


def svd_by_qr(Z: np.ndarray, rcond: float) -> tuple[Reflectors, np.ndarray, np.ndarray, np.ndarray]:
    """QR decomposition of Z, or of Z' if it is wide, and the truncated SVD of the triangle.

    Returns the orthogonal factor Q and the left vectors L, values s and right vectors V' of the
    small square: ``Z = Q L diag(s) V'``, or ``Z = L diag(s) V' Q'`` for more columns than rows.
    The SVD, too, keeps the digits of small rows only where larger ones come first.
    """
    n, p = Z.shape
    if p <= n:
        basis, triangle = tall_qr(Z)
        return basis, *truncated_svd(triangle, rcond)
    order = rows_by_size(Z)
    basis, triangle = tall_qr(Z[order].T)
    left, values, right = truncated_svd(triangle.T, rcond)
    vectors = np.empty_like(left)
    vectors[order] = left
    return basis, vectors, values, right


def kept_extremes(values: np.ndarray) -> tuple[float, float]:
    """Largest and smallest of the singular values kept; zeros if there are none."""
    return (float(values[0]), float(values[-1])) if values.size else (0.0, 0.0)


def truncated_svd(matrix: np.ndarray, rcond: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left vectors (n, r), values, right vectors (r, p), without values up to the cutoff."""
    try:
        left, values, right = linalg.svd(matrix, full_matrices=False, check_finite=False)
    except linalg.LinAlgError:
        # Divide and conquer fails to converge on rare matrices; QR iteration does not.
        left, values, right = linalg.svd(
            matrix, full_matrices=False, check_finite=False, lapack_driver="gesvd"
        )
    rank = numerical_rank(values, rcond)
    return left[:, :rank], values[:rank], right[:rank]


def shrinkage(values: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Ridge filter ``s / (s**2 + alpha)`` for each penalty and singular value.

    Written without squares, so that it holds at the ends of the floating-point range.
    """
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (values + alphas[:, None] / values))

"""Rank-one steps from every width to the next, a block of columns at a time.

Adding the column z to features with Gram matrix M changes the minimum-norm predictions of test
features Z_t by one rank-one term (Sherman and Morrison),

    f' = f + t (z' M^-1 y) / (1 + z' M^-1 z),    t = z_t - Z_t Z' M^-1 z,

and for a block of columns Z_b all these terms come out of one factorisation, because leading
blocks of a Cholesky factor are nested: with C C' = M, S = C^-1 Z_b, I + S' S = L L' and
V = L^-1 S' C^-1, the i-th term is column i of T = (Z_tb - B Z_b) L^-T times row i of V y, where
B = Z_t Z' M^-1 maps targets to predictions and becomes B + T V. The squared norm of the
coefficients falls by the square of row i of V y. Below the threshold the terms are the columns
of Z_t R^-1 times the rows of Q' y, those of the coefficients the columns of R^-1 times the
same. With n_t test samples all widths up to P cost about ``4 n n_t P + 4 n^2 P`` flops.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.linalg import blas, lapack

from ._evaluation import Evaluation
from ._gram import GrowingGram
from ._in_place import add_gram, add_product
from ._in_place import factor as cholesky_in_place
from ._lapack import (
    Reflectors,
    solve_from_right,
    solve_lower,
    solve_triangle,
    stack_qr,
    tall_qr,
)
from ._path_problem import PrefixProblem
from ._small import is_certain
from ._sparse_widths import record_duals

__all__ = ["Block", "Threshold", "blocks_below", "blocks_far", "blocks_near", "running_values"]


@dataclass(frozen=True, eq=False)
class Block:
    """Steps from one anchor's width to the next.

    Attributes
    ----------
    start, stop : int
        Widths of the two anchors.
    directions : ndarray of shape (n_test, stop - start) or None
        Directions in which each new column changes the predictions.
    steps : ndarray of shape (stop - start, n_targets)
        By how much.
    coef_squares, train_mse : ndarray of shape (stop - start + 1, n_targets)
        Squared norms of the coefficients, and training errors, of all widths from start to stop.
    """

    start: int
    stop: int
    directions: np.ndarray | None
    steps: np.ndarray
    coef_squares: np.ndarray
    train_mse: np.ndarray


def running_values(
    start: np.ndarray, directions: np.ndarray, steps: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield ``start + directions[:, :i] @ steps[:i]`` for i = 1, 2, ...: one buffer, updated."""
    value = np.array(start, order="F")
    columns = np.asfortranarray(directions)
    for i, step in enumerate(steps):
        value = blas.dger(1.0, columns[:, i], step, a=value, overwrite_a=1)
        yield value


@dataclass(frozen=True, eq=False)
class Threshold:
    """QR decomposition of the first min(n, P) columns, and what follows from it."""

    basis: Reflectors
    triangle: np.ndarray
    rotated: np.ndarray
    directions: np.ndarray | None

    @classmethod
    def of(cls, problem: PrefixProblem, width: int, test: np.ndarray | None) -> "Threshold":
        """Decompose the first `width` columns."""
        basis, triangle = tall_qr(problem.Z[:, :width])
        directions = None
        if test is not None:
            directions = solve_from_right(triangle, np.array(test[:, :width], order="C"))
        return cls(basis, triangle, basis.transpose_times(problem.Y), directions)


def blocks_below(threshold: Threshold, anchors: np.ndarray) -> Iterator[Block]:
    """Blocks from width 0 to the last of the anchors, which is that of the decomposition."""
    m = len(threshold.triangle)
    n, k = threshold.rotated.shape
    steps = threshold.rotated[:m]
    inverse = solve_triangle(threshold.triangle, np.eye(m))
    coefs = running_values(np.zeros((m, k)), inverse, steps)
    squares = np.vstack([np.zeros((1, k)), *(np.sum(c * c, axis=0)[None] for c in coefs)])
    rest = np.vstack([threshold.rotated**2, np.zeros((1, k))])
    train_mse = np.cumsum(rest[::-1], axis=0)[::-1] / n
    for start, stop in zip(np.append(0, anchors[:-1]), anchors, strict=True):
        here, both = slice(start, stop), slice(start, stop + 1)
        directions = threshold.directions
        yield Block(
            int(start),
            int(stop),
            None if directions is None else directions[:, here],
            steps[here],
            squares[both],
            train_mse[both],
        )


def blocks_near(
    problem: PrefixProblem, threshold: Threshold, reference: Evaluation, near: int
) -> Iterator[Block]:
    """Blocks between the anchors from n to `near`, from one nested factorisation."""
    n = len(problem.Z)
    widths = reference.widths
    directions, steps = _steps_near(problem, threshold, reference.Z_test, near)
    for start, stop in pairwise(widths[(widths >= n) & (widths <= near)].tolist()):
        here = slice(start - n, stop - n)
        part = None if directions is None else directions[:, here]
        yield _block_above(reference, start, stop, part, steps[here])


def blocks_far(
    problem: PrefixProblem, reference: Evaluation, anchors: np.ndarray
) -> Iterator[Block]:
    """Blocks above the first of the anchors, each from the Cholesky factor of its Gram matrix.

    The same factors solve the anchors, which are recorded in the reference. The blocks end where
    an anchor's Gram matrix is not safe.
    """
    Z, test = problem.Z, reference.Z_test
    gram = GrowingGram(Z, problem.Y, 0.0)
    gram.grow(int(anchors[0]))
    if gram.solve(problem.cutoff(int(anchors[0]))) is None:
        return
    operator = None if test is None else _operator(gram.factor, Z, test, int(anchors[0]))
    for start, stop in pairwise(anchors.tolist()):
        step = _update(gram.factor, Z[:, start:stop])
        if step is None:
            return
        inverse, update = step
        directions = None
        if test is not None and operator is not None:
            directions = test[:, start:stop].copy()
            add_product(directions, operator, Z[:, start:stop], scale=-1.0)
            directions = blas.dtrmm(1.0, inverse, directions.T, lower=1, overwrite_b=1).T
            add_product(operator, directions, update)
        gram.grow(stop)
        dual = gram.solve(problem.cutoff(stop))
        if dual is None or not is_certain(dual.largest, dual.smallest, problem.cutoff(stop)):
            return
        record_duals(problem, reference, int(np.searchsorted(reference.widths, stop)), [dual])
        yield _block_above(reference, start, stop, directions, update @ problem.Y)


def _operator(factor: np.ndarray, Z: np.ndarray, test: np.ndarray, width: int) -> np.ndarray:
    """The matrix ``Z_t Z' M^-1`` (n_test, n) that maps targets to predictions."""
    cross = (test[:, :width] @ Z[:, :width].T).T
    return solve_lower(factor, solve_lower(factor, cross), transpose=True).T


def _update(factor: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Inverse of the lower factor L of ``I + S' S``, and ``V = L^-1 S' C^-1``, Fortran-ordered.

    None if the new columns are so large that L cannot be found. Products with the inverse are
    twice as fast as triangular solves, and as good while L is well conditioned; if it is not, the
    sums miss their anchor.
    """
    scaled = solve_lower(factor, columns.copy(order="C").T, transpose=True, side="right")
    inner = np.eye(columns.shape[1], order="F")
    add_gram(inner, scaled)
    if not cholesky_in_place(inner):
        return None
    inverse, _ = lapack.dtrtri(inner, lower=1, overwrite_c=1)
    half = blas.dtrmm(1.0, inverse, scaled, lower=1, overwrite_b=1)
    return inverse, solve_lower(factor, half, side="right")


def _block_above(
    reference: Evaluation,
    start: int,
    stop: int,
    directions: np.ndarray | None,
    steps: np.ndarray,
) -> Block:
    """Block whose norms are summed from its upper anchor, and whose residuals are rounding."""
    ends = np.searchsorted(reference.widths, [start, stop])
    falls = np.vstack([steps**2, np.zeros((1, steps.shape[1]))])
    squares = np.cumsum(falls[::-1], axis=0)[::-1] + reference.coef_norm[ends[1]] ** 2
    train_mse = np.tile(reference.train_mse[ends].max(axis=0), (len(falls), 1))
    return Block(start, stop, directions, steps, squares, train_mse)


def _steps_near(
    problem: PrefixProblem, threshold: Threshold, test: np.ndarray | None, near: int
) -> tuple[np.ndarray | None, np.ndarray]:
    """Steps from n to `near`, anchored at R itself: the condition is not squared."""
    n = len(problem.Z)
    features = threshold.basis.transpose_times(problem.Z[:, n:near])
    scaled = solve_triangle(threshold.triangle, features)
    _, upper = stack_qr(np.eye(near - n, order="F"), np.array(scaled, order="F"))
    dual = solve_triangle(threshold.triangle, threshold.rotated)
    steps = solve_triangle(upper, scaled.T @ dual, transpose=True)
    if test is None or threshold.directions is None:
        return None, steps
    rest = test[:, n:near] - threshold.directions @ features
    return solve_from_right(upper, np.ascontiguousarray(rest)), steps

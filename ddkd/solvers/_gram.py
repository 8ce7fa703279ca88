"""Wide models from a growing Gram matrix: ``(Z Z' + alpha I) a = y``, ``x = Z' a``.

These are the normal equations of the second kind (Björck, Numerical Methods for Least Squares
Problems, section 2.8): ``n^2`` flops a column of features and one Cholesky factor, ``n^3 / 3``, a
width. They square the condition, so they are used only where a bound of it, the Frobenius norm
over a lower bound of the smallest singular value, is below 1e5. By interlacing that bound of the
smallest holds for all wider models.

Coefficients ``Z' a`` lie in the row space of Z, whatever the error of a; so with the residual ``r
= y - Z x - alpha a`` their error is at most ``|r| / sqrt(sigma_min^2 + alpha)``. The residual is
computed from the features, in a pass over them that all widths share. Where the bound exceeds
1e-10 one step of refinement follows, in a second shared pass, and if the new bound exceeds 1e-9
the width is left to a QR decomposition. The Gram matrix is held in rectangular full packed
format, half of its square (Gustavson, Waśniewski, Dongarra and Langou, ACM Trans. Math. Softw.
37, 2010).
"""

import numpy as np
from scipy.linalg import lapack

from ._arguments import Features, NestedProblem
from ._growing import LargestBounds
from ._products import Evaluation, column_blocks, multiply_nested
from ._rank import (
    SAFE_CONDITION,
    euclidean_norms,
    random_vectors,
    smallest_by_inverse_iteration,
)

# Condition from which the solution is refined.
_REFINED_CONDITION = 50.0
# Bound of the relative error of coefficients that is accepted.
ACCEPTED_ERROR = 1e-9
# Factors of several widths are held together up to this many numbers (2 GiB).
_FACTORS = 2**28


class PackedCholesky:
    """Lower Cholesky factor C of a positive definite matrix, ``C C' = G``."""

    def __init__(self, size: int, packed: np.ndarray):
        self._size, self._packed = size, packed

    def solve(self, right: np.ndarray) -> np.ndarray:
        """Solve ``G x = right`` for columns (n, m)."""
        solved, _ = lapack.dpftrs(
            self._size, self._packed, np.array(right, order="F"), uplo="L", overwrite_b=1
        )
        return np.asarray(solved)

    def full(self) -> np.ndarray:
        """The factor as a matrix whose upper triangle is zero, Fortran-ordered."""
        square, _ = lapack.dtfttr(self._size, self._packed, uplo="L")
        return np.asfortranarray(np.tril(square))


class PackedGram:
    """Gram matrix ``Z Z'`` of the samples over the first columns of the features."""

    def __init__(self, Z: Features, largest: LargestBounds):
        self._Z, self._largest = Z, largest
        self._size, self._width = len(Z), 0
        self.packed = np.zeros(self._size * (self._size + 1) // 2)

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`, and add those that are new to the bounds."""
        for start, stop, _ in column_blocks(np.array([width]), start=self._width):
            columns = np.ascontiguousarray(self._Z[:, start:stop])
            self.packed = lapack.dsfrk(
                self._size,
                stop - start,
                1.0,
                columns.T,
                1.0,
                self.packed,
                trans="T",
                uplo="L",
                overwrite_c=1,
            )
            if stop > self._largest.width:
                self._largest.add(columns[:, max(self._largest.width - start, 0) :])
        self._width = width

    def factor(self, alpha: float) -> PackedCholesky | None:
        """Factor ``Z Z' + alpha I``; None if that is not definite to rounding."""
        packed = self.packed.copy()
        packed[_diagonal(self._size)] += alpha
        packed, info = lapack.dpftrf(self._size, packed, uplo="L", overwrite_a=1)
        return None if info else PackedCholesky(self._size, packed)


def _diagonal(size: int) -> np.ndarray:
    """Positions of the diagonal of a packed lower triangle."""
    odd = size % 2
    first = 1 - odd + (size + 2 - odd) * np.arange((size + 1) // 2)
    second = size * odd + (size + 2 - odd) * np.arange(size // 2)
    return np.concatenate([first, second])


def solve_wide(
    problem: NestedProblem,
    evaluation: Evaluation,
    first: int,
    largest: LargestBounds,
    smallest: float,
) -> int:
    """Solve the widths from position `first` on; return the first position that is not safe.

    `smallest` bounds the smallest singular value of the features from below at all these widths.
    Each width's factor may raise that bound for all that follow.
    """
    widths = evaluation.widths
    gram = PackedGram(problem.Z, largest)
    vector: np.ndarray | None = None
    while first < widths.size:
        duals: list[np.ndarray] = []
        factors: list[PackedCholesky | None] = []
        extremes: list[tuple[float, float]] = []
        lowest = 0.0
        for width in widths[first:].tolist():
            gram.grow(width)
            factor = gram.factor(problem.alpha)
            if factor is None:
                break
            certified = problem.is_squarable(width, largest.frobenius, smallest)
            start = random_vectors(len(problem.Z), 2)
            if certified and vector is not None:
                start[:, [0]] = vector
            rounds = 2 if certified else 4
            low, vector = smallest_by_inverse_iteration(factor.solve, start, rounds)
            # A square that exceeds the rounding of a Gram matrix by far is the features' own.
            square, size = low**2 - problem.alpha, largest.frobenius**2 + problem.alpha
            if square > size / SAFE_CONDITION**2:
                smallest = max(smallest, float(np.sqrt(square)))
            if not problem.is_squarable(width, largest.frobenius, smallest):
                break
            lowest = lowest or smallest
            high = np.hypot(largest.estimate, np.sqrt(problem.alpha))
            duals.append(factor.solve(problem.Y).T)
            factors.append(factor if high > _REFINED_CONDITION * low else None)
            extremes.append((largest.estimate, low))
            if _is_full(problem, widths[first + len(duals) - 1], factors):
                break
        if not duals:
            return first
        bounds = largest.frobenius, lowest
        n_solved = _record(problem, evaluation, first, duals, factors, extremes, bounds)
        first += n_solved
        if n_solved < len(duals):
            return first
    return first


def _is_full(problem: NestedProblem, width: int, factors: list[PackedCholesky | None]) -> bool:
    """Whether as many widths have been gathered as are to be held together."""
    n = len(problem.Z)
    kept = sum(factor is not None for factor in factors)
    return len(factors) >= problem.batch(width) or (kept + 1) * n * (n + 1) // 2 > _FACTORS


def _record(
    problem: NestedProblem,
    evaluation: Evaluation,
    first: int,
    duals: list[np.ndarray],
    factors: list[PackedCholesky | None],
    extremes: list[tuple[float, float]],
    bounds: tuple[float, float],
) -> int:
    """Turn duals into coefficients, refine them and record those in order that are certified."""
    alpha, k = problem.alpha, problem.Y.shape[1]
    widths = evaluation.widths[first : first + len(duals)]
    dual = np.vstack(duals)
    coef = np.zeros((len(dual), int(widths[-1])))
    fitted = multiply_nested(problem.Z, coef, widths, dual)

    def residuals() -> np.ndarray:
        return np.tile(problem.Y.T, (len(duals), 1)) - fitted - alpha * dual

    if any(factors):
        residual, correction = residuals(), np.zeros_like(dual)
        for i, factor in enumerate(factors):
            if factor is not None:
                here = slice(i * k, (i + 1) * k)
                correction[here] = factor.solve(residual[here].T).T
        dual += correction
        fitted = multiply_nested(problem.Z, coef, widths, correction)
    # The norm of Z' (Z Z' + alpha I)^-1 is at most the inverse of either.
    strength = max(np.hypot(bounds[1], np.sqrt(alpha)), alpha / (bounds[0] or 1.0))
    allowed = ACCEPTED_ERROR * strength * euclidean_norms(coef)
    good = (euclidean_norms(residuals()) <= allowed).reshape(-1, k).all(axis=1)
    n_good = int(np.argmin(np.append(good, False)))
    if n_good:
        high, low = np.array(extremes[:n_good]).T
        evaluation.record(
            first,
            coef[: n_good * k, : widths[n_good - 1]],
            np.full(n_good, len(problem.Z)),
            high,
            np.sqrt(np.maximum(low**2 - alpha, 0.0)),
            "gram",
            fitted[: n_good * k] if evaluation.Z is problem.Z else None,
        )
    return n_good

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

from ._arguments import Features, Problem
from ._products import Evaluation, column_blocks, multiply_nested
from ._rank import SAFE_CONDITION, euclidean_norms, extremes

# Condition from which the solution is refined.
_REFINED_CONDITION = 50.0
# Bound of the relative error of coefficients that is accepted.
_ACCEPTED_ERROR = 1e-9
# Factors of several widths are held together up to this many numbers (1.25 GiB).
_FACTORS = 5 * 2**25


class PackedCholesky:
    """Upper Cholesky factor U of a positive definite matrix, ``U'U = G``."""

    def __init__(self, size: int, packed: np.ndarray):
        self._size, self._packed = size, packed

    def solve(self, right: np.ndarray) -> np.ndarray:
        """Solve ``G x = right`` for columns (n, m)."""
        right = np.array(right, order="F")
        return np.asarray(lapack.dpftrs(self._size, self._packed, right, overwrite_b=1)[0])

    def triangle(self) -> np.ndarray:
        """U as a Fortran-ordered matrix; what is below its diagonal has no meaning."""
        return np.asarray(lapack.dtfttr(self._size, self._packed)[0])


class PackedGram:
    """Gram matrix ``Z Z'`` of the samples over the first columns of the features."""

    def __init__(self, Z: Features):
        self._Z, self._size, self._width = Z, len(Z), 0
        self._packed = np.zeros(self._size * (self._size + 1) // 2)
        self._diagonal = np.flatnonzero(lapack.dtrttf(np.eye(self._size, order="F"))[0])

    @property
    def frobenius(self) -> float:
        """Frobenius norm of the features, an upper bound of their largest singular value."""
        return float(np.sqrt(self._packed[self._diagonal].sum()))

    def grow(self, width: int) -> None:
        """Take in the columns up to `width`."""
        n = self._size
        for start, stop, _ in column_blocks(np.array([width]), start=self._width):
            rows = np.ascontiguousarray(self._Z[:, start:stop]).T
            self._packed = lapack.dsfrk(
                n, stop - start, 1.0, rows, 1.0, self._packed, trans="T", overwrite_c=1
            )
        self._width = width

    def factor(self, alpha: float) -> PackedCholesky | None:
        """Factor ``Z Z' + alpha I``; None if that is not definite to rounding."""
        packed = self._packed.copy()
        packed[self._diagonal] += alpha
        packed, info = lapack.dpftrf(self._size, packed, overwrite_a=1)
        return None if info else PackedCholesky(self._size, packed)


def solve_wide(problem: Problem, evaluation: Evaluation, first: int, smallest: float) -> int:
    """Solve the widths from position `first` on; return the first position that is not safe.

    `smallest` bounds the smallest singular value of the features from below at all these widths.
    Without a penalty each width's factor may raise that bound for all that follow. With one the
    factor has the singular values ``sqrt(s^2 + alpha)``, which say nothing of an s that is small.
    """
    n, widths = len(problem.Z), evaluation.widths
    gram = PackedGram(problem.Z)
    safe = True
    while safe and first < widths.size:
        duals: list[np.ndarray] = []
        factors: list[PackedCholesky | None] = []
        values: list[tuple[float, float]] = []
        for width in widths[first:].tolist():
            gram.grow(width)
            factor = gram.factor(problem.alpha)
            if factor is not None:
                high, low = extremes(factor.triangle(), rounds=2)
                # A value far above the rounding of a Gram matrix is the features' own, unless a
                # penalty hides theirs.
                if problem.alpha == 0 and low > high / SAFE_CONDITION:
                    smallest = max(smallest, low)
            safe = factor is not None and problem.is_squarable(width, gram.frobenius, smallest)
            if factor is None or not safe:
                break
            values.append((high, low))
            duals.append(factor.solve(problem.Y).T)
            factors.append(factor if high > _REFINED_CONDITION * low else None)
            n_kept = sum(kept is not None for kept in factors)
            if len(duals) >= problem.batch(width) or (n_kept + 1) * n * (n + 1) // 2 > _FACTORS:
                break
        if duals:
            n_solved = _record(problem, evaluation, first, duals, factors, np.array(values))
            safe = safe and n_solved == len(duals)
            first += n_solved
    return first


def _record(
    problem: Problem,
    evaluation: Evaluation,
    first: int,
    duals: list[np.ndarray],
    factors: list[PackedCholesky | None],
    values: np.ndarray,
) -> int:
    """Turn duals into coefficients, refine them and record those in order that are certified.

    The rows of `values` are square roots of the extreme eigenvalues of ``Z Z' + alpha I``.
    """
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
        # The narrow models are those of large condition: what is wider is left out of the pass.
        last = max(i for i, factor in enumerate(factors) if factor is not None)
        some, width = slice((last + 1) * k), int(widths[last])
        fitted[some] = multiply_nested(
            problem.Z, coef[some, :width], widths[: last + 1], correction[some]
        )
    # The norm of Z' (Z Z' + alpha I)^-1 is at most 1 / low, and at most high / alpha.
    high, low = values.T
    allowed = _ACCEPTED_ERROR * np.repeat(np.maximum(low, alpha / high), k) * euclidean_norms(coef)
    good = (euclidean_norms(residuals()) <= allowed).reshape(-1, k).all(axis=1)
    n_good = int(np.argmin(np.append(good, False)))
    if n_good:
        largest, smallest = np.sqrt(np.maximum(values[:n_good].T ** 2 - alpha, 0.0))
        rank = np.full(n_good, len(problem.Z))
        known = fitted[: n_good * k] if evaluation.Z is problem.Z else None
        evaluation.record(first, coef[: n_good * k], rank, largest, smallest, "gram", known)
    return n_good

"""Wide models from a growing Gram matrix: ``(Z Z' + alpha I) a = y``, ``x = Z' a``.

These are the normal equations of the second kind (Björck, Numerical Methods for Least Squares
Problems, section 2.8): ``n^2`` flops a column of features and one Cholesky factor, ``n^3 / 3``, a
width. They square the condition, so they are used only where a bound of it, the Frobenius norm
over a lower bound of the smallest singular value, is below 1e5. By interlacing that bound of the
smallest holds for all wider models.

Coefficients ``Z' a`` lie in the row space of Z, whatever the error of a; so with the residual ``r
= y - Z x - alpha a`` their error is at most ``|r| / sqrt(sigma_min^2 + alpha)``. The residual is
computed from the features, in a pass over them that all widths share. Up to the last width whose
condition exceeds 75 it serves one step of refinement, in a second shared pass. A width whose bound
then exceeds 1e-9 is left to a QR decomposition. The Gram matrix is held in rectangular full packed
format, half of its square (Gustavson, Waśniewski, Dongarra and Langou, ACM Trans. Math. Softw. 37,
2010).
"""

import numpy as np
from scipy.linalg import lapack

from ddkd.solvers._arguments import Features, Problem
from ddkd.solvers._products import Evaluation, column_blocks, multiply_nested
from ddkd.solvers._rank import euclidean_norms, extremes, is_certain

# Bound of the condition up to which the Gram matrix is used.
_SAFE_CONDITION = 1e5
# Condition from which the solution is refined: a fifth of a path's time where it is smaller.
_REFINED_CONDITION = 75.0
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


class WideSolver:
    """Solves widths above n, in ascending order, while the Gram matrix is safe.

    Parameters
    ----------
    problem : Problem
        The features, targets and penalty.
    smallest : float
        Smallest singular value of the first n features, which no wider model undercuts.
    """

    def __init__(self, problem: Problem, smallest: float):
        self._problem, self._smallest = problem, smallest
        self._gram = PackedGram(problem.Z)

    def raise_bound(self, smallest: float) -> None:
        """Take in the smallest singular value of a width, a lower bound for all wider ones."""
        self._smallest = max(self._smallest, smallest)

    def solve(self, evaluation: Evaluation) -> None:
        """Record the remaining widths up to the first that is not safe."""
        n, safe = len(self._problem.Z), True
        while safe and evaluation.remaining.size:
            duals: list[np.ndarray] = []
            factors: list[PackedCholesky | None] = []
            values: list[tuple[float, float]] = []
            for width in evaluation.remaining.tolist():
                factor, high, low = self._factor(width)
                safe = factor is not None and self._is_squarable(width)
                if factor is None or not safe:
                    break
                duals.append(factor.solve(self._problem.Y).T)
                factors.append(factor if high > _REFINED_CONDITION * low else None)
                values.append((high, low))
                n_held = sum(factor is not None for factor in factors)
                size = n * (n + 1) // 2
                if len(duals) >= evaluation.batch(width) or (n_held + 1) * size > _FACTORS:
                    break
            if duals:
                safe &= _record(self._problem, evaluation, duals, factors, np.array(values))

    def _factor(self, width: int) -> tuple[PackedCholesky | None, float, float]:
        """Factor of the Gram matrix at that width, and its extreme singular values."""
        alpha = self._problem.alpha
        self._gram.grow(width)
        factor = self._gram.factor(alpha)
        if factor is None:
            return None, 0.0, 0.0
        high, low = extremes(factor.triangle(), rounds=2)
        # A value far above the rounding of a Gram matrix is the features' own. Under a penalty it
        # is sqrt(s^2 + alpha), which says nothing of a small s.
        if alpha == 0 and low > high / _SAFE_CONDITION:
            self.raise_bound(low)
        return factor, high, low

    def _is_squarable(self, width: int) -> bool:
        """Whether full rank is certain, and the condition so small that it may be squared."""
        largest, root = self._gram.frobenius, np.sqrt(self._problem.alpha)
        well = np.hypot(largest, root) < _SAFE_CONDITION * np.hypot(self._smallest, root)
        return bool(well) and is_certain(largest, self._smallest, self._problem.cutoff(width))


def _record(
    problem: Problem,
    evaluation: Evaluation,
    duals: list[np.ndarray],
    factors: list[PackedCholesky | None],
    values: np.ndarray,
) -> bool:
    """Turn duals into coefficients, refine those whose factor was kept, and record in order.

    The rows of `values` are square roots of the extreme eigenvalues of ``Z Z' + alpha I``. Returns
    whether all could be certified.
    """
    alpha, k = problem.alpha, problem.Y.shape[1]
    widths = evaluation.remaining[: len(factors)]
    targets = np.tile(problem.Y.T, (len(factors), 1))
    dual = np.vstack(duals)
    coef = np.zeros((len(dual), int(widths[-1])))
    fitted = multiply_nested(problem.Z, coef, widths, dual)
    high, low = values.T
    # The condition falls with the width: models wider than the last to be refined are left out.
    n_refined = max((i + 1 for i, factor in enumerate(factors) if factor is not None), default=0)
    if n_refined:
        rows, width = slice(n_refined * k), int(widths[n_refined - 1])
        correction = targets[rows] - fitted[rows] - alpha * dual[rows]
        for i, factor in enumerate(factors[:n_refined]):
            model = slice(i * k, (i + 1) * k)
            correction[model] = 0.0 if factor is None else factor.solve(correction[model].T).T
        dual[rows] += correction
        fitted[rows] = multiply_nested(
            problem.Z, coef[rows, :width], widths[:n_refined], correction
        )
    residual_norm = euclidean_norms(targets - fitted - alpha * dual)
    # The norm of Z' (Z Z' + alpha I)^-1 is at most 1 / low, and at most high / alpha.
    allowed = _ACCEPTED_ERROR * np.repeat(np.maximum(low, alpha / high), k) * euclidean_norms(coef)
    good = (residual_norm <= allowed).reshape(-1, k).all(axis=1)
    n_good = int(np.argmin(np.append(good, False)))
    if n_good:
        largest, smallest = np.sqrt(np.maximum(values[:n_good].T ** 2 - alpha, 0.0))
        known = fitted[: n_good * k] if evaluation.Z is problem.Z else None
        evaluation.record(coef[: n_good * k], len(problem.Z), largest, smallest, "gram", known)
    return n_good == len(factors)

"""A ridge path above the threshold from one tridiagonalisation of the Gram matrix.

With ``Z Z' = Q T Q'`` the dual ``(Z Z' + alpha I)^-1 Y = Q (T + alpha I)^-1 Q' Y`` costs ``O(n)``
for each penalty and target, besides the product with Q, ``2 n^2``. Forming the Gram matrix and
reducing it, ``n^2 p + 4 n^3 / 3`` flops, replaces a QR decomposition of twice the price and a
singular value decomposition. The condition is squared, so this is for conditions below
`CONDITION_LIMIT`, which the extreme eigenvalues of T tell exactly enough, and the solutions are
refined against the features as in `GrowingGram`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.linalg import lapack

from ._gram import CONDITION_LIMIT, refinements
from ._in_place import add_gram
from ._rank import condition_of_extremes
from ._small import is_certain
from ._solution import fitted_values

__all__ = ["solve_tridiagonally"]

_BLOCK = 64


@dataclass(frozen=True, eq=False)
class _Tridiagonal:
    """Symmetric ``Q T Q'``; Q leaves the first coordinate alone."""

    reflectors: np.ndarray
    factors: np.ndarray
    diagonal: np.ndarray
    beside: np.ndarray

    @classmethod
    def of(cls, gram: np.ndarray) -> "_Tridiagonal":
        """Reduce a Fortran-ordered matrix, given by its lower triangle and overwritten."""
        packed, diagonal, beside, factors, _ = lapack.dsytrd(
            gram, lower=1, lwork=_BLOCK * len(gram), overwrite_a=1
        )
        return cls(np.asfortranarray(packed[1:, :-1]), factors, diagonal, beside)

    def extremes(self) -> tuple[float, float]:
        """Largest and smallest eigenvalue."""
        top = len(self.diagonal) - 1
        largest, smallest = (
            linalg.eigvalsh_tridiagonal(
                self.diagonal, self.beside, select="i", select_range=(i, i), check_finite=False
            )[0]
            for i in (top, 0)
        )
        return float(largest), float(smallest)

    def solve(self, right: np.ndarray, alphas: np.ndarray) -> np.ndarray:
        """Solve ``(Q T Q' + alpha_i I) X_i = right_i``; `right` is (n_alphas, n, k)."""
        a, n, k = right.shape
        columns = self._rotate(right.transpose(1, 0, 2).reshape(n, a * k), "T")
        for i, alpha in enumerate(alphas):
            here = slice(i * k, (i + 1) * k)
            _, _, solved, _ = lapack.dptsv(self.diagonal + alpha, self.beside, columns[:, here])
            columns[:, here] = solved
        return self._rotate(columns, "N").reshape(n, a, k).transpose(1, 0, 2)

    def _rotate(self, matrix: np.ndarray, trans: str) -> np.ndarray:
        """Product with Q, or with its transpose for "T"."""
        rotated = np.array(matrix, order="F")
        lwork = _BLOCK * matrix.shape[1]
        below, _, _ = lapack.dormqr("L", trans, self.reflectors, self.factors, matrix[1:], lwork)
        rotated[1:] = below
        return rotated


def solve_tridiagonally(
    Z: np.ndarray, Y: np.ndarray, alphas: np.ndarray, rcond: float
) -> tuple[np.ndarray, int, np.ndarray] | None:
    """Coefficients (n_alphas, p, k), rank and conditions (n_alphas,), as `solve_spectrally`.

    None if the features have no more columns than rows, or are not certain to be of full rank
    and of a condition that may be squared.
    """
    n, p = Z.shape
    if p <= n or n == 1:
        return None
    gram = np.zeros((n, n), order="F")
    add_gram(gram, Z)
    tridiagonal = _Tridiagonal.of(gram)
    squares = tridiagonal.extremes()
    if not CONDITION_LIMIT**-2 * squares[0] < squares[1]:
        return None
    largest, smallest = np.sqrt(squares)
    if not is_certain(largest, smallest, rcond):
        return None
    condition = condition_of_extremes(largest, smallest, alphas)
    penalties = alphas[:, None, None]
    dual = tridiagonal.solve(np.broadcast_to(Y, (alphas.size, *Y.shape)), alphas)
    coef = _transposed_times(Z, dual)
    for _ in range(refinements(float(condition.max()))):
        residual = Y - fitted_values(Z, coef)
        correction = tridiagonal.solve(residual - penalties * dual, alphas)
        dual += correction
        coef += _transposed_times(Z, correction)
    return coef, n, condition


def _transposed_times(Z: np.ndarray, dual: np.ndarray) -> np.ndarray:
    """Coefficients ``Z' dual`` (n_alphas, p, k) of all penalties from one product."""
    a, n, k = dual.shape
    flat = dual.transpose(1, 0, 2).reshape(n, a * k).T @ Z
    return flat.reshape(a, k, -1).transpose(0, 2, 1)

"""The LAPACK and BLAS routines the width path is made of, called without hidden copies.

scipy's wrappers work in place on Fortran-ordered arrays when told to overwrite them; a
C-ordered matrix is passed as the Fortran-ordered transpose that it is.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import blas, lapack

from ._in_place import factor

__all__ = [
    "Reflectors",
    "StackedReflectors",
    "cholesky",
    "cholesky_solve",
    "multiply_from_right",
    "solve_from_right",
    "solve_lower",
    "solve_triangle",
    "stack_qr",
    "symmetric_product",
    "tall_qr",
]

# Compact WY block size: speed is flat between 24 and 64, the errors grow.
_BLOCK = 32


@dataclass(frozen=True, eq=False)
class Reflectors:
    """Orthogonal factor of a tall QR decomposition, as compact WY reflectors."""

    vectors: np.ndarray
    factors: np.ndarray

    def transpose_times(self, matrix: np.ndarray) -> np.ndarray:
        """Product of the transposed factor with a matrix."""
        product, info = lapack.dgemqrt(
            self.vectors, self.factors, np.array(matrix, order="F"), trans="T", overwrite_c=1
        )
        _check(info, "gemqrt")
        return np.asarray(product)

    def times(self, matrix: np.ndarray) -> np.ndarray:
        """Product of the factor with a matrix."""
        product, info = lapack.dgemqrt(
            self.vectors, self.factors, np.array(matrix, order="F"), trans="N", overwrite_c=1
        )
        _check(info, "gemqrt")
        return np.asarray(product)


def tall_qr(matrix: np.ndarray) -> tuple[Reflectors, np.ndarray]:
    """QR decomposition (n, m), n >= m: reflectors and the triangle (m, m), Fortran-ordered."""
    m = matrix.shape[1]
    packed, factors, info = lapack.dgeqrt(
        min(_BLOCK, m), np.array(matrix, order="F"), overwrite_a=1
    )
    _check(info, "geqrt")
    # The upper triangle of a Fortran-ordered matrix, without a copy across orders.
    return Reflectors(packed, factors), np.tril(packed[:m].T).T


@dataclass(frozen=True, eq=False)
class StackedReflectors:
    """Orthogonal factor of the QR decomposition of a triangle on top of a matrix.

    `overlap` is the number of rows of the matrix that are themselves upper trapezoidal.
    """

    vectors: np.ndarray
    factors: np.ndarray
    overlap: int

    def apply(
        self, top: np.ndarray, bottom: np.ndarray, *, transpose: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Product with ``[top; bottom]``; both are Fortran-ordered and overwritten."""
        top, bottom, info = lapack.dtpmqrt(
            self.overlap,
            self.vectors,
            self.factors,
            top,
            bottom,
            trans="T" if transpose else "N",
            overwrite_a=1,
            overwrite_b=1,
        )
        _check(info, "tpmqrt")
        return top, bottom


def stack_qr(
    triangle: np.ndarray, below: np.ndarray, *, overlap: int = 0
) -> tuple[StackedReflectors, np.ndarray]:
    """QR decomposition of ``[triangle; below]``; both are overwritten. Returns the new triangle."""
    triangle, vectors, factors, info = lapack.dtpqrt(
        overlap, min(_BLOCK, triangle.shape[0]), triangle, below, overwrite_a=1, overwrite_b=1
    )
    _check(info, "tpqrt")
    return StackedReflectors(vectors, factors, overlap), triangle


def solve_triangle(
    triangle: np.ndarray, right: np.ndarray, *, transpose: bool = False
) -> np.ndarray:
    """Solve an upper triangular system, or its transpose, for several right-hand sides."""
    return np.asarray(
        blas.dtrsm(1.0, triangle, np.array(right, order="F"), trans_a=int(transpose), overwrite_b=1)
    )


def solve_lower(
    factor: np.ndarray, right: np.ndarray, *, transpose: bool = False, side: str = "left"
) -> np.ndarray:
    """Solve ``L X = right`` or, from the side "right", ``X L = right``; L' for L if transposed.

    L is a lower triangle; `right` is Fortran-ordered and overwritten.
    """
    return np.asarray(
        blas.dtrsm(
            1.0,
            factor,
            right,
            side=int(side == "right"),
            lower=1,
            trans_a=int(transpose),
            overwrite_b=1,
        )
    )


def solve_from_right(
    triangle: np.ndarray, rows: np.ndarray, *, transpose: bool = False
) -> np.ndarray:
    """Solve ``X U = rows`` for C-ordered rows, or ``X U' = rows``; C-ordered, in place."""
    # The transpose of X is Fortran-ordered: U' X' = rows', or U X' = rows'.
    solved = blas.dtrsm(1.0, triangle, rows.T, trans_a=int(not transpose), overwrite_b=1)
    return np.asarray(solved.T)


def multiply_from_right(
    triangle: np.ndarray, rows: np.ndarray, *, transpose: bool = False
) -> np.ndarray:
    """Product ``rows U`` or ``rows U'`` with an upper triangle, for C-ordered rows, in place."""
    product = blas.dtrmm(1.0, triangle, rows.T, trans_a=int(not transpose), overwrite_b=1)
    return np.asarray(product.T)


def symmetric_product(gram: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Product of a symmetric matrix, given by its lower triangle, with a vector or matrix."""
    if right.ndim == 1:
        return np.asarray(blas.dsymv(1.0, gram, right, lower=1))
    return np.asarray(blas.dsymm(1.0, gram, np.asfortranarray(right), lower=1))


def cholesky(gram: np.ndarray) -> np.ndarray | None:
    """Lower Cholesky factor of a matrix given by its lower triangle; None if not definite."""
    matrix = np.array(gram, order="F")
    return matrix if factor(matrix) else None


def cholesky_solve(factor: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve with a lower Cholesky factor."""
    solved, info = lapack.dpotrs(factor, np.array(right, order="F"), lower=1, overwrite_b=1)
    _check(info, "potrs")
    return np.asarray(solved)


def _check(info: int, routine: str) -> None:
    """LAPACK reports an illegal argument only if this package passed one."""
    if info:
        raise RuntimeError(f"LAPACK {routine} refused its argument {-info}")

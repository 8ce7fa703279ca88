"""Householder QR decompositions with their reflectors kept, and triangular systems, by LAPACK.

A QR decomposition ``A = Q R`` of LAPACK's geqrt holds Q as compact WY reflectors (Schreiber and
Van Loan, SIAM J. Sci. Stat. Comput. 10, 1989); tpqrt decomposes a triangle on top of a matrix,
which is how a decomposition grows. scipy's wrappers work in place on Fortran-ordered arrays.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import blas, lapack

# Columns of a compact WY block: speed is flat between 24 and 64, the errors grow.
_BLOCK = 32
# Rows are sorted if their sizes differ by more than this factor, which costs digits.
_GRADED = 100.0


@dataclass(frozen=True, eq=False)
class Reflectors:
    """Orthogonal factor of a tall QR decomposition, whose rows were taken in an `order`."""

    vectors: np.ndarray
    factors: np.ndarray
    order: np.ndarray | slice

    def transpose_times(self, matrix: np.ndarray) -> np.ndarray:
        """Product of the transposed factor with a matrix."""
        return self._apply(matrix[self.order], "T")

    def times(self, matrix: np.ndarray) -> np.ndarray:
        """Product of the factor with a matrix of as many rows, or fewer (zeros below them)."""
        if len(matrix) < len(self.vectors):
            matrix = np.pad(matrix, ((0, len(self.vectors) - len(matrix)), (0, 0)))
        product = np.empty(matrix.shape)
        product[self.order] = self._apply(matrix, "N")
        return product

    def _apply(self, matrix: np.ndarray, trans: str) -> np.ndarray:
        right = np.array(matrix, order="F")
        return np.asarray(
            lapack.dgemqrt(self.vectors, self.factors, right, trans=trans, overwrite_c=1)[0]
        )


def rows_by_size(matrix: np.ndarray) -> np.ndarray | slice:
    """Indices of the rows, large ones first; all as they are if their sizes hardly differ."""
    squares = np.einsum("ij,ij->i", matrix, matrix)
    graded = squares.max() > _GRADED**2 * squares.min()
    return np.argsort(-squares, kind="stable") if graded else slice(None)


def tall_qr(matrix: np.ndarray) -> tuple[Reflectors, np.ndarray]:
    """QR decomposition (n, m), n >= m: reflectors and the triangle (m, m), Fortran-ordered.

    With large rows first Householder's QR is stable row by row (Cox and Higham, Linear Algebra
    Appl. 1998): a sample, or of a transpose a feature, 1e8 times the others then costs no digits.
    """
    m = matrix.shape[1]
    order = rows_by_size(matrix)
    copy = np.array(matrix[order], order="F")
    del matrix  # columns made on demand are held by nobody else
    packed, factors, _ = lapack.dgeqrt(min(_BLOCK, m), copy, overwrite_a=1)
    # The upper triangle of a Fortran-ordered matrix, without a copy across orders.
    return Reflectors(packed, factors, order), np.tril(packed[:m].T).T


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
        top, bottom, _ = lapack.dtpmqrt(
            self.overlap,
            self.vectors,
            self.factors,
            top,
            bottom,
            trans="T" if transpose else "N",
            overwrite_a=1,
            overwrite_b=1,
        )
        return top, bottom


def stack_qr(
    triangle: np.ndarray, below: np.ndarray, *, overlap: int = 0
) -> tuple[StackedReflectors, np.ndarray]:
    """QR decomposition of ``[triangle; below]``; both are overwritten. Returns the new triangle."""
    block = min(_BLOCK, len(triangle))
    triangle, vectors, factors, _ = lapack.dtpqrt(
        overlap, block, triangle, below, overwrite_a=1, overwrite_b=1
    )
    return StackedReflectors(vectors, factors, overlap), triangle


def solve_triangle(
    triangle: np.ndarray, right: np.ndarray, *, transpose: bool = False
) -> np.ndarray:
    """Solve ``R X = right`` or ``R' X = right`` with an upper triangle R."""
    return np.asarray(
        blas.dtrsm(1.0, triangle, np.array(right, order="F"), trans_a=int(transpose), overwrite_b=1)
    )


def solve_from_right(
    triangle: np.ndarray, rows: np.ndarray, *, transpose: bool = False
) -> np.ndarray:
    """Solve ``X R = rows`` for C-ordered rows, or ``X R' = rows``; C-ordered, in place."""
    if len(rows) == 1:  # a third of the time that dtrsm takes
        return np.asarray(blas.dtrsv(triangle, rows[0], trans=int(not transpose))[None])
    # The transpose of X is Fortran-ordered: R' X' = rows', or R X' = rows'.
    solved = blas.dtrsm(1.0, triangle, rows.T, trans_a=int(not transpose), overwrite_b=1)
    return np.asarray(solved.T)


def multiply_from_right(
    triangle: np.ndarray, rows: np.ndarray, *, transpose: bool = False
) -> np.ndarray:
    """Product ``rows R`` or ``rows R'`` with an upper triangle, for C-ordered rows, in place."""
    if len(rows) == 1:
        return np.asarray(blas.dtrmv(triangle, rows[0], trans=int(not transpose))[None])
    product = blas.dtrmm(1.0, triangle, rows.T, trans_a=int(not transpose), overwrite_b=1)
    return np.asarray(product.T)

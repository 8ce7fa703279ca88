"""Solution of the small square system that a problem has been reduced to."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ._condition import leading_extremes
from ._deflation import Deflation, smallest_vectors
from ._lapack import solve_triangle, tall_qr
from ._penalty import penalise, solve_penalised_transpose
from ._rank import condition_of_extremes
from ._spectral import shrinkage, truncated_svd

__all__ = [
    "SmallSolution",
    "decisive_condition",
    "is_certain",
    "solve_by_extremes",
    "solve_one_width",
    "solve_reduced",
]

# Margin between an estimate of the condition and the cutoff within which full rank is certain.
_MARGIN = 10.0


@dataclass(frozen=True, eq=False)
class SmallSolution:
    """Coefficients, rank, extreme (retained) singular values of the features, and method."""

    coef: np.ndarray
    rank: int
    largest: float
    smallest: float
    method: str

    def condition(self, alpha: float) -> float:
        """Condition of the system with that penalty."""
        return float(condition_of_extremes(np.array(self.largest), np.array(self.smallest), alpha))


def is_certain(largest: float, smallest: float, rcond: float) -> bool:
    """Whether estimates of the extreme singular values leave no doubt that none is cut off."""
    return _MARGIN * rcond * largest < smallest


def decisive_condition(rcond: float) -> float:
    """Condition below which it is certain that no singular value is cut off."""
    return 1.0 / (_MARGIN * rcond) if rcond else math.inf


def solve_by_extremes(
    triangle: np.ndarray,
    targets: np.ndarray,
    alpha: float,
    rcond: float,
    name: str,
    largest: float,
    smallest: float,
) -> SmallSolution:
    """Solve ``R x = c``, or ``R' x = c`` for the name "lq": by substitution if that is certain.

    The extreme singular values are estimates; where they leave a doubt about the rank, the small
    singular values are deflated, and if that does not pay the SVD of the triangle is taken.
    """
    if is_certain(largest, smallest, rcond):
        coef = _substitute(triangle, targets, alpha, name)
        return SmallSolution(coef, len(triangle), largest, smallest, name)
    found = smallest_vectors(triangle, rcond)
    if found is None:
        matrix = triangle.T if name == "lq" else triangle
        return solve_small(matrix, targets, alpha, rcond, f"{name}+svd")
    dropped, largest, smallest = found
    if dropped.size == 0:
        coef = _substitute(triangle, targets, alpha, name)
        return SmallSolution(coef, len(triangle), largest, smallest, name)
    deflation = Deflation.of(triangle, dropped, largest)
    if name == "lq":
        half = _substitute(deflation.triangle, deflation.without_dropped(targets), alpha, name)
        coef = deflation.rotate(half, transpose=False)
    else:
        turned = deflation.rotate(targets, transpose=True)
        coef = deflation.without_dropped(_substitute(deflation.triangle, turned, alpha, name))
    rank = len(triangle) - dropped.shape[1]
    return SmallSolution(coef, rank, largest, smallest, f"{name}+deflation")


def _substitute(triangle: np.ndarray, targets: np.ndarray, alpha: float, name: str) -> np.ndarray:
    """Solution for a triangle of full rank."""
    if alpha == 0:
        return solve_triangle(triangle, targets, transpose=name == "lq")
    if name == "lq":
        return solve_penalised_transpose(triangle, targets, alpha)
    return solve_triangle(*penalise(triangle, targets, alpha))


def solve_small(
    matrix: np.ndarray, targets: np.ndarray, alpha: float, rcond: float, method: str
) -> SmallSolution:
    """Solve by the SVD of the matrix, its singular values cut off at `rcond`."""
    found = None if alpha > 0 or rcond == 0 else _gelsd(matrix, targets, rcond)
    if found is None:
        spectrum = truncated_svd(matrix, rcond)
        filters = shrinkage(spectrum.values, np.array([alpha]))[0]
        coef = spectrum.right.T @ (filters[:, None] * (spectrum.left.T @ targets))
        values, rank = spectrum.values, spectrum.rank
    else:
        coef, values, rank = found
    extremes = (float(values[0]), float(values[rank - 1])) if rank else (0.0, 0.0)
    return SmallSolution(coef, rank, *extremes, method)


def _gelsd(
    matrix: np.ndarray, targets: np.ndarray, rcond: float
) -> tuple[np.ndarray, np.ndarray, int] | None:
    """Coefficients, singular values and rank by LAPACK's gelsd; None if it does not converge.

    It takes a cutoff of zero for one of eps.
    """
    try:
        coef, _, rank, values = linalg.lstsq(
            matrix, targets, cond=rcond, lapack_driver="gelsd", check_finite=False
        )
    except linalg.LinAlgError:
        return None
    return coef, values, int(rank)


def solve_reduced(
    triangle: np.ndarray, targets: np.ndarray, alpha: float, rcond: float, name: str
) -> SmallSolution:
    """Estimate the extreme singular values of an upper triangle, and `solve_by_extremes`."""
    largest, smallest = (float(s[0]) for s in leading_extremes(triangle, np.array([len(triangle)])))
    return solve_by_extremes(triangle, targets, alpha, rcond, name, largest, smallest)


def solve_one_width(Z: np.ndarray, Y: np.ndarray, alpha: float, rcond: float) -> SmallSolution:
    """Solve for all of `Z` by one QR decomposition of it or of its transpose."""
    if Z.shape[1] <= Z.shape[0]:
        basis, triangle = tall_qr(Z)
        targets = basis.transpose_times(Y)[: Z.shape[1]]
        return solve_reduced(triangle, targets, alpha, rcond, "qr")
    basis, triangle = tall_qr(Z.T)
    small = solve_reduced(triangle, Y, alpha, rcond, "lq")
    padded = np.zeros((Z.shape[1], Y.shape[1]), order="F")
    padded[: len(small.coef)] = small.coef
    coef = basis.times(padded)
    return SmallSolution(coef, small.rank, small.largest, small.smallest, small.method)

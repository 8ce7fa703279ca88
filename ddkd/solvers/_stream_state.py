"""What a stream remembers: a Gram matrix of its rows, plain or whitened, as the data allow.

Normal equations square the condition. Rows times U^-1, with U the triangular factor of the
first rows, are nearly orthonormal instead, so that nothing is lost (as accurate as a QR
decomposition of all rows, for the price of one triangular solve more than normal equations).
U is the factor of ``[R; delta D]`` with delta = 1e-8 and D the norms of the columns of R: so it
can be inverted whatever the rank, a leading block is as good as the whole, and a singular value
s of ``R D^-1`` below delta keeps the relative accuracy ``eps (delta / s)^2``, enough down to the
cutoff.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import linalg
from scipy.linalg import blas, lapack

from ._lapack import solve_from_right, solve_triangle, tall_qr
from ._rank import leading_extremes
from ._triangle import penalise

# Gram matrices are safe up to this condition: they lose this many roundings.
SAFE_CONDITION = 1e6
_FLOOR = 1e-8
# Stands for the norm of a column while it is zero: a row where it is not then starts anew.
_TINY = 2.0**-100


@dataclass(eq=False)
class StreamState:
    """Gram matrix of rows ``[x U^-1, y - x U^-1 offset]``.

    Attributes
    ----------
    gram : ndarray of shape (p + k, p + k)
        Its lower triangle, Fortran-ordered, updated in place.
    whitener : ndarray of shape (p, p) or None
        Upper triangle U; None, for the identity, means plain normal equations.
    offset : ndarray of shape (p, k)
        Solution for the first whitened rows, no larger than their targets. Only what it leaves
        of the targets is summed, so that the residual is no small difference of large sums.
    floor : float
        Lower bound of the eigenvalues that have to stay resolved.
    size : float
        Upper bound of the largest eigenvalue.
    """

    gram: np.ndarray
    whitener: np.ndarray | None
    offset: np.ndarray
    floor: float
    size: float

    @classmethod
    def start(cls, rows: np.ndarray, n_targets: int) -> Self:
        """Choose plain or whitened by the condition of the first rows, and add them."""
        p = rows.shape[1] - n_targets
        padding = max(0, rows.shape[1] - len(rows))
        _, triangle = tall_qr(np.pad(rows, ((0, padding), (0, 0))))
        head = np.asfortranarray(triangle[:p, :p])
        smallest = float(leading_extremes(head, np.array([p]))[1][0])
        gram = np.zeros((p + n_targets, p + n_targets), order="F")
        frobenius = float(np.linalg.norm(head.T @ head))
        if 10 * frobenius < SAFE_CONDITION * smallest**2:
            offset = solve_triangle(head, triangle[:p, p:])
            state = cls(gram, None, offset, smallest**2, frobenius)
        else:
            sizes = np.linalg.norm(head, axis=0)
            sizes[sizes == 0] = _TINY * (sizes.max() or 1.0)
            factor, targets = penalise(np.asfortranarray(head / sizes), triangle[:p, p:], _FLOOR**2)
            whitener = np.asfortranarray(factor * sizes)
            state = cls(gram, whitener, targets, 1.0, np.sqrt(p))
        state._sum(state._whitened(triangle))
        return state

    @property
    def name(self) -> str:
        """Name of the method."""
        return "normal equations" if self.whitener is None else "whitened gram"

    def add(self, rows: np.ndarray) -> Self:
        """Add rows ``[x, y]``; start anew if with them the Gram matrix would not be safe."""
        p, k = self.offset.shape
        whitened = self._whitened(rows)
        # The trace of what is added bounds its largest eigenvalue, but is far too large a bound
        # to be summed for long: the Gram matrix's own norm takes its place when it fails.
        trace = float(np.vdot(whitened[:, :p], whitened[:, :p]))
        if not self._is_safe(self.size + trace):
            self.size = float(np.linalg.norm(np.tril(self.gram[:p, :p]))) * np.sqrt(2)
        if not self._is_safe(self.size + trace):
            trace = float(np.linalg.norm(whitened[:, :p].T @ whitened[:, :p]))
        if not self._is_safe(self.size + trace):
            return self.start(np.vstack([self.rows(), rows]), k)
        self._sum(whitened)
        self.size += trace
        return self

    def _is_safe(self, size: float) -> bool:
        return size < SAFE_CONDITION * self.floor

    def rows(self) -> np.ndarray:
        """Return the triangle, p + k rows ``[x, y]`` with the Gram matrix of all those added.

        It is triangular in x; below them, where x is zero, y is not.
        """
        p, k = self.offset.shape
        head, targets = _factor(self.gram[:p, :p], self.gram[p:, :p].T)
        rest = np.tril(self.gram[p:, p:])
        rest = rest + np.tril(rest, -1).T - targets.T @ targets
        values, vectors = linalg.eigh(rest)
        targets = targets + head @ self.offset
        if self.whitener is not None:
            head = head @ self.whitener
        rows = np.zeros((p + k, p + k))
        rows[:p, :p], rows[:p, p:] = head, targets
        rows[p:, p:] = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
        return rows

    def _whitened(self, rows: np.ndarray) -> np.ndarray:
        """Return rows ``[x U^-1, y - x U^-1 offset]``."""
        p = len(self.offset)
        whitened = np.array(rows, order="C")
        if self.whitener is not None:
            features = np.array(rows[:, :p], order="C")
            whitened[:, :p] = solve_from_right(self.whitener, features)
        whitened[:, p:] -= whitened[:, :p] @ self.offset
        return whitened

    def _sum(self, whitened: np.ndarray) -> None:
        """Add rows to the Gram matrix, in place."""
        self.gram = blas.dsyrk(1.0, whitened.T, beta=1.0, c=self.gram, lower=1, overwrite_c=1)


def _factor(gram: np.ndarray, cross: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangle F with ``F' F = gram``, and ``F'^+ cross``: by Cholesky, or by eigenvalues."""
    factor, info = lapack.dpotrf(gram, lower=1, clean=1)
    if info == 0:
        upper = np.asfortranarray(factor.T)
        largest, smallest = (float(s[0]) for s in leading_extremes(upper, np.array([len(upper)])))
        if largest**2 < SAFE_CONDITION * smallest**2:
            return upper, solve_triangle(upper, cross, transpose=True)
    values, vectors = linalg.eigh(gram, lower=True, check_finite=False)
    roots = np.sqrt(np.maximum(values, 0.0))
    resolved = values > np.finfo(np.float64).eps * values[-1]
    inverse = np.where(resolved, 1.0 / np.where(resolved, roots, 1.0), 0.0)
    basis, triangle = tall_qr(roots[:, None] * vectors.T)
    return triangle, basis.transpose_times(inverse[:, None] * (vectors.T @ cross))

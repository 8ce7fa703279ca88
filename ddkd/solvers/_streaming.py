"""Least squares over a stream of batches, in memory that does not grow with the samples.

The triangle of a QR decomposition of the rows ``[Z, Y]`` holds all that a solution needs. Rows
are gathered in a buffer; a full one is decomposed together with the triangle so far, ``2 p^2``
flops a row (Golub and Van Loan, Matrix Computations, section 6.5), which squares nothing.

A Gram matrix, ``p^2`` flops a row and far fewer passes over memory, takes the triangle's place
while a certificate says that it costs few digits. Further rows never lower the smallest singular
value of the rows, and the trace of the Gram matrix bounds the largest: one triangle of smallest
singular value s vouches for all rows until ``sqrt(trace) > 1e3 s``. The buffer that would break
this is not added; the triangle is found by a Cholesky decomposition and goes on. Columns are
scaled to unit norm in the certificate, as errors of that decomposition do not depend on their
scale (Higham, Accuracy and Stability of Numerical Algorithms, section 10.1).
"""

from typing import Any, Self

import numpy as np
from scipy.linalg import blas, lapack

from ddkd._checks import check_integer
from ddkd.solvers._arguments import Problem, check_alpha, check_problem
from ddkd.solvers._lapack import stack_qr
from ddkd.solvers._rank import SAFE_NORMS, check_rcond, euclidean_norms, extremes
from ddkd.solvers._ridge import solve_problem
from ddkd.solvers._solution import LeastSquaresSolution

_SMALLEST_BUFFER = 512
# Bound of the condition up to which rows go into a Gram matrix.
_SAFE_CONDITION = 1e3


class _Rows:
    """The Gram matrix of rows of `size` entries, or its triangular factor where that is safer."""

    def __init__(self, size: int):
        self._square = np.zeros((size, size), order="F")
        self._is_gram = False
        self._scale = np.ones(size)  # norms of the columns when the certificate was given
        self._smallest, self._trace = 0.0, 0.0  # of the columns at that scale

    def add(self, rows: np.ndarray) -> None:
        """Take in rows (n, size), C-ordered."""
        if self._is_gram:
            with np.errstate(over="ignore"):
                trace = self._trace + np.sum(np.einsum("ij,ij->j", rows, rows) / self._scale**2)
            if trace <= (_SAFE_CONDITION * self._smallest) ** 2:
                self._square = blas.dsyrk(1.0, rows.T, beta=1.0, c=self._square, overwrite_c=1)
                self._trace = trace
                return
            self._square, self._is_gram = self.triangle(), False
        self._square = stack_qr(self._square, np.array(rows, order="F"))[1]
        self._certify()

    def triangle(self) -> np.ndarray:
        """Triangle R with ``R'R`` the Gram matrix of all rows."""
        if not self._is_gram:
            return self._square
        return np.asarray(lapack.dpotrf(self._square, lower=0, clean=1)[0])

    def _certify(self) -> None:
        """Go on with a Gram matrix if the triangle so far vouches for it."""
        self._scale = euclidean_norms(self._square.T)
        if self._scale.min() < SAFE_NORMS[0]:
            return  # zero, or too small to be squared
        self._trace = float(len(self._scale))
        self._smallest = extremes(np.asfortranarray(self._square / self._scale))[1]
        self._is_gram = self._trace <= (_SAFE_CONDITION * self._smallest) ** 2
        if self._is_gram:
            self._square = blas.dsyrk(1.0, self._square, trans=1)


class StreamingLeastSquares:
    """Least squares over batches of samples that are never held together.

    Keeps one triangle of size ``n_features + n_targets``, that of a QR decomposition of the
    samples, and a buffer of twice as many samples (but at least 512), whatever the number of
    samples. A Gram matrix takes the triangle's place only while its condition is certain to be
    below 1e3. Every batch is checked.

    Parameters
    ----------
    n_features : int
        Number of features.
    n_targets : int, default 1
        Number of targets.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.solvers import StreamingLeastSquares
    >>> stream = StreamingLeastSquares(1)
    >>> for y in [1.0, 2.0, 6.0]:
    ...     stream = stream.update([[1.0]], [y])
    >>> stream.solve().coef
    array([3.])
    """

    def __init__(self, n_features: int, n_targets: int = 1):
        self.n_features = check_integer("n_features", n_features)
        self.n_targets = check_integer("n_targets", n_targets)
        self.n_samples = 0
        width = self.n_features + self.n_targets
        self._buffer = np.empty((max(2 * width, _SMALLEST_BUFFER), width))
        self._buffered = 0
        self._earlier: _Rows | None = None
        self._eps = 0.0
        self._one_dimensional = True

    def update(self, Z: Any, Y: Any) -> Self:
        """Take in one batch of samples.

        Parameters
        ----------
        Z : array_like of shape (n_samples, n_features)
            Features.
        Y : array_like of shape (n_samples,) or (n_samples, n_targets)
            Targets; one-dimensional only if there is one target.

        Returns
        -------
        StreamingLeastSquares
            The object itself.

        Raises
        ------
        ValueError
            If the batch is not finite or of a wrong shape; it is then left out altogether.
        """
        problem = check_problem(Z, Y, None)
        if problem.Z.shape[1] != self.n_features:
            raise ValueError(f"Z must have {self.n_features} columns; its shape is {np.shape(Z)}")
        if problem.Y.shape[1] != self.n_targets:
            raise ValueError(f"Y must have {self.n_targets} targets; its shape is {np.shape(Y)}")
        return self._take_in(problem)

    def merge(self, other: "StreamingLeastSquares") -> Self:
        """Take in all the samples of another stream, which is left as it was.

        Parameters
        ----------
        other : StreamingLeastSquares
            A stream of the same numbers of features and targets.

        Returns
        -------
        StreamingLeastSquares
            The object itself.

        Raises
        ------
        ValueError
            If the other stream is of another shape.
        """
        if not isinstance(other, StreamingLeastSquares):
            raise ValueError(f"other must be a StreamingLeastSquares; got {other!r}")
        if (other.n_features, other.n_targets) != (self.n_features, self.n_targets):
            raise ValueError(
                f"other must have {self.n_features} features and {self.n_targets} targets; "
                f"it has {other.n_features} and {other.n_targets}"
            )
        return self._take_in(other._problem(self.n_features))

    def solve(
        self,
        alpha: float | np.ndarray = 0.0,
        *,
        width: int | None = None,
        rcond: float | None = None,
    ) -> LeastSquaresSolution:
        """Solve for all samples seen so far; more may follow.

        Parameters
        ----------
        alpha : float or array_like of shape (n_alphas,), default 0
            Ridge penalty, or several; zero means the minimum-norm solution.
        width : int, optional
            Fit the first `width` features only (nested features make this the model of that
            width); all of them unless given. Every width is served by one pass over the data.
        rcond : float, optional
            Relative cutoff of singular values, as in `min_norm`.

        Returns
        -------
        LeastSquaresSolution
            Coefficients and diagnostics, as `ridge` gives for all samples at once.

        Raises
        ------
        ValueError
            If an argument is out of range or no sample has been seen.

        Warns
        -----
        InterpolationWarning
            As in `ridge`.
        """
        alphas, scalar = check_alpha(alpha)
        cutoff = check_rcond(rcond)
        if self.n_samples == 0:
            raise ValueError("no samples yet; call update(Z, Y) first")
        p = self.n_features
        if width is not None:
            p = check_integer("width", width, high=p)
        problem = self._problem(p, cutoff)
        return solve_problem(problem, alphas, scalar, triangular=self._earlier is not None)

    def _take_in(self, problem: Problem) -> Self:
        """Take in samples through the buffer."""
        Z, Y, start = problem.Z, problem.Y, 0
        while start < len(Z):
            stop = min(len(Z), start + len(self._buffer) - self._buffered)
            free = self._buffer[self._buffered : self._buffered + stop - start]
            free[:, : self.n_features], free[:, self.n_features :] = Z[start:stop], Y[start:stop]
            self._buffered += stop - start
            start = stop
            if self._buffered == len(self._buffer):
                self._flush()
        self.n_samples += problem.n_samples
        self._eps = max(self._eps, problem.eps)
        self._one_dimensional &= problem.one_dimensional
        return self

    def _flush(self) -> None:
        """Empty the buffer."""
        if self._earlier is None:
            self._earlier = _Rows(self._buffer.shape[1])
        self._earlier.add(self._buffer[: self._buffered])
        self._buffered = 0

    def _problem(self, width: int, rcond: float | None = None) -> Problem:
        """The first `width` features of few rows with the Gram matrix of all samples.

        They are those of the buffer, or of the triangle once there is one.
        """
        if self._earlier is None:
            rows = self._buffer[: self._buffered]
        else:
            if self._buffered:
                self._flush()
            rows = self._earlier.triangle()
        Z, Y = rows[:, :width], rows[:, self.n_features :]
        return Problem(Z, Y, self._one_dimensional, self.n_samples, self._eps, rcond)

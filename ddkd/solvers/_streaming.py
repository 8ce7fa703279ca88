"""Least squares over a stream of batches, in memory that does not grow with the samples.

The triangle of a QR decomposition of the rows ``[Z, Y]`` holds all that a solution needs. Rows
are gathered in a buffer; a full one is decomposed together with the triangle so far, ``2 p^2``
flops a row (Golub and Van Loan, Matrix Computations, section 6.5). Nothing is squared.
"""

from typing import Any, Self

import numpy as np

from ddkd._checks import check_integer
from ddkd.solvers._arguments import Problem, check_alpha, check_problem
from ddkd.solvers._lapack import stack_qr
from ddkd.solvers._rank import check_rcond
from ddkd.solvers._ridge import solve_problem
from ddkd.solvers._solution import LeastSquaresSolution

_SMALLEST_BUFFER = 512


class StreamingLeastSquares:
    """Least squares over batches of samples that are never held together.

    Keeps one triangle of size ``n_features + n_targets``, that of a QR decomposition of the
    samples, and a buffer of twice as many samples (but at least 512), whatever the number of
    samples. The condition is never squared. Every batch is checked.

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
        self._triangle: np.ndarray | None = None
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
        self._append(np.hstack([problem.Z, problem.Y]))
        self.n_samples += problem.Z.shape[0]
        self._eps = max(self._eps, problem.eps)
        self._one_dimensional &= problem.one_dimensional
        return self

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
        self._append(other._rows())
        self.n_samples += other.n_samples
        self._eps = max(self._eps, other._eps)
        self._one_dimensional &= other._one_dimensional
        return self

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
        rows = self._rows()
        problem = Problem(
            rows[:, :p],
            rows[:, self.n_features :],
            self._one_dimensional,
            self.n_samples,
            self._eps,
            cutoff,
        )
        return solve_problem(problem, alphas, scalar, triangular=self._triangle is not None)

    def _append(self, rows: np.ndarray) -> None:
        """Take in rows ``[x, y]`` through the buffer."""
        while len(rows):
            taken, rows = np.split(rows, [len(self._buffer) - self._buffered])
            self._buffer[self._buffered : self._buffered + len(taken)] = taken
            self._buffered += len(taken)
            if self._buffered == len(self._buffer):
                self._flush()

    def _flush(self) -> None:
        """Decompose the triangle and the buffer."""
        size = self._buffer.shape[1]
        triangle = np.zeros((size, size), order="F") if self._triangle is None else self._triangle
        rows = np.array(self._buffer[: self._buffered], order="F")
        self._triangle, self._buffered = stack_qr(triangle, rows)[1], 0

    def _rows(self) -> np.ndarray:
        """Few rows with the Gram matrix of all samples: the buffer, or the triangle once it is."""
        if self._triangle is None:
            return self._buffer[: self._buffered]
        if self._buffered:
            self._flush()
        return self._triangle

"""Least squares over a stream of batches, in memory that does not grow with the samples."""

from typing import Any, Self

import numpy as np

from .._checks import check_integer
from ._arguments import Scaled, check_alpha, check_problem, shift
from ._rank import check_rcond, default_rcond
from ._ridge import solve_spectrally
from ._solution import Form, LeastSquaresSolution, assemble
from ._stream_state import StreamState
from ._triangle import SmallSolution, solve_one_width, solve_reduced

_SMALLEST_BUFFER = 512


class StreamingLeastSquares:
    """Least squares over batches of samples that are never held together.

    Keeps one square matrix of size ``n_features + n_targets`` and a buffer of at most
    ``2 n_features`` samples (but at least 512), whatever the number of samples: the Gram matrix
    of the samples while their condition allows for it (normal equations: below 1e6 for the
    Gram matrix), otherwise that of samples whitened by the triangular factor of the first ones,
    which loses nothing by squaring. Every batch is checked; the solution's `method` says which.

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
        self._state: StreamState | None = None
        self._exponents: np.ndarray | None = None
        self._reduced: np.ndarray | None = None  # kept between solves of several widths
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
        self._append(problem.Z, problem.Y)
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
        rows = other._rows()
        self._append(rows[:, : self.n_features], rows[:, self.n_features :])
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
        n, p = self.n_samples, self.n_features
        if width is not None:
            p = check_integer("width", width, high=p)
        if cutoff is None:
            cutoff = default_rcond(n, p, self._eps)
        rows = self._rows()
        scaled = Scaled.of(rows[:, :p], rows[:, self.n_features :])
        penalties = scaled.penalty(alphas)
        if scalar:
            # Of a triangle's first p columns only the first p rows are not zero.
            solve, top = (solve_one_width, None) if self._state is None else (_solve_triangle, p)
            small = solve(scaled.Z[:top], scaled.Y[:top], float(penalties[0]), cutoff)
            coef, rank, method = small.coef[None], small.rank, small.method
            condition = np.array([small.condition(float(penalties[0]))])
        else:
            coef, rank, condition = solve_spectrally(scaled.Z, scaled.Y, penalties, cutoff)
            method = "svd"
        if self._state is not None:
            method = f"{self._state.name}, {method}"
        return assemble(
            scaled,
            alphas,
            coef,
            condition,
            Form(scalar, self._one_dimensional, n),
            rank=rank,
            rcond=cutoff,
            method=method,
            stacklevel=4,
        )

    def _append(self, Z: np.ndarray, Y: np.ndarray) -> None:
        """Take in rows through the buffer."""
        self._reduced = None
        p, capacity = self.n_features, len(self._buffer)
        start = 0
        while start < len(Z):
            stop = min(len(Z), start + capacity - self._buffered)
            here = slice(self._buffered, self._buffered + stop - start)
            self._buffer[here, :p], self._buffer[here, p:] = Z[start:stop], Y[start:stop]
            self._buffered += stop - start
            start = stop
            if self._buffered == capacity:
                self._flush()

    def _flush(self) -> None:
        """Move the buffer into the state."""
        rows = self._buffer[: self._buffered]
        if self._exponents is None:
            scaled = Scaled.of(rows[:, : self.n_features], rows[:, self.n_features :])
            self._exponents = np.append(
                np.full(self.n_features, scaled.exponent), scaled.target_exponents
            )
        rows = shift(rows, -self._exponents)
        if self._state is None:
            self._state = StreamState.start(rows, self.n_targets)
        else:
            self._state = self._state.add(rows)
        self._buffered = 0

    def _rows(self) -> np.ndarray:
        """Few rows with the Gram matrix of all samples, triangular in the features if a state's."""
        if self._state is None or self._exponents is None:
            return self._buffer[: self._buffered]
        if self._buffered:
            self._flush()
        if self._reduced is None:
            self._reduced = shift(self._state.rows(), self._exponents)
        return self._reduced


def _solve_triangle(Z: np.ndarray, Y: np.ndarray, alpha: float, rcond: float) -> SmallSolution:
    return solve_reduced(np.asfortranarray(Z), Y, alpha, rcond, "qr")

"""Least squares over a stream of batches, in memory that does not grow with the samples."""

from typing import Any, Self

import numpy as np
from scipy import linalg

from .._checks import check_integer
from ._arguments import check_alpha, check_problem
from ._rank import check_rcond, default_rcond
from ._solution import LeastSquaresSolution
from ._spectral import solve_spectrally

__all__ = ["StreamingLeastSquares"]


class StreamingLeastSquares:
    """Least squares over batches of samples that are never held together.

    Keeps the triangular factor of the QR decomposition of ``[Z, Y]``, at most
    ``n_features + n_targets`` rows, whatever the number of samples: the solution is that of
    all samples at once (exact at finite size), with no loss from squaring the condition.

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
        self._factor = np.zeros((0, self.n_features + self.n_targets))
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
        self._append(other._factor)
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
        return solve_spectrally(
            self._factor[:, :p],
            self._factor[:, self.n_features :],
            alphas,
            n_samples=n,
            rcond=cutoff,
            method="tsqr",
            scalar=scalar,
            one_dimensional=self._one_dimensional,
            stacklevel=4,
        )

    def _append(self, rows: np.ndarray) -> None:
        """Replace the triangular factor by that of itself with `rows` below it."""
        factor = linalg.qr(
            np.vstack([self._factor, rows]), mode="r", overwrite_a=True, check_finite=False
        )[0][: self.n_features + self.n_targets]
        if not np.isfinite(factor).all():
            raise ValueError("Z or Y is so large that the norm of a column overflows")
        self._factor = factor

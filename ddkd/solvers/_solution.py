"""What the solvers return."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ddkd._repr import short_repr


@short_repr
@dataclass(frozen=True, eq=False)
class LeastSquaresSolution:
    """Solution of a least-squares problem, with what is needed to judge it.

    A path over ridge penalties puts the penalty's axis first everywhere except in `rank`
    and `rcond`, which belong to the features alone.

    Attributes
    ----------
    coef : ndarray of shape (n_features, n_targets) or (n_features,)
        Coefficients; the shorter shape for one-dimensional targets.
    rank : int
        Number of singular values of the features above `rcond` times the largest.
    rcond : float
        Relative cutoff of singular values that was used.
    train_mse : float or ndarray of shape (n_targets,)
        Mean over the samples of the squared training residual.
    coef_norm : float or ndarray of shape (n_targets,)
        Euclidean norm of the coefficients.
    condition : float or ndarray of shape (n_alphas,)
        Condition of the system that was solved: the largest over the smallest of
        ``sqrt(s**2 + alpha)``, s the singular values that `rank` counts; 1 for rank 0.
        Unless `method` names an SVD an estimate from below, within a factor of two for 98 of 100
        Gaussian matrices at least.
    interpolates : bool or ndarray of shape (n_alphas,)
        Whether the training residual is zero to rounding: its norm is at most
        ``sqrt(eps) = 1.5e-8`` times that of the target, for every target.
    method : str
        Which algorithm gave the solution.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.solvers import min_norm
    >>> solution = min_norm(np.eye(2, 3), np.array([1.0, 2.0]))
    >>> solution.rank, solution.interpolates
    (2, True)
    """

    coef: np.ndarray
    rank: int
    rcond: float
    train_mse: float | np.ndarray
    coef_norm: float | np.ndarray
    condition: float | np.ndarray
    interpolates: bool | np.ndarray
    method: str


@short_repr
@dataclass(frozen=True, eq=False)
class WidthPath:
    """Least-squares solutions of the nested models that use the first `w` features.

    All arrays are in the order of the widths asked for.

    Attributes
    ----------
    widths : ndarray of shape (n_widths,)
        Numbers of features.
    train_mse : ndarray of shape (n_widths, n_targets)
        Mean over the samples of the squared training residual.
    coef_norm : ndarray of shape (n_widths, n_targets)
        Euclidean norm of the coefficients.
    rank : ndarray of shape (n_widths,)
        Numerical rank of the features used.
    condition : ndarray of shape (n_widths,)
        Condition of the systems that were solved, see `LeastSquaresSolution`.
    interpolates : ndarray of shape (n_widths,)
        Whether the training residual is zero to rounding for every target.
    method : ndarray of shape (n_widths,)
        Which algorithm gave the solution at each width: "qr", "gram", "lq", or, where the rank was
        in doubt, "qr+svd" or "lq+svd" (see the page on numerics).
    predictions : ndarray of shape (n_widths, n_test, n_targets) or None
        Predictions on the test features, if those were given without test targets.
    test_mse : ndarray of shape (n_widths, n_targets) or None
        Mean squared error on the test set, if test targets were given.
    coefs : ndarray of shape (n_widths, n_features, n_targets) or (n_widths, n_features) or None
        Coefficients, zero beyond each width, if they were to be kept; the shorter shape for
        one-dimensional targets.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.solvers import width_path
    >>> rng = np.random.default_rng(0)
    >>> Z, y = rng.normal(size=(5, 9)), rng.normal(size=5)
    >>> path = width_path(Z, y, [2, 5, 9], keep_coefs=True)
    >>> path.rank
    array([2, 5, 5])
    >>> path.coefs.shape, path.coef(5).shape
    ((3, 9), (5,))
    """

    widths: np.ndarray
    train_mse: np.ndarray
    coef_norm: np.ndarray
    rank: np.ndarray
    condition: np.ndarray
    interpolates: np.ndarray
    method: np.ndarray
    predictions: np.ndarray | None
    test_mse: np.ndarray | None
    coefs: np.ndarray | None
    _solve: Callable[[int], np.ndarray] = field(repr=False)

    def coef(self, width: int) -> np.ndarray:
        """Coefficients of the model of one of the widths.

        If the path has not kept them, that width is solved again from the features, of which it
        keeps no copy: they must not have changed since.

        Parameters
        ----------
        width : int
            One of `widths`.

        Returns
        -------
        ndarray of shape (width, n_targets) or (width,)
            Coefficients; the shorter shape for one-dimensional targets.

        Raises
        ------
        ValueError
            If the path does not hold that width.
        """
        if isinstance(width, bool | np.bool_) or width not in self.widths:
            raise ValueError(
                f"width must be one of the path's {self.widths.size} widths "
                f"({self.widths.min()} to {self.widths.max()}); got {width!r}"
            )
        if self.coefs is not None:
            return self.coefs[int(np.flatnonzero(self.widths == width)[0]), : int(width)]
        return self._solve(int(width))


@dataclass(frozen=True, eq=False)
class SmallSolution:
    """Coefficients, rank, extreme (retained) singular values of the features, and method."""

    coef: np.ndarray
    rank: int
    largest: float
    smallest: float
    method: str

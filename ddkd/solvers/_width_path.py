"""Least squares on nested features: every prefix width from shared work."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from .._checks import check_array, check_matrix, check_real, check_targets
from ._arguments import Problem, check_problem
from ._rank import residual_vanishes, system_condition, warn_if_not_interpolating
from ._solution import WidthPath
from ._spectral import shrinkage, truncated_svd

__all__ = ["width_path"]


def width_path(
    Z: Any,
    Y: Any,
    widths: Any,
    *,
    Z_test: Any = None,
    Y_test: Any = None,
    alpha: float = 0.0,
    rcond: float | None = None,
) -> WidthPath:
    """Least squares on the first w features, for every w in `widths`: a double-descent curve.

    At each width the solution is that of `min_norm` (or of `ridge`) on ``Z[:, :w]``, rank and
    all (exact at finite size).

    Parameters
    ----------
    Z : array_like of shape (n_samples, n_features)
        Features; a model of width w uses the first w columns. The result refers to `Z` and
        `Y` for `WidthPath.coef`: do not change them meanwhile.
    Y : array_like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    widths : array_like of int, of shape (n_widths,)
        Widths between 1 and n_features, in any order.
    Z_test : array_like of shape (n_test, n_features), optional
        Test features, for `WidthPath.predictions`.
    Y_test : array_like of shape (n_test,) or (n_test, n_targets), optional
        Test targets; with them only `WidthPath.test_mse` is kept and no predictions.
    alpha : float, default 0
        Ridge penalty, sum-normalised; zero means the minimum-norm solution.
    rcond : float, optional
        Relative cutoff of singular values. The default is ``max(n_samples, w) * eps`` at
        width w, with the machine epsilon of the dtype of `Z`.

    Returns
    -------
    WidthPath
        Errors, norms and diagnostics per width.

    Raises
    ------
    ValueError
        If an argument is not finite, of a wrong shape, or out of range.

    Warns
    -----
    InterpolationWarning
        If `alpha` is zero and a model at least as wide as its data leaves a residual.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.solvers import width_path
    >>> rng = np.random.default_rng(0)
    >>> Z, y = rng.normal(size=(20, 60)), rng.normal(size=20)
    >>> path = width_path(Z, y, [5, 20, 60], Z_test=rng.normal(size=(7, 60)))
    >>> path.interpolates
    array([False,  True,  True])
    >>> path.predictions.shape
    (3, 7, 1)
    """
    problem = check_problem(Z, Y, rcond)
    n, p = problem.Z.shape
    grid = _check_widths(widths, p)
    alpha = check_real("alpha", alpha, low=0.0)
    test = None if Z_test is None else check_matrix("Z_test", Z_test, n_columns=p)
    targets = None if Y_test is None else _check_test_targets(Y_test, test, problem)

    unique, position = np.unique(grid, return_inverse=True)
    g, k = unique.size, problem.Y.shape[1]
    train_mse, coef_norm = np.empty((g, k)), np.empty((g, k))
    rank, condition = np.empty(g, dtype=int), np.empty(g)
    interpolates, method = np.empty(g, dtype=bool), np.empty(g, dtype="U16")
    predictions = None if test is None or targets is not None else np.empty((g, len(test), k))
    test_mse = None if targets is None else np.empty((g, k))
    target_norm = np.linalg.norm(problem.Y, axis=0)
    solver = _PrefixSolver.prepare(problem, alpha, int(unique[-1]))
    for i, width in enumerate(unique):
        fit = solver.solve(int(width))
        residual_norm = np.linalg.norm(problem.Y - problem.Z[:, :width] @ fit.coef, axis=0)
        train_mse[i] = (residual_norm / np.sqrt(n)) ** 2
        coef_norm[i] = np.linalg.norm(fit.coef, axis=0)
        rank[i], condition[i], method[i] = fit.rank, fit.condition, fit.method
        interpolates[i] = residual_vanishes(residual_norm, target_norm)
        if test is not None:
            predicted = test[:, :width] @ fit.coef
            if predictions is not None:
                predictions[i] = predicted
            if test_mse is not None and targets is not None:
                test_mse[i] = np.mean((predicted - targets) ** 2, axis=0)
    if alpha == 0:
        failed = np.flatnonzero((unique >= n) & ~interpolates)
        if failed.size:
            worst = failed[0]
            warn_if_not_interpolating(
                True, int(unique[worst]), n, int(rank[worst]), float(condition[worst])
            )

    return WidthPath(
        widths=grid,
        train_mse=train_mse[position],
        coef_norm=coef_norm[position],
        rank=rank[position],
        condition=condition[position],
        interpolates=interpolates[position],
        method=method[position],
        predictions=None if predictions is None else predictions[position],
        test_mse=None if test_mse is None else test_mse[position],
        _solve=solver.coef,
    )


def _check_widths(widths: Any, n_features: int) -> np.ndarray:
    """Return the widths as a vector of integers in the order given."""
    grid = check_array("widths", widths, ndim=1)
    if grid.size == 0:
        raise ValueError("widths is empty; it needs at least one width")
    if (grid != np.floor(grid)).any():
        raise ValueError(f"widths must be integers; got {widths!r}")
    if grid.min() < 1 or grid.max() > n_features:
        raise ValueError(
            f"widths must be between 1 and {n_features}, the number of columns of Z; "
            f"they range from {grid.min():g} to {grid.max():g}"
        )
    return grid.astype(int)


def _check_test_targets(Y_test: Any, test: np.ndarray | None, problem: Problem) -> np.ndarray:
    """Return the test targets as a matrix that matches test features and training targets."""
    if test is None:
        raise ValueError("Y_test needs Z_test, the features of the test samples")
    targets = check_targets("Y_test", Y_test, test.shape[0]).reshape(test.shape[0], -1)
    if targets.shape[1] != problem.Y.shape[1]:
        raise ValueError(
            f"Y_test must have {problem.Y.shape[1]} targets, as Y has; got {targets.shape[1]}"
        )
    return targets


@dataclass(frozen=True, eq=False)
class _Fit:
    """Coefficients of one width, and how they were found."""

    coef: np.ndarray
    rank: int
    condition: float
    method: str


@dataclass(frozen=True, eq=False)
class _PrefixSolver:
    """Solves any prefix width by the SVD of a small triangular factor.

    Below n the leading block of one QR decomposition of `Z` stands for the features; above,
    each width is reduced by a QR decomposition of its own transpose.
    """

    problem: Problem
    alpha: float
    triangle: np.ndarray
    rotated: np.ndarray

    @classmethod
    def prepare(cls, problem: Problem, alpha: float, largest: int) -> "_PrefixSolver":
        """Factorise the columns below n, as far as they are needed."""
        columns = problem.Z[:, : min(largest, problem.Z.shape[0])]
        q, triangle = linalg.qr(columns, mode="economic", check_finite=False)
        return cls(problem, alpha, triangle, q.T @ problem.Y)

    def solve(self, width: int) -> _Fit:
        """Solve for the first `width` features."""
        if width <= self.triangle.shape[1]:
            return self._fit(
                self.triangle[:width, :width], self.rotated[:width], None, width, "qr+svd"
            )
        basis, lower = linalg.qr(self.problem.Z[:, :width].T, mode="economic", check_finite=False)
        return self._fit(lower.T, self.problem.Y, basis, width, "lq+svd")

    def coef(self, width: int) -> np.ndarray:
        """Coefficients of the first `width` features, a vector for one-dimensional targets."""
        coef = self.solve(width).coef
        return coef[:, 0] if self.problem.one_dimensional else coef

    def _fit(
        self,
        small: np.ndarray,
        targets: np.ndarray,
        basis: np.ndarray | None,
        width: int,
        method: str,
    ) -> _Fit:
        """Solve the small square system; `basis` takes its coefficients to the features."""
        spectrum = truncated_svd(small, self.problem.cutoff(width))
        alphas = np.array([self.alpha])
        filtered = shrinkage(spectrum.values, alphas)[0][:, None] * (spectrum.left.T @ targets)
        coef = spectrum.right.T @ filtered
        condition = float(system_condition(spectrum.values, alphas)[0])
        return _Fit(coef if basis is None else basis @ coef, spectrum.rank, condition, method)

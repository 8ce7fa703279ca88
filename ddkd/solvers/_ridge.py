"""Minimum-norm and ridge least squares, for one penalty or a whole path of them.

One penalty is one QR decomposition. Many share the SVD of the features' triangle, of which each is
a filter: ``x = V s / (s^2 + alpha) U'y``.
"""

from typing import Any

import numpy as np

from ddkd.solvers._arguments import Problem, check_alpha, check_problem
from ddkd.solvers._rank import (
    condition_of_extremes,
    euclidean_norms,
    residual_vanishes,
    warn_if_not_interpolating,
)
from ddkd.solvers._solution import LeastSquaresSolution
from ddkd.solvers._triangle import kept_extremes, shrinkage, solve_one_width, svd_by_qr


def min_norm(Z: Any, Y: Any, *, rcond: float | None = None) -> LeastSquaresSolution:
    """Minimum-norm least squares.

    Of all minimisers of ``||Y - Z w||^2`` the one of smallest norm, ``w = Z^+ Y``, on either
    side of the interpolation threshold (exact at finite size).

    Parameters
    ----------
    Z : array_like of shape (n_samples, n_features)
        Features.
    Y : array_like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    rcond : float, optional
        Singular values at or below `rcond` times the largest count as zero. The default is
        ``max(n_samples, n_features) * eps``, with the machine epsilon of the dtype of `Z`.

    Returns
    -------
    LeastSquaresSolution
        Coefficients and diagnostics.

    Raises
    ------
    ValueError
        If an argument is not finite, of a wrong shape, or out of range.

    Warns
    -----
    InterpolationWarning
        If there are at least as many features as samples and a residual is left.

    Examples
    --------
    >>> from ddkd.solvers import min_norm
    >>> min_norm([[1.0, 1.0]], [2.0]).coef
    array([1., 1.])
    """
    return solve_problem(check_problem(Z, Y, rcond), np.zeros(1), scalar=True)


def ridge(
    Z: Any, Y: Any, alpha: float | np.ndarray, *, rcond: float | None = None
) -> LeastSquaresSolution:
    """Ridge regression, for one penalty or a whole path of them from one factorisation.

    Minimises ``||Y - Z w||^2 + alpha ||w||^2`` (exact at finite size). Singular values that
    `rcond` counts as zero are left out for every penalty, so that the limit of a vanishing
    penalty is the minimum-norm solution, which is also what ``alpha=0`` gives.

    Parameters
    ----------
    Z : array_like of shape (n_samples, n_features)
        Features.
    Y : array_like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    alpha : float or array_like of shape (n_alphas,)
        Penalty, or several; non-negative. It is not divided by the number of samples.
    rcond : float, optional
        Relative cutoff of singular values, as in `min_norm`.

    Returns
    -------
    LeastSquaresSolution
        Coefficients and diagnostics; for several penalties their axis comes first.

    Raises
    ------
    ValueError
        If an argument is not finite, of a wrong shape, or out of range.

    Warns
    -----
    InterpolationWarning
        If a penalty is zero, there are at least as many features as samples, and a residual
        is left.

    Examples
    --------
    >>> from ddkd.solvers import ridge
    >>> ridge([[1.0], [1.0]], [1.0, 3.0], [0.0, 2.0]).coef
    array([[2.],
           [1.]])
    """
    problem = check_problem(Z, Y, rcond)
    return solve_problem(problem, *check_alpha(alpha))


def solve_problem(
    problem: Problem, alphas: np.ndarray, scalar: bool, *, triangular: bool = False
) -> LeastSquaresSolution:
    """Solve for a single penalty by QR, for many by singular values; judge by the residuals."""
    rcond = problem.cutoff(problem.Z.shape[1])
    if scalar:
        alpha = float(alphas[0])
        small = solve_one_width(problem.Z, problem.Y, alpha, rcond, triangular=triangular)
        coef, rank, method = small.coef[None], small.rank, small.method
        extremes = small.largest, small.smallest
    else:
        coef, rank, extremes = _solve_spectrally(problem.Z, problem.Y, alphas, rcond)
        method = "svd"
    condition = condition_of_extremes(*extremes, alphas)

    # A stream's factor has fewer rows than samples, and the same residual norms.
    n, p = problem.n_samples, problem.Z.shape[1]
    residual_norm = np.linalg.norm(problem.Y - _fitted_values(problem.Z, coef), axis=1)
    interpolates = residual_vanishes(residual_norm, np.linalg.norm(problem.Y, axis=0))
    width, ranks = np.full(alphas.size, p), np.full(alphas.size, rank)
    judged = interpolates | (alphas > 0)
    warn_if_not_interpolating(width, judged, n, ranks, condition, 4)
    coef_norm = euclidean_norms(coef.transpose(0, 2, 1))
    fields = {
        "coef": problem.as_targets(coef),
        "train_mse": problem.as_targets((residual_norm / np.sqrt(n)) ** 2),
        "coef_norm": problem.as_targets(coef_norm),
        "condition": condition,
        "interpolates": interpolates,
    }
    if scalar:
        first = {name: values[0] for name, values in fields.items()}
        fields = {name: v.item() if v.ndim == 0 else v for name, v in first.items()}
    return LeastSquaresSolution(**fields, rank=rank, rcond=rcond, method=method)


def _fitted_values(Z: np.ndarray, coef: np.ndarray) -> np.ndarray:
    """Products ``Z @ coef[i]`` (n_alphas, n, k), all at once: the features are read only once."""
    a, p, k = coef.shape
    flat = Z @ coef.transpose(1, 0, 2).reshape(p, a * k)
    return flat.reshape(-1, a, k).transpose(1, 0, 2)


def _solve_spectrally(
    Z: np.ndarray, Y: np.ndarray, alphas: np.ndarray, rcond: float
) -> tuple[np.ndarray, int, tuple[float, float]]:
    """Coefficients (n_alphas, p, k) for every penalty, rank, and the extreme values kept."""
    n, p = Z.shape
    basis, left, values, right = svd_by_qr(Z, rcond)
    targets = Y if p > n else basis.transpose_times(Y)[:p]
    coef = right.T @ (shrinkage(values, alphas)[:, :, None] * (left.T @ targets))
    if p > n:
        flat = basis.times(coef.transpose(1, 0, 2).reshape(n, -1))
        coef = flat.reshape(p, alphas.size, -1).transpose(1, 0, 2)
    return coef, values.size, kept_extremes(values)

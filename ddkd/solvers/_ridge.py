"""Minimum-norm and ridge least squares, for one penalty or a whole path of them."""

from typing import Any

import numpy as np

from ._arguments import Problem, check_alpha, check_problem
from ._scaling import Scaled
from ._small import solve_one_width
from ._solution import Form, LeastSquaresSolution, assemble
from ._spectral import solve_spectrally
from ._tridiagonal import solve_tridiagonally

__all__ = ["min_norm", "ridge"]


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
    return _solve(check_problem(Z, Y, rcond), np.zeros(1), scalar=True)


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
    alphas, scalar = check_alpha(alpha)
    return _solve(problem, alphas, scalar)


def _solve(problem: Problem, alphas: np.ndarray, scalar: bool) -> LeastSquaresSolution:
    """Solve for a single penalty by QR, for many by a tridiagonal form, where rank is certain."""
    scaled = Scaled.of(problem.Z, problem.Y)
    n, p = problem.Z.shape
    rcond = problem.cutoff(p)
    penalties = scaled.penalty(alphas)
    if scalar:
        small = solve_one_width(scaled.Z, scaled.Y, float(penalties[0]), rcond)
        coef, rank, method = small.coef[None], small.rank, small.method
        condition = np.array([small.condition(float(penalties[0]))])
    else:
        found = solve_tridiagonally(scaled.Z, scaled.Y, penalties, rcond)
        method = "svd" if found is None else "tridiagonal"
        coef, rank, condition = found or solve_spectrally(scaled.Z, scaled.Y, penalties, rcond)
    return assemble(
        scaled,
        alphas,
        coef,
        condition,
        Form(scalar, problem.one_dimensional, n),
        rank=rank,
        rcond=rcond,
        method=method,
        stacklevel=5,
    )

"""Minimum-norm and ridge least squares, for one penalty or a whole path of them.

One penalty is one QR decomposition. Many share a spectral decomposition, of which each is a filter:
``x = V s / (s^2 + alpha) U'y`` from the SVD of the features' triangle; for features with more
columns than rows, and of a condition that may be squared, ``x = Z' W (lambda + alpha)^-1 W'y``
from the eigenvalues of their Gram matrix, refined against the features and certified as in
`_gram.py`.
"""

from typing import Any

import numpy as np
from scipy import linalg

from ._arguments import Problem, Scaled, check_alpha, check_problem
from ._gram import ACCEPTED_ERROR
from ._lapack import tall_qr
from ._rank import SAFE_CONDITION, condition_of_extremes, euclidean_norms, is_certain
from ._solution import Form, LeastSquaresSolution, assemble, fitted_values
from ._triangle import kept_extremes, shrinkage, solve_one_width, truncated_svd

# Ratio of the sides of a matrix above which a QR decomposition before the SVD pays.
_ELONGATED = 1.3
# Rounds of refinement at most, and the bound of the relative error that ends them.
_REFINEMENTS, _REFINED_ERROR = 3, 1e-13


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
    """Solve for a single penalty by QR, for many by eigenvalues or singular values."""
    scaled = Scaled.of(problem.Z, problem.Y)
    n, p = problem.Z.shape
    rcond = problem.cutoff(p)
    penalties = scaled.penalty(alphas)
    if scalar:
        small = solve_one_width(scaled.Z, scaled.Y, float(penalties[0]), rcond)
        coef, rank, method = small.coef[None], small.rank, small.method
        condition = np.array([small.condition(float(penalties[0]))])
    else:
        found = _solve_by_eigenvalues(scaled.Z, scaled.Y, penalties, rcond)
        method = "svd" if found is None else "gram eigenvalues"
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


def _solve_by_eigenvalues(
    Z: np.ndarray, Y: np.ndarray, alphas: np.ndarray, rcond: float
) -> tuple[np.ndarray, int, np.ndarray] | None:
    """Solve as `solve_spectrally` does; None for features of no more columns than rows, or unsafe.

    The smallest singular value must be certain to be kept, and no smaller than the largest over
    `SAFE_CONDITION`; the eigenvalues tell both exactly enough.
    """
    n, p = Z.shape
    if p <= n:
        return None
    values, vectors = linalg.eigh(Z @ Z.T, check_finite=False)
    if not SAFE_CONDITION**-2 * values[-1] < values[0]:
        return None
    largest, smallest = np.sqrt(values[[-1, 0]])
    if not is_certain(largest, smallest, rcond):
        return None
    penalties = alphas[:, None, None]
    inverse = 1.0 / (values[:, None] + penalties)
    residual = np.broadcast_to(Y, (alphas.size, *Y.shape))
    dual, coef = np.zeros(residual.shape), np.zeros((alphas.size, p, Y.shape[1]))
    bound = np.maximum(np.hypot(smallest, np.sqrt(alphas)), alphas / largest)[:, None]
    for _ in range(1 + _REFINEMENTS):
        correction = vectors @ (inverse * (vectors.T @ residual))
        dual += correction
        coef += fitted_values(Z.T, correction)
        residual = Y - fitted_values(Z, coef) - penalties * dual
        error = euclidean_norms(residual.transpose(0, 2, 1))
        size = bound * euclidean_norms(coef.transpose(0, 2, 1))
        if (error <= _REFINED_ERROR * size).all():
            break
    if (error > ACCEPTED_ERROR * size).any():
        return None
    return coef, n, condition_of_extremes(largest, smallest, alphas)


def solve_spectrally(
    Z: np.ndarray, Y: np.ndarray, alphas: np.ndarray, rcond: float
) -> tuple[np.ndarray, int, np.ndarray]:
    """Coefficients (n_alphas, p, k), rank and conditions (n_alphas,) for every penalty.

    Long or wide features are first reduced to a triangle, which is an orthogonal change.
    """
    n, p = Z.shape
    if p > _ELONGATED * n:
        basis, triangle = tall_qr(Z.T)
        small, rank, condition = solve_spectrally(triangle.T, Y, alphas, rcond)
        flat = basis.times(small.transpose(1, 0, 2).reshape(n, -1))
        return flat.reshape(p, alphas.size, -1).transpose(1, 0, 2), rank, condition
    if n > _ELONGATED * p:
        basis, triangle = tall_qr(Z)
        return solve_spectrally(triangle, basis.transpose_times(Y)[:p], alphas, rcond)
    left, values, right = truncated_svd(Z, rcond)
    filtered = shrinkage(values, alphas)[:, :, None] * (left.T @ Y)
    largest, smallest = kept_extremes(values)
    return right.T @ filtered, values.size, condition_of_extremes(largest, smallest, alphas)

"""Exact leave-one-out predictions of every ridge penalty from one decomposition."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._repr import short_repr
from ddkd.solvers._arguments import check_alpha, check_problem
from ddkd.solvers._lapack import solve_triangle, tall_qr
from ddkd.solvers._triangle import svd_by_qr

# Leverages this close to one leave too few digits of 1 - h to a subtraction.
_HIGH_LEVERAGE = 1e-4
# Projections shorter than this many roundings times sqrt(n) are zero.
_ROUNDING = 20
# Margin on how far rounding may tilt the range away from a sample.
_MARGIN = 10


@short_repr
@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """Leave-one-out predictions and errors of a ridge path.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        Penalties, in the order given.
    mse : ndarray of shape (n_alphas, n_targets) or (n_alphas,)
        Mean over the samples of the squared leave-one-out residual; the shorter shape for
        one-dimensional targets.
    predictions : ndarray of shape (n_alphas, n_samples, n_targets) or (n_alphas, n_samples)
        Prediction for each sample by the model trained on all the others.

    Examples
    --------
    >>> from ddkd.solvers import leave_one_out
    >>> leave_one_out([[1.0], [1.0], [1.0]], [0.0, 3.0, 3.0], 0.0).predictions
    array([[3. , 1.5, 1.5]])
    """

    alphas: np.ndarray
    mse: np.ndarray
    predictions: np.ndarray

    @property
    def best_alpha(self) -> float:
        """Penalty of the smallest error averaged over the targets.

        Returns
        -------
        float
            The first such penalty if several are equal.
        """
        per_alpha = self.mse.reshape(self.alphas.size, -1).mean(axis=1)
        return float(self.alphas[np.argmin(per_alpha)])


def leave_one_out(
    Z: Any, Y: Any, alpha: float | np.ndarray, *, rcond: float | None = None
) -> LeaveOneOut:
    r"""Exact leave-one-out error of ridge or minimum-norm least squares, without refitting.

    With the hat matrix :math:`H = Z (Z^T Z + \alpha I)^{-1} Z^T` the residual of sample i under
    the model trained without it is :math:`[(I - H) y]_i / [I - H]_{ii}` (Allen, 1974; exact at
    finite size). Where :math:`H_{ii} = 1`, as for every sample of an interpolating model without
    a penalty, the quotient is replaced by its limit for a vanishing penalty,
    :math:`[K^+ y]_i / [K^+]_{ii}` with :math:`K = Z Z^T` (Hastie, Montanari, Rosset and
    Tibshirani, arXiv 1903.08560, section 7), which is the minimum-norm model's own
    leave-one-out residual.

    Parameters
    ----------
    Z : array_like of shape (n_samples, n_features)
        Features.
    Y : array_like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    alpha : float or array_like of shape (n_alphas,)
        Penalty, or several; non-negative. Zero means the minimum-norm solution.
    rcond : float, optional
        Relative cutoff of singular values, as in `min_norm`. The rank is that of all of `Z`.

    Returns
    -------
    LeaveOneOut
        Errors and predictions; the penalty's axis comes first, for a scalar `alpha` too.

    Raises
    ------
    ValueError
        If an argument is not finite, of a wrong shape, or out of range.

    Examples
    --------
    >>> from ddkd.solvers import leave_one_out
    >>> loo = leave_one_out([[1.0], [1.0], [1.0]], [0.0, 3.0, 3.0], [0.0, 100.0])
    >>> loo.mse
    array([4.5       , 5.88408304])
    """
    problem = check_problem(Z, Y, rcond)
    alphas, _ = check_alpha(alpha)
    basis, left, values = _left_vectors(problem.Z, problem.cutoff(problem.Z.shape[1]))
    outside = _Complement.of(basis, left * (values[:1] / values), problem.Y)
    residuals = _leave_one_out_residuals(left, values, problem.Y, outside, alphas)
    if values.size == len(left) and (alphas == 0).any():
        residuals[alphas == 0] = _interpolating_residuals(problem.Z, problem.Y)
    predictions = problem.as_targets(problem.Y - residuals)
    mse = problem.as_targets(np.mean(residuals**2, axis=1))
    return LeaveOneOut(alphas, mse, predictions)


def _left_vectors(Z: np.ndarray, rcond: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Orthonormal basis of the range, left singular vectors (n, r) of it, and singular values.

    The basis is that of a QR decomposition where the features have full column rank: unlike the
    vectors of small singular values it keeps its digits when rows or columns are badly scaled.
    """
    n, p = Z.shape
    reflectors, left, values, _ = svd_by_qr(Z, rcond)
    if p > n:
        return left, left, values
    left = reflectors.times(left) if values.size else np.zeros((n, 0))
    return reflectors.times(np.eye(p)) if values.size == p else left, left, values


@dataclass(frozen=True, eq=False)
class _Complement:
    """What lies outside the range of the features: part of the targets, and of each sample.

    Attributes
    ----------
    targets : ndarray of shape (n, k)
        Part of the targets.
    squares : ndarray of shape (n,)
        Squared norm of that part of each sample's unit vector, one less its leverage.
    determined : ndarray of shape (n,)
        Whether it is zero to rounding: the range determines the sample.
    """

    targets: np.ndarray
    squares: np.ndarray
    determined: np.ndarray

    @classmethod
    def of(cls, basis: np.ndarray, tilts: np.ndarray, Y: np.ndarray) -> "_Complement":
        """Project on the complement of an orthonormal basis (n, r).

        For a sample of high leverage both parts come from that of its unit vector, which
        projecting repeatedly gives to all digits. Rounding of the features tilts the range by
        eps times the row of `tilts`, ``s_1 U S^-1``: little for a sample of large norm, much for
        one that alone has a direction of small singular value.
        """
        n, rank = basis.shape
        if rank == n:
            return cls(np.zeros(Y.shape), np.zeros(n), np.ones(n, dtype=bool))
        eps = np.finfo(np.float64).eps
        squares = 1.0 - np.einsum("ij,ij->i", basis, basis)
        targets = Y - basis @ (basis.T @ Y)
        high = np.flatnonzero(squares < _HIGH_LEVERAGE)
        units = np.zeros((n, high.size))
        units[high, np.arange(high.size)] = 1.0
        for _ in range(3):
            units -= basis @ (basis.T @ units)
        squares[high], targets[high] = np.einsum("ij,ij->j", units, units), units.T @ Y
        nothing = squares <= n * (_ROUNDING * eps) ** 2
        squares[nothing], targets[nothing] = 0.0, 0.0
        tilt_squares = (_MARGIN * eps) ** 2 * np.einsum("ij,ij->i", tilts, tilts)
        return cls(targets, squares, nothing | (squares <= tilt_squares))


def _leave_one_out_residuals(
    left: np.ndarray, values: np.ndarray, Y: np.ndarray, outside: _Complement, alphas: np.ndarray
) -> np.ndarray:
    """Residuals (n_alphas, n, k): ``[M y]_i / M_ii`` with M proportional to I - H."""
    projected = left.T @ Y
    determined = outside.determined
    # Dividing by the smallest singular value keeps squares in range.
    inverse_square = (values[-1:] / values) ** 2
    residuals = np.empty((alphas.size, *Y.shape))
    for a, alpha in enumerate(alphas):
        # Eigenvalues of I - H inside the range of Z; outside they are one.
        kept = (alpha / values) / (values + alpha / values)
        numerator = left @ (kept[:, None] * projected) + outside.targets
        denominator = left**2 @ kept + outside.squares
        if alpha == 0 and determined.any():
            rows = left[determined]
            numerator[determined] = rows @ (inverse_square[:, None] * projected)
            denominator[determined] = rows**2 @ inverse_square
        residuals[a] = numerator / denominator[:, None]
    return residuals


def _interpolating_residuals(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Residuals (n, k) without a penalty for features of rank n: ``[K^-1 y]_i / [K^-1]_ii``.

    With ``Z' = Q R`` the inverse of K is ``R^-1 R^-T``. Where one sample is much smaller than the
    others, singular vectors lose the square of the condition, triangular solves the condition.
    """
    _, triangle = tall_qr(Z.T)
    triangle /= np.abs(triangle).max()
    inverse = solve_triangle(triangle, np.eye(len(Z)))
    numerator = inverse @ solve_triangle(triangle, Y, transpose=True)
    return np.asarray(numerator / np.einsum("ij,ij->i", inverse, inverse)[:, None])

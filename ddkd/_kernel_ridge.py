r"""Kernel ridge regression by one eigendecomposition, with its exact leave-one-out error.

With the kernel matrix K of n rows and targets Y the dual coefficients are
:math:`(K + \alpha)^{-1} Y`, and the leave-one-out residual of row i is
:math:`[(K + \alpha)^{-1} Y]_i / [(K + \alpha)^{-1}]_{ii}`. One eigendecomposition serves every
penalty and all targets. The smallest penalty is 1e-8 on kernels whose largest eigenvalue is at most
n, so nothing is lost by squaring.
"""

import numpy as np

ALPHAS = np.logspace(-8, 1, 19)


class KernelRidge:
    """Kernel ridge of one kernel matrix, any penalty and any targets.

    Parameters
    ----------
    K : ndarray of shape (n, n)
        The kernel matrix, symmetric and positive semidefinite.
    """

    def __init__(self, K: np.ndarray) -> None:
        values, self.vectors = np.linalg.eigh(K)
        self.values = np.maximum(values, 0.0)

    def _inverse(self, alpha: float) -> np.ndarray:
        """Eigenvalues of (K + alpha)^-1; without a penalty of the pseudo-inverse."""
        floor = 0.0 if alpha else len(self.values) * np.finfo(float).eps * self.values[-1]
        kept = self.values + alpha > floor
        return np.where(kept, 1 / np.where(kept, self.values + alpha, 1.0), 0.0)

    def solve(self, Y: np.ndarray, alpha: float) -> np.ndarray:
        """Dual coefficients ``(K + alpha)^-1 Y`` of targets (n, c)."""
        return self.vectors @ (self._inverse(alpha)[:, None] * (self.vectors.T @ Y))

    def leave_one_out(self, Y: np.ndarray, alphas: np.ndarray = ALPHAS) -> np.ndarray:
        """Mean squared leave-one-out residuals (n_alphas, c) of targets (n, c)."""
        inverses = np.stack([self._inverse(alpha) for alpha in alphas])  # (n_alphas, n)
        diagonals = inverses @ (self.vectors**2).T
        projected = self.vectors.T @ Y
        duals = self.vectors @ (inverses[:, :, None] * projected)
        return np.mean((duals / diagonals[:, :, None]) ** 2, axis=1)

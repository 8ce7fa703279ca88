r"""Least squares by its kernel matrix: ridge of any width, and kernel ridge.

With the kernel matrix K of the labelled rows the scores of a new row x are
:math:`k(x)^\top (K + \alpha)^{-1} Y`, and the exact leave-one-out residual of row i is
:math:`[(K + \alpha)^{-1} Y]_i / [(K + \alpha)^{-1}]_{ii}`. One eigendecomposition serves every
penalty and every labelling. Penalties are chosen by leave-one-out *squared* error: the 0-1 error
is too coarse at a few hundred rows and lands near the interpolation threshold. The smallest
penalty is 1e-8 on kernels whose largest eigenvalue is at most n, so nothing is lost by squaring.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

from ddkd.contestants._problem import Inputs, Labels, Problem
from ddkd.features import RandomFourierFeatures

ALPHAS = np.logspace(-8, 1, 19)
BATCH = 1000


class GaussianKernel:
    """The kernel exp(-gamma |x - x'|^2): random Fourier features of infinite width."""

    width = np.inf

    def __init__(self, problem: Problem, gamma: float) -> None:
        self.gamma, self._labelled = gamma, problem.labelled

    def matrix(self, rows: Inputs) -> np.ndarray:
        """Inner products (n_rows, n) of some rows with the labelled ones."""
        return rows.once(
            ("gaussian", self.gamma), lambda: rbf_kernel(rows.X, self._labelled.X, gamma=self.gamma)
        )

    def scores(self, rows: Inputs, dual: np.ndarray) -> np.ndarray:
        """Product of that matrix and dual coefficients (n, c)."""
        return self.matrix(rows) @ dual


class FourierKernel:
    """The kernel of so many random Fourier features; `gamma` is that of its limit."""

    def __init__(self, problem: Problem, gamma: float, width: int) -> None:
        self.gamma, self.width = gamma, width
        self._labelled, self._seed = problem.labelled, problem.seed

    def _map(self) -> RandomFourierFeatures:
        return self._labelled.fourier_map(self.width, self.gamma, self._seed)

    def matrix(self, rows: Inputs) -> np.ndarray:
        """Inner products (n_rows, n) of some rows with the labelled ones."""
        features = self._map()
        Z = features.transform(rows.X)
        return Z @ (Z if rows is self._labelled else features.transform(self._labelled.X)).T

    def scores(self, rows: Inputs, dual: np.ndarray) -> np.ndarray:
        """Product of that matrix and dual coefficients, by way of the primal ones."""
        features = self._map()
        return scores_of_many(features, rows.X, features.transform(self._labelled.X).T @ dual)


def scores_of_many(features: RandomFourierFeatures, X: np.ndarray, coef: np.ndarray) -> np.ndarray:
    """Score many rows, a batch at a time: the features of all would take too much memory.

    Parameters
    ----------
    features : RandomFourierFeatures
        A fitted map.
    X : ndarray of shape (n_rows, n_inputs)
        The rows.
    coef : ndarray of shape (width, c)
        Coefficients of the features.

    Returns
    -------
    ndarray of shape (n_rows, c)
        The scores.
    """
    scores = [features.transform(X[i : i + BATCH]) @ coef for i in range(0, len(X), BATCH)]
    return np.concatenate(scores)


Kernel = GaussianKernel | FourierKernel


@dataclass(eq=False)
class Ridge:
    """Fitted models, one for each labelling, and what was chosen for it.

    Attributes
    ----------
    kernels : list of Kernel
        The chosen kernel of each labelling.
    alpha : ndarray of shape (L,)
        The chosen penalty.
    dual : ndarray of shape (L, n, k)
        Dual coefficients, zero for unknown rows.
    offset : ndarray of shape (L, 1, 1)
        Added to the scores.
    """

    kernels: list[Kernel]
    alpha: np.ndarray
    dual: np.ndarray
    offset: np.ndarray

    @property
    def width(self) -> list[float]:
        """Number of features of each model."""
        return [kernel.width for kernel in self.kernels]

    def __call__(self, rows: Inputs) -> np.ndarray:
        """Scores (L, n_rows, k); labellings of one kernel share its matrix."""
        L, n, k = self.dual.shape
        scores = np.empty((L, len(rows), k))
        for kernel in dict.fromkeys(self.kernels):
            mine = [i for i, other in enumerate(self.kernels) if other is kernel]
            side_by_side = self.dual[mine].transpose(1, 0, 2).reshape(n, -1)
            product = kernel.scores(rows, side_by_side).reshape(len(rows), len(mine), k)
            scores[mine] = product.transpose(1, 0, 2)
        return scores + self.offset


def fit_ridge(
    problem: Problem,
    labels: Labels,
    kernels: Sequence[Kernel],
    alphas: Sequence[float] | np.ndarray = ALPHAS,
) -> Ridge:
    """Fit every labelling with the kernel and penalty of least leave-one-out squared error."""
    matrices = (kernel.matrix(problem.labelled) for kernel in kernels)
    chosen, alpha, dual = tune_ridge(labels, matrices, alphas)
    return Ridge([kernels[i] for i in chosen], alpha, dual, labels.offset)


def tune_ridge(
    labels: Labels, matrices: Iterable[np.ndarray], alphas: Sequence[float] | np.ndarray = ALPHAS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the kernel and penalty of least leave-one-out squared error for every labelling.

    Parameters
    ----------
    labels : Labels
        The labellings.
    matrices : iterable of ndarray of shape (n, n)
        Kernels of the labelled rows to choose from.
    alphas : sequence of float
        Penalties to choose from.

    Returns
    -------
    chosen : ndarray of shape (L,)
        Number of the kernel of each labelling.
    alpha : ndarray of shape (L,)
        Its penalty.
    dual : ndarray of shape (L, n, k)
        Its dual coefficients, zero for unknown rows.
    """
    alphas, targets = np.asarray(alphas, dtype=float), labels.targets
    L, _, k = targets.shape
    least, alpha, dual = np.full(L, np.inf), np.zeros(L), np.zeros(targets.shape)
    chosen = np.zeros(L, dtype=int)
    for number, K in enumerate(matrices):
        for rows, members in labels.by_known():
            fit = _Eigen(K[np.ix_(rows, rows)])
            Y = targets[np.ix_(members, rows)].transpose(1, 0, 2)  # (rows, members, k)
            squares = fit.leave_one_out(Y.reshape(len(rows), -1), alphas)
            errors = squares.reshape(len(alphas), len(members), k).mean(axis=2)
            for i, error_by_alpha in zip(members, errors.T, strict=True):
                best = error_by_alpha.argmin()
                if error_by_alpha[best] < least[i]:
                    least[i], alpha[i], chosen[i] = error_by_alpha[best], alphas[best], number
                    dual[i, rows] = fit.solve(targets[i, rows], alpha[i])
    return chosen, alpha, dual


class _Eigen:
    """Eigenvalues (n,) and eigenvectors (n, n) of a kernel matrix."""

    def __init__(self, K: np.ndarray) -> None:
        values, self.vectors = np.linalg.eigh(K)
        self.values = np.maximum(values, 0.0)

    def _inverse(self, alpha: float) -> np.ndarray:
        """Eigenvalues of (K + alpha)^-1; without a penalty of the pseudo-inverse."""
        floor = 0.0 if alpha else len(self.values) * np.finfo(float).eps * self.values[-1]
        kept = self.values + alpha > floor
        return np.where(kept, 1 / np.where(kept, self.values + alpha, 1.0), 0.0)

    def solve(self, Y: np.ndarray, alpha: float) -> np.ndarray:
        """Dual coefficients ``(K + alpha)^-1 Y``."""
        return self.vectors @ (self._inverse(alpha)[:, None] * (self.vectors.T @ Y))

    def leave_one_out(self, Y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
        """Mean squared leave-one-out residuals (n_alphas, c) of targets (n, c)."""
        inverses = np.stack([self._inverse(alpha) for alpha in alphas])  # (n_alphas, n)
        diagonals = inverses @ (self.vectors**2).T
        projected = self.vectors.T @ Y
        duals = self.vectors @ (inverses[:, :, None] * projected)
        return np.mean((duals / diagonals[:, :, None]) ** 2, axis=1)

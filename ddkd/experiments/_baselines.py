"""The traditional approaches a distilled student has to beat, each tuned as well as we can.

Targets are one-hot and stacked over `F` labelings of the same inputs (flip rates), because a
linear solver's factorisation does not depend on its right-hand sides: (n_samples, F, n_classes).
Ridge strengths are chosen by exact leave-one-out *squared* error; the 0-1 error is too coarse at
a few hundred samples and lands near the threshold.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.svm import SVC

from ddkd.features import RandomFourierFeatures
from ddkd.solvers import leave_one_out, ridge

__all__ = [
    "Tuned",
    "kernel_ridge",
    "prefix",
    "ridge_of_any_width",
    "support_vectors",
    "tuned_ridge",
]

COSTS = (0.3, 1.0, 3.0, 10.0, 100.0)
ALPHAS = np.logspace(-8, 1, 19)


@dataclass(frozen=True)
class Tuned:
    """A tuned model's test scores and what the tuning chose, for each labeling.

    Attributes
    ----------
    scores : ndarray of shape (F, n_test, n_classes)
        Decision values on the test inputs.
    alpha : ndarray of shape (F,)
        The chosen ridge (the chosen `C` for support vectors).
    width : ndarray of shape (F,)
        The chosen number of features; infinite for a kernel method.
    coef : ndarray of shape (n_features, F, n_classes) or None
        Coefficients, where one feature matrix serves every labeling.
    """

    scores: np.ndarray
    alpha: np.ndarray
    width: np.ndarray
    coef: np.ndarray | None = None


def prefix(Z: np.ndarray, width: int) -> np.ndarray:
    """First `width` nested features, rescaled so that their kernel keeps its limit."""
    return Z[:, :width] * np.sqrt(Z.shape[1] / width)


def _loo_per_labeling(Z: np.ndarray, Y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Exact leave-one-out squared error of every alpha and labeling, shape (n_alphas, F)."""
    n, F, k = Y.shape
    mse = leave_one_out(Z, Y.reshape(n, F * k), alphas).mse
    return mse.reshape(len(alphas), F, k).mean(axis=2)


def tuned_ridge(
    Z: np.ndarray, Y: np.ndarray, Z_test: np.ndarray, alphas: np.ndarray = ALPHAS
) -> Tuned:
    """Ridge on given features, its strength chosen by exact leave-one-out squared error."""
    n, F, k = Y.shape
    chosen, which = np.unique(_loo_per_labeling(Z, Y, alphas).argmin(axis=0), return_inverse=True)
    path = ridge(Z, Y.reshape(n, F * k), alphas[chosen]).coef.reshape(len(chosen), -1, F, k)
    coef = np.stack([path[choice, :, f] for f, choice in enumerate(which)], axis=1)
    scores = np.tensordot(Z_test, coef, axes=1).transpose(1, 0, 2)
    return Tuned(scores, alphas[chosen][which], np.full(F, float(Z.shape[1])), coef)


def ridge_of_any_width(
    X: np.ndarray,
    Y: np.ndarray,
    X_test: np.ndarray,
    *,
    widths: np.ndarray,
    gammas: np.ndarray,
    seed: int,
) -> Tuned:
    """The strongest single ridge: width, bandwidth and strength all by leave-one-out.

    `seed` fixes the random features, which are nested in the width and share their draws
    between bandwidths.
    """
    F, k = Y.shape[1:]

    def features(gamma: float, width: int) -> RandomFourierFeatures:
        return RandomFourierFeatures(width, gamma=gamma, random_state=seed).fit(X)

    widest = int(max(widths))
    mapped = {gamma: features(gamma, widest).transform(X) for gamma in gammas}
    grid = [(gamma, int(width)) for gamma in gammas for width in widths]
    loo = np.array([_loo_per_labeling(prefix(mapped[g], w), Y, ALPHAS) for g, w in grid])
    best, a = np.unravel_index(loo.reshape(-1, F).argmin(axis=0), loo.shape[:2])
    scores = np.empty((F, len(X_test), k))
    for f in range(F):
        gamma, width = grid[best[f]]
        coef = ridge(prefix(mapped[gamma], width), Y[:, f], ALPHAS[a[f]]).coef
        scores[f] = features(gamma, width).transform(X_test) @ coef
    return Tuned(scores, ALPHAS[a], np.array([float(grid[i][1]) for i in best]))


def kernel_ridge(X: np.ndarray, Y: np.ndarray, X_test: np.ndarray, *, gammas: np.ndarray) -> Tuned:
    """Gaussian kernel ridge (infinite width), bandwidth and strength by leave-one-out."""
    F, k = Y.shape[1:]
    loo = []
    for gamma in gammas:
        # Ridge on a square root of the kernel matrix is kernel ridge, so one solver serves both.
        eigenvalues, U = np.linalg.eigh(rbf_kernel(X, gamma=gamma))
        root = U * np.sqrt(np.maximum(eigenvalues, 0.0))
        loo.append(_loo_per_labeling(root, Y, ALPHAS))
    g, a = np.unravel_index(np.array(loo).reshape(-1, F).argmin(axis=0), (len(gammas), len(ALPHAS)))
    scores = np.empty((F, len(X_test), k))
    for f in range(F):
        model = KernelRidge(kernel="rbf", gamma=gammas[g[f]], alpha=ALPHAS[a[f]])
        scores[f] = model.fit(X, Y[:, f]).predict(X_test)
    return Tuned(scores, ALPHAS[a], np.full(F, np.inf))


def support_vectors(
    X: np.ndarray, y: np.ndarray, X_test: np.ndarray, *, gammas: np.ndarray, seed: int
) -> tuple[np.ndarray, dict[str, Any]]:
    """Gaussian-kernel SVM with `C` and bandwidth by five-fold cross-validation.

    Returns the predicted test labels and the chosen parameters.
    """
    if len(np.unique(y)) == 1:
        return np.full(len(X_test), y[0]), {"C": np.nan, "gamma": np.nan}
    n_folds = min(5, len(y))
    rare = np.unique(y, return_counts=True)[1].min() < n_folds
    splitter = (KFold if rare else StratifiedKFold)(n_folds, shuffle=True, random_state=seed)
    folds = list(splitter.split(X, y))
    wrong: dict[tuple[float, float], int] = {}
    for gamma in gammas:
        # One kernel matrix serves every fold and C, which GridSearchCV would compute for each.
        K = rbf_kernel(X, gamma=gamma)
        for C in COSTS:
            wrong[C, gamma] = sum(
                int(np.sum(_fold_labels(K, y, C, *fold) != y[fold[1]])) for fold in folds
            )
    # Of equally good ones the smallest C, as GridSearchCV has it.
    C, gamma = min(((C, g) for C in COSTS for g in gammas), key=lambda key: wrong[key])
    model = SVC(C=C, gamma=gamma).fit(X, y)
    return model.predict(X_test), {"C": C, "gamma": gamma}


def _fold_labels(
    K: np.ndarray, y: np.ndarray, C: float, train: np.ndarray, left_out: np.ndarray
) -> np.ndarray:
    """Labels that a support vector machine gives to the rows left out."""
    if len(np.unique(y[train])) == 1:
        return np.full(len(left_out), y[train][0])
    model = SVC(C=C, kernel="precomputed").fit(K[np.ix_(train, train)], y[train])
    return model.predict(K[np.ix_(left_out, train)])

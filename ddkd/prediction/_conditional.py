"""Least squares on random features, averaged over the features, given the training data."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from scipy.special import ndtr
from sklearn.metrics.pairwise import rbf_kernel

from ddkd._arrays import broadcast, unwrap
from ddkd._checks import (
    check_counts,
    check_integer,
    check_matrix,
    check_nonnegative,
    check_rng,
    check_targets,
    check_vector,
)
from ddkd._labels import codes_of
from ddkd.theory import implicit_ridge

RELATIVE_CUTOFF = 1e-10  # near-duplicate inputs with different labels: their directions are noise


@dataclass(frozen=True, eq=False)
class ConditionalPrediction:
    """Law of a random-feature model's scores on test points, over the draw of its features.

    Made by `ConditionalPredictor.predict`. At every test point the scores are Gaussian with
    mean `mean` and covariance ``variance * covariance``. The leading axes are those of the
    grid of widths and ridges.

    Attributes
    ----------
    n_components : int or ndarray
        Number k of random features.
    alpha : float or ndarray
        Ridge penalty.
    gamma : float or ndarray
        Implicit ridge on the kernel matrix.
    mean : ndarray of shape (..., n_test, n_targets)
        Mean score.
    variance : ndarray of shape (..., n_test)
        Kernel variance v(x) that is left at each test point.
    covariance : ndarray of shape (..., n_targets, n_targets)
        Covariance between targets per unit of v(x); infinite at the threshold.
    """

    n_components: Any
    alpha: Any
    gamma: Any
    mean: np.ndarray
    variance: np.ndarray
    covariance: np.ndarray

    def mse(self, Y_test: Any) -> Any:
        """Expected mean squared test error: squared bias plus variance.

        Parameters
        ----------
        Y_test : array-like of shape (n_test,) or (n_test, n_targets)
            The test targets.

        Returns
        -------
        float or ndarray
            Mean over test points and targets; infinite at the threshold.

        Raises
        ------
        ValueError
            If `Y_test` has not the shape of the prediction.
        """
        n_test, n_targets = self.mean.shape[-2:]
        wanted = check_targets("Y_test", Y_test, n_test).reshape(n_test, -1)
        if wanted.shape[1] != n_targets:
            raise ValueError(f"Y_test must have {n_targets} targets; it has {wanted.shape[1]}")
        bias2 = np.mean((self.mean - wanted) ** 2, axis=(-2, -1))
        trace = np.trace(self.covariance, axis1=-2, axis2=-1) / n_targets
        return unwrap(bias2 + trace * np.mean(self.variance, axis=-1))

    def error_rate(self, labels: Any, *, n_draws: int = 8, rng: Any = 0) -> Any:
        """Expected 0-1 error: how often the largest score is not the labelled one.

        For one target (the sign decides) or two it is exact for Gaussian scores. For more it
        is an average over a few draws of the scores at every test point, half of them the mirror
        image of the other; its standard error is at most ``0.5 / sqrt(n_test * n_draws)``.

        Parameters
        ----------
        labels : array-like of int, of shape (n_test,)
            Index of the target that should be largest; for one target 0 (negative) or 1. With
            a teacher's labels in this place, one minus the result is the agreement.
        n_draws : int, default=8
            Number of draws at every test point, an even number.
        rng : None, int, SeedSequence or Generator, default=0
            Source of the draws, by default the same ones every time.

        Returns
        -------
        float or ndarray
            The error rate; NaN at the threshold.

        Raises
        ------
        ValueError
            If `labels` are not indices of targets, one for each test point.
        """
        *grid, n_test, n_targets = self.mean.shape
        labels = codes_of("labels", labels, np.arange(max(n_targets, 2)))
        if labels.shape != (n_test,):
            raise ValueError(f"labels must have {n_test} entries; their shape is {labels.shape}")
        mean = self.mean.reshape(-1, n_test, n_targets)
        deviation = np.sqrt(self.variance).reshape(-1, n_test)
        covariance = self.covariance.reshape(-1, n_targets, n_targets)
        if n_targets <= 2:
            direction = np.ones(1) if n_targets == 1 else np.array([-1.0, 1.0])
            rates = _signs(mean @ direction, deviation, covariance @ direction @ direction, labels)
        else:
            if check_integer("n_draws", n_draws, low=2) % 2:
                raise ValueError(f"n_draws must be even; got {n_draws}")
            draws = check_rng(rng).standard_normal((n_draws // 2, n_test, n_targets))
            points = zip(mean, deviation, covariance, strict=True)
            rates = np.array([_largest(*point, labels, draws) for point in points])
        return unwrap(rates.reshape(grid))


class ConditionalPredictor:
    r"""Predictions for every width and ridge from one eigendecomposition of a kernel matrix.

    Least squares on k random features of a kernel, ``K = E Z Z'``, is kernel ridge regression
    in the mean, with an implicit ridge :math:`\gamma`, plus noise from the draw of the
    features. With
    :math:`\mathrm{df}_1 = \mathrm{tr}\, K (K + \gamma)^{-1}`,
    :math:`\mathrm{df}_2 = \mathrm{tr}\, K^2 (K + \gamma)^{-2}` and a ridge
    :math:`\alpha = \gamma (1 - \mathrm{df}_1 / k)`, that is for :math:`\alpha = 0`
    :math:`\mathrm{df}_1 = k` below the threshold and :math:`\gamma = 0` above,

    .. math:: E f(x) &= k_x^\top (K + \gamma)^{-1} Y, \\
       \mathrm{Cov} f(x) &= \frac{Y^\top K (K + \gamma)^{-2} Y}{k - \mathrm{df}_2} \,
           [k(x, x) - k_x^\top (K + 2 \gamma) (K + \gamma)^{-2} k_x].

    *Asymptotic* in n and k, for Gaussian features with that kernel; other features follow as far
    as they are universal (Jacot, Simsek, Spadaro, Hongler and Gabriel, "Implicit regularization
    of random feature models", arXiv 2002.08404, for the mean and the implicit ridge). Ridgeless
    at k > n + 1 mean and covariance are *exact* at finite size for Gaussian features, with
    k - n - 1 in place of k - df2 (the mean of an inverse Wishart matrix); what cosines do there
    that Gaussian features do not is said in the documentation.

    Nothing is trained and no feature is drawn. Cost: one eigendecomposition, about 9 n^3 flops, and
    2 n^2 n_test for the test points; then 2 n n_test n_targets for each prediction. Memory: two
    matrices of the sizes of `K` and `K_test`, beside these.

    Parameters
    ----------
    K : array-like of shape (n_samples, n_samples)
        Kernel matrix of the training inputs. Eigenvalues up to 1e-10 of the largest are dropped:
        near-duplicates with different labels would blow up.
    K_test : array-like of shape (n_test, n_samples)
        Kernel between test and training inputs.
    diagonal : array-like of shape (n_test,) or None, default=None
        Kernel of each test input with itself; None is 1, as for the Gaussian kernel.

    Attributes
    ----------
    eigenvalues : ndarray of shape (rank,)
        Eigenvalues of `K` that are kept. The interpolation threshold is at k = rank.
    vectors : ndarray of shape (n_samples, rank)
        Their eigenvectors.

    Raises
    ------
    ValueError
        If shapes do not fit, or `K` is not symmetric with a positive eigenvalue.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.metrics.pairwise import rbf_kernel
    >>> from ddkd.prediction import ConditionalPredictor
    >>> X, y = load_digits(return_X_y=True)
    >>> X, Y = X / 16, np.eye(10)[y] - 0.1
    >>> predictor = ConditionalPredictor(
    ...     rbf_kernel(X[:200], gamma=0.1), rbf_kernel(X[200:], X[:200], gamma=0.1)
    ... )
    >>> found = predictor.predict(Y[:200], [50, 180, 220, 1000])
    >>> found.mse(Y[200:]).round(3)
    array([0.06 , 0.16 , 0.163, 0.031])
    >>> found.error_rate(y[200:]).round(2)
    array([0.27, 0.41, 0.41, 0.15])
    """

    def __init__(self, K: Any, K_test: Any, *, diagonal: Any = None):
        matrix = check_matrix("K", K)
        if matrix.shape[0] != matrix.shape[1] or not np.allclose(matrix, matrix.T):
            raise ValueError(f"K must be a symmetric matrix; its shape is {matrix.shape}")
        cross = check_matrix("K_test", K_test, n_columns=len(matrix))
        values, vectors = scipy.linalg.eigh(matrix)
        kept = values > RELATIVE_CUTOFF * values[-1]
        if values[-1] <= 0 or not kept.any():
            raise ValueError("K must have a positive eigenvalue")
        vectors = vectors[:, kept]  # frees the whole: one square matrix less at the peak
        self.eigenvalues, self.vectors = values[kept], vectors
        self._test = cross @ self.vectors
        diagonal = np.ones(len(cross)) if diagonal is None else diagonal
        self._diagonal = check_vector("diagonal", diagonal, size=len(cross))

    def predict(self, Y: Any, n_components: Any, *, alpha: Any = 0.0) -> ConditionalPrediction:
        """Predict the scores of models trained on targets `Y`, over a grid.

        Parameters
        ----------
        Y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Training targets. Classes: one-hot less 1/n_classes.
        n_components : int or array-like of int
            Number k of random features; it broadcasts with `alpha`.
        alpha : float or array-like, default=0.0
            Ridge on features Z with ``E Z Z' = K``; 0 is minimum norm.

        Returns
        -------
        ConditionalPrediction
            The law of the scores at the test points.

        Raises
        ------
        ValueError
            If an argument is not usable.
        """
        n = len(self.vectors)
        targets = check_targets("Y", Y, n).reshape(n, -1)
        k, delta = broadcast(
            n_components=check_counts("n_components", n_components, allow_inf=False),
            alpha=check_nonnegative("alpha", alpha),
        )
        gamma = np.asarray(implicit_ridge(self.eigenvalues, k, alpha=k * delta))
        grid = gamma.reshape(-1, 1)
        total = self.eigenvalues + grid
        freedom = _freedom(self.eigenvalues, grid, k.reshape(-1), delta.reshape(-1))
        coefficients = self.vectors.T @ targets
        mean = self._test @ (coefficients / total[:, :, None])
        weighted = (self.eigenvalues / total**2)[:, :, None] * coefficients
        with np.errstate(divide="ignore", invalid="ignore"):
            covariance = (coefficients.T @ weighted) / freedom[:, None, None]
        seen = (self._test**2) @ ((self.eigenvalues + 2 * grid) / total**2).T
        # Rounding takes the variance at a training input below zero.
        variance = np.maximum(self._diagonal[:, None] - seen, 0.0).T
        return ConditionalPrediction(
            n_components=unwrap(k),
            alpha=unwrap(delta),
            gamma=unwrap(gamma),
            mean=mean.reshape(*k.shape, *mean.shape[1:]),
            variance=variance.reshape(*k.shape, -1),
            covariance=covariance.reshape(*k.shape, *covariance.shape[1:]),
        )


def _freedom(
    eigenvalues: np.ndarray, gamma: np.ndarray, k: np.ndarray, alpha: np.ndarray
) -> np.ndarray:
    """Degrees k - df2 left, without that subtraction; k - rank - 1 where that is exact."""
    left = np.divide(k * alpha, gamma[:, 0], out=np.zeros(k.shape), where=gamma[:, 0] > 0)
    asymptotic = left + np.sum(eigenvalues * gamma / (eigenvalues + gamma) ** 2, axis=1)
    above = k - eigenvalues.size
    return np.where((alpha == 0) & (above >= 0), np.maximum(above - 1, 0.0), asymptotic)


def fourier_predictor(X: Any, X_test: Any, gamma: float) -> ConditionalPredictor:
    """Conditional predictor for random Fourier features of the kernel exp(-gamma |x - x'|^2)."""
    return ConditionalPredictor(rbf_kernel(X, gamma=gamma), rbf_kernel(X_test, X, gamma=gamma))


def _signs(
    mean: np.ndarray, deviation: np.ndarray, spread: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Probability that the sign of one Gaussian score is wrong, averaged over test points."""
    margin = np.where(labels == 1, mean, -mean)
    scale = deviation * np.sqrt(np.maximum(spread, 0.0))[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(scale > 0, margin / scale, np.where(margin > 0, np.inf, -np.inf))
    return np.where(np.isfinite(spread), ndtr(-ratio).mean(axis=1), np.nan)


def _largest(
    mean: np.ndarray,
    deviation: np.ndarray,
    covariance: np.ndarray,
    labels: np.ndarray,
    draws: np.ndarray,
) -> float:
    """Share of draws, and of their mirror images, in which the labelled score is not largest."""
    if not np.isfinite(covariance).all():
        return float("nan")
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = (draws @ root.T) * deviation[:, None]
    wrong = np.mean((mean + noise).argmax(axis=-1) != labels)
    wrong_mirrored = np.mean((mean - noise).argmax(axis=-1) != labels)
    return float((wrong + wrong_mirrored) / 2)

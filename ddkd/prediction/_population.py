"""A forecast of random-feature curves before the training set is drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from ddkd._checks import check_matrix, check_real, check_targets
from ddkd.theory._arguments import broadcast, check_counts, check_nonnegative, unwrap
from ddkd.theory._fixed_points import Remainder

__all__ = ["PopulationPrediction", "PopulationPredictor"]

_STEPS = 100
_TRUSTED_ALPHA = 0.1
_TRUSTED_SIZE = 2.5


@dataclass(frozen=True, eq=False)
class PopulationPrediction:
    """Expected errors over the draw of a training set and of features, over a grid.

    Made by `PopulationPredictor.predict`.

    Attributes
    ----------
    n_samples, n_components : int or ndarray
        Training size n and number k of random features.
    alpha : float or ndarray
        Ridge, sum-normalised.
    mse : float or ndarray
        Mean squared test error against the reference's own labels, mean over targets.
    label_mse : float or ndarray
        The same against labels flipped like the training ones.
    gamma, kappa : float or ndarray
        Implicit ridges, on the kernel's spectrum and on the features'.
    reason : str or ndarray of str
        Why not to trust the forecast, "" where nothing is known against it: "threshold" if
        0.9 < k/n < 1.1, "small reference" if the reference has fewer than 2.5 n points,
        "ridgeless" if the ridge is below 0.1. The last is the spectrum's tail: a reference
        of finite size does not show the eigenvalues on which ridgeless models depend.
    """

    n_samples: Any
    n_components: Any
    alpha: Any
    mse: Any
    label_mse: Any
    gamma: Any
    kappa: Any
    reason: Any

    @property
    def trusted(self) -> Any:
        """Where nothing is known against the forecast; bool or ndarray of bool."""
        found = np.asarray(self.reason) == ""
        return bool(found) if found.ndim == 0 else found


class PopulationPredictor:
    r"""Test error of random features on a population, from a labelled reference sample of it.

    The deterministic equivalent of random features (Simon, Karkada, Ghosh and Belkin, arXiv
    2311.14646; `ddkd.theory.random_features`) needs functionals of the kernel's population
    spectrum. The eigenvalues :math:`\lambda` of a kernel matrix of M points estimate them badly;
    these do not need the eigenvalues one by one. With a free scalar d,

    .. math:: \gamma &= 1 / \sum \frac{1}{\lambda + d}, \qquad
       z = \sum \frac{\lambda}{\lambda + d}, \qquad
       z - q = \frac{\sum \lambda / (\lambda + d)^2}{\gamma \sum 1 / (\lambda + d)^2}, \\
       B &= \gamma Y^\top (K + d)^{-1} Y, \qquad
       B' = \frac{d B}{d \gamma} = Y^\top (K + d)^{-1} Y
            - \frac{Y^\top (K + d)^{-2} Y}{\gamma \sum (\lambda + d)^{-2}}:

    kernel ridge regression on the reference itself, with ridge d, has the implicit ridge
    :math:`\gamma`. d is chosen so that :math:`\gamma (k - z)(n - z) = k \alpha`, or
    :math:`z = \min(n, k)` without a ridge; then

    .. math:: E = \frac{B - \kappa \frac{k}{k - q} B'}
                       {1 - \frac{q (k - 2 z) + z^2}{n (k - q)}}.

    *Asymptotic* in n, k and M. Where a forecast is not to be trusted is said in its `reason`.
    It forecasts squared errors only: 0-1 errors need the scores of single points, which
    `ConditionalPredictor` has.

    Parameters
    ----------
    K : array-like of shape (n_reference, n_reference)
        Kernel matrix of the reference inputs.
    Y : array-like of shape (n_reference,) or (n_reference, n_targets)
        Their targets. Classes: one-hot less 1/n_classes, or -1 and 1 for two.

    Raises
    ------
    ValueError
        If shapes do not fit, or `K` is not symmetric with a positive eigenvalue.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.metrics.pairwise import rbf_kernel
    >>> from ddkd.prediction import PopulationPredictor
    >>> X, y = load_digits(return_X_y=True)
    >>> X, Y = X[:900] / 16, np.eye(10)[y[:900]] - 0.1
    >>> forecast = PopulationPredictor(rbf_kernel(X, gamma=0.1), Y).predict(
    ...     300, [100, 300, 1000], alpha=1.0
    ... )
    >>> forecast.mse.round(4), forecast.trusted
    (array([0.0294, 0.0232, 0.021 ]), array([ True, False,  True]))
    """

    def __init__(self, K: Any, Y: Any):
        matrix = check_matrix("K", K)
        if matrix.shape[0] != matrix.shape[1] or not np.allclose(matrix, matrix.T):
            raise ValueError(f"K must be a symmetric matrix; its shape is {matrix.shape}")
        targets = check_targets("Y", Y, len(matrix)).reshape(len(matrix), -1)
        values, vectors = scipy.linalg.eigh(matrix)
        if values[-1] <= 0:
            raise ValueError("K must have a positive eigenvalue")
        self.eigenvalues = np.maximum(values, 0.0)
        self._n_classes = max(2, targets.shape[1])
        # Only traces are needed: energy of the targets along each eigenvector, mean over targets.
        self._energy = np.mean((vectors.T @ targets) ** 2, axis=1)

    def predict(
        self, n_samples: Any, n_components: Any, *, alpha: Any = 0.0, flip_rate: float = 0.0
    ) -> PopulationPrediction:
        """Forecast errors over a grid.

        Parameters
        ----------
        n_samples : int or array-like of int
            Training size n, below that of the reference; broadcasts with the others.
        n_components : int or array-like of int
            Number k of random features.
        alpha : float or array-like, default=0.0
            Ridge on features Z with ``E Z Z' = K``, sum-normalised; 0 is minimum norm.
        flip_rate : float, default=0.0
            Fraction of training labels that are replaced by another class, uniformly, in
            training sets whose labels are else like the reference's. For targets that stand
            for classes.

        Returns
        -------
        PopulationPrediction
            The forecast.

        Raises
        ------
        ValueError
            If an argument is not usable, or the reference is not larger than `n_samples`.
        """
        n, k, delta = broadcast(
            n_samples=check_counts("n_samples", n_samples, allow_inf=False),
            n_components=check_counts("n_components", n_components, allow_inf=False),
            alpha=check_nonnegative("alpha", alpha),
        )
        flips = check_real("flip_rate", flip_rate, low=0.0, high=1.0)
        size = self.eigenvalues.size
        if (n >= size).any():
            raise ValueError(
                f"n_samples must be smaller than the reference of {size} points; got {n.max():g}"
            )
        kept = 1 - flips * self._n_classes / (self._n_classes - 1)
        found = self._forecast(n.reshape(-1), k.reshape(-1), delta.reshape(-1), kept)
        label_mse, mse, gamma, kappa = (a.reshape(n.shape) for a in found)
        return PopulationPrediction(
            n_samples=unwrap(n),
            n_components=unwrap(k),
            alpha=unwrap(delta),
            mse=unwrap(mse),
            label_mse=unwrap(label_mse),
            gamma=unwrap(gamma),
            kappa=unwrap(kappa),
            reason=_reason(n, k, delta, size),
        )

    def _forecast(
        self, n: np.ndarray, k: np.ndarray, alpha: np.ndarray, kept: float
    ) -> tuple[np.ndarray, ...]:
        """Errors against flipped and true labels, gamma and kappa; `kept` scales the signal."""
        gap = np.abs(k - n)
        rest = Remainder(alpha=alpha, square=1 / k, linear=gap / k)
        d = self._solve(np.minimum(n, k), rest)
        inverse = 1 / (self.eigenvalues + d[:, None])
        inverse2 = np.sum(inverse**2, axis=1)
        gamma = 1 / inverse.sum(axis=1)
        u = rest.at(gamma)
        n_left, k_left = u + np.maximum(n - k, 0.0), u + np.maximum(k - n, 0.0)
        z = np.minimum(n, k) - u
        mixed = (inverse**2 @ self.eigenvalues) / (gamma * inverse2)  # z - q
        k_free = k_left + mixed  # k - q
        kappa = gamma * k_left / k

        power = self._energy.sum() / self.eigenvalues.size
        first = inverse @ self._energy
        bias = gamma * first
        slope = first - (inverse**2 @ self._energy) / (gamma * inverse2)
        # Flips shrink the signal by `kept` and leave the labels' power as it was.
        total = kept**2 * bias + (1 - kept**2) * power - kappa * k / k_free * kept**2 * slope
        share = (n_left * k_left + mixed * (n + k - 2 * z)) / (n * k_free)
        with np.errstate(divide="ignore"):
            label_mse = np.where(share > 0, total / np.where(share > 0, share, 1.0), np.inf)
        # |y - f|^2 - |y' - f|^2 = -2 <y - y', f>, whose mean over flips is -2 (1 - c) <y, f>.
        mse = label_mse - 2 * kept * (1 - kept) * (power - bias)
        return label_mse, mse, gamma, kappa

    def _solve(self, size: np.ndarray, rest: Remainder) -> np.ndarray:
        """Solve z(d) + u(gamma(d)) = size by bisection in log d: the left side falls in d."""
        top = self.eigenvalues[-1]
        low = np.full(size.shape, np.log(top) - 40.0)
        high = np.full(size.shape, np.log(top * self.eigenvalues.size + rest.alpha.max()) + 40.0)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            inverse = 1 / (self.eigenvalues + np.exp(middle)[:, None])
            excess = inverse @ self.eigenvalues + rest.at(1 / inverse.sum(axis=1)) - size
            low, high = np.where(excess > 0, middle, low), np.where(excess > 0, high, middle)
        return np.exp((low + high) / 2)


def _reason(n: np.ndarray, k: np.ndarray, alpha: np.ndarray, size: int) -> Any:
    reason = np.select(
        [np.abs(k / n - 1) < 0.1, size < _TRUSTED_SIZE * n, alpha < _TRUSTED_ALPHA],
        ["threshold", "small reference", "ridgeless"],
        "",
    )
    return str(reason) if reason.ndim == 0 else reason

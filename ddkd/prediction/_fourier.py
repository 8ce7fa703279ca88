"""Ridgeless random Fourier features above the threshold, by groups of unlike features."""

from typing import Any

import numpy as np
import scipy.linalg
from sklearn.metrics.pairwise import rbf_kernel

from ddkd._checks import check_integer, check_matrix, check_real, check_rng, check_targets
from ddkd.features import RandomFourierFeatures
from ddkd.prediction._conditional import RELATIVE_CUTOFF, ConditionalPrediction
from ddkd.theory._arguments import check_counts, unwrap

__all__ = ["FourierPredictor"]

_MAX_STEPS = 200
_TOLERANCE = 1e-8


class FourierPredictor:
    r"""Minimum-norm models wider than their data on random Fourier features, feature by feature.

    Gaussian features with the same kernel are alike: the energy :math:`\phi^\top K^{-1} \phi`
    of one of them on n training inputs is n, up to its square root. A cosine's depends on its
    frequency: of 300 digits its standard deviation is 0.43 of its mean, of ten-dimensional Gaussian
    inputs 1.05. Features of large energy are those that carry the small eigenvalues of K; a
    model of k features has fewer of these than `ConditionalPredictor` believes, and so
    more noise. Here features are sorted by energy into G groups of equal probability
    :math:`p_g`, each Gaussian with its own kernel :math:`K_g` (their mean is K). With

    .. math:: R = \Big(\sum_g \frac{p_g}{1 + d_g} K_g\Big)^{-1}, \qquad
              d_g = \frac{\mathrm{tr}\, K_g R}{k}, \qquad
              a(x) = R \sum_g \frac{p_g}{1 + d_g} k_g(x),

    the mean score is :math:`a(x)^\top Y` and its covariance

    .. math:: \frac1k \sum_g \frac{p_g\, S_g}{(1 + d_g)^2}
              [k_g(x, x) - 2 a^\top k_g(x) + a^\top K_g a], \qquad
              S_g = Y^\top R K_g R Y + \frac1k \sum_h \frac{p_h\, \mathrm{tr}(K_g R K_h R)}
                    {(1 + d_h)^2} S_h,

    times (k - n)/(k - n - 1), which makes one group the exact law of Gaussian features. The
    first line is the deterministic equivalent of a mixture (Benaych-Georges and Couillet,
    "Spectral analysis of the Gram matrix of mixture models", arXiv 1510.03463); the last is
    derived here by leaving one feature out, at a physicist's rigour, and checked by simulation.
    *Asymptotic*. The group kernels are averages over `n_probes` random features, matched to K.

    Cost: ``2 n_probes n (n + n_test)`` flops once; then for every width about ``2 G n^3`` and
    ``2 G n^2 n_test``. No model is trained, but below a few hundred samples it takes no less
    time to train one: this is an explanation rather than a short cut.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_inputs)
        Training inputs.
    X_test : array-like of shape (n_test, n_inputs)
        Test inputs.
    gamma : float
        Coefficient of the squared distance in the kernel.
    n_groups : int, default=8
        Number G of groups.
    n_probes : int or None, default=None
        Number of random features that stand for all of them; None is ``10 * n_samples``.
    rng : None, int, SeedSequence or Generator, default=0
        Source of these features.

    Attributes
    ----------
    rank : int
        Number of eigenvalues of K above 1e-10 of the largest: the threshold.
    energy_variation : float
        Standard deviation of a feature's energy over its mean; Gaussian: ``sqrt(2 / rank)``.

    Raises
    ------
    ValueError
        If an argument is not usable.

    See Also
    --------
    ConditionalPredictor : Any ridge and width, as if the features were Gaussian.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.datasets import load
    >>> from ddkd.prediction import FourierPredictor
    >>> split = load("digits", n_samples=100, rng=0)
    >>> Y, Y_test = (np.eye(10)[y] - 0.1 for y in (split.y_train, split.y_test))
    >>> predictor = FourierPredictor(split.X_train, split.X_test, gamma=0.1)
    >>> round(predictor.energy_variation, 2)
    0.32
    >>> predictor.predict(Y, [150, 400]).mse(Y_test).round(3)
    array([0.07 , 0.031])
    """

    def __init__(
        self,
        X: Any,
        X_test: Any,
        *,
        gamma: float,
        n_groups: int = 8,
        n_probes: int | None = None,
        rng: Any = 0,
    ):
        X = check_matrix("X", X)
        X_test = check_matrix("X_test", X_test, n_columns=X.shape[1])
        check_real("gamma", gamma, low=0.0, low_open=True)
        check_integer("n_groups", n_groups)
        values, vectors = scipy.linalg.eigh(rbf_kernel(X, gamma=gamma))
        kept = values > RELATIVE_CUTOFF * values[-1]
        self.rank = int(kept.sum())
        # Whitened: K becomes the identity on the eigenvectors that are kept.
        self._whitener = vectors[:, kept] / np.sqrt(values[kept])
        self._test = rbf_kernel(X_test, X, gamma=gamma) @ self._whitener
        n_probes = 10 * len(X) if n_probes is None else check_integer("n_probes", n_probes)
        if n_probes < 2 * self.rank:
            raise ValueError(f"n_probes must be at least {2 * self.rank}; got {n_probes}")
        seed = int(check_rng(rng).integers(2**32))
        features = RandomFourierFeatures(n_probes, gamma=gamma, random_state=seed)
        probes = self._whitener.T @ features.fit_transform(X) * np.sqrt(n_probes)
        self._group(probes, features.transform(X_test) * np.sqrt(n_probes), n_groups)

    def _group(self, probes: np.ndarray, tests: np.ndarray, n_groups: int) -> None:
        """Match the probes to the kernel, sort them by energy, and average within groups."""
        n_probes = probes.shape[1]
        factor = scipy.linalg.cholesky(probes @ probes.T / n_probes, lower=True)
        probes = scipy.linalg.solve_triangular(factor, probes, lower=True)
        # What of a feature's value at a test point its training values do not tell.
        rest = tests - (tests @ probes.T / n_probes) @ probes
        left = np.maximum(1 - np.sum(self._test**2, axis=1), 0.0)
        power = np.mean(rest**2, axis=1)
        rest *= np.sqrt(np.divide(left, power, out=np.zeros_like(left), where=power > 0))[:, None]
        energy = np.sum(probes**2, axis=0)
        self.energy_variation = float(energy.std() / energy.mean())
        groups = np.array_split(np.argsort(energy), n_groups)
        self._share = np.array([g.size for g in groups]) / n_probes
        self._kernels = np.stack([probes[:, g] @ probes[:, g].T / g.size for g in groups])
        self._cross = np.stack([rest[:, g] @ probes[:, g].T / g.size for g in groups])
        self._diagonal = np.stack([np.mean(rest[:, g] ** 2, axis=1) for g in groups])

    def predict(self, Y: Any, n_components: Any) -> ConditionalPrediction:
        """Predict the scores of minimum-norm models trained on targets `Y`.

        Parameters
        ----------
        Y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Training targets.
        n_components : int or array-like of int
            Numbers k of random features, all above ``rank + 1``.

        Returns
        -------
        ConditionalPrediction
            The law of the scores at the test points. Its covariance has trace 1; groups
            differ little in the shape of theirs, and the mean shape is given.

        Raises
        ------
        ValueError
            If an argument is not usable.
        """
        targets = check_targets("Y", Y, len(self._whitener)).reshape(len(self._whitener), -1)
        k = check_counts("n_components", n_components, allow_inf=False)
        if (k <= self.rank + 1).any():
            raise ValueError(
                f"n_components must be above {self.rank + 1}, the threshold; got {k.min():g}"
            )
        laws = [self._law(self._whitener.T @ targets, width) for width in k.reshape(-1)]
        mean, variance, covariance = (np.array(part) for part in zip(*laws, strict=True))
        return ConditionalPrediction(
            n_components=unwrap(k),
            alpha=unwrap(np.zeros(k.shape)),
            gamma=unwrap(np.zeros(k.shape)),
            mean=mean.reshape(*k.shape, *mean.shape[1:]),
            variance=variance.reshape(*k.shape, -1),
            covariance=covariance.reshape(*k.shape, *covariance.shape[1:]),
        )

    def _law(self, targets: np.ndarray, k: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean, variance and unit-trace covariance of the scores at width k."""
        R, weight = self._equivalent(k)
        KR = self._kernels @ R
        passing = np.einsum("gij,hji->gh", KR, KR, optimize=True) * (self._share * weight**2) / k
        RY = R @ targets
        own = np.einsum("ia,gij,jb->gab", RY, self._kernels, RY, optimize=True)
        n_groups = len(own)
        energy = np.linalg.solve(np.eye(n_groups) - passing, own.reshape(n_groups, -1))
        energy = energy.reshape(own.shape) * (self._share * weight**2 / k)[:, None, None]
        # Whitened, a(x) is what the kernel alone would say, plus what the groups add.
        extra = np.tensordot(self._share * weight, self._cross, axes=1) @ R
        left = (
            self._diagonal
            - 2 * np.sum(self._cross * extra, axis=2)
            + np.sum((extra @ self._kernels) * extra, axis=2)
        )
        left *= (k - self.rank) / (k - self.rank - 1)
        covariance = np.tensordot(left.mean(axis=1), energy, axes=1)
        trace = np.trace(covariance)
        variance = np.trace(energy, axis1=1, axis2=2) @ left
        shape = covariance / trace if trace > 0 else np.zeros_like(covariance)
        return (self._test + extra) @ targets, np.maximum(variance, 0.0), shape

    def _equivalent(self, k: float) -> tuple[np.ndarray, np.ndarray]:
        """R, and 1/(1 + d) of each group, by iterating their equations."""
        d = np.full(len(self._share), self.rank / (k - self.rank))
        for _ in range(_MAX_STEPS):
            R = np.linalg.inv(np.tensordot(self._share / (1 + d), self._kernels, axes=1))
            new = np.einsum("gij,ij->g", self._kernels, R) / k
            change = np.abs(new / d - 1).max()
            d = new
            if change < _TOLERANCE:
                break
        return R, 1 / (1 + d)

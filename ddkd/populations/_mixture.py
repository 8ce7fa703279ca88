"""Two Gaussian clusters, one for each label."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from scipy import special

from ddkd._checks import (
    check_eigenvalues,
    check_integer,
    check_matrix,
    check_real,
    check_rng,
    check_vector,
)
from ddkd._repr import short_repr
from ddkd.populations._models import Population, angle, embed, same_sign, unwrap


@short_repr
@dataclass(frozen=True, eq=False)
class MixturePopulation(Population):
    """Two Gaussian clusters, one for each label, with a diagonal covariance.

    The label y is -1 or 1 with equal probability and x ~ N(y mu, diag(s)). The best
    classifier is linear, with coefficients mu/s and error Phi(-r), r^2 = sum mu^2/s.

    Parameters
    ----------
    eigenvalues : array_like of shape (n_features,)
        Variances s of the input's coordinates within a cluster, all positive.
    mean : array_like of shape (n_features,)
        Centre mu of the cluster with label 1; the other's is -mu. Not zero.
    flip_rate : float, default=0.0
        Probability in [0, 1/2] with which a label is flipped.

    Attributes
    ----------
    eigenvalues, mean : ndarray of shape (n_features,)
        As given. Read-only.

    Raises
    ------
    ValueError
        If an argument is out of range or the shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.populations import MixturePopulation
    >>> population = MixturePopulation(np.ones(3), [2.0, 0.0, 0.0])
    >>> round(population.radius, 3), round(population.error_rate([1.0, 0.0, 0.0]), 4)
    (2.0, 0.0228)
    >>> X = population.sample(4, rng=0)
    >>> X.shape, population.label(X, rng=1).shape
    ((4, 3), (4,))
    """

    eigenvalues: np.ndarray
    mean: np.ndarray
    _: KW_ONLY
    flip_rate: float = 0.0

    def __post_init__(self) -> None:
        eigenvalues = check_eigenvalues(self.eigenvalues)
        if eigenvalues.min() == 0:
            raise ValueError("eigenvalues must be positive; got 0")
        mean = check_vector("mean", self.mean, size=eigenvalues.size).copy()
        if not mean.any():
            raise ValueError("mean must not be zero: the clusters would be the same")
        flip_rate = check_real("flip_rate", self.flip_rate, low=0.0, high=0.5)
        self._keep(eigenvalues=eigenvalues, mean=mean, flip_rate=flip_rate)

    @property
    def radius(self) -> float:
        """Mahalanobis distance r of a centre from the origin; Bayes' error is Phi(-r)."""
        return float(np.linalg.norm(self.mean / np.sqrt(self.eigenvalues)))

    @property
    def label_scale(self) -> float:
        """Mean c = 1 - 2 flip_rate of the product of the flipped label and the true one."""
        return 1 - 2 * self.flip_rate

    def sample(self, n_samples: int, *, rng: Any = None) -> np.ndarray:
        """Draw inputs.

        Parameters
        ----------
        n_samples : int
            How many.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness, as `numpy.random.default_rng` takes it.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Independent rows, each from one of the clusters at random.
        """
        n_samples = check_integer("n_samples", n_samples)
        generator = check_rng(rng)
        X = generator.standard_normal((n_samples, self.n_features))
        X *= np.sqrt(self.eigenvalues)
        X += generator.choice([-1.0, 1.0], size=(n_samples, 1)) * self.mean
        return X

    def label(self, X: Any, *, rng: Any = None) -> np.ndarray:
        """Draw labels for given inputs: the cluster by its posterior probability, then flips.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_features)
            Inputs, all columns of the population.
        rng : None, int, SeedSequence or Generator, default=None
            Source of the clusters and the flips.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels in {-1, 1}, so that inputs and labels together have the stated law.
        """
        X = check_matrix("X", X, n_columns=self.n_features)
        generator = check_rng(rng)
        positive = special.expit(2 * X @ (self.mean / self.eigenvalues))
        y = np.where(generator.random(len(X)) < positive, 1.0, -1.0)
        return np.where(generator.random(len(X)) < self.flip_rate, -y, y)

    def risk(self, w: Any, features: Any = None) -> Any:
        """Mean squared error of a linear model against the flipped label, exactly.

        It is 1 - c^2 + (c - <w, mu>)^2 + sum s w^2 with c = 1 - 2 flip_rate.

        Parameters
        ----------
        w : array_like of shape (n_selected,) or (n_selected, n_models)
            Coefficients on the selected columns, in their order.
        features : None, bool mask or index array, default=None
            Columns that the model uses, as in ``X[:, features]``; None for all.

        Returns
        -------
        float, or ndarray of shape (n_models,)
            The expected squared error of each model.
        """
        full = embed(w, features, self.n_features).T
        c = self.label_scale
        return unwrap(1 - c**2 + (c - full @ self.mean) ** 2 + full**2 @ self.eigenvalues)

    def error_rate(self, w: Any, features: Any = None) -> Any:
        """Probability that the sign of a linear model is not the cluster's, exactly.

        It is Phi(-a) with the margin a = <w, mu>/sqrt(sum s w^2), against the unflipped label;
        1/2 for a model that is zero.

        Parameters
        ----------
        w : array_like of shape (n_selected,) or (n_selected, n_models)
            Coefficients on the selected columns, in their order.
        features : None, bool mask or index array, default=None
            Columns that the model uses, as in ``X[:, features]``; None for all.

        Returns
        -------
        float, or ndarray of shape (n_models,)
            The 0-1 error of each model.
        """
        return unwrap(special.ndtr(-self._margin(embed(w, features, self.n_features))))

    def correlation(self, w: Any) -> float:
        """Cosine of the angle between a linear model and the best: its margin over the radius.

        Parameters
        ----------
        w : array_like of shape (n_features,)
            Coefficients on all columns.

        Returns
        -------
        float
            1 for Bayes' classifier, 0 for a model that is zero.
        """
        return float(self._margin(embed(w, None, self.n_features)) / self.radius)

    def agreement(self, w: Any, other: Any) -> float:
        """Probability that two linear models have the same sign.

        Parameters
        ----------
        w, other : array_like of shape (n_features,)
            Coefficients on all columns.

        Returns
        -------
        float
            The probability, exact by Owen's function; a model that is zero has a random sign.
        """
        scale = np.sqrt(self.eigenvalues)
        first, second = (scale * embed(v, None, self.n_features) for v in (w, other))
        apart = angle(first, second)
        h, k = (np.asarray(self._margin(v / scale)) for v in (first, second))
        return float(same_sign(h, k, np.cos(apart), np.sin(apart)))

    def _margin(self, full: np.ndarray) -> np.ndarray:
        """Mean of the score over its standard deviation within a cluster, of every model."""
        spread = np.sqrt(full.T**2 @ self.eigenvalues)
        mean = np.asarray(full.T @ self.mean)
        return np.divide(mean, spread, out=np.zeros(spread.shape), where=spread > 0)

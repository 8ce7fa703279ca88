"""Two classes of many Gaussian clusters each, with orthogonal centres."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from ddkd._checks import check_array, check_integer, check_matrix, check_real, check_rng
from ddkd._repr import short_repr


@short_repr
@dataclass(frozen=True, eq=False)
class Clusters:
    """Two classes of many Gaussian clusters each, with orthogonal centres.

    Parameters
    ----------
    n_clusters : int
        Number G of clusters, half of them in each class; even, at most `n_features`. Cluster j has
        its centre on axis j, and the class 1 for even j.
    radius : float
        Norm R of every centre.
    n_features : int
        Number of features, of unit variance within a cluster.
    flip_rate : float, default=0.0
        Probability that a label is flipped.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.populations import Clusters
    >>> clusters = Clusters(4, 2.0, 10)
    >>> X = clusters.sample(5, rng=0)
    >>> X.shape, clusters.label(X, rng=1).shape
    ((5, 10), (5,))
    >>> round(float(clusters.error_rate(np.eye(10)[0])), 3)
    0.381
    """

    n_clusters: int
    radius: float
    n_features: int
    flip_rate: float = 0.0
    labels = "hard"

    def __post_init__(self) -> None:
        p = check_integer("n_features", self.n_features, low=2)
        G = check_integer("n_clusters", self.n_clusters, low=2, high=p)
        if G % 2:
            raise ValueError(f"n_clusters must be even, half of them in each class; got {G}")
        radius = check_real("radius", self.radius, low=0.0, high=1e6, low_open=True)
        flip_rate = check_real("flip_rate", self.flip_rate, low=0.0, high=0.5)
        values = {"n_clusters": G, "radius": radius, "n_features": p, "flip_rate": flip_rate}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def spike(self) -> float:
        """Variance 1 + R^2/G of the inputs along a centre."""
        return 1 + self.radius**2 / self.n_clusters

    def sample(self, n_samples: int, *, rng: Any = None) -> np.ndarray:
        """Draw inputs.

        Parameters
        ----------
        n_samples : int
            How many.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Independent rows.
        """
        n_samples = check_integer("n_samples", n_samples)
        generator = check_rng(rng)
        cluster = generator.integers(self.n_clusters, size=n_samples)
        X = generator.standard_normal((n_samples, self.n_features))
        X[np.arange(n_samples), cluster] += self.radius
        return X

    def label(self, X: Any, *, rng: Any = None) -> np.ndarray:
        """Draw labels for given inputs: the cluster by its posterior probability, then flips.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_features)
            Inputs.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels in {-1, 1}, so that inputs and labels together have the stated law.
        """
        X = check_matrix("X", X, n_columns=self.n_features)
        generator = check_rng(rng)
        likely = special.softmax(self.radius * X[:, : self.n_clusters], axis=1)
        odd = generator.random(len(X)) < likely[:, 1::2].sum(axis=1)
        flipped = generator.random(len(X)) < self.flip_rate
        return np.where(odd ^ flipped, -1.0, 1.0)

    def margins(self, coef: Any) -> np.ndarray:
        """Mean scores on the right side, in standard deviations, of models on every cluster.

        Parameters
        ----------
        coef : array_like of shape (..., n_features)
            Coefficients.

        Returns
        -------
        ndarray of shape (..., n_clusters)
            Negative for a cluster whose larger part is on the wrong side.
        """
        coef = check_array("coef", coef, ndim=tuple(range(1, 9)))
        if coef.shape[-1] != self.n_features:
            raise ValueError(
                f"coef must have {self.n_features} entries in its last axis, one per feature; "
                f"its shape is {coef.shape}"
            )
        length = np.linalg.norm(coef, axis=-1, keepdims=True)
        signs = np.where(np.arange(self.n_clusters) % 2, -1.0, 1.0)
        towards = signs * self.radius * coef[..., : self.n_clusters]
        return np.divide(towards, length, out=np.zeros_like(towards), where=length > 0)

    def error_rate(self, coef: Any) -> np.ndarray:
        """Probability of the wrong class, exactly.

        Parameters
        ----------
        coef : array_like of shape (..., n_features)
            Coefficients.

        Returns
        -------
        ndarray of shape (...)
            The 0-1 error of each model against unflipped labels.
        """
        return np.mean(special.ndtr(-self.margins(coef)), axis=-1)

    def wrong_clusters(self, coef: Any) -> np.ndarray:
        """Share of clusters of which the larger part is on the wrong side.

        Parameters
        ----------
        coef : array_like of shape (..., n_features)
            Coefficients.

        Returns
        -------
        ndarray of shape (...)
            The share for each model.
        """
        return np.mean(self.margins(coef) < 0, axis=-1)

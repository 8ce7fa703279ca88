"""Two classes of many Gaussian clusters each, with orthogonal centres."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from ddkd._checks import check_integer, check_real, check_rng
from ddkd._repr import short_repr
from ddkd.simulation._models import taught
from ddkd.solvers import ridge


@short_repr
@dataclass(frozen=True, eq=False)
class ClusterMixtureModel:
    """A linear model fitted to one training set; its law is `theory.ClusterMixtureLaw`.

    Attributes
    ----------
    n_clusters : int
        Number of clusters; cluster j has its centre on axis j, and the class 1 for even j.
    radius : float
        Norm of every centre.
    coef : ndarray of shape (n_features,)
        The coefficients.
    error_rate, wrong_clusters : float
        As in `theory.ClusterMixtureLaw`, exact for these coefficients.
    """

    n_clusters: int
    radius: float
    coef: np.ndarray
    error_rate: float
    wrong_clusters: float

    def distill(
        self, n_transfer: int, *, labels: str | None = None, alpha: float = 0.0, rng: Any = None
    ) -> "ClusterMixtureModel":
        """Draw a transfer set, label it with this model and fit a student.

        Parameters
        ----------
        n_transfer : int
            Number of fresh examples.
        labels : {"hard", "soft"} or None, default=None
            Signs of the teacher's scores, or the scores; None for "hard".
        alpha : float, default=0.0
            Ridge penalty; 0 for minimum norm.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        ClusterMixtureModel
            The student.
        """
        m = check_integer("n_transfer", n_transfer)
        generator = check_rng(rng)
        X, _ = _sample(self.n_clusters, self.radius, m, self.coef.size, generator)
        return _fit(self.n_clusters, self.radius, X, taught(X @ self.coef, labels), alpha)


def cluster_mixture(
    n_clusters: int,
    radius: float,
    n_samples: int,
    n_features: int,
    *,
    alpha: float = 0.0,
    flip_rate: float = 0.0,
    rng: Any = None,
) -> ClusterMixtureModel:
    """Draw a training set of two classes of clusters and fit it.

    Its law is `theory.cluster_mixture`.

    Parameters
    ----------
    n_clusters : int
        Number of clusters, half of them in each class; even, at most `n_features`.
    radius : float
        Norm of every centre.
    n_samples, n_features : int
        Numbers of samples and of features.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.
    flip_rate : float, default=0.0
        Probability that a label is flipped.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    ClusterMixtureModel
        The fit.

    Examples
    --------
    >>> from ddkd import simulation
    >>> teacher = simulation.cluster_mixture(20, 6.0, 60, 100, flip_rate=0.1, rng=0)
    >>> student = teacher.distill(5000, rng=1)
    >>> teacher.wrong_clusters > 0, student.wrong_clusters > 0
    (True, True)
    """
    n_features = check_integer("n_features", n_features, low=2)
    n_clusters = check_integer("n_clusters", n_clusters, low=2, high=n_features)
    if n_clusters % 2:
        raise ValueError(f"n_clusters must be even; got {n_clusters}")
    radius = check_real("radius", radius, low=0.0, low_open=True)
    flip_rate = check_real("flip_rate", flip_rate, low=0.0, high=0.5)
    n_samples = check_integer("n_samples", n_samples)
    generator = check_rng(rng)
    X, y = _sample(n_clusters, radius, n_samples, n_features, generator)
    y = np.where(generator.random(n_samples) < flip_rate, -y, y)
    return _fit(n_clusters, radius, X, y, alpha)


def _signs(n_clusters: int) -> np.ndarray:
    return np.where(np.arange(n_clusters) % 2, -1.0, 1.0)


def _sample(
    n_clusters: int, radius: float, n: int, n_features: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and true labels."""
    cluster = rng.integers(n_clusters, size=n)
    X = rng.standard_normal((n, n_features))
    X[np.arange(n), cluster] += radius
    return X, _signs(n_clusters)[cluster]


def _fit(
    n_clusters: int, radius: float, X: np.ndarray, y: np.ndarray, alpha: float
) -> ClusterMixtureModel:
    coef = ridge(X, y, alpha).coef
    length = np.linalg.norm(coef)
    margins = _signs(n_clusters) * radius * coef[:n_clusters] / (length or 1.0)
    return ClusterMixtureModel(
        n_clusters=n_clusters,
        radius=radius,
        coef=coef,
        error_rate=float(np.mean(special.ndtr(-margins))),
        wrong_clusters=float(np.mean(margins < 0)),
    )

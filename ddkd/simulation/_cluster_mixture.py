"""Two classes of many Gaussian clusters each, with orthogonal centres."""

from typing import Any

from ddkd.populations import Clusters
from ddkd.simulation._draws import Draws
from ddkd.simulation._linear import least_squares


def cluster_mixture(
    n_clusters: int,
    radius: float,
    n_samples: int,
    n_features: int,
    *,
    alpha: float = 0.0,
    flip_rate: float = 0.0,
    n_sets: int = 1,
    rng: Any = None,
) -> Draws:
    """Draw training sets of two classes of clusters and fit each.

    The law is `theory.cluster_mixture`; `populations.Clusters` judges the coefficients.

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
    n_sets : int, default=1
        Number of training sets.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Draws
        The fits.

    Examples
    --------
    >>> from ddkd import simulation
    >>> from ddkd.populations import Clusters
    >>> teachers = simulation.cluster_mixture(20, 6.0, 60, 100, flip_rate=0.1, n_sets=50, rng=0)
    >>> wrong = Clusters(20, 6.0, 100).wrong_clusters(teachers.coef)
    >>> bool(0 < wrong.mean() < 0.3)
    True
    """
    clusters = Clusters(n_clusters, radius, n_features, flip_rate)
    return least_squares(clusters, n_samples, alpha=alpha, n_sets=n_sets, rng=rng)

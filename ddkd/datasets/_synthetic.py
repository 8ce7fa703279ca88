"""Synthetic classification problems with unbounded supplies of data."""

from typing import Any

import numpy as np

from ddkd._checks import check_integer, check_matrix, check_real, check_rng


class _LabelledDraws:
    """A stream that draws inputs together with their classes."""

    def sample(self, n: int, *, rng: Any = None) -> np.ndarray:
        """Draw unlabelled inputs.

        Parameters
        ----------
        n : int
            How many.
        rng : None, int, SeedSequence or numpy Generator, optional
            Source of randomness.

        Returns
        -------
        ndarray of shape (n, n_features)
            Independent rows.
        """
        return self._draw(n, rng)[0]

    def _draw(self, n: int, rng: Any) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and their classes, which cannot be told from the inputs alone."""
        raise NotImplementedError


class ClusterMixture(_LabelledDraws):
    """Gaussian clusters, several to a class.

    ``x = C_z + A_z u + noise * e`` with the cluster z uniform, u and e standard normal; the class
    is z modulo `n_classes`. Drawn once: centres ``C_z ~ centre_scale * N(0, I)`` and factors
    ``A_z`` (n_features, rank) with entries N(0, 1/rank).

    Parameters
    ----------
    n_features : int, default 50
        Dimension of the inputs.
    n_clusters : int, default 30
        Number of clusters, at least `n_classes`.
    n_classes : int, default 10
        Number of classes, at least 2.
    rank : int, default 5
        Dimension of each cluster's own directions.
    centre_scale : float, default 0.5
        Standard deviation of the entries of the centres.
    noise : float, default 0.3
        Standard deviation of the isotropic noise.
    rng : None, int, SeedSequence or numpy Generator, optional
        Source of randomness for the centres and factors.

    Attributes
    ----------
    centres : ndarray of shape (n_clusters, n_features)
        Cluster centres C_z.
    factors : ndarray of shape (n_clusters, n_features, rank)
        Cluster factors A_z: the covariance of a cluster is ``A_z A_z' + noise^2 I``.
    cluster_classes : ndarray of shape (n_clusters,)
        Class of each cluster.

    Examples
    --------
    >>> from ddkd.datasets import ClusterMixture
    >>> ClusterMixture(rng=0).sample(4, rng=1).shape
    (4, 50)
    """

    def __init__(
        self,
        *,
        n_features: int = 50,
        n_clusters: int = 30,
        n_classes: int = 10,
        rank: int = 5,
        centre_scale: float = 0.5,
        noise: float = 0.3,
        rng: Any = None,
    ) -> None:
        n_features = check_integer("n_features", n_features)
        n_classes = check_integer("n_classes", n_classes, low=2)
        n_clusters = check_integer("n_clusters", n_clusters, low=n_classes)
        rank = check_integer("rank", rank)
        centre_scale = check_real("centre_scale", centre_scale, low=0.0)
        self.noise = check_real("noise", noise, low=0.0)
        generator = check_rng(rng)
        self.centres = centre_scale * generator.standard_normal((n_clusters, n_features))
        self.factors = generator.standard_normal((n_clusters, n_features, rank)) / np.sqrt(rank)
        self.cluster_classes = np.arange(n_clusters) % n_classes

    def _draw(self, n: int, rng: Any) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and their classes, which cannot be told from the inputs alone."""
        n = check_integer("n", n)
        generator = check_rng(rng)
        n_clusters, n_features, rank = self.factors.shape
        cluster = generator.integers(n_clusters, size=n)
        inner = generator.standard_normal((n, rank))
        X = self.noise * generator.standard_normal((n, n_features))
        for z in range(n_clusters):
            rows = np.flatnonzero(cluster == z)
            X[rows] += self.centres[z] + inner[rows] @ self.factors[z].T
        return X, self.cluster_classes[cluster]


class TwoMoons(_LabelledDraws):
    r"""Two interleaving half circles in the plane, one a class.

    A point of class -1 is ``1.3 (cos t - 0.5, sin t - 0.25) + 1.3 noise e`` with t uniform from
    0 to pi and e standard normal, one of class 1 is ``-1.3 (cos t - 0.5, sin t - 0.25)`` and
    noise alike. Both classes are as likely.

    Parameters
    ----------
    noise : float, default 0.15
        Standard deviation of the noise, in radii of the half circles.

    Examples
    --------
    >>> from ddkd.datasets import TwoMoons
    >>> TwoMoons().sample(3, rng=0).shape
    (3, 2)
    """

    def __init__(self, *, noise: float = 0.15) -> None:
        self.noise = check_real("noise", noise, low=0.0)

    def _draw(self, n: int, rng: Any) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and their classes, which cannot be told from the inputs alone."""
        n = check_integer("n", n)
        generator = check_rng(rng)
        y = 2 * generator.integers(2, size=n) - 1
        t = generator.uniform(0.0, np.pi, n)
        moon = np.stack([np.cos(t) - 0.5, np.sin(t) - 0.25], axis=1)
        return 1.3 * (self.noise * generator.standard_normal((n, 2)) - y[:, None] * moon), y


class ReLUNetworkTarget:
    """Two classes divided by a random one-hidden-layer ReLU network on Gaussian inputs.

    ``x ~ N(0, I)``; ``f(x) = sum_j a_j max(0, <w_j, x>)`` with a and w standard normal, drawn once.
    The class is 1 where f exceeds its mean ``sum_j a_j |w_j| / sqrt(2 pi)``, else 0. There is no
    cluster structure here and the boundary passes through the bulk of the inputs.

    Parameters
    ----------
    n_features : int, default 10
        Dimension of the inputs.
    n_hidden : int, default 10
        Number of hidden units.
    rng : None, int, SeedSequence or numpy Generator, optional
        Source of randomness for the network.

    Attributes
    ----------
    hidden : ndarray of shape (n_hidden, n_features)
        Hidden weights w.
    output : ndarray of shape (n_hidden,)
        Output weights a.

    Examples
    --------
    >>> from ddkd.datasets import ReLUNetworkTarget
    >>> target = ReLUNetworkTarget(rng=0)
    >>> X = target.sample(1000, rng=1)
    >>> bool(0.3 < target.label(X).mean() < 0.7)
    True
    """

    def __init__(self, *, n_features: int = 10, n_hidden: int = 10, rng: Any = None) -> None:
        n_features = check_integer("n_features", n_features)
        n_hidden = check_integer("n_hidden", n_hidden)
        generator = check_rng(rng)
        self.hidden = generator.standard_normal((n_hidden, n_features))
        self.output = generator.standard_normal(n_hidden)

    def sample(self, n: int, *, rng: Any = None) -> np.ndarray:
        """Draw unlabelled inputs.

        Parameters
        ----------
        n : int
            How many.
        rng : None, int, SeedSequence or numpy Generator, optional
            Source of randomness.

        Returns
        -------
        ndarray of shape (n, n_features)
            Independent rows.
        """
        n = check_integer("n", n)
        return check_rng(rng).standard_normal((n, self.hidden.shape[1]))

    def label(self, X: Any) -> np.ndarray:
        """Class of each input.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Inputs.

        Returns
        -------
        ndarray of shape (n,)
            The classes, 0 or 1.
        """
        X = check_matrix("X", X, n_columns=self.hidden.shape[1])
        score = np.maximum(X @ self.hidden.T, 0.0) @ self.output
        mean = self.output @ np.linalg.norm(self.hidden, axis=1) / np.sqrt(2 * np.pi)
        return (score > mean).astype(np.int64)

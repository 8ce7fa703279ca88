"""Two classes of many Gaussian clusters each: where a teacher is wrong on whole clusters."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from ddkd._arrays import ratio
from ddkd._checks import check_counts, check_nonnegative
from ddkd._repr import short_repr
from ddkd.populations import Clusters, Target
from ddkd.theory._fit import fit_to, learn
from ddkd.theory._law import Teacher, check_labels

_CELLS = 1000  # the error falls as its square: 1e-4 of a number at worst after three generations


@short_repr
@dataclass(frozen=True, eq=False)
class ClusterMixtureLaw(Teacher):
    """Law of a linear model of two classes of many clusters.

    Made by `cluster_mixture` and by `ClusterMixtureLaw.distill`.

    Attributes
    ----------
    n_clusters, n_features : int
        Numbers G of clusters, half of them in each class, and p of features.
    radius : float
        Mahalanobis norm R of every centre; the centres are orthogonal.
    n_samples, alpha : float
        Number of examples and ridge.
    error_rate : float
        Probability of the wrong class.
    wrong_clusters : float
        Share of the clusters most of which the model puts in the wrong class.
    margin, margin_spread : float
        Mean and standard deviation over the clusters of the margin: the mean of the score in
        the right direction over its standard deviation within the cluster.
    """

    n_clusters: int
    radius: float
    n_features: int
    n_samples: float
    alpha: float
    error_rate: float
    wrong_clusters: float
    margin: float
    margin_spread: float
    # The distribution of the margins over the clusters, as points and weights.
    _margins: np.ndarray
    _weights: np.ndarray

    def distill(
        self, n_transfer: float, *, labels: str | None = None, alpha: float = 0.0
    ) -> "ClusterMixtureLaw":
        """Law of a student fitted to this model's labels on fresh inputs.

        With lambda = 1 + R^2/G, u the unit teacher, a = R u its margin on a cluster and f the
        mean over the clusters of 2 phi(a), the hard label has along that cluster's centre the
        moment E[x y] = R (2 Phi(a) - 1)/G + f u, and f u in all other directions: a cluster with
        a < 0 is learnt wrong, from however many examples. Least squares then shrinks and adds
        noise as in the law of a Gaussian population with covariance eigenvalues lambda, G
        times, and 1, p - G times.

        *Asymptotic* in n, m, p and G together, at a physicist's level of rigour.

        Parameters
        ----------
        n_transfer : int
            Number m of examples the teacher labels; infinity for the limit.
        labels : {"hard", "soft"} or None, default=None
            Signs of the teacher's scores, or the scores; None for "hard", the population's own
            kind.
        alpha : float, default=0.0
            Ridge penalty of the student; 0 for minimum norm.

        Returns
        -------
        ClusterMixtureLaw
            The student's law.

        Raises
        ------
        ValueError
            If an argument is out of its range.

        Examples
        --------
        >>> from ddkd import theory
        >>> teacher = theory.cluster_mixture(20, 14.0, 60, 400, flip_rate=0.1)
        >>> student = teacher.distill(100_000)
        >>> round(teacher.error_rate, 3), round(student.error_rate, 3)
        (0.139, 0.086)
        >>> round(teacher.wrong_clusters, 3), round(student.wrong_clusters, 3)
        (0.051, 0.051)
        """
        m = check_counts("n_transfer", n_transfer)
        clusters = Clusters(self.n_clusters, self.radius, self.n_features)
        G, R, a, weights = clusters.n_clusters, clusters.radius, self._margins, self._weights
        u = a / R
        rest = max(1 - G * float(weights @ u**2), 0.0)
        if check_labels(labels, "hard") == "soft":
            return _law(clusters, m, alpha, weights, clusters.spike * u, rest)
        f = np.sqrt(2 / np.pi) * float(weights @ np.exp(-(a**2) / 2))
        centres = R / G * special.erf(a / np.sqrt(2)) + f * u
        return _law(clusters, m, alpha, weights, centres, f**2 * rest, square=1.0)


def cluster_mixture(
    n_clusters: int,
    radius: float,
    n_samples: float,
    n_features: int,
    *,
    alpha: float = 0.0,
    flip_rate: float = 0.0,
) -> ClusterMixtureLaw:
    """Law of least squares on two classes of many clusters with orthogonal centres.

    Identity covariance within a cluster. With lambda = 1 + R^2/G, G times, and 1, p - G
    times, for eigenvalues of the covariance, the law of a Gaussian population gives a
    coefficient's mean along a centre, A = c R/(G (lambda + kappa)), c = 1 - 2 flip_rate, and its
    variance (E/n) lambda/(lambda + kappa)^2. The margin on a cluster is R times that normal
    variable over the norm of all coefficients; its spread over the clusters is what a single
    cluster to a class does not have. *Asymptotic* in n, p and G together.

    Parameters
    ----------
    n_clusters : int
        Number G of clusters, half of them in each class; even, at most `n_features`.
    radius : float
        Norm R of every centre.
    n_samples : int
        Number n of samples; infinity for the limit.
    n_features : int
        Number p of features.
    alpha : float, default=0.0
        Ridge penalty; 0 means minimum norm.
    flip_rate : float, default=0.0
        Probability in [0, 1/2] that a label is flipped.

    Returns
    -------
    ClusterMixtureLaw
        The law of the fit.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> from ddkd import theory
    >>> law = theory.cluster_mixture(40, 6.0, 100, 200, flip_rate=0.1)
    >>> round(law.error_rate, 3), round(law.wrong_clusters, 3)
    (0.397, 0.239)
    """
    clusters = Clusters(n_clusters, radius, n_features, flip_rate)
    n = check_counts("n_samples", n_samples)
    moment = (1 - 2 * flip_rate) * radius / n_clusters
    return _law(clusters, n, alpha, np.ones(1), np.array([moment]), square=1.0)


def _law(
    clusters: Clusters,
    n: np.ndarray,
    alpha: float,
    weights: np.ndarray,
    centres: np.ndarray,
    rest: float = 0.0,
    *,
    square: float | None = None,
) -> ClusterMixtureLaw:
    """Fit n labels: a linear law whose targets vary over the clusters.

    `centres` are the mean products of label and input along a cluster's centre, over the clusters
    with these `weights`; `rest` is the sum of their squares in all other directions, and `square`
    the mean square of the labels, None if they are linear in the input.
    """
    ridge = check_nonnegative("alpha", alpha)
    if n.ndim or ridge.ndim:
        raise ValueError("n_samples, n_transfer and alpha must be numbers, not arrays, here")
    R, spike = clusters.radius, clusters.spike
    at_centre = np.arange(clusters.n_features) < clusters.n_clusters
    s = np.where(at_centre, spike, 1.0)
    energy = np.where(at_centre, float(weights @ centres**2) / spike, 0.0)
    energy[-1] += rest
    fit = fit_to(s, s > 0, n, ridge)
    noise = 0.0 if square is None else max(square - float(energy.sum()), 0.0)
    nowhere, one = np.zeros(s.size), np.ones(())
    learned = learn(fit, Target(nowhere, energy, np.asarray(noise), one, one))
    score = learned.score
    relative = fit.A**2 * energy + learned.noise
    # On the threshold the score is noise, of one size in all directions but the centres'.
    finite = bool(np.isfinite(score.size))
    variance, noise_variance = (relative, learned.noise) if finite else (score.unit_variance,) * 2
    # Within a cluster the inputs have unit variance in every direction.
    length = np.sqrt(np.sum(variance / s))
    margins = ratio(R * finite * fit.A[0] * centres / spike, length)
    spread = float(ratio(R * np.sqrt(noise_variance[0] / spike), length))
    nodes, node_weights = _convolve(margins, weights, spread)
    average = float(weights @ margins)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = special.ndtr(np.nan_to_num(-margins / spread))
    return ClusterMixtureLaw(
        n_clusters=clusters.n_clusters,
        radius=float(R),
        n_features=clusters.n_features,
        n_samples=float(n),
        alpha=float(ridge),
        error_rate=float(weights @ special.ndtr(-margins / np.hypot(1.0, spread))),
        wrong_clusters=float(weights @ below),
        margin=average,
        margin_spread=float(np.sqrt(weights @ (margins - average) ** 2 + spread**2)),
        _margins=nodes,
        _weights=node_weights,
    )


def _convolve(
    points: np.ndarray, weights: np.ndarray, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    """Masses and means in fine cells of a discrete distribution plus normal noise.

    Both are exact for every cell, and zero is an edge: what a student makes of a cluster turns
    at a margin of zero, more sharply with every generation.
    """
    if spread == 0:
        return points, weights
    low, high = points.min() - 8.5 * spread, points.max() + 8.5 * spread
    edges = np.linspace(low, high, _CELLS + 1)
    edges = np.unique(np.r_[edges, 0.0]) if low < 0 < high else edges
    z = (edges[:, None] - points) / spread
    mass = np.diff(special.ndtr(z) @ weights)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    moment = np.diff(special.ndtr(z) @ (weights * points) - spread * (density @ weights))
    kept = mass > 1e-18
    means = np.clip(moment[kept] / mass[kept], edges[:-1][kept], edges[1:][kept])
    return means, mass[kept] / mass[kept].sum()

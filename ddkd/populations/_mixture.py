"""Two Gaussian clusters, one for each label."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from scipy import special

from ddkd._arrays import angle, times
from ddkd._checks import (
    check_eigenvalues,
    check_integer,
    check_matrix,
    check_real,
    check_rng,
    check_vector,
)
from ddkd._repr import short_repr
from ddkd.populations._population import Population
from ddkd.populations._score import Score, Target


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
    def labels(self) -> str:  # type: ignore[override]
        """Labels are classes: "hard"."""
        return "hard"

    @property
    def centre(self) -> np.ndarray:
        """Centre mu/sqrt(s) of the cluster with label 1 on inputs of unit variance."""
        return self.mean / np.sqrt(self.eigenvalues)

    @property
    def radius(self) -> float:
        """Mahalanobis distance r of a centre from the origin; Bayes' error is Phi(-r)."""
        return float(np.linalg.norm(self.centre))

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

    def label_target(self) -> Target:
        """What least squares sees of the labels, whose mean product with an input is c mu.

        Returns
        -------
        Target
            The best linear predictor c mu'(diag(s) + mu mu')^-1 x, c = 1 - 2 flip_rate, and noise.
        """
        nothing = Score.fixed(np.zeros(self.n_features))
        return Target.of_decisions(
            nothing, np.zeros(()), along=self.label_scale, centre=self.centre
        )

    def sign_target(self, score: Score) -> Target:
        """What least squares sees of a score's signs.

        Parameters
        ----------
        score : Score
            The score, of margin a and unit score u.

        Returns
        -------
        Target
            By E[x y] = (2 Phi(a) - 1) nu + 2 phi(a) u, nu the centre.
        """
        a = self.score_margin(score)
        return Target.of_decisions(
            score,
            np.exp(-(a**2) / 2) * np.sqrt(2 / np.pi),  # 2 phi(a)
            along=special.erf(a / np.sqrt(2)),  # 2 Phi(a) - 1
            centre=self.centre,
        )

    def score_margin(self, score: Score) -> np.ndarray:
        """Mean of a score in the cluster of label 1 over its standard deviation in a cluster.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            The margin; zero for a score that is zero.
        """
        return np.sum(score.unit_mean * self.centre, axis=-1)

    def score_risk(self, score: Score) -> np.ndarray:
        """Mean squared error of a score against the flipped labels.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            1 - c^2 + (c - <w, mu>)^2 + sum s w^2 with c = 1 - 2 flip_rate.
        """
        c, hit = self.label_scale, times(score.size, self.score_margin(score))
        return 1 - c**2 + (c - hit) ** 2 + score.power

    def score_correlation(self, score: Score) -> np.ndarray:
        """Cosine of the angle between a score and the best one: its margin over the radius.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            1 for Bayes' classifier, 0 for a score that is zero.
        """
        return self.score_margin(score) / self.radius

    def score_error_rate(self, score: Score) -> np.ndarray:
        """Probability Phi(-margin) that a score's sign is not the cluster's.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            1/2 for a score that is zero.
        """
        return special.ndtr(-self.score_margin(score))

    def score_agreement(
        self, first: Score, second: Score, along: np.ndarray, across: np.ndarray
    ) -> np.ndarray:
        """Probability that two scores have one sign, by Owen's function.

        Parameters
        ----------
        first, second : Score
            The scores.
        along, across : ndarray of shape (...)
            Parts of the second along the first's unit score, and across it.

        Returns
        -------
        ndarray of shape (...)
            A score that is zero has a random sign.
        """
        h, k = self.score_margin(first), self.score_margin(second)
        theta = angle(across, along)
        return same_sign(h, k, np.cos(theta), np.sin(theta))


def same_sign(h: np.ndarray, k: np.ndarray, cosine: np.ndarray, sine: np.ndarray) -> np.ndarray:
    """Probability that two normal variables agree in sign.

    They have means h and k, unit variances and the cosine of an angle for correlation. With
    Owen's function T the probability is
    1 - 2 T(h, (k - h cos)/(h sin)) - 2 T(k, (h - k cos)/(k sin)), less 1 if h k < 0.
    """
    tiny = 1e-200  # T has a limit at zero, its second argument has not
    h, k = (np.where(x == 0, tiny, x) for x in (h, k))
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = (k - h * cosine) / (h * sine), (h - k * cosine) / (k * sine)
    # 0/0: the variables are one and the same.
    slope_h, slope_k = (np.where(np.isnan(slope), 0.0, slope) for slope in slopes)
    return 1 - 2 * (special.owens_t(h, slope_h) + special.owens_t(k, slope_k)) - (h * k < 0)

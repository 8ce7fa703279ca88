"""Gaussian inputs with a linear truth."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from ddkd._arrays import angle
from ddkd._checks import (
    check_choice,
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
class GaussianPopulation(Population):
    """Gaussian inputs with a diagonal covariance and a linear truth.

    Inputs are x ~ N(0, diag(s)), the truth is g = <b, x>. Real labels are g plus Gaussian
    noise; hard labels are the sign of g, flipped with a fixed probability. For hard labels
    `coef` is rescaled so that sum s b^2 = 1, which changes no label.

    Parameters
    ----------
    eigenvalues : array_like of shape (n_features,)
        Variances s of the input's coordinates, non-negative, at least one positive.
    coef : array_like of shape (n_features,)
        Coefficients b of the truth.
    labels : {"real", "hard"}, default="real"
        Real labels, or labels in {-1, 1}.
    noise_variance : float, default=0.0
        Variance of the noise on real labels.
    flip_rate : float, default=0.0
        Probability in [0, 1/2] with which a hard label is flipped.

    Attributes
    ----------
    eigenvalues, coef : ndarray of shape (n_features,)
        As given, `coef` rescaled for hard labels. Read-only.

    Raises
    ------
    ValueError
        If an argument is out of range, the shapes differ, or the noise argument of the
        other kind of labels is given.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(3), [1.0, 0.0, 0.0], noise_variance=0.5)
    >>> population.risk([1.0, 0.0, 0.0])
    0.5
    >>> population.error_rate([1.0, 1.0, 0.0])
    0.25
    >>> X = population.sample(4, rng=0)
    >>> X.shape, population.label(X, rng=1).shape
    ((4, 3), (4,))
    """

    eigenvalues: np.ndarray
    coef: np.ndarray
    _: KW_ONLY
    labels: str = "real"
    noise_variance: float = 0.0
    flip_rate: float = 0.0

    def __post_init__(self) -> None:
        eigenvalues = check_eigenvalues(self.eigenvalues)
        if eigenvalues.max() == 0:
            raise ValueError("eigenvalues must be non-negative, with at least one positive")
        coef = check_vector("coef", self.coef, size=eigenvalues.size).copy()
        check_choice("labels", self.labels, ("real", "hard"))
        noise_variance = check_real("noise_variance", self.noise_variance, low=0.0)
        flip_rate = check_real("flip_rate", self.flip_rate, low=0.0, high=0.5)
        if self.labels == "hard":
            if noise_variance:
                raise ValueError("noise_variance is for real labels; hard labels take flip_rate")
            signal = float(np.sum(eigenvalues * coef**2))
            if not signal > 0:
                raise ValueError("coef must carry signal (sum s b^2 > 0) for hard labels")
            coef /= np.sqrt(signal)
        elif flip_rate:
            raise ValueError("flip_rate is for hard labels; real labels take noise_variance")
        self._keep(
            eigenvalues=eigenvalues, coef=coef, noise_variance=noise_variance, flip_rate=flip_rate
        )

    @property
    def signal(self) -> float:
        """Variance of the truth, sum s b^2 (1 for hard labels)."""
        return float(np.sum(self.eigenvalues * self.coef**2))

    @property
    def label_scale(self) -> float:
        """Slope c of the label's regression on the truth.

        The best linear predictor of the label is c <b, x>. It is 1 for real labels and
        (1 - 2 flip_rate) sqrt(2/pi) for hard ones, by Stein's identity.
        """
        if self.labels == "real":
            return 1.0
        return float((1 - 2 * self.flip_rate) * np.sqrt(2 / np.pi))

    @property
    def label_noise(self) -> float:
        """Variance of the label that no linear predictor explains."""
        return self.noise_variance if self.labels == "real" else 1 - self.label_scale**2

    @property
    def truth(self) -> np.ndarray:
        """Coefficients of the truth on inputs of unit variance."""
        return np.sqrt(self.eigenvalues) * self.coef

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
            Independent rows from N(0, diag(s)).
        """
        n_samples = check_integer("n_samples", n_samples)
        X = check_rng(rng).standard_normal((n_samples, self.n_features))
        return np.multiply(X, np.sqrt(self.eigenvalues), out=X)

    def label(self, X: Any, *, rng: Any = None) -> np.ndarray:
        """Draw labels for given inputs.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_features)
            Inputs, all columns of the population.
        rng : None, int, SeedSequence or Generator, default=None
            Source of the noise or of the flips.

        Returns
        -------
        ndarray of shape (n_samples,)
            Real labels, or labels in {-1, 1}.
        """
        truth = check_matrix("X", X, n_columns=self.n_features) @ self.coef
        generator = check_rng(rng)
        if self.labels == "real":
            noise = generator.standard_normal(truth.size)
            return truth + np.sqrt(self.noise_variance) * noise
        flipped = generator.random(truth.size) < self.flip_rate
        return np.where((truth >= 0) ^ flipped, 1.0, -1.0)

    def label_target(self) -> Target:
        """What least squares sees of the labels: c times the truth, and noise.

        Returns
        -------
        Target
            With c = 1 for real labels, (1 - 2 flip_rate) sqrt(2/pi) for hard ones, and their noise.
        """
        return Target(
            mean=self.label_scale * self.truth,
            variance=np.zeros(self.n_features),
            noise=np.asarray(self.label_noise),
            size=np.ones(()),
            slope=np.zeros(()),
        )

    def sign_target(self, score: Score) -> Target:
        """What least squares sees of a score's signs: sqrt(2/pi) times the unit score, and noise.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        Target
            With noise of variance 1 - 2/pi.
        """
        return Target.of_decisions(score, np.asarray(np.sqrt(2 / np.pi)))

    def score_risk(self, score: Score) -> np.ndarray:
        """Mean squared error of a score against the labels.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            Real labels: noise + sum s (b - w)^2. Hard labels: 1 - c^2 + sum s (c b - w)^2 with
            c = (1 - 2 flip_rate) sqrt(2/pi).
        """
        bias = self._with_bulk(self.label_scale * self.truth, score) - score.mean
        return self.label_noise + np.sum(bias**2 + score.variance, axis=-1)

    def score_correlation(self, score: Score) -> np.ndarray:
        """Correlation of a score with the truth.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            Zero for a score or a truth that is zero.
        """
        apart = score.angle_to(self._with_bulk(self.truth, score))
        return np.where(apart == np.pi / 2, 0.0, np.cos(apart))

    def score_error_rate(self, score: Score) -> np.ndarray:
        """Probability that a score's sign is not the truth's, arccos(correlation)/pi.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            1/2 for a score or a truth that is zero.
        """
        return score.angle_to(self._with_bulk(self.truth, score)) / np.pi

    def score_agreement(
        self, first: Score, second: Score, along: np.ndarray, across: np.ndarray
    ) -> np.ndarray:
        """Probability that two scores have one sign, 1 - angle/pi.

        Parameters
        ----------
        first, second : Score
            The scores.
        along, across : ndarray of shape (...)
            Parts of the second along the first's unit score, and across it.

        Returns
        -------
        ndarray of shape (...)
            1/2 if a score is zero.
        """
        return 1 - angle(across, along) / np.pi

    def _with_bulk(self, values: np.ndarray, score: Score) -> np.ndarray:
        """The values with zeros where a score has noise beyond the population's coordinates."""
        return np.pad(values, (0, score.mean.shape[-1] - values.size))

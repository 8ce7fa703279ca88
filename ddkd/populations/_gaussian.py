"""Gaussian inputs with a linear truth."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

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
from ddkd.populations._models import Population, angle, embed, unwrap


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

    def risk(self, w: Any, features: Any = None) -> Any:
        """Mean squared error of a linear model against the noisy or flipped label, exactly.

        Real labels: noise + sum s (b - w)^2. Hard labels: 1 - c^2 + sum s (c b - w)^2 with
        c = (1 - 2 flip_rate) sqrt(2/pi). No test set is drawn.

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
        full = embed(w, features, self.n_features)
        residual = (self.label_scale * self.coef - full.T) ** 2
        return unwrap(self.label_noise + residual @ self.eigenvalues)

    def error_rate(self, w: Any, features: Any = None) -> Any:
        """Probability that the sign of a linear model differs from the sign of the truth.

        It is arccos(rho)/pi with rho the correlation of the two scores, against the
        unflipped sign for every kind of label; 1/2 for a model or a truth that is zero.

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
        scale = np.sqrt(self.eigenvalues)
        score = scale * embed(w, features, self.n_features).T
        return unwrap(angle(score, scale * self.coef) / np.pi)

    def correlation(self, w: Any) -> float:
        """Correlation of a linear model's score with the truth.

        Parameters
        ----------
        w : array_like of shape (n_features,)
            Coefficients on all columns.

        Returns
        -------
        float
            The cosine of pi times the error rate.
        """
        return float(np.cos(np.pi * self.error_rate(w)))

    def agreement(self, w: Any, other: Any) -> float:
        """Probability that two linear models have the same sign.

        Parameters
        ----------
        w, other : array_like of shape (n_features,)
            Coefficients on all columns.

        Returns
        -------
        float
            1 - angle/pi; 1/2 if a model is zero.
        """
        scale = np.sqrt(self.eigenvalues)
        first, second = (scale * embed(v, None, self.n_features) for v in (w, other))
        return float(1 - angle(first, second) / np.pi)

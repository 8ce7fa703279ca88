"""What every population is, and what it computes of linear models."""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np

from ddkd._arrays import unwrap
from ddkd._checks import check_array, check_features
from ddkd.populations._score import Score, Target

_ANY_NDIM = tuple(range(1, 9))


class Population(ABC):
    """Inputs with uncorrelated coordinates, their labels, and what a linear score is worth.

    A population of one's own is a subclass with `eigenvalues`, `labels`, `sample`, `label` and the
    six abstract methods on scores. From a score's mean and variance these compute risk, 0-1 error,
    agreement and targets, once for laws, whose coefficients vary, and for given coefficients, which
    do not. A score has its coefficients on inputs of unit variance: the root of the eigenvalue
    times each. Arrays are read-only.

    Attributes
    ----------
    eigenvalues : ndarray of shape (n_features,)
        Variances of the coordinates (within a cluster, if there are clusters).
    labels : {"real", "hard"}
        Whether labels are numbers or classes of -1 and 1.
    centre : ndarray of shape (n_features,) or None
        On inputs of unit variance the covariance is I + centre centre'; None for I.
    """

    eigenvalues: np.ndarray
    labels: str

    @property
    def centre(self) -> np.ndarray | None:
        """What the covariance is off the identity in, None for nothing."""
        return None

    @abstractmethod
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
            Independent rows.
        """

    @abstractmethod
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
            The labels.
        """

    @abstractmethod
    def label_target(self) -> Target:
        """What least squares sees of the labels.

        Returns
        -------
        Target
            Their best linear predictor, and the noise around it.
        """

    @abstractmethod
    def sign_target(self, score: Score) -> Target:
        """What least squares sees of a score's signs.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        Target
            Their best linear predictor, and the noise around it.
        """

    @abstractmethod
    def score_risk(self, score: Score) -> np.ndarray:
        """Mean squared error of a score against the labels.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            On fresh inputs, noise or flips included.
        """

    @abstractmethod
    def score_correlation(self, score: Score) -> np.ndarray:
        """Cosine of the angle between a score and the best one.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            Zero for a score that is zero.
        """

    @abstractmethod
    def score_error_rate(self, score: Score) -> np.ndarray:
        """Probability that a score's sign is not the truth's.

        Parameters
        ----------
        score : Score
            The score.

        Returns
        -------
        ndarray of shape (...)
            1/2 for a score that is zero.
        """

    @abstractmethod
    def score_agreement(
        self, first: Score, second: Score, along: np.ndarray, across: np.ndarray
    ) -> np.ndarray:
        """Probability that two scores have one sign.

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

    @property
    def n_features(self) -> int:
        """Number of coordinates of the input."""
        return self.eigenvalues.size

    @classmethod
    def checked(cls, value: object) -> Self:
        """Return `value` if it is such a population; ValueError else."""
        if not isinstance(value, cls):
            raise ValueError(f"population must be a {cls.__name__}; got {value!r}")
        return value

    def score(self, coef: Any, features: Any = None) -> Score:
        """Return the score of given coefficients.

        Parameters
        ----------
        coef : array_like of shape (..., n_selected)
            Coefficients on the selected columns, in their order.
        features : None, bool mask or index array, default=None
            Columns that the model uses, as in ``X[:, features]``; None for all.

        Returns
        -------
        Score
            Without variance, on inputs of unit variance.
        """
        columns = check_features("features", features, self.n_features)
        coef = check_array("coef", coef, ndim=_ANY_NDIM)
        if coef.shape[-1] != columns.size:
            raise ValueError(
                f"coef must have {columns.size} entries in its last axis, one per feature; "
                f"its shape is {coef.shape}"
            )
        full = np.zeros((*coef.shape[:-1], self.n_features))
        full[..., columns] = coef
        return Score.fixed(np.sqrt(self.eigenvalues) * full)

    def risk(self, coef: Any, features: Any = None) -> Any:
        """Mean squared error of linear models against the noisy or flipped label, exactly.

        No test set is drawn.

        Parameters
        ----------
        coef : array_like of shape (..., n_selected)
            Coefficients on the selected columns, in their order.
        features : None, bool mask or index array, default=None
            Columns that the models use, as in ``X[:, features]``; None for all.

        Returns
        -------
        float, or ndarray of shape (...)
            The expected squared error of each model.
        """
        return unwrap(self.score_risk(self.score(coef, features)))

    def error_rate(self, coef: Any, features: Any = None) -> Any:
        """Probability that the sign of a linear model is not the truth's, exactly.

        Parameters
        ----------
        coef : array_like of shape (..., n_selected)
            Coefficients on the selected columns, in their order.
        features : None, bool mask or index array, default=None
            Columns that the models use, as in ``X[:, features]``; None for all.

        Returns
        -------
        float, or ndarray of shape (...)
            The 0-1 error of each model against unflipped labels; 1/2 for a model that is zero.
        """
        return unwrap(self.score_error_rate(self.score(coef, features)))

    def correlation(self, coef: Any) -> Any:
        """Cosine of the angle between a linear model and the best one.

        Parameters
        ----------
        coef : array_like of shape (..., n_features)
            Coefficients on all columns.

        Returns
        -------
        float, or ndarray of shape (...)
            1 for the best model, 0 for a model that is zero.
        """
        return unwrap(self.score_correlation(self.score(coef)))

    def agreement(self, coef: Any, other: Any) -> Any:
        """Probability that two linear models have the same sign.

        Parameters
        ----------
        coef, other : array_like of shape (..., n_features)
            Coefficients on all columns.

        Returns
        -------
        float, or ndarray of shape (...)
            The probability, exactly; a model that is zero has a random sign.
        """
        first, second = self.score(coef), self.score(other)
        along = np.sum(first.unit_mean * second.unit_mean, axis=-1)
        rest = second.unit_mean - along[..., None] * first.unit_mean
        across = np.sqrt(np.sum(rest**2, axis=-1))
        return unwrap(self.score_agreement(first, second, along, across))

    def _keep(self, **values: Any) -> None:
        """Set fields that have been checked."""
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, value)

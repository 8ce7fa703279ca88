"""K Gaussian clusters with orthogonal centres, one for each class."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._checks import check_choice, check_integer, check_real, check_rng
from ddkd._repr import short_repr
from ddkd.solvers import ridge

_DRAWS = 4000


@short_repr
@dataclass(frozen=True, eq=False)
class ClassMixtureModel:
    """K one-hot linear models fitted to one training set; its law is `theory.ClassMixtureLaw`.

    Attributes
    ----------
    radius : float
        Norm of every centre; the centre of class j is on axis j.
    coef : ndarray of shape (n_features, n_classes)
        Coefficients of the classes' scores.
    error_rate : float
        Probability of the wrong class, from 4,000 draws of the scores in every class:
        unbiased, with a standard error of at most 0.008/sqrt(n_classes) or so.
    """

    radius: float
    coef: np.ndarray
    error_rate: float

    def distill(
        self, n_transfer: int, *, labels: str | None = None, alpha: float = 0.0, rng: Any = None
    ) -> "ClassMixtureModel":
        """Draw a transfer set, label it with this model and fit a student.

        Parameters
        ----------
        n_transfer : int
            Number of fresh examples.
        labels : {"hard", "soft"} or None, default=None
            One-hot argmax of the teacher's scores, or the scores; None for "hard".
        alpha : float, default=0.0
            Ridge penalty; 0 for minimum norm.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        ClassMixtureModel
            The student.
        """
        kind = "hard" if labels is None else labels
        hard = check_choice("labels", kind, ("hard", "soft")) == "hard"
        generator = check_rng(rng)
        n_features, n_classes = self.coef.shape
        m = check_integer("n_transfer", n_transfer)
        X, _ = _sample(n_classes, self.radius, m, n_features, generator)
        scores = X @ self.coef
        Y = np.eye(n_classes)[scores.argmax(axis=1)] if hard else scores
        return _fit(self.radius, X, Y, alpha, generator)


def class_mixture(
    n_classes: int,
    radius: float,
    n_samples: int,
    n_features: int,
    *,
    alpha: float = 0.0,
    flip_rate: float = 0.0,
    rng: Any = None,
) -> ClassMixtureModel:
    """Draw a training set of K clusters and fit one-hot labels.

    Its law is `theory.class_mixture`.

    Parameters
    ----------
    n_classes : int
        Number K of classes, at least 2 and at most `n_features`.
    radius : float
        Norm of every centre.
    n_samples, n_features : int
        Numbers of samples and of features.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.
    flip_rate : float, default=0.0
        Probability that a label is replaced by another class at random.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    ClassMixtureModel
        The fit.

    Examples
    --------
    >>> from ddkd import simulation
    >>> teacher = simulation.class_mixture(4, 3.0, 200, 100, flip_rate=0.1, rng=0)
    >>> student = teacher.distill(3000, rng=1)
    >>> student.error_rate < teacher.error_rate
    True
    """
    n_features = check_integer("n_features", n_features)
    n_classes = check_integer("n_classes", n_classes, low=2, high=n_features)
    radius = check_real("radius", radius, low=0.0, low_open=True)
    flip_rate = check_real("flip_rate", flip_rate, low=0.0, high=1.0)
    n_samples = check_integer("n_samples", n_samples)
    generator = check_rng(rng)
    X, y = _sample(n_classes, radius, n_samples, n_features, generator)
    shift = generator.integers(1, n_classes, size=n_samples)
    y = np.where(generator.random(n_samples) < flip_rate, (y + shift) % n_classes, y)
    return _fit(radius, X, np.eye(n_classes)[y], alpha, generator)


def _sample(
    n_classes: int, radius: float, n: int, n_features: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and classes, the classes as nearly equal in number as can be."""
    y = rng.permutation(np.arange(n) % n_classes)
    X = rng.standard_normal((n, n_features))
    X[np.arange(n), y] += radius
    return X, y


def _fit(
    radius: float, X: np.ndarray, Y: np.ndarray, alpha: float, rng: np.random.Generator
) -> ClassMixtureModel:
    coef = ridge(X, Y, alpha).coef
    n_classes = Y.shape[1]
    # Scores within a class are jointly normal: draw those, not the inputs.
    values, vectors = np.linalg.eigh(coef.T @ coef)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = rng.standard_normal((_DRAWS, n_classes)) @ root.T
    wrong = [np.mean((noise + radius * coef[j]).argmax(axis=1) != j) for j in range(n_classes)]
    return ClassMixtureModel(radius=radius, coef=coef, error_rate=float(np.mean(wrong)))

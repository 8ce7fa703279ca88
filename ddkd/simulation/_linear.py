"""Gaussian populations and two clusters: linear models and random features."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._checks import (
    check_choice,
    check_features,
    check_integer,
    check_real,
    check_rng,
    check_vector,
)
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.solvers import LeastSquaresSolution, ridge, width_path

__all__ = [
    "LinearModel",
    "RandomFeatureModel",
    "WidthCurve",
    "least_squares",
    "random_features",
    "width_curve",
]


Population = GaussianPopulation | MixturePopulation


@dataclass(frozen=True, eq=False)
class _Model:
    """One fitted model with its exact figures, named as in the laws."""

    population: Population
    solution: LeastSquaresSolution
    coef: np.ndarray
    risk: float
    train_risk: float
    correlation: float
    error_rate: float
    agreement: float | None


@dataclass(frozen=True, eq=False)
class LinearModel(_Model):
    """A linear model fitted to one training set; the draw whose law is `theory.LinearLaw`.

    Attributes
    ----------
    population : GaussianPopulation or MixturePopulation
        Where the inputs come from.
    solution : LeastSquaresSolution
        What the solver returned.
    coef : ndarray of shape (n_features,)
        Coefficients on all columns, zero where the model has none.
    risk, train_risk, correlation, error_rate : float
        As in `theory.LinearLaw`, exact for these coefficients.
    agreement : float or None
        Probability of the teacher's sign; None without a teacher.
    features : ndarray of int
        The columns used.
    """

    features: np.ndarray

    def distill(
        self,
        n_transfer: int,
        *,
        labels: str | None = None,
        features: Any = None,
        alpha: float = 0.0,
        rng: Any = None,
    ) -> "LinearModel":
        """Draw a transfer set, label it with this model and fit a student.

        Parameters
        ----------
        n_transfer : int
            Number of fresh examples.
        labels : {"hard", "soft"} or None, default=None
            Signs of the teacher's scores, or the scores; None for the population's own kind,
            "hard" for hard labels and "soft" for real ones.
        features : None, "all", bool mask or index array, default=None
            The student's columns; None for the teacher's own, "all" for every column.
        alpha : float, default=0.0
            Ridge, sum-normalised; 0 for minimum norm.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        LinearModel
            The student.
        """
        X = self.population.sample(n_transfer, rng=rng)
        columns = self.features
        if features is not None:
            columns = check_features("features", features, self.population.n_features)
        y = _labels(self.population, X @ self.coef, labels)
        return _linear_model(self.population, X, y, columns, alpha, teacher=self.coef)


@dataclass(frozen=True, eq=False)
class RandomFeatureModel(_Model):
    """A model on random features of a kernel; the draw whose law is `theory.RandomFeatureLaw`.

    Attributes
    ----------
    population : GaussianPopulation
        The eigenfunctions, as unit-variance inputs.
    solution : LeastSquaresSolution
        What the solver returned.
    coef : ndarray of shape (n_eigenfunctions,)
        Coefficients on the eigenfunctions.
    risk, train_risk, correlation, error_rate : float
        As in `theory.RandomFeatureLaw`, exact for these coefficients.
    agreement : float or None
        Probability of the teacher's sign; None without a teacher.
    eigenvalues : ndarray of shape (n_eigenfunctions,)
        Eigenvalues of the kernel.
    """

    eigenvalues: np.ndarray

    def distill(
        self,
        n_transfer: int,
        n_components: int,
        *,
        labels: str | None = None,
        alpha: float = 0.0,
        rng: Any = None,
    ) -> "RandomFeatureModel":
        """Draw a transfer set, label it with this model and fit a student.

        Parameters
        ----------
        n_transfer : int
            Number of fresh examples.
        n_components : int
            Number of the student's own random features.
        labels : {"hard", "soft"} or None, default=None
            Signs of the teacher's scores, or the scores; None for the population's own kind,
            "hard" for hard labels and "soft" for real ones.
        alpha : float, default=0.0
            Ridge, sum-normalised; 0 for minimum norm.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        RandomFeatureModel
            The student.
        """
        generator = check_rng(rng)
        X = self.population.sample(n_transfer, rng=generator)
        y = _labels(self.population, X @ self.coef, labels)
        k = check_integer("n_components", n_components)
        return _random_feature_model(
            self.population, self.eigenvalues, X, y, k, alpha, generator, teacher=self.coef
        )


@dataclass(frozen=True, eq=False)
class WidthCurve:
    """One training set fitted at every width.

    Attributes
    ----------
    widths : ndarray of shape (n_widths,)
        Numbers of leading columns used.
    risk, train_risk, error_rate : ndarray of shape (n_widths,)
        Exact figures of each model.
    """

    widths: np.ndarray
    risk: np.ndarray
    train_risk: np.ndarray
    error_rate: np.ndarray


def least_squares(
    population: Population,
    n_samples: int,
    *,
    features: Any = None,
    alpha: float = 0.0,
    rng: Any = None,
) -> LinearModel:
    """Draw a training set and fit it; the draw whose law is `theory.least_squares`.

    Parameters
    ----------
    population : GaussianPopulation or MixturePopulation
        Inputs, truth and labels.
    n_samples : int
        Number of samples.
    features : None, bool mask or index array, default=None
        Columns used; None for all.
    alpha : float, default=0.0
        Ridge, sum-normalised; 0 for minimum norm.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    LinearModel
        The fit and its exact figures.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), labels="hard")
    >>> teacher = simulation.least_squares(population, 30, rng=0)
    >>> student = teacher.distill(2000, rng=1)
    >>> bool(abs(student.error_rate - teacher.error_rate) < 0.02)
    True
    """
    generator = check_rng(rng)
    columns = check_features("features", features, population.n_features)
    X = population.sample(n_samples, rng=generator)
    y = population.label(X, rng=generator)
    return _linear_model(population, X, y, columns, alpha)


def width_curve(
    population: Population,
    n_samples: int,
    widths: Any,
    *,
    alpha: float = 0.0,
    rng: Any = None,
) -> WidthCurve:
    """Draw one training set and fit it at every width, as one factorisation's work.

    Its law is `theory.least_squares` with ``features=prefix_masks(widths, n_features)``.

    Parameters
    ----------
    population : GaussianPopulation or MixturePopulation
        Inputs, truth and labels.
    n_samples : int
        Number of samples.
    widths : array_like of int
        Numbers of leading columns.
    alpha : float, default=0.0
        Ridge, sum-normalised; 0 for minimum norm.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    WidthCurve
        Exact figures at every width.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(60), np.ones(60), noise_variance=1.0)
    >>> curve = simulation.width_curve(population, 20, [10, 20, 60], rng=0)
    >>> int(curve.risk.argmax())
    1
    """
    generator = check_rng(rng)
    X = population.sample(n_samples, rng=generator)
    y = population.label(X, rng=generator)
    path = width_path(X, y, widths, alpha=alpha, keep_coefs=True)
    coefs = [path.coef(w) for w in path.widths]
    return WidthCurve(
        widths=path.widths,
        risk=np.array([population.risk(c, np.arange(len(c))) for c in coefs]),
        train_risk=path.train_mse[:, 0],
        error_rate=np.array([population.error_rate(c, np.arange(len(c))) for c in coefs]),
    )


def random_features(
    eigenvalues: Any,
    coef: Any,
    n_samples: int,
    n_components: int,
    *,
    alpha: float = 0.0,
    labels: str = "real",
    noise_variance: float = 0.0,
    flip_rate: float = 0.0,
    rng: Any = None,
) -> RandomFeatureModel:
    """Draw a training set and random features and fit; the law is `theory.random_features`.

    The eigenfunctions are independent standard normal inputs x, and each of the k features
    is the random function sum sqrt(l) W x / sqrt(k) with W standard normal.

    Parameters
    ----------
    eigenvalues, coef : array_like of shape (n_eigenfunctions,)
        Eigenvalues l of the kernel, and the truth's coefficients on the eigenfunctions.
    n_samples, n_components : int
        Numbers of samples and of random features.
    alpha : float, default=0.0
        Ridge, sum-normalised; 0 for minimum norm.
    labels : {"real", "hard"}, default="real"
        Real labels, or their signs.
    noise_variance : float, default=0.0
        Variance of the noise on real labels.
    flip_rate : float, default=0.0
        Probability with which a hard label is flipped.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    RandomFeatureModel
        The fit and its exact figures.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> l = 1 / np.arange(1, 301) ** 1.5
    >>> model = simulation.random_features(l, np.sqrt(l), 50, 200, labels="hard", rng=0)
    >>> bool(model.solution.interpolates), model.error_rate < 0.4
    (True, True)
    """
    generator = check_rng(rng)
    l = check_vector("eigenvalues", eigenvalues)
    if l.min() < 0 or l.max() == 0:
        raise ValueError("eigenvalues must be non-negative, with at least one positive")
    alpha = check_real("alpha", alpha, low=0.0)
    population = GaussianPopulation(
        np.ones(l.size), coef, labels=labels, noise_variance=noise_variance, flip_rate=flip_rate
    )
    X = population.sample(n_samples, rng=generator)
    y = population.label(X, rng=generator)
    k = check_integer("n_components", n_components)
    return _random_feature_model(population, l, X, y, k, alpha, generator)


def _labels(population: Population, scores: np.ndarray, labels: str | None) -> np.ndarray:
    """A teacher's labels: signs or scores, by default what the population's labels are."""
    real = isinstance(population, GaussianPopulation) and population.labels == "real"
    kind = labels if labels is not None else "soft" if real else "hard"
    if check_choice("labels", kind, ("hard", "soft")) == "soft":
        return scores
    return np.where(scores >= 0, 1.0, -1.0)


def _figures(
    population: Population,
    solution: LeastSquaresSolution,
    coef: np.ndarray,
    teacher: np.ndarray | None,
) -> dict[str, Any]:
    """The fields of a `_Model`."""
    return {
        "population": population,
        "solution": solution,
        "coef": coef,
        "risk": population.risk(coef),
        "train_risk": float(np.ravel(solution.train_mse)[0]),
        "correlation": population.correlation(coef),
        "error_rate": population.error_rate(coef),
        "agreement": None if teacher is None else population.agreement(coef, teacher),
    }


def _linear_model(
    population: Population,
    X: np.ndarray,
    y: np.ndarray,
    columns: np.ndarray,
    alpha: float,
    teacher: np.ndarray | None = None,
) -> LinearModel:
    solution = ridge(X[:, columns], y, alpha)
    coef = np.zeros(population.n_features)
    coef[columns] = solution.coef
    return LinearModel(features=columns, **_figures(population, solution, coef, teacher))


def _random_feature_model(
    population: Population,
    l: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    n_components: int,
    alpha: float,
    rng: np.random.Generator,
    teacher: np.ndarray | None = None,
) -> RandomFeatureModel:
    weights = rng.standard_normal((l.size, n_components))
    weights *= np.sqrt(l / n_components)[:, None]
    solution = ridge(X @ weights, y, alpha)
    figures = _figures(population, solution, weights @ solution.coef, teacher)
    return RandomFeatureModel(eigenvalues=l, **figures)

"""Gaussian populations and two clusters: linear models."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._checks import check_choice, check_features, check_integer, check_real, check_rng
from ddkd._repr import short_repr
from ddkd.simulation._models import FittedModel, Population, draw, figures, taught
from ddkd.solvers import LeastSquaresSolution, ridge, width_path


@short_repr
@dataclass(frozen=True, eq=False)
class LinearModel(FittedModel):
    """A linear model fitted to one training set; the draw whose law is `theory.LinearLaw`.

    Attributes
    ----------
    population : GaussianPopulation or MixturePopulation
        Where the inputs come from.
    coef : ndarray of shape (n_features,)
        Coefficients on all columns, zero where the model has none.
    risk, train_risk, correlation, error_rate : float
        As in `theory.LinearLaw`, exact for these coefficients.
    agreement : float or None
        Probability of the teacher's sign; None without a teacher.
    solution : LeastSquaresSolution
        What the solver returned.
    features : ndarray of int
        The columns used.
    """

    solution: LeastSquaresSolution
    features: np.ndarray
    _X: np.ndarray
    _y: np.ndarray

    def distill(
        self,
        n_transfer: int,
        *,
        labels: str | None = None,
        features: Any = None,
        alpha: float = 0.0,
        min_score: float | None = None,
        with_labels: int | str | None = None,
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
            Ridge penalty; 0 for minimum norm.
        min_score : float, optional
            Keep only inputs whose score exceeds so many of its standard deviations in absolute
            value; fresh ones are drawn until `n_transfer` are kept.
        with_labels : int or "own", optional
            Add so many fresh examples with true labels, or the teacher's own training set.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        LinearModel
            The student.
        """
        generator = check_rng(rng)
        columns = self.features
        if features is not None:
            columns = check_features("features", features, self.population.n_features)
        if min_score is None:
            X = self.population.sample(n_transfer, rng=generator)
        else:
            X = self._confident(check_integer("n_transfer", n_transfer), min_score, generator)
        y = taught(X @ self.coef, labels, self.population)
        if isinstance(with_labels, str):
            check_choice("with_labels", with_labels, ("own",))
            X, y = np.concatenate([self._X, X]), np.concatenate([self._y, y])
        elif with_labels is not None:
            fresh, labelled = draw(self.population, with_labels, generator)
            X, y = np.concatenate([fresh, X]), np.concatenate([labelled, y])
        return linear_model(self.population, X, y, columns, alpha, teacher=self.coef)

    def _confident(self, n_transfer: int, min_score: float, rng: np.random.Generator) -> np.ndarray:
        """Inputs whose scores are far from zero."""
        least = check_real("min_score", min_score, low=0.0, high=4.0)
        least *= np.sqrt(np.sum(self.population.eigenvalues * self.coef**2))
        kept = np.empty((0, self.population.n_features))
        while len(kept) < n_transfer:
            X = self.population.sample(n_transfer, rng=rng)
            kept = np.concatenate([kept, X[np.abs(X @ self.coef) >= least]])
        return kept[:n_transfer]


@short_repr
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
        Ridge penalty; 0 for minimum norm.
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
    X, y = draw(population, n_samples, generator)
    return linear_model(population, X, y, columns, alpha)


def width_curve(
    population: Population, n_samples: int, widths: Any, *, alpha: float = 0.0, rng: Any = None
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
        Ridge penalty; 0 for minimum norm.
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
    X, y = draw(population, n_samples, check_rng(rng))
    path = width_path(X, y, widths, alpha=alpha, keep_coefs=True)
    coefs = [path.coef(w) for w in path.widths]
    return WidthCurve(
        widths=path.widths,
        risk=np.array([population.risk(c, np.arange(len(c))) for c in coefs]),
        train_risk=path.train_mse[:, 0],
        error_rate=np.array([population.error_rate(c, np.arange(len(c))) for c in coefs]),
    )


def linear_model(
    population: Population,
    X: np.ndarray,
    y: np.ndarray,
    columns: np.ndarray,
    alpha: float,
    teacher: np.ndarray | None = None,
) -> LinearModel:
    """Fit some columns."""
    solution = ridge(X[:, columns], y, alpha)
    coef = np.zeros(population.n_features)
    coef[columns] = solution.coef
    found = figures(population, coef, np.ravel(solution.train_mse)[0], teacher)
    return LinearModel(solution=solution, features=columns, _X=X, _y=y, **found)

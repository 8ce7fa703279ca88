"""Models that use one training set more than once: students on it, flows, bags of subsamples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._checks import check_choice, check_features, check_integer, check_real, check_rng
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation
from ddkd.solvers import ridge

__all__ = ["FittedModel", "bagging", "gradient_flow", "self_distill"]


@short_repr
@dataclass(frozen=True, eq=False)
class FittedModel:
    """Coefficients from one training set, with their exact figures.

    Attributes
    ----------
    population : GaussianPopulation
        Where the inputs come from.
    coef : ndarray of shape (n_features,)
        Coefficients on all columns.
    risk, train_risk, correlation, error_rate : float
        As in `theory.LinearLaw`, exact for these coefficients.
    agreement : float or None
        Probability of the teacher's sign; None without a teacher.
    """

    population: GaussianPopulation
    coef: np.ndarray
    risk: float
    train_risk: float
    correlation: float
    error_rate: float
    agreement: float | None


def self_distill(
    population: GaussianPopulation,
    n_samples: int,
    *,
    alpha: float = 0.0,
    student_alpha: float | None = None,
    labels: str | None = None,
    mixing: float = 1.0,
    rounds: int = 1,
    rng: Any = None,
) -> FittedModel:
    """Draw a training set, fit a teacher, and students to its labels on the same inputs.

    Its law is `theory.LinearLaw.self_distill`.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples : int
        Number of samples.
    alpha : float, default=0.0
        Ridge of the teacher.
    student_alpha : float, optional
        Ridge of the students; the teacher's unless given.
    labels : {"hard", "soft"} or None, default=None
        Signs of scores, or scores; None for the population's kind.
    mixing : float, default=1.0
        Share of the model's labels, beside the true ones.
    rounds : int, default=1
        Number of students, each of the one before.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    FittedModel
        The last student.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), labels="hard")
    >>> student = simulation.self_distill(population, 200, alpha=20.0, mixing=-0.5, rng=0)
    >>> bool(0 < student.error_rate < 0.3)
    True
    """
    default = "hard" if population.labels == "hard" else "soft"
    kind = check_choice("labels", labels or default, ("hard", "soft"))
    alpha, mixing = check_real("alpha", alpha, low=0.0), check_real("mixing", mixing)
    generator = check_rng(rng)
    X = population.sample(n_samples, rng=generator)
    y = population.label(X, rng=generator)
    teacher = coef = ridge(X, y, alpha).coef
    mixed = y
    for _ in range(check_integer("rounds", rounds)):
        scores = X @ coef
        own = np.where(scores >= 0, 1.0, -1.0) if kind == "hard" else scores
        mixed = (1 - mixing) * y + mixing * own
        coef = ridge(X, mixed, alpha if student_alpha is None else student_alpha).coef
    return _figures(population, X, mixed, coef, teacher)


def gradient_flow(
    population: GaussianPopulation,
    n_samples: int,
    time: float,
    *,
    features: Any = None,
    rng: Any = None,
) -> FittedModel:
    """Draw a training set and follow gradient flow on least squares from zero.

    Its law is `theory.gradient_flow`.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples : int
        Number of samples.
    time : float
        When to stop, positive.
    features : None, bool mask or index array, default=None
        Columns used; None for all.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    FittedModel
        The model at that time.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), noise_variance=1.0)
    >>> early, late = (simulation.gradient_flow(population, 50, t, rng=0) for t in (0.01, 1e6))
    >>> early.risk < late.risk
    True
    """
    stop = check_real("time", time, low=0.0, low_open=True)
    columns = check_features("features", features, population.n_features)
    generator = check_rng(rng)
    X = population.sample(n_samples, rng=generator)
    y = population.label(X, rng=generator)
    left, size, right = np.linalg.svd(X[:, columns], full_matrices=False)
    coef = np.zeros(population.n_features)
    coef[columns] = right.T @ (-np.expm1(-stop * size**2) / size * (left.T @ y))
    return _figures(population, X, y, coef)


def bagging(
    population: GaussianPopulation,
    n_samples: int,
    n_subsample: int,
    n_models: int,
    *,
    alpha: float = 0.0,
    rng: Any = None,
) -> FittedModel:
    """Draw a training set and average ridge fits to random subsamples of it.

    Its law is `theory.bagging`.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples, n_subsample : int
        Numbers of samples, and of those in each subsample, drawn without replacement.
    n_models : int
        Number of models.
    alpha : float, default=0.0
        Ridge penalty of each model; 0 for minimum norm.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    FittedModel
        The average.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), noise_variance=1.0)
    >>> one, many = (simulation.bagging(population, 60, 40, k, rng=0) for k in (1, 50))
    >>> many.risk < one.risk
    True
    """
    n_samples = check_integer("n_samples", n_samples)
    size = check_integer("n_subsample", n_subsample, high=n_samples)
    generator = check_rng(rng)
    X = population.sample(n_samples, rng=generator)
    y = population.label(X, rng=generator)

    def one() -> np.ndarray:
        rows = generator.permutation(n_samples)[:size]
        return ridge(X[rows], y[rows], alpha).coef

    return _figures(population, X, y, _mean(one, check_integer("n_models", n_models)))


def _mean(draw: Callable[[], np.ndarray], count: int) -> np.ndarray:
    return np.mean([draw() for _ in range(count)], axis=0)


def _figures(
    population: GaussianPopulation,
    X: np.ndarray,
    y: np.ndarray,
    coef: np.ndarray,
    teacher: np.ndarray | None = None,
) -> FittedModel:
    return FittedModel(
        population=population,
        coef=coef,
        risk=population.risk(coef),
        train_risk=float(np.mean((y - X @ coef) ** 2)),
        correlation=population.correlation(coef),
        error_rate=population.error_rate(coef),
        agreement=None if teacher is None else population.agreement(coef, teacher),
    )

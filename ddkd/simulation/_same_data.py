"""Models that use one training set more than once: students on it, flows, bags of subsamples."""

from typing import Any

import numpy as np

from ddkd._checks import check_features, check_integer, check_real, check_rng
from ddkd.populations import GaussianPopulation
from ddkd.simulation._models import FittedModel, draw, figures, taught
from ddkd.solvers import ridge


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
    alpha, mixing = check_real("alpha", alpha, low=0.0), check_real("mixing", mixing)
    X, y = draw(population, n_samples, check_rng(rng))
    teacher = coef = ridge(X, y, alpha).coef
    mixed = y
    for _ in range(check_integer("rounds", rounds)):
        mixed = (1 - mixing) * y + mixing * taught(X @ coef, labels, population)
        coef = ridge(X, mixed, alpha if student_alpha is None else student_alpha).coef
    return _model(population, X, mixed, coef, teacher)


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
    X, y = draw(population, n_samples, check_rng(rng))
    left, size, right = np.linalg.svd(X[:, columns], full_matrices=False)
    coef = np.zeros(population.n_features)
    # Directions that the inputs never take stay at zero.
    moved = np.divide(-np.expm1(-stop * size**2), size, out=np.zeros_like(size), where=size > 0)
    coef[columns] = right.T @ (moved * (left.T @ y))
    return _model(population, X, y, coef)


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
    X, y = draw(population, n_samples, generator)
    bags = [
        generator.permutation(n_samples)[:size] for _ in range(check_integer("n_models", n_models))
    ]
    coefs = [ridge(X[rows], y[rows], alpha).coef for rows in bags]
    return _model(population, X, y, np.mean(coefs, axis=0))


def _model(
    population: GaussianPopulation,
    X: np.ndarray,
    y: np.ndarray,
    coef: np.ndarray,
    teacher: np.ndarray | None = None,
) -> FittedModel:
    return FittedModel(**figures(population, coef, np.mean((y - X @ coef) ** 2), teacher))

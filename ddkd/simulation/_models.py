"""What the simulators of Gaussian populations and two clusters share."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._checks import check_choice
from ddkd._repr import short_repr
from ddkd.populations import Population as Population


@short_repr
@dataclass(frozen=True, eq=False)
class FittedModel:
    """Coefficients from one training set, with their exact figures, named as in the laws.

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
    """

    population: Population
    coef: np.ndarray
    risk: float
    train_risk: float
    correlation: float
    error_rate: float
    agreement: float | None


def draw(
    population: Population, n_samples: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and their labels."""
    X = population.sample(n_samples, rng=rng)
    return X, population.label(X, rng=rng)


def figures(
    population: Population, coef: np.ndarray, train_risk: Any, teacher: np.ndarray | None = None
) -> dict[str, Any]:
    """The fields of a `FittedModel`."""
    return {
        "population": population,
        "coef": coef,
        "risk": population.risk(coef),
        "train_risk": float(train_risk),
        "correlation": population.correlation(coef),
        "error_rate": population.error_rate(coef),
        "agreement": None if teacher is None else population.agreement(coef, teacher),
    }


def taught(
    scores: np.ndarray, labels: str | None, population: Population | None = None
) -> np.ndarray:
    """A teacher's labels: its scores or their signs, by default what the population's are."""
    real = population is not None and population.labels == "real"
    kind = labels if labels is not None else "soft" if real else "hard"
    if check_choice("labels", kind, ("hard", "soft")) == "soft":
        return scores
    return np.where(scores >= 0, 1.0, -1.0)

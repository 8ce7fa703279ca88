"""What the laws of all predictors have in common."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import unwrap
from ddkd.theory._arrays import times
from ddkd.theory._scores import Fit, Score, Target

__all__ = ["Law", "law_fields"]


@dataclass(frozen=True, eq=False)
class Law:
    """The numbers every law has; floats, or arrays over a curve."""

    population: GaussianPopulation
    n_samples: Any
    alpha: Any
    kappa: Any
    target_risk: Any
    risk: Any
    train_risk: Any
    correlation: Any
    error_rate: Any
    agreement: Any
    _score: Score

    @property
    def score_variance(self) -> Any:
        """Mean square of the model's score on a fresh input."""
        return unwrap(self._score.power)


def law_fields(
    population: GaussianPopulation,
    truth: np.ndarray,
    fit: Fit,
    target: Target,
    teacher: Score | None,
) -> dict[str, Any]:
    """The fields of a `Law` that follow from a fit alone.

    `truth` are the truth's coefficients on unit-variance inputs.
    """
    score = fit.score(target)
    angle = score.angle_to(truth)
    agreement = None if teacher is None else unwrap(fit.agreement(target, teacher))
    return {
        "population": population,
        "target_risk": unwrap(times(target.unit, fit.target_risk)),
        "risk": unwrap(score.risk(population, truth)),
        "train_risk": unwrap(times(target.unit, fit.train_risk)),
        "correlation": unwrap(np.where(angle == np.pi / 2, 0.0, np.cos(angle))),
        "error_rate": unwrap(angle / np.pi),
        "agreement": agreement,
        "_score": score,
    }

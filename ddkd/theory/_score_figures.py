"""The figures of a law that follow from the mean and the variance of its coefficients."""

from typing import Any

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import unwrap
from ddkd.theory._arrays import angle
from ddkd.theory._laws import gaussian_figures
from ddkd.theory._scores import Score

__all__ = ["score_figures"]


def score_figures(
    population: GaussianPopulation,
    mean: np.ndarray,
    variance: np.ndarray,
    *,
    overlap: np.ndarray | None = None,
    teacher_power: np.ndarray | None = None,
) -> dict[str, Any]:
    """Risk, error and score of coefficients on unit-variance inputs, (..., p).

    With a teacher: `overlap` is the mean product of the two scores, `teacher_power` the
    teacher's mean square.
    """
    truth = np.sqrt(population.eigenvalues) * population.coef
    truth = np.pad(truth, (0, mean.shape[-1] - truth.size))  # a bulk is noise alone
    score = _score(mean, variance)
    agreement = None
    if overlap is not None and teacher_power is not None:
        with np.errstate(invalid="ignore"):
            across = np.sqrt(np.maximum(score.power * teacher_power - overlap**2, 0.0))
        apart = np.where(np.isfinite(across), angle(across, overlap), np.pi / 2)
        agreement = unwrap(1 - apart / np.pi)
    return {
        "population": population,
        "agreement": agreement,
        "_score": score,
        **gaussian_figures(population, truth, score),
    }


def _score(mean: np.ndarray, variance: np.ndarray) -> Score:
    """The score; where its variance is infinite, only the direction of the noise is left."""
    endless = np.isinf(variance) | np.isnan(variance)
    swamped = endless.any(axis=-1, keepdims=True)
    finite = Score.of(np.where(swamped, 0.0, mean), np.where(swamped, endless, variance))
    variance = np.where(endless, np.inf, variance)
    return Score(
        mean=np.where(np.isfinite(mean), mean, 0.0),
        variance=variance,
        unit_mean=finite.unit_mean,
        unit_variance=finite.unit_variance,
        power=np.sum(np.where(np.isfinite(mean), mean, 0.0) ** 2 + variance, axis=-1),
    )

"""Students that learn from chosen inputs, or from true labels beside their teacher's."""

from typing import TypeVar

import numpy as np
from scipy import special

from ddkd.theory._arrays import ratio, times
from ddkd.theory._fits import Fit
from ddkd.theory._laws import ColumnLaw, agreement, fit_columns
from ddkd.theory._refits import refit, true_labels
from ddkd.theory._scores import Score, Target

PlainLaw = TypeVar("PlainLaw", bound=ColumnLaw)


def confident_target(score: Score, found: Fit, min_score: np.ndarray) -> Target:
    """What a student sees of decisions on inputs whose standardised score exceeds `min_score`.

    Kept inputs have, with the unit score u, covariance I + (V - 1) u u', V = 1 + tau a the
    variance of their scores and a = 2 phi(tau)/P their mean size, P = 2 Phi(-tau) the share
    kept; the label y has E[x y] = a u. Least squares with the ridge of `found` then shrinks
    slope * u, slope = a/(1 + (V - 1) k), k = sum A E u^2, and leaves 1 - slope^2 (1 + (V - 1) k^2)
    beside what it shrinks: a label slope of a/(1 + (V - 1) q), and as noise
    1 - a^2 q/(1 + (V - 1) q), where nothing is shrunk, q being the share of the teacher's
    energy on the student's columns.
    """
    # 2 phi(tau)/P, without dividing zero by zero: the inverse Mills ratio.
    size = np.exp(-(min_score**2) / 2 - special.log_ndtr(-min_score)) / np.sqrt(2 * np.pi)
    extra = min_score * size
    kept = np.sum(found.kept * score.shares, axis=-1)
    slope = np.where(score.power > 0, size / (1 + extra * kept), 0.0)
    return Target(
        mean=slope[..., None] * score.unit_mean,
        variance=slope[..., None] ** 2 * score.unit_variance,
        noise=1 - slope**2 * (1 + extra * kept**2),
        unit=np.ones(slope.shape),
        slope=slope,
    )


def mixed_target(own: Target, taught: Target, share: np.ndarray) -> Target:
    """A share of the examples with one target, of unit 1, and the others with another.

    Least squares sees the average target; that each example has one of the two is noise.
    """
    scale = np.sqrt(taught.unit)[..., None]
    goal = ratio(own.mean, scale)
    apart = (goal - ratio(taught.mean, scale)) ** 2 + taught.variance
    rest = 1 - share
    noise = share * ratio(own.noise, taught.unit) + rest * taught.noise
    return Target(
        mean=share[..., None] * own.mean + rest[..., None] * taught.mean,
        variance=rest[..., None] ** 2 * taught.variance,
        noise=noise + share * rest * np.sum(apart, axis=-1),
        unit=taught.unit,
        slope=rest * taught.slope,
    )


def own_labels(
    law: PlainLaw, mask: np.ndarray, m: np.ndarray, alpha: np.ndarray, taught: Target, kind: str
) -> PlainLaw:
    """Fit the teacher's own examples, with their true labels, and m with its own labels."""
    found = fit_columns(law.population, mask, m + law.n_samples, alpha, law._score)
    # In units of the teacher's labels, which are infinite where its scores are.
    scale = np.sqrt(taught.unit)
    labels = ratio(true_labels(law), np.stack([scale, scale, scale, taught.unit], axis=-1))
    share = law.n_samples / found.n_samples
    student = refit(law, found, labels, share, taught.slope)
    square = student.mean**2 + student.variance
    column = taught.unit[..., None]
    return law._of(
        law.population,
        Score.of(times(scale[..., None], student.mean), times(column, student.variance), square),
        labels=kind,
        agreement=agreement(student.overlap, student.power),
        target_risk=times(taught.unit, student.error),
        train_risk=times(taught.unit, student.train_risk),
        _fit=found,
    )

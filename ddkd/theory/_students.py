"""Students that learn from chosen inputs, or from true labels beside their teacher's."""

from typing import TypeVar

import numpy as np
from scipy import special

from ddkd._arrays import ratio, times
from ddkd.populations import Score, Target
from ddkd.theory._fits import Fit
from ddkd.theory._laws import ColumnLaw, agreement, fit_columns
from ddkd.theory._refits import refit, true_labels

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
        size=np.ones(slope.shape),
        slope=slope,
    )


def mixed_target(own: Target, taught: Target, share: np.ndarray) -> Target:
    """A share of the examples with one target, of size 1, and the others with another.

    Least squares sees the average target; that each example has one of the two is noise.
    """
    size, relative = _common_size(taught)
    column, square = size[..., None], relative**2
    apart = (ratio(own.mean, column) - ratio(taught.mean, column)) ** 2
    apart = apart + square[..., None] * taught.variance
    rest = 1 - share
    noise = share * ratio(own.noise, size**2) + rest * square * taught.noise
    return Target(
        mean=share[..., None] * own.mean + rest[..., None] * taught.mean,
        variance=(rest**2 * square)[..., None] * taught.variance,
        noise=noise + share * rest * np.sum(apart, axis=-1),
        size=size,
        slope=rest * relative * taught.slope,
    )


def own_labels(
    law: PlainLaw, mask: np.ndarray, m: np.ndarray, alpha: np.ndarray, taught: Target, kind: str
) -> PlainLaw:
    """Fit the teacher's own examples, with their true labels, and m with its own labels."""
    found = fit_columns(law.population, mask, m + law.n_samples, alpha, law._score)
    size, relative = _common_size(taught)
    unit = size**2
    labels = ratio(true_labels(law), np.stack([size, size, size, unit], axis=-1))
    share = law.n_samples / found.n_samples
    student = refit(law, found, labels, share, relative * taught.slope, relative**2)
    square = student.mean**2 + student.variance
    column = size[..., None]
    score = Score.of(times(column, student.mean), times(column**2, student.variance), square)
    return law._of(
        law.population,
        score.scaled(found.scale),
        labels=kind,
        agreement=agreement(student.overlap, student.power),
        target_risk=times(unit, student.error),
        train_risk=times(unit, student.train_risk),
        _fit=found,
    )


def _common_size(taught: Target) -> tuple[np.ndarray, np.ndarray]:
    """A size for a teacher's labels and true ones, and that of the teacher's in its units.

    It is the teacher's where that is large, infinite on its threshold.
    """
    size = np.maximum(taught.size, 1.0)
    return size, np.where(np.isinf(size), 1.0, taught.size / np.where(np.isinf(size), 1.0, size))

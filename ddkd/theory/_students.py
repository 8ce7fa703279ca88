"""Students that learn from chosen inputs, or from true labels beside their teacher's."""

from typing import TypeVar

import numpy as np
from scipy import special

from ddkd.theory._arrays import ratio
from ddkd.theory._fits import Fit
from ddkd.theory._laws import ColumnLaw, agreement, fit_columns, linear_truth
from ddkd.theory._scores import Score, Target

__all__ = ["confident_target", "mixed_target", "own_labels"]


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
    """Fit M = n + m examples, `found`: the teacher's n with true labels and m with its own.

    The noise zeta_1 of the teacher, w_1 = A_1 (t + zeta_1) for the labels' slope t on the inputs,
    comes from examples that the student sees again. Removing one moves the student directly, and
    through the teacher's labels on the others by h = (m c_1/n) w/(1 - w), w = sum A_1 A_2/M, so::

        w_S = A_2 [P t + g (t + zeta_1) + zeta],  g = (1 - P) c_1 A_1 - P h (1 - A_1),
        M Var zeta = P E (y - f_S)^2 + (1 - P) E (yh - f_S)^2,
        M Cov(zeta, zeta_1) = e_1 = E (y - f_0)(y - f_S),

    with P = n/M, f_0 and f_S the scores of teacher and student without the example, and c_1 the
    slope of the teacher's labels yh on its score. Both right sides are linear in the left.
    """
    population, score, teacher = law.population, law._score, law._fit
    found = fit_columns(population, mask, m + law.n_samples, alpha, score)
    teacher_risk = np.asarray(law.risk)
    n, total = teacher.n_samples, found.n_samples
    share = n / total
    truth = population.label_scale * linear_truth(population)
    label2 = np.sum(truth**2) + population.label_noise
    slope = ratio(taught.slope * np.sqrt(taught.unit), np.sqrt(score.power))
    first, second = teacher.kept, found.kept
    w12, w22 = (np.sum(kept * second, axis=-1) / total for kept in (first, second))
    response = (total - n) / n * slope * ratio(w12, 1 - w12)
    passed = ((1 - share) * slope)[..., None] * first
    passed = passed - (share * response)[..., None] * np.where(first > 0, teacher.lost, 0.0)
    mean = second * (share[..., None] + passed) * truth
    along = mean @ truth
    noise1 = teacher_risk / n
    overlap = np.sum(score.mean * mean + first * second * passed * noise1[..., None], axis=-1)
    shared = (label2 - score.mean @ truth - along + overlap) / (1 - w12)
    overlap = overlap + w12 * shared
    energy = passed**2 * noise1[..., None] + 2 * passed * (shared / total)[..., None]
    known = np.sum(mean**2 + second**2 * energy, axis=-1)
    square = np.sum(taught.mean**2, axis=-1) + np.sum(taught.variance, axis=-1) * taught.unit
    square = square + taught.noise * taught.unit  # E yh^2
    own_rest, other_rest = label2 - 2 * along, square - 2 * slope * overlap
    power = (known + w22 * (share * own_rest + (1 - share) * other_rest)) / (1 - w22)
    own_error, other_error = own_rest + power, other_rest + power
    error = share * own_error + (1 - share) * other_error
    again = own_error - 2 * response * shared + response**2 * teacher_risk
    trained = share * again + (1 - share) * other_error
    return law._of(
        population,
        Score.of(mean, second**2 * (energy + (error / total)[..., None])),
        features=mask,
        labels=kind,
        n_samples=total,
        alpha=alpha,
        kappa=found.kappa,
        agreement=agreement(overlap, power, score.power),
        target_risk=error,
        train_risk=found.left**2 * np.maximum(trained, 0.0),
        _fit=found,
    )

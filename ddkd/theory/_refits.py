"""Students that see their teacher's training examples again, alone or with fresh ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._arrays import ratio, times
from ddkd.theory._arguments import Values
from ddkd.theory._fits import Fit, refuse_limit


@dataclass(frozen=True, eq=False)
class Refitted:
    """Coefficients on unit-variance inputs, and what follows from them."""

    mean: np.ndarray
    variance: np.ndarray
    along: np.ndarray  # mean product with the truth's score
    power: np.ndarray  # mean square of the score
    overlap: np.ndarray  # mean product with the teacher's unit score
    error: np.ndarray  # mean square, on its own kind of examples, without the example
    train_risk: np.ndarray


def true_labels(law: Any) -> np.ndarray:
    """Moments (..., 4) of the labels that the teacher was fitted to.

    Mean products with the truth's score, with the teacher's unit score without the example, with
    the true label, and with themselves.
    """
    c, signal = law.population.label_scale, law.population.signal
    overlap = law._score.unit_mean @ law.population.truth
    one = np.ones(overlap.shape)
    square = (c**2 * signal + law.population.label_noise) * one
    return np.stack([c * signal * one, c * overlap, square, square], axis=-1)


def refit(
    law: Any,
    found: Fit,
    labels: np.ndarray,
    share: Values = 1.0,
    slope: Values = 0.0,
    fresh_square: Values = 1.0,
) -> Refitted:
    """Fit M examples, `found`: a share P is the teacher's n, the rest are fresh.

    Fresh labels yh have a slope c on the teacher's unit score u; the others, L, of which `labels`
    are the moments, have the slopes a_g and a_u on the truth's score and u. The teacher's noise
    zeta_1, w_1 = A_1 (t + zeta_1) for the true labels' slope t on the inputs,
    comes from examples that the student sees again. Removing one moves the student directly, and
    through the teacher's labels on the others, by h/P. With a = P a_u + (1 - P) c,
    w_12 = sum A_1 A_2/M and h = a w_12/(1 - w_12)::

        w_S = A_2 [P a_g b + (a - h (1 - A_1)/A_1) u + zeta],
        M Var zeta = P E (L - f_S)^2 + (1 - P) E (yh - f_S)^2,
        M Cov(zeta, zeta_1) = E (y - f_0)(L - f_S),

    f_0 and f_S the scores of teacher and student without the example. Both right sides are
    linear in the left.
    """
    score, teacher, population = law._score, law._fit, law.population
    refuse_limit(teacher, "a student of the same examples")
    truth, total = population.truth, found.n_samples
    unit = ratio(1.0, score.size)
    with_truth, with_score, with_label, square = np.moveaxis(labels, -1, 0)
    on_truth, on_own = _slopes(law, with_truth, with_score)
    on_truth, on_score = share * on_truth, share * on_own + (1 - share) * slope
    square = share * square + (1 - share) * fresh_square
    w12, w22 = (np.sum(kept * found.kept, axis=-1) / total for kept in (teacher.kept, found.kept))
    with np.errstate(divide="ignore", invalid="ignore"):
        response = times(on_score, ratio(w12, 1 - w12))
        back = response[..., None] * ratio(teacher.lost, teacher.kept)
        passed = found.kept * (on_score[..., None] - back)
        direct = on_truth[..., None] * found.kept * truth
        mean = direct + passed * score.unit_mean
        along = mean @ truth
        carried = np.sum(direct * score.unit_mean + passed * score.shares, axis=-1)
        known = unit * (with_label - population.label_scale * along) - with_score
        overlap = (carried + w12 * known) / (1 - w12)
        shared = known + overlap
        energy = direct**2 + 2 * direct * passed * score.unit_mean + passed**2 * score.shares
        energy = energy + 2 * (shared / total)[..., None] * passed * teacher.kept * found.kept
        energies = np.sum(energy, axis=-1)
        missed = square - 2 * (on_truth * along + on_score * overlap) + energies
        # What is left of a difference of equal numbers is nothing.
        missed = np.where(missed < 1e-13 * square, 0.0, missed)
        error = np.where(w22 < 1, missed / (1 - w22), np.inf)
        power = energies + times(w22, error)
        variance = energy + times((error / total)[..., None], found.kept**2) - mean**2
        # The teacher's risk in units of its score's, also where both are infinite.
        teacher_error = teacher.n_samples / np.sum(teacher.kept**2, axis=-1)
        teacher_error = np.where(unit > 0, unit**2 * law.target_risk, teacher_error)
        trained = error - 2 * response * shared + times(response**2, teacher_error) / share
        trained = np.where(trained < 1e-13 * error, 0.0, times(found.left**2, trained))
    return Refitted(mean, np.maximum(variance, 0.0), along, power, overlap, error, trained)


def _slopes(
    law: Any, with_truth: np.ndarray, with_score: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Slopes a_g and a_u of labels on the truth's and the teacher's unit score."""
    signal, overlap = law.population.signal, law._score.unit_mean @ law.population.truth
    room = signal - overlap**2
    both = (room > 1e-13 * signal) & (law._fit.left > 0)
    on_truth = ratio(with_truth - overlap * with_score, room)
    on_score = ratio(signal * with_score - overlap * with_truth, room)
    # Without a second direction, or where a teacher gives its labels back, one slope is enough.
    alone = 0.0 if signal > 0 else np.where(law._fit.left > 0, with_score, 0.0)
    return np.where(both, on_truth, ratio(with_truth, signal)), np.where(both, on_score, alone)

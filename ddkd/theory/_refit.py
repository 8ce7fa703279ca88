"""Students that see their teacher's training examples again, alone or with fresh ones.

Of M examples a share P is the teacher's n, the rest are fresh. Fresh labels yh have a slope c on
the teacher's unit score u; the others, L, have the slopes a_g and a_u on the truth's score and on
u. The teacher's noise zeta_1, w_1 = A_1 (t + zeta_1) for the true labels' slope t on the inputs,
comes from examples that the student sees again. Removing one moves the student directly, and
through the teacher's labels on the others, by h/P. With a = P a_u + (1 - P) c,
w_12 = sum A_1 A_2/M and h = a w_12/(1 - w_12)::

    w_S = A_2 [P a_g b + (a - h (1 - A_1)/A_1) u + zeta],
    M Var zeta = P E (L - f_S)^2 + (1 - P) E (yh - f_S)^2,
    M Cov(zeta, zeta_1) = E (y - f_0)(L - f_S),

f_0 and f_S the scores of teacher and student without the example. Both right sides are linear in
the left.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._arrays import angle, ratio, times
from ddkd.populations import Score, Target
from ddkd.theory._arguments import Values
from ddkd.theory._fit import Fit, refuse_limit
from ddkd.theory._student import common_size


@dataclass(frozen=True, eq=False)
class Labels:
    """Mean products of the labels of the teacher's examples."""

    truth: np.ndarray  # with the truth's score
    unit: np.ndarray  # with the teacher's unit score without the example
    label: np.ndarray  # with the true label
    square: np.ndarray  # with themselves


@dataclass(frozen=True, eq=False)
class Refitted:
    """Coefficients on unit-variance inputs, and what follows from them."""

    mean: np.ndarray
    variance: np.ndarray
    N: np.ndarray  # mean product with the truth's score
    Q: np.ndarray  # mean square of the score
    C: np.ndarray  # mean product with the teacher's unit score
    E: np.ndarray  # mean square, on its own kind of examples, without the example
    train_risk: np.ndarray

    def agreement(self) -> np.ndarray:
        """Probability that student and teacher agree in sign, in a Gaussian population."""
        with np.errstate(invalid="ignore"):
            across = np.sqrt(np.maximum(self.Q - self.C**2, 0.0))
        return np.where(np.isfinite(across), 1 - angle(across, self.C) / np.pi, 0.5)


def true_labels(law: Any, size: Values = 1.0) -> Labels:
    """Products of the labels that the teacher was fitted to, over a size."""
    c, signal = law.population.label_scale, law.population.signal
    overlap = law._score.unit_mean @ law.population.truth
    square = np.full(overlap.shape, c**2 * signal + law.population.label_noise)
    return Labels(
        truth=ratio(np.full(overlap.shape, c * signal), size),
        unit=ratio(c * overlap, size),
        label=ratio(square, size),
        square=ratio(square, size**2),
    )


def refit(
    law: Any,
    fit: Fit,
    labels: Labels,
    P: Values = 1.0,
    c: Values = 0.0,
    fresh_square: Values = 1.0,
) -> Refitted:
    """Fit M examples, `fit`, as the head of this file says."""
    refuse_limit(law._fit, "a student of the same examples")
    u, b, M = law._score, law.population.truth, fit.n_samples
    A1, A2 = law._fit.A, fit.A
    a_g, a_u = _slopes(law, labels)
    a_g, a = P * a_g, P * a_u + (1 - P) * c
    w12, w22 = (np.sum(A * A2, axis=-1) / M for A in (A1, A2))
    with np.errstate(divide="ignore", invalid="ignore"):
        # w_S = direct + passed u + A_2 zeta
        h = times(a, ratio(w12, 1 - w12))
        direct = a_g[..., None] * A2 * b
        passed = A2 * (a[..., None] - h[..., None] * ratio(law._fit.B, A1))
        mean = direct + passed * u.unit_mean
        N = mean @ b
        # C = carried + w_12 X for X = M Cov(zeta, zeta_1)/size, and X = known + C.
        unit = ratio(1.0, u.size)
        carried = np.sum(direct * u.unit_mean + passed * u.shares, axis=-1)
        known = unit * (labels.label - law.population.label_scale * N) - labels.unit
        C = (carried + w12 * known) / (1 - w12)
        X = known + C
        # Q = energy + w_22 E and E = (labels' mean square) - 2 (a_g N + a C) + Q.
        energy = direct**2 + 2 * direct * passed * u.unit_mean + passed**2 * u.shares
        energy = energy + 2 * (X / M)[..., None] * passed * A1 * A2
        square = P * labels.square + (1 - P) * fresh_square
        missed = square - 2 * (a_g * N + a * C) + np.sum(energy, axis=-1)
        # What is left of a difference of equal numbers is nothing.
        missed = np.where(missed < 1e-13 * square, 0.0, missed)
        E = np.where(w22 < 1, missed / (1 - w22), np.inf)
        Q = np.sum(energy, axis=-1) + times(w22, E)
        variance = energy + times((E / M)[..., None], A2**2) - mean**2
        # The teacher's risk in units of its score's, also where both are infinite.
        teacher_risk = law._fit.n_samples / np.sum(A1**2, axis=-1)
        teacher_risk = np.where(unit > 0, unit**2 * law.target_risk, teacher_risk)
        trained = E - 2 * h * X + times(h**2, teacher_risk) / P
        trained = np.where(trained < 1e-13 * E, 0.0, times(fit.left**2, trained))
    return Refitted(mean, np.maximum(variance, 0.0), N, Q, C, E, trained)


def refit_with_fresh(law: Any, fit: Fit, taught: Target) -> dict[str, Any]:
    """Score and figures of a fit to the teacher's examples, truly labelled, and its own labels."""
    size, relative = common_size(taught)
    labels, P = true_labels(law, size), law.n_samples / fit.n_samples
    student = refit(law, fit, labels, P, relative * taught.slope, relative**2)
    column, unit = size[..., None], size**2
    square = student.mean**2 + student.variance
    score = Score.of(times(column, student.mean), times(column**2, student.variance), square)
    return {
        "score": score.scaled(fit.scale),
        "agreement": student.agreement(),
        "target_risk": times(unit, student.E),
        "train_risk": times(unit, student.train_risk),
    }


def _slopes(law: Any, labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Slopes a_g and a_u of labels on the truth's and the teacher's unit score."""
    signal, overlap = law.population.signal, law._score.unit_mean @ law.population.truth
    room = signal - overlap**2
    both = (room > 1e-13 * signal) & (law._fit.left > 0)
    a_g = ratio(labels.truth - overlap * labels.unit, room)
    a_u = ratio(signal * labels.unit - overlap * labels.truth, room)
    # Without a second direction, or where a teacher gives its labels back, one slope is enough.
    alone = 0.0 if signal > 0 else np.where(law._fit.left > 0, labels.unit, 0.0)
    return np.where(both, a_g, ratio(labels.truth, signal)), np.where(both, a_u, alone)

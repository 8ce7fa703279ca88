"""Self-distillation: a ridge fit refitted on the same inputs to a mixture with its own labels."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ddkd._arrays import broadcast, ratio, times
from ddkd._checks import check_array, check_choice, check_nonnegative
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation, Score
from ddkd.theory._arguments import Values
from ddkd.theory._fit import Fit, fit_to
from ddkd.theory._law import check_labels, law_fields
from ddkd.theory._refit import Labels, Refitted, refit, true_labels
from ddkd.theory.linear import LinearLaw

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_FARTHEST = 9.0  # standard deviations


@short_repr
@dataclass(frozen=True, eq=False)
class SelfDistilledLaw(LinearLaw):
    """Law of a student of its own labels; made by `self_distill`.

    Attributes
    ----------
    mixing : float or ndarray
        Share of the teacher's labels in what the student was fitted to.
    """

    mixing: Values = 1.0


def self_distill(
    law: LinearLaw,
    *,
    labels: str | None = None,
    alpha: ArrayLike | None = None,
    mixing: ArrayLike | str = 1.0,
) -> SelfDistilledLaw:
    """Law of a student fitted to the *same* inputs, with labels mixed of true and own ones.

    The student's labels are (1 - mixing) y + mixing * t on the training set, t the scores
    of the model there, or their signs. With soft labels self-distillation gains nothing to
    first order at a tuned ridge above zero; where the best ridge >= 0 is zero, it can gain
    much. With hard labels it can beat every ridge fit.

    Parameters
    ----------
    law : LinearLaw
        The model that teaches itself, made by `least_squares`.
    labels : {"hard", "soft"} or None, default=None
        Signs of the model's training scores, or the scores; None for the population's kind.
    alpha : float or array_like, optional
        Ridge of the student; the model's unless given.
    mixing : float, array_like or "best", default=1.0
        Share of the model's labels; any number, negative ones weigh up its mistakes. "best"
        is the share of least risk for soft labels and of least error for hard ones.

    Returns
    -------
    SelfDistilledLaw
        The law of the student, with the share in `mixing`. `target_risk` is its error
        against labels mixed in the same way on fresh inputs. It may teach in turn.

    Raises
    ------
    ValueError
        If an argument is out of its range, the law is not one of `least_squares`, or
        the combination has not been derived.

    Notes
    -----
    With f0 the teacher's score without the example, its training score is
    f = (1 - l) y + l f0, l = alpha/(n kappa). Let a_g and a_f be the slopes of the student's
    label on the truth's score g and on f0, w_12 = sum A_1 A_2/n and h = a_f w_12/(1 - w_12).
    Then, with subscripts 1 for the teacher and 2 for the student::

        (s + kappa_2) w = s (a_g b + a_f w_1) - h kappa_1 w_1 + sqrt(s) zeta,
        n Var zeta = E (yh - f_S)^2,   n Cov(zeta, zeta_1) = E (y - f0)(yh - f_S),

    where zeta_1 is the teacher's own noise and yh the student's label. Risk and overlap are
    affine and quadratic in the mixing, so the best one is in closed form. *Asymptotic*, with
    errors of order 1/n; infinite at n = p without any ridge.

    References
    ----------
    Soft labels: Das and Sanghavi, arXiv 2301.13304; Pareek, Du and Oh, arXiv 2407.04600;
    Dang, Patil and Rinaldo, arXiv 2602.17565. The law of hard labels on the same inputs is our own.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(200), np.ones(200), labels="hard")
    >>> teacher = theory.least_squares(population, 1000, alpha=197.0)
    >>> student = theory.self_distill(teacher, alpha=163.0, mixing="best")
    >>> round(teacher.error_rate, 4), round(student.error_rate, 4), round(student.mixing, 2)
    (0.1139, 0.104, -0.7)
    """
    if not isinstance(law, LinearLaw) or not law._is_plain:
        taught = getattr(law, "agreement", None) is not None
        raise ValueError(
            "self_distill is derived for least_squares laws; this law is a "
            f"{type(law).__name__}{' with a teacher' if taught else ''}"
        )
    GaussianPopulation.checked(law.population)
    kind = check_labels(labels, law.population.labels)
    ridge = check_nonnegative("alpha", law.alpha if alpha is None else alpha)
    best = isinstance(mixing, str)
    if best:
        check_choice("mixing", mixing, ("best",))
    share = check_array("mixing", 0.0 if best else mixing)
    if np.isinf(law.n_samples).any():
        raise ValueError("self_distill needs a finite n_samples")
    ridge, share, _ = broadcast(alpha=ridge, mixing=share, teacher=np.asarray(law.risk))
    fit = fit_to(law.population.eigenvalues, law.features, np.asarray(law.n_samples), ridge)
    own = _labels_of_teacher(law, kind)
    share = _best_mixing(law, fit, own, kind) if best else share
    student = _student(law, fit, own, kind, share)
    score = Score.of(student.mean, student.variance).scaled(fit.scale)
    if kind == "soft":
        # Without a ridge a student of soft labels alone is its teacher.
        same = (ridge == 0) & (share == 1)
        score, student = law._score.where(same, score), _own_teacher(same, law._score, student)
    fields = law_fields(
        law.population,
        score,
        fit,
        labels=kind,
        target_risk=student.E,
        train_risk=student.train_risk,
        agreement=student.agreement(),
        mixing=share,
    )
    return SelfDistilledLaw(features=law.features, **fields)


def _student(law: LinearLaw, fit: Fit, own: Labels, kind: str, share: np.ndarray) -> Refitted:
    """The student fitted to (1 - share) y + share * own labels."""
    true, rest = true_labels(law), 1 - share
    mixed = Labels(
        truth=rest * true.truth + share * own.truth,
        unit=rest * true.unit + share * own.unit,
        label=rest * true.label + share * own.label,
        square=rest**2 * true.square + 2 * rest * share * own.label + share**2 * own.square,
    )
    student = refit(law, fit, mixed)
    return replace(student, E=_fresh_error(law, kind, share, student))


def _own_teacher(same: np.ndarray, teacher: Score, student: Refitted) -> Refitted:
    """The student's figures, or where it is its teacher that one's."""
    return replace(
        student,
        Q=np.where(same, teacher.power, student.Q),
        C=np.where(same, teacher.size, student.C),
        E=np.where(same, 0.0, student.E),
        train_risk=np.where(same, 0.0, student.train_risk),
    )


def _best_mixing(law: LinearLaw, fit: Fit, own: Labels, kind: str) -> np.ndarray:
    """The best share: N is affine in it and Q quadratic, so three students determine them."""
    shape = np.broadcast_shapes(np.shape(law.risk), fit.left.shape)
    none, one, minus = (_student(law, fit, own, kind, np.full(shape, x)) for x in (0.0, 1.0, -1.0))
    slope = (one.N - minus.N) / 2
    first = (one.Q - minus.Q) / 2
    second = (one.Q + minus.Q) / 2 - none.Q
    if kind == "soft":  # least Q - 2 c N
        return ratio(law.population.label_scale * slope - first / 2, second)
    return ratio(none.N * first - 2 * slope * none.Q, slope * first - 2 * none.N * second)


def _fresh_error(law: LinearLaw, kind: str, share: np.ndarray, student: Refitted) -> np.ndarray:
    """Mean squared error against labels mixed in the same way on fresh inputs."""
    population, taught, rest = law.population, law._target(kind), 1 - share
    true, slope, unit = true_labels(law), taught.slope * taught.size, taught.size**2
    common = times(slope, true.unit)
    if kind == "hard" and population.labels == "hard":
        common = (1 - 2 * population.flip_rate) * (1 - 2 * np.asarray(law.error_rate))
    with np.errstate(invalid="ignore"):
        error = rest**2 * true.square + 2 * rest * times(share, common) + times(share**2, unit)
        error = error - 2 * rest * population.label_scale * student.N
        error = error - 2 * times(share, slope * student.C) + student.Q
    return np.where(np.isnan(error), np.inf, error)


def _labels_of_teacher(law: LinearLaw, kind: str) -> Labels:
    """Products of the teacher's own labels: its training score is f = (1 - l) y + l f0."""
    true, l = true_labels(law), law._fit.left
    fitted = np.sum(law._fit.A, axis=-1) / law.n_samples  # 1 - l, without a subtraction
    # l sqrt(Q); where Q is infinite, l is zero.
    size = times(l, law._score.size)
    overlap, one = law._score.unit_mean @ law.population.truth, np.ones(size.shape)
    if kind == "hard" and law.population.labels == "hard":
        truth, unit, label = _signs(law.population.flip_rate, fitted, overlap, size)
        return Labels(truth, unit, label, square=one)
    label = fitted * true.label + size * true.unit
    unit = fitted * true.unit + size
    square = fitted * label + size * unit  # E f^2
    soft = Labels(fitted * true.truth + size * overlap, unit, label, square)
    if kind == "soft":
        return soft
    slope = np.sqrt(2 / np.pi) * ratio(1.0, np.sqrt(square))
    return Labels(slope * soft.truth, slope * unit, slope * label, square=one)


def _signs(
    flip_rate: float, fitted: np.ndarray, overlap: np.ndarray, size: np.ndarray
) -> np.ndarray:
    """E sign(f) times g, u and y for hard labels, by quadrature over the truth's score g > 0."""
    g = _FARTHEST * (_NODES + 1) / 2
    weight = _FARTHEST * _WEIGHTS * np.exp(-(g**2) / 2) / np.sqrt(2 * np.pi)
    fitted, overlap, size = (np.asarray(a)[..., None] for a in (fitted, overlap, size))
    across = np.sqrt(np.maximum(1 - overlap**2, 0.0))
    total = np.zeros((3, *overlap.shape[:-1]))
    for y, probability in ((1.0, 1 - flip_rate), (-1.0, flip_rate)):
        middle = (fitted * y + size * overlap * g) / np.maximum(size * across, 1e-300)
        middle = np.clip(middle, -40.0, 40.0)
        sign = special.erf(middle / np.sqrt(2))
        density = np.sqrt(2 / np.pi) * np.exp(-(middle**2) / 2)
        score = overlap * g * sign + across * density
        total += probability * np.stack(
            [np.sum(weight * v, -1) for v in (g * sign, score, y * sign)]
        )
    return total

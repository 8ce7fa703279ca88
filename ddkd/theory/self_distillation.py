"""Self-distillation: a ridge fit refitted on the same inputs to a mixture with its own labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ddkd._checks import check_array, check_choice, check_integer
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import Values, broadcast, check_nonnegative, unwrap
from ddkd.theory._arrays import ratio, times
from ddkd.theory._fits import fit
from ddkd.theory._score_figures import score_figures
from ddkd.theory._two_points import repeated_combinations, ridge_fits
from ddkd.theory.linear import LinearLaw

__all__ = ["SelfDistilledLaw", "self_distill"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_FARTHEST = 9.0  # standard deviations


@short_repr
@dataclass(frozen=True, eq=False)
class SelfDistilledLaw(LinearLaw):
    """Law of a student of its own labels; made by `LinearLaw.self_distill`.

    Attributes
    ----------
    mixing : float or ndarray
        Share of the teacher's labels in what the student was fitted to.
    """

    mixing: Values = 1.0


@dataclass(frozen=True, eq=False)
class _Labels:
    """Moments of the student's labels on the training set, a row a part: (own, teacher's).

    f0 is the teacher's score without the example, g the truth's score.
    """

    with_truth: np.ndarray  # E yh g, (2, ...)
    with_score: np.ndarray  # E yh f0
    with_label: np.ndarray  # E yh y
    square: np.ndarray  # E yh yh', (2, 2, ...)


def self_distill(
    law: LinearLaw,
    *,
    labels: str | None,
    alpha: ArrayLike | None,
    mixing: ArrayLike | str,
    rounds: int,
) -> SelfDistilledLaw:
    """Law of the student; see `LinearLaw.self_distill`."""
    if type(law) is not LinearLaw or law.agreement is not None:
        raise ValueError(
            "self_distill is derived for least_squares laws; this law is a "
            f"{type(law).__name__}{'' if law.agreement is None else ' with a teacher'}"
        )
    kind = law._kind(labels)
    rounds = check_integer("rounds", rounds)
    ridge = check_nonnegative("alpha", law.alpha if alpha is None else alpha)
    best = isinstance(mixing, str)
    if best:
        check_choice("mixing", mixing, ("best",))
        share = np.zeros(())
    else:
        share = check_array("mixing", mixing, ndim=tuple(range(9)))
    if np.isinf(law.n_samples).any():
        raise ValueError("self_distill needs a finite n_samples")
    ridge, share, _ = broadcast(alpha=ridge, mixing=share, teacher=np.asarray(law.risk))
    if rounds == 1:
        return _one_round(law, kind, ridge, None if best else share)
    if kind == "hard" or best:
        raise ValueError(
            "rounds > 1 is derived for soft labels and a given mixing; "
            f"got labels = {kind!r}, mixing = {mixing!r}"
        )
    return _repeated(law, ridge, share, rounds)


class _Refit:
    """A student of one round, for any mixing; arrays over the curve."""

    def __init__(self, law: LinearLaw, kind: str, alpha: np.ndarray) -> None:
        population, s = law.population, law.population.eigenvalues
        n = np.asarray(law.n_samples)
        self.population, self.kind, self.n = population, kind, n
        self.teacher = law._fit
        self.own = fit(s, law.features, n, alpha)
        self.truth = np.sqrt(s) * population.coef
        self.shape = alpha.shape
        self.mean1 = np.broadcast_to(np.sqrt(s) * law.coef_mean, (*alpha.shape, s.size))
        self.square1 = self.mean1**2 + s * law.coef_variance
        self.overlap1 = self.mean1 @ self.truth  # N_1
        self.power1 = np.sum(self.square1, axis=-1)  # Q_1
        self.error1 = np.asarray(law.error_rate)
        self.teacher_risk = law.target_risk
        self.labels = _training_labels(self)

    def student(self, share: np.ndarray) -> "_Student":
        """The student fitted to (1 - share) y + share * own labels."""
        c = self.population.label_scale
        parts = np.stack(np.broadcast_arrays(1 - share, share))
        with_truth, with_score, with_label = (
            np.sum(parts * moment, axis=0)
            for moment in (self.labels.with_truth, self.labels.with_score, self.labels.with_label)
        )
        square = np.einsum("i...,ij...,j...->...", parts, self.labels.square, parts)
        on_truth, on_score = self._slopes(with_truth, with_score)
        kept1, kept2 = self.teacher.kept, self.own.kept
        w12, w22 = (np.sum(kept * kept2, axis=-1) / self.n for kept in (kept1, kept2))
        with np.errstate(divide="ignore", invalid="ignore"):
            # How far an example moves the student at its own place, by way of the teacher.
            response = times(on_score, ratio(w12, 1 - w12))
            # (s a_f - h kappa_1)/(s + kappa_2), as A_2 (a_f - h (1 - A_1)/A_1).
            passed = kept2 * (
                on_score[..., None] - response[..., None] * ratio(self.teacher.lost, kept1)
            )
            direct = on_truth[..., None] * kept2 * self.truth
            mean = direct + passed * self.mean1
            along = mean @ self.truth
            carried = np.sum(direct * self.mean1 + times(passed, self.square1), axis=-1)
            overlap = (carried + w12 * (with_label - with_score - c * along)) / (1 - w12)
            shared = with_label - with_score - c * along + overlap
            energy = direct**2 + 2 * direct * passed * self.mean1 + times(passed**2, self.square1)
            energy = energy + 2 * (shared / self.n)[..., None] * passed * kept1 * kept2
            rest = square - 2 * (on_truth * along + on_score * overlap)
            power = (np.sum(energy, axis=-1) + w22 * rest) / (1 - w22)
            error = rest + power
            variance = energy + (error / self.n)[..., None] * kept2**2 - mean**2
            # Through the teacher an example moves the labels of the others, and so the student.
            teacher_error = times(response**2, np.asarray(self.teacher_risk))
            trained = self.own.left**2 * (error - 2 * response * shared + teacher_error)
        return _Student(mean, np.maximum(variance, 0.0), along, power, overlap, trained)

    def fresh_error(self, student: "_Student", share: np.ndarray) -> np.ndarray:
        """Mean squared error against labels mixed in the same way on fresh inputs."""
        c, own = self.population.label_scale, 1 - share
        label2 = c**2 * self.population.signal + self.population.label_noise
        if self.kind == "soft":
            slope, square, common = np.ones(self.power1.shape), self.power1, c * self.overlap1
        else:
            slope, square = np.sqrt(2 / np.pi) * ratio(1.0, np.sqrt(self.power1)), 1.0
            common = slope * self.overlap1
            if self.population.labels == "hard":
                common = (1 - 2 * self.population.flip_rate) * (1 - 2 * self.error1)
        labels = own**2 * label2 + 2 * own * share * common + times(share**2, square)
        fitted = own * c * student.along + times(share * slope, student.overlap)
        with np.errstate(invalid="ignore"):
            error = labels - 2 * fitted + student.power
        return np.where(np.isnan(error), np.inf, error)

    def _slopes(
        self, with_truth: np.ndarray, with_score: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Slopes a_g and a_f of the labels on the truth's and the teacher's scores."""
        signal, interpolates = self.population.signal, self.teacher.left == 0
        power, overlap = (
            np.where(interpolates, size, known)
            for size, known in ((1.0, self.power1), (0.0, self.overlap1))
        )
        room = signal * power - overlap**2
        apart = room > 1e-13 * signal * power
        on_truth = ratio(power * with_truth - overlap * with_score, np.where(apart, room, 0.0))
        on_score = ratio(signal * with_score - overlap * with_truth, np.where(apart, room, 0.0))
        # Without a second direction one slope is enough.
        alone = ratio(with_truth, np.asarray(signal)) if signal > 0 else np.zeros(power.shape)
        single = 0.0 if signal > 0 else ratio(with_score, power)
        return (
            np.where(apart & ~interpolates, on_truth, alone),
            np.where(interpolates, 0.0, np.where(apart, on_score, single)),
        )


@dataclass(frozen=True, eq=False)
class _Student:
    """Coefficients on unit-variance inputs, and their products with truth, self and teacher."""

    mean: np.ndarray
    variance: np.ndarray
    along: np.ndarray  # N
    power: np.ndarray  # Q
    overlap: np.ndarray  # C
    train_risk: np.ndarray  # against the student's labels


def _training_labels(refit: _Refit) -> _Labels:
    """Moments of true labels and of the teacher's labels on its own training set.

    The teacher's training score is f = (1 - l) y + l f0, f0 its score without the example.
    """
    population, l = refit.population, np.broadcast_to(refit.teacher.left, refit.shape)
    c, overlap, power = population.label_scale, refit.overlap1, refit.power1
    label2 = c**2 * population.signal + population.label_noise
    ones = np.ones(power.shape)
    own = np.stack([c * population.signal * ones, c * overlap, label2 * ones])
    scored = (1 - l) * own + times(l, np.stack([overlap, power, c * overlap]))
    spread = (1 - l) * scored[2] + times(l, scored[1])  # E f^2
    if refit.kind == "soft":
        other, square = scored, spread
    elif population.labels == "real":
        other, square = np.sqrt(2 / np.pi) * ratio(scored, np.sqrt(spread)), ones
    else:
        other, square = _signs(population.flip_rate, l, overlap, power), ones
    other = np.where(l == 0, own if refit.kind == "soft" else _interpolated(own, population), other)
    square = np.where(l == 0, label2 if refit.kind == "soft" else 1.0, square)
    moments = np.stack([own, other])
    return _Labels(
        with_truth=moments[:, 0],
        with_score=moments[:, 1],
        with_label=moments[:, 2],
        square=np.stack([moments[:, 2], np.stack([other[2], square])]),
    )


def _interpolated(own: np.ndarray, population: GaussianPopulation) -> np.ndarray:
    """Moments of the sign of y: a teacher that interpolates gives its labels back."""
    return own if population.labels == "hard" else np.sqrt(2 / np.pi) * own / np.sqrt(own[2])


def _signs(flip_rate: float, l: np.ndarray, overlap: np.ndarray, power: np.ndarray) -> np.ndarray:
    """E sign(f) times g, f0 and y for hard labels, by quadrature over the truth's score g > 0."""
    g = _FARTHEST * (_NODES + 1) / 2
    weight = _FARTHEST * _WEIGHTS * np.exp(-(g**2) / 2) / np.sqrt(2 * np.pi)
    l, overlap, power = (np.asarray(a)[..., None] for a in (l, overlap, power))
    with np.errstate(invalid="ignore"):
        spread = np.sqrt(np.maximum(power - overlap**2, 0.0))
    total = np.zeros((3, *l.shape[:-1]))
    for y, probability in ((1.0, 1 - flip_rate), (-1.0, flip_rate)):
        middle = ratio((1 - l) * y + times(l, overlap * g), np.maximum(times(l, spread), 1e-300))
        middle = np.clip(middle, -40.0, 40.0)
        sign = special.erf(middle / np.sqrt(2))
        density = np.sqrt(2 / np.pi) * np.exp(-(middle**2) / 2)
        score = overlap * g * sign + times(spread, density)
        total += probability * np.stack(
            [np.sum(weight * v, -1) for v in (g * sign, score, y * sign)]
        )
    return total


def _one_round(
    law: LinearLaw, kind: str, alpha: np.ndarray, share: np.ndarray | None
) -> SelfDistilledLaw:
    refit = _Refit(law, kind, alpha)
    if share is None:
        share = _best_mixing(refit)
    student = refit.student(share)
    return SelfDistilledLaw(
        features=law.features,
        labels=kind,
        n_samples=law.n_samples,
        alpha=unwrap(alpha),
        kappa=unwrap(refit.own.kappa),
        _fit=refit.own,
        target_risk=unwrap(refit.fresh_error(student, share)),
        train_risk=unwrap(student.train_risk),
        mixing=unwrap(share),
        **score_figures(
            law.population,
            student.mean,
            student.variance,
            overlap=student.overlap,
            teacher_power=refit.power1,
        ),
    )


def _best_mixing(refit: _Refit) -> np.ndarray:
    """The best share: N is affine in it and Q quadratic, so three students determine them."""
    none, one, minus = (refit.student(np.full(refit.power1.shape, x)) for x in (0.0, 1.0, -1.0))
    slope = (one.along - minus.along) / 2
    first = (one.power - minus.power) / 2
    second = (one.power + minus.power) / 2 - none.power
    if refit.kind == "soft":  # least Q - 2 c N
        return ratio(refit.population.label_scale * slope - first / 2, second)
    return ratio(
        none.along * first - 2 * slope * none.power, slope * first - 2 * none.along * second
    )


def _repeated(
    law: LinearLaw, alpha: np.ndarray, share: np.ndarray, rounds: int
) -> SelfDistilledLaw:
    """Soft labels many times over: a filter of the Gram matrix with poles at both ridges."""
    first, second, share = np.broadcast_arrays(np.asarray(law.alpha), alpha, share)
    if ((first == 0) | (second == 0)).any():
        raise ValueError("rounds > 1 needs a ridge in both teacher and student; got alpha = 0")
    alphas, weights = repeated_combinations(first, second, share, rounds)
    n = np.asarray(law.n_samples)
    fits = ridge_fits(law.population, law.features, n, alphas)
    found = fit(law.population.eigenvalues, law.features, n, second)
    own, before, last = weights[0], weights[-2], weights[-1]
    target = share[..., None] * before - last
    trained = fits.left * target
    teacher_mean, mean = fits.mean(own), fits.mean(last)
    overlap = np.sum(teacher_mean * mean + fits.covariance(own, last), axis=-1)
    return SelfDistilledLaw(
        features=law.features,
        labels="soft",
        n_samples=law.n_samples,
        alpha=unwrap(second),
        kappa=unwrap(found.kappa),
        _fit=found,
        target_risk=unwrap(fits.product(target, target)),
        train_risk=unwrap(fits.product(trained, trained)),
        mixing=unwrap(share),
        **score_figures(
            law.population,
            mean,
            fits.covariance(last, last),
            overlap=overlap,
            teacher_power=np.asarray(law.score_variance),
        ),
    )

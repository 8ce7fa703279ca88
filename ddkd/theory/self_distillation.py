"""Self-distillation: a ridge fit refitted on the same inputs to a mixture with its own labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ddkd._checks import check_array, check_choice, check_integer
from ddkd._repr import short_repr
from ddkd.theory._arguments import Values, broadcast, check_nonnegative
from ddkd.theory._arrays import ratio, times
from ddkd.theory._fits import Fit, fit
from ddkd.theory._laws import agreement, linear_truth
from ddkd.theory._scores import Score
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
    if rounds > 1 and (kind == "hard" or best):
        raise ValueError(
            "rounds > 1 is derived for soft labels and a given mixing; "
            f"got labels = {kind!r}, mixing = {mixing!r}"
        )
    found = fit(law.population.eigenvalues, law.features, np.asarray(law.n_samples), ridge)
    if rounds > 1:
        student = _repeated(law, ridge, share, rounds)
    else:
        refit = _Refit(law, kind, found)
        share = refit.best_mixing() if best else share
        student = refit.student(share)
    return SelfDistilledLaw._of(
        law.population,
        Score.of(student.mean, student.variance),
        law,
        labels=kind,
        alpha=ridge,
        kappa=found.kappa,
        target_risk=student.target_risk,
        train_risk=student.train_risk,
        agreement=agreement(student.overlap, student.power, law._score.power),
        mixing=share,
        _fit=found,
    )


@dataclass(frozen=True, eq=False)
class _Student:
    """Coefficients on unit-variance inputs, and their products with truth, self and teacher."""

    mean: np.ndarray
    variance: np.ndarray
    along: np.ndarray  # N
    power: np.ndarray  # Q
    overlap: np.ndarray  # C
    target_risk: np.ndarray  # against labels mixed in the same way on fresh inputs
    train_risk: np.ndarray  # against the student's labels


class _Refit:
    """A student of one round, for any mixing; arrays over the curve."""

    def __init__(self, law: LinearLaw, kind: str, own: Fit) -> None:
        population, score = law.population, law._score
        self.law, self.population, self.kind = law, population, kind
        self.n, self.teacher, self.own = np.asarray(law.n_samples), law._fit, own
        self.truth = linear_truth(population)
        self.mean1 = np.broadcast_to(score.mean, own.kept.shape)
        self.square1 = score.mean**2 + score.variance
        self.overlap1 = self.mean1 @ self.truth  # N_1
        self.power1 = np.broadcast_to(score.power, self.overlap1.shape)  # Q_1
        self.moments, self.squares = self._training_labels()

    def student(self, share: np.ndarray) -> _Student:
        """The student fitted to (1 - share) y + share * own labels."""
        c, kept1, kept2 = self.population.label_scale, self.teacher.kept, self.own.kept
        parts = np.stack(np.broadcast_arrays(1 - share, share))
        with_truth, with_score, with_label = np.sum(parts[:, None] * self.moments, axis=0)
        square = np.einsum("i...,ij...,j...->...", parts, self.squares, parts)
        on_truth, on_score = self._slopes(with_truth, with_score)
        w12, w22 = (np.sum(kept * kept2, axis=-1) / self.n for kept in (kept1, kept2))
        with np.errstate(divide="ignore", invalid="ignore"):
            # How far an example moves the student at its own place, by way of the teacher.
            response = times(on_score, ratio(w12, 1 - w12))
            # (s a_f - h kappa_1)/(s + kappa_2), as A_2 (a_f - h (1 - A_1)/A_1).
            back = response[..., None] * ratio(self.teacher.lost, kept1)
            passed = kept2 * (on_score[..., None] - back)
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
            teacher_error = times(response**2, np.asarray(self.law.target_risk))
            trained = times(self.own.left**2, error - 2 * response * shared + teacher_error)
        return _Student(
            mean=mean,
            variance=np.maximum(variance, 0.0),
            along=along,
            power=power,
            overlap=overlap,
            target_risk=self._fresh_error(share, along, power, overlap),
            train_risk=trained,
        )

    def best_mixing(self) -> np.ndarray:
        """The best share: N is affine in it and Q quadratic, so three students determine them."""
        none, one, minus = (self.student(np.full(self.power1.shape, x)) for x in (0.0, 1.0, -1.0))
        slope = (one.along - minus.along) / 2
        first = (one.power - minus.power) / 2
        second = (one.power + minus.power) / 2 - none.power
        if self.kind == "soft":  # least Q - 2 c N
            return ratio(self.population.label_scale * slope - first / 2, second)
        return ratio(
            none.along * first - 2 * slope * none.power, slope * first - 2 * none.along * second
        )

    def _fresh_error(
        self, share: np.ndarray, along: np.ndarray, power: np.ndarray, overlap: np.ndarray
    ) -> np.ndarray:
        """Mean squared error against labels mixed in the same way on fresh inputs."""
        population, own = self.population, 1 - share
        c, taught = population.label_scale, self.law._target(self.kind)
        slope = taught.slope * np.sqrt(ratio(taught.unit, self.power1))
        common, square = c * slope * self.overlap1, taught.unit
        if self.kind == "hard" and population.labels == "hard":
            common = (1 - 2 * population.flip_rate) * (1 - 2 * np.asarray(self.law.error_rate))
        labels = own**2 * self.squares[0, 0] + 2 * own * share * common + times(share**2, square)
        fitted = own * c * along + times(share * slope, overlap)
        with np.errstate(invalid="ignore"):
            error = labels - 2 * fitted + power
        return np.where(np.isnan(error), np.inf, error)

    def _slopes(
        self, with_truth: np.ndarray, with_score: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Slopes a_g and a_f of the labels on the truth's and the teacher's scores."""
        signal, interpolates = self.population.signal, self.teacher.left == 0
        power = np.where(interpolates, 1.0, self.power1)
        overlap = np.where(interpolates, 0.0, self.overlap1)
        room = signal * power - overlap**2
        room = np.where(room > 1e-13 * signal * power, room, 0.0)
        on_truth = ratio(power * with_truth - overlap * with_score, room)
        on_score = ratio(signal * with_score - overlap * with_truth, room)
        # Without a second direction one slope is enough.
        alone = ratio(with_truth, np.asarray(signal))
        single = 0.0 if signal > 0 else ratio(with_score, power)
        return (
            np.where((room > 0) & ~interpolates, on_truth, alone),
            np.where(interpolates, 0.0, np.where(room > 0, on_score, single)),
        )

    def _training_labels(self) -> tuple[np.ndarray, np.ndarray]:
        """Moments of the true labels y and of the teacher's labels yh on its own training set.

        For each of the two its mean product with the truth's score, with the teacher's score f0
        without the example, and with y, (2, 3, ...); and their products, (2, 2, ...). The
        teacher's training score is f = (1 - l) y + l f0.
        """
        population, l = self.population, np.broadcast_to(self.teacher.left, self.power1.shape)
        c, overlap, power = population.label_scale, self.overlap1, self.power1
        label2 = c**2 * population.signal + population.label_noise
        ones = np.ones(power.shape)
        own = np.stack([c * population.signal * ones, c * overlap, label2 * ones])
        other = (1 - l) * own + times(l, np.stack([overlap, power, c * overlap]))
        square = (1 - l) * other[2] + times(l, other[1])  # E f^2
        # A teacher that interpolates gives its labels back.
        other, square = np.where(l == 0, own, other), np.where(l == 0, label2, square)
        if self.kind == "hard":
            if population.labels == "real":
                other = np.sqrt(2 / np.pi) * ratio(other, np.sqrt(square))
            else:
                signs = _signs(population.flip_rate, l, overlap, power)
                other = np.where(l == 0, own, signs)
            square = ones
        squares = np.stack([np.stack([own[2], other[2]]), np.stack([other[2], square])])
        return np.stack([own, other]), squares


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


def _repeated(law: LinearLaw, alpha: np.ndarray, share: np.ndarray, rounds: int) -> _Student:
    """Soft labels many times over: a filter of the Gram matrix with poles at both ridges."""
    first, second, share = np.broadcast_arrays(np.asarray(law.alpha), alpha, share)
    if ((first == 0) | (second == 0)).any():
        raise ValueError("rounds > 1 needs a ridge in both teacher and student; got alpha = 0")
    alphas, weights = repeated_combinations(first, second, share, rounds)
    fits = ridge_fits(law.population, law.features, np.asarray(law.n_samples), alphas)
    own, before, last = weights[0], weights[-2], weights[-1]
    target = share[..., None] * before - last
    trained = fits.left * target
    mean, variance = fits.mean(last), fits.covariance(last, last)
    return _Student(
        mean=mean,
        variance=variance,
        along=mean @ linear_truth(law.population),
        power=np.sum(mean**2 + variance, axis=-1),
        overlap=np.sum(fits.mean(own) * mean + fits.covariance(own, last), axis=-1),
        target_risk=fits.product(target, target),
        train_risk=fits.product(trained, trained),
    )

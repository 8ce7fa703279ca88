"""Self-distillation: a ridge fit refitted on the same inputs to a mixture with its own labels."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ddkd._arrays import broadcast, ratio, times
from ddkd._checks import check_choice, check_integer, check_numbers, check_ridge
from ddkd._repr import short_repr
from ddkd.populations import Score
from ddkd.theory._arguments import Values
from ddkd.theory._fits import Fit, fit
from ddkd.theory._laws import agreement
from ddkd.theory._refits import Refitted, refit, true_labels
from ddkd.theory._two_points import repeated_combinations, ridge_fits
from ddkd.theory.linear import LinearLaw

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
    ridge = check_ridge(law.alpha if alpha is None else alpha)
    best = isinstance(mixing, str)
    if best:
        check_choice("mixing", mixing, ("best",))
    share = check_numbers("mixing", 0.0 if best else mixing)
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
        own = _own_labels(law, kind)
        share = _best_mixing(law, found, own, kind) if best else share
        student = _once(law, found, own, kind, share)
    score = Score.of(student.mean, student.variance).scaled(found.scale)
    if kind == "soft":
        # Without a ridge a student of soft labels alone is its teacher.
        same = (ridge == 0) & (share == 1)
        score, student = law._score.where(same, score), _own_teacher(same, law._score, student)
    return SelfDistilledLaw._of(
        law.population,
        score,
        law,
        labels=kind,
        target_risk=student.error,
        train_risk=student.train_risk,
        agreement=agreement(student.overlap, student.power),
        mixing=share,
        _fit=found,
    )


def _once(law: LinearLaw, found: Fit, own: np.ndarray, kind: str, share: np.ndarray) -> Refitted:
    """The student fitted to (1 - share) y + share * own labels."""
    true, rest = true_labels(law), 1 - share
    mixed = rest[..., None] * true + share[..., None] * own
    products = rest**2 * true[..., 3] + 2 * rest * share * own[..., 2] + share**2 * own[..., 3]
    mixed[..., 3] = products
    student = refit(law, found, mixed)
    return replace(student, error=_fresh_error(law, kind, share, student))


def _own_teacher(same: np.ndarray, teacher: Score, student: Refitted) -> Refitted:
    """The student's figures, or where it is its teacher that one's."""
    return replace(
        student,
        power=np.where(same, teacher.power, student.power),
        overlap=np.where(same, teacher.size, student.overlap),
        error=np.where(same, 0.0, student.error),
        train_risk=np.where(same, 0.0, student.train_risk),
    )


def _best_mixing(law: LinearLaw, found: Fit, own: np.ndarray, kind: str) -> np.ndarray:
    """The best share: N is affine in it and Q quadratic, so three students determine them."""
    shape = np.broadcast_shapes(np.shape(law.risk), found.left.shape)
    none, one, minus = (_once(law, found, own, kind, np.full(shape, x)) for x in (0.0, 1.0, -1.0))
    slope = (one.along - minus.along) / 2
    first = (one.power - minus.power) / 2
    second = (one.power + minus.power) / 2 - none.power
    if kind == "soft":  # least Q - 2 c N
        return ratio(law.population.label_scale * slope - first / 2, second)
    return ratio(
        none.along * first - 2 * slope * none.power, slope * first - 2 * none.along * second
    )


def _fresh_error(law: LinearLaw, kind: str, share: np.ndarray, student: Refitted) -> np.ndarray:
    """Mean squared error against labels mixed in the same way on fresh inputs."""
    population, taught, rest = law.population, law._target(kind), 1 - share
    _, with_score, _, square = np.moveaxis(true_labels(law), -1, 0)
    slope, square_taught = taught.slope * taught.size, taught.size**2
    common = times(slope, with_score)
    if kind == "hard" and population.labels == "hard":
        common = (1 - 2 * population.flip_rate) * (1 - 2 * np.asarray(law.error_rate))
    with np.errstate(invalid="ignore"):
        error = rest**2 * square + 2 * rest * times(share, common) + times(share**2, square_taught)
        error = error - 2 * rest * population.label_scale * student.along
        error = error - 2 * times(share, slope * student.overlap) + student.power
    return np.where(np.isnan(error), np.inf, error)


def _own_labels(law: LinearLaw, kind: str) -> np.ndarray:
    """Moments, as of `true_labels`, of the teacher's: its training score is (1 - l) y + l f0."""
    true, l = true_labels(law), law._fit.left
    fitted = np.sum(law._fit.kept, axis=-1) / law.n_samples  # 1 - l, without a subtraction
    # l sqrt(Q); where Q is infinite, l is zero.
    size = times(l, law._score.size)
    overlap, one = law._score.unit_mean @ law.population.truth, np.ones(size.shape)
    if kind == "hard" and law.population.labels == "hard":
        return np.stack([*_signs(law.population.flip_rate, fitted, overlap, size), one], axis=-1)
    score = np.stack([overlap, one, true[..., 1], true[..., 1]], axis=-1)
    own = fitted[..., None] * true + size[..., None] * score
    own[..., 3] = fitted * own[..., 2] + size * own[..., 1]  # E f^2
    if kind == "soft":
        return own
    own[..., :3] *= np.sqrt(2 / np.pi) * ratio(1.0, np.sqrt(own[..., 3:]))
    own[..., 3] = 1.0
    return own


def _signs(
    flip_rate: float, fitted: np.ndarray, overlap: np.ndarray, size: np.ndarray
) -> np.ndarray:
    """E sign(f) times g, u and y for hard labels, by quadrature over the truth's score g > 0."""
    g = _FARTHEST * (_NODES + 1) / 2
    weight = _FARTHEST * _WEIGHTS * np.exp(-(g**2) / 2) / np.sqrt(2 * np.pi)
    fitted, overlap, size = (np.asarray(a)[..., None] for a in (fitted, overlap, size))
    spread = np.sqrt(np.maximum(1 - overlap**2, 0.0))
    total = np.zeros((3, *overlap.shape[:-1]))
    for y, probability in ((1.0, 1 - flip_rate), (-1.0, flip_rate)):
        middle = (fitted * y + size * overlap * g) / np.maximum(size * spread, 1e-300)
        middle = np.clip(middle, -40.0, 40.0)
        sign = special.erf(middle / np.sqrt(2))
        density = np.sqrt(2 / np.pi) * np.exp(-(middle**2) / 2)
        score = overlap * g * sign + spread * density
        total += probability * np.stack(
            [np.sum(weight * v, -1) for v in (g * sign, score, y * sign)]
        )
    return total


def _repeated(law: LinearLaw, alpha: np.ndarray, share: np.ndarray, rounds: int) -> Refitted:
    """Soft labels many times over: a filter of the Gram matrix with poles at both ridges."""
    first, second, share = np.broadcast_arrays(np.asarray(law.alpha), alpha, share)
    if ((first == 0) | (second == 0)).any():
        raise ValueError("rounds > 1 needs a ridge in both teacher and student; got alpha = 0")
    alphas, before, last = repeated_combinations(first, second, share, rounds)
    fits = ridge_fits(law.population, law.features, np.asarray(law.n_samples), alphas)
    own = np.full((*last.shape[:-1], 1), 0.5)  # the teacher, beside its conjugate
    target = share[..., None] * before - last
    trained = fits.left * target
    size = np.sqrt(law._score.power)
    mean, variance = fits.mean(last), fits.covariance(last, last)
    return Refitted(
        mean=mean,
        variance=variance,
        along=mean @ law.population.truth,
        power=np.sum(mean**2 + variance, axis=-1),
        overlap=np.sum(fits.mean(own) * mean + fits.covariance(own, last), axis=-1) / size,
        error=fits.product(target, target),
        train_risk=fits.product(trained, trained),
    )

"""Least squares on two Gaussian clusters, where hard labels denoise."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from ddkd._checks import check_choice, check_integer, check_vector
from ddkd.populations import MixturePopulation
from ddkd.populations._models import same_sign
from ddkd.theory._arguments import broadcast, check_counts, check_masks, check_nonnegative, unwrap
from ddkd.theory._arrays import ratio, times
from ddkd.theory._fits import linear_shrinkage

__all__ = ["MixtureLaw", "mixture_least_squares", "mixture_model"]


@dataclass(frozen=True, eq=False)
class _Score:
    """Law of a score in coordinates of unit variance within a cluster, in units of its spread.

    The spread is the standard deviation of the score within a cluster. `mean` and `variance`
    are those of its coefficients, over the spread and its square: numbers at a threshold too.
    """

    mean: np.ndarray
    variance: np.ndarray
    spread2: np.ndarray  # infinite on a threshold


@dataclass(frozen=True, eq=False)
class _Labels:
    """What labels are to least squares: E[x y] = along * nu + through * t, E y^2 = square.

    t is a score (zero for the population's own labels); all in units of `unit`, a variance.
    """

    along: np.ndarray
    through: np.ndarray
    square: np.ndarray | None  # None: the labels are the score itself
    unit: np.ndarray
    score: _Score


@dataclass(frozen=True, eq=False)
class MixtureLaw:
    """Law of a linear model fitted to two clusters, and what it implies.

    Made by `least_squares` of a `MixturePopulation`, by `mixture_model` and by
    `MixtureLaw.distill`. Every number is a float, or an array over a whole curve.

    Attributes
    ----------
    population : MixturePopulation
        Where the inputs and the labels come from.
    features : ndarray of bool, shape (..., n_features)
        The columns used.
    n_samples, alpha, kappa : float or ndarray
        Number of examples, ridge and implicit ridge; None for a given model.
    target_risk, risk, train_risk : float or ndarray
        Mean squared errors: against the labels fitted to, on fresh inputs; against the
        population's flipped labels; on the examples themselves. None for a given model, except
        `risk`.
    margin : float or ndarray
        Mean of the score over its standard deviation within a cluster.
    correlation : float or ndarray
        Cosine of the angle between the score and the best one: the margin over the radius.
    error_rate : float or ndarray
        Probability Phi(-margin) of the wrong cluster.
    agreement : float, ndarray or None
        Probability that student and teacher have the same sign; None without a teacher.
    """

    population: MixturePopulation
    features: np.ndarray
    n_samples: Any
    alpha: Any
    kappa: Any
    target_risk: Any
    risk: Any
    train_risk: Any
    margin: Any
    correlation: Any
    error_rate: Any
    agreement: Any
    _score: _Score

    @property
    def coef_mean(self) -> np.ndarray:
        """Mean of each coefficient; (..., n_features)."""
        scale = np.sqrt(self._score.spread2)[..., None]
        return times(scale, self._score.mean) / np.sqrt(self.population.eigenvalues)

    @property
    def coef_variance(self) -> np.ndarray:
        """Variance of each coefficient; (..., n_features)."""
        spread2 = self._score.spread2[..., None]
        return times(spread2, self._score.variance) / self.population.eigenvalues

    def distill(
        self, n_transfer: Any, *, labels: str = "hard", features: Any = None, alpha: Any = 0.0
    ) -> "MixtureLaw":
        """Law of a student fitted to this model's labels on fresh inputs.

        In coordinates of unit variance the clusters sit at +-nu, ``|nu|`` = r, and the teacher's
        score is the unit vector u with margin a = <u, nu>. By Stein's identity the sign y of
        its score has E[x y] = (2 Phi(a) - 1) nu + 2 phi(a) u: hard labels lean towards the
        clusters' axis, which is how they denoise. With the student's own columns and m > p,
        no ridge, rho = a/r::

            A = [r (2 Phi(a) - 1) + 2 phi(a) rho]/(1 + r^2),  B^2 = 4 phi(a)^2 (1 - rho^2),
            tau^2 = 1 - (1 + r^2) A^2 - B^2,
            margin = r A/sqrt(A^2 + B^2 + tau^2 p/(m - p)).

        In general, least squares with covariance I + nu nu', linear target
        (I + nu nu')^-1 E[x y] and noise tau^2 as in the law of a Gaussian population. Soft labels:
        E[x y] = <u, nu> nu + u, so the student with all its teacher's columns is its teacher.
        *Asymptotic*, at a physicist's level of rigour; for any columns, ridge and m. On
        self-training in mixtures see arXiv 2106.13805, 2205.07739 and 2501.16226.

        Parameters
        ----------
        n_transfer : int or array_like of int
            Number m of examples the teacher labels; infinity for the limit.
        labels : {"hard", "soft"}, default="hard"
            Signs of the teacher's scores, or the scores.
        features : None, bool mask or index array, default=None
            The student's columns; None for the teacher's own. A stack of masks
            (..., n_features) gives a curve.
        alpha : float or array_like, default=0.0
            Ridge of the student, sum-normalised; 0 for minimum norm.

        Returns
        -------
        MixtureLaw
            The student's law.

        Raises
        ------
        ValueError
            If an argument is out of its range.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> from ddkd.populations import MixturePopulation
        >>> population = MixturePopulation(np.ones(100), np.full(100, 0.2), flip_rate=0.1)
        >>> teacher = theory.least_squares(population, 60)
        >>> student = teacher.distill([200, 1000, 10_000])
        >>> student.error_rate.round(3), round(teacher.error_rate, 3)
        (array([0.305, 0.256, 0.248]), 0.267)
        """
        hard = check_choice("labels", labels, ("hard", "soft")) == "hard"
        m = check_counts("n_transfer", n_transfer)
        ridge = check_nonnegative("alpha", alpha)
        population = self.population
        if features is None:
            mask = self.features
        else:
            mask = check_masks("features", features, population.n_features)
        score = self._score
        a = np.asarray(self.margin)
        one = np.ones(a.shape)
        if hard:
            density = np.exp(-(a**2) / 2) * np.sqrt(2 / np.pi)  # 2 phi(a)
            target = _Labels(special.erf(a / np.sqrt(2)), density, one, one, score)
        else:
            target = _Labels(a, one, None, score.spread2, score)
        return _law(population, mask, m, ridge, target, has_teacher=True)

    def generations(
        self, count: int, n_transfer: Any, *, labels: str = "hard", alpha: Any = 0.0
    ) -> "tuple[MixtureLaw, ...]":
        """Laws of students of students, each taught on a fresh transfer set.

        Parameters
        ----------
        count : int
            Number of generations after this one.
        n_transfer : int or array_like of int
            Number of examples each of them learns from.
        labels : {"hard", "soft"}, default="hard"
            What every teacher hands on.
        alpha : float or array_like, default=0.0
            Ridge of every student.

        Returns
        -------
        tuple of MixtureLaw
            The first student, its student, and so on. At infinite `n_transfer` hard labels
            take every teacher that is better than chance to Bayes' error.
        """
        laws: list[MixtureLaw] = []
        for _ in range(check_integer("count", count)):
            teacher = laws[-1] if laws else self
            laws.append(teacher.distill(n_transfer, labels=labels, alpha=alpha))
        return tuple(laws)


def mixture_least_squares(
    population: MixturePopulation, n_samples: Any, features: Any, alpha: Any
) -> MixtureLaw:
    """What `least_squares` does with a `MixturePopulation`."""
    n = check_counts("n_samples", n_samples)
    ridge = check_nonnegative("alpha", alpha)
    mask = check_masks("features", features, population.n_features)
    zero, one = np.zeros(()), np.ones(())
    nothing = np.zeros(population.n_features)
    own = _Labels(zero + population.label_scale, zero, one, one, _Score(nothing, nothing, one))
    return _law(population, mask, n, ridge, own, has_teacher=False)


def mixture_model(population: MixturePopulation, coef: Any) -> MixtureLaw:
    """Law of a given linear model, so that it can teach.

    Parameters
    ----------
    population : MixturePopulation
        Where the inputs and the labels come from.
    coef : array_like of shape (n_features,)
        Its coefficients, not all zero; columns with a zero are not used.

    Returns
    -------
    MixtureLaw
        Exact figures of the model, with a `distill` that is asymptotic.

    Raises
    ------
    ValueError
        If the coefficients do not fit the population or are all zero.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import MixturePopulation
    >>> population = MixturePopulation(np.ones(4), [2.0, 0.0, 0.0, 0.0])
    >>> teacher = theory.mixture_model(population, [1.0, 1.0, 1.0, 1.0])
    >>> student = teacher.distill(np.inf)
    >>> round(teacher.error_rate, 4), round(student.error_rate, 4)
    (0.1587, 0.1118)
    """
    _check_population(population)
    coef = check_vector("coef", coef, size=population.n_features)
    risk = population.risk(coef)
    if not coef.any():
        raise ValueError("coef must not be all zero")
    score = np.sqrt(population.eigenvalues) * coef
    spread2 = np.asarray(np.sum(score**2))
    unit = _Score(score / np.sqrt(spread2), np.zeros(coef.size), spread2)
    margin = float(np.sum(unit.mean * _centre(population)))
    return MixtureLaw(
        population=population,
        features=coef != 0,
        n_samples=None,
        alpha=None,
        kappa=None,
        target_risk=None,
        risk=risk,
        train_risk=None,
        margin=margin,
        correlation=margin / population.radius,
        error_rate=float(special.ndtr(-margin)),
        agreement=None,
        _score=unit,
    )


def _check_population(population: Any) -> None:
    if not isinstance(population, MixturePopulation):
        raise ValueError(f"population must be a MixturePopulation; got {population!r}")


def _centre(population: MixturePopulation) -> np.ndarray:
    """The centre of a cluster in coordinates of unit variance."""
    return population.mean / np.sqrt(population.eigenvalues)


def _law(
    population: MixturePopulation,
    mask: np.ndarray,
    n: np.ndarray,
    alpha: np.ndarray,
    labels: _Labels,
    has_teacher: bool,
) -> MixtureLaw:
    """Fit n examples with those labels on the columns in `mask`."""
    size = "n_transfer" if has_teacher else "n_samples"
    broadcast(**{size: n}, alpha=alpha, features=mask[..., 0], teacher=labels.unit)
    nu, t = _centre(population), labels.score
    fit = linear_shrinkage(population.eigenvalues, mask, n, alpha)
    through = labels.through[..., None]
    r2 = np.sum(mask * nu**2, axis=-1)
    seen = np.sum(mask * t.mean * nu, axis=-1)
    # Least squares on infinitely many examples, with the ridge kappa and without:
    # (I + nu nu' + kappa/s)^-1 E[x y], by the formula for an inverse of rank one.
    shrunk = (labels.along - labels.through * np.sum(fit.kept * t.mean * nu, axis=-1)) / (
        1 + np.sum(fit.kept * nu**2, axis=-1)
    )
    best = (labels.along - labels.through * seen) / (1 + r2)
    mean = fit.kept * (through * t.mean + shrunk[..., None] * nu)
    bias = mask * (
        fit.lost * through * t.mean + (best[..., None] - fit.kept * shrunk[..., None]) * nu
    )
    missed = (
        _unexplained(labels, mask, nu, r2, seen)
        + np.sum(bias**2, axis=-1)
        + np.sum(bias * nu, axis=-1) ** 2
        + np.sum(mask * (fit.lost * through) ** 2 * t.variance, axis=-1)
    )
    with np.errstate(divide="ignore"):
        target_risk = np.where(missed > 0, missed / np.where(missed > 0, fit.free, 1.0), 0.0)
    own = times(target_risk[..., None], fit.kept**2 / n[..., None])
    handed = (through * fit.kept) ** 2 * t.variance
    score = _unit_score(mean, handed, own, fit.kept, labels.unit)
    margin = np.sum(score.mean * nu, axis=-1)
    agreement = None
    if has_teacher:
        factor = fit.kept * through
        cosine = np.sum(t.mean * mean + factor * t.variance, axis=-1)
        apart = (mean - cosine[..., None] * t.mean) ** 2
        apart = apart + (factor - cosine[..., None]) ** 2 * t.variance + own
        sine = np.sqrt(np.sum(apart, axis=-1))
        length = np.hypot(cosine, sine)
        parts = ratio(cosine, length), np.where(np.isinf(length), 1.0, ratio(sine, length))
        agreement = unwrap(same_sign(np.sum(t.mean * nu, axis=-1), margin, *parts))
    c = population.label_scale
    hit = times(np.sqrt(score.spread2), margin)
    return MixtureLaw(
        population=population,
        features=mask,
        n_samples=unwrap(n),
        alpha=unwrap(alpha),
        kappa=unwrap(fit.kappa),
        target_risk=unwrap(times(labels.unit, target_risk)),
        risk=unwrap(1 - c**2 + (c - hit) ** 2 + score.spread2),
        train_risk=unwrap(times(labels.unit, missed * ratio(fit.left, fit.free) * fit.left)),
        margin=unwrap(margin),
        correlation=unwrap(margin / population.radius),
        error_rate=unwrap(special.ndtr(-margin)),
        agreement=agreement,
        _score=score,
    )


def _unexplained(
    labels: _Labels, mask: np.ndarray, nu: np.ndarray, r2: np.ndarray, seen: np.ndarray
) -> np.ndarray:
    """Variance of the labels that no linear function of the columns in `mask` explains."""
    t = labels.score
    if labels.square is None:
        # The score's part off the mask; its mean there is y times a number, and y is partly known.
        off = ~mask
        hidden = np.sum(off * t.mean * nu, axis=-1)
        return np.sum(off * (t.mean**2 + t.variance), axis=-1) + hidden**2 / (1 + r2)
    cross = labels.along[..., None] * nu + labels.through[..., None] * t.mean
    norm2 = np.sum(mask * cross**2, axis=-1)
    norm2 = norm2 + labels.through**2 * np.sum(mask * t.variance, axis=-1)
    along = labels.along * r2 + labels.through * seen
    return np.maximum(labels.square - norm2 + along**2 / (1 + r2), 0.0)


def _unit_score(
    mean: np.ndarray, handed: np.ndarray, own: np.ndarray, kept: np.ndarray, unit: np.ndarray
) -> _Score:
    """The score in units of its spread; on a threshold only the noise's direction is left."""
    spread2 = np.sum(mean**2 + handed + own, axis=-1)
    finite = np.isfinite(spread2)[..., None]
    variance = np.where(finite, handed + np.where(finite, own, 0.0), kept**2)
    total = np.where(finite, spread2[..., None], np.sum(kept**2, axis=-1, keepdims=True))
    mean = np.where(finite, mean, 0.0)
    return _Score(
        mean=ratio(mean, np.sqrt(total)),
        variance=ratio(variance, total),
        spread2=np.asarray(times(unit, spread2)),
    )

"""Least squares on two Gaussian clusters, where hard labels denoise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ddkd._checks import check_vector
from ddkd._repr import short_repr
from ddkd.populations import MixturePopulation
from ddkd.populations._models import same_sign
from ddkd.theory._arguments import (
    Features,
    Values,
    broadcast,
    check_counts,
    check_masks,
    check_nonnegative,
    unwrap,
)
from ddkd.theory._arrays import ratio, times
from ddkd.theory._fits import fit, learn
from ddkd.theory._laws import Law, overlap
from ddkd.theory._scores import Score, Target, hard_target

__all__ = ["MixtureLaw", "mixture_least_squares", "mixture_model"]


@short_repr
@dataclass(frozen=True, eq=False)
class MixtureLaw(Law):
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
    n_samples: Values
    alpha: Values
    kappa: Values
    target_risk: Values
    risk: Values
    train_risk: Values
    margin: Values
    correlation: Values
    error_rate: Values
    agreement: Values
    _score: Score

    @property
    def coef_mean(self) -> np.ndarray:
        """Mean of each coefficient; (..., n_features)."""
        return self._score.mean / np.sqrt(self.population.eigenvalues)

    @property
    def coef_variance(self) -> np.ndarray:
        """Variance of each coefficient; (..., n_features)."""
        return self._score.variance / self.population.eigenvalues

    def distill(
        self,
        n_transfer: ArrayLike,
        *,
        labels: str | None = None,
        features: Features = None,
        alpha: ArrayLike = 0.0,
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
        labels : {"hard", "soft"} or None, default=None
            Signs of the teacher's scores, or the scores; None for the population's own kind,
            "hard" for hard labels and "soft" for real ones.
        features : None, "all", bool mask or index array, default=None
            The student's columns; None for the teacher's own, "all" for every column. A stack
            of masks (..., n_features) gives a curve.
        alpha : float or array_like, default=0.0
            Ridge penalty of the student; 0 for minimum norm.

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
        target = self._target(self._kind(labels))
        m = check_counts("n_transfer", n_transfer)
        ridge = check_nonnegative("alpha", alpha)
        mask = self.features
        if features is not None:
            mask = check_masks("features", features, self.population.n_features)
        return _law(self.population, mask, m, ridge, target, self._score)

    def _decisions(self) -> Target:
        a = np.asarray(self.margin)
        return hard_target(
            self._score,
            np.exp(-(a**2) / 2) * np.sqrt(2 / np.pi),  # 2 phi(a)
            along=special.erf(a / np.sqrt(2)),  # 2 Phi(a) - 1
            centre=_centre(self.population),
        )


def mixture_least_squares(
    population: MixturePopulation, n_samples: ArrayLike, features: Features, alpha: ArrayLike
) -> MixtureLaw:
    """What `least_squares` does with a `MixturePopulation`."""
    n = check_counts("n_samples", n_samples)
    ridge = check_nonnegative("alpha", alpha)
    mask = check_masks("features", features, population.n_features)
    nothing = np.zeros(population.n_features)
    centre = _centre(population)
    own = hard_target(
        Score.of(nothing, nothing), np.zeros(()), along=population.label_scale, centre=centre
    )
    return _law(population, mask, n, ridge, own)


def mixture_model(population: MixturePopulation, coef: ArrayLike) -> MixtureLaw:
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
    score = Score.of(np.sqrt(population.eigenvalues) * coef, np.zeros(coef.size))
    margin = float(np.sum(score.unit_mean * _centre(population)))
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
        _score=score,
    )


def _check_population(population: object) -> None:
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
    target: Target,
    teacher: Score | None = None,
) -> MixtureLaw:
    """Law of a fit to `target`: of a first generation, or of a student."""
    size = "n_samples" if teacher is None else "n_transfer"
    broadcast(**{size: n}, alpha=alpha, features=mask[..., 0], teacher=target.unit)
    centre = _centre(population)
    found = fit(population.eigenvalues, mask, n, alpha)
    learned = learn(found, target, centre)
    score = learned.score
    margin = np.sum(score.unit_mean * centre, axis=-1)
    agreement = None
    if teacher is not None:
        along, across = overlap(found, learned, target, teacher)
        length = np.hypot(along, across)
        parts = ratio(along, length), np.where(np.isinf(length), 1.0, ratio(across, length))
        same = same_sign(np.sum(teacher.unit_mean * centre, axis=-1), margin, *parts)
        agreement = unwrap(same)
    c = population.label_scale
    hit = times(np.sqrt(score.power), margin)
    return MixtureLaw(
        population=population,
        features=mask,
        n_samples=unwrap(n),
        alpha=unwrap(alpha),
        kappa=unwrap(found.kappa),
        target_risk=unwrap(learned.target_risk),
        risk=unwrap(1 - c**2 + (c - hit) ** 2 + score.power),
        train_risk=unwrap(learned.train_risk),
        margin=unwrap(margin),
        correlation=unwrap(margin / population.radius),
        error_rate=unwrap(special.ndtr(-margin)),
        agreement=agreement,
        _score=score,
    )

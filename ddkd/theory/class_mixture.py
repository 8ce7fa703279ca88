"""Least squares on K Gaussian clusters with orthogonal centres, one for each class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special

from ddkd._checks import check_choice, check_integer, check_real
from ddkd.theory._arguments import check_counts, check_nonnegative, unwrap
from ddkd.theory._arrays import ratio, times
from ddkd.theory._fixed_points import Remainder, implicit_ridge

__all__ = ["ClassMixtureLaw", "class_mixture", "class_mixture_model"]

# A rule for the normal distribution whose integrands are smooth: 1e-13 and better.
_NODES, _WEIGHTS = special.roots_hermitenorm(180)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class ClassMixtureLaw:
    """Law of K one-hot linear models on K equal clusters, and what it implies.

    Made by `class_mixture`, `class_mixture_model` and `ClassMixtureLaw.distill`. Numbers are
    floats, or arrays over a whole curve.

    Attributes
    ----------
    n_classes : int
        Number K of classes, equally likely.
    radius : float
        Mahalanobis norm R of every centre; the centres are orthogonal.
    n_features : int
        Number p of features.
    n_samples, alpha : float or ndarray
        Number of examples and ridge; None for a given model.
    margin : float or ndarray
        Lead of the true class's score over the others', in standard deviations of a score.
    correlation : float or ndarray
        The margin over the radius: cosine of the angle between a score and the best one.
    error_rate : float or ndarray
        Probability that another class has the largest score.
    """

    n_classes: int
    radius: float
    n_features: int
    n_samples: Any
    alpha: Any
    margin: Any
    correlation: Any
    error_rate: Any

    def distill(
        self, n_transfer: Any, *, labels: str = "hard", alpha: Any = 0.0
    ) -> "ClassMixtureLaw":
        """Law of a student fitted to this model's labels on fresh inputs.

        With g normal, a the teacher's margin, rho = a/R, P = E Phi(g + a)^(K-1) and Gamma =
        [E g Phi(g + a)^(K-1) + (K - 1) E g Phi(g - a) Phi(g)^(K-2)]/(K - 1), a min-norm student
        on m > p hard labels has::

            A = [R (K P - 1)/(K (K - 1)) + Gamma rho]/(1 + R^2/K),
            B^2 = Gamma^2 (1 - rho^2),  tau^2 = 1/K - (1 + R^2/K) A^2 - B^2,
            margin = R A/sqrt(A^2 + B^2 + tau^2 p/(m - p)).

        With a ridge or m <= p the components shrink and tau^2 grows as in the law of a
        Gaussian population. A soft-label student with m >= p and no ridge is its teacher.
        *Asymptotic*, at a physicist's level of rigour: the scores' noise is taken as
        independent between classes, and corrections are large below p of some 600.

        Parameters
        ----------
        n_transfer : int or array_like of int
            Number m of examples the teacher labels; infinity for the limit.
        labels : {"hard", "soft"}, default="hard"
            One-hot argmax of the teacher's scores, or the scores.
        alpha : float or array_like, default=0.0
            Ridge of the student, sum-normalised; 0 for minimum norm.

        Returns
        -------
        ClassMixtureLaw
            The student's law.

        Raises
        ------
        ValueError
            If an argument is out of its range.

        Examples
        --------
        >>> from ddkd import theory
        >>> teacher = theory.class_mixture(10, 4.0, 300, 600, flip_rate=0.1)
        >>> student = teacher.distill([600, 3000, 30_000])
        >>> student.error_rate.round(3), round(teacher.error_rate, 3)
        (array([0.9  , 0.366, 0.221]), 0.474)
        """
        hard = check_choice("labels", labels, ("hard", "soft")) == "hard"
        m = check_counts("n_transfer", n_transfer)
        ridge = check_nonnegative("alpha", alpha)
        K, R, a = self.n_classes, self.radius, np.asarray(self.margin)
        rho = a / R
        sine = np.sqrt(np.maximum(1 - rho**2, 0.0))
        if hard:
            right, gain = _argmax_moments(a, K)
            centre = R * (K * right - 1) / (K * (K - 1)) + gain * rho
            return _law(self, m, ridge, centre, gain * sine, np.asarray(1 / K))
        # A score of unit length in the directions of its centre and of its noise.
        centre = (1 + R**2 / K) * rho
        return _law(self, m, ridge, centre, sine, rho * centre + sine**2)

    def generations(
        self, count: int, n_transfer: Any, *, labels: str = "hard", alpha: Any = 0.0
    ) -> "tuple[ClassMixtureLaw, ...]":
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
        tuple of ClassMixtureLaw
            The first student, its student, and so on.
        """
        laws: list[ClassMixtureLaw] = []
        for _ in range(check_integer("count", count)):
            teacher = laws[-1] if laws else self
            laws.append(teacher.distill(n_transfer, labels=labels, alpha=alpha))
        return tuple(laws)


def class_mixture(
    n_classes: int,
    radius: float,
    n_samples: Any,
    n_features: int,
    *,
    alpha: Any = 0.0,
    flip_rate: float = 0.0,
) -> ClassMixtureLaw:
    """Law of least squares on one-hot labels of K equal clusters with orthogonal centres.

    Identity covariance; a flipped label is one of the other classes at random, so that
    c = 1 - flip_rate K/(K - 1). With n = p/(1 + kappa) + alpha/kappa the score of a class
    has the component A = (c R/K)/(1 + kappa + R^2/K) along its centre, and noise of variance
    E p/(n (1 + kappa)^2), E = [1/K - 2 c R A/K + (1 + R^2/K) A^2]/(1 - df2/n). The error is
    1 - E Phi(g + a)^(K-1) at the margin a. *Asymptotic*.

    Parameters
    ----------
    n_classes : int
        Number K of classes, at least 2.
    radius : float
        Norm R of every centre.
    n_samples : int or array_like of int
        Number n of samples; infinity for the limit.
    n_features : int
        Number p of features.
    alpha : float or array_like, default=0.0
        Ridge, sum-normalised; 0 means minimum norm.
    flip_rate : float, default=0.0
        Probability in [0, (K - 1)/K] that a label is replaced by another class.

    Returns
    -------
    ClassMixtureLaw
        Floats, or arrays if `n_samples` or `alpha` was one.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> from ddkd import theory
    >>> law = theory.class_mixture(10, 4.0, [300, 600, 6000], 600)
    >>> law.error_rate.round(3)
    array([0.362, 0.9  , 0.031])
    """
    nobody = _nobody(n_classes, radius, n_features)
    K = nobody.n_classes
    flips = check_real("flip_rate", flip_rate, low=0.0, high=(K - 1) / K)
    n = check_counts("n_samples", n_samples)
    ridge = check_nonnegative("alpha", alpha)
    c = 1 - flips * K / (K - 1)
    return _law(
        nobody, n, ridge, np.asarray(c * nobody.radius / K), np.zeros(()), np.asarray(1 / K)
    )


def class_mixture_model(
    n_classes: int, radius: float, n_features: int, *, error_rate: float
) -> ClassMixtureLaw:
    """Law of a given model with a known error, so that it can teach.

    Parameters
    ----------
    n_classes : int
        Number K of classes, at least 2.
    radius : float
        Mahalanobis norm R of every centre.
    n_features : int
        Number p of features.
    error_rate : float
        The model's error, between Bayes' and chance.

    Returns
    -------
    ClassMixtureLaw
        The law with that error.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> from ddkd import theory
    >>> teacher = theory.class_mixture_model(10, 4.0, 600, error_rate=0.2)
    >>> round(teacher.margin, 4), round(teacher.error_rate, 4)
    (2.4607, 0.2)
    """
    nobody = _nobody(n_classes, radius, n_features)
    best = float(_error_rate(np.asarray(nobody.radius), nobody.n_classes))
    chance = 1 - 1 / nobody.n_classes
    error = check_real("error_rate", error_rate)
    if not best <= error <= chance:
        raise ValueError(
            f"error_rate must be between Bayes' {best:g} and chance {chance:g} for radius "
            f"{nobody.radius:g} and n_classes {nobody.n_classes}; got {error:g}"
        )
    margin = optimize.brentq(
        lambda a: float(_error_rate(np.asarray(a), nobody.n_classes)) - error,
        0.0,
        nobody.radius,
        xtol=1e-14,
    )
    return _with_margin(nobody, None, None, np.asarray(margin))


def _nobody(n_classes: Any, radius: Any, n_features: Any) -> ClassMixtureLaw:
    """A model that knows nothing, with checked parameters."""
    return ClassMixtureLaw(
        n_classes=check_integer("n_classes", n_classes, low=2),
        radius=check_real("radius", radius, low=0.0, high=1e6, low_open=True),
        n_features=check_integer("n_features", n_features),
        n_samples=None,
        alpha=None,
        margin=0.0,
        correlation=0.0,
        error_rate=1 - 1 / n_classes,
    )


def _with_margin(like: ClassMixtureLaw, n: Any, alpha: Any, margin: np.ndarray) -> ClassMixtureLaw:
    return ClassMixtureLaw(
        n_classes=like.n_classes,
        radius=like.radius,
        n_features=like.n_features,
        n_samples=n,
        alpha=alpha,
        margin=unwrap(margin),
        correlation=unwrap(margin / like.radius),
        error_rate=unwrap(_error_rate(margin, like.n_classes)),
    )


def _law(
    like: ClassMixtureLaw,
    n: np.ndarray,
    alpha: np.ndarray,
    centre: np.ndarray,
    aside: np.ndarray,
    square: np.ndarray,
) -> ClassMixtureLaw:
    """Fit n labels whose product with the input has these components.

    `centre` is along the centre of the class, `aside` along the teacher's noise, `square` the
    label's mean square; all of them differences between one class and another.
    """
    p, spike = float(like.n_features), like.radius**2 / like.n_classes
    one = np.ones(())
    kappa = implicit_ridge(np.ones(1), np.full(1, p), n, Remainder(alpha, 0 * one, one))
    slack = np.maximum(n - p, 0.0)
    left = np.where(kappa > 0, ratio(alpha, kappa), slack)
    free = left + np.where(kappa > 0, p * kappa / (1 + kappa) ** 2, 0.0)
    A, B = centre / (1 + kappa + spike), aside / (1 + kappa)
    unexplained = np.maximum(square - centre**2 / (1 + spike) - aside**2, 0.0)
    # What kappa keeps from being fitted.
    lost = (kappa * A) ** 2 / (1 + spike) + (kappa * B) ** 2
    missed = unexplained + lost
    with np.errstate(divide="ignore", invalid="ignore"):
        per_sample = np.where(missed > 0, missed / np.where(missed > 0, free, 1.0), 0.0)
    noise2 = times(per_sample, p / (1 + kappa) ** 2)
    length = np.sqrt(A**2 + B**2 + noise2)
    return _with_margin(like, unwrap(n), unwrap(alpha), like.radius * ratio(A, length))


def _error_rate(margin: np.ndarray, n_classes: int) -> np.ndarray:
    """1 - E Phi(g + a)^(K-1)."""
    return 1 - special.ndtr(_NODES + margin[..., None]) ** (n_classes - 1) @ _WEIGHTS


def _argmax_moments(margin: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """P and Gamma: how often the true class wins, and what its label shares with its noise."""
    K, a = n_classes, margin[..., None]
    own = special.ndtr(_NODES + a) ** (K - 1)
    others = special.ndtr(_NODES - a) * special.ndtr(_NODES) ** (K - 2)
    gain = (own + (K - 1) * others) @ (_WEIGHTS * _NODES) / (K - 1)
    return own @ _WEIGHTS, gain

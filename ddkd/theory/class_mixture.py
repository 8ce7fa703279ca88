"""Least squares on K Gaussian clusters with orthogonal centres, one for each class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from ddkd._checks import check_integer, check_real
from ddkd._repr import short_repr
from ddkd.theory._arguments import Values, check_counts, check_ridge, unwrap
from ddkd.theory._fits import fit, learn
from ddkd.theory._laws import Law
from ddkd.theory._scores import Score, Target, hard_target, own_target

# A rule for the normal distribution whose integrands are smooth. Errors against 30 digits: 1e-14
# for ten classes, 1e-11 for 100, 1e-8 for 1,000.
_NODES, _WEIGHTS = special.roots_hermitenorm(180)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@short_repr
@dataclass(frozen=True, eq=False)
class ClassMixtureLaw(Law):
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
    n_samples: Values
    alpha: Values
    margin: Values
    correlation: Values
    error_rate: Values
    _score: Score

    def distill(
        self, n_transfer: ArrayLike, *, labels: str | None = None, alpha: ArrayLike = 0.0
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
        labels : {"hard", "soft"} or None, default=None
            One-hot argmax of the teacher's scores, or the scores; None for "hard", the
            population's own kind.
        alpha : float or array_like, default=0.0
            Ridge penalty of the student; 0 for minimum norm.

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
        target = self._target(self._kind(labels))
        m = check_counts("n_transfer", n_transfer)
        sizes = _sizes(self.n_classes, self.radius, self.n_features)
        return _law(sizes, m, check_ridge(alpha), target)

    def _decisions(self) -> Target:
        K = self.n_classes
        right, gain = _argmax_moments(np.asarray(self.margin), K)
        # R (K P - 1)/(K (K - 1)) along the class's centre, in units of what `_centre` has there.
        along = (K * right - 1) / (np.sqrt(K) * (K - 1))
        centre = _centre(K, self.radius, self.n_features)
        return hard_target(self._score, gain, along=along, centre=centre, square=1 / K)


def class_mixture(
    n_classes: int,
    radius: float,
    n_samples: ArrayLike,
    n_features: int,
    *,
    alpha: ArrayLike = 0.0,
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
        Ridge penalty; 0 means minimum norm.
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
    sizes = _sizes(n_classes, radius, n_features)
    K = sizes["n_classes"]
    flips = check_real("flip_rate", flip_rate, low=0.0, high=(K - 1) / K)
    n = check_counts("n_samples", n_samples)
    ridge = check_ridge(alpha)
    along = (1 - flips * K / (K - 1)) / np.sqrt(K)
    return _law(sizes, n, ridge, own_target(along, _centre(**sizes), 1 / K))


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
    sizes = _sizes(n_classes, radius, n_features)
    K, R, p = sizes.values()
    best, chance = float(_error_rate(np.asarray(R), K)), 1 - 1 / K
    error = check_real("error_rate", error_rate)
    if not best <= error <= chance:
        raise ValueError(
            f"error_rate must be between Bayes' {best:g} and chance {chance:g} for radius "
            f"{R:g} and n_classes {K}; got {error:g}"
        )
    margin = optimize.brentq(
        lambda a: float(_error_rate(np.asarray(a), K)) - error, 0.0, R, xtol=1e-14
    )
    cosine = margin / R
    spread = np.full(p, (1 - cosine**2) / p)
    return _with_score(sizes, Score.of(cosine * (np.arange(p) == 0), spread))


def _sizes(n_classes: int, radius: float, n_features: int) -> dict[str, Any]:
    """The clusters, checked."""
    return {
        "n_classes": check_integer("n_classes", n_classes, low=2),
        "radius": check_real("radius", radius, low=0.0, high=1e6, low_open=True),
        "n_features": check_integer("n_features", n_features),
    }


def _centre(n_classes: int, radius: float, n_features: int) -> np.ndarray:
    """The spike R/sqrt(K) of a class's inputs, on the first axis."""
    return np.where(np.arange(n_features) == 0, radius / np.sqrt(n_classes), 0.0)


def _law(
    sizes: dict[str, Any], n: np.ndarray, alpha: np.ndarray, target: Target
) -> ClassMixtureLaw:
    """Fit n labels; all targets are differences between one class and another."""
    s = np.ones(sizes["n_features"])
    learned = learn(fit(s, s > 0, n, alpha), target, _centre(**sizes))
    return _with_score(sizes, learned.score, unwrap(n), unwrap(alpha))


def _with_score(
    sizes: dict[str, Any], score: Score, n_samples: Values = None, alpha: Values = None
) -> ClassMixtureLaw:
    correlation = score.unit_mean[..., 0]
    margin = sizes["radius"] * correlation
    return ClassMixtureLaw(
        **sizes,
        n_samples=n_samples,
        alpha=alpha,
        margin=unwrap(margin),
        correlation=unwrap(correlation),
        error_rate=unwrap(_error_rate(margin, sizes["n_classes"])),
        _score=score,
    )


def _failure(margin: np.ndarray, n_classes: int) -> np.ndarray:
    """1 - Phi(g + a)^(K-1) at every node g, to rounding however small."""
    return -np.expm1((n_classes - 1) * special.log_ndtr(_NODES + margin[..., None]))


def _error_rate(margin: np.ndarray, n_classes: int) -> np.ndarray:
    """1 - E Phi(g + a)^(K-1)."""
    return _failure(margin, n_classes) @ _WEIGHTS


def _argmax_moments(margin: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """P and Gamma: how often the true class wins, and what its label shares with its noise."""
    K, failure = n_classes, _failure(margin, n_classes)
    others = special.ndtr(_NODES - margin[..., None]) * special.ndtr(_NODES) ** (K - 2)
    gain = ((K - 1) * others - failure) @ (_WEIGHTS * _NODES) / (K - 1)
    return 1 - failure @ _WEIGHTS, gain

"""Least squares in a Gaussian population, and chains of students distilled from it."""

from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from ddkd._checks import check_integer
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.theory._arguments import (
    Features,
    broadcast,
    check_counts,
    check_masks,
    check_nonnegative,
    unwrap,
)
from ddkd.theory._arrays import ratio
from ddkd.theory._fits import fit
from ddkd.theory._laws import GaussianLaw, train, truth_target
from ddkd.theory._scores import Score, Target
from ddkd.theory.mixture import MixtureLaw, mixture_least_squares

__all__ = ["LinearLaw", "least_squares", "prefix_masks"]


@short_repr
@dataclass(frozen=True, eq=False)
class LinearLaw(GaussianLaw):
    """Law of a linear model fitted by least squares, and what it implies.

    Made by `least_squares` and by `LinearLaw.distill`. Every number is a float, or an array
    over a whole curve if an argument was one.

    Attributes
    ----------
    population : GaussianPopulation
        Where the inputs and the truth come from.
    labels : {"own", "hard", "soft"}
        What the model was fitted to: the population's own labels, or a teacher's.
    features : ndarray of bool, shape (..., n_features)
        The columns used.
    n_samples : float or ndarray
        Number of examples the model was fitted to.
    alpha : float or ndarray
        Ridge, sum-normalised.
    kappa : float or ndarray
        Implicit ridge, the root of n = sum s/(s + kappa) + alpha/kappa.
    target_risk : float or ndarray
        Mean squared error against the labels the model was fitted to, on fresh inputs.
    risk : float or ndarray
        Mean squared error against the population's noisy or flipped labels.
    train_risk : float or ndarray
        Mean squared error on the examples the model was fitted to.
    correlation : float or ndarray
        Correlation of the model's score with the truth.
    error_rate : float or ndarray
        Probability that the score's sign differs from the truth's.
    agreement : float, ndarray or None
        Probability that student and teacher have the same sign; None for a model that has
        no teacher.
    """

    features: np.ndarray

    @property
    def coef_mean(self) -> np.ndarray:
        """Mean of each coefficient, zero where the column is not used; (..., n_features)."""
        return ratio(self._score.mean, np.sqrt(self.population.eigenvalues))

    @property
    def coef_variance(self) -> np.ndarray:
        """Variance of each coefficient; (..., n_features)."""
        return ratio(self._score.variance, self.population.eigenvalues)

    def distill(
        self,
        n_transfer: ArrayLike,
        *,
        labels: str | None = None,
        features: Features = None,
        alpha: ArrayLike = 0.0,
    ) -> "LinearLaw":
        """Law of a student fitted to this model's labels on fresh inputs.

        The student, on columns S with m examples, is a fit to the linear target c w, where w
        is the teacher and c = 1 for soft labels (its scores), c = sqrt(2/pi)/sqrt(Q) for hard
        ones (their signs; Q the variance of the score). The target varies from teacher to
        teacher, so energies are s E w^2, not s (E w)^2. The part of the teacher on columns
        that the student lacks, and 1 - 2/pi for hard labels, act as noise.

        *Asymptotic* (exact as n, m and the widths grow in proportion), for any columns, any
        ridge and m below, at or above the student's width; one teacher, its students' average.

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
            Ridge of the student, sum-normalised; 0 for minimum norm.

        Returns
        -------
        LinearLaw
            The student's law; it has a teacher, so `agreement` is a number, and it may
            teach in turn.

        Raises
        ------
        ValueError
            If an argument is out of its range.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> from ddkd.populations import GaussianPopulation, MixturePopulation
        >>> population = GaussianPopulation(np.ones(100), np.ones(100), labels="hard")
        >>> teacher = theory.least_squares(population, 50)
        >>> student = teacher.distill([200, 20_000, np.inf])
        >>> student.error_rate.round(4), round(teacher.error_rate, 4)
        (array([0.374 , 0.3397, 0.3395]), 0.3395)
        """
        kind = self._kind(labels)
        m = check_counts("n_transfer", n_transfer)
        ridge = check_nonnegative("alpha", alpha)
        mask = self.features
        if features is not None:
            mask = check_masks("features", features, self.population.n_features)
        return _law(self.population, mask, m, ridge, self._target(kind), kind, self._score)

    def self_distill(
        self,
        *,
        labels: str | None = None,
        alpha: ArrayLike | None = None,
        mixing: ArrayLike | str = 1.0,
        rounds: int = 1,
    ) -> "LinearLaw":
        """Law of a student fitted to the *same* inputs, with labels mixed of true and own ones.

        The student's labels are (1 - mixing) y + mixing * t on the training set, t the scores
        of this model there, or their signs. With soft labels self-distillation gains nothing to
        first order at the tuned ridge; with hard ones it beats every ridge fit.

        Parameters
        ----------
        labels : {"hard", "soft"} or None, default=None
            Signs of this model's training scores, or the scores; None for the population's kind.
        alpha : float or array_like, optional
            Ridge of the student; this model's unless given.
        mixing : float, array_like or "best", default=1.0
            Share of this model's labels; any number, negative ones weigh up its mistakes. "best"
            is the share of least risk for soft labels and of least error for hard ones.
        rounds : int, default=1
            How many students of students, all on the same inputs; more than one for soft labels,
            a given mixing, and a ridge in teacher and student.

        Returns
        -------
        SelfDistilledLaw
            The law of the last student, with the share in `mixing`. `target_risk` is its error
            against labels mixed in the same way on fresh inputs. It may teach in turn.

        Raises
        ------
        ValueError
            If an argument is out of its range, this model is not a plain `least_squares` law, or
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
        affine and quadratic in the mixing, so the best one is in closed form. Rounds of soft
        labels are a rational function of the Gram matrix: an integral over complex ridges.
        *Asymptotic*, with errors of order 1/n; infinite at n = p without any ridge.

        References
        ----------
        Soft labels: Das and Sanghavi, arXiv 2301.13304; Pareek, Du and Oh, arXiv 2407.04600;
        arXiv 2602.17565. The law of hard labels on the same inputs is our own.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> from ddkd.populations import GaussianPopulation
        >>> population = GaussianPopulation(np.ones(200), np.ones(200), labels="hard")
        >>> teacher = theory.least_squares(population, 1000, alpha=197.0)
        >>> student = teacher.self_distill(alpha=163.0, mixing="best")
        >>> round(teacher.error_rate, 4), round(student.error_rate, 4), round(student.mixing, 2)
        (0.1139, 0.104, -0.7)
        """
        from ddkd.theory.self_distillation import self_distill

        return self_distill(self, labels=labels, alpha=alpha, mixing=mixing, rounds=rounds)


@overload
def least_squares(
    population: GaussianPopulation,
    n_samples: ArrayLike,
    *,
    features: Features = ...,
    alpha: ArrayLike = ...,
) -> LinearLaw: ...


@overload
def least_squares(
    population: MixturePopulation,
    n_samples: ArrayLike,
    *,
    features: Features = ...,
    alpha: ArrayLike = ...,
) -> MixtureLaw: ...


def least_squares(
    population: GaussianPopulation | MixturePopulation,
    n_samples: ArrayLike,
    *,
    features: Features = None,
    alpha: ArrayLike = 0.0,
) -> LinearLaw | MixtureLaw:
    """Law of least squares, ridge or minimum norm, on n samples of a Gaussian population.

    With kappa the root of n = sum s/(s + kappa) + alpha/kappa (0 if alpha = 0 and p <= n),
    A = s/(s + kappa), df2 = sum A^2, c the slope of the label on the truth (1 for real labels,
    (1 - 2 flip_rate) sqrt(2/pi) for hard ones) and v the label's noise plus unseen signal::

        E      = (v + sum s (c b)^2 (1 - A)^2) / (1 - df2/n)
        E w_j  = A_j c b_j
        Var w_j = (E/n) s_j / (s_j + kappa)^2

    (Hastie, Montanari, Rosset and Tibshirani, arXiv 1903.08560, whose risk leaves out the
    noise; hard labels by Thrampoulidis, Abbasi and Hassibi, arXiv 1506.02181.) The risk is
    E, the training error (alpha/(n kappa))^2 E, and the score's correlation rho with the truth
    gives the 0-1 error arccos(rho)/pi. *Asymptotic*: exact as n and p grow in proportion,
    with errors of order 1/n at a finite size; E is infinite at p = n without a ridge.

    On two clusters the covariance is diag(s) + mu mu' and the label's best linear predictor
    c mu'(diag(s) + mu mu')^-1 x, c = 1 - 2 flip_rate, in the same law; with identity covariance and
    q = n/p it has the margin a = r b/sqrt(b^2 + nu), b = c r/(max(1, 1/q) + r^2),
    res = 1 - 2 c r b + b^2 (1 + r^2), nu = res/(q - 1) for q > 1 and res q/(1 - q) for q < 1.

    Parameters
    ----------
    population : GaussianPopulation or MixturePopulation
        Inputs, truth and labels.
    n_samples : int or array_like of int
        Number of samples n; infinity for the limit.
    features : None, "all", bool mask or index array, default=None
        Columns used; None for all. A stack of masks (..., n_features) gives a curve.
    alpha : float or array_like, default=0.0
        Ridge, sum-normalised: minimise ``|y - Z w|^2 + alpha |w|^2``. 0 means minimum norm.

    Returns
    -------
    LinearLaw, or MixtureLaw for a MixturePopulation
        Floats, or arrays if `n_samples`, `alpha` or `features` was one; they broadcast.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation, MixturePopulation
    >>> population = GaussianPopulation(np.ones(100), np.full(100, 0.1), noise_variance=1.0)
    >>> theory.least_squares(population, 200).risk
    2.0
    >>> widths = theory.prefix_masks([50, 100, 200], 200)
    >>> population = GaussianPopulation(np.ones(200), np.ones(200), labels="hard")
    >>> theory.least_squares(population, 100, features=widths).error_rate.round(4)
    array([0.4361, 0.5   , 0.3395])
    """
    if isinstance(population, MixturePopulation):
        return mixture_least_squares(population, n_samples, features, alpha)
    check_population(population)
    n = check_counts("n_samples", n_samples)
    ridge = check_nonnegative("alpha", alpha)
    mask = check_masks("features", features, population.n_features)
    target = truth_target(population, linear_truth(population))
    return _law(population, mask, n, ridge, target, "own")


def linear_truth(population: GaussianPopulation) -> np.ndarray:
    """The truth's coefficients on unit-variance inputs."""
    return np.sqrt(population.eigenvalues) * population.coef


def check_population(population: object) -> None:
    """Raise a ValueError unless `population` is a GaussianPopulation."""
    if not isinstance(population, GaussianPopulation):
        raise ValueError(f"population must be a GaussianPopulation; got {population!r}")


def prefix_masks(widths: ArrayLike, n_features: int) -> np.ndarray:
    """Masks of the first w features, for every width w: the `features` of a width curve.

    Parameters
    ----------
    widths : int or array_like of int
        Widths between 1 and `n_features`.
    n_features : int
        Number of features of the population.

    Returns
    -------
    ndarray of bool, shape (..., n_features)
        One mask per width.

    Raises
    ------
    ValueError
        If a width is out of range.

    Examples
    --------
    >>> from ddkd.theory import prefix_masks
    >>> prefix_masks([1, 3], 3)
    array([[ True, False, False],
           [ True,  True,  True]])
    """
    n_features = check_integer("n_features", n_features)
    array = check_counts("widths", widths, allow_inf=False)
    if (array > n_features).any():
        raise ValueError(f"widths must be between 1 and {n_features}; got {array.max():g}")
    return np.arange(n_features) < array[..., None]


def _law(
    population: GaussianPopulation,
    mask: np.ndarray,
    n: np.ndarray,
    alpha: np.ndarray,
    target: Target,
    labels: str,
    teacher: Score | None = None,
) -> LinearLaw:
    """Law of a fit to `target`: of a first generation, or of a student."""
    size = "n_samples" if teacher is None else "n_transfer"
    broadcast(**{size: n}, alpha=alpha, features=mask[..., 0], teacher=target.unit)
    found = fit(population.eigenvalues, mask, n, alpha)
    return LinearLaw(
        features=mask,
        labels=labels,
        n_samples=unwrap(n),
        alpha=unwrap(alpha),
        kappa=unwrap(found.kappa),
        **train(found, target, population, linear_truth(population), teacher),
    )

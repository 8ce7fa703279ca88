"""Least squares on two Gaussian clusters, where hard labels denoise."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from ddkd._arrays import unwrap
from ddkd._checks import check_counts, check_ridge, check_vector
from ddkd._repr import short_repr
from ddkd.populations import MixturePopulation
from ddkd.theory._arguments import Features, Values
from ddkd.theory._laws import ColumnLaw, fit_columns


@short_repr
@dataclass(frozen=True, eq=False)
class MixtureLaw(ColumnLaw):
    """Law of a linear model fitted to two clusters, and what it implies.

    Made by `least_squares` of a `MixturePopulation`, by `mixture_model` and by
    `MixtureLaw.distill`. Every number is a float, or an array over a whole curve.

    Attributes
    ----------
    population : MixturePopulation
        Where the inputs and the labels come from.
    labels : {"own", "hard", "soft"}
        What the model was fitted to: the population's own labels, or a teacher's.
    features : ndarray of bool, shape (..., n_features)
        The columns used.
    n_samples, alpha, kappa : float or ndarray
        Number of examples, ridge and implicit ridge; None for a given model.
    target_risk, risk, train_risk : float or ndarray
        Mean squared errors: against the labels fitted to, on fresh inputs; against the
        population's flipped labels; on the examples themselves. None for a given model, except
        `risk`.
    correlation : float or ndarray
        Cosine of the angle between the score and the best one: the margin over the radius.
    error_rate : float or ndarray
        Probability Phi(-margin) of the wrong cluster.
    agreement : float, ndarray or None
        Probability that student and teacher have the same sign; None without a teacher.
    """

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
        kind = self._kind(labels)
        m = check_counts("n_transfer", n_transfer)
        ridge = check_ridge(alpha)
        mask = self._columns(features)
        found = fit_columns(self.population, mask, m, ridge, self._score)
        return MixtureLaw._trained(self.population, found, self._target(kind), kind, self._score)

    @property
    def margin(self) -> Values:
        """Mean of the score over its standard deviation within a cluster."""
        return unwrap(self.population.score_margin(self._score))


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
    MixturePopulation.checked(population)
    coef = check_vector("coef", coef, size=population.n_features)
    if not coef.any():
        raise ValueError("coef must not be all zero")
    return MixtureLaw._given(population, coef, coef != 0)

"""The teacher from whose labels a least-squares student learns most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import ratio
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import Features, check_fit
from ddkd.theory._fit import fit_to, refuse_limit
from ddkd.theory.linear import LinearLaw, given_law


@short_repr
@dataclass(frozen=True, eq=False)
class BestTeacher:
    """The best teacher of a student; made by `best_teacher`.

    Attributes
    ----------
    coef : ndarray of shape (..., n_features)
        Coefficients of the teacher; zero where the student has no column.
    student : LinearLaw
        Law of its student.
    """

    coef: np.ndarray
    student: LinearLaw


def best_teacher(
    population: GaussianPopulation,
    n_samples: ArrayLike,
    *,
    features: Features = None,
    alpha: ArrayLike = 0.0,
) -> BestTeacher:
    """Linear teacher whose labels make a student of n samples best; it is not the truth.

    A population with real labels has a teacher of soft labels and a student of least risk, one
    with hard labels a teacher of hard labels and a student of least 0-1 error.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and kind of the labels.
    n_samples : int or array_like of int
        Number of examples the teacher labels.
    features : None, "all", bool mask or index array, default=None
        The student's columns; None for all. A stack of masks (..., n_features) gives a curve.
    alpha : float or array_like, default=0.0
        Ridge penalty of the student; 0 for minimum norm.

    Returns
    -------
    BestTeacher
        The teacher's coefficients and the law of its student.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Notes
    -----
    With A = s/(s + kappa), z = 1 - A on the student's columns and g = df2/(n - df2)::

        soft labels:  w_j = b_j A_j/(A_j^2 + g z_j^2),
        hard labels:  w_j prop. to b_j A_j/(A_j^2 + g (z_j^2 + pi/2 - 1)).

    The teacher makes up for the student's shrinkage where s/kappa > g, and shrinks further where
    the student would only learn noise. Without a ridge and with p < n the truth is best.
    *Asymptotic*, like `LinearLaw.distill`.

    References
    ----------
    Ildiz, Gozeten, Taga, Mondelli and Oymak, arXiv 2410.18837, for soft labels; hard labels are
    our own.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> i = np.arange(1.0, 501)
    >>> population = GaussianPopulation(i**-2, i**0.25)
    >>> best = theory.best_teacher(population, 200)
    >>> round(best.student.risk, 5), round(theory.least_squares(population, 200).risk, 5)
    (0.08325, 0.11937)
    """
    n, mask, ridge = check_fit(population, n_samples, features, alpha)
    fit = fit_to(population.eigenvalues, mask, n, ridge)
    refuse_limit(fit, "a best teacher")
    g = ratio(1 - fit.free, fit.free)[..., None]
    z2 = fit.B**2
    if population.labels == "hard":
        z2 = z2 + np.pi / 2 - 1
    coef = population.coef * ratio(fit.A, fit.A**2 + g * z2)
    student = given_law(population, coef, mask).distill(n, alpha=ridge)
    return BestTeacher(coef=coef, student=student)

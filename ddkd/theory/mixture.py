"""A given linear model of two Gaussian clusters, where hard labels denoise."""

from numpy.typing import ArrayLike

from ddkd._checks import check_vector
from ddkd.populations import MixturePopulation
from ddkd.theory.linear import LinearLaw, given_law


def mixture_model(population: MixturePopulation, coef: ArrayLike) -> LinearLaw:
    """Law of a given linear model, so that it can teach.

    Parameters
    ----------
    population : MixturePopulation
        Where the inputs and the labels come from.
    coef : array_like of shape (n_features,)
        Its coefficients, not all zero; columns with a zero are not used.

    Returns
    -------
    LinearLaw
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
    return given_law(population, coef, coef != 0)

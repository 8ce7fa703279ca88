"""How many hard-labelled examples a student needs."""

import math
from typing import Any

import numpy as np
from scipy import special

from ddkd._arrays import ratio, unwrap
from ddkd._checks import check_real
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.theory._arguments import Values
from ddkd.theory.linear import LinearLaw
from ddkd.theory.random_features import RandomFeatureLaw

_LARGEST = 2.0**60


def transfer_size(law: LinearLaw | RandomFeatureLaw, excess: float, **student: Any) -> int:
    """Smallest number of hard labels with which a student is nearly as good as with soft ones.

    From that number on, the 0-1 error of the student on hard labels exceeds that on as many
    soft labels by at most `excess`. A min-norm student with the features of a linear teacher
    equals its teacher on soft labels, and has, for m > p,
    rho_S = rho_T / sqrt(1 + (pi/2 - 1) p/(m - p)) on hard ones, so that::

        m = p + (pi/2 - 1) p cos^2(theta + d) / (sin(d) sin(2 theta + d)),

    theta = pi (error of the teacher), d = pi excess. For every other student the number is
    fit by bisection between points of a fine grid. *Asymptotic* in m and p.

    Parameters
    ----------
    law : LinearLaw or RandomFeatureLaw
        The teacher; a single law, not a curve.
    excess : float
        Allowed difference in 0-1 error, in (0, 1/2].
    **student
        Keyword arguments of the teacher's `distill` that describe the student: `features`,
        `alpha`, or `n_components`, which is the teacher's unless given.

    Returns
    -------
    int
        Number of examples, more than the student's features in the closed form.

    Raises
    ------
    ValueError
        If `excess` is out of range (from 1e-12 on for a student that is searched for) or `law`
        is a curve.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(100), np.ones(100), labels="hard")
    >>> teacher = theory.least_squares(population, 400)
    >>> theory.transfer_size(teacher, 0.01)
    2068
    """
    if not isinstance(law, LinearLaw | RandomFeatureLaw):
        raise ValueError(f"law must be a LinearLaw or a RandomFeatureLaw; got {law!r}")
    GaussianPopulation.checked(law.population)
    if np.ndim(law.error_rate) != 0:
        raise ValueError("law must be a single law, not a curve")
    excess = check_real("excess", excess, low=0.0, high=0.5, low_open=True)
    if isinstance(law, RandomFeatureLaw):
        return _search(law, excess, {"n_components": law.n_components} | student)
    return _search(law, excess, student) if student else _closed_form(law, excess)


def _closed_form(law: LinearLaw, excess: float) -> int:
    """Number of examples of a min-norm student with its teacher's columns."""
    width = int(np.count_nonzero(law.features & (law.population.eigenvalues > 0)))
    theta, d = np.pi * law.error_rate, np.pi * excess
    if theta + d >= np.pi / 2:
        return width + 1
    loss = np.sin(d) * np.sin(2 * theta + d) / np.cos(theta + d) ** 2
    if width > loss * _LARGEST:
        raise ValueError(f"excess {excess:g} is not reached with {_LARGEST:g} examples")
    return max(width + 1, math.ceil(width + (np.pi / 2 - 1) * width / loss))


def _search(law: LinearLaw | RandomFeatureLaw, excess: float, student: dict[str, Any]) -> int:
    """The last of all numbers at which the excess is too large, plus one."""
    # Differences of error rates are no finer.
    check_real("excess of a student that is searched for", excess, low=1e-12)

    def too_few(m: np.ndarray) -> np.ndarray:
        hard, soft = (
            np.asarray(law.distill(m, labels=kind, **student).error_rate)
            for kind in ("hard", "soft")
        )
        return hard - soft > excess

    doublings = 2.0 ** np.arange(50)
    last = doublings[too_few(doublings)].max(initial=1.0)
    # Peaks sit between powers of two: look closely up to the octave after the last bad one.
    grid = np.unique(np.floor(np.geomspace(1, 2 * last, 400)))
    bad = grid[too_few(grid)]
    if bad.size == 0:
        return 1
    low, high = bad.max(), grid[grid > bad.max()].min(initial=2 * last)
    while high - low > 1:
        middle = np.floor((low + high) / 2)
        low, high = (middle, high) if too_few(middle) else (low, middle)
    return int(high)


def crossing_size(law: LinearLaw) -> Values:
    """Number of transfer examples from which hard labels beat soft ones, on two clusters.

    For students with their teacher's columns, without a ridge and with m > p; the soft-label
    student is the teacher. With A and tau^2 as in `LinearLaw.distill`::

        m*/p = 1 + tau^2/[(1 - rho^2) (A^2/rho^2 - 4 phi(a)^2)]

    Every teacher that is better than chance and worse than Bayes, a tuned one included, has a
    finite one; near its interpolation threshold it diverges like 1/a^2. *Asymptotic*.

    Parameters
    ----------
    law : LinearLaw
        The teacher, in a MixturePopulation.

    Returns
    -------
    float or ndarray
        The crossing m*; infinite for a teacher that is no better than chance, or is Bayes'.

    Raises
    ------
    ValueError
        If `law` is not a LinearLaw of two clusters.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import MixturePopulation
    >>> population = MixturePopulation(np.ones(100), np.full(100, 0.2), flip_rate=0.1)
    >>> teacher = theory.least_squares(population, [60, 95, 100])
    >>> theory.crossing_size(teacher).round()
    array([ 481., 2700.,   inf])
    """
    if not isinstance(law, LinearLaw):
        raise ValueError(f"law must be a LinearLaw; got {law!r}")
    MixturePopulation.checked(law.population)
    # Columns that the model lacks carry signal that no student of its own can use.
    nu2 = law.population.mean**2 / law.population.eigenvalues
    r2 = np.sum(np.where(law.features, nu2, 0.0), axis=-1)
    a = np.asarray(law.margin)
    density2 = 2 / np.pi * np.exp(-(a**2))  # 4 phi(a)^2
    certainty = special.erf(a / np.sqrt(2))
    # A/rho and 1 - rho^2, both without dividing by a margin that may be zero.
    slope = (r2 * ratio(certainty, a) + np.sqrt(density2)) / (1 + r2)
    rest = np.maximum(1 - a**2 / r2, 0.0)
    tau2 = 1 - a**2 * slope**2 * (1 + r2) / r2 - density2 * rest
    gain = rest * (slope**2 - density2)
    width = np.count_nonzero(law.features, axis=-1)
    with np.errstate(divide="ignore"):
        crossing = width * (1 + tau2 / np.maximum(gain, 0.0))
    return unwrap(np.where((a > 0) & (gain > 0), crossing, np.inf))

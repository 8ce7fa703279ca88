"""How many hard-labelled examples a student needs."""

import math
from typing import Any

import numpy as np

from ddkd._checks import check_real
from ddkd.theory.linear import LinearLaw
from ddkd.theory.random_features import RandomFeatureLaw

__all__ = ["transfer_size"]

_LARGEST = 2.0**60


def transfer_size(law: LinearLaw | RandomFeatureLaw, excess: float, **student: Any) -> int:
    """Smallest number of hard labels with which a student is nearly as good as with soft ones.

    From that number on, the 0-1 error of the student on hard labels exceeds that on as many
    soft labels by at most `excess`. A min-norm student with the features of a linear teacher
    equals its teacher on soft labels, and has, for m > p,
    rho_S = rho_T / sqrt(1 + (pi/2 - 1) p/(m - p)) on hard ones, so that::

        m = p + (pi/2 - 1) p cos^2(theta + d) / (sin(d) sin(2 theta + d)),

    theta = pi (error of the teacher), d = pi excess. For every other student the number is
    found by bisection between points of a fine grid. *Asymptotic* in m and p.

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
        If `excess` is out of range or `law` is a curve.

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
    if np.ndim(law.error_rate) != 0:
        raise ValueError("law must be a single law, not a curve")
    excess = check_real("excess", excess, low=0.0, high=0.5, low_open=True)
    if isinstance(law, RandomFeatureLaw):
        return _search(law, excess, {"n_components": law.n_components} | student)
    return _search(law, excess, student) if student else _own_features(law, excess)


def _own_features(law: LinearLaw, excess: float) -> int:
    """The closed form."""
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

    def too_few(m: np.ndarray) -> np.ndarray:
        hard, soft = (
            np.asarray(law.distill(m, labels=kind, **student).error_rate)
            for kind in ("hard", "soft")
        )
        return hard - soft > excess

    doublings = 2.0 ** np.arange(61)
    last = doublings[too_few(doublings)].max(initial=1.0)
    if last == _LARGEST:
        raise ValueError(f"excess {excess:g} is not reached with {_LARGEST:g} examples")
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

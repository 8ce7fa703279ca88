"""An assertion that the error of an asymptotic prediction vanishes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ddkd._checks import check_integer, check_real, check_rng
from ddkd.testing._comparison import (
    Comparison,
    check_law,
    check_level,
    check_repeats,
    draw,
    judge,
)
from ddkd.testing._means import compare_means, students_test
from ddkd.testing._resolution import noticed, relative


def assert_converges_to_theory(
    simulate: Callable[[int, np.random.Generator], ArrayLike],
    law: Callable[[int], ArrayLike],
    sizes: Sequence[int],
    *,
    n_repeats: int,
    rate: float = 1.0,
    false_alarm: float = 1e-6,
    rng: Any,
) -> tuple[Comparison, ...]:
    """Assert that the gap to an asymptotic prediction shrinks like size^-rate.

    The gap at the smallest size is taken as it is measured; at every larger one it must not
    exceed (smallest/size)^rate times that, in Student's t of their joint standard error with
    Bonferroni's threshold. A prediction that is exact passes; one whose error does not vanish
    fails as soon as the draws resolve it.

    Parameters
    ----------
    simulate : callable
        ``simulate(size, rng)`` draws once: a number, or an array over a curve.
    law : callable
        ``law(size)``, the predicted mean.
    sizes : sequence of int
        Increasing sizes, at least two.
    n_repeats : int
        Number of draws at each size, at least 3; fewer than 100 warn.
    rate : float, default=1.0
        Exponent with which the gap has to shrink.
    false_alarm : float, default=1e-6
        Probability with which the assertion may fail if the gap shrinks so and draws are normal.
    rng : None, int, SeedSequence or Generator
        Source of randomness, handed to `simulate`.

    Returns
    -------
    tuple of Comparison
        One for each size; from the second on, `z` and `p_value` are those of the excess of
        the gap over what `rate` allows, and `resolution` is the relative error that a formula
        must have at all sizes for its excess to be noticed there, nine times in ten.

    Raises
    ------
    AssertionError
        If the gap does not shrink so; the message shows the worst points.
    ValueError
        If an argument is out of range or shapes differ.

    Examples
    --------
    >>> from ddkd.testing import assert_converges_to_theory
    >>> steps = assert_converges_to_theory(
    ...     lambda n, rng: 1 + 1 / n + rng.normal() / n,
    ...     lambda n: 1.0,
    ...     [10, 20, 40],
    ...     n_repeats=100,
    ...     rng=0,
    ... )
    >>> [round(float(step.simulated), 2) for step in steps]
    [1.11, 1.05, 1.02]
    """
    level = check_level(false_alarm)
    rate = check_real("rate", rate, low=0.0, low_open=True)
    ladder = [check_integer("sizes", size) for size in sizes]
    if len(ladder) < 2 or any(a >= b for a, b in pairwise(ladder)):
        raise ValueError(f"sizes must be at least two increasing integers; got {sizes!r}")
    n = check_repeats(n_repeats)
    generator = check_rng(rng)
    steps: list[Comparison] = []
    for size in ladder:
        predicted = check_law(law(size))
        if steps and predicted.shape != steps[0].predicted.shape:
            raise ValueError("law must have one shape at all sizes")
        draws = draw(partial(simulate, size), predicted.shape, n, generator)
        step = compare_means(draws, predicted, false_alarm=level / (len(ladder) - 1))
        steps.append(_excess(step, steps[0] if steps else step, (ladder[0] / size) ** rate))
    for size, step in zip(ladder[1:], steps[1:], strict=True):
        judge(step, f"At size {size} the gap has not shrunk like size^-{rate:g}")
    return tuple(steps)


@np.errstate(over="ignore")
def _excess(step: Comparison, first: Comparison, factor: float) -> Comparison:
    """The gap beyond `factor` times the one at the first size, in their joint standard error.

    An error that stays is noticed where its excess, 1 - factor of it, is. The first size, whose
    factor is one, forgives every gap.
    """
    allowed = factor * np.abs(first.simulated - first.predicted)
    error = np.hypot(step.standard_error, factor * first.standard_error)
    z, p_value = students_test(step.simulated, step.predicted, error, allowed, step.n_repeats)
    needed = noticed(step.n_repeats, step.false_alarm / error.size) * error
    resolution = relative(needed, (1 - factor) * np.abs(step.predicted))
    return replace(step, allowed=allowed, z=z, p_value=p_value, resolution=resolution)

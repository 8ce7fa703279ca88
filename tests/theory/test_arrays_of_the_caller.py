"""Laws and populations that freeze arrays freeze copies: the caller's stay as they are."""

import numpy as np
import pytest

from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.theory import least_squares, random_features

MAKERS = {
    "random_features": lambda l, v: random_features(l, v, 20, 30, alpha=0.1),
    "GaussianPopulation": GaussianPopulation,
    "MixturePopulation": MixturePopulation,
    "least_squares": lambda l, v: least_squares(
        GaussianPopulation(l, v), 20, features=np.arange(8) < 4
    ),
}


def arrays_in(value, depth=3):
    """Arrays held by an object, or by what it holds."""
    if isinstance(value, np.ndarray):
        yield value
    elif depth and hasattr(value, "__dict__"):
        for item in vars(value).values():
            yield from arrays_in(item, depth - 1)


@pytest.mark.parametrize("name", MAKERS)
def test_the_arrays_of_the_caller_stay_writeable_and_unshared(name):
    l, v = np.linspace(2.0, 1.0, 8), np.linspace(0.0, 1.0, 8)
    made = MAKERS[name](l, v)
    held = list(arrays_in(made))
    assert held
    for own in (l, v):
        assert own.flags.writeable
        assert not any(np.shares_memory(own, array) for array in held)


def test_a_mask_of_the_caller_stays_writeable():
    mask = np.arange(8) < 4
    law = least_squares(GaussianPopulation(np.ones(8), np.ones(8)), 20, features=mask)
    mask[:] = True
    assert law.features.sum() == 4

"""Valid arguments for the fuzz test, and what each may be spoiled as."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Argument:
    """A valid argument: `make(rng)` draws one; `role` says how it may be spoiled."""

    role: str
    make: Callable[[np.random.Generator], Any]


def array(*shape):
    return Argument("array", lambda rng: rng.standard_normal(shape))


def positive(*shape):
    return Argument("array", lambda rng: rng.uniform(0.5, 2, shape))


def classes(n, k=3):
    return Argument("labels", lambda rng: rng.permutation(np.arange(n) % k))


def whole(value):
    return Argument("integer", lambda rng: value)


def real(value):
    return Argument("real", lambda rng: value)


def wholes(*values):
    return Argument("array", lambda rng: np.array(values))


def word(value):
    return Argument("word", lambda rng: value)


def seed():
    return Argument("seed", lambda rng: int(rng.integers(2**31)))

"""Problems on which laws are tested: never at unit scale only, never with equal variances only."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ddkd.populations import GaussianPopulation, MixturePopulation


def power_law(
    p: int,
    decay: float,
    *,
    scale: float,
    signal: float = 1.0,
    noise: float = 0.0,
    flips: float | None = None,
    truth: float = 0.0,
    columns: slice = slice(None),
) -> GaussianPopulation:
    """Variances scale i^-decay, a truth of coefficients i^-truth with variance `signal`.

    Real labels with noise, or hard ones if `flips` is given; a truth on some columns only.
    """
    i = np.arange(1.0, p + 1)
    s, b = scale * i**-decay, np.zeros(p)
    b[columns] = i[columns] ** -truth
    b *= np.sqrt(signal / np.sum(s * b**2))
    if flips is not None:
        return GaussianPopulation(s, b, labels="hard", flip_rate=flips)
    return GaussianPopulation(s, b, noise_variance=noise)


def isotropic(p: int, **options: Any) -> GaussianPopulation:
    """Equal variances."""
    return power_law(p, 0.0, **options)


def twins(p: int, decay: float, *, scale: float, mean: float, flips: float) -> MixturePopulation:
    """Two clusters with variances scale i^-decay; `mean` is in standard deviations."""
    s = scale * np.arange(1.0, p + 1) ** -decay
    return MixturePopulation(s, mean * np.sqrt(s), flip_rate=flips)


def rows(names: str, *values: tuple) -> list[dict[str, Any]]:
    """Settings, one a row: rows("n p", (20, 8), (30, 9))."""
    return [dict(zip(names.split(), row, strict=True)) for row in values]


def extend(settings: list[dict[str, Any]], **columns: Sequence[Any]) -> list[dict[str, Any]]:
    """The same settings with more arguments: extend(settings, m=(100, 200, 300))."""
    more = zip(*columns.values(), strict=True)
    return [
        setting | dict(zip(columns, row, strict=True))
        for setting, row in zip(settings, more, strict=True)
    ]


WIDE = power_law(150, 0.8, scale=4, signal=3, noise=2)
TALL = power_law(80, 0.5, scale=0.2, signal=6, noise=3)
EVEN = isotropic(100, scale=5, signal=2, noise=3)
REAL = rows("population n alpha", (WIDE, 100, 4.0), (TALL, 160, 0.8), (EVEN, 150, 60.0))
HARD = rows(
    "population n alpha",
    (power_law(150, 0.7, scale=4, flips=0.1), 90, 3.0),
    (power_law(80, 0.4, scale=0.1, flips=0.2), 200, 0.4),
    (power_law(120, 1, scale=30, flips=0.05), 80, 0.0),
)
EXACT = rows(
    "population n",
    (power_law(8, 1.5, scale=9, signal=4, noise=2), 24),
    (isotropic(60, scale=0.3, signal=4, noise=0.5), 20),
    (isotropic(12, scale=6, signal=1, noise=3), 24),
)
FEATURES = rows(
    "population n k alpha",
    (power_law(200, 1, scale=6, signal=3, noise=1), 80, 120, 3.0),
    (power_law(120, 1, scale=5, signal=4, noise=2), 80, 50, 2.0),
    (power_law(150, 1.5, scale=0.4, signal=3, noise=0.5), 60, 100, 0.02),
)

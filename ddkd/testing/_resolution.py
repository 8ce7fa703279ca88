"""How wrong a formula must be for a test to notice, and how many draws that takes."""

from bisect import bisect_left
from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

ROUNDING = 1e-12
_POWER = 0.9
_NODES = (np.arange(64) + 0.5) / 64
_PILOT_CONFIDENCE = 0.98
_MOST_REPEATS = 10**15


def mean_resolution(
    predicted: np.ndarray, draws: np.ndarray, allowed: np.ndarray, level: float
) -> float:
    """Smallest relative error of a formula that nine tests of ten notice at some point.

    A gap of c standard errors is noticed with that probability. To it comes twice the allowed
    bias: the right formula may be off by that much in one direction, and a wrong one is
    forgiven as much in the other. The best point decides: the others can only add to the power.
    """
    n = len(draws)
    error = np.std(draws, axis=0, ddof=1) / np.sqrt(n)
    needed = 2 * allowed + _noticed(n, level / max(predicted.size, 1), draws) * error
    return _least_share(needed, predicted)


def quantile_resolution(
    predicted: np.ndarray, draws: np.ndarray, quantile: float, level: float
) -> float:
    """The same for a quantile, whose test counts the draws below the prediction.

    A wrong formula is noticed if it lies where the share of draws below it is so far from
    `quantile` that nine of ten counts are too rare. The draws themselves say where that is.
    """
    n = len(draws)
    one_sided = level / max(predicted.size, 1) / 2
    rare_high = stats.binom.isf(one_sided, n, quantile) + 1  # the smallest count that is too large
    rare_low = stats.binom.ppf(one_sided, n, quantile) - 1
    # The share at which such a count, or a rarer one, has probability 0.9: a beta quantile.
    if rare_high > n or rare_low < 0:
        return np.inf  # no count is too large, or too small
    high = stats.beta.ppf(_POWER, rare_high, n - rare_high + 1)
    low = stats.beta.isf(_POWER, rare_low + 1, n - rare_low)
    below, middle, above = np.quantile(draws, [low, quantile, high], axis=0)
    return _least_share(np.maximum(above - middle, middle - below), predicted)


def repeats_for(
    resolution: float, predicted: np.ndarray, pilot: np.ndarray, allowed: np.ndarray, level: float
) -> int:
    """Number of fresh draws that reach a resolution, from the spread of a pilot's draws.

    The spread is taken at its upper confidence limit, so that the draws rarely fall short.
    """
    df = len(pilot) - 1
    spread = np.std(pilot, axis=0, ddof=1)
    spread = spread * np.sqrt(df / stats.chi2.isf(_PILOT_CONFIDENCE, df))
    room = resolution * np.abs(predicted) - 2 * allowed
    if not (room > 0).any():
        least = _least_share(2 * allowed, predicted)
        raise ValueError(
            f"resolution must exceed {least:.3g}, twice the allowed bias relative to the "
            f"prediction; got {resolution:g}"
        )
    each = level / max(predicted.size, 1)

    def enough(n: int) -> bool:
        noticed = _noticed(n, each, pilot) * spread <= room * np.sqrt(n)
        return bool(np.any(noticed & (room > 0)))

    return 3 + bisect_left(range(3, _MOST_REPEATS), True, key=enough)


def _noticed(n_repeats: int, level: float, draws: np.ndarray) -> np.ndarray:
    """Gap, in standard errors as estimated, that Student's test notices nine times in ten.

    The estimated error of skewed draws is large where their mean is large, so that a gap to one
    side is noticed less often; that of heavy-tailed draws varies more. With skewness g and
    kurtosis k the test statistic of a gap c has, to first order in 1/n, the variance
    (1 + c g/(2 sqrt n))^2 + c^2 (2 (k - 1) - g^2)/(4 n), the second term counting both the test
    that prints the gap and the one that is to notice it. Normal draws are treated exactly.
    """
    gap = _noticed_if_normal(n_repeats, level)
    centred = draws - np.mean(draws, axis=0)
    scale = np.std(draws, axis=0)
    centred /= np.where(scale > 0, scale, 1.0)
    skewness = np.abs(np.mean(centred**3, axis=0))
    kurtosis = np.maximum(np.mean(centred**4, axis=0), 1 + skewness**2)
    spread = np.hypot(
        1 + gap * skewness / (2 * np.sqrt(n_repeats)),
        gap * np.sqrt((2 * (kurtosis - 1) - skewness**2) / (4 * n_repeats)),
    )
    more = spread - np.hypot(1, gap / np.sqrt(n_repeats))
    return gap + special.ndtri(_POWER) * np.maximum(more, 0.0)


@lru_cache(maxsize=256)
def _noticed_if_normal(n_repeats: int, level: float) -> float:
    """The gap for normal draws.

    Both tests estimate their standard error, independently of their means: averaged over the
    two chi variables S and S', Phi(c S - t S') is 0.9.
    """
    df = n_repeats - 1
    critical = stats.t.isf(level / 2, df)
    scale = np.sqrt(stats.chi2.ppf(_NODES, df) / df)

    def lacking(gap: float) -> float:
        return float(special.ndtr(gap * scale[:, None] - critical * scale).mean() - _POWER)

    return float(optimize.brentq(lacking, 0.0, 20 * critical / scale[0], xtol=1e-6))


def _least_share(needed: np.ndarray, predicted: np.ndarray) -> float:
    """Smallest ratio to the prediction's size; rounding is never a difference."""
    size = np.abs(predicted)
    if not (size > 0).any():
        return np.inf
    return max(float(np.min(needed[size > 0] / size[size > 0])), ROUNDING)

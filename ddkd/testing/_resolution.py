"""How wrong a formula must be for a test to notice, at each of its points."""

import numpy as np
from scipy import stats

ROUNDING = 1e-12
_POWER = 0.9


def mean_resolution(
    predicted: np.ndarray, error: np.ndarray, allowed: np.ndarray, n_repeats: int, level: float
) -> np.ndarray:
    """Relative error of a formula at one point that nine tests of ten notice, for each point.

    To the gap that Student's test notices comes twice the allowed bias: the right formula may be
    off by that much in one direction, and a wrong one is forgiven as much in the other.
    """
    return relative(
        2 * allowed + noticed(n_repeats, level / predicted.size) * error, np.abs(predicted)
    )


def noticed(n_repeats: int, level: float) -> float:
    """Gap, in standard errors as estimated, that Student's test notices nine times in ten.

    Both tests, the one that states the gap c and the one that is to notice it, estimate their
    standard error: c S + Z > t S' has probability 0.9 with independent chi variables S, S' and
    normal Z. Its quantile without Z, that of S'/S, is exact, and so is the one without S and S';
    the root of the sum of their squares beyond t joins them.
    """
    df = n_repeats - 1
    t = stats.t.isf(level / 2, df)
    spread = t * (np.sqrt(stats.f.ppf(_POWER, df, df)) - 1)
    return float(t + np.hypot(stats.norm.ppf(_POWER), spread))


def quantile_resolution(
    predicted: np.ndarray, draws: np.ndarray, quantile: float, level: float
) -> np.ndarray:
    """The same for a quantile, whose test counts the draws below the prediction.

    A wrong formula is noticed if it lies where the share of draws below it is so far from
    `quantile` that nine of ten counts are too rare. The draws themselves say where that is.
    """
    n = len(draws)
    one_sided = level / predicted.size / 2
    rare_high = stats.binom.isf(one_sided, n, quantile) + 1  # the smallest count that is too large
    rare_low = stats.binom.ppf(one_sided, n, quantile) - 1
    # The share at which such a count, or a rarer one, has probability 0.9: a beta quantile.
    if rare_high > n or rare_low < 0:
        return np.full(predicted.shape, np.inf)  # no count is too large, or too small
    high = stats.beta.ppf(_POWER, rare_high, n - rare_high + 1)
    low = stats.beta.isf(_POWER, rare_low + 1, n - rare_low)
    below, middle, above = np.quantile(draws, [low, quantile, high], axis=0)
    return relative(np.maximum(above - middle, middle - below), np.abs(predicted))


def relative(needed: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The ratio, infinite where the size is zero; rounding is never a difference."""
    with np.errstate(over="ignore"):
        share = needed / np.where(size == 0, 1.0, size)
    return np.where(size == 0, np.inf, np.maximum(share, ROUNDING))

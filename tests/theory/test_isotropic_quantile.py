"""Quantiles of the risk: levels right to 0.001 at every size and every noise."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from scipy import stats

from ddkd.theory import isotropic_risk_quantile

# Off and at the threshold, from one sample to 3,000, the smallest degrees of freedom among them.
SIZES = [
    *((1, 2), (1, 3), (1, 400), (1, 3000), (2, 3), (3, 8), (10, 11), (10, 12), (30, 45)),
    *((100, 101), (100, 150), (100, 400), (100, 3000), (700, 900), (1000, 1001), (1500, 3000)),
    *((2000, 2002), (2500, 2600), (2990, 3000), (2999, 3000)),
]
NOISES = [1e-8, 1e-4, 0.01, 1.0, 100.0]
QUANTILES = [0.01, 0.5, 0.93]


@cache
def shares(n, p, nodes=2000):
    """Quantiles of the share of the signal that is lost."""
    return stats.beta.ppf((np.arange(nodes) + 0.5) / nodes, (p - n) / 2, n / 2)


def bounded_level(excess, n, p, noise):
    """P(B + noise X/Y <= excess): the mean of a monotone function over 2,000 equal shares.

    By monotonicity it is off by at most 1/4,000.
    """
    share = shares(n, p)
    # X/Y is n/(p - n + 1) times an F variable.
    scaled = (excess - share) / noise * (p - n + 1) / n
    return np.mean(stats.f.cdf(scaled, n, p - n + 1))


@pytest.mark.parametrize(("n", "p"), SIZES)
def test_three_hundred_levels_are_right_to_a_thousandth(n, p):
    for noise, quantile in product(NOISES, QUANTILES):
        found = isotropic_risk_quantile(quantile, n, p, noise_variance=noise)
        level = bounded_level(found - noise, n, p, noise)
        assert abs(level - quantile) < 0.00025 + 0.0005, (noise, quantile)


@pytest.mark.parametrize(
    ("n", "p", "noise"),
    [(100, 400, 0.01), (1, 3000, 1e-8), (1, 3000, 1.0), (2999, 3000, 1e-3), (20, 25, 0.05)],
)
def test_levels_agree_with_a_million_draws(n, p, noise):
    # The scale of the signal is not one.
    rng, signal, draws = np.random.default_rng(n + p), 7.0, 1_000_000
    lost = rng.beta((p - n) / 2, n / 2, size=draws)
    ratio = rng.chisquare(n, size=draws) / rng.chisquare(p - n + 1, size=draws)
    risks = signal * (noise + lost + noise * ratio)
    for quantile in (0.1, 0.5, 0.9):
        found = isotropic_risk_quantile(
            quantile, n, p, signal=signal, noise_variance=noise * signal
        )
        assert np.mean(risks <= found) == pytest.approx(quantile, abs=0.0022)


def test_quantile_in_high_dimension():
    # For p much larger than n the risk is v + S - (S X - v Y)/p, X and Y chi-squared of n
    # degrees: the share of the signal that is learnt, and the noise that is learnt with it.
    n_draws = 400_000
    X, Y = np.random.default_rng(0).chisquare(20, size=(2, n_draws))
    gain = X - 0.3 * Y
    error = 1.2533 * gain.std() / np.sqrt(n_draws)  # of a median, nearly normal
    for p in (10**6, 10**8):
        lost = 1.3 - isotropic_risk_quantile(0.5, 20, p, noise_variance=0.3)
        assert abs(lost * p - np.median(gain)) < 5 * error


@pytest.mark.parametrize("n_features", [4, 20, 30])
def test_a_quantile_below_those_that_are_known_is_refused(n_features):
    sizes = (20, n_features)
    assert 1 <= isotropic_risk_quantile(1e-100, *sizes, noise_variance=1.0) < 1.5
    for quantile in (5e-324, 1e-200, 0.0, 1.0):
        with pytest.raises(ValueError, match="quantile must be"):
            isotropic_risk_quantile(quantile, *sizes, noise_variance=1.0)

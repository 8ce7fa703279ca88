import numpy as np
import pytest
from scipy import special

from ddkd.theory import isotropic_risk_quantile
from ddkd.theory.isotropic import _beta_rule


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (1, 1), (0.5, 10), (40, 10), (200, 30)])
def test_rule_agrees_with_scipy_where_that_does_not_overflow(a, b):
    nodes, weights = special.roots_sh_jacobi(64, a + b - 1, a)
    ours = _beta_rule(a, b)
    np.testing.assert_allclose(ours[0], nodes, atol=1e-14)
    np.testing.assert_allclose(ours[1], weights / weights.sum(), atol=1e-11)


@pytest.mark.parametrize(("a", "b"), [(0.5, 1e6), (5e5, 10), (1e9, 3e9)])
def test_rule_has_the_moments_of_the_distribution(a, b):
    nodes, weights = _beta_rule(a, b)
    mean = weights @ nodes
    assert weights.sum() == pytest.approx(1, rel=1e-12)
    assert mean == pytest.approx(a / (a + b), rel=1e-12)
    variance = a * b / ((a + b) ** 2 * (a + b + 1))
    assert weights @ (nodes - mean) ** 2 == pytest.approx(variance, rel=1e-8)


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

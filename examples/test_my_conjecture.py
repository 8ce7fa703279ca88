"""A conjecture in a test suite of your own: ``python -m pytest test_my_conjecture.py``.

Copy this file, and put your formula and your simulation in the place of these. The conjecture here
is that least squares on 20 Gaussian samples of p features, fitted to noise of variance 1, has the
mean risk 19 / (19 - p).
"""

import numpy as np
import pytest

from ddkd.testing import assert_matches_theory

N_SAMPLES = 20
WIDTHS = np.array([4, 8, 12])


def formula(p):
    return (N_SAMPLES - 1) / (N_SAMPLES - p - 1)


def simulate(rng):
    """Return the risk at every width, a mean over 50 training sets."""
    X = rng.standard_normal((50, N_SAMPLES, WIDTHS.max()))
    y = rng.standard_normal((50, N_SAMPLES, 1))
    fits = [np.linalg.pinv(X[:, :, :p]) @ y for p in WIDTHS]
    return [1 + np.mean(np.sum(coef**2, axis=(1, 2))) for coef in fits]


def test_the_formula_holds():
    comparison = assert_matches_theory(simulate, formula(WIDTHS), n_repeats=200, rng=0)
    print(comparison)  # pytest -s shows it
    # What the test is worth: a formula 5 % off, at whichever point, would have been noticed.
    assert comparison.resolution.max() < 0.05


def test_a_likely_mistake_is_noticed():
    with pytest.raises(AssertionError, match="do not match the theory"):
        assert_matches_theory(simulate, 1 + WIDTHS / (N_SAMPLES - WIDTHS), n_repeats=200, rng=0)

"""The width from which hard labels are linearly separable."""

import numpy as np
import pytest
from scipy import optimize, stats

from ddkd import theory
from ddkd.populations import GaussianPopulation, MixturePopulation


def population(truth, flip_rate=0.0, variances=None):
    variances = np.ones(len(truth)) if variances is None else variances
    return GaussianPopulation(variances, truth, labels="hard", flip_rate=flip_rate)


@pytest.mark.parametrize(("flip_rate", "room"), [(0.05, 0.262), (0.1, 0.334), (0.2, 0.418)])
def test_widths_of_a_truth_seen_at_once(flip_rate, room):
    # The first column holds the whole truth.
    law = theory.separable_width(population(np.eye(2000)[0], flip_rate), 2000)
    assert (law - 0.5) / 2000 == pytest.approx(room, abs=5e-4)


def test_labels_of_noise_alone_follow_covers_count():
    """P(separable at width p) = P(Bin(n - 1, 1/2) <= p - 1), so that the mean is (n + 1)/2."""
    n = np.array([6, 20, 100])
    law = theory.separable_width(population(np.ones(60), 0.5), n)
    cover = [1 + sum(stats.binom.sf(p - 1, m - 1, 0.5) for p in range(1, m)) for m in n]
    np.testing.assert_allclose(law, cover, rtol=1e-12)


@pytest.mark.parametrize(("flip_rate", "n"), [(0.0, 100), (0.1, 120), (0.3, 60)])
def test_the_equation_with_integrals_by_quadrature(flip_rate, n):
    truth = np.cos(np.arange(150)) + 0.3
    width = theory.separable_width(population(truth, flip_rate), n)
    q = np.interp(width, np.arange(151), np.append(0, np.cumsum(truth**2))) / np.sum(truth**2)

    z = np.linspace(-9, 9, 4001)
    nodes, weights = np.polynomial.legendre.leggauss(150)
    g = 4.5 * (nodes + 1)
    weights = 4.5 * weights * 2 * stats.norm.pdf(g)
    right = flip_rate + (1 - 2 * flip_rate) * stats.norm.cdf(g * np.sqrt(q / (1 - q)))

    def square(a):
        return np.trapezoid(np.maximum(z - a[:, None], 0) ** 2 * stats.norm.pdf(z), z)

    def room(t):
        return weights @ (right * square(t * g) + (1 - right) * square(-t * g))

    least = optimize.minimize_scalar(room, bounds=(0, 6), method="bounded").fun
    assert width - 0.5 == pytest.approx(n * least, rel=1e-6)


def smallest_width(X, y):
    """By linear programs: weights w with y x'w >= 1 exist from this width on."""

    def separable(p):
        wanted = -(y[:, None] * X[:, :p])
        bounds = [(None, None)] * p
        return optimize.linprog(np.zeros(p), wanted, -np.ones(len(y)), bounds=bounds).success

    low, high = 0, X.shape[1]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if separable(middle) else (middle, high)
    return high


@pytest.mark.parametrize(
    ("n", "flipped", "decay"),
    [
        (60, 6, 0.0),
        pytest.param(80, 0, 0.5, marks=pytest.mark.slow),
        pytest.param(200, 20, 0.0, marks=pytest.mark.slow),
    ],
)
def test_training_sets_become_separable_at_the_laws_width(n, flipped, decay):
    D = 2 * n
    s, truth = np.arange(1.0, D + 1) ** -decay, np.arange(1.0, D + 1) ** (decay - 0.6)
    law = theory.separable_width(population(truth, flipped / n, s), n)
    rng, widths = np.random.default_rng(n), []
    for _ in range(60):
        X = rng.standard_normal((n, D)) * np.sqrt(s)
        y = np.sign(X @ truth)
        y[:flipped] *= -1
        widths.append(smallest_width(X, y))
    error = np.std(widths, ddof=1) / np.sqrt(len(widths))
    assert error < 0.02 * law
    assert abs(np.mean(widths) - law) < 4 * error + 0.015 * law
    assert abs(np.mean(widths) - (n + 1) / 2) > 5 * error  # noise alone would need more


@pytest.mark.parametrize(("truth", "share"), [(np.eye(400)[0], 0.96), (np.ones(400), 1.0)])
def test_a_number_of_flips_that_varies_matters_only_if_the_truth_is_seen_at_once(truth, share):
    n, rate, counts = 200, 0.02, np.arange(15)
    widths = [theory.separable_width(population(truth, count / n), n) for count in counts]
    mean = stats.binom.pmf(counts, n, rate) @ widths
    assert mean / theory.separable_width(population(truth, rate), n) == pytest.approx(
        share, abs=4e-3
    )


def test_limits():
    seen = np.eye(50)[0]
    assert theory.separable_width(population(seen), 1000) == pytest.approx(1.0, abs=0.5)
    assert theory.separable_width(population(seen, 0.1), 1000) == np.inf  # 334 columns are needed
    last = theory.separable_width(population(np.eye(50)[49], 0.0), [20, 80])
    assert last[0] == pytest.approx(10.5)  # the truth is not seen, so labels are noise
    assert last[1] == pytest.approx(40.5)
    assert 49 < theory.separable_width(population(np.eye(50)[49]), 200) <= 50
    # Three of a thousand labels are flipped at a rate of .0032.
    some = population(np.eye(500)[0], 0.003), population(np.eye(500)[0], 0.0032)
    assert len({theory.separable_width(one, 1000) for one in some}) == 1


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="population must have hard labels"):
        theory.separable_width(GaussianPopulation(np.ones(4), np.ones(4)), 20)
    with pytest.raises(ValueError, match="population must be a GaussianPopulation"):
        theory.separable_width(MixturePopulation(np.ones(4), np.ones(4)), 20)
    for n in (0, 2.5, np.inf):
        with pytest.raises(ValueError, match="n_samples must be a positive whole number"):
            theory.separable_width(population(np.ones(4)), n)

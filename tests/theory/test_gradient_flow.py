import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory
from tests.helpers.simulated import figures


def population(p=100, decay=1.0, **options):
    return GaussianPopulation(3 * np.arange(1.0, p + 1) ** -decay, np.ones(p), **options)


def test_late_flow_is_minimum_norm_and_early_flow_is_nothing():
    people = population(noise_variance=2.0)
    late = theory.gradient_flow(people, [50, 200], 1e9)
    exact = theory.least_squares(people, [50, 200])
    assert late.risk == pytest.approx(exact.risk, rel=1e-8)
    assert late.train_risk == pytest.approx(exact.train_risk, abs=1e-10)
    assert late.coef_variance == pytest.approx(exact.coef_variance, rel=1e-7)
    early = theory.gradient_flow(people, 50, 1e-12)
    assert early.risk == pytest.approx(people.signal + 2.0, rel=1e-8)


def test_isotropic_flow_follows_the_marchenko_pastur_law():
    """Bias and variance as integrals over the limiting spectrum, n > p."""
    p, n, v, signal, time = 60, 150, 0.7, 2.0, 0.004
    people = GaussianPopulation(np.ones(p), np.full(p, np.sqrt(signal / p)), noise_variance=v)
    low, high = (1 - np.sqrt(p / n)) ** 2, (1 + np.sqrt(p / n)) ** 2
    turn = np.pi * (np.arange(4000) + 0.5) / 4000
    x = (low + high) / 2 + (high - low) / 2 * np.cos(turn)
    density = (high - low) / 2 * np.sin(turn) * np.sqrt((high - x) * (x - low))
    density *= np.pi / 4000 / (2 * np.pi * p / n * x)
    left = np.exp(-time * n * x)
    risk = v + signal * np.sum(density * left**2)
    risk += v * p / n * np.sum(density * (1 - left) ** 2 / x)
    assert theory.gradient_flow(people, n, time).risk == pytest.approx(risk, rel=1e-6)


@pytest.mark.parametrize("n", [40, 100, 230])
def test_flow_is_never_much_worse_than_ridge(n):
    """Ali, Kolter and Tibshirani: a factor of 1.6862 in the part above the noise."""
    people = population(decay=0.7, noise_variance=1.0)
    times = np.geomspace(1e-4, 1e2, 30)
    flow = theory.gradient_flow(people, n, times).risk - 1
    ridge = theory.least_squares(people, n, alpha=1 / times).risk - 1
    assert (flow < 1.6862 * ridge).all()


def test_a_curve_of_widths_and_times_is_the_points_one_by_one():
    people = population(noise_variance=1.0)
    masks = theory.prefix_masks([20, 50, 100], 100)
    curve = theory.gradient_flow(people, 50, 0.3, features=masks)
    for i, width in enumerate([20, 50, 100]):
        one = theory.gradient_flow(people, 50, 0.3, features=np.arange(width))
        assert curve.risk[i] == pytest.approx(one.risk, rel=1e-12)
        assert curve.train_risk[i] == pytest.approx(one.train_risk, rel=1e-10)


def test_features_that_are_not_seen_are_noise():
    people = population(noise_variance=1.0)
    energy = people.eigenvalues * people.coef**2
    fewer = GaussianPopulation(
        people.eigenvalues[:20], people.coef[:20], noise_variance=1.0 + energy[20:].sum()
    )
    seen = theory.gradient_flow(people, 50, 0.3, features=np.arange(20))
    assert seen.risk == pytest.approx(theory.gradient_flow(fewer, 50, 0.3).risk, rel=1e-10)


@pytest.mark.parametrize(
    ("n", "time", "options"),
    [
        (60, 0.3, {"noise_variance": 1.0}),
        (120, 1.0, {"noise_variance": 4.0}),  # n = p
        (300, 0.02, {"labels": "hard", "flip_rate": 0.1}),
    ],
)
def test_law_and_simulation(n, time, options):
    people = population(p=120, decay=0.8, **options)
    names = "risk train_risk error_rate"
    law = theory.gradient_flow(people, n, time)
    predicted = np.array([getattr(law, name) for name in names.split()])

    def simulate(rng):
        model = simulation.gradient_flow(people, n, time, rng=rng)
        return figures(people, model, names)

    assert_matches_theory(simulate, predicted, n_repeats=40, bias=0.015, rng=0)


@pytest.mark.parametrize("time", [0.0, -1.0, np.inf, "x"])
def test_time_is_checked(time):
    with pytest.raises(ValueError, match="time"):
        theory.gradient_flow(population(), 50, time)
    with pytest.raises(ValueError, match="time"):
        simulation.gradient_flow(population(), 50, time)

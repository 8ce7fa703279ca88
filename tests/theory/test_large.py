"""Larger versions of the comparisons with simulation, and many random configurations."""

import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory
from tests.helpers import oracle
from tests.helpers.simulated import figures


def random_configuration(rng):
    """A population, two masks that meet, sizes and a ridge."""
    D = int(rng.integers(20, 80))
    s = np.exp(rng.normal(size=D) * rng.uniform(0, 3))
    noise = (
        {"noise_variance": rng.exponential()}
        if rng.random() < 0.3
        else {"labels": "hard", "flip_rate": rng.uniform(0, 0.3)}
    )
    population = GaussianPopulation(s, rng.standard_normal(D), **noise)
    T, S = (rng.random((2, D)) < rng.uniform(0.2, 1, size=(2, 1))) | (np.arange(D) == 0)
    n, m = (int(v) for v in rng.integers(5, 120, size=2))
    n, m = n + (n == T.sum()), m + (m == S.sum())
    alpha = 0.0 if rng.random() < 0.5 else float(np.exp(rng.normal()))
    return population, T, S, n, m, alpha


@pytest.mark.parametrize("seed", range(60))
def test_any_configuration_follows_the_formulas_as_written(seed):
    population, T, S, n, m, alpha = random_configuration(np.random.default_rng(seed))
    for kind in ("hard", "soft"):
        law = theory.least_squares(population, n, features=T, alpha=alpha).distill(
            m, labels=kind, features=S, alpha=alpha
        )
        correlation, agreement = oracle.student(
            population.eigenvalues,
            population.coef,
            T,
            S,
            n,
            m,
            alpha=alpha,
            kind=kind,
            c=population.label_scale,
            noise=population.label_noise,
        )
        assert law.correlation == pytest.approx(correlation, rel=1e-8)
        assert law.agreement == pytest.approx(agreement, rel=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_random_large_configurations_match_simulation(seed):
    rng = np.random.default_rng(seed)
    D = 600
    s = np.arange(1.0, D + 1) ** -rng.uniform(0, 1.5)
    population = GaussianPopulation(
        s, rng.standard_normal(D), labels="hard", flip_rate=rng.uniform(0, 0.3)
    )
    T, S = (rng.random((2, D)) < rng.uniform(0.3, 1, size=(2, 1))) | (np.arange(D) == 0)
    n, m = int(rng.integers(150, 900)), int(rng.integers(150, 1500))
    alpha = float(rng.choice([0.0, 1.0]))
    teacher = theory.least_squares(population, n, features=T, alpha=alpha)
    student = teacher.distill(m, features=S, alpha=alpha)

    def simulate(g):
        fit = simulation.least_squares(population, n, features=T, alpha=alpha, rng=g)
        pupil = simulation.distill(population, fit.coef, m, features=S, alpha=alpha, rng=g)
        errors = figures(population, fit, "error_rate")
        return errors + figures(population, pupil, "error_rate agreement", fit)

    prediction = np.array([teacher.error_rate, student.error_rate, student.agreement])
    allowed = 0.15 / min(n, m) / prediction
    assert_matches_theory(simulate, prediction, n_repeats=60, bias=allowed, rng=seed)


@pytest.mark.slow
def test_double_descent_is_exact_at_a_hundred_samples_and_many_repeats():
    n = 100
    widths = [10, 40, 70, 85, 92, 108, 115, 150, 250, 400]
    population = GaussianPopulation(np.ones(400), np.eye(400)[0], noise_variance=0.5)
    masks = theory.prefix_masks(widths, 400)
    assert_matches_theory(
        lambda rng: population.risk(
            simulation.least_squares(population, n, features=masks, rng=rng).coef[0]
        ),
        theory.isotropic_risk(n, widths, noise_variance=0.5),
        n_repeats=1500,
        rng=0,
    )

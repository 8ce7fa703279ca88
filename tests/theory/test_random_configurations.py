"""Laws of the same training data against their simulators, in random configurations."""

import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation

NAMES = ("risk", "train_risk", "error_rate")


def configuration(rng):
    """A law and its simulator; widths at least 10 from n, scales from 0.01 to 100."""
    p = int(rng.integers(60, 160))
    n = int(rng.integers(40, 240))
    n += 20 * (abs(n - p) < 10)
    s = 10 ** rng.uniform(-2, 2) * np.arange(1.0, p + 1) ** -rng.uniform(0, 1.2)
    coef = rng.standard_normal(p)
    if rng.random() < 0.5:
        people = GaussianPopulation(s, coef, labels="hard", flip_rate=rng.uniform(0, 0.3))
    else:
        signal = np.sum(s * coef**2)
        people = GaussianPopulation(s, coef, noise_variance=signal * rng.uniform(0.2, 3))
    size = n * s.mean()
    alpha, other = size * 10 ** rng.uniform(-2, 0.5, 2)
    kind = rng.choice(["hard", "soft", "rounds", "flow", "bags"])
    if kind == "flow":
        time = 10 ** rng.uniform(-0.5, 2) / size
        law = theory.gradient_flow(people, n, time)
        return law, lambda g: simulation.gradient_flow(people, n, time, rng=g)
    if kind == "bags":
        k, models = int(rng.uniform(0.3, 0.9) * n), int(rng.integers(1, 6))
        law = theory.bagging(people, n, k, models, alpha=alpha)
        return law, lambda g: simulation.bagging(people, n, k, models, alpha=alpha, rng=g)
    options = {
        "labels": "hard" if kind == "hard" else "soft",
        "mixing": rng.uniform(-1, 1.2),
        "rounds": int(rng.integers(2, 5)) if kind == "rounds" else 1,
    }
    law = theory.least_squares(people, n, alpha=alpha).self_distill(alpha=other, **options)
    return law, lambda g: simulation.self_distill(
        people, n, alpha=alpha, student_alpha=other, rng=g, **options
    )


def scores(seed, n_draws):
    """Standard scores of a configuration, and relative standard errors."""
    law, simulate = configuration(np.random.default_rng(seed))
    rng = np.random.default_rng(10_000 + seed)
    models = [simulate(rng) for _ in range(n_draws)]
    draws = np.array([[getattr(model, name) for name in NAMES] for model in models])
    predicted = np.array([getattr(law, name) for name in NAMES])
    error = draws.std(axis=0, ddof=1) / np.sqrt(n_draws)
    return (draws.mean(axis=0) - predicted) / error, error / predicted


@pytest.mark.parametrize("seed", range(6))
def test_a_few(seed):
    assert np.abs(scores(seed, 25)[0]).max() < 4.5


@pytest.mark.slow
def test_two_hundred():
    found = [scores(seed, 40) for seed in range(200)]
    z, relative = np.array([z for z, _ in found]), np.array([error for _, error in found])
    print(f"worst z {np.abs(z).max():.2f}, median standard error {np.median(relative):.4f}")
    assert np.median(relative) < 0.02
    assert np.abs(z).max() < 4

"""Generations of synthetic data: students whose teachers' labels are noisy or flipped."""

import numpy as np
import pytest

from ddkd import theory
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.testing import assert_matches_theory

NOISE, SIGNAL = 0.6, 3.0


def even(p):
    return GaussianPopulation(np.ones(p), np.full(p, (SIGNAL / p) ** 0.5), noise_variance=NOISE)


def excesses(population, n, count, **student):
    """Of the model trained on true labels and of every one after it, noise left out."""
    first = theory.least_squares(population, n, alpha=student.get("alpha", 0.0))
    options = {"label_noise": population.noise_variance} | student
    return [law.risk - NOISE for law in (first, *first.generations(count - 1, n, **options))]


def test_below_the_threshold_the_excess_grows_with_the_number_of_generations():
    p, n = 13_000, 33_000  # so large that n - p - 1 of the exact law is n - p
    expected = [k * NOISE * p / (n - p) for k in (1, 2, 3, 4)]
    np.testing.assert_allclose(excesses(even(p), n, 4), expected, rtol=1e-12)


def test_above_the_threshold_the_truth_is_forgotten_and_the_noise_stays_bounded():
    p, n = 60, 26
    rho = n / p
    forgotten = 1 - rho ** np.arange(1.0, 7)
    expected = SIGNAL * forgotten + NOISE * n / (p - n) * forgotten / (1 - rho)
    np.testing.assert_allclose(excesses(even(p), n, 6), expected, rtol=1e-12)


@pytest.mark.parametrize(("n", "alpha", "decay"), [(80, 3.0, 0.7), (200, 0.0, 1.2), (60, 8.0, 0.3)])
def test_a_chain_of_ridge_models_matches_fits_by_numpy_alone(n, alpha, decay):
    p, count = 120, 3
    s = np.arange(1.0, p + 1) ** -decay
    population = GaussianPopulation(s, np.cos(np.arange(p)), noise_variance=NOISE)

    def simulate(rng):
        coef, risks = population.coef, []
        for _ in range(count):
            X = rng.standard_normal((n, p)) * np.sqrt(s)
            y = X @ coef + np.sqrt(NOISE) * rng.standard_normal(n)
            coef = np.linalg.solve(X.T @ X + alpha * np.eye(p), X.T @ y)
            risks.append(np.sum(s * (coef - population.coef) ** 2))
        return np.array(risks)

    law = excesses(population, n, count, alpha=alpha)
    assert_matches_theory(simulate, np.array(law), n_repeats=200, bias=0.02, rng=n)


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_labels_that_are_noise_alone_teach_nothing(labels):
    population = GaussianPopulation(np.ones(40), np.ones(40), labels="hard")
    nothing = theory.least_squares(population, 40)  # at the threshold all is noise
    student = nothing.distill(100, labels=labels, label_noise=0.5)
    assert student.error_rate == 0.5
    teacher = theory.least_squares(population, 80)
    coins = teacher.distill([30, 100], labels="hard", label_noise=0.5)
    np.testing.assert_allclose(coins.error_rate, 0.5)
    np.testing.assert_allclose(coins.agreement, 0.5)
    n = np.array([30, 100])
    np.testing.assert_allclose(coins.target_risk, np.maximum(n, 40) / np.abs(n - 40), rtol=1e-12)


def test_a_teacher_that_knows_nothing_hands_its_noise_on():
    population = GaussianPopulation([1.0, 1.0, 0.0], [1.0, 1.0, 0.0], noise_variance=0.3)
    blind = theory.least_squares(population, 10, features=[2])
    student = blind.distill(10, features="all", label_noise=0.8)
    np.testing.assert_allclose(student.coef_variance, [0.1, 0.1, 0.0], rtol=1e-12)  # .8/(10 - 2)
    assert student.target_risk == pytest.approx(0.8 * 10 / 8, rel=1e-12)
    assert student.agreement == 0.5


@pytest.mark.parametrize("alpha", [0.0, 1e150])
def test_no_noise_changes_nothing_and_a_huge_ridge_is_a_limit(alpha):
    clusters = MixturePopulation(np.ones(20), np.full(20, 0.3))
    for population in (clusters, even(20)):
        teacher = theory.least_squares(population, 30, alpha=alpha)
        quiet = teacher.distill(50, label_noise=0.0), teacher.distill(50)
        assert quiet[0].risk == quiet[1].risk
        assert quiet[0].agreement == quiet[1].agreement
    noisy = theory.least_squares(even(20), 30, alpha=alpha).distill(50, label_noise=0.2)
    if alpha:  # the teacher's labels are all but zero: 50 examples of noise for 20 features
        assert noisy.target_risk == pytest.approx(0.2 * 50 / 30, rel=1e-12)


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_noisy_labels_beside_the_teachers_own_examples_match_simulation(labels):
    p, n, m, noise = 60, 90, 70, 0.3
    s = 3 * np.arange(1.0, p + 1) ** -0.6
    population = GaussianPopulation(s, np.cos(np.arange(p)), labels="hard", flip_rate=0.1)
    teacher = theory.least_squares(population, n, alpha=4.0)
    law = teacher.distill(m, labels=labels, with_labels="own", label_noise=noise, alpha=6.0)

    def simulate(rng):
        X = rng.standard_normal((n + m, p)) * np.sqrt(s)
        y = population.label(X[:n], rng=rng)
        w = np.linalg.solve(X[:n].T @ X[:n] + 4.0 * np.eye(p), X[:n].T @ y)
        taught = X[n:] @ w + np.sqrt(noise) * rng.standard_normal(m)
        if labels == "hard":
            taught = np.sign(X[n:] @ w) * np.where(rng.random(m) < noise, -1, 1)
        y = np.concatenate([y, taught])
        coef = np.linalg.solve(X.T @ X + 6.0 * np.eye(p), X.T @ y)
        return [population.risk(coef), population.error_rate(coef), np.mean((y - X @ coef) ** 2)]

    figures = np.array([law.risk, law.error_rate, law.train_risk])
    assert_matches_theory(simulate, figures, n_repeats=300, bias=0.015, rng=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label_noise": -0.1}, "label_noise must be non-negative; got -0.1"),
        ({"label_noise": 0.6, "labels": "hard"}, r"label_noise is a rate in \[0, 1/2\]"),
        ({"label_noise": np.nan}, "label_noise"),
        ({"label_noise": [0.1, 0.2], "alpha": [1.0, 2.0, 3.0]}, r"label_noise \(2,\)"),
    ],
)
def test_noise_out_of_range_is_refused_by_name(options, message):
    with pytest.raises(ValueError, match=message):
        theory.least_squares(even(20), 30).distill(50, **options)

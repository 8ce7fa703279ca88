"""What the pages say about the laws' errors and limits, measured without the laws' code.

Every simulation here draws data with NumPy, solves with NumPy and judges by a formula written out.
"""

import numpy as np
import pytest

from ddkd import theory
from ddkd.populations import GaussianPopulation, MixturePopulation


def least_norm(X, y):
    """Least squares for n >= p, the interpolating fit of least norm else."""
    if len(X) >= X.shape[1]:
        return np.linalg.solve(X.T @ X, X.T @ y)
    return X.T @ np.linalg.solve(X @ X.T, y)


def mean_and_error(draw, n_repeats, seed):
    """Mean of draws and its standard error."""
    rng = np.random.default_rng(seed)
    values = np.array([draw(rng) for _ in range(n_repeats)])
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(n_repeats)


def test_soft_self_distillation_beats_every_ridge_where_the_best_one_is_zero():
    """The tuned ridge is the boundary 0: 2.165; its rival .494; a ridge of -150 lies between."""
    s = np.r_[np.full(10, 30.0), np.ones(590)]
    b = np.r_[np.full(10, 0.3), np.zeros(590)]
    population = GaussianPopulation(s, b, noise_variance=0.05)
    tuned = theory.best_alpha(population, 60)
    student = theory.self_distill(theory.least_squares(population, 60, alpha=100.0), mixing="best")
    assert (tuned.alpha, student.mixing) == (0.0, pytest.approx(-8.464, abs=5e-4))
    assert tuned.risk == pytest.approx(2.1652, abs=5e-5)
    assert student.risk == pytest.approx(0.4939, abs=5e-5)

    def draw(rng):
        X = rng.standard_normal((60, 600)) * np.sqrt(s)
        y = X @ b + np.sqrt(0.05) * rng.standard_normal(60)
        values, vectors = np.linalg.eigh(X @ X.T)
        y = vectors.T @ y
        taught = 9.464 * y - 8.464 * values / (values + 100) * y
        fits = y / values, taught / (values + 100), y / (values - 150)
        return [0.05 + np.sum(s * (X.T @ vectors @ fit - b) ** 2) for fit in fits]

    (least_norm, distilled, negative), errors = mean_and_error(draw, 40, seed=0)
    assert abs(least_norm - tuned.risk) < 4 * errors[0]
    assert abs(distilled - student.risk) < 4 * errors[1] + 0.06 * student.risk
    assert distilled < negative < least_norm
    assert (least_norm - negative) > 5 * np.hypot(errors[0], errors[2])


def gap_of_clean_hard_labels(n, p, n_repeats):
    """How far the law's 0-1 error lies above the simulated mean, and the standard error."""

    def draw(rng):
        X = rng.standard_normal((n, p))
        w = least_norm(X, np.where(X[:, 0] > 0, 1.0, -1.0))
        return np.arccos(w[0] / np.linalg.norm(w)) / np.pi

    mean, error = mean_and_error(draw, n_repeats, seed=n + p)
    population = GaussianPopulation(np.ones(p), np.eye(p)[0], labels="hard")
    return theory.least_squares(population, n).error_rate - mean, error


@pytest.mark.slow
@pytest.mark.parametrize(("n", "p"), [(50, 34), (50, 66), (50, 80), (100, 70)])
def test_a_third_of_n_from_the_threshold_errors_are_too_large_by_a_third_over_n(n, p):
    gap, error = gap_of_clean_hard_labels(n, p, 4000)
    assert error < 0.06 / n
    assert 0 < gap < 0.35 / n


@pytest.mark.slow
@pytest.mark.parametrize(("n", "p"), [(50, 48), (50, 52), (100, 102), (200, 202)])
def test_two_features_from_the_threshold_the_gap_falls_only_as_the_root_of_n(n, p):
    gap, error = gap_of_clean_hard_labels(n, p, {50: 4000, 100: 2500, 200: 1200}[n])
    assert error < 0.013 / np.sqrt(n)
    assert 0.04 < gap * np.sqrt(n) < 0.12
    assert gap * n > 0.25 + 2 * error * n


def gap_of_clusters(radius, flip_rate, n, p, n_repeats):
    """The same for two clusters of isotropic inputs."""

    def draw(rng):
        truth = rng.choice([-1.0, 1.0], n)
        X = rng.standard_normal((n, p))
        X[:, 0] += radius * truth
        y = np.where(rng.random(n) < flip_rate, -truth, truth)
        w = least_norm(X, y)
        # The margin is the first coefficient's share of the length.
        return normal_tail(radius * w[0] / np.linalg.norm(w))

    mean, error = mean_and_error(draw, n_repeats, seed=n + p)
    population = MixturePopulation(np.ones(p), radius * np.eye(p)[0], flip_rate=flip_rate)
    return theory.least_squares(population, n).error_rate - mean, error


def normal_tail(x):
    """1 - Phi(x)."""
    from math import erfc

    return erfc(x / np.sqrt(2)) / 2


@pytest.mark.parametrize(("n", "p", "flip_rate"), [(25, 50, 0.1), (75, 50, 0.1), (25, 50, 0.0)])
def test_two_clusters_away_from_the_threshold_are_off_by_less_than_one_over_p(n, p, flip_rate):
    gap, error = gap_of_clusters(2.0, flip_rate, n, p, 1500)
    assert error < 0.15 / p
    assert abs(gap) < 0.9 / p


@pytest.mark.parametrize(("radius", "smallest"), [(2.0, 0.07), (14.0, 0.30)])
def test_two_clusters_at_the_threshold_err_less_than_a_coin(radius, smallest):
    gap, error = gap_of_clusters(radius, 0.0, 50, 50, 400)
    assert error < 0.01
    assert gap > smallest

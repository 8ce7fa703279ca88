"""Laws and simulations of `classics`, with the mistakes that can be made in them."""

import numpy as np
from scipy import special

from ddkd import simulation
from ddkd.populations import GaussianPopulation
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._problems import (
    clean,
    fits,
    mean_error,
    mean_risk,
    power_law,
    scores_of,
    taught,
)
from ddkd.theory import cluster_mixture, least_squares


def hard_label_error(population, n, alpha, *, slope=None):
    """Error of a ridge fit to hard labels; `slope` is a wrong slope of labels on the truth."""
    if slope is None:
        return least_squares(population, n, alpha=alpha).error_rate
    c = slope(population.flip_rate)
    noise = 1 - c**2
    people = GaussianPopulation(
        population.eigenvalues, c * population.coef, noise_variance=max(noise, 0.0)
    )
    return least_squares(people, n, alpha=alpha).error_rate


def student_error(population, n, alpha, m, labels="hard"):
    student = least_squares(population, n, alpha=alpha).distill(m, labels=labels)
    return np.array([student.error_rate, student.agreement])


def student_of_the_mean(population, n, alpha, m):
    """(E w)^2 for E w^2: the teacher taken as fixed at its mean."""
    w = least_squares(population, n, alpha=alpha).coef_mean
    s = population.eigenvalues
    student = least_squares(GaussianPopulation(s, w, labels="hard"), m)
    cosine = np.sum(s * w * population.coef) / np.sqrt(np.sum(s * w**2))
    return np.array(
        [
            np.arccos(student.correlation * cosine) / np.pi,
            1 - np.arccos(student.correlation) / np.pi,
        ]
    )


def student_simulated(rng, population, n, alpha, m, n_sets=15):
    w = fits(rng, population, n, alpha, n_sets)
    student = taught(rng, population, w, m)
    agreement = [population.agreement(a, b) for a, b in zip(student, w, strict=True)]
    return mean_error(population, student), np.mean(agreement)


def clusters(population, n, m):
    """Teacher and student on two clusters."""
    teacher = least_squares(population, n)
    return np.array([teacher.error_rate, teacher.distill(m).error_rate])


def clusters_simulated(rng, population, n, m, n_sets=30):
    w = fits(rng, population, n, n_sets=n_sets)
    return [mean_error(population, model) for model in (w, taught(rng, population, w, m))]


def as_one_gaussian(population, n, m):
    """The covariance taken without the centres: one Gaussian with a linear truth."""
    s, r2 = population.eigenvalues, population.radius**2
    people = GaussianPopulation(
        s, population.mean / s * population.label_scale, noise_variance=max(0.0, 1 - r2 / (1 + r2))
    )
    teacher = least_squares(people, n)
    student = teacher.distill(m, labels="hard")
    normal = [np.cos(np.pi * law.error_rate) * population.radius for law in (teacher, student)]
    return np.array([upper_tail(margin) for margin in normal])


def upper_tail(x):
    return float(special.ndtr(-x))


def floor(n_clusters, radius, n, p, flips, m, n_draws=1):
    """Errors of a teacher, and of its student's student."""
    teacher = cluster_mixture(n_clusters, radius, n, p, flip_rate=flips)
    return np.array([teacher.error_rate, teacher.distill(m).distill(m).error_rate])


def floor_simulated(rng, n_clusters, radius, n, p, flips, m, n_draws=1):
    found = []
    for _ in range(n_draws):
        teacher = simulation.cluster_mixture(n_clusters, radius, n, p, flip_rate=flips, rng=rng)
        student = teacher.distill(m, rng=rng).distill(m, rng=rng)
        found.append([teacher.error_rate, student.error_rate])
    return np.mean(found, axis=0)


def random_feature_risk(rng, population, n, k, alpha, n_sets=55):
    X, y = training_sets(population, n, n_sets, rng=rng)
    W = rng.standard_normal((n_sets, population.n_features, k)) / np.sqrt(k)
    return mean_risk(clean(population), scores_of(W, ridge_fits(X @ W, y, alpha)))


HARD = (
    {"population": power_law(150, 0.7, scale=4, flips=0.1), "n": 90, "alpha": 3.0},
    {"population": power_law(80, 0.4, scale=0.1, flips=0.2), "n": 200, "alpha": 0.4},
    {"population": power_law(120, 1, scale=30, flips=0.05), "n": 80, "alpha": 0.0},
)


def ridge_law(population, n, alpha, spent=1, lost=1):
    """The risk of ridge in full, so that a mistake can be made in it."""
    law = least_squares(population, n, alpha=alpha)
    s = population.eigenvalues
    kept = s / (s + law.kappa)
    missed = population.noise_variance + lost * np.sum(s * (population.coef * (1 - kept)) ** 2)
    return missed / (1 - spent * np.sum(kept**2) / n)


def missed_degree(population, n):
    """Belkin, Hsu and Xu's formula with p/(n - p) for p/(n - p - 1)."""
    p, v = population.n_features, population.noise_variance
    lost = max(0, 1 - n / p) * population.signal
    return lost + v * (1 + min(n, p) / abs(n - p))

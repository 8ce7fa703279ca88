"""Laws of `ddkd.theory` for a population, as several entries need them."""

import numpy as np

from ddkd import theory


def isotropic_risk(population, n):
    """Exact risk of minimum norm on isotropic inputs."""
    return theory.isotropic_risk(
        n, population.n_features, signal=population.signal, noise_variance=population.noise_variance
    )


def best_ridge(population):
    """The best ridge on isotropic inputs, in their units: the same for every n."""
    noise_to_signal = population.label_noise / (population.label_scale**2 * population.signal)
    return population.n_features * population.eigenvalues[0] * noise_to_signal


def ridge(population, n, alpha):
    return theory.least_squares(population, n, alpha=alpha)


def ridge_of_time(population, n, time):
    """Risk of a ridge of 1/T in place of a flow until T."""
    return ridge(population, n, 1 / np.array(time)).risk


def excess(law):
    return law.risk - law.population.noise_variance


def learned(population, n, alpha, power=1):
    """Learnabilities A = s/(s + kappa), and their sum of powers."""
    s, kappa = population.eigenvalues, ridge(population, n, alpha).kappa
    A = s / (s + kappa)
    return A, np.sum(A**power)


def figures(student):
    return np.array([student.error_rate, student.agreement])


def features(population, n, k, alpha):
    """Law of k random features, whose kernel is linear in the population's inputs."""
    s, v = population.eigenvalues, population.noise_variance
    return theory.random_features(
        s, np.sqrt(s) * population.coef, n, k, alpha=alpha, noise_variance=v
    )

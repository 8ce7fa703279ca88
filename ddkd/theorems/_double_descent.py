"""Laws and simulations of `double_descent`, with the mistakes that can be made in them."""

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._problems import (
    clean,
    mean_risk,
    smoothers,
)
from ddkd.theory import isotropic_risk, least_squares, random_features


def kappa_at_best_ridge(population, n):
    """In units of the inputs' variance."""
    p, a = population.n_features, population.n_features * population.noise_variance
    a /= population.signal
    return ((a + p - n) + np.sqrt((a + p - n) ** 2 + 4 * n * a)) / (2 * n)


def best_ridge(population):
    """The isotropic optimum, in the units of the inputs."""
    noise_to_signal = population.noise_variance / population.signal
    return population.n_features * population.eigenvalues[0] * noise_to_signal


def tuned_risk(population, n):
    kappa = kappa_at_best_ridge(population, n)
    return population.noise_variance + population.signal * kappa / (1 + kappa)


def parameters(rng, population, n, alpha, n_sets=25):
    """Test: n |S x|^2 on fresh inputs; training: tr H^2."""
    X = training_sets(population, n, n_sets, rng=rng)[0]
    S = smoothers(X, alpha)
    test = n * np.mean(np.sum(population.eigenvalues[:, None] * S**2, axis=(1, 2)))
    return test, np.mean(np.sum((X @ S) ** 2, axis=(1, 2)))


def degrees(population, n, alpha, power):
    """Sum of A^power."""
    s = population.eigenvalues
    return np.sum((s / (s + least_squares(population, n, alpha=alpha).kappa)) ** power)


def parameter_law(population, n, alpha, test_power=2):
    """On test inputs and on training inputs; the latter from the training error of pure noise."""
    df1, df2, df = (degrees(population, n, alpha, power) for power in (1, 2, test_power))
    return np.array([n * df / (n - df), (n - df1) ** 2 / (n - df2) - n + 2 * df1])


def learnabilities(rng, population, n):
    X = training_sets(population, n, 1, rng=rng)[0][0]
    return np.trace(smoothers(X) @ X), degrees(population, n, 0.0, 1)


def leave_one_out(rng, population, n, n_sets=60):
    """Squared leave-one-out errors of minimum norm by the shortcut, from one fit."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    if n > population.n_features:
        left = np.eye(n) - X @ smoothers(X)
    else:
        left = np.linalg.inv(X @ np.swapaxes(X, 1, 2))
    residual = (left @ y[..., None])[..., 0] / np.diagonal(left, axis1=1, axis2=2)
    return np.mean(residual**2)


def projected_risk(rng, population, n, k, n_sets=350):
    """Minimum norm on k random orthonormal combinations of the inputs."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    Q = np.linalg.qr(rng.standard_normal((n_sets, population.n_features, k)))[0]
    return mean_risk(population, (Q @ ridge_fits(X @ Q, y)[..., None])[..., 0])


def projected_law(population, n, k, split=True, noise=True):
    """Belkin's law, with the share k/p of the signal seen."""
    seen = population.signal * (k / population.n_features if split else 1.0)
    return isotropic_risk(
        n,
        k,
        signal=seen,
        unseen_signal=(population.signal - seen) * noise,
        noise_variance=population.noise_variance,
    ) + (0.0 if noise else population.signal - seen)


def blocks(n, ratio, n_blocks):
    """Blocks of n equal variances, each `ratio` times the next, without a signal."""
    s = np.repeat(float(ratio) ** -np.arange(n_blocks), n)
    return GaussianPopulation(s, 0 * s, noise_variance=2.0)


def noise_cost(rng, population, n, n_sets=12):
    """Mean square of fitted noise, averaged over the noise exactly."""
    S = smoothers(training_sets(population, n, n_sets, rng=rng)[0])
    spread = np.sum(population.eigenvalues[:, None] * S**2, axis=(1, 2))
    return population.noise_variance * np.mean(spread)


def random_feature_fits(rng, population, n, k, alpha, n_maps=1, n_sets=25):
    """Coefficients (n_maps, n_sets, p) on independent random features of the same data."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    W = rng.standard_normal((n_maps, n_sets, population.n_features, k)) / np.sqrt(k)
    y = np.broadcast_to(y, (n_maps, *y.shape))
    return (W @ ridge_fits(X @ W, y, alpha)[..., None])[..., 0]


def one_and_all(population, n, k, alpha):
    """Laws of one random-feature model, and of the average of infinitely many: kernel ridge."""
    s = population.eigenvalues
    coef, noise = np.sqrt(s) * population.coef, population.noise_variance
    one = random_features(s, coef, n, k, alpha=alpha, noise_variance=noise)
    return one, one.committee(np.inf)


def committee_law(population, n, k, alpha, n_models, *, power=1, own_ridge=False):
    one, every = one_and_all(population, n, k, alpha)
    if own_ridge:
        every = least_squares(population, n, alpha=alpha)
    return every.risk + (one.risk - every.risk) / n_models**power


def relu_law(d, n, k, alpha, signal, noise, *, bulk=0.25 - 1 / (2 * np.pi), first=0.25):
    """A linear kernel of mu_1^2/d, and a bulk of mu_*^2, of a ReLU on the sphere."""
    l, coef = np.full(d, first / d), np.full(d, np.sqrt(signal / d))
    return random_features(l, coef, n, k, alpha=alpha, noise_variance=noise, bulk=bulk).risk


def relu_risk(rng, d, n, k, alpha, signal, noise, n_sets=12, n_test=200):
    def sphere(count):
        x = rng.standard_normal((n_sets, count, d))
        return x / np.linalg.norm(x, axis=-1, keepdims=True)

    X = np.sqrt(d) * sphere(n + n_test)
    Z = np.maximum(X @ np.swapaxes(sphere(k), 1, 2), 0) - 1 / np.sqrt(2 * np.pi)
    Z /= np.sqrt(k)
    truth = X.sum(axis=-1) * np.sqrt(signal / d)
    y = truth[:, :n] + np.sqrt(noise) * rng.standard_normal((n_sets, n))
    fitted = Z[:, n:] @ ridge_fits(Z[:, :n], y, alpha)[..., None]
    return np.mean((truth[:, n:] - fitted[..., 0]) ** 2) + noise


def split_law(population, n, k, alpha, mixed=False):
    """Bias, sampling, initialisation, noise."""
    one, every = one_and_all(clean(population), n, k, alpha)
    s = population.eigenvalues
    bias = np.sum(s * population.coef**2 * (one.gamma / (s + one.gamma)) ** 2)
    noise = one_and_all(population, n, k, alpha)[0].risk - one.risk
    noise -= population.noise_variance
    return np.array([bias, every.risk - bias, one.risk - every.risk, noise])


def split(rng, population, n, k, alpha):
    """The same parts from products of errors that share data and features, data, or nothing."""
    s, b = population.eigenvalues, population.coef
    first, second = b - random_feature_fits(rng, clean(population), n, k, alpha, n_maps=2)
    bias = np.mean((first[:-1] * second[1:]) @ s)
    data, both = np.mean((first * second) @ s), np.mean(first**2 @ s)
    X = training_sets(population, n, 25, rng=rng)[0]
    W = rng.standard_normal((25, s.size, k)) / np.sqrt(k)
    spread = np.sqrt(s)[:, None] * (W @ smoothers(X @ W, alpha))
    noise = population.noise_variance * np.mean(np.sum(spread**2, axis=(1, 2)))
    return [bias, data - bias, both - data, noise]

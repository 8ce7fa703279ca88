"""What the bench simulates of models on random features; none of it knows a law."""

import numpy as np

from ddkd import simulation
from ddkd._arrays import products
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._simulators import inputs, mean_loss, smoothers, spread, transpose


def feature_fits(rng, population, n, k, alpha, n_sets=7, **options):
    """Fits on random features whose kernel is linear in the population's inputs, on these."""
    s, v = population.eigenvalues, population.noise_variance
    options |= {"alpha": alpha, "noise_variance": v, "n_sets": n_sets, "rng": rng}
    return simulation.random_features(s, np.sqrt(s) * population.coef, n, k, **options).coef


def feature_risk(population, w):
    """Mean risk of coefficients on inputs of unit variance."""
    return mean_loss(population, w / np.sqrt(population.eigenvalues))


def averaged_risk(rng, population, n, k, alpha, n_models, n_sets=13):
    w = feature_fits(rng, population, n, k, alpha, n_models=n_models, n_sets=n_sets)
    return feature_risk(population, w)


def teacher_and_student(rng, population, n, k, alpha, m, student_k):
    teacher = feature_fits(rng, population, n, k, alpha, n_sets=14)
    clean = type(population)(population.eigenvalues, population.coef)
    student = feature_fits(rng, clean, m, student_k, 0.0, teacher=teacher)
    return [feature_risk(population, w) for w in (teacher, student)]


def maps(rng, population, k, n_sets):
    """Random features of the inputs, (n_sets, n_features, k)."""
    return rng.standard_normal((n_sets, population.n_features, k)) / np.sqrt(k)


def projected_risk(rng, population, n, k, n_sets=160):
    """Minimum norm on k random orthonormal combinations of the inputs."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    Q = np.linalg.qr(maps(rng, population, k, n_sets))[0]
    return mean_loss(population, products(Q, ridge_fits(X @ Q, y)))


def split(rng, population, n, k, alpha, n_sets=9, n_maps=3):
    """Bias, sampling, initialisation, noise, from products of errors.

    They share data and features, data, or nothing.
    """
    s, b = population.eigenvalues, population.coef
    X = inputs(rng, population, n, n_sets)
    fitted, noise = [], []
    for _ in range(n_maps):
        W = maps(rng, population, k, n_sets)
        S = W @ smoothers(X @ W, alpha)
        fitted.append(products(S, X @ b))
        noise.append(population.noise_variance * spread(population, S))
    errors = np.sqrt(s) * (b - np.array(fitted))
    bias = product(errors.mean(axis=0))
    data, both = product(errors), np.mean(np.sum(errors**2, axis=2))
    return [bias, data - bias, both - data, np.mean(noise)]


def product(errors):
    """Mean product of two different errors along the first axis, summed over the last."""
    count = len(errors)
    pairs = np.sum(errors, axis=0) ** 2 - np.sum(errors**2, axis=0)
    return np.mean(np.sum(pairs, axis=-1)) / (count * (count - 1))


def relu_risk(rng, d, n, k, alpha, signal, noise, n_sets=7, n_test=200):
    """Centred ReLU features on the sphere."""

    def sphere(count):
        x = rng.standard_normal((n_sets, count, d))
        return x / np.linalg.norm(x, axis=-1, keepdims=True)

    X = np.sqrt(d) * sphere(n + n_test)
    Z = (np.maximum(X @ transpose(sphere(k)), 0) - 1 / np.sqrt(2 * np.pi)) / np.sqrt(k)
    truth = X.sum(axis=-1) * np.sqrt(signal / d)
    y = truth[:, :n] + np.sqrt(noise) * rng.standard_normal((n_sets, n))
    fitted = products(Z[:, n:], ridge_fits(Z[:, :n], y, alpha))
    return np.mean((truth[:, n:] - fitted) ** 2) + noise


def fitted_noise(rng, seed, n, p, kind, n_problems=50):
    """Mean square of what min-norm fits make of unit noise, (n_problems,), on fresh inputs."""
    own = np.random.default_rng(seed)
    d = max(n, p) + 10
    decay = np.arange(1.0, d + 1) ** -own.uniform(0, 1, (n_problems, 1))
    W = own.standard_normal((n_problems, d, p)) * decay[..., None]
    shift = own.uniform(0, 2 * np.pi, (n_problems, 1, p))
    x = rng.standard_normal((n_problems, n + 30, d))
    if kind == "sphere":
        x /= np.linalg.norm(x, axis=-1, keepdims=True)
    if kind == "student":
        x /= np.sqrt(rng.chisquare(5, x.shape) / 5)
    z = x @ W
    if kind == "relu":
        z = np.maximum(z, 0)
    if kind == "cosine":
        z = np.cos(z + shift)
    return np.mean(np.sum((z[:, n:] @ smoothers(z[:, :n])) ** 2, axis=-1), axis=1)

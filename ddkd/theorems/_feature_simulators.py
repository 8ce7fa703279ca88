"""Simulators of models on random features; they know none of the laws."""

import numpy as np

from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems._simulators import apply, inputs, mean_loss, smoothers, spread, transpose


def maps(rng, population, k, n_sets):
    """Random features of the inputs, (n_sets, n_features, k)."""
    return rng.standard_normal((n_sets, population.n_features, k)) / np.sqrt(k)


def fit_through(W, X, y, alpha=0.0):
    """Coefficients, on the inputs, of ridge on the features X W."""
    return apply(W, ridge_fits(X @ W, y, alpha))


def feature_fits(rng, population, n, k, alpha, n_models=1, n_sets=7):
    """Coefficients (n_models, n_sets, n_features) on random features of the same data."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    models = range(n_models)
    return np.array([fit_through(maps(rng, population, k, n_sets), X, y, alpha) for _ in models])


def averaged_risk(rng, population, n, k, alpha, n_models, n_sets=13):
    w = feature_fits(rng, population, n, k, alpha, n_models, n_sets)
    return mean_loss(population, w.mean(axis=0))


def teacher_and_student(rng, population, n, k, alpha, m, student_k, n_sets=14):
    teacher = feature_fits(rng, population, n, k, alpha, n_sets=n_sets)[0]
    X = inputs(rng, population, m, n_sets)
    student = fit_through(maps(rng, population, student_k, n_sets), X, apply(X, teacher))
    return [mean_loss(population, w) for w in (teacher, student)]


def projected_risk(rng, population, n, k, n_sets=160):
    """Minimum norm on k random orthonormal combinations of the inputs."""
    X, y = training_sets(population, n, n_sets, rng=rng)
    Q = np.linalg.qr(maps(rng, population, k, n_sets))[0]
    return mean_loss(population, fit_through(Q, X, y))


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
        fitted.append(apply(S, X @ b))
        noise.append(population.noise_variance * spread(population, S))
    errors = np.sqrt(s) * (b - np.array(fitted))
    bias = product(errors.mean(axis=0))
    data, both = product(errors), np.mean(np.sum(errors**2, axis=2))
    return [bias, data - bias, both - data, np.mean(noise)]


def product(errors):
    """Mean product of two different errors along the first axis, summed over the last."""
    count = len(errors)
    products = np.sum(errors, axis=0) ** 2 - np.sum(errors**2, axis=0)
    return np.mean(np.sum(products, axis=-1)) / (count * (count - 1))


def relu_risk(rng, d, n, k, alpha, signal, noise, n_sets=7, n_test=200):
    """Centred ReLU features on the sphere."""

    def sphere(count):
        x = rng.standard_normal((n_sets, count, d))
        return x / np.linalg.norm(x, axis=-1, keepdims=True)

    X = np.sqrt(d) * sphere(n + n_test)
    Z = (np.maximum(X @ transpose(sphere(k)), 0) - 1 / np.sqrt(2 * np.pi)) / np.sqrt(k)
    truth = X.sum(axis=-1) * np.sqrt(signal / d)
    y = truth[:, :n] + np.sqrt(noise) * rng.standard_normal((n_sets, n))
    fitted = apply(Z[:, n:], ridge_fits(Z[:, :n], y, alpha))
    return np.mean((truth[:, n:] - fitted) ** 2) + noise


def exponent(rng, population, times, k, n_sets=20):
    """Local exponent of a student's excess in its teacher's, between k features and 2k.

    Both see infinitely many examples; the student has the kernel itself and stops early.
    """
    s, b = population.eigenvalues, population.coef
    excess = []
    for width in (k, 2 * k):
        W = maps(rng, population, width, n_sets)
        w = apply(W, ridge_fits(np.sqrt(s)[:, None] * W, np.sqrt(s) * b))
        stopped = [mean_loss(population, -np.expm1(-time * s) * w) for time in times]
        excess.append([min(stopped), mean_loss(population, w)])
    student, teacher = np.log(excess[0]) - np.log(excess[1])
    return student / teacher


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

"""What the bench simulates of models on one another's labels; none of it knows a law."""

import numpy as np

from ddkd._arrays import products
from ddkd.simulation import ridge_fits
from ddkd.theorems import _simulators
from ddkd.theorems._problems import power_law
from ddkd.theorems._simulators import mean_loss, smoothers, transpose


def people(n, p, signal, truth=0.0):
    """Unequal variances if there are more rows than columns; risks without noise."""
    return power_law(p, 0.7 if n > p else 0.0, scale=3, signal=signal, truth=truth)


def noisy(rng, X, w, noise_variance):
    """Labels of models (n_sets, n_features), or of one."""
    y = X @ w if w.ndim == 1 else products(X, w)
    return y + np.sqrt(noise_variance) * rng.standard_normal(y.shape)


def replaced(rng, n, p, signal, noise_variance, generation, inputs, weight=0.0, n_sets=150):
    """Excess of the last of a chain, each fitted to its predecessor's labels and some true ones."""
    population = people(n, p, signal)
    truth = w = population.coef
    for k in range(generation):
        if k == 0 or inputs == "fresh":
            X = _simulators.inputs(rng, population, n, n_sets)
        y = noisy(rng, X, w, noise_variance)
        if k > 0 and weight:
            y = (1 - weight) * y + weight * noisy(rng, X, truth, noise_variance)
        w = ridge_fits(X, y)
    return mean_loss(population, w)


def accumulated(rng, n, p, signal, noise_variance, generation, inputs, n_sets=120):
    """Excess of the last of a chain, each fitted to the rows of all before it, too."""
    population = people(n, p, signal)
    w = population.coef
    X = _simulators.inputs(rng, population, n * generation, n_sets)
    y = np.empty((n_sets, 0))
    for k in range(generation):
        rows = slice(0, n) if inputs == "same" else slice(k * n, (k + 1) * n)
        y = np.append(y, noisy(rng, X[:, rows], w, noise_variance), axis=1)
        if inputs == "same":  # the rows again: a fit to the mean of their labels
            w = ridge_fits(X[:, rows], y.reshape(n_sets, k + 1, n).mean(axis=1))
        else:
            w = ridge_fits(X[:, : (k + 1) * n], y)
    return mean_loss(population, w)


def two_truths(rng, n_true, n_other, p, signal, distance, noise_variance, n_sets=300):
    """Excess of one fit to rows of two truths."""
    population = people(n_true + n_other, p, signal)
    other = population.coef + people(n_true + n_other, p, distance, truth=-0.5).coef
    X = _simulators.inputs(rng, population, n_true + n_other, n_sets)
    y = np.append(X[:, :n_true] @ population.coef, X[:, n_true:] @ other, axis=1)
    y += np.sqrt(noise_variance) * rng.standard_normal(y.shape)
    return mean_loss(population, ridge_fits(X, y))


def covariance_of(rng, n, n_unlabelled, p, signal, noise_variance, covariance, n_sets=200):
    """Excess of C^-1 X'y/n, where C is known or is a covariance of other inputs, or of all."""
    known = np.isinf(n_unlabelled)
    rows = n_unlabelled + (0 if covariance == "other" else n)
    population = people(rows, p, signal)
    X = _simulators.inputs(rng, population, n, n_sets)
    y = noisy(rng, X, population.coef, noise_variance)
    along = products(transpose(X), y) / n
    if known:
        return mean_loss(population, along / population.eigenvalues)
    Z = _simulators.inputs(rng, population, n_unlabelled, n_sets)
    S = smoothers(Z if covariance == "other" else np.append(X, Z, axis=1))
    return mean_loss(population, rows * products(S @ transpose(S), along))


def rectified(rng, n, n_unlabelled, weight, b, w, c, h, noise_variance, n_sets=150):
    """Excess of fit_n(y - l f) + l fit_N(f), for a teacher f that sees columns of its own."""
    p = len(b)
    sd = 2.0 * np.arange(1, p + 1) ** -0.4 if min(n, n_unlabelled) > p else np.ones(p)
    X, Z = (sd * rng.standard_normal((n_sets, rows, p)) for rows in (n, n_unlabelled))
    unseen, others = (rng.standard_normal((*one.shape[:2], len(c))) for one in (X, Z))
    left = noisy(rng, X, b - weight * w, noise_variance) + unseen @ (c - weight * h)
    fit = ridge_fits(X, left) + weight * ridge_fits(Z, Z @ w + others @ h)
    return np.mean(np.sum((sd * (fit - b)) ** 2, axis=1))

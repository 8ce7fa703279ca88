"""Random features of a kernel, with Gaussian eigenfunctions."""

from typing import Any

import numpy as np

from ddkd._arrays import products
from ddkd._checks import check_eigenvalues, check_integer, check_real, check_rng
from ddkd.populations import GaussianPopulation
from ddkd.simulation._draws import Draws, answers, ridge_fits, training_sets


def random_features(
    eigenvalues: Any,
    coef: Any,
    n_samples: int,
    n_components: int,
    *,
    alpha: float = 0.0,
    bulk: float = 0.0,
    n_models: int = 1,
    labels: str = "real",
    noise_variance: float = 0.0,
    flip_rate: float = 0.0,
    teacher: np.ndarray | None = None,
    n_sets: int = 1,
    rng: Any = None,
) -> Draws:
    """Draw training sets and random features and fit; the law is `theory.random_features`.

    The eigenfunctions are independent standard normal inputs x, and each of the k features
    is the random function sum sqrt(l) W x / sqrt(k) with W standard normal. The population that
    judges the coefficients is ``GaussianPopulation(np.ones(n_eigenfunctions), coef, ...)``.

    Parameters
    ----------
    eigenvalues, coef : array_like of shape (n_eigenfunctions,)
        Eigenvalues l of the kernel, and the truth's coefficients on the eigenfunctions.
    n_samples, n_components : int
        Numbers of samples and of random features.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.
    bulk : float, default=0.0
        Sum of infinitely many vanishing eigenvalues, by which every feature of every example has
        independent noise of its own.
    n_models : int, default=1
        Average so many models, with random features of their own, on the same samples.
    labels : {"real", "hard"}, default="real"
        Real labels, or their signs.
    noise_variance : float, default=0.0
        Variance of the noise on real labels.
    flip_rate : float, default=0.0
        Probability with which a hard label is flipped.
    teacher : ndarray of shape (n_sets, n_coefficients), optional
        Coefficients that this function returned: students of their labels are drawn, one of each,
        in place of fits to the truth's labels.
    n_sets : int, default=1
        Number of training sets, if there is no teacher.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Draws
        The fits, on the eigenfunctions. With a bulk every generation has one coefficient more, for
        what its model makes of all those eigenfunctions together; the truth has a zero there.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> l = 1 / np.arange(1, 301) ** 1.5
    >>> population = GaussianPopulation(np.ones(300), np.sqrt(l), labels="hard")
    >>> models = simulation.random_features(l, np.sqrt(l), 50, 200, labels="hard", rng=0)
    >>> bool(models.train_risk[0] < 1e-20), bool(population.error_rate(models.coef)[0] < 0.4)
    (True, True)
    """
    generator = check_rng(rng)
    l = check_eigenvalues(eigenvalues)
    bulk = check_real("bulk", bulk, low=0.0)
    n = check_integer("n_samples", n_samples)
    k = check_integer("n_components", n_components)
    count = check_integer("n_models", n_models)
    population = GaussianPopulation(
        np.ones(l.size), coef, labels=labels, noise_variance=noise_variance, flip_rate=flip_rate
    )
    if teacher is None:
        X, y = training_sets(population, n, n_sets, rng=generator)
    else:
        X = generator.standard_normal((len(teacher), n, teacher.shape[-1]))
        noise = flip_rate if labels == "hard" else noise_variance
        y = answers(population, products(X, teacher), None, noise, generator)
    weights, rest, fitted = np.zeros((len(X), X.shape[-1])), np.zeros(len(X)), np.zeros(y.shape)
    for _ in range(count):
        W = generator.standard_normal((len(X), l.size, k)) * np.sqrt(l / k)[:, None]
        Z = X[..., : l.size] @ W
        if bulk:
            Z += np.sqrt(bulk / k) * generator.standard_normal(Z.shape)
        a = ridge_fits(Z, y, alpha)
        weights[:, : l.size] += products(W, a) / count
        fitted += products(Z, a) / count
        # On a fresh example all the bulk's eigenfunctions together are one normal variable.
        rest += bulk / k * np.sum(a**2, axis=-1) / count**2
    if bulk:
        weights = np.append(weights, np.sqrt(rest)[:, None], axis=1)
    return Draws(weights, np.mean((y - fitted) ** 2, axis=-1))

"""Many training sets at once, and ridge regression on each."""

from typing import Any

import numpy as np

from ddkd._checks import check_integer, check_real, check_rng
from ddkd.populations import GaussianPopulation
from ddkd.simulation._models import draw


def training_sets(
    population: GaussianPopulation, n_samples: int, n_sets: int, *, rng: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw many training sets of a Gaussian population, as one array.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples : int
        Number of samples in each.
    n_sets : int
        Number of training sets.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    X : ndarray of shape (n_sets, n_samples, n_features)
        Inputs.
    y : ndarray of shape (n_sets, n_samples)
        Labels.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(5), np.ones(5), noise_variance=1.0)
    >>> X, y = simulation.training_sets(population, 20, 3, rng=0)
    >>> X.shape, y.shape
    ((3, 20, 5), (3, 20))
    """
    n_samples = check_integer("n_samples", n_samples)
    n_sets = check_integer("n_sets", n_sets)
    X, y = draw(population, n_sets * n_samples, check_rng(rng))
    return X.reshape(n_sets, n_samples, -1), y.reshape(n_sets, n_samples)


def ridge_fits(X: np.ndarray, y: np.ndarray, alpha: float = 0.0) -> np.ndarray:
    """Fit ridge, or minimum norm, to each of many training sets.

    By the normal equations of the first or of the second kind, whichever are smaller: meant
    for random inputs with a width some way from the number of samples.

    Parameters
    ----------
    X : ndarray of shape (..., n_samples, n_features)
        Inputs.
    y : ndarray of shape (..., n_samples)
        Labels.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.

    Returns
    -------
    ndarray of shape (..., n_features)
        Coefficients.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> X, y = np.eye(3)[None] * 2, np.ones((1, 3))
    >>> simulation.ridge_fits(X, y, alpha=4.0)
    array([[0.25, 0.25, 0.25]])
    """
    alpha = check_real("alpha", alpha, low=0.0)
    n, p = X.shape[-2:]
    transposed = np.swapaxes(X, -1, -2)
    if p <= n:
        gram = transposed @ X + alpha * np.eye(p)
        return np.linalg.solve(gram, transposed @ y[..., None])[..., 0]
    gram = X @ transposed + alpha * np.eye(n)
    return (transposed @ np.linalg.solve(gram, y[..., None]))[..., 0]

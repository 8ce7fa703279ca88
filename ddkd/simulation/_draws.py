"""Coefficients of models fitted to many training sets, and how all simulators get them."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ddkd._arrays import products
from ddkd._checks import (
    check_choice,
    check_features,
    check_integer,
    check_real,
    check_rng,
)
from ddkd._repr import short_repr
from ddkd.populations import Clusters, Population
from ddkd.solvers import ridge

_LARGEST_CONDITION = 1e10  # of a Gram matrix, for six digits of the fit


Sampler: TypeAlias = Population | Clusters  # all that simulators draw from


@short_repr
@dataclass(frozen=True, eq=False)
class Draws:
    """Models fitted to independent training sets; their population judges them.

    Attributes
    ----------
    coef : ndarray of shape (n_sets, n_features)
        Coefficients on all columns, zero where a model has none. Models on a stack of columns
        have the shape (n_sets, n_masks, n_features), those at several times (n_sets, n_times,
        n_features), those of a vote (n_sets, n_models, n_features). ``population.risk(coef)`` and
        ``population.error_rate(coef)`` are exact.
    train_risk : ndarray of shape (n_sets,), (n_sets, n_masks) or (n_sets, n_times), or None
        Mean squared error on the labels that each model was fitted to; None for a committee, whose
        models have training sets of their own.
    """

    coef: np.ndarray
    train_risk: np.ndarray | None


def training_sets(
    population: Sampler, n_samples: int, n_sets: int, *, rng: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw many training sets of a population, as one array.

    Parameters
    ----------
    population : Population
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
    generator = check_rng(rng)
    X = population.sample(n_sets * n_samples, rng=generator)
    y = population.label(X, rng=generator)
    return X.reshape(n_sets, n_samples, -1), y.reshape(n_sets, n_samples)


def ridge_fits(X: np.ndarray, y: np.ndarray, alpha: float = 0.0) -> np.ndarray:
    """Fit ridge, or minimum norm, to each of many training sets.

    By the normal equations of the first or of the second kind, whichever are smaller; where their
    condition is not known to be small, by `ddkd.solvers.ridge`.

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
    gram = transposed @ X if p <= n else X @ transposed
    gram += alpha * np.eye(min(n, p))
    right = products(transposed, y) if p <= n else y
    # How much a random right side grows tells the condition of the Gram matrix.
    probe = np.broadcast_to(np.random.default_rng(0).standard_normal(min(n, p)), right.shape)
    try:
        solved = np.linalg.solve(gram, np.stack([right, probe], axis=-1))
    except np.linalg.LinAlgError:
        solved = np.full((*right.shape, 2), np.nan)
    condition = np.linalg.norm(gram, axis=(-2, -1)) * np.linalg.norm(solved[..., 1], axis=-1)
    coef = solved[..., 0] if p <= n else products(transposed, solved[..., 0])
    unsafe = ~(condition < _LARGEST_CONDITION)
    if unsafe.any():
        coef[unsafe] = [ridge(*one, alpha).coef for one in zip(X[unsafe], y[unsafe], strict=True)]
    return coef


def fit(X: np.ndarray, y: np.ndarray, alpha: float, features: Any = None) -> Draws:
    """Ridge fits to training sets (n_sets, n_samples, n_features), on some of the columns."""
    if np.ndim(features) == 2:
        coef = np.stack([fit(X, y, alpha, mask).coef for mask in features], axis=1)
        return judged(coef, X, y)
    columns = check_features("features", features, X.shape[-1])
    coef = np.zeros((len(X), X.shape[-1]))
    coef[:, columns] = ridge_fits(X[..., columns], y, alpha)
    return judged(coef, X, y)


def judged(coef: np.ndarray, X: np.ndarray, y: np.ndarray) -> Draws:
    """Draws with their training error, of one model a training set or of a stack of them."""
    stack = coef if coef.ndim == 3 else coef[:, None]
    missed = y[:, None] - stack @ np.swapaxes(X, -1, -2)
    return Draws(coef, np.mean(missed**2, axis=-1).reshape(coef.shape[:-1]))


def answers(
    population: Sampler,
    scores: np.ndarray,
    labels: str | None,
    label_noise: float = 0.0,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """A teacher's labels: its scores or their signs, by default what the population's are."""
    kind = ("soft" if population.labels == "real" else "hard") if labels is None else labels
    hard = check_choice("labels", kind, ("hard", "soft")) == "hard"
    noise = check_real("label_noise", label_noise, low=0.0, high=0.5 if hard else np.inf)
    given = np.where(scores >= 0, 1.0, -1.0) if hard else scores
    if not noise:
        return given
    generator = check_rng(rng)
    if hard:
        return np.where(generator.random(given.shape) < noise, -given, given)
    return given + np.sqrt(noise) * generator.standard_normal(given.shape)


def votes(X: np.ndarray, coef: np.ndarray) -> np.ndarray:
    """Majority votes of linear models.

    Parameters
    ----------
    X : ndarray of shape (..., n_samples, n_features)
        Inputs.
    coef : ndarray of shape (..., n_models, n_features)
        Coefficients of an odd number of models.

    Returns
    -------
    ndarray of shape (..., n_samples)
        Votes of -1 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> simulation.votes(np.array([[1.0, -2.0]]), np.array([[1.0, 0.0], [1.0, 1.0], [2.0, 0.5]]))
    array([1.])
    """
    decisions = np.where(X @ np.swapaxes(coef, -1, -2) >= 0, 1.0, -1.0)
    return np.sign(np.sum(decisions, axis=-1))

"""Linear models: least squares, committees, own labels again, early stopping, bags."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ddkd._arrays import products
from ddkd._checks import (
    check_array,
    check_choice,
    check_features,
    check_integer,
    check_real,
    check_rng,
)
from ddkd.populations import Clusters
from ddkd.simulation._draws import (
    Draws,
    Sampler,
    answers,
    fit,
    judged,
    ridge_fits,
    training_sets,
)


def least_squares(
    population: Sampler,
    n_samples: int,
    *,
    features: Any = None,
    alpha: float = 0.0,
    n_sets: int = 1,
    rng: Any = None,
) -> Draws:
    """Draw training sets and fit each; the law is `theory.least_squares`.

    Parameters
    ----------
    population : Population
        Inputs, truth and labels.
    n_samples : int
        Number of samples.
    features : None, bool mask or index array, default=None
        Columns used; None for all. A stack of masks (n_masks, n_features), such as
        `theory.prefix_masks` makes, fits every training set on each.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.
    n_sets : int, default=1
        Number of training sets.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Draws
        The fits.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), labels="hard")
    >>> teachers = simulation.least_squares(population, 30, n_sets=20, rng=0)
    >>> students = simulation.distill(population, teachers.coef, 2000, rng=1)
    >>> gap = population.error_rate(students.coef) - population.error_rate(teachers.coef)
    >>> bool(abs(gap.mean()) < 0.01)
    True
    """
    return fit(*training_sets(population, n_samples, n_sets, rng=rng), alpha, features)


def cluster_mixture(
    n_clusters: int,
    radius: float,
    n_samples: int,
    n_features: int,
    *,
    alpha: float = 0.0,
    flip_rate: float = 0.0,
    n_sets: int = 1,
    rng: Any = None,
) -> Draws:
    """Draw training sets of two classes of clusters and fit each.

    The law is `theory.cluster_mixture`; `populations.Clusters` judges the coefficients.

    Parameters
    ----------
    n_clusters : int
        Number of clusters, half of them in each class; even, at most `n_features`.
    radius : float
        Norm of every centre.
    n_samples, n_features : int
        Numbers of samples and of features.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.
    flip_rate : float, default=0.0
        Probability that a label is flipped.
    n_sets : int, default=1
        Number of training sets.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Draws
        The fits.

    Examples
    --------
    >>> from ddkd import simulation
    >>> from ddkd.populations import Clusters
    >>> teachers = simulation.cluster_mixture(20, 6.0, 60, 100, flip_rate=0.1, n_sets=50, rng=0)
    >>> wrong = Clusters(20, 6.0, 100).wrong_clusters(teachers.coef)
    >>> bool(0 < wrong.mean() < 0.3)
    True
    """
    clusters = Clusters(n_clusters, radius, n_features, flip_rate)
    return least_squares(clusters, n_samples, alpha=alpha, n_sets=n_sets, rng=rng)


def committee(
    population: Sampler,
    n_samples: int,
    n_models: int,
    *,
    decide: str = "mean",
    features: Any = None,
    alpha: float = 0.0,
    n_sets: int = 1,
    rng: Any = None,
) -> Draws:
    """Draw committees whose models have a training set each; the law is `theory.committee`.

    Parameters
    ----------
    population : Population
        Inputs, truth and labels.
    n_samples : int
        Number of samples of each model.
    n_models : int
        Number of models; odd for a vote.
    decide : {"mean", "vote"}, default="mean"
        By the mean of the scores, whose coefficients are returned, or by the majority of signs:
        then the coefficients of all models are, and `votes` applies them. A population judges
        these one by one, not their vote.
    features : None, "all", bool mask or index array, default=None
        Columns used; None for all.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.
    n_sets : int, default=1
        Number of committees.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Draws
        The committees.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), labels="hard")
    >>> one, seven = (simulation.committee(population, 30, k, rng=0) for k in (1, 7))
    >>> bool(population.error_rate(seven.coef)[0] < population.error_rate(one.coef)[0])
    True
    """
    check_choice("decide", decide, ("mean", "vote"))
    models = check_integer("n_models", n_models)
    if decide == "vote" and models % 2 == 0:
        raise ValueError(f"n_models must be odd for a vote; got {models}")
    X, y = training_sets(population, n_samples, check_integer("n_sets", n_sets) * models, rng=rng)
    coef = fit(X, y, alpha, features).coef.reshape(n_sets, models, -1)
    return Draws(coef.mean(axis=1) if decide == "mean" else coef, None)


def self_distill(
    population: Sampler,
    n_samples: int,
    *,
    alpha: float = 0.0,
    student_alpha: float | None = None,
    labels: str | None = None,
    mixing: float = 1.0,
    n_sets: int = 1,
    rng: Any = None,
) -> Draws:
    """Draw training sets and fit a teacher, then a student to its labels on the same inputs.

    The law is `theory.self_distill`.

    Parameters
    ----------
    population : Population
        Inputs, truth and labels.
    n_samples : int
        Number of samples.
    alpha : float, default=0.0
        Ridge of the teacher.
    student_alpha : float, optional
        Ridge of the student; the teacher's unless given.
    labels : {"hard", "soft"} or None, default=None
        Signs of scores, or scores; None for the population's kind.
    mixing : float, default=1.0
        Share of the model's labels, beside the true ones.
    n_sets : int, default=1
        Number of training sets.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Draws
        The students.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), labels="hard")
    >>> student = simulation.self_distill(population, 200, alpha=20.0, mixing=-0.5, rng=0)
    >>> bool(0 < population.error_rate(student.coef)[0] < 0.3)
    True
    """
    share = check_real("mixing", mixing)
    X, y = training_sets(population, n_samples, n_sets, rng=rng)
    scores = products(X, ridge_fits(X, y, alpha))
    mixed = (1 - share) * y + share * answers(population, scores, labels)
    return fit(X, mixed, alpha if student_alpha is None else student_alpha)


def gradient_flow(
    population: Sampler,
    n_samples: int,
    time: ArrayLike,
    *,
    features: Any = None,
    n_sets: int = 1,
    rng: Any = None,
) -> Draws:
    """Draw training sets and follow gradient flow on least squares from zero.

    The law is `theory.gradient_flow`.

    Parameters
    ----------
    population : Population
        Inputs, truth and labels.
    n_samples : int
        Number of samples.
    time : float or array_like of shape (n_times,)
        When to stop, positive; at several times each flow gives a model for every one.
    features : None, bool mask or index array, default=None
        Columns used; None for all.
    n_sets : int, default=1
        Number of training sets.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Draws
        The models at that time; of several times, coefficients (n_sets, n_times, n_features).

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), noise_variance=1.0)
    >>> early, late = (simulation.gradient_flow(population, 50, t, rng=0) for t in (0.01, 1e6))
    >>> bool(population.risk(early.coef)[0] < population.risk(late.coef)[0])
    True
    """
    stop = check_array("time", time, ndim=(0, 1))
    if (stop <= 0).any():
        raise ValueError(f"time must be positive; got {stop.min():g}")
    columns = check_features("features", features, population.n_features)
    X, y = training_sets(population, n_samples, n_sets, rng=rng)
    left, size, right = np.linalg.svd(X[..., columns], full_matrices=False)
    along = products(np.swapaxes(left, -1, -2), y)
    # Directions that the inputs never take stay at zero.
    along = np.divide(along, size, out=np.zeros_like(size), where=size > 0)
    moved = -np.expm1(-np.multiply.outer(stop, size**2)) * along
    coef = np.zeros((*moved.shape[:-1], population.n_features))
    coef[..., columns] = products(np.swapaxes(right, -1, -2), moved)
    return judged(np.moveaxis(coef, -2, 0), X, y)


def bagging(
    population: Sampler,
    n_samples: int,
    n_subsample: int,
    n_models: int,
    *,
    alpha: float = 0.0,
    n_sets: int = 1,
    rng: Any = None,
) -> Draws:
    """Draw training sets and average ridge fits to random subsamples of each.

    The law is `theory.bagging`.

    Parameters
    ----------
    population : Population
        Inputs, truth and labels.
    n_samples, n_subsample : int
        Numbers of samples, and of those in each subsample, drawn without replacement.
    n_models : int
        Number of models.
    alpha : float, default=0.0
        Ridge penalty of each model; 0 for minimum norm.
    n_sets : int, default=1
        Number of training sets.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Draws
        The averages.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), noise_variance=1.0)
    >>> one, many = (simulation.bagging(population, 60, 40, k, rng=0) for k in (1, 50))
    >>> bool(population.risk(many.coef)[0] < population.risk(one.coef)[0])
    True
    """
    n_samples = check_integer("n_samples", n_samples)
    size = check_integer("n_subsample", n_subsample, high=n_samples)
    n_models = check_integer("n_models", n_models)
    generator = check_rng(rng)
    X, y = training_sets(population, n_samples, n_sets, rng=generator)
    # Too many models have no room here, before the first is fitted.
    coefs = np.empty((n_models, len(X), X.shape[-1]))
    for coef in coefs:
        rows = np.array([generator.permutation(n_samples)[:size] for _ in X])
        bag = np.take_along_axis(X, rows[..., None], axis=1)
        coef[:] = ridge_fits(bag, np.take_along_axis(y, rows, axis=1), alpha)
    return judged(np.mean(coefs, axis=0), X, y)

"""Students on fresh transfer sets that their teachers label."""

from typing import Any

import numpy as np
from scipy import special

from ddkd._arrays import products, ratio
from ddkd._checks import check_array, check_integer, check_real, check_rng
from ddkd.populations import Population
from ddkd.simulation._draws import Draws, Sampler, answers, fit, training_sets, votes


def distill(
    population: Sampler,
    coef: np.ndarray,
    n_transfer: int,
    *,
    labels: str | None = None,
    features: Any = None,
    alpha: float = 0.0,
    keep: tuple[float, float] | None = None,
    with_labels: int | tuple[np.ndarray, np.ndarray] | None = None,
    label_noise: float = 0.0,
    rng: Any = None,
) -> Draws:
    """Draw a transfer set for every teacher, label it and fit a student; see `theory.LinearLaw`.

    Parameters
    ----------
    population : Population
        Where transfer sets come from.
    coef : ndarray of shape (n_sets, n_features) or (n_sets, n_models, n_features)
        Coefficients of the teachers, or of the models that vote.
    n_transfer : int
        Number of fresh examples.
    labels : {"hard", "soft"} or None, default=None
        Signs of the teacher's scores, or the scores; None for the population's own kind, "hard"
        for hard labels and "soft" for real ones. A vote has hard labels.
    features : None, "all", bool mask or index array, default=None
        The student's columns; None for those of its teachers, the ones whose coefficients are not
        zero, "all" for every column.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.
    keep : tuple of two floats, optional
        Keep only inputs whose score has a size between these, in its standard deviations; fresh
        ones are drawn until `n_transfer` are kept.
    with_labels : int or tuple of X and y, optional
        Add so many fresh examples with true labels, or these: training sets of shapes (n_sets,
        n_samples, n_features) and (n_sets, n_samples).
    label_noise : float, default=0.0
        Variance of noise on soft labels, or the rate at which hard ones are flipped.
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
    >>> population = GaussianPopulation(np.ones(20), np.ones(20), labels="hard")
    >>> teachers = simulation.least_squares(population, 60, n_sets=5, rng=0)
    >>> students = simulation.distill(population, teachers.coef, 4000, rng=1)
    >>> bool(population.agreement(students.coef, teachers.coef).min() > 0.95)
    True
    """
    generator = check_rng(rng)
    m = check_integer("n_transfer", n_transfer)
    coef = check_array("coef", coef, ndim=(2, 3))
    if coef.shape[-1] != population.n_features:
        raise ValueError(
            f"coef must have {population.n_features} features, the last axis; got {coef.shape}"
        )
    if keep is None:
        X = population.sample(len(coef) * m, rng=generator).reshape(len(coef), m, -1)
    else:
        X = np.stack([_kept(population, teacher, m, keep, generator) for teacher in coef])
    vote = coef.ndim == 3
    scores = votes(X, coef) if vote else products(X, coef)
    y = answers(population, scores, "hard" if vote else labels, label_noise, generator)
    if with_labels is not None:
        true = with_labels
        if not isinstance(true, tuple):
            true = training_sets(population, true, len(coef), rng=generator)
        X, y = (np.concatenate(both, axis=1) for both in zip(true, (X, y), strict=True))
    if features is None:
        features = np.any(coef != 0, axis=tuple(range(coef.ndim - 1)))
    return fit(X, y, alpha, features)


def _kept(
    population: Sampler,
    teacher: np.ndarray,
    n_transfer: int,
    keep: tuple[float, float],
    rng: np.random.Generator,
) -> np.ndarray:
    """Inputs whose scores lie in the window."""
    if not isinstance(population, Population):
        raise ValueError(f"keep is for one Gaussian or two; got {population!r}")
    low = check_real("keep[0]", keep[0], low=0.0, high=4.0)
    spread = np.sqrt(np.sum(population.eigenvalues * teacher**2))
    centre = np.zeros(len(teacher)) if population.centre is None else population.centre
    margin = ratio(np.sum(np.sqrt(population.eigenvalues) * centre * teacher), spread)
    inner, outer = (np.sqrt(1 + margin**2) * limit for limit in (low, keep[1]))
    ends = np.array([outer - margin, -inner - margin, inner - margin, -outer - margin])
    share = special.ndtr(ends) @ [1, 1, -1, -1]
    if not share > 1e-4:
        raise ValueError(f"keep must hold at least one input in 10,000; got {keep}")
    kept = np.empty((0, population.n_features))
    while len(kept) < n_transfer:
        X = population.sample(int(1.1 * (n_transfer - len(kept)) / share) + 10, rng=rng)
        scores = np.abs(X @ teacher)
        kept = np.concatenate([kept, X[(scores >= inner * spread) & (scores <= outer * spread)]])
    return kept[:n_transfer]

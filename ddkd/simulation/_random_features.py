"""Random features of a kernel, with Gaussian eigenfunctions."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ddkd._checks import check_integer, check_real, check_rng, check_vector
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation
from ddkd.simulation._models import FittedModel, draw, figures, taught
from ddkd.solvers import LeastSquaresSolution, ridge


@short_repr
@dataclass(frozen=True, eq=False)
class RandomFeatureModel(FittedModel):
    """A model on random features of a kernel; the draw whose law is `theory.RandomFeatureLaw`.

    Attributes
    ----------
    population : GaussianPopulation
        The eigenfunctions, as unit-variance inputs.
    coef : ndarray of shape (n_eigenfunctions,)
        Coefficients on the eigenfunctions.
    risk, train_risk, correlation, error_rate : float
        As in `theory.RandomFeatureLaw`, exact for these coefficients.
    agreement : float or None
        Probability of the teacher's sign; None without a teacher.
    solution : LeastSquaresSolution
        What the solver returned.
    eigenvalues : ndarray of shape (n_eigenfunctions,)
        Eigenvalues of the kernel.
    bulk : float
        Sum of infinitely many vanishing eigenvalues. If it is not zero, the population has one
        more coordinate for every generation, for what its model makes of all of them.
    """

    population: GaussianPopulation
    solution: LeastSquaresSolution
    eigenvalues: np.ndarray
    bulk: float

    def distill(
        self,
        n_transfer: int,
        n_components: int,
        *,
        labels: str | None = None,
        alpha: float = 0.0,
        rng: Any = None,
    ) -> "RandomFeatureModel":
        """Draw a transfer set, label it with this model and fit a student.

        Parameters
        ----------
        n_transfer : int
            Number of fresh examples.
        n_components : int
            Number of the student's own random features.
        labels : {"hard", "soft"} or None, default=None
            Signs of the teacher's scores, or the scores; None for the population's own kind,
            "hard" for hard labels and "soft" for real ones.
        alpha : float, default=0.0
            Ridge penalty; 0 for minimum norm.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        RandomFeatureModel
            The student.
        """
        generator = check_rng(rng)
        X = self.population.sample(n_transfer, rng=generator)
        y = taught(X @ self.coef, labels, self.population)
        k = check_integer("n_components", n_components)
        kernel = self.eigenvalues, self.bulk
        return _model(self.population, *kernel, X, y, k, alpha, 1, generator, teacher=self.coef)


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
    rng: Any = None,
) -> RandomFeatureModel:
    """Draw a training set and random features and fit; the law is `theory.random_features`.

    The eigenfunctions are independent standard normal inputs x, and each of the k features
    is the random function sum sqrt(l) W x / sqrt(k) with W standard normal.

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
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    RandomFeatureModel
        The fit and its exact figures.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> l = 1 / np.arange(1, 301) ** 1.5
    >>> model = simulation.random_features(l, np.sqrt(l), 50, 200, labels="hard", rng=0)
    >>> bool(model.solution.interpolates), model.error_rate < 0.4
    (True, True)
    """
    generator = check_rng(rng)
    l = check_vector("eigenvalues", eigenvalues)
    if l.min() < 0 or l.max() == 0:
        raise ValueError("eigenvalues must be non-negative, with at least one positive")
    alpha = check_real("alpha", alpha, low=0.0)
    bulk = check_real("bulk", bulk, low=0.0)
    truth = check_vector("coef", coef, size=l.size)
    population = GaussianPopulation(
        np.ones(l.size), truth, labels=labels, noise_variance=noise_variance, flip_rate=flip_rate
    )
    X, y = draw(population, n_samples, generator)
    k = check_integer("n_components", n_components)
    count = check_integer("n_models", n_models)
    return _model(population, l, bulk, X, y, k, alpha, count, generator)


def _model(
    population: GaussianPopulation,
    l: np.ndarray,
    bulk: float,
    X: np.ndarray,
    y: np.ndarray,
    n_components: int,
    alpha: float,
    n_models: int,
    rng: np.random.Generator,
    teacher: np.ndarray | None = None,
) -> RandomFeatureModel:
    """The average of models on features of their own."""
    coef, spread2, misfit = np.zeros(population.n_features), 0.0, np.zeros(len(X))
    for _ in range(n_models):
        weights = rng.standard_normal((l.size, n_components))
        weights *= np.sqrt(l / n_components)[:, None]
        Z = X[:, : l.size] @ weights
        if bulk:
            Z += np.sqrt(bulk / n_components) * rng.standard_normal(Z.shape)
        solution = ridge(Z, y, alpha)
        coef[: l.size] += weights @ solution.coef / n_models
        misfit += (y - Z @ solution.coef) / n_models
        # On a fresh example all the bulk's eigenfunctions together are one normal variable.
        spread2 += bulk / n_components * float(np.sum(solution.coef**2)) / n_models**2
    if bulk:
        coef = np.append(coef, np.sqrt(spread2))
        truth = np.append(population.coef, 0.0)
        population = replace(population, eigenvalues=np.ones(truth.size), coef=truth)
        teacher = None if teacher is None else np.append(teacher, 0.0)
    found = figures(population, coef, np.mean(misfit**2), teacher)
    return RandomFeatureModel(solution=solution, eigenvalues=l, bulk=bulk, **found)

"""Committees of linear models, each with a training set of its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._checks import check_choice, check_features, check_integer, check_rng
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation
from ddkd.simulation._linear import LinearModel, least_squares, linear_model
from ddkd.simulation._models import taught

_DRAWS = 4000


@short_repr
@dataclass(frozen=True, eq=False)
class Committee:
    """Linear models that decide together; the draw whose law is `theory.LinearLaw.committee`.

    Attributes
    ----------
    population : GaussianPopulation
        Where the inputs come from.
    coefs : ndarray of shape (n_models, n_features)
        Coefficients of the models.
    features : ndarray of int
        The columns they use.
    decide : {"mean", "vote"}
        How they decide.
    risk, error_rate : float
        As in `theory.LinearLaw`; those of a vote from 4,000 fresh examples.
    """

    population: GaussianPopulation
    coefs: np.ndarray
    features: np.ndarray
    decide: str
    risk: float
    error_rate: float

    def scores(self, X: np.ndarray) -> np.ndarray:
        """Mean scores, or votes in {-1, 1}.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        ndarray of shape (n_samples,)
            What the committee decides.
        """
        return _decisions(X, self.coefs, self.decide)

    def distill(
        self, n_transfer: int, *, features: Any = None, alpha: float = 0.0, rng: Any = None
    ) -> LinearModel:
        """Draw a transfer set, label it with the committee's hard decisions and fit a student.

        Parameters
        ----------
        n_transfer : int
            Number of fresh examples.
        features : None, "all", bool mask or index array, default=None
            The student's columns; None for those of the committee, "all" for every column.
        alpha : float, default=0.0
            Ridge penalty of the student; 0 for minimum norm.
        rng : None, int, SeedSequence or Generator, default=None
            Source of randomness.

        Returns
        -------
        LinearModel
            The student; its `agreement` is with the mean score.
        """
        X = self.population.sample(n_transfer, rng=rng)
        y = taught(self.scores(X), "hard")
        columns = self.features
        if features is not None:
            columns = check_features("features", features, self.population.n_features)
        return linear_model(self.population, X, y, columns, alpha, self.coefs.mean(axis=0))


def committee(
    population: GaussianPopulation,
    n_samples: int,
    n_models: int,
    *,
    decide: str = "mean",
    features: Any = None,
    alpha: float = 0.0,
    rng: Any = None,
) -> Committee:
    """Draw a training set for each model and fit it.

    Parameters
    ----------
    population : GaussianPopulation
        Inputs, truth and labels.
    n_samples : int
        Number of samples of each model.
    n_models : int
        Number of models; odd for a vote.
    decide : {"mean", "vote"}, default="mean"
        By the mean of the scores, or by the majority of their signs.
    features : None, "all", bool mask or index array, default=None
        Columns used; None for all.
    alpha : float, default=0.0
        Ridge penalty; 0 for minimum norm.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness.

    Returns
    -------
    Committee
        The models and their figures.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import simulation
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(50), np.ones(50), labels="hard")
    >>> one, seven = (simulation.committee(population, 30, k, rng=0) for k in (1, 7))
    >>> seven.error_rate < one.error_rate
    True
    """
    check_choice("decide", decide, ("mean", "vote"))
    generator = check_rng(rng)
    count = check_integer("n_models", n_models)
    models = [
        least_squares(population, n_samples, features=features, alpha=alpha, rng=generator)
        for _ in range(count)
    ]
    coefs = np.array([model.coef for model in models])
    columns = models[0].features
    if decide == "mean":
        mean = coefs.mean(axis=0)
        risk, error_rate = population.risk(mean), population.error_rate(mean)
        return Committee(population, coefs, columns, decide, risk, error_rate)
    if count % 2 == 0:
        raise ValueError(f"n_models must be odd for a vote; got {count}")
    X = population.sample(_DRAWS, rng=generator)
    votes = _decisions(X, coefs, decide)
    risk = float(np.mean((population.label(X, rng=generator) - votes) ** 2))
    error_rate = float(np.mean((votes > 0) != (X @ population.coef >= 0)))
    return Committee(population, coefs, columns, decide, risk, error_rate)


def _decisions(X: np.ndarray, coefs: np.ndarray, decide: str) -> np.ndarray:
    scores = X @ coefs.T
    if decide == "mean":
        return scores.mean(axis=1)
    return np.sign(taught(scores, "hard").sum(axis=1))

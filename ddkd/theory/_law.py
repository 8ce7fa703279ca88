"""What the laws of all models have in common."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ddkd._arrays import ratio, unwrap
from ddkd._checks import check_choice, check_integer
from ddkd.populations import Population, Score, Target
from ddkd.theory._arguments import Values
from ddkd.theory._fit import Fit, along_and_across, learn


class Teacher:
    """A law with a `distill`."""

    def generations(self, count: int, n_transfer: Any, **student: Any) -> tuple[Self, ...]:
        """Laws of students of students, each taught on a fresh transfer set.

        Parameters
        ----------
        count : int
            Number of generations after this one.
        n_transfer : int or array_like of int
            Number of examples each of them learns from.
        **student
            Keyword arguments of `distill`, the same for every student.

        Returns
        -------
        tuple
            The laws of the first student, of its student, and so on. On clusters, hard labels
            and infinite `n_transfer` take every teacher better than chance to Bayes' error.

        Raises
        ------
        ValueError
            If an argument is out of its range.

        Examples
        --------
        >>> import numpy as np
        >>> from ddkd import theory
        >>> from ddkd.populations import GaussianPopulation
        >>> population = GaussianPopulation(np.ones(100), np.ones(100), labels="hard")
        >>> teacher = theory.least_squares(population, 400)
        >>> [round(law.error_rate, 3) for law in teacher.generations(3, 400)]
        [0.182, 0.22, 0.251]
        """
        laws: list[Self] = []
        for _ in range(check_integer("count", count)):
            teacher: Any = laws[-1] if laws else self
            laws.append(teacher.distill(n_transfer, **student))
        return tuple(laws)


def check_labels(labels: str | None, population_labels: str) -> str:
    """The labels handed on: as asked, else those of the population's kind."""
    default = "soft" if population_labels == "real" else "hard"
    return check_choice("labels", default if labels is None else labels, ("hard", "soft"))


@dataclass(frozen=True, eq=False)
class Law(Teacher):
    """The numbers of a law of a fitted model; floats, or arrays over a curve."""

    population: Any
    labels: str
    n_samples: Values
    alpha: Values
    kappa: Values
    target_risk: Values
    risk: Values
    train_risk: Values
    correlation: Values
    error_rate: Values
    agreement: Values
    _score: Score
    _fit: Any  # a Fit, None for a model that was given

    @property
    def coef_mean(self) -> np.ndarray:
        """Mean of each coefficient, zero where the column is not used; (..., n_features)."""
        s = self.population.eigenvalues
        return ratio(self._score.mean[..., : s.size], np.sqrt(s))

    @property
    def coef_variance(self) -> np.ndarray:
        """Variance of each coefficient; (..., n_features)."""
        s = self.population.eigenvalues
        return ratio(self._score.variance[..., : s.size], s)

    @property
    def score_variance(self) -> Values:
        """Sum of the variances times the coefficients' mean squares.

        In a Gaussian population it is the mean square of the score on a fresh input; on clusters
        that within a cluster.
        """
        return unwrap(self._score.power)

    def _target(self, kind: str) -> Target:
        """What a student of this model is to learn."""
        if kind == "soft":
            return Target.of_values(self._score)
        target: Target = self.population.sign_target(self._score)
        return target


def law_fields(
    population: Population,
    score: Score,
    fit: Fit | None,
    *,
    labels: str,
    target_risk: Values,
    train_risk: Values,
    agreement: Values = None,
    **others: Any,
) -> dict[str, Any]:
    """Fields of `Law`, and others of a subclass or in their place; a single number is a float."""
    fields = {
        "population": population,
        "labels": labels,
        "n_samples": None if fit is None else fit.n_samples,
        "alpha": None if fit is None else fit.alpha,
        "kappa": None if fit is None else fit.kappa,
        "target_risk": target_risk,
        "risk": population.score_risk(score),
        "train_risk": train_risk,
        "correlation": population.score_correlation(score),
        "error_rate": population.score_error_rate(score),
        "agreement": agreement,
        "_score": score,
        "_fit": fit,
    }
    return {name: unwrap(value) for name, value in (fields | others).items()}


def learned_fields(
    population: Population,
    fit: Fit,
    target: Target,
    labels: str,
    teacher: Score | None = None,
    centre: np.ndarray | None = None,
) -> dict[str, Any]:
    """Fields of the law of a fit to a target: of a first generation, or of a teacher's student.

    The covariance of the inputs of the fit is I + centre centre', I without a centre.
    """
    learned, agreement = learn(fit, target, centre), None
    if teacher is not None:
        along, across = along_and_across(fit, learned, target, teacher)
        agreement = population.score_agreement(teacher, learned.score, along, across)
    return law_fields(
        population,
        learned.score,
        fit,
        labels=labels,
        target_risk=learned.target_risk,
        train_risk=learned.train_risk,
        agreement=agreement,
    )

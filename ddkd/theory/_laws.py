"""What the laws of all models have in common, and the one place where a student is taught."""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from ddkd._arrays import angle, broadcast, ratio, unwrap
from ddkd._checks import check_choice, check_integer, check_masks
from ddkd.populations import Score, Target
from ddkd.theory._arguments import Features, Values
from ddkd.theory._fits import Fit, Learned, fit, learn

SIGN_SLOPE = np.asarray(np.sqrt(2 / np.pi))


class Law:
    """A model that can teach; its labels are what its score says, or the score's decisions."""

    _score: Score

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

    def _kind(self, labels: str | None) -> str:
        """The labels handed on: as asked, else those of the population's kind."""
        default = "soft" if self._numbers() else "hard"
        return check_choice("labels", default if labels is None else labels, ("hard", "soft"))

    def _numbers(self) -> bool:
        """Whether the population's labels are numbers rather than classes."""
        return False

    def _target(self, kind: str) -> Target:
        """What a student of this model is to learn."""
        return self._decisions() if kind == "hard" else Target.of_values(self._score)

    def _decisions(self) -> Target:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class FittedLaw(Law):
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

    @classmethod
    def _trained(
        cls,
        population: Any,
        found: Fit,
        target: Target,
        labels: str,
        teacher: Score | None = None,
        **others: Any,
    ) -> Self:
        """Law of a fit to `target`: of a first generation, or of a student of `teacher`."""
        learned = learn(found, target, population.centre)
        same = None
        if teacher is not None:
            parts = _along_and_across(found, learned, target, teacher)
            same = population.score_agreement(teacher, learned.score, *parts)
        return cls._of(
            population,
            learned.score,
            labels=labels,
            target_risk=learned.target_risk,
            train_risk=learned.train_risk,
            agreement=same,
            _fit=found,
            **others,
        )

    @classmethod
    def _of(
        cls, population: Any, score: Score, like: "FittedLaw | None" = None, **others: Any
    ) -> Self:
        """Law with what follows from its score, the fields given, and else of its fit or `like`."""
        values: dict[str, Any] = {}
        for source in (like, others.get("_fit")):
            names = [field.name for field in fields(cls) if hasattr(source, field.name)]
            values |= {name: getattr(source, name) for name in names}
        values |= {"population": population, "agreement": None, "_score": score}
        values |= {
            "risk": population.score_risk(score),
            "correlation": population.score_correlation(score),
            "error_rate": population.score_error_rate(score),
        }
        values |= others
        return cls(**{name: unwrap(value) for name, value in values.items()})

    def _numbers(self) -> bool:
        return bool(self.population.labels == "real")

    def _decisions(self) -> Target:
        target: Target = self.population.sign_target(self._score)
        return target


@dataclass(frozen=True, eq=False)
class ColumnLaw(FittedLaw):
    """Law of a model of some columns of its population."""

    features: np.ndarray

    @classmethod
    def _given(cls, population: Any, coef: np.ndarray, mask: np.ndarray) -> Self:
        """Law of a model with these coefficients, however it came by them."""
        score = Score.of(np.sqrt(population.eigenvalues) * coef, np.zeros(coef.shape))
        unknown = ("n_samples", "alpha", "kappa", "target_risk", "train_risk", "_fit")
        return cls._of(population, score, features=mask, labels="own", **dict.fromkeys(unknown))

    def _columns(self, features: Features) -> np.ndarray:
        """The columns of a student: its teacher's unless others are asked for."""
        if features is None:
            return self.features
        return check_masks("features", features, self.population.n_features)


@dataclass(frozen=True, eq=False)
class GaussianLaw(FittedLaw):
    """Law of a model in a Gaussian population."""

    @property
    def score_variance(self) -> Values:
        """Mean square of the model's score on a fresh input."""
        return unwrap(self._score.power)


def fit_columns(
    population: Any,
    mask: np.ndarray,
    n: np.ndarray,
    alpha: np.ndarray,
    teacher: Score | None = None,
    **others: np.ndarray,
) -> Fit:
    """What least squares does to the coordinates, after a check that shapes agree."""
    size = {"n_samples": n} if teacher is None else {"n_transfer": n}
    power = {} if teacher is None else {"teacher": teacher.power}
    broadcast(**size, alpha=alpha, features=mask[..., 0], **power, **others)
    return fit(population.eigenvalues, mask, n, alpha)


def agreement(overlap: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Probability that a score and a unit score agree in sign, from products of the two."""
    with np.errstate(invalid="ignore"):
        across = np.sqrt(np.maximum(power - overlap**2, 0.0))
    return np.where(np.isfinite(across), 1 - angle(across, overlap) / np.pi, 0.5)


def _along_and_across(
    found: Fit, learned: Learned, target: Target, teacher: Score
) -> tuple[np.ndarray, np.ndarray]:
    """Parts of a student's score along its teacher's unit score and at right angles to it.

    The second is formed directly, so that near-perfect agreement stays accurate.
    """
    factor = found.kept * target.slope[..., None]
    along = np.sum(teacher.unit_mean * learned.mean + factor * teacher.unit_variance, axis=-1)
    along = ratio(along, np.sum(teacher.shares, axis=-1))  # one, but for rounding
    apart = (learned.mean - along[..., None] * teacher.unit_mean) ** 2 + learned.own
    apart = apart + (factor - along[..., None]) ** 2 * teacher.unit_variance
    return along, np.sqrt(np.sum(apart, axis=-1))

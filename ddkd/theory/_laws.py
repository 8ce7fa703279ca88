"""What the laws of all models have in common, and the one place where a student is taught."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ddkd._checks import check_choice, check_integer
from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import Values, unwrap
from ddkd.theory._arrays import angle, ratio
from ddkd.theory._fits import Fit, Learned, learn
from ddkd.theory._scores import Score, Target, hard_target, soft_target

__all__ = [
    "SIGN_SLOPE",
    "GaussianLaw",
    "Law",
    "gaussian_figures",
    "overlap",
    "train",
    "truth_target",
]

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
        return self._decisions() if kind == "hard" else soft_target(self._score)

    def _decisions(self) -> Target:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class GaussianLaw(Law):
    """The numbers of a law in a Gaussian population; floats, or arrays over a curve."""

    population: GaussianPopulation
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
    _fit: Fit

    @property
    def score_variance(self) -> Values:
        """Mean square of the model's score on a fresh input."""
        return unwrap(self._score.power)

    def _numbers(self) -> bool:
        return self.population.labels == "real"

    def _decisions(self) -> Target:
        # The sign of a Gaussian score is sqrt(2/pi) times the normalised score, plus noise.
        return hard_target(self._score, SIGN_SLOPE)


def overlap(found: Fit, learned: Learned, target: Target, teacher: Score) -> tuple[Values, Values]:
    """Parts of a student's score along its teacher's unit score and at right angles to it.

    The second is formed directly, so that near-perfect agreement stays accurate.
    """
    factor = found.kept * target.slope[..., None]
    along = np.sum(teacher.unit_mean * learned.mean + factor * teacher.unit_variance, axis=-1)
    along = ratio(along, np.sum(teacher.shares, axis=-1))  # one, but for rounding
    apart = (learned.mean - along[..., None] * teacher.unit_mean) ** 2 + learned.own
    apart = apart + (factor - along[..., None]) ** 2 * teacher.unit_variance
    return along, np.sqrt(np.sum(apart, axis=-1))


def gaussian_figures(
    population: GaussianPopulation, truth: np.ndarray, score: Score
) -> dict[str, Values]:
    """What a score is worth; `truth` are the truth's coefficients on unit-variance inputs."""
    apart = score.angle_to(truth)
    bias = (population.label_scale * truth - score.mean) ** 2
    risk = population.label_noise + np.sum(bias + score.variance, axis=-1)
    return {
        "risk": unwrap(risk),
        "correlation": unwrap(np.where(apart == np.pi / 2, 0.0, np.cos(apart))),
        "error_rate": unwrap(apart / np.pi),
    }


def truth_target(population: GaussianPopulation, truth: np.ndarray) -> Target:
    """What a model fitted to the population's own labels fits.

    Real labels are the truth plus noise; a hard label is c times the truth plus noise of
    variance 1 - c^2, with c = (1 - 2 flip_rate) sqrt(2/pi).
    """
    return Target(
        mean=population.label_scale * truth,
        variance=np.zeros(truth.shape),
        noise=np.asarray(population.label_noise),
        unit=np.ones(()),
        slope=np.zeros(()),
    )


def train(
    found: Fit,
    target: Target,
    population: GaussianPopulation,
    truth: np.ndarray,
    teacher: Score | None,
) -> dict[str, Any]:
    """Fields of a `GaussianLaw` that is fitted to `target`."""
    learned = learn(found, target)
    agreement = None
    if teacher is not None:
        along, across = overlap(found, learned, target, teacher)
        agreement = unwrap(1 - angle(across, along) / np.pi)
    return {
        "population": population,
        "target_risk": unwrap(learned.target_risk),
        "train_risk": unwrap(learned.train_risk),
        "agreement": agreement,
        "_score": learned.score,
        "_fit": found,
        **gaussian_figures(population, truth, learned.score),
    }

"""Laws of linear scores on unit-variance inputs, and the targets they become as labels.

Every predictor here is a fit of a linear score to labels that follow another linear score:
the truth's, or a teacher's. Coordinates are those in which the input has unit variance, so
that a score's variance is the plain sum of squares of its coefficients.
"""

from dataclasses import dataclass

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.theory._arrays import angle, ratio, times

__all__ = ["Fit", "Score", "Target", "truth_target"]


@dataclass(frozen=True, eq=False)
class Target:
    """The score that labels follow, and the noise around it.

    Variances are in units of `unit`, which is infinite for the scores of a teacher on its
    threshold; `mean` is in the label's own units. Features are the last axis.
    """

    mean: np.ndarray  # of the coefficients
    variance: np.ndarray  # of the coefficients, over unit
    energy: np.ndarray  # their mean square, over unit
    noise: np.ndarray  # variance of the labels about the score, over unit
    unit: np.ndarray


@dataclass(frozen=True, eq=False)
class Fit:
    """What a fit makes of a `Target`: coefficients shrunk by a factor, plus noise of its own."""

    shrinkage: np.ndarray  # A
    noise: np.ndarray  # variance of the coefficients about A times the target's, over unit
    direction: np.ndarray  # what `noise` is proportional to at a threshold, where it is infinite
    target_risk: np.ndarray  # mean squared error on fresh labels, over unit
    train_risk: np.ndarray  # mean squared error on the fitted labels, over unit

    def score(self, target: Target) -> "Score":
        """Law of the fitted score."""
        finite = np.isfinite(self.target_risk)[..., None]
        energy = self.shrinkage**2 * target.energy + np.where(finite, self.noise, 0.0)
        # On a threshold the noise swamps the signal; only its direction is left.
        energy = np.where(finite, energy, self.direction)
        variance = self.shrinkage**2 * target.variance + self.noise
        return Score(
            mean=self.shrinkage * target.mean,
            variance=times(target.unit[..., None], variance),
            shares=ratio(energy, np.sum(energy, axis=-1, keepdims=True)),
        )

    def agreement(self, target: Target, teacher: "Score") -> np.ndarray:
        """Probability that the fitted score has the sign of the score it was fitted to."""
        slope = np.sqrt(np.sum(target.energy, axis=-1))
        along = ratio(
            np.sum(teacher.shares * self.shrinkage, axis=-1), np.sum(teacher.shares, axis=-1)
        )
        # The part at right angles is formed directly: near-perfect agreement stays accurate.
        spread = np.sum(teacher.shares * (self.shrinkage - along[..., None]) ** 2, axis=-1)
        across = np.sqrt(slope**2 * spread + np.sum(self.noise, axis=-1))
        return 1 - angle(across, slope * along) / np.pi


@dataclass(frozen=True, eq=False)
class Score:
    """Mean, variance and relative energy of a score's coefficients, features last."""

    mean: np.ndarray
    variance: np.ndarray
    shares: np.ndarray  # mean square over its sum; a number at a threshold too

    @property
    def power(self) -> np.ndarray:
        """Mean square of the score, infinite on a threshold."""
        return np.asarray(np.sum(self.mean**2 + self.variance, axis=-1))

    def hard_target(self) -> Target:
        """What a least-squares student fits when the labels are this score's signs.

        The sign of a Gaussian score is sqrt(2/pi) times the normalised score plus noise of
        variance 1 - 2/pi that is uncorrelated with the input (Stein's identity).
        """
        power = self.power
        # A score that is identically zero explains nothing of its sign.
        slope2 = np.where(power > 0, 2 / np.pi, 0.0)
        return Target(
            mean=np.sqrt(ratio(slope2, power))[..., None] * self.mean,
            variance=slope2[..., None] * self._relative_variance(),
            energy=slope2[..., None] * self.shares,
            noise=1 - slope2,
            unit=np.ones(power.shape),
        )

    def soft_target(self) -> Target:
        """What a student fits when the labels are this score's values: the score itself."""
        power = self.power
        return Target(
            mean=self.mean,
            variance=self._relative_variance(),
            energy=self.shares,
            noise=np.zeros(power.shape),
            unit=power,
        )

    def _relative_variance(self) -> np.ndarray:
        power = self.power[..., None]
        return np.where(np.isfinite(power), ratio(self.variance, power), self.shares)

    def angle_to(self, truth: np.ndarray) -> np.ndarray:
        """Angle between this score and a fixed one; its cosine is their correlation."""
        norm = np.sqrt(np.sum(truth**2))
        unit = truth / norm if norm > 0 else truth
        along = np.sum(self.mean * unit, axis=-1)
        across = (self.mean - along[..., None] * unit) ** 2 + self.variance
        return angle(np.sqrt(np.sum(across, axis=-1)), along)

    def risk(self, population: GaussianPopulation, truth: np.ndarray) -> np.ndarray:
        """Mean squared error against the population's noisy or flipped labels."""
        bias = (population.label_scale * truth - self.mean) ** 2
        return population.label_noise + np.sum(bias + self.variance, axis=-1)


def truth_target(population: GaussianPopulation, truth: np.ndarray) -> Target:
    """What a model fitted to the population's own labels fits.

    Real labels are the truth plus noise; a hard label is c times the truth plus noise of
    variance 1 - c^2, with c = (1 - 2 flip_rate) sqrt(2/pi).
    """
    mean = population.label_scale * truth
    return Target(
        mean=mean,
        variance=np.zeros(mean.shape),
        energy=mean**2,
        noise=np.asarray(population.label_noise),
        unit=np.ones(()),
    )

"""Linear scores, and what least squares sees of labels that follow one.

Every model here is a linear score, and every label follows another: the truth's, or a teacher's.
In the coordinates used, inputs have unit variance (within a cluster, if there are clusters), so
that a score's variance is the sum of the squares of its coefficients. Features are the last axis.
"""

from dataclasses import dataclass, replace

import numpy as np

from ddkd._arrays import angle, ratio, times


@dataclass(frozen=True, eq=False)
class Score:
    """Mean and variance of a score's coefficients: its size, and the score of size one.

    At an interpolation threshold the size is infinite, and under a huge ridge its square is
    smaller than any float; the unit score consists of ordinary numbers always. The coefficients of
    a given model have no variance.

    Attributes
    ----------
    mean : ndarray of shape (..., n_features)
        Mean of the coefficients on inputs of unit variance.
    unit_mean, unit_variance : ndarray of shape (..., n_features)
        Mean and variance of the coefficients of the unit score.
    size : ndarray of shape (...)
        Root of the score's mean square.
    """

    mean: np.ndarray
    unit_mean: np.ndarray
    unit_variance: np.ndarray
    size: np.ndarray

    @classmethod
    def of(cls, mean: np.ndarray, variance: np.ndarray, noise: np.ndarray | None = None) -> "Score":
        """The score with these moments of its coefficients.

        Where a variance is infinite only the direction of the noise is left: that of `noise`, or
        of all coefficients whose variance is infinite.
        """
        variance = np.where(np.isnan(variance), np.inf, variance)
        mean = np.where(np.isfinite(mean), mean, 0.0)
        noise = np.isinf(variance) if noise is None else noise
        power = np.sum(mean**2 + variance, axis=-1)
        finite = np.isfinite(power)[..., None]
        norm = np.where(finite, power[..., None], np.sum(noise, axis=-1, keepdims=True))
        return cls(
            mean=mean,
            unit_mean=ratio(np.where(finite, mean, 0.0), np.sqrt(norm)),
            unit_variance=ratio(np.where(finite, variance, noise), norm),
            size=np.sqrt(power),
        )

    @classmethod
    def fixed(cls, coef: np.ndarray) -> "Score":
        """The score with these coefficients, whatever their size."""
        largest = np.max(np.abs(coef), axis=-1, keepdims=True)
        score = cls.of(ratio(coef, largest), np.zeros(coef.shape))
        return replace(score, mean=coef, size=score.size * largest[..., 0])

    @property
    def variance(self) -> np.ndarray:
        """Variance of the coefficients."""
        return times(self.power[..., None], self.unit_variance)

    @property
    def power(self) -> np.ndarray:
        """Mean square of the score."""
        return self.size**2

    @property
    def shares(self) -> np.ndarray:
        """Mean square of each coefficient over their sum."""
        return self.unit_mean**2 + self.unit_variance

    def scaled(self, factor: np.ndarray) -> "Score":
        """Return the score times a number.

        Parameters
        ----------
        factor : ndarray of shape (...)
            The number.

        Returns
        -------
        Score
            Its unit score is the same.
        """
        column = np.asarray(factor)[..., None]
        return replace(self, mean=self.mean * column, size=self.size * factor)

    def where(self, condition: np.ndarray, other: "Score") -> "Score":
        """Return this score where a condition holds, the other elsewhere.

        Parameters
        ----------
        condition : ndarray of bool, shape (...)
            Where.
        other : Score
            The other.

        Returns
        -------
        Score
            Of the broadcast shape.
        """
        column = condition[..., None]
        return Score(
            mean=np.where(column, self.mean, other.mean),
            unit_mean=np.where(column, self.unit_mean, other.unit_mean),
            unit_variance=np.where(column, self.unit_variance, other.unit_variance),
            size=np.where(condition, self.size, other.size),
        )

    def angle_to(self, truth: np.ndarray) -> np.ndarray:
        """Angle between this score and a fixed one; its cosine is their correlation.

        Parameters
        ----------
        truth : ndarray of shape (n_features,)
            Coefficients of the fixed score on inputs of unit variance.

        Returns
        -------
        ndarray of shape (...)
            In radians; a right angle if one of them is zero.
        """
        unit = Score.fixed(truth).unit_mean
        along = np.sum(self.unit_mean * unit, axis=-1)
        across = (self.unit_mean - along[..., None] * unit) ** 2 + self.unit_variance
        return angle(np.sqrt(np.sum(across, axis=-1)), along)


@dataclass(frozen=True, eq=False)
class Target:
    """The linear score that labels follow, and the noise around it.

    Variances are in units of the square of `size`, which is infinite for the scores of a teacher
    on its threshold; `mean` is in the label's own units.

    Attributes
    ----------
    mean, variance : ndarray of shape (..., n_features)
        Mean and variance of the coefficients of the best linear predictor.
    noise : ndarray of shape (...)
        Variance of the labels about it.
    size : ndarray of shape (...)
        Unit of the variances' root.
    slope : ndarray of shape (...)
        On the teacher's unit score; zero for a population's own labels.
    """

    mean: np.ndarray
    variance: np.ndarray
    noise: np.ndarray
    size: np.ndarray
    slope: np.ndarray

    @classmethod
    def of_values(cls, score: Score) -> "Target":
        """What least squares sees of a score's values: the score itself."""
        return cls(
            mean=score.mean,
            variance=score.unit_variance,
            noise=np.zeros(score.size.shape),
            size=score.size,
            slope=np.ones(score.size.shape),
        )

    @classmethod
    def of_decisions(
        cls,
        score: Score,
        through: np.ndarray,
        *,
        along: np.ndarray | float = 0.0,
        centre: np.ndarray | None = None,
    ) -> "Target":
        """What least squares sees of decisions y of -1 or 1 that follow a score.

        By Stein's identity E[x y] = through * u + along * centre, with the unit score u. The
        covariance of the inputs is I + centre centre', and what the best linear predictor leaves
        unexplained is noise, uncorrelated with the inputs.
        """
        slope = np.asarray(through)[..., None]
        moment = mean = slope * score.unit_mean
        variance = slope**2 * score.unit_variance
        if centre is not None:
            pull = np.asarray(along - np.sum(moment * centre, axis=-1)) / (1 + np.sum(centre**2))
            moment = moment + np.asarray(along)[..., None] * centre
            mean = mean + pull[..., None] * centre
        explained = np.sum(moment * mean + variance, axis=-1)
        return cls(
            mean=mean,
            variance=variance,
            noise=np.maximum(1 - explained, 0.0),
            size=np.ones(explained.shape),
            slope=np.asarray(through),
        )

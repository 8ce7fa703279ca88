"""Prefixes of a population as runs of equal columns, so that grids of widths are cheap."""

from dataclasses import dataclass

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.theory._fixed_points import Remainder, implicit_ridge

__all__ = ["RidgePath", "Runs", "Tangents"]

_KAPPAS_PER_DECADE = 78
_FEW = 4


@dataclass(frozen=True, eq=False)
class Tangents:
    """Squared tangent of the angle between score and truth, offset + slope * (1/c^2 - 1).

    c is the slope of the label on the truth: flips enter through that number alone.
    """

    offset: np.ndarray
    slope: np.ndarray

    def error_rate(self, c: np.ndarray) -> np.ndarray:
        """0-1 error for every c, in a last axis of its own."""
        return _error_rate(self.offset[..., None], self.slope[..., None], c)

    def least_error(self, c: np.ndarray) -> np.ndarray:
        """Smallest 0-1 error over the last axis, for every c.

        Only the points on the lower left staircase of (slope, offset) can be the smallest;
        with few values of c it is quicker to look at all.
        """
        if c.size <= _FEW:
            every = [_error_rate(self.offset, self.slope, one).min(axis=-1) for one in c]
            return np.stack(every, axis=-1)
        best = np.empty((*self.offset.shape[:-1], c.size))
        for index in np.ndindex(self.offset.shape[:-1]):
            offset, slope = self.offset[index], self.slope[index]
            order = np.lexsort((offset, slope))
            offset, slope = offset[order], slope[order]
            lowest = np.minimum.accumulate(offset)
            keep = np.r_[True, offset[1:] < lowest[:-1]]
            best[index] = _error_rate(offset[keep, None], slope[keep, None], c).min(axis=0)
        return best

    def flat(self) -> "Tangents":
        """All points in one axis."""
        return Tangents(self.offset.reshape(-1), self.slope.reshape(-1))


def _error_rate(offset: np.ndarray, slope: np.ndarray, c: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        load = 1 / c**2 - 1
        tangent2 = offset + slope * load
    return np.arctan(np.sqrt(tangent2)) / np.pi


class Runs:
    """A hard-label population's columns, cut into runs that no prefix of interest divides."""

    def __init__(self, population: GaussianPopulation, widths: np.ndarray) -> None:
        s = population.eigenvalues
        energy = s * population.coef**2
        new = (np.diff(s) != 0) | (np.diff(energy) != 0)
        self.end = np.unique(np.r_[np.flatnonzero(new) + 1, widths.astype(int), s.size])
        start = np.r_[0, self.end[:-1]]
        self.s, self.energy = s[start], energy[start]
        self.size = (self.end - start).astype(float)

    def mask(self, widths: np.ndarray) -> np.ndarray:
        """Runs that each width's prefix is made of; (..., n_runs)."""
        return self.end <= widths[..., None]

    def kappa(self, widths: np.ndarray, n: np.ndarray) -> np.ndarray:
        """Implicit ridge of the min-norm models of given widths."""
        weight = self.mask(widths) * self.size
        zero = np.zeros(())
        return implicit_ridge(self.s, weight, n, Remainder(zero, zero, zero + 1))

    def shrinkage(
        self, widths: np.ndarray, n: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A and 1 - A of min-norm models, (..., n_runs), and n - df2."""
        kappa = self.kappa(widths, n)[..., None]
        used = self.mask(widths) & (self.s > 0)
        total = np.where(used, self.s + kappa, 1.0)
        shrunk, bias = np.where(used, self.s / total, 0.0), np.where(used, kappa / total, 1.0)
        slack = np.maximum(n - (used * self.size).sum(axis=-1), 0.0)
        free = np.where(kappa[..., 0] > 0, 0.0, slack) + (shrunk * bias) @ self.size
        return shrunk, bias, free

    def ridgeless(self, widths: np.ndarray, n: np.ndarray) -> Tangents:
        """Direct min-norm models."""
        shrunk, bias, free = self.shrinkage(widths, n)
        weight = self.size * self.energy
        return _tangents(
            along=shrunk @ weight,
            square=shrunk**2 @ weight,
            missed=bias**2 @ weight,
            df2=shrunk**2 @ self.size,
            free=free,
        )

    def ridge_path(self, widths: np.ndarray) -> "RidgePath":
        """Sums of the ridge models of given widths over a grid of implicit ridges."""
        positive = self.s[self.s > 0]
        low, high = np.log10(positive.min()) - 3, np.log10(positive.max()) + 4
        grid = np.logspace(low, high, int((high - low) * _KAPPAS_PER_DECADE))
        total = self.s + grid[:, None]
        shrunk, bias = self.s / total, grid[:, None] / total
        weight = self.size * self.energy
        column = np.searchsorted(self.end, widths)

        def prefix(values: np.ndarray) -> np.ndarray:
            return np.cumsum(values, axis=-1)[..., column].T

        return RidgePath(
            along=prefix(shrunk * weight),
            square=prefix(shrunk**2 * weight),
            missed=np.maximum(weight.sum() - prefix(weight)[:, None], 0.0)
            + prefix(bias**2 * weight),
            df2=prefix(shrunk**2 * self.size),
            mixed=prefix(shrunk * bias * self.size),
        )


@dataclass(frozen=True, eq=False)
class RidgePath:
    """Sums over the columns of direct ridge models, (widths, kappas), for any number of samples.

    kappa takes the place of alpha, which it determines: nothing has to be solved, and the
    sums over all prefixes are running sums.
    """

    along: np.ndarray
    square: np.ndarray
    missed: np.ndarray
    df2: np.ndarray
    mixed: np.ndarray

    def tangents(self, n: float) -> Tangents:
        """All models with n samples; infinite where alpha would be negative."""
        left = n - (self.df2 + self.mixed)
        free = np.where(left >= 0, left + self.mixed, 0.0)
        return _tangents(self.along, self.square, self.missed, self.df2, free)


def _tangents(
    along: np.ndarray, square: np.ndarray, missed: np.ndarray, df2: np.ndarray, free: np.ndarray
) -> Tangents:
    """Tangent of a direct model from its sums, the truth's variance being 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = df2 / (free * along**2)
        offset = np.maximum(square / along**2 - 1, 0.0) + missed * slope
    lost = (along <= 0) | (free <= 0)
    return Tangents(np.where(lost, np.inf, offset), np.where(lost, np.inf, slope))

"""The scale of a table's columns, which its labels choose."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.preprocessing import StandardScaler

from ddkd.features import bandwidth_gamma, left_out_error

BANDWIDTHS = (0.3, 0.5, 0.8, 1.25, 2.0)  # in median distances
_CUT = 3.0  # a pixel that is hardly ever black would otherwise be all that a distance depends on
_MOST_ROWS = 300  # that choose: it costs the cube of their number


@dataclass(frozen=True)
class Scale:
    """Columns less their means, divided, and cut.

    Attributes
    ----------
    mean : ndarray of shape (n_columns,)
        Means of the columns.
    divisor : ndarray of shape (n_columns,) or ()
        Standard deviations of the columns, or one number for all of them.
    cut : float
        Largest absolute value.
    words : str
        What it does, for a sentence.
    """

    mean: np.ndarray
    divisor: np.ndarray
    cut: float
    words: str

    @classmethod
    def of_columns(cls, X: np.ndarray) -> Self:
        """Every column to unit variance, cut at three standard deviations."""
        scaler = StandardScaler().fit(X)  # which knows a constant column in spite of rounding
        return cls(scaler.mean_, scaler.scale_, _CUT, "each column has unit variance, cut at 3")

    @classmethod
    def of_all(cls, X: np.ndarray) -> Self:
        """All columns by one number, which makes their mean variance one."""
        deviation = np.sqrt(np.mean(X.var(axis=0)))
        divisor = np.asarray(deviation if deviation > 0 else 1.0)
        return cls(X.mean(axis=0), divisor, np.inf, "one scale for all columns")

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Scale some rows."""
        return np.clip((X - self.mean) / self.divisor, -self.cut, self.cut)


def choose_scale(X: np.ndarray, Y: np.ndarray, pool: np.ndarray) -> Scale:
    """The scale with which Gaussian kernel ridge has the smaller leave-one-out error.

    Standardised columns count alike, which is right for columns of different units and wrong for
    columns of one unit whose variances differ, such as principal components.

    Parameters
    ----------
    X : ndarray of shape (n, n_columns)
        Labelled rows; of more than 300 a fixed choice of 300 decides.
    Y : ndarray of shape (n, c)
        Their labels as targets of least squares.
    pool : ndarray of shape (n_pool, n_columns)
        Further rows that means and standard deviations are taken over.
    """
    rows = np.concatenate([X, pool])
    if len(X) > _MOST_ROWS:  # drawn, since they may be in the order of their classes
        chosen = np.random.default_rng(0).choice(len(X), _MOST_ROWS, replace=False)
        X, Y = X[chosen], Y[chosen]

    def error(scale: Scale) -> float:
        Z = scale.transform(X)
        gammas = [bandwidth_gamma(Z, bandwidth) for bandwidth in BANDWIDTHS]
        return min(left_out_error(Z, Y, gamma) for gamma in gammas)

    return min(Scale.of_columns(rows), Scale.of_all(rows), key=error)

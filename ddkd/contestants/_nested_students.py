"""Students: least squares on random Fourier features, fitted to a teacher's labels of a pool.

A student's features and their factor depend on neither the labels nor the label noise: one
factorisation serves every teacher, every labelling and every width.
"""

from collections.abc import Iterable

import numpy as np
import scipy.linalg
from scipy.linalg import lapack

from ddkd.contestants._problem import Inputs, Problem
from ddkd.features import RandomFourierFeatures
from ddkd.solvers import StreamingLeastSquares

_FEATURES = "student features"
_GRAM = "gram of student features"
_LARGEST_CONDITION = 1e10  # of the Gram matrix: six digits are left


class NestedStudents:
    """Least squares of all widths on one feature matrix with more rows than columns.

    Normal equations: the Cholesky factor of the Gram matrix holds that of every width as a leading
    block. Where the Gram matrix is too ill-conditioned, a stream of the same rows solves instead,
    which squares nothing.

    Parameters
    ----------
    Z : ndarray of shape (m, p)
        Features of the transfer set, nested.
    gram : ndarray of shape (p, p)
        Z'Z.
    alpha : float
        Ridge.
    """

    def __init__(self, Z: np.ndarray, gram: np.ndarray, alpha: float = 0.0) -> None:
        self.Z, self.alpha = Z, alpha
        gram = gram + alpha * np.eye(len(gram))
        factor, failed = lapack.dpotrf(gram, lower=0, clean=1)
        if not failed:
            rcond, _ = lapack.dpocon(factor, np.abs(gram).sum(axis=0).max())
            failed = rcond * _LARGEST_CONDITION < 1
        self._factor = None if failed else factor

    def coefs(
        self, targets: np.ndarray, moments: np.ndarray, widths: Iterable[int]
    ) -> list[np.ndarray]:
        """Fit every width.

        Parameters
        ----------
        targets : ndarray of shape (m, c)
            Targets Y.
        moments : ndarray of shape (p, c)
            Products Z'Y.
        widths : iterable of int
            Numbers of leading features.

        Returns
        -------
        list of ndarray of shape (width, c)
            Coefficients for each width.
        """
        if self._factor is None:
            stream = StreamingLeastSquares(self.Z.shape[1], targets.shape[1])
            stream.update(self.Z, targets)
            return [stream.solve(self.alpha, width=int(w)).coef for w in widths]
        half = scipy.linalg.solve_triangular(self._factor, moments, trans="T")
        return [scipy.linalg.solve_triangular(self._factor[:w, :w], half[:w]) for w in widths]


def student_map(problem: Problem) -> RandomFourierFeatures:
    """The widest student's feature map."""
    return problem.labelled.fourier_map(problem.student_width, problem.gamma, problem.seed)


def student_features(problem: Problem, rows: Inputs) -> np.ndarray:
    """Return the widest student's features of some rows.

    Parameters
    ----------
    problem : Problem
        The inputs.
    rows : Inputs
        Any rows.

    Returns
    -------
    ndarray of shape (n_rows, student_width)
        The features.
    """
    if rows is problem.first:
        return student_features(problem, problem.pool)[: len(rows)]
    return rows.once(_FEATURES, lambda: student_map(problem).transform(rows.X))


def keep_gram(rows: Inputs, gram: np.ndarray) -> None:
    """Give students on some rows the Gram matrix of the widest one's features.

    Parameters
    ----------
    rows : Inputs
        The transfer set.
    gram : ndarray of shape (student_width, student_width)
        The matrix.
    """
    rows.once(_GRAM, lambda: gram)


class Student:
    """Students of one teacher, a labelling each, on one transfer set.

    Their width is four times the labelled rows, or a third of the transfer set where that is less:
    well away from the student's own peak. A ridge of 1e-8 a row bounds the condition.

    Parameters
    ----------
    problem : Problem
        The inputs.
    rows : Inputs
        The transfer set: the pool, or the part of it that the teacher saw.
    votes : ndarray of shape (L, m, k)
        The teacher's labels of these rows, as targets.
    offset : ndarray of shape (L, 1, 1)
        Part of the targets that is not fitted but added to the scores.
    """

    def __init__(
        self, problem: Problem, rows: Inputs, votes: np.ndarray, offset: np.ndarray
    ) -> None:
        L, m, k = votes.shape
        self.n_transfer = m
        self._map, self._offset, self._shape = student_map(problem), offset, (L, k)
        self.width = max(1, min(problem.student_width, m // 3))

        Z, w = student_features(problem, rows), self.width

        def learner() -> NestedStudents:
            gram = rows.once(_GRAM, lambda: Z.T @ Z)
            return NestedStudents(Z[:, :w], gram[:w, :w], alpha=1e-8 * m)

        targets = (votes - offset).transpose(1, 0, 2).reshape(m, -1)
        moments = Z[:, :w].T @ targets
        (self._coef,) = rows.once("learner", learner).coefs(targets, moments, [w])

    def __call__(self, rows: Inputs) -> np.ndarray:
        """Scores (L, n_rows, k)."""
        Z = rows.once(_FEATURES, lambda: self._map.transform(rows.X))
        scores = Z[:, : self.width] @ self._coef
        return scores.reshape(len(rows), *self._shape).transpose(1, 0, 2) + self._offset

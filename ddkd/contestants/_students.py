"""Students: least squares on random Fourier features, fitted to a teacher's labels of a pool.

A student's features and their factor depend on neither the labels nor the label noise: one
factorisation serves every teacher, every labelling and every width.
"""

from collections.abc import Iterable

import numpy as np
import scipy.linalg

from ddkd.contestants._problem import Inputs, Problem
from ddkd.features import RandomFourierFeatures

_RIDGE = 1e-8  # a row: it bounds the condition, and six digits are left


class NestedStudents:
    """Least squares of all widths on one feature matrix with more rows than columns.

    Normal equations: the Cholesky factor of the Gram matrix holds that of every width as a leading
    block. A ridge of 1e-8 a row bounds the condition.

    Parameters
    ----------
    gram : ndarray of shape (p, p)
        Z'Z of the nested features Z of the transfer set.
    n_rows : int
        Number of rows of Z.
    """

    def __init__(self, gram: np.ndarray, n_rows: int) -> None:
        self._factor = scipy.linalg.cholesky(gram + _RIDGE * n_rows * np.eye(len(gram)))

    def coefs(self, moments: np.ndarray, widths: Iterable[int]) -> list[np.ndarray]:
        """Coefficients (width, c) for each width, from the targets' products Z'Y (p, c)."""
        half = scipy.linalg.solve_triangular(self._factor, moments, trans="T")
        return [scipy.linalg.solve_triangular(self._factor[:w, :w], half[:w]) for w in widths]


def student_map(problem: Problem) -> RandomFourierFeatures:
    """The widest student's feature map."""
    features = RandomFourierFeatures(
        problem.student_width, gamma=problem.gamma, random_state=problem.seed
    )
    return features.fit(problem.labelled.X)


def student_features(problem: Problem, rows: Inputs) -> np.ndarray:
    """The widest student's features of some rows."""
    if rows is problem.first:
        return student_features(problem, problem.pool)[: len(rows)]
    return rows.once("student features", lambda: student_map(problem).transform(rows.X))


class Student:
    """Students of one teacher, a labelling each, on one transfer set.

    Their width is four times the labelled rows, or a third of the transfer set where that is less:
    well away from the student's own peak.

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
        self._features, self._offset, self._shape = student_map(problem), offset, (L, k)
        self.width = max(1, min(problem.student_width, m // 3))

        Z, w = student_features(problem, rows), self.width

        def learner() -> NestedStudents:
            gram = rows.once("gram", lambda: Z.T @ Z)
            return NestedStudents(gram[:w, :w], m)

        targets = (votes - offset).transpose(1, 0, 2).reshape(m, -1)
        (self._coef,) = rows.once("learner", learner).coefs(Z[:, :w].T @ targets, [w])

    def __call__(self, rows: Inputs) -> np.ndarray:
        """Scores (L, n_rows, k)."""
        Z = rows.once("student features", lambda: self._features.transform(rows.X))
        scores = Z[:, : self.width] @ self._coef
        return scores.reshape(len(rows), *self._shape).transpose(1, 0, 2) + self._offset

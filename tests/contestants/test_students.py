import numpy as np
import pytest

from ddkd.contestants._nested_students import NestedStudents, Student
from ddkd.contestants._problem import Inputs, Labels, Problem
from ddkd.features import RandomFourierFeatures


@pytest.mark.parametrize(("dimension", "gamma"), [(20, 0.05), (2, 0.1)])
def test_every_width_is_the_least_squares_solution(dimension, gamma):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, dimension))
    Z = RandomFourierFeatures(80, gamma=gamma, random_state=0).fit_transform(X)
    targets = rng.normal(size=(400, 3))
    students = NestedStudents(Z, Z.T @ Z)
    # Two-dimensional inputs: the Gram matrix is singular to rounding, so the stream takes over.
    assert (students._factor is None) == (dimension == 2)
    for width, coef in zip((5, 80), students.coefs(targets, Z.T @ targets, (5, 80)), strict=True):
        rcond = 400 * np.finfo(float).eps
        wanted = np.linalg.lstsq(Z[:, :width], targets, rcond=rcond)[0]
        np.testing.assert_allclose(
            Z[:, :width] @ coef, Z[:, :width] @ wanted, atol=1e-6 if dimension > 2 else 1e-3
        )


def test_one_factor_serves_every_teacher_and_width_stays_off_the_peak():
    rng = np.random.default_rng(1)
    labelled, pool = Inputs(rng.normal(size=(50, 5))), Inputs(rng.normal(size=(300, 5)))
    problem = Problem(labelled, pool, 0.1, 200, np.array([0.1]), 0)
    votes = rng.choice([-1.0, 1.0], size=(2, 300, 1))
    offset = np.zeros((2, 1, 1))
    first = Student(problem, pool, votes, offset)
    assert first.width == 100  # a third of the pool, below 4 n
    factor = pool.once("learner", lambda: None)
    second = Student(problem, pool, -votes, offset)
    assert pool.once("learner", lambda: None) is factor
    np.testing.assert_allclose(first(labelled), -second(labelled))
    Z = RandomFourierFeatures(200, gamma=0.1, random_state=0).fit(pool.X)
    Z_pool, Z_new = Z.transform(pool.X)[:, :100], Z.transform(labelled.X)[:, :100]
    penalised = Z_pool.T @ Z_pool + 300 * 1e-8 * np.eye(100)
    wanted = Z_new @ np.linalg.solve(penalised, Z_pool.T @ votes[1])
    np.testing.assert_allclose(first(labelled)[1], wanted, atol=1e-6)


def test_votes_are_hard_for_classes_and_scores_for_numbers():
    scores = np.array([[[0.2, 0.5, 0.3]], [[0.9, 0.0, 0.1]]])
    classes = Labels(np.zeros((2, 1), int), 3, np.ones((2, 1), bool))
    np.testing.assert_array_equal(classes.votes(scores), [[[0, 1, 0]], [[1, 0, 0]]])
    numbers = Labels(np.zeros((2, 1)), 0, np.ones((2, 1), bool))
    assert numbers.votes(scores) is scores

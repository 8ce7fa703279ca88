import pickle

import numpy as np
import pytest

from ddkd.contestants._nested_students import NestedStudents, Student, student_features
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


@pytest.mark.parametrize(
    ("m", "widest", "width"), [(2, 9, 1), (29, 20, 9), (30, 20, 10), (90, 20, 20)]
)
def test_a_student_is_at_most_a_third_as_wide_as_its_transfer_set(m, widest, width):
    rng = np.random.default_rng(2)
    labelled, pool = Inputs(rng.normal(size=(5, 2))), Inputs(rng.normal(size=(m, 2)))
    problem = Problem(labelled, pool, 0.1, widest, np.array([0.1]), 0)
    student = Student(problem, pool, rng.normal(size=(1, m, 1)) + 7, np.full((1, 1, 1), 7.0))
    assert (student.width, student.n_transfer) == (width, m)


def test_an_offset_is_not_fitted_but_added():
    rng = np.random.default_rng(2)
    labelled, pool = Inputs(rng.normal(size=(5, 2))), Inputs(rng.normal(size=(30, 2)))
    problem = Problem(labelled, pool, 0.1, 6, np.array([0.1]), 0)
    votes, offset = rng.normal(size=(2, 30, 1)), np.array([7.0, -3.0])[:, None, None]
    alone = Student(problem, pool, votes, np.zeros((2, 1, 1)))(labelled)
    shifted = Student(problem, pool, votes + offset, offset)(labelled)
    np.testing.assert_allclose(shifted, alone + offset)


def test_features_of_the_part_seen_are_the_first_rows_of_the_pools():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(30, 2))
    problem = Problem(Inputs(X[:5]), Inputs(X), 0.1, 6, np.array([0.1]), 0, Inputs(X[:12]))
    of_pool = student_features(problem, problem.pool)
    np.testing.assert_array_equal(student_features(problem, problem.seen), of_pool[:12])
    assert len(student_features(problem, problem.labelled)) == 5


def test_rows_are_pickled_without_what_was_made_of_them():
    rows = Inputs(np.zeros((1200, 2)))
    assert rows.once("key", lambda: 3) == rows.once("key", lambda: 4) == 3
    again = pickle.loads(pickle.dumps(rows))
    assert again.once("key", lambda: 4) == 4
    assert repr(again) == "<1,200 rows>"


def test_labellings_that_know_the_same_rows_go_together():
    known = np.array([[True, False, True], [True, True, True], [True, False, True]])
    y = np.array([[1.0, 50.0, 3.0], [4.0, 5.0, 6.0], [0.0, 70.0, 8.0]])
    groups = [(rows.tolist(), who.tolist()) for rows, who in Labels(y, 0, known).by_known()]
    assert groups == [([0, 2], [0, 2]), ([0, 1, 2], [1])]
    # About the mean of what is known.
    np.testing.assert_allclose(Labels(y, 0, known).offset[:, 0, 0], [2, 5, 4])
    np.testing.assert_allclose(Labels(y, 0, known).targets[0, :, 0], [-1, 48, 1])

"""Predicted students against students that were trained."""

import numpy as np
import pytest

from ddkd import LeastSquaresClassifier, RandomFourierFeatures
from ddkd.datasets import load
from ddkd.prediction import predict_student
from ddkd.testing import assert_matches_theory

SIZES, WIDTHS = [120, 500], [60, 250]


@pytest.fixture(scope="module", params=["digits", "relu-network"])
def problem(request):
    """A teacher of ten classes and one of two, with pools."""
    split = load(request.param, n_samples=150, n_test=500, flip_rate=0.1, rng=0)
    pool = split.transfer
    if hasattr(pool, "sample"):
        pool = pool.sample(max(SIZES), rng=1)
    gamma = 0.1
    features = RandomFourierFeatures(1000, gamma=gamma, random_state=0)
    teacher = LeastSquaresClassifier(features, alpha=0.5).fit(split.X_train, split.y_train)
    return split, teacher, pool, gamma


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_error_and_agreement_are_those_of_trained_students(problem, labels):
    split, teacher, pool, gamma = problem
    found = predict_student(
        teacher, pool, split.X_test, split.y_test, SIZES, WIDTHS, gamma=gamma, labels=labels
    )
    shown = teacher.predict(split.X_test)
    assert found.teacher_error == np.mean(shown != split.y_test)

    def simulate(rng):
        measured = np.empty((2, len(SIZES), len(WIDTHS)))
        for i, m in enumerate(SIZES):
            for j, k in enumerate(WIDTHS):
                seed = int(rng.integers(2**31))
                student = LeastSquaresClassifier(
                    RandomFourierFeatures(k, gamma=gamma, random_state=seed)
                )
                if labels == "hard":
                    student.fit(pool[:m], teacher.predict(pool[:m]), teacher.classes_)
                else:
                    scores = teacher.decision_function(pool[:m])
                    student.fit_scores(pool[:m], scores, teacher.classes_)
                said = student.predict(split.X_test)
                measured[:, i, j] = np.mean(said != split.y_test), np.mean(said == shown)
        return measured

    wanted = np.stack([found.error_rate, found.agreement])
    seen = assert_matches_theory(simulate, wanted, n_repeats=12, bias=0.025 / wanted, rng=2)
    # A hundredth in the median, on inputs of ten dimensions only a fiftieth.
    allowed = 0.01 if split.name == "digits" else 0.02
    assert np.median(np.abs(seen.simulated - wanted)) < allowed


def test_a_student_of_the_teachers_inputs_and_labels_is_the_teachers_own_predictor(problem):
    split, teacher, _, gamma = problem
    many = predict_student(
        teacher, split.X_train, split.X_test, split.y_test, 150, 10**7, gamma=gamma, alpha=1e-8
    )
    assert many.error_rate.shape == (1,)
    assert 0.5 < many.agreement[0] <= 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": "medium"}, "labels must be one of"),
        ({"n_transfer": 10**6}, "n_transfer must be at most .*; got 1e.06"),
        ({"n_transfer": []}, "n_transfer is empty"),
        ({"gamma": 0.0}, "gamma"),
        ({"y_test": [7.5]}, "y_test has labels"),
        ({"pool": np.ones((9, 3))}, "X_test must have 3 columns"),
    ],
)
def test_bad_arguments_are_named(problem, change, words):
    split, teacher, pool, gamma = problem
    arguments = {
        "teacher": teacher,
        "pool": pool,
        "X_test": split.X_test,
        "y_test": split.y_test,
        "n_transfer": 20,
        "n_components": 10,
        "gamma": gamma,
    } | change
    with pytest.raises(ValueError, match=words):
        predict_student(**arguments)

"""Advice on data, against models that were trained."""

import dataclasses

import numpy as np
import pytest

from ddkd import DistilledClassifier, LeastSquaresClassifier, RandomFourierFeatures
from ddkd.datasets import load
from ddkd.prediction import advise


def error(model, split):
    return np.mean(model.predict(split.X_test) != split.y_test)


def fourier(width, gamma, alpha, seed):
    features = RandomFourierFeatures(width, gamma=gamma, random_state=seed)
    return LeastSquaresClassifier(features, alpha=alpha)


def test_advice_is_near_the_best_of_what_it_chose_from_and_its_model_can_be_fitted():
    split = load("digits", n_samples=200, n_test=600, rng=3).flip_labels(0.1, rng=4)
    advice = advise(
        split.X_train, split.y_train, split.transfer, max_student_width=100, max_transfer=600
    )
    assert advice.distil
    assert advice.n_transfer == 600
    model = advice.model(split.transfer, random_state=0).fit(split.X_train, split.y_train)
    assert isinstance(model, DistilledClassifier)
    assert model.student_.coef_.shape == (10, advice.student_width)
    # Its prediction counts the 10 % of wrong labels.
    assert error(model, split) == pytest.approx(advice.student_error - 0.1, abs=0.06)
    students = [
        DistilledClassifier(
            fourier(width, advice.gamma, alpha, 0),
            fourier(100, advice.gamma, 0.1, 1),
            transfer=split.transfer[:600],
        ).fit(split.X_train, split.y_train)
        for width in (50, 400, 2000)
        for alpha in (0.01, 0.1, 0.3, 1.0, 3.0)
    ]
    assert error(model, split) < min(error(student, split) for student in students) + 0.02


def test_advice_without_gain_is_a_direct_model():
    split = load("gaussian", n_samples=150, n_test=100, rng=0)
    few = split.transfer.sample(20, rng=1)
    advice = advise(split.X_train, split.y_train, few, max_student_width=100)
    assert not advice.distil
    assert "Do not distil" in str(advice)
    model = advice.model(few, random_state=0).fit(split.X_train, split.y_train)
    assert isinstance(model, LeastSquaresClassifier)
    assert model.coef_.shape == (advice.direct_width,)
    assert str(dataclasses.replace(advice, student_error=0.0)).startswith("Distil: teacher of")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"y": np.zeros(30)}, "y must hold one label for each of the 30 rows"),
        ({"y": np.r_[np.zeros(28), 1, 1]}, "at least 5 rows each"),
        ({"unlabelled": np.ones((9, 3))}, "unlabelled must have 2 columns"),
        ({"max_student_width": 1}, "max_student_width must be at least 4"),
    ],
)
def test_bad_arguments_are_named(change, words):
    rng = np.random.default_rng(0)
    arguments = {
        "X": rng.normal(size=(30, 2)),
        "y": np.arange(30) % 2,
        "unlabelled": rng.normal(size=(50, 2)),
        "max_student_width": 10,
    } | change
    with pytest.raises(ValueError, match=words):
        advise(**arguments)

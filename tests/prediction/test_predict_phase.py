"""Phase diagrams of data, against models that were trained."""

import re

import numpy as np
import pytest

from ddkd import LeastSquaresClassifier, RandomFourierFeatures
from ddkd.datasets import load
from ddkd.features import bandwidth_gamma
from ddkd.prediction import predict_phase
from ddkd.prediction._phase import ALPHAS


@pytest.fixture(scope="module")
def split():
    return load("mixture", n_samples=150, n_test=500, rng=0)


def error(model, split):
    return np.mean(model.predict(split.X_test) != split.y_test)


def fourier(width, gamma, alpha, seed):
    features = RandomFourierFeatures(width, gamma=gamma, random_state=seed)
    return LeastSquaresClassifier(features, alpha=alpha)


def test_a_phase_diagram_of_data_is_what_trained_models_show(split):
    found = predict_phase(
        split, flip_rates=[0.0], n_transfer=[100, 1000], teacher_width=900, student_width=60, rng=0
    )
    gamma = bandwidth_gamma(split.X_train, 0.8)
    pool = split.transfer.sample(1000, rng=5)
    alphas, seeds = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0), range(5)
    direct = np.min(
        [
            np.mean(
                [
                    error(fourier(60, gamma, a, s).fit(split.X_train, split.y_train), split)
                    for s in seeds
                ]
            )
            for a in alphas
        ]
    )
    assert found.direct_error[0, 0] == pytest.approx(direct, abs=0.02)
    teacher = fourier(900, gamma, found.teacher_alpha[0, 0], 1).fit(split.X_train, split.y_train)
    assert found.teacher_error[0, 0] == pytest.approx(error(teacher, split), abs=0.03)
    said = teacher.predict(pool)
    for j, m in enumerate(found.column_values):
        student = np.min(
            [
                np.mean(
                    [error(fourier(60, gamma, a, s).fit(pool[:m], said[:m]), split) for s in seeds]
                )
                for a in alphas
            ]
        )
        # Another pool and another teacher: their draw is in the gap.
        assert found.student_error[0, j] == pytest.approx(student, abs=0.04)
    # Distilling pays with the large transfer set and not with the small one.
    assert found.gain[0, 0] < 0 < found.gain[0, 1]
    assert "distil with 1,000 transfer rows or more" in found.recipe()


def test_a_pool_smaller_than_the_sizes_is_used_whole():
    digits = load("digits", n_samples=1000, n_test=600, rng=0)
    found = predict_phase(
        digits, flip_rates=[0.1], n_transfer=[50, 5000], teacher_width=100, student_width=20
    )
    assert found.column_values.tolist() == [50, len(digits.transfer)]


def test_the_ridges_are_those_of_the_docstring():
    words = " ".join(predict_phase.__doc__.split())
    (listed,) = re.findall(r"among ([\d., ]+ and \d+)\.", words)
    assert [float(word) for word in re.findall(r"\d+(?:\.\d+)?", listed)] == list(ALPHAS)

"""Phase diagrams and advice on data, against models that were trained."""

import dataclasses

import numpy as np
import pytest

from ddkd import (
    DistilledClassifier,
    GaussianPopulation,
    LeastSquaresClassifier,
    RandomFourierFeatures,
    theory,
)
from ddkd.datasets import load
from ddkd.prediction import DataPhase, advise, phase, phase_of_population
from ddkd.prediction._encoding import kernel_gamma


@pytest.fixture(scope="module")
def split():
    return load("mixture", n_samples=150, n_test=500, rng=0)


def error(model, split):
    return np.mean(model.predict(split.X_test) != split.y_test)


def fourier(width, gamma, alpha, seed):
    features = RandomFourierFeatures(width, gamma=gamma, random_state=seed)
    return LeastSquaresClassifier(features, alpha=alpha)


def test_a_phase_diagram_of_data_is_what_trained_models_show(split):
    found = phase(
        split, flip_rates=[0.0], n_transfer=[100, 1000], teacher_width=900, student_width=60, rng=0
    )
    gamma = kernel_gamma(split.X_train, 0.8)
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
    assert found.direct_error[0] == pytest.approx(direct, abs=0.02)
    teacher = fourier(900, gamma, found.teacher_alpha[0], 1).fit(split.X_train, split.y_train)
    assert found.teacher_error[0] == pytest.approx(error(teacher, split), abs=0.03)
    said = teacher.predict(pool)
    for j, m in enumerate(found.n_transfer):
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
    assert "distil if you have more than 100 unlabelled" in found.recipe()
    assert np.all(found.gain_over_best <= found.gain)


def test_a_recipe_in_words():
    found = DataPhase(
        n_samples=300,
        teacher_width=900,
        student_width=50,
        flip_rate=np.array([0.0, 0.1, 0.2, 0.3]),
        n_transfer=np.array([100, 200, 400]),
        student_error=np.array([[0.3, 0.2, 0.1], [0.1] * 3, [0.4] * 3, [0.3, 0.2, 0.4]]),
        teacher_error=np.full(4, 0.1),
        teacher_alpha=np.full(4, 0.3),
        direct_error=np.full(4, 0.25),
    )
    first, always, never, not_at_last = found.recipe().splitlines()
    assert first == (
        "with n = 300 and 0 % wrong labels: tune the teacher (ridge 0.3), and distil if you have "
        "more than 100 unlabelled; 400 bring the error 0.150 below that of a direct model of "
        "the student's width"
    )
    assert "distil even with 100 unlabelled" in always
    assert never.endswith("do not distil; up to 400 unlabelled it adds at least 0.150 to the error")
    assert not_at_last.endswith("the error by at most 0.050, and not with all of them")


def test_a_pool_smaller_than_the_sizes_is_used_whole():
    digits = load("digits", n_samples=1000, n_test=600, rng=0)
    found = phase(
        digits, flip_rates=[0.1], n_transfer=[50, 5000], teacher_width=100, student_width=20
    )
    assert found.n_transfer.tolist() == [50, len(digits.transfer)]


def test_the_phase_of_a_population_is_the_laws_minimum():
    s = 1 / np.arange(1, 301)
    b = np.ones(300)
    population = GaussianPopulation(s, b, labels="hard")
    found = phase_of_population(
        population,
        n_samples=100,
        n_transfer=[200, 5000],
        teacher_width=800,
        student_width=40,
        flip_rates=[0.0, 0.1],
    )
    direct = theory.random_features(
        s,
        np.sqrt(s) * b,
        100,
        40,
        alpha=np.geomspace(1e-3, 1e3, 400),
        labels="hard",
        flip_rate=0.1,
    ).error_rate.min()
    assert found.direct_error[1] == pytest.approx(direct, abs=1e-4)
    assert np.all(found.student_error >= found.teacher_error[:, None])
    assert np.all(np.diff(found.student_error, axis=1) < 0)


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

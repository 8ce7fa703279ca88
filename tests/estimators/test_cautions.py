"""What a distiller says of a teacher near chance, and of a student on its own peak."""

import re
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ddkd import (
    DistilledClassifier,
    DistilledRegressor,
    InterpolationWarning,
    LeastSquaresClassifier,
    LeastSquaresRegressor,
    RandomFourierFeatures,
)
from ddkd.datasets import load
from ddkd.features import choose_gamma


def words_of(model, X, y):
    """Warnings of a fit, those of the solver apart."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    assert {w.category for w in caught} <= {InterpolationWarning}
    assert all(w.filename == __file__ for w in caught if "does not interpolate" not in str(w))
    return [str(w.message) for w in caught if "does not interpolate" not in str(w.message)]


def moons(gamma, seed=0, width=1000, **options):
    split = load("moons", n_samples=60, flip_rate=0.1, rng=seed)
    if gamma is None:
        gamma = choose_gamma(split.X_train, split.y_train, alpha=0.0)
    teacher = LeastSquaresClassifier(RandomFourierFeatures(width, gamma=gamma, random_state=seed))
    student = LeastSquaresClassifier(RandomFourierFeatures(50, gamma=1.0))
    pool = split.transfer.sample(500, rng=seed)
    return DistilledClassifier(teacher, student, transfer=pool, **options), split


def test_a_teacher_near_chance_is_named_with_its_exact_leave_one_out_error():
    model, split = moons("median", 4)
    X, y = split.X_train, split.y_train
    (words,) = words_of(model, X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        refitted = cross_val_predict(model.teacher, X, y, cv=LeaveOneOut())
    said = [int(number) for number in re.findall(r"(\d+) ?%", words)]
    chance = 1 - max(np.mean(y == 1), np.mean(y == -1))
    assert said == [round(100 * np.mean(refitted != y)), round(100 * chance)]
    assert "choose_gamma" in words


def test_a_pipeline_of_a_scaler_and_least_squares_is_judged_too():
    model, split = moons("median", 4)
    piped = clone(model).set_params(teacher=make_pipeline(StandardScaler(), model.teacher))
    assert len(words_of(piped, split.X_train, split.y_train)) == 1


def test_who_is_named_over_five_draws():
    """Most teachers at the median bandwidth; few at the one that the labels choose."""
    named = np.zeros(2)
    for seed in range(1, 6):
        for k, gamma in enumerate(("median", None)):
            model, split = moons(gamma, seed)
            named[k] += len(words_of(model, split.X_train, split.y_train))
    assert named[0] >= 4
    assert named[1] <= 1


def test_labels_that_say_nothing_are_noticed_and_other_teachers_are_not_judged():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((100, 5))
    labels = rng.integers(3, size=(10, 100))
    named = [words_of(DistilledClassifier(transfer=X, random_state=0), X, y) for y in labels]
    assert sum(map(len, named)) >= 6  # 84 % are within a standard error
    assert words_of(DistilledClassifier(LogisticRegression(), transfer=X), X, labels[0]) == []


@pytest.mark.parametrize(
    ("width", "n_transfer", "options", "warns"),
    [
        (50, 50, {}, True),
        (50, 50, {"alpha": 1.0}, False),
        (50, 100, {}, False),
        (50, 25, {}, False),
        (50, 51, {}, False),
        (50, 51, {"fit_intercept": True}, True),
        (50, 50, {"fit_intercept": True}, True),
    ],
)
def test_a_student_as_wide_as_its_transfer_set_is_named(width, n_transfer, options, warns):
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((40, 8)), rng.standard_normal(40)
    pool = rng.standard_normal((200, 8))
    features = RandomFourierFeatures(width, random_state=0)
    student = LeastSquaresRegressor(features, **options)
    model = DistilledRegressor(None, student, transfer=pool, n_transfer=n_transfer, random_state=0)
    said = words_of(model, X, y)
    assert [
        f"width, {width}, is the size of its transfer set, {n_transfer}" in s for s in said
    ] == ([True] if warns else [])


def test_a_student_in_a_pipeline_and_one_that_streams_are_named():
    rng = np.random.default_rng(2)
    X = rng.standard_normal((60, 5))
    y = np.sign(X[:, 0])
    student = LeastSquaresClassifier(RandomFourierFeatures(60, random_state=0))
    for fitted in (student, make_pipeline(StandardScaler(), student)):
        model = DistilledClassifier(None, fitted, random_state=0, batch_size=25)
        (words,) = words_of(model, X, y)
        assert "its transfer set, 60" in words

"""The bandwidth that labels choose, against models that are fitted again without each row."""

import numpy as np
import pytest

from ddkd import LeastSquaresClassifier, RandomFourierFeatures
from ddkd._labels import are_numbers
from ddkd.contestants import Inputs, Labels, Problem, kernel_ridge
from ddkd.datasets import load
from ddkd.features import _bandwidth, bandwidth_gamma, choose_gamma
from tests.helpers.reference import kernel_ridge_without_each_row

BANDWIDTHS = 2.0 ** np.arange(2, -5.5, -0.5)


def refitted(X, targets, alpha):
    """The gamma of least squared error of kernel ridge on rows that it has not seen."""
    gammas = [bandwidth_gamma(X, c) for c in BANDWIDTHS]
    scores = [kernel_ridge_without_each_row(X, targets, gamma, alpha) for gamma in gammas]
    return gammas[int(np.argmin([np.mean((s[:, 0] - targets) ** 2) for s in scores]))]


@pytest.mark.parametrize("alpha", [1e-6, 0.1, 3.0])
def test_two_classes_by_refitting(alpha):
    split = load("moons", n_samples=25, flip_rate=0.1, rng=1)
    expected = refitted(split.X_train, split.y_train, alpha)
    assert choose_gamma(split.X_train, split.y_train, alpha=alpha) == expected
    words = np.where(split.y_train > 0, "up", "down")
    assert choose_gamma(split.X_train, words, alpha=alpha) == expected


def test_numbers_by_refitting():
    rng = np.random.default_rng(2)
    X = rng.uniform(-1, 1, (25, 1))
    y = 7 + np.sin(6 * X[:, 0]) + 0.1 * rng.standard_normal(25)
    assert choose_gamma(X, y, alpha=0.1) == refitted(X, y - y.mean(), 0.1)


def test_with_the_best_ridge_it_is_the_kernel_ridge_of_a_contest():
    """Another solver, which has fewer penalties to choose from: ten classes of digits."""
    split = load("digits", n_samples=80, rng=0)
    gammas = np.array([bandwidth_gamma(split.X_train, c) for c in BANDWIDTHS])
    problem = Problem(
        labelled=Inputs(split.X_train), pool=Inputs(split.transfer), gamma=gammas[0], gammas=gammas,
        student_width=10, seed=0,
    )  # fmt: skip
    labels = Labels(split.y_train[None], 10, np.ones((1, 80), dtype=bool))
    chosen = kernel_ridge(problem, labels).kernels[0].gamma
    assert choose_gamma(split.X_train, split.y_train) == chosen


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ddkd.InterpolationWarning")
def test_a_teacher_of_moons_needs_the_labels_bandwidth():
    """A memorising teacher on 1,000 features, with the median bandwidth and with the chosen one."""
    errors = []
    for seed in range(12):
        split = load("moons", n_samples=60, flip_rate=0.1, rng=seed)
        X, y = split.X_train, split.y_train
        for gamma in ("median", choose_gamma(X, y, alpha=0.0)):
            features = RandomFourierFeatures(1000, gamma=gamma, random_state=seed)
            teacher = LeastSquaresClassifier(features).fit(X, y)
            errors.append(1 - teacher.score(split.X_test, split.y_test))
    at_median, chosen = np.reshape(errors, (12, 2)).T
    gain = at_median - chosen
    assert gain.mean() > 4 * gain.std() / np.sqrt(12)


def test_of_many_rows_a_fixed_choice_stands_for_all(monkeypatch):
    monkeypatch.setattr(_bandwidth, "_MOST_ROWS", 30)
    split = load("moons", n_samples=100, flip_rate=0.2, rng=3)
    X, y = split.X_train, split.y_train
    rows = np.random.default_rng(0).choice(100, 30, replace=False)
    chosen = choose_gamma(X, y, alpha=0.1)
    assert chosen == choose_gamma(X[rows], y[rows], alpha=0.1)
    monkeypatch.undo()
    assert chosen != choose_gamma(X, y, alpha=0.1)


@pytest.mark.parametrize(
    ("X", "y", "alpha", "message"),
    [
        ([[1.0], [np.nan]], [0, 1], None, "X"),
        ([[1e200], [-1e200], [0.0]], [0, 1, 1], None, "X has distances"),
        ([[1.0], [2.0]], [0, 1, 1], None, r"y must have the shape \(2,\), as X; got \(3,\)"),
        ([[1.0], [2.0]], [[0], [1]], None, "y must have the shape"),
        ([[1.0], [2.0]], [1, 1], None, "two classes"),
        ([[1.0], [2.0]], [0.5, np.nan], None, "y"),
        ([[1.0], [2.0]], [0, 1], -1.0, "alpha must be"),
        ([[1.0], [2.0]], [0, 1], [1.0, 2.0], "alpha must be"),
    ],
)
def test_bad_arguments(X, y, alpha, message):
    with pytest.raises(ValueError, match=message):
        choose_gamma(X, y, alpha=alpha)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([1.0, 3.0], False),
        ([1.0, 2.5], True),
        ([1, 3], False),
        (np.arange(20.0), False),
        (np.arange(21.0), True),
        (np.arange(21), False),
    ],
)
def test_labels_are_numbers_if_some_are_fractions_or_floats_of_many_values(labels, expected):
    assert are_numbers(np.array(labels)) == expected


def test_whole_numbers_of_many_values_are_numbers_and_not_as_many_classes():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 2))
    prices = np.round(1000 * np.sin(X[:, 0]))  # floats without a fraction
    assert len(np.unique(prices)) > 20
    assert choose_gamma(X, prices) == choose_gamma(X, prices + 0.5)

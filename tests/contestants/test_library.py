import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import SVC

from ddkd._labels import decode
from ddkd.contestants._library import (
    COSTS,
    LINEAR_ALPHAS,
    LOGISTIC_COSTS,
    boosting,
    extra_trees,
    logistic_regression,
    ridge_regression,
    self_training,
    support_vectors,
)
from ddkd.contestants._problem import Inputs, Labels, Problem, folds_of
from ddkd.datasets import load

GAMMAS = np.array([0.01, 0.02, 0.1, 0.5, 1.0])


@pytest.fixture(scope="module")
def split():
    return load("digits", rng=3, n_samples=60, n_test=100)


@pytest.fixture(scope="module")
def problem(split):
    return Problem(Inputs(split.X_train), Inputs(split.transfer[:300]), 0.02, 240, GAMMAS, 3)


def labels_of(split, known=None):
    known = np.ones((1, 60), dtype=bool) if known is None else known
    return Labels(split.y_train[None], 10, known)


def test_support_vectors_are_chosen_as_grid_search_chooses_them(split, problem):
    got = decode(support_vectors(problem, labels_of(split))(Inputs(split.X_test)))[0]
    search = GridSearchCV(
        SVC(),
        {"gamma": GAMMAS, "C": COSTS},
        cv=StratifiedKFold(5, shuffle=True, random_state=3),
    ).fit(split.X_train, split.y_train)
    np.testing.assert_array_equal(got, search.predict(split.X_test))


@pytest.mark.parametrize(
    ("fit", "most"),
    [
        (logistic_regression, 0.4),
        (support_vectors, 0.4),
        (extra_trees, 0.4),
        (boosting, 0.6),  # needs more than five rows a class
        (self_training, 0.4),
    ],
)
def test_hidden_labels_are_not_seen_and_the_known_ones_are_learned(split, problem, fit, most):
    known = np.ones((1, 60), dtype=bool)
    known[0, :10] = False
    values = np.where(known, split.y_train, (split.y_train + 1) % 10)
    test = Inputs(split.X_test)
    first = fit(problem, labels_of(split, known))(test)
    np.testing.assert_array_equal(first, fit(problem, Labels(values, 10, known))(test))
    assert np.mean(decode(first)[0] != split.y_test) < most


@pytest.mark.parametrize(
    "fit", [logistic_regression, support_vectors, extra_trees, boosting, self_training]
)
def test_one_known_class_is_always_the_answer(split, problem, fit):
    known = (split.y_train == 4)[None]
    got = decode(fit(problem, labels_of(split, known))(Inputs(split.X_test)))
    assert (got == 4).all()


@pytest.mark.parametrize("seed", range(3))
def test_logistic_regression_is_chosen_as_grid_search_chooses_it(seed):
    """Two classes that overlap, so that the least error is not at the largest `C` of all."""
    rng = np.random.default_rng(seed)
    y = np.arange(100) % 2
    X, new = rng.normal(size=(100, 6)) + 0.5 * y[:, None], rng.normal(size=(300, 6)) + 0.25
    problem = Problem(Inputs(X), Inputs(new), 0.02, 240, GAMMAS, 3)
    got = logistic_regression(problem, Labels(y[None], 2, np.ones((1, 100), dtype=bool)))
    search = GridSearchCV(
        LogisticRegression(tol=1e-8),
        {"C": LOGISTIC_COSTS},
        cv=StratifiedKFold(5, shuffle=True, random_state=3),
    ).fit(X, y)
    assert np.mean(decode(got(Inputs(new)))[0] != search.predict(new)) <= 0.01


@pytest.mark.parametrize("noise", [0.1, 1.0])
def test_ridge_regression_has_the_least_error_with_labels_left_out(noise):
    rng = np.random.default_rng(0)
    X, new = rng.normal(size=(80, 3)), rng.normal(size=(50, 3))
    y = 5.0 + X @ [1.0, -2.0, 0.5] + noise * rng.normal(size=80)
    labels = Labels(y[None], 0, np.ones((1, 80), dtype=bool))
    problem = Problem(Inputs(X), Inputs(new), 0.1, 10, GAMMAS, 0)
    got = ridge_regression(problem, labels)(Inputs(new))[0, :, 0]

    def fitted(rows, alpha, at):
        """A ridge regression with an intercept, at one more input."""
        center, level = X[rows].mean(axis=0), y[rows].mean()
        Z = X[rows] - center
        coef = np.linalg.solve(Z.T @ Z + alpha * np.eye(3), Z.T @ (y[rows] - level))
        return level + (at - center) @ coef

    def left_out_error(alpha):
        others = ~np.eye(80, dtype=bool)
        return np.mean([(fitted(others[i], alpha, X[i]) - y[i]) ** 2 for i in range(80)])

    best = min(3 * LINEAR_ALPHAS, key=left_out_error)
    np.testing.assert_allclose(got, fitted(np.arange(80), best, new), rtol=1e-8)


@pytest.mark.parametrize("fit", [extra_trees, boosting])
def test_trees_fit_numbers_of_known_rows(fit):
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(200, 2))
    known = np.arange(200) < 150
    y = np.where(known, np.sign(X[:, 0]) * X[:, 1], 1e6)
    problem = Problem(Inputs(X), Inputs(X), 0.1, 10, GAMMAS, 0)
    scores = fit(problem, Labels(y[None], 0, known[None]))(Inputs(X))
    assert scores.shape == (1, 200, 1)
    truth = np.sign(X[:, 0]) * X[:, 1]
    assert np.mean((scores[0, 150:, 0] - truth[150:]) ** 2) < 0.1 * truth.var()


def test_folds_keep_groups_together_and_classes_in_proportion():
    y = np.repeat([0, 1], 20)
    for train, held in folds_of(y, 5, 0):
        assert y[held].sum() == 4
        assert np.intersect1d(train, held).size == 0
    groups = np.arange(40) // 4
    for train, held in folds_of(y, 5, 0, groups):
        assert np.intersect1d(groups[train], groups[held]).size == 0

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import RidgeCV
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import (
    GridSearchCV,
    LeaveOneOut,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.svm import SVC

from ddkd.datasets import load
from ddkd.experiments import _baselines as baselines


@pytest.fixture(scope="module")
def problem():
    split = load("digits", rng=3, n_samples=60, n_test=100)
    labelings = [split.flip_labels(rate, rng=1).y_train for rate in (0.0, 0.2)]
    Y = np.stack([np.eye(10)[np.searchsorted(split.classes, y)] for y in labelings], axis=1)
    return split, Y


def test_tuned_ridge_chooses_and_fits_as_ridge_cv_does(problem):
    split, Y = problem
    rng = np.random.default_rng(0)
    W = rng.normal(size=(64, 90))
    Z, Z_test = split.X_train @ W, split.X_test @ W
    alphas = np.logspace(-2, 3, 11)
    got = baselines.tuned_ridge(Z, Y, Z_test, alphas)
    for f in range(2):
        model = RidgeCV(alphas, fit_intercept=False).fit(Z, Y[:, f])
        assert got.alpha[f] == model.alpha_
        np.testing.assert_allclose(got.scores[f], model.predict(Z_test), atol=1e-8)


def test_kernel_ridge_minimises_leave_one_out_error_over_the_whole_grid(problem):
    split, Y = problem
    gammas = np.array([0.02, 0.1, 0.5])
    got = baselines.kernel_ridge(split.X_train, Y, split.X_test, gammas=gammas)
    alphas = baselines.ALPHAS[8::4]
    brute = {}
    for gamma in gammas:
        for alpha in alphas:
            model = KernelRidge(alpha=alpha, kernel="rbf", gamma=gamma)
            left_out = cross_val_predict(model, split.X_train, Y[:, 1], cv=LeaveOneOut())
            brute[gamma, alpha] = np.mean((left_out - Y[:, 1]) ** 2)
    scores = got.scores[1]
    matching = [
        gamma
        for gamma in gammas
        if np.allclose(
            scores,
            KernelRidge(alpha=got.alpha[1], kernel="rbf", gamma=gamma)
            .fit(split.X_train, Y[:, 1])
            .predict(split.X_test),
        )
    ]
    assert len(matching) == 1
    model = KernelRidge(alpha=got.alpha[1], kernel="rbf", gamma=matching[0])
    left_out = cross_val_predict(model, split.X_train, Y[:, 1], cv=LeaveOneOut())
    assert np.mean((left_out - Y[:, 1]) ** 2) <= min(brute.values()) + 1e-12


def test_ridge_of_any_width_is_no_worse_than_any_single_width_by_leave_one_out(problem):
    split, Y = problem
    gammas = np.array([0.05, 0.2])
    got = baselines.ridge_of_any_width(
        split.X_train, Y, split.X_test, widths=np.array([20, 200]), gammas=gammas, seed=0
    )
    assert set(got.width) <= {20.0, 200.0}
    # 200 features see what 20 cannot: the wide model must win on clean digits.
    assert got.width[0] == 200.0
    assert (
        np.mean(got.scores[0].argmax(axis=1) != np.searchsorted(split.classes, split.y_test)) < 0.3
    )


def test_support_vectors_are_chosen_as_grid_search_chooses_them(problem):
    split, _ = problem
    gammas = np.array([0.02, 0.1, 0.5])
    labels, chosen = baselines.support_vectors(
        split.X_train, split.y_train, split.X_test, gammas=gammas, seed=3
    )
    search = GridSearchCV(
        SVC(),
        {"gamma": gammas, "C": baselines.COSTS},
        cv=StratifiedKFold(5, shuffle=True, random_state=3),
    ).fit(split.X_train, split.y_train)
    assert chosen == search.best_params_
    np.testing.assert_array_equal(labels, search.predict(split.X_test))


def test_prefix_keeps_the_kernel(problem):
    split, _ = problem
    Z = baselines.RandomFourierFeatures(6000, gamma=0.1, random_state=0).fit_transform(
        split.X_train
    )
    K = rbf_kernel(split.X_train, gamma=0.1)
    narrow = baselines.prefix(Z, 3000)
    # Monte-Carlo error of 3,000 cosines: at most sqrt(2/3000) = 0.026 an entry, 5 sigma over 3,600.
    assert np.abs(narrow @ narrow.T - K).max() < 5 * np.sqrt(2 / 3000)

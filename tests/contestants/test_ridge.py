import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import RidgeCV
from sklearn.metrics.pairwise import rbf_kernel

from ddkd.contestants import _kernels, _rivals
from ddkd.contestants._kernels import (
    ALPHAS,
    FourierKernel,
    GaussianKernel,
    fit_ridge,
    tune_ridge,
)
from ddkd.contestants._problem import Inputs, Labels, Problem
from ddkd.datasets import load
from ddkd.features import RandomFourierFeatures, narrow
from ddkd.solvers import min_norm
from tests.helpers.reference import kernel_ridge_without_each_row


@pytest.fixture(scope="module")
def problem():
    split = load("digits", rng=3, n_samples=60, n_test=100)
    return Problem(
        Inputs(split.X_train), Inputs(split.transfer[:50]), 0.1, 240, np.array([0.02, 0.1, 0.5]), 0
    )


@pytest.fixture(scope="module")
def labels():
    split = load("digits", rng=3, n_samples=60, n_test=100)
    values = np.stack([split.flip_labels(rate, rng=1).y_train for rate in (0.0, 0.2)])
    return Labels(values, 10, np.ones(values.shape, dtype=bool))


def test_penalties_and_scores_are_those_of_ridge_cv(problem, labels):
    Z = problem.labelled.X @ np.random.default_rng(0).normal(size=(64, 90))
    alphas = np.logspace(-2, 3, 11)
    _, chosen, dual = tune_ridge(labels, [Z @ Z.T], alphas)
    for i, targets in enumerate(labels.targets):
        model = RidgeCV(alphas, fit_intercept=False).fit(Z, targets)
        assert chosen[i] == model.alpha_
        np.testing.assert_allclose(Z @ Z.T @ dual[i], model.predict(Z), atol=1e-8)


def test_the_kernel_and_penalty_have_the_least_leave_one_out_error(problem, labels):
    kernels = [GaussianKernel(problem, gamma) for gamma in problem.gammas]
    got = fit_ridge(problem, labels, kernels)
    X, Y = problem.labelled.X, labels.targets[1]

    def brute(gamma, alpha):
        return np.mean((kernel_ridge_without_each_row(X, Y, gamma, alpha) - Y) ** 2)

    chosen = got.kernels[1].gamma, got.alpha[1]
    least = min(brute(gamma, alpha) for gamma in problem.gammas for alpha in ALPHAS[10::4])
    assert brute(*chosen) <= least + 1e-12
    model = KernelRidge(alpha=chosen[1], kernel="rbf", gamma=chosen[0]).fit(X, Y)
    np.testing.assert_allclose(got(problem.pool)[1], model.predict(problem.pool.X), atol=1e-8)


def test_hidden_labels_are_not_seen(problem, labels):
    known = np.ones(labels.values.shape, dtype=bool)
    known[:, ::5] = False
    swapped = np.where(known, labels.values, (labels.values + 3) % 10)
    kernels = [GaussianKernel(problem, gamma) for gamma in problem.gammas]
    first, second = (
        fit_ridge(problem, Labels(values, 10, known), kernels)(problem.pool)
        for values in (labels.values, swapped)
    )
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("width", [600, 20])  # with 20 of them the kernel of 60 rows is singular
def test_without_a_penalty_it_is_the_minimum_norm_model(problem, labels, width):
    kernel = FourierKernel(problem, 0.1, width)
    got = fit_ridge(problem, labels, [kernel], [0.0])
    assert got.width == [width] * 2
    features = RandomFourierFeatures(width, gamma=0.1, random_state=0).fit(problem.labelled.X)
    Z, Z_pool = features.transform(problem.labelled.X), features.transform(problem.pool.X)
    wanted = Z_pool @ min_norm(Z, labels.targets[0]).coef
    np.testing.assert_allclose(got(problem.pool)[0], wanted, atol=1e-9)


def test_the_first_features_of_a_wide_map_have_the_kernel_of_a_narrow_one(problem):
    X = problem.labelled.X
    Z = RandomFourierFeatures(6000, gamma=0.1, random_state=0).fit_transform(X)
    thin = narrow(Z, 3000)
    # Monte-Carlo error of 3,000 cosines: at most sqrt(2/3000) = 0.026 an entry, 5 sigma.
    assert np.abs(thin @ thin.T - rbf_kernel(X, gamma=0.1)).max() < 5 * np.sqrt(2 / 3000)
    own = FourierKernel(problem, 0.1, 3000)
    np.testing.assert_allclose(own.matrix(problem.labelled), thin @ thin.T, atol=1e-12)
    new = Inputs(X)
    np.testing.assert_allclose(own.matrix(new), thin @ thin.T, atol=1e-12)
    dual = np.random.default_rng(1).normal(size=(60, 2))
    np.testing.assert_allclose(own.scores(new, dual), thin @ thin.T @ dual, atol=1e-10)


@pytest.mark.parametrize("batch", [1, 7, 20, 21])
def test_scores_of_many_rows_are_those_of_all_at_once(problem, monkeypatch, batch):
    monkeypatch.setattr(_kernels, "BATCH", batch)
    features = RandomFourierFeatures(6, gamma=0.1, random_state=0).fit(problem.labelled.X)
    X, coef = problem.labelled.X[:20], np.random.default_rng(1).normal(size=(6, 2))
    got = _kernels.scores_of_many(features, X, coef)
    np.testing.assert_allclose(got, features.transform(X) @ coef)


def test_real_targets_are_fitted_about_the_mean_of_the_known_ones(problem):
    y = problem.labelled.X[:, :3].sum(axis=1) + 100.0
    known = np.arange(60)[None] < 50
    got = fit_ridge(problem, Labels(y[None], 0, known), [GaussianKernel(problem, 0.1)])
    assert got.offset[0, 0, 0] == pytest.approx(y[:50].mean())
    held = got(problem.labelled)[0, 50:, 0] - y[50:]
    assert np.mean(held**2) < np.var(y)


@pytest.mark.parametrize(("n", "widths"), [(1, [1, 2, 4, 10]), (4, [1, 2, 4, 8, 16, 40])])
def test_the_tuned_ridge_tries_every_width_once_and_none_of_zero(monkeypatch, n, widths):
    monkeypatch.setattr(_rivals, "fit_ridge", lambda problem, labels, kernels: kernels)
    rows = Inputs(np.zeros((n, 2)))
    problem = Problem(rows, rows, 0.1, 4 * n, np.array([0.1, 0.5]), 0)
    tried = [(k.gamma, k.width) for k in _rivals.tuned_ridge(problem, None)]
    assert tried == [(gamma, width) for gamma in (0.1, 0.5) for width in widths]

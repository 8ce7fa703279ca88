"""The conditional predictor against simulated features and against slow formulas."""

import tracemalloc

import numpy as np
import pytest
from scipy.optimize import brentq
from sklearn.metrics.pairwise import rbf_kernel

from ddkd import RandomFourierFeatures
from ddkd.prediction import ConditionalPredictor
from ddkd.solvers import ridge
from ddkd.testing import assert_matches_theory

N, N_TEST = 40, 30


@pytest.fixture(scope="module")
def inputs():
    return np.random.default_rng(0).normal(size=(N + N_TEST, 3))


@pytest.fixture(scope="module")
def targets(inputs):
    """Three classes as one-hot targets less 1/3, of training and test inputs."""
    label = np.digitize(inputs[:, 0] + 0.3 * np.sin(9 * inputs[:, 1]), [-0.4, 0.4])
    return np.eye(3)[label] - 1 / 3, label


def predictor(inputs, gamma=0.7, n=N):
    K = rbf_kernel(inputs, gamma=gamma)
    return ConditionalPredictor(K[:n, :n], K[n:, :n])


def gaussian_features(inputs, gamma=0.7):
    """Draw features that are Gaussian with the kernel as their covariance."""
    values, vectors = np.linalg.eigh(rbf_kernel(inputs, gamma=gamma))
    root = vectors * np.sqrt(np.maximum(values, 0))

    def draw(k, rng):
        return root @ rng.normal(size=(len(values), k)) / np.sqrt(k)

    return draw


def scores(Z, Y, alpha, n=N):
    return Z[n:] @ ridge(Z[:n], Y[:n], alpha).coef


def test_gamma_and_law_by_inverses_and_a_bracketing_root(inputs, targets):
    Y = targets[0][:N]
    K = rbf_kernel(inputs, gamma=0.7)
    k_x, K = K[N:, :N], K[:N, :N]
    for k, alpha in [(10, 0.0), (30, 0.05), (300, 2.0), (7, 1e-3)]:
        found = predictor(inputs).predict(Y, k, alpha=alpha)

        def excess(gamma, k=k, alpha=alpha):
            return gamma * (1 - np.trace(K @ np.linalg.inv(K + gamma * np.eye(N))) / k) - alpha

        gamma = brentq(excess, 1e-9 if alpha else 1e-3, 1e3, xtol=1e-14, rtol=1e-13)
        R = np.linalg.inv(K + gamma * np.eye(N))
        df2 = np.trace(K @ K @ R @ R)
        v = 1 - np.sum(k_x * (k_x @ (K + 2 * gamma * np.eye(N)) @ R @ R), axis=1)
        np.testing.assert_allclose(found.gamma, gamma, rtol=1e-8)
        np.testing.assert_allclose(found.mean, k_x @ R @ Y, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(found.variance, v, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(found.covariance, Y.T @ K @ R @ R @ Y / (k - df2), rtol=1e-6)


@pytest.mark.slow
def test_min_norm_above_the_threshold_is_exact_for_gaussian_features(inputs, targets):
    Y, _ = targets
    widths = [60, 80, 150]
    found = predictor(inputs, gamma=3.0).predict(Y[:N], widths)
    draw = gaussian_features(inputs, gamma=3.0)

    def simulate(rng):
        all_scores = [scores(draw(k, rng), Y, 0.0) for k in widths]
        return [np.mean((s - Y[N:]) ** 2) for s in all_scores]

    assert_matches_theory(simulate, found.mse(Y[N:]), n_repeats=500, rng=1)


def test_duplicated_inputs_move_the_threshold_to_the_rank(inputs, targets):
    Y, _ = targets
    twice = np.concatenate([inputs[:20], inputs[:20], inputs[N:]])  # with other labels
    model = predictor(twice, gamma=3.0)
    assert model.eigenvalues.size == 20
    found = model.predict(Y[:N], [20, 35, 60])
    assert np.isinf(found.mse(Y[N:])[0])
    assert np.isnan(found.error_rate(targets[1][N:])[0])
    draw = gaussian_features(inputs[np.r_[:20, N : N + N_TEST]], gamma=3.0)

    def simulate(rng):
        rows = np.r_[:20, :20, 20 : 20 + N_TEST]
        all_scores = [scores(draw(k, rng)[rows], Y, 0.0) for k in (35, 60)]
        return np.mean((all_scores - Y[N:]) ** 2, axis=(1, 2))

    with pytest.warns(match="interpolate"):
        assert_matches_theory(simulate, found.mse(Y[N:])[1:], n_repeats=500, rng=2)


@pytest.mark.parametrize("alpha", [0.0, pytest.param(0.02, marks=pytest.mark.slow), 1.0])
def test_below_the_threshold_and_with_a_ridge_it_is_right_to_order_one_over_n(
    inputs, targets, alpha
):
    Y, label = targets
    widths = [15, 25] if alpha == 0 else [15, 40, 120]
    found = predictor(inputs).predict(Y[:N], widths, alpha=alpha)
    draw = gaussian_features(inputs)

    def simulate(rng):
        all_scores = np.array([scores(draw(k, rng), Y, alpha) for k in widths])
        mse = np.mean((all_scores - Y[N:]) ** 2, axis=(1, 2))
        error = np.mean(all_scores.argmax(axis=2) != label[N:], axis=1)
        return np.concatenate([mse, error])

    mse, error = found.mse(Y[N:]), found.error_rate(label[N:], n_draws=2000)
    bias = np.concatenate([np.full(len(widths), 0.04), 0.004 / error])
    assert_matches_theory(simulate, np.append(mse, error), n_repeats=400, bias=bias, rng=3)


def test_cosine_features_follow_it_with_a_ridge(inputs, targets):
    Y, label = targets
    found = predictor(inputs).predict(Y[:N], 60, alpha=0.1)

    def simulate(rng):
        seed = int(rng.integers(2**31))
        Z = RandomFourierFeatures(60, gamma=0.7, random_state=seed).fit_transform(inputs)
        s = scores(Z, Y, 0.1)
        return [np.mean((s - Y[N:]) ** 2), np.mean(s.argmax(axis=1) != label[N:])]

    predicted = [found.mse(Y[N:]), found.error_rate(label[N:], n_draws=2000)]
    assert_matches_theory(
        simulate, predicted, n_repeats=400, bias=[0.02, 0.005 / predicted[1]], rng=4
    )


def test_two_one_hot_targets_err_like_one_signed_target(inputs, targets):
    label = (targets[1] > 0).astype(int)
    model = predictor(inputs)
    one_hot = model.predict((np.eye(2)[label] - 0.5)[:N], [20, 80], alpha=0.1)
    signed = model.predict((2.0 * label - 1)[:N], [20, 80], alpha=0.1)
    exact = signed.error_rate(label[N:])
    np.testing.assert_allclose(one_hot.error_rate(label[N:]), exact, rtol=1e-9)
    # A third class whose score is 0, below the larger of f and -f: drawn instead of integrated.
    three = np.hstack([(np.eye(2)[label] - 0.5)[:N], np.zeros((N, 1))])
    drawn = model.predict(three, [20, 80], alpha=0.1)
    n_draws = 4000
    standard_error = 0.5 / np.sqrt(N_TEST * n_draws)
    gap = drawn.error_rate(label[N:], n_draws=n_draws) - exact
    assert np.abs(gap).max() < 5 * standard_error


def test_a_grid_is_its_points(inputs, targets):
    Y, label = targets
    model = predictor(inputs)
    grid = model.predict(Y[:N], [[10], [90]], alpha=[0.0, 0.5, 3.0])
    assert grid.mean.shape == (2, 3, N_TEST, 3)
    for i, k in enumerate((10, 90)):
        for j, alpha in enumerate((0.0, 0.5, 3.0)):
            one = model.predict(Y[:N], k, alpha=alpha)
            assert one.mse(Y[N:]) == pytest.approx(grid.mse(Y[N:])[i, j], rel=1e-10)
            assert one.error_rate(label[N:]) == grid.error_rate(label[N:])[i, j]


def test_many_features_make_it_kernel_ridge_regression(inputs, targets):
    Y = targets[0][:N]
    K = rbf_kernel(inputs, gamma=0.7)
    found = predictor(inputs).predict(Y, 10**9, alpha=0.3)
    wanted = K[N:, :N] @ np.linalg.solve(K[:N, :N] + 0.3 * np.eye(N), Y)
    np.testing.assert_allclose(found.mean, wanted, atol=1e-6)
    assert np.abs(found.covariance).max() < 1e-6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"K": np.ones((2, 3))}, "K must be a symmetric"),
        ({"K": [[1.0, 0.5], [0.1, 1.0]]}, "K must be a symmetric"),
        ({"K": np.zeros((2, 2))}, "positive eigenvalue"),
        ({"K_test": np.ones((3, 5))}, "K_test must have 2 columns"),
        ({"diagonal": np.ones(2)}, "diagonal must have 3 entries"),
        ({"Y": np.ones(5)}, "Y must have 2 rows"),
        ({"n_components": 0}, "n_components"),
        ({"n_components": [4, 5], "alpha": [0.1, 0.2, 0.3]}, "do not broadcast"),
        ({"alpha": -1.0}, "alpha must be non-negative"),
        ({"labels": [0, 1]}, "labels must have 3 entries"),
        ({"labels": [0, 1, 2]}, "labels has labels .*2.* that are not among"),
        ({"labels": [0.0, 0.5, 1.0]}, "labels has labels .*0.5.* that are not among"),
        ({"Y_test": np.ones((3, 2))}, "Y_test must have 1 targets"),
    ],
)
def test_bad_arguments_are_named(change, words):
    good = {
        "K": np.eye(2),
        "K_test": np.full((3, 2), 0.3),
        "diagonal": None,
        "Y": [1.0, -1.0],
        "n_components": 4,
        "alpha": 0.1,
        "labels": [0, 1, 1],
        "Y_test": [1.0, 1.0, -1.0],
    } | change

    def use():
        model = ConditionalPredictor(good["K"], good["K_test"], diagonal=good["diagonal"])
        found = model.predict(good["Y"], good["n_components"], alpha=good["alpha"])
        found.error_rate(good["labels"])
        found.mse(good["Y_test"])

    with pytest.raises(ValueError, match=words):
        use()


def test_draws_must_be_even(inputs, targets):
    found = predictor(inputs).predict(targets[0][:N], 10)
    with pytest.raises(ValueError, match="n_draws must be even"):
        found.error_rate(targets[1][N:], n_draws=3)


def test_memory_is_that_of_two_matrices_beside_the_kernels():
    X = np.random.default_rng(0).standard_normal((1000, 5))
    K, K_test = rbf_kernel(X[:500]), rbf_kernel(X[500:], X[:500])
    ConditionalPredictor(K, K_test)  # what the first call imports and keeps
    tracemalloc.start()
    predictor = ConditionalPredictor(K, K_test)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert predictor.eigenvalues.size == 500
    assert peak < 2.3 * K.nbytes


def test_eigenvalues_up_to_a_fixed_part_of_the_largest_are_dropped():
    K = np.diag([1.0, 0.01, 1.1e-10, 0.9e-10])
    assert ConditionalPredictor(K, K).eigenvalues.tolist() == [1.1e-10, 0.01, 1.0]


@pytest.mark.parametrize("n", [1, 3])
def test_a_kernel_of_rank_one_is_one_feature(n):
    predictor = ConditionalPredictor(np.ones((n, n)), np.ones((2, n)))
    np.testing.assert_allclose(predictor.predict(np.arange(1.0, n + 1), 5).mean, (n + 1) / 2)

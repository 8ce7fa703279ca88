"""The switches between algorithms: that they happen, and that nothing shows where they do."""

import warnings

import numpy as np
import pytest

from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import _products, ridge, width_path
from ddkd.solvers._rank import leading_extremes
from tests.helpers.reference import fourier_features, svd_solution


def features(name, n, p, rng):
    Z = rng.normal(size=(n, p))
    if name.startswith("fourier"):
        return fourier_features(n, p, int(name.split()[1]), rng)[0]
    if name == "equal rows":
        Z[n // 2 :] = Z[: n // 2]
    if name == "low rank":
        Z = rng.normal(size=(n, 5)) @ rng.normal(size=(5, p))
    return Z


@pytest.mark.parametrize("name", ["gaussian", "fourier 1", "fourier 3", "equal rows", "low rank"])
@pytest.mark.parametrize("alpha", [1e-20, 1e-8, 1e-2, 1e4])
def test_ridge_paths_on_ugly_inputs(name, alpha):
    rng = np.random.default_rng(0)
    n, p = 60, 240
    Z, Y, T = features(name, n, p, rng), rng.normal(size=(n, 2)), rng.normal(size=(7, p))
    widths = [1, 30, 59, 60, 61, 64, 80, 240]
    path = width_path(Z, Y, widths, Z_test=T, alpha=alpha)
    for i, width in enumerate(widths):
        coef, rank, s = svd_solution(Z[:, :width], Y, max(n, width) * 2.0**-52, alpha)
        assert path.rank[i] == rank
        condition = np.sqrt((s[0] ** 2 + alpha) / (s[rank - 1] ** 2 + alpha))
        assert 0.5 < path.condition[i] / condition < 1 + 1e-3
        expected = T[:, :width] @ coef
        tolerance = (1e-12 + 1e-15 * condition) * np.abs(expected).max() * 100
        np.testing.assert_allclose(path.predictions[i], expected, rtol=0, atol=tolerance)
        np.testing.assert_allclose(
            path.train_mse[i],
            np.mean((Y - Z[:, :width] @ coef) ** 2, axis=0),
            rtol=1e-6,
            atol=1e-13 * condition,
        )


@pytest.mark.parametrize("smallest", [1e-3, 1e-5, 1e-7, 1e-10, 1e-14])
def test_all_widths_past_a_nearly_singular_threshold(smallest):
    rng = np.random.default_rng(1)
    n, p = 50, 300
    Z, Y, T = rng.normal(size=(n, p)), rng.normal(size=(n, 2)), rng.normal(size=(9, p))
    left, s, right = np.linalg.svd(Z[:, :n])
    s[-1] = smallest
    Z[:, :n] = left * s @ right
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        path = width_path(Z, Y, np.arange(1, p + 1), Z_test=T)
    for width in (1, 25, 49, 50, 51, 52, 53, 57, 58, 70, 200, 300):
        coef, rank, s = svd_solution(Z[:, :width], Y, max(n, width) * 2.0**-52)
        assert path.rank[width - 1] == rank
        expected = T[:, :width] @ coef
        # The least error that can be asked for, with a factor for the spread.
        tolerance = max(1e-9, 1e-14 * s[0] / s[rank - 1]) * np.abs(expected).max()
        np.testing.assert_allclose(path.predictions[width - 1], expected, rtol=0, atol=tolerance)


def test_a_width_that_outgrows_the_gram_matrix_is_solved_on_its_own():
    rng = np.random.default_rng(3)
    Z, Y = rng.normal(size=(30, 120)), rng.normal(size=(30, 2))
    Z[:, 80] *= 1e7
    path = width_path(Z, Y, [30, 40, 60, 81, 120], Z_test=np.eye(120))
    assert path.method.tolist() == ["qr", "gram", "gram", "lq", "lq"]
    expected = svd_solution(Z, Y, 120 * 2.0**-52)[0]
    np.testing.assert_allclose(path.predictions[-1], expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("condition", [1e2, 1e3, 1e4, 1e5, 9e5])
def test_training_samples_are_met_as_exactly_as_without_a_gram_matrix(condition):
    rng = np.random.default_rng(6)
    n, p = 40, 200
    left, right = (np.linalg.qr(rng.normal(size=(m, n)))[0] for m in (n, p))
    Z, Y = left * np.geomspace(1, 1 / condition, n) @ right.T, rng.normal(size=(n, 2))
    path = width_path(Z, Y, [p], Z_test=Z)
    peer = np.linalg.lstsq(Z, Y, rcond=None)[0]
    error, allowed = np.abs(path.predictions[0] - Y).max(), np.abs(Z @ peer - Y).max()
    assert error < 10 * allowed + 1e-13
    assert path.interpolates[0]
    assert path.method[0] == ("gram" if condition < 5e4 else "lq")


def test_little_memory_changes_nothing(monkeypatch):
    rng = np.random.default_rng(4)
    Z, Y, widths = (
        rng.normal(size=(40, 200)),
        rng.normal(size=(40, 3)),
        [5, 20, 40, 41, 43, 60, 99, 200],
    )
    for alpha in (0.0, 0.5):
        whole = width_path(Z, Y, widths, Z_test=Z, alpha=alpha)
        with monkeypatch.context() as patch:
            patch.setattr(_products, "_BUDGET", 700)
            parts = width_path(Z, Y, widths, Z_test=Z, alpha=alpha)
        np.testing.assert_allclose(parts.predictions, whole.predictions, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(parts.coef_norm, whole.coef_norm, rtol=1e-10)


@pytest.mark.parametrize("smallest", [1.0, 1e-6, 1e-13])
def test_estimates_of_extreme_singular_values(smallest):
    rng = np.random.default_rng(5)
    left, right = (np.linalg.qr(rng.normal(size=(80, 80)))[0] for _ in range(2))
    triangle = np.asfortranarray(np.linalg.qr(left * np.geomspace(1, smallest, 80) @ right)[1])
    largest, least = leading_extremes(triangle, np.array([10, 50, 80]))
    for i, width in enumerate([10, 50, 80]):
        s = np.linalg.svd(triangle[:width, :width], compute_uv=False)
        assert 0.7 < largest[i] / s[0] < 1 + 1e-9
        assert 1 - 0.1 < least[i] / s[-1] < 1.5


@pytest.mark.parametrize("rcond", [None, 1e-3])
@pytest.mark.parametrize("size", [1e3, 1e5, 1e8])
@pytest.mark.parametrize("n_between", [5, 20])
def test_a_direction_that_new_features_leave_behind_is_seen(rcond, size, n_between):
    # Inverse iteration that only goes on from the last width's vector would never see it.
    rng = np.random.default_rng(7)
    n = 20
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    first, between, last = np.full(n, 10.0), np.full(n, 10.0), np.full(n, size)
    first[:2] = 0.01, 1.0
    between[:2] = 0.01, 0.0
    last[1] = 0.0
    Z = np.hstack(
        [
            Q * first,
            (Q * between) @ rng.normal(size=(n, n_between)) / 10,
            (Q * last) @ rng.normal(size=(n, 40)),
        ]
    )
    Y, p = rng.normal(size=(n, 1)), n + n_between + 40
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        path = width_path(Z, Y, [20, 22, 24, n + n_between, p], Z_test=Z / size, rcond=rcond)
    coef, rank, s = svd_solution(Z, Y, rcond or p * 2.0**-52)
    assert path.rank[-1] == rank
    assert 0.5 < path.condition[-1] / (s[0] / s[rank - 1]) < 1 + 1e-9
    tolerance = 1e-13 + 1e-15 * s[0] / s[rank - 1]
    np.testing.assert_allclose(path.predictions[-1], Z @ coef / size, rtol=0, atol=tolerance)


@pytest.mark.parametrize("alpha", [1e3, 1e4, 1e5, 1e6])
@pytest.mark.parametrize("size", [1e3, 1e4])
def test_a_penalty_hides_no_direction_that_only_the_first_features_have(size, alpha):
    # One singular value stays at 1 while the others grow with the later features; the cutoff
    # passes it. The factor of a Gram matrix with a penalty sees sqrt(1 + alpha) in its place.
    n, widths, rcond = 20, np.arange(20, 81, 4), 1e-3
    for seed in range(3):
        rng = np.random.default_rng(seed)
        basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
        first = (
            basis * np.append(1.0, np.full(n - 1, 10.0)) @ np.linalg.qr(rng.normal(size=(n, n)))[0]
        )
        near = basis[:, 1:] @ rng.normal(size=(n - 1, 5))
        far = basis[:, 1:] @ rng.normal(size=(n - 1, 55)) * size / 10
        Z, Y = np.hstack([first, near, far]), rng.normal(size=(n, 2))
        path = width_path(Z, Y, widths, alpha=alpha, rcond=rcond, keep_coefs=True)
        for i, width in enumerate(widths):
            s = np.linalg.svd(Z[:, :width], compute_uv=False)
            assert path.rank[i] == np.count_nonzero(s > rcond * s[0]), (width, path.method[i])
            coef = ridge(Z[:, :width], Y, alpha, rcond=rcond).coef
            tolerance = 1e-11 * np.abs(coef).max()
            np.testing.assert_allclose(path.coefs[i, :width], coef, rtol=0, atol=tolerance)


@pytest.mark.slow
def test_every_width_of_features_that_jump_in_size():
    rng = np.random.default_rng(8)
    n, p = 20, 400
    Z, Y, W = rng.normal(size=(n, p)), rng.normal(size=(n, 1)), np.arange(1, p + 1)
    for columns in (slice(129, 130), slice(129, None), slice(29, None)):
        for size, rcond in ((1e5, 1e-3), (1e10, None)):
            jumping = Z.copy()
            jumping[:, columns] *= size
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", InterpolationWarning)
                path = width_path(jumping, Y, W, Z_test=jumping[:5], rcond=rcond)
            for w in (10, 30, 40, 48, 128, 129, 130, 131, 140, 150, 400):
                cutoff = rcond or max(n, w) * 2.0**-52
                coef, rank, s = svd_solution(jumping[:, :w], Y, cutoff)
                if ((s > cutoff * s[0] / 5) & (s < 5 * cutoff * s[0])).any():
                    continue
                assert path.rank[w - 1] == rank
                assert 0.2 < path.condition[w - 1] / (s[0] / s[rank - 1]) < 5
                expected = jumping[:5, :w] @ coef
                tolerance = 1e-9 + 1e-15 * s[0] / s[rank - 1]
                np.testing.assert_allclose(path.predictions[w - 1], expected, atol=tolerance)


def test_every_width_says_which_models_interpolate():
    rng = np.random.default_rng(9)
    Z = rng.normal(size=(20, 400))
    path = width_path(Z, Z[:, :5].sum(axis=1), np.arange(1, 401))
    np.testing.assert_array_equal(path.interpolates, np.arange(1, 401) >= 5)


def test_singular_leading_blocks_of_a_path():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        Z, Y = np.triu(rng.normal(size=(15, 19)), 2), rng.normal(size=(15, 1))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InterpolationWarning)
            path = width_path(Z, Y, [1, 8, 15, 16, 19], Z_test=Z)
        for i, w in enumerate(path.widths):
            if w > 1:
                coef, rank, _ = svd_solution(Z[:, :w], Y, 19 * 2.0**-52)
                assert path.rank[i] == rank
                np.testing.assert_allclose(path.predictions[i], Z[:, :w] @ coef, atol=1e-9)
        assert path.rank[0] == 0

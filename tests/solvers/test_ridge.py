import warnings

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from ddkd import exceptions
from ddkd.solvers import StreamingLeastSquares, min_norm, ridge, width_path


def test_min_norm_of_rank_deficient_features_is_orthogonal_to_their_null_space():
    rng = np.random.default_rng(2)
    Z = rng.normal(size=(20, 3)) @ rng.normal(size=(3, 10))
    Y = rng.normal(size=(20, 2))
    solution = min_norm(Z, Y)
    assert solution.rank == 3
    np.testing.assert_allclose(Z.T @ (Y - Z @ solution.coef), 0, atol=1e-12)
    null = np.linalg.svd(Z)[2][3:]
    np.testing.assert_allclose(null @ solution.coef, 0, atol=1e-13)
    assert solution.train_mse.shape == solution.coef_norm.shape == (2,)


def test_float32_features_are_cut_off_at_their_own_precision():
    rng = np.random.default_rng(3)
    left = np.linalg.qr(rng.normal(size=(30, 3)))[0]
    right = np.linalg.qr(rng.normal(size=(10, 3)))[0]
    Z = left * [1.0, 0.5, 1e-7] @ right.T
    y = rng.normal(size=30)
    assert min_norm(Z, y).rank == 3
    assert min_norm(Z.astype(np.float32), y).rank == 2
    assert min_norm(Z.astype(np.float32), y).rcond == 30 * 2.0**-23
    assert min_norm(Z, y, rcond=1e-6).rank == 2
    assert min_norm(Z.astype(np.float32), y).coef.dtype == np.float64


def test_the_precision_is_that_of_the_array_that_a_table_becomes():
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(3)
    Z = (rng.normal(size=(30, 2)) @ rng.normal(size=(2, 8))).astype(np.float32)
    y = rng.normal(size=30)

    class Tensor:
        """What NumPy can read, with a dtype that is not NumPy's."""

        dtype = "float32"

        def __array__(self, dtype=None, copy=None):
            return np.array(Z, dtype)

    for features in (pd.DataFrame(Z), list(Z), Tensor()):
        solution = min_norm(features, y)
        assert (solution.rank, solution.rcond) == (2, 30 * 2.0**-23)
        assert StreamingLeastSquares(8).update(features, y).solve().rank == 2


def test_integers_are_taken_as_numbers():
    Z, y = np.array([[2, 0], [0, 4], [0, 0]]), np.array([2, 4, 1])
    np.testing.assert_allclose(min_norm(Z, y).coef, [1, 1])


def test_zero_features_have_rank_zero():
    solution = min_norm(np.zeros((3, 2)), np.ones(3))
    assert solution.rank == 0
    assert solution.condition == 1
    np.testing.assert_array_equal(solution.coef, 0)


@pytest.mark.parametrize("shape", [(40, 7), (15, 15), (9, 30)])
def test_ridge_path_agrees_with_scikit_learn(shape):
    rng = np.random.default_rng(5)
    Z, Y = rng.normal(size=shape), rng.normal(size=(shape[0], 3))
    alphas = np.array([1e-3, 0.1, 10.0])
    path = ridge(Z, Y, alphas)
    assert path.coef.shape == (3, shape[1], 3)
    for a, alpha in enumerate(alphas):
        peer = Ridge(alpha=alpha, fit_intercept=False, solver="svd").fit(Z, Y)
        np.testing.assert_allclose(path.coef[a], peer.coef_.T, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(
            path.train_mse[a], np.mean((Y - peer.predict(Z)) ** 2, axis=0), rtol=1e-8
        )
    s = np.linalg.svd(Z, compute_uv=False)
    np.testing.assert_allclose(
        path.condition, np.sqrt((s[0] ** 2 + alphas) / (s[-1] ** 2 + alphas))
    )
    assert not path.interpolates.any()


@pytest.mark.parametrize("condition", [10.0, 1e3, 1e5, 9e5, 1e7])
@pytest.mark.parametrize("shape", [(2, 3), (30, 31), (40, 200)])
def test_wide_ridge_paths_keep_their_digits(condition, shape):
    # The singular vectors and values are known, so the solution is: nothing is factored here.
    n, p = shape
    rng = np.random.default_rng(9)
    left, right = (np.linalg.qr(rng.normal(size=(m, n)))[0] for m in (n, p))
    s, Y = np.geomspace(1, 1 / condition, n), rng.normal(size=(n, 3))
    Z = left * s @ right.T
    alphas = np.array([0.0, 1e-15, 1e-8, 0.1, 1e4])
    path = ridge(Z, Y, alphas)
    assert path.rank == n
    # What the rounding of Z alone changes: eps times the condition.
    tolerance = 1e-14 + 1e-15 * condition
    for a, alpha in enumerate(alphas):
        expected = right @ ((s / (s**2 + alpha))[:, None] * (left.T @ Y))
        size = np.abs(expected).max()
        np.testing.assert_allclose(path.coef[a], expected, rtol=0, atol=tolerance * size)
        fitted = left @ ((s**2 / (s**2 + alpha))[:, None] * (left.T @ Y))
        np.testing.assert_allclose(Z @ path.coef[a], fitted, rtol=0, atol=10 * tolerance)
    assert path.interpolates[0]
    np.testing.assert_allclose(
        path.condition, np.sqrt((1 + alphas) / (condition**-2 + alphas)), rtol=1e-3
    )


def test_ridge_shapes_follow_the_arguments():
    rng = np.random.default_rng(6)
    Z, y = rng.normal(size=(4, 6)), rng.normal(size=4)
    assert ridge(Z, y, 1.0).coef.shape == (6,)
    assert isinstance(ridge(Z, y, 1.0).train_mse, float)
    assert ridge(Z, y[:, None], 1.0).coef.shape == (6, 1)
    assert ridge(Z, y[:, None], 1.0).train_mse.shape == (1,)
    assert ridge(Z, y, [1.0]).coef.shape == (1, 6)
    assert ridge(Z, y, [1.0, 2.0]).train_mse.shape == (2,)
    assert ridge(Z, y[:, None], [1.0, 2.0]).coef_norm.shape == (2, 1)


def test_ridge_without_penalty_is_min_norm():
    rng = np.random.default_rng(7)
    Z, y = rng.normal(size=(4, 6)), rng.normal(size=4)
    path = ridge(Z, y, [0.0, 1e-14, 1.0])
    np.testing.assert_allclose(path.coef[0], min_norm(Z, y).coef, rtol=1e-12)
    np.testing.assert_allclose(path.coef[1], path.coef[0], rtol=1e-11)
    np.testing.assert_array_equal(path.interpolates, [True, True, False])


def test_equal_rows_with_different_targets_cannot_be_interpolated():
    rng = np.random.default_rng(8)
    Z = rng.normal(size=(5, 9))
    Z[4] = Z[3]
    y = np.array([1.0, 2.0, 3.0, 4.0, 6.0])
    with pytest.warns(exceptions.InterpolationWarning, match="rank 4, condition"):
        solution = min_norm(Z, y)
    assert solution.rank == 4
    assert not solution.interpolates
    assert solution.train_mse == pytest.approx(2 / 5)
    with pytest.warns(exceptions.InterpolationWarning):
        ridge(Z, y, [1.0, 0.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ridge(Z, y, [1.0])
        y[4] = 4.0
        assert min_norm(Z, y).interpolates


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"Z": [[np.nan]]}, "Z contains NaN"),
        ({"Z": [1.0]}, "Z must be 2-D"),
        ({"Z": np.zeros((1, 0))}, "Z is empty"),
        ({"Y": [1.0, 2.0]}, "Y must have 1 rows"),
        ({"Y": [np.inf]}, "Y contains NaN or infinity"),
        ({"alpha": -1.0}, "got -1.0. Only theory.least_squares takes a negative ridge"),
        ({"alpha": [1.0, -1.0]}, "got -1.0. Only theory.least_squares takes a negative ridge"),
        ({"alpha": 1e201}, r"alpha must be finite and in \[0, 1e\+200\]; got 1e\+201"),
        ({"alpha": []}, "alpha is empty"),
        ({"alpha": np.nan}, "alpha must be finite"),
        ({"rcond": 1.0}, "rcond must be finite and in"),
        ({"rcond": -1e-3}, "rcond must be finite and in"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    good = {"Z": [[1.0]], "Y": [1.0], "alpha": 0.0}
    with pytest.raises(ValueError, match=message):
        ridge(**(good | arguments))


@pytest.mark.parametrize("shape", [(30, 5), (5, 5), (5, 30)])
@pytest.mark.parametrize("alpha", [1e3, 1e8, 1e20, 1e100])
def test_large_penalties_shrink_every_coefficient_exactly(shape, alpha):
    rng = np.random.default_rng(10)
    Z, Y = rng.normal(size=shape), rng.normal(size=(shape[0], 2))
    u, s, vt = np.linalg.svd(Z, full_matrices=False)
    expected = vt.T @ ((s / (s**2 + alpha))[:, None] * (u.T @ Y))
    np.testing.assert_allclose(ridge(Z, Y, alpha).coef, expected, rtol=1e-11)
    graded = Z * np.geomspace(1e-9, 1, shape[1])
    path = width_path(graded, Y, [1, shape[1]], alpha=alpha)
    column = graded[:, 0]
    np.testing.assert_allclose(path.coef_norm[0], np.abs(column @ Y) / (column @ column + alpha))


def test_features_whose_leading_block_is_singular():
    solution = min_norm([[0.0, 1.0], [0.0, 0.0]], [3.0, 0.0])
    np.testing.assert_array_equal(solution.coef, [0.0, 3.0])
    assert solution.rank == ridge([[0.0, 1.0], [0.0, 0.0]], [1.0, 1.0], 0.1).rank == 1
    assert min_norm([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0], rcond=0.0).coef == pytest.approx(0.5)
    Z = np.triu(np.ones((30, 30)), 1)
    Z[0, 0] = 1.0
    y = Z @ np.arange(30.0)
    np.testing.assert_allclose(Z @ min_norm(Z, y).coef, y, rtol=1e-12)


def test_the_cutoff_follows_what_is_computed_in():
    rng = np.random.default_rng(11)
    Z, y = rng.normal(size=(1100, 3)) @ rng.normal(size=(3, 8)), np.ones(1100)
    assert min_norm(Z.astype(np.longdouble), y).rank == 3
    half = rng.normal(size=(1100, 3)).astype(np.float16)
    assert min_norm(half, y).rcond == 0.5
    assert min_norm(half, y).rank == ridge(half, y, [0.0]).rank == 3

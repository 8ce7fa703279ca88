import pickle

import numpy as np
import pytest

from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import min_norm, width_path


def test_rank_deficient_features():
    rng = np.random.default_rng(2)
    Z = rng.normal(size=(20, 4)) @ rng.normal(size=(4, 40))
    with pytest.warns(InterpolationWarning, match="width 20 does not interpolate its 20"):
        path = width_path(Z, rng.normal(size=20), [3, 10, 20, 40])
    np.testing.assert_array_equal(path.rank, [3, 4, 4, 4])


def test_widths_keep_their_order():
    rng = np.random.default_rng(3)
    Z, Y = rng.normal(size=(5, 9)), rng.normal(size=5)
    path = width_path(Z, Y, [9, 2, 2, 5])
    np.testing.assert_array_equal(path.widths, [9, 2, 2, 5])
    np.testing.assert_array_equal(path.rank, [5, 2, 2, 5])
    np.testing.assert_allclose(path.coef_norm[1], np.linalg.norm(min_norm(Z[:, :2], Y).coef))


def test_test_targets_replace_predictions():
    rng = np.random.default_rng(4)
    Z, Y = rng.normal(size=(10, 30)), rng.normal(size=(10, 2))
    Z_test, Y_test = rng.normal(size=(8, 30)), rng.normal(size=(8, 2))
    path = width_path(Z, Y, [4, 30], Z_test=Z_test, Y_test=Y_test)
    assert path.predictions is None
    kept = width_path(Z, Y, [4, 30], Z_test=Z_test)
    assert kept.test_mse is None
    np.testing.assert_allclose(path.test_mse, np.mean((kept.predictions - Y_test) ** 2, axis=1))


def test_the_path_can_be_sent_to_another_process():
    rng = np.random.default_rng(5)
    path = width_path(rng.normal(size=(5, 9)), rng.normal(size=5), [3, 9])
    again = pickle.loads(pickle.dumps(path))
    np.testing.assert_array_equal(again.coef(9), path.coef(9))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"widths": []}, "widths is empty"),
        ({"widths": [0]}, "widths must be a positive whole number; got 0"),
        ({"widths": [4]}, "widths must be at most 3; got 4"),
        ({"widths": [True]}, "widths must be a positive whole number"),
        ({"widths": [1.5]}, "widths must be a positive whole number; got 1.5"),
        ({"widths": 2}, "widths must be 1-D"),
        ({"Z_test": np.ones((2, 2))}, "Z_test must have 3 columns"),
        ({"Y_test": np.ones(2)}, "Y_test needs Z_test"),
        ({"Z_test": np.ones((2, 3)), "Y_test": np.ones(3)}, "Y_test must have 2 rows"),
        ({"Z_test": np.ones((2, 3)), "Y_test": np.ones((2, 2))}, "Y_test must have 1 targets"),
        ({"alpha": -1.0}, "alpha must be"),
        ({"alpha": [1.0]}, "alpha must be a real number"),
        ({"rcond": 2.0}, "rcond must be"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    good = {"Z": np.ones((1, 3)), "Y": [1.0], "widths": [1]}
    with pytest.raises(ValueError, match=message):
        width_path(**(good | arguments))


def test_a_width_outside_the_path_is_refused():
    path = width_path(np.ones((1, 3)), [1.0], [1, 3])
    with pytest.raises(ValueError, match=r"one of the path's 2 widths \(1 to 3\); got 2"):
        path.coef(2)


@pytest.mark.parametrize("n_test", [None, 30])
def test_all_widths_at_once_agree_with_single_ones(n_test):
    rng = np.random.default_rng(6)
    n, p = 48, 400
    Z, Y = rng.normal(size=(n, p)), rng.normal(size=(n, 2))
    test = {}
    if n_test:
        test = {"Z_test": rng.normal(size=(n_test, p)), "Y_test": rng.normal(size=(n_test, 2))}
    path = width_path(Z, Y, np.arange(1, p + 1), **test)
    for width in [1, 17, 47, 48, 49, 50, 52, 53, 60, 77, 130, 399, 400]:
        one = min_norm(Z[:, :width], Y)
        i = width - 1
        assert path.rank[i] == one.rank
        assert path.interpolates[i] == one.interpolates == (width >= n)
        np.testing.assert_allclose(path.coef_norm[i], one.coef_norm, rtol=1e-10)
        np.testing.assert_allclose(path.train_mse[i], one.train_mse, rtol=1e-10, atol=1e-20)
        assert 0.3 < path.condition[i] / one.condition < 3
        if n_test:
            error = test["Z_test"][:, :width] @ one.coef - test["Y_test"]
            np.testing.assert_allclose(path.test_mse[i], np.mean(error**2, axis=0), rtol=1e-10)


def test_all_widths_at_once_keep_predictions_if_asked():
    rng = np.random.default_rng(7)
    Z, y = rng.normal(size=(40, 300)), rng.normal(size=40)
    Z_test = rng.normal(size=(20, 300))
    path = width_path(Z, y, np.arange(300, 0, -1), Z_test=Z_test)
    for width in [1, 33, 41, 250]:
        expected = Z_test[:, :width] @ min_norm(Z[:, :width], y).coef
        np.testing.assert_allclose(path.predictions[300 - width, :, 0], expected, rtol=1e-9)

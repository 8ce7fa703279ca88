"""What common calls get wrong without an exception: here it is right, or it warns."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import leave_one_out, min_norm, ridge, width_path
from tests.helpers.reference import exact_solutions, fourier_features


@pytest.fixture(scope="module")
def ill_conditioned():
    """Full numerical rank at condition 1e9, with its exact coefficients."""
    rng = np.random.default_rng(0)
    left = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    right = np.linalg.qr(rng.normal(size=(30, 12)))[0]
    Z = left * np.geomspace(1, 1e-9, 12) @ right.T
    Y = rng.normal(size=(12, 1))
    (coef,), rank, _ = exact_solutions(Z, Y, 30 * 2.0**-52)
    assert rank == 12
    return Z, Y[:, 0], coef[:, 0]


def relative_error(coef, exact):
    return np.linalg.norm(coef - exact) / np.linalg.norm(exact)


PEERS = {
    "solve(ZZ')": lambda Z, y: Z.T @ np.linalg.solve(Z @ Z.T, y),
    "pinv(ZZ')": lambda Z, y: Z.T @ (np.linalg.pinv(Z @ Z.T) @ y),
    "Ridge(1e-10)": lambda Z, y: Ridge(1e-10, fit_intercept=False, solver="svd").fit(Z, y).coef_,
    "LinearRegression": lambda Z, y: LinearRegression(fit_intercept=False).fit(Z, y).coef_,
}


@pytest.mark.parametrize("peer", PEERS)
def test_right_where_a_common_call_is_wrong(ill_conditioned, peer):
    Z, y, exact = ill_conditioned
    assert relative_error(PEERS[peer](Z, y), exact) > 0.5
    # Rounding alone leaves eps times the condition of the targets, and that is said.
    with pytest.warns(InterpolationWarning, match="rank 12, condition 1.0e[+]09. No coefficients"):
        solution = min_norm(Z, y)
    assert solution.rank == 12
    assert solution.train_mse < 1e-12
    assert relative_error(solution.coef, exact) < 1e-6
    with pytest.warns(InterpolationWarning):
        assert relative_error(ridge(Z, y, [0.0]).coef[0], exact) < 1e-6
    with pytest.warns(InterpolationWarning):
        assert relative_error(width_path(Z, y, [5, 12, 20, 30]).coef(30), exact) < 1e-6


def test_the_path_is_right_there_too(ill_conditioned):
    Z, y, _ = ill_conditioned
    wider = np.hstack([Z, Z @ np.linalg.qr(np.random.default_rng(1).normal(size=(30, 30)))[0]])
    (exact,), _, _ = exact_solutions(wider, y[:, None], 60 * 2.0**-52)
    with pytest.warns(InterpolationWarning, match="rank 12"):
        path = width_path(wider, y, [12, 13, 30, 45, 60], Z_test=np.eye(60))
    assert relative_error(path.predictions[-1, :, 0], exact[:, 0]) < 1e-6
    assert (path.rank == 12).all()


def test_low_dimensional_fourier_features_warn_that_they_do_not_interpolate():
    rng = np.random.default_rng(2)
    Z, _ = fourier_features(120, 240, 1, rng)
    y = rng.choice([-1.0, 1.0], size=120)
    with pytest.warns(InterpolationWarning, match=r"numerical rank \d+, condition"):
        path = width_path(Z, y, [60, 120, 240])
    assert (path.rank[1:] < 120).all()
    assert (path.train_mse[1:] > 1e-3).all()
    assert not path.interpolates.any()


def test_a_hidden_penalty_does_not_halve_the_peak():
    rng = np.random.default_rng(3)
    Z, y, T = rng.normal(size=(60, 60)), rng.normal(size=60), rng.normal(size=(200, 60))
    left, s, right = np.linalg.svd(Z)
    s[-1] = 1e-4
    Z = left * s @ right
    path = width_path(Z, y, [60], Z_test=T, Y_test=np.zeros(200))
    exact = T @ (right.T @ ((left.T @ y) / s))
    assert path.test_mse[0, 0] == pytest.approx(np.mean(exact**2), rel=1e-6)
    clipped = Ridge(1e-8, fit_intercept=False, solver="svd").fit(Z, y).predict(T)
    assert np.mean(clipped**2) < 0.5 * np.mean(exact**2)


def test_float32_gram_matrices_are_not_formed():
    rng = np.random.default_rng(4)
    left = np.linalg.qr(rng.normal(size=(400, 20)))[0]
    right = np.linalg.qr(rng.normal(size=(20, 20)))[0]
    Z = (left * np.geomspace(1, 2e-4, 20) @ right.T).astype(np.float32)
    y = rng.normal(size=400)
    exact = np.linalg.lstsq(Z.astype(float), y, rcond=None)[0]
    naive = np.linalg.solve(Z.T @ Z, Z.T @ y.astype(np.float32))
    assert relative_error(naive, exact) > 0.05
    assert relative_error(min_norm(Z, y).coef, exact) < 1e-9


def test_leave_one_out_at_the_threshold_is_finite_and_right():
    rng = np.random.default_rng(5)
    Z, y = rng.normal(size=(9, 9)), rng.normal(size=9)
    loo = leave_one_out(Z, y, [0.0, 1e-12])
    for i in range(9):
        rest = np.delete(np.arange(9), i)
        expected = Z[i] @ np.linalg.lstsq(Z[rest], y[rest], rcond=None)[0]
        assert loo.predictions[0, i] == pytest.approx(expected, rel=1e-8)
    np.testing.assert_allclose(loo.predictions[1], loo.predictions[0], rtol=1e-6)

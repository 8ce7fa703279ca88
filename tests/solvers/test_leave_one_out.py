import numpy as np
import pytest
from sklearn.linear_model import RidgeCV

from ddkd import RandomFourierFeatures
from ddkd.solvers import leave_one_out, ridge


def refit(Z, Y, alpha):
    """Leave-one-out predictions by fitting n models."""
    predictions = np.empty_like(Y)
    for i in range(len(Z)):
        rest = np.delete(np.arange(len(Z)), i)
        predictions[i] = Z[i] @ ridge(Z[rest], Y[rest], alpha).coef
    return predictions


@pytest.mark.parametrize("shape", [(25, 6), (12, 12), (13, 12), (10, 30), (2, 5)])
@pytest.mark.parametrize("alpha", [0.0, 1e-8, 0.5, 100.0])
def test_agrees_with_refitting(shape, alpha):
    rng = np.random.default_rng(0)
    Z, Y = rng.normal(size=shape), rng.normal(size=(shape[0], 2))
    loo = leave_one_out(Z, Y, alpha)
    expected = refit(Z, Y, alpha)
    np.testing.assert_allclose(loo.predictions[0], expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(loo.mse[0], np.mean((Y - expected) ** 2, axis=0), rtol=1e-6)


def test_rank_deficient_features_with_some_determined_samples():
    # The last sample alone sees the last two features; the others have duplicated features.
    rng = np.random.default_rng(1)
    Z = np.zeros((12, 8))
    Z[:11, :3] = rng.normal(size=(11, 3))
    Z[:11, 3:6] = Z[:11, :3]
    Z[11] = rng.normal(size=8)
    Y = rng.normal(size=12)
    for alpha in (0.0, 1e-6, 0.7):
        found = leave_one_out(Z, Y, alpha).predictions[0]
        np.testing.assert_allclose(found, refit(Z, Y, alpha), rtol=1e-8, atol=1e-10)


def test_single_sample_is_predicted_by_nothing():
    loo = leave_one_out([[1.0, 2.0]], [3.0], [0.0, 1.0])
    np.testing.assert_allclose(loo.predictions, [[0.0], [0.0]], atol=1e-15)
    np.testing.assert_allclose(loo.mse, [9.0, 9.0])


def test_shapes_and_best_alpha_agree_with_scikit_learn():
    rng = np.random.default_rng(3)
    Z = rng.normal(size=(30, 40))
    Y = Z[:, :2] + rng.normal(size=(30, 2))
    alphas = np.geomspace(1e-3, 1e3, 13)
    loo = leave_one_out(Z, Y, alphas)
    assert loo.mse.shape == (13, 2)
    assert loo.predictions.shape == (13, 30, 2)
    peer = RidgeCV(alphas, fit_intercept=False, store_cv_results=True).fit(Z, Y)
    np.testing.assert_allclose(loo.mse, peer.cv_results_.mean(axis=0).T, rtol=1e-8)
    assert loo.best_alpha == peer.alpha_
    vector = leave_one_out(Z, Y[:, 0], alphas)
    assert vector.mse.shape == (13,)
    assert vector.predictions.shape == (13, 30)
    np.testing.assert_allclose(vector.mse, loo.mse[:, 0])


def test_bad_arguments():
    with pytest.raises(ValueError, match="alpha"):
        leave_one_out([[1.0]], [1.0], [-1.0])
    with pytest.raises(ValueError, match="Y must have 1 rows"):
        leave_one_out([[1.0]], [1.0, 2.0], 1.0)


@pytest.mark.parametrize("size", [1e4, 1e7, 1e10, 1e13])
@pytest.mark.parametrize("sample", [0, 3, 29])
def test_a_sample_of_overwhelming_norm_is_predicted_by_the_others(sample, size):
    rng = np.random.default_rng(3)
    Z, y = rng.normal(size=(30, 5)), rng.normal(size=30)
    Z[sample] *= size
    rest = np.delete(np.arange(30), sample)
    refitted = Z[sample] @ np.linalg.lstsq(Z[rest], y[rest], rcond=None)[0]
    predictions = leave_one_out(Z, y, [0.0]).predictions[0]
    assert predictions[sample] == pytest.approx(refitted, rel=1e-10)


def exact_predictions(Z, y, alpha):
    """Leave-one-out predictions in 90 digits; without a penalty the limit of a vanishing one."""
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(90):
        inverse = mpmath.matrix(Z.tolist()) * mpmath.matrix(Z.T.tolist())
        for i in range(len(Z)):
            inverse[i, i] += mpmath.mpf(alpha or "1e-60")
        inverse **= -1
        residuals = inverse * mpmath.matrix(y.tolist())
        return np.array([float(y[i] - residuals[i] / inverse[i, i]) for i in range(len(Z))])


@pytest.mark.parametrize("shape", [(6, 7), (12, 14), (6, 20), (12, 8)])
@pytest.mark.parametrize("alpha", [0.0, 1e-3, 1.0])
def test_samples_of_any_size_against_multiple_precision(shape, alpha):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        sizes = 10.0 ** rng.uniform(-5, 5, (shape[0], 1))
        Z, y = sizes * rng.normal(size=shape), rng.normal(size=shape[0])
        expected = exact_predictions(Z, y, alpha)
        predictions = leave_one_out(Z, y, [alpha]).predictions[0]
        size = np.maximum(np.abs(expected), np.abs(y).max())
        assert (np.abs(predictions - expected) < 1e-10 * size).all()


@pytest.mark.parametrize("size", [1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("n_features", [12, 14, 40])
def test_a_small_sample_costs_the_condition_not_its_square(n_features, size):
    # Orthogonal samples say nothing of each other; by singular vectors the small one seems to.
    rng = np.random.default_rng(6)
    Z, y = np.linalg.qr(rng.normal(size=(n_features, n_features)))[0][:12], rng.normal(size=12)
    Z[0] *= size
    expected = exact_predictions(Z, y, 0.0)
    predictions = leave_one_out(Z, y, [0.0]).predictions[0]
    allowed = 100 * 2.0**-52 / size * np.maximum(np.abs(expected), np.abs(y).max())
    assert (np.abs(predictions - expected) < allowed).all()


def test_a_sample_that_alone_has_a_direction_takes_the_limit():
    # Without it the direction is not seen, and minimum norm predicts nothing from it.
    rng = np.random.default_rng(4)
    Z, y = rng.normal(size=(12, 4)), rng.normal(size=12)
    Z[:, 0] = 0.0
    Z[0, 0] = 1e-8
    refitted = Z[0] @ np.linalg.lstsq(Z[1:], y[1:], rcond=1e-13)[0]
    assert leave_one_out(Z, y, [0.0]).predictions[0, 0] == pytest.approx(refitted, rel=1e-6)


def test_samples_that_alone_hold_a_small_singular_direction():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(15, 2)), rng.normal(size=15)
    X[1], X[5] = X[0], X[4]
    for p in (14, 30):
        Z = RandomFourierFeatures(p, gamma=0.1, random_state=0).fit_transform(X)
        others = [np.delete(np.arange(15), i) for i in range(15)]
        refitted = [Z[i] @ np.linalg.pinv(Z[o], rcond=1e-13) @ y[o] for i, o in enumerate(others)]
        expected = np.mean((y - refitted) ** 2)
        assert leave_one_out(Z, y, 0.0).mse[0] == pytest.approx(expected, rel=1e-6)
    Z, y = rng.normal(size=(7, 2)) @ rng.normal(size=(2, 5)), rng.normal(size=7)
    Z[0] = 1e-4 * rng.normal(size=5)
    expected = Z[0] @ np.linalg.pinv(Z[1:], rcond=1e-13) @ y[1:]
    assert leave_one_out(Z, y, 0.0).predictions[0, 0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("gap", [1e-6, 3.1e-5, 5e-5, 9.9e-5])
def test_leverages_close_to_one_keep_their_digits(gap):
    """Against 40 digits; a subtraction of h from one leaves four or five fewer."""
    mpmath = pytest.importorskip("mpmath")
    rng = np.random.default_rng(5)
    Z, y = rng.normal(size=(12, 4)), rng.normal(size=12)
    h = Z[0] @ np.linalg.solve(Z[1:].T @ Z[1:], Z[0])  # of the other rows: h/(1 + h) is leverage
    Z[0] *= np.sqrt((1 / gap - 1) / h)
    with mpmath.workdps(40):
        A, b = mpmath.matrix(Z[1:].tolist()), mpmath.matrix(y[1:].tolist())
        coef = mpmath.lu_solve(A.T * A, A.T * b)
        expected = y[0] - float(sum(z * w for z, w in zip(Z[0].tolist(), coef, strict=True)))
    found = y[0] - leave_one_out(Z, y, [0.0]).predictions[0, 0]
    assert found == pytest.approx(expected, rel=3e-13)

"""One input for each threshold of the solvers, which fails when the threshold is loosened."""

import warnings

import numpy as np
import pytest

from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import StreamingLeastSquares, leave_one_out, min_norm, ridge, width_path
from ddkd.solvers._arguments import Problem
from ddkd.solvers._deficient import project_rows
from ddkd.solvers._lapack import tall_qr
from ddkd.solvers._rank import extremes, is_certain
from tests.helpers.reference import (
    exact_solutions,
    features_of_condition,
    fourier_features,
    svd_solution,
)

EPS = 2.0**-52


def nested(Z):
    """The problem of a path with one target."""
    return Problem(Z, np.ones((len(Z), 1)), True, len(Z), EPS, None)


# Scales (_arguments.py)


@pytest.mark.parametrize("power", [-200, 200])
def test_a_penalty_is_scaled_with_the_features(power):
    rng = np.random.default_rng(0)
    Z, y, s, alpha = rng.normal(size=(12, 30)), rng.normal(size=12), 2.0**power, 0.7
    for p in (8, 30):
        expected = ridge(Z[:, :p], y, alpha).coef
        found = ridge(s * Z[:, :p], y, alpha * s**2)
        np.testing.assert_allclose(found.coef * s, expected, rtol=1e-12)
        assert found.coef_norm * s == pytest.approx(np.linalg.norm(expected), rel=1e-12)
        several = ridge(s * Z[:, :p], y, [alpha * s**2, 0.0])
        np.testing.assert_allclose(several.coef[0] * s, expected, rtol=1e-10)
    widths = [8, 12, 13, 30]
    found = width_path(s * Z, y, widths, Z_test=s * Z, alpha=alpha * s**2, keep_coefs=True)
    expected = width_path(Z, y, widths, Z_test=Z, alpha=alpha, keep_coefs=True)
    np.testing.assert_allclose(found.predictions, expected.predictions, rtol=1e-11)
    np.testing.assert_allclose(found.coefs * s, expected.coefs, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(found.coef_norm * s, expected.coef_norm, rtol=1e-11)
    np.testing.assert_allclose(found.condition, expected.condition, rtol=1e-6)


@pytest.mark.parametrize("power", [-60, 60])
def test_no_choice_depends_on_the_unit_of_the_features(power):
    # A power of two changes no digit; the condition is 1e6, so a choice of another way would.
    rng, s = np.random.default_rng(0), 2.0**power
    U, V = (np.linalg.qr(rng.normal(size=(m, 12)))[0] for m in (12, 30))
    Z, y = U * np.geomspace(1, 1e-6, 12) @ V.T, rng.normal(size=12)
    for alpha in (1e-13, 1e-6, 2.0):
        for features in (Z, Z.T):
            targets = y if features is Z else V @ y
            expected = ridge(features, targets, alpha)
            found = ridge(s * features, targets, alpha * s**2)
            np.testing.assert_array_equal(found.coef * s, expected.coef)
            assert found.condition == expected.condition
        widths = [5, 12, 13, 20, 30]
        found = width_path(s * Z, y, widths, alpha=alpha * s**2, keep_coefs=True)
        expected = width_path(Z, y, widths, alpha=alpha, keep_coefs=True)
        np.testing.assert_array_equal(found.coefs * s, expected.coefs)
        assert (found.method == expected.method).all()


@pytest.mark.parametrize("scale", [1e-92, 1e-99])
def test_a_penalty_far_above_tiny_features(scale):
    rng = np.random.default_rng(1)
    Z, y = rng.normal(size=(30, 40)), rng.normal(size=30)
    expected = scale * (Z.T @ y)
    solution = ridge(Z * scale, y, 1.0)
    np.testing.assert_allclose(solution.coef, expected, rtol=1e-11, atol=1e-13 * scale)
    assert solution.coef_norm == pytest.approx(scale * np.linalg.norm(Z.T @ y), rel=1e-12, abs=0)
    path = width_path(Z * scale, y, [10, 30, 40], alpha=1.0)
    for width, norm in zip(path.widths, path.coef_norm[:, 0], strict=True):
        expected = scale * np.linalg.norm(Z[:, :width].T @ y)
        assert norm == pytest.approx(expected, rel=1e-12, abs=0)
    np.testing.assert_allclose(path.condition, 1.0)


# One QR decomposition (_triangle.py)


def test_a_large_feature_costs_the_others_no_digits():
    # Unsorted, the reflections of the last feature would leave 5e-8.
    rng = np.random.default_rng(15)
    Z, Y = rng.normal(size=(10, 15)), rng.normal(size=(10, 2))
    Z[:, -1] *= 1e8
    (expected,), rank, _ = exact_solutions(Z, Y, 15 * EPS)
    assert rank == 10
    error = np.abs(min_norm(Z, Y).coef - expected) / np.abs(expected).max(axis=1, keepdims=True)
    assert error.max() < 1e-12


@pytest.mark.parametrize("size", [1e-101, 1.1e100])
def test_inputs_whose_squares_leave_the_range_are_refused_by_name(size):
    good, bad = np.ones((3, 4)), np.full((3, 4), size)
    named = r"must have a largest absolute entry between 1e-100 and 1e\+100, or be zero; it is 1"
    for solve in (
        lambda Z, y: min_norm(Z, y),
        lambda Z, y: ridge(Z, y, [0.0, 1.0]),
        lambda Z, y: leave_one_out(Z, y, 1.0),
        lambda Z, y: width_path(Z, y, [2, 4]),
        lambda Z, y: StreamingLeastSquares(4).update(Z, y),
    ):
        with pytest.raises(ValueError, match=f"^Z {named}"):
            solve(bad, np.ones(3))
        with pytest.raises(ValueError, match=f"^Y {named}"):
            solve(good, np.full(3, size))
    with pytest.raises(ValueError, match=f"^Z_test {named}"):
        width_path(good, np.ones(3), [2], Z_test=bad)
    with pytest.raises(ValueError, match=f"^Y_test {named}"):
        width_path(good, np.ones(3), [2], Z_test=good, Y_test=np.full(3, size))
    for alpha in (1e201, [0.0, 1e201]):
        with pytest.raises(ValueError, match=r"alpha must be .*1e\+200"):
            ridge(good, np.ones(3), alpha)


def test_at_the_ends_of_the_range_norms_and_errors_are_right():
    rng = np.random.default_rng(2)
    Z, Y = rng.uniform(0.1, 1.0, size=(6, 9)), rng.uniform(0.1, 1.0, size=(6, 2))
    for z_size, y_size in ((1e-99, 1e99), (1e99, 1e-99), (1e99, 1e99), (1e-99, 1e-99)):
        for alpha in (0.0, 0.3):
            expected = ridge(Z[:, :4], Y, alpha)
            found = ridge(Z[:, :4] * z_size, Y * y_size, alpha * z_size**2)
            path = width_path(Z * z_size, Y * y_size, [4], alpha=alpha * z_size**2)
            scale = y_size / z_size
            for norms in (found.coef_norm, path.coef_norm[0]):
                np.testing.assert_allclose(norms / scale, expected.coef_norm, rtol=1e-12)
            np.testing.assert_allclose(found.coef / scale, expected.coef, rtol=1e-11)
            for errors in (found.train_mse, path.train_mse[0]):
                np.testing.assert_allclose(errors / y_size**2, expected.train_mse, rtol=1e-11)


# Rank and its certificate (_rank.py)


def test_full_rank_is_certain_only_with_a_margin_of_ten():
    assert is_certain(1.0, 1.01e-11, 1e-12)
    assert not is_certain(1.0, 0.99e-11, 1e-12)
    assert is_certain(1.0, 1e-300, 0.0)
    assert not is_certain(1.0, 0.0, 0.0)


@pytest.mark.parametrize("seed", range(20))
def test_estimates_stay_within_the_margin(seed):
    rng = np.random.default_rng(seed)
    # A flat spectrum with one small value is the hardest for few rounds.
    left, right = (np.linalg.qr(rng.normal(size=(120, 120)))[0] for _ in range(2))
    values = np.append(np.linspace(1, 2, 119)[::-1], 1e-3)
    triangle = tall_qr(left * values @ right)[1]
    largest, smallest = extremes(triangle)
    assert 1 / 2 < largest / 2.0 <= 1 + 1e-12
    assert 1 - 1e-9 <= smallest / 1e-3 < 1.5


@pytest.mark.parametrize("rcond", [0.0, 1e-3, 0.3])
def test_cutoffs_that_are_given(rcond):
    rng = np.random.default_rng(3)
    Z, Y = features_of_condition(20, 60, 1e4, rng), rng.normal(size=(20, 2))
    widths = [5, 19, 20, 21, 30, 60]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        path = width_path(Z, Y, widths, Z_test=Z[:4], rcond=rcond)
        every = width_path(Z, Y, np.arange(1, 61), Z_test=Z[:4], rcond=rcond)
    for i, width in enumerate(widths):
        coef, rank, s = svd_solution(Z[:, :width], Y, rcond)
        assert path.rank[i] == every.rank[width - 1] == rank
        tolerance = 1e-14 * s[0] / s[rank - 1] * np.abs(coef).max() + 1e-9
        for found in (path.predictions[i], every.predictions[width - 1]):
            np.testing.assert_allclose(found, Z[:4, :width] @ coef, rtol=0, atol=tolerance)


def test_float32_features_are_cut_off_at_their_own_rounding():
    rng = np.random.default_rng(4)
    Z = (rng.normal(size=(40, 6)) @ rng.normal(size=(6, 90))).astype(np.float32)
    y = rng.normal(size=40)
    with pytest.warns(InterpolationWarning, match="numerical rank 6"):
        path = width_path(Z, y, [3, 20, 40, 90])
    assert path.rank.tolist() == [3, 6, 6, 6]
    with pytest.warns(InterpolationWarning, match="numerical rank 6"):
        assert min_norm(Z, y).rank == 6
    # In float64 the rounding of float32 is full rank.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        assert width_path(Z.astype(float), y, [90]).rank[0] == 40


# The growing Gram matrix (_gram.py)


@pytest.mark.parametrize("condition", [30.0, 300.0, 3e3])
@pytest.mark.parametrize("alpha", [0.0, 1e-7])
def test_gram_widths_are_refined_to_nine_digits(condition, alpha):
    rng = np.random.default_rng(5)
    n, p = 60, 240
    Z, Y = features_of_condition(n, p, condition, rng), rng.normal(size=(n, 2))
    widths = [160, 200, 240]
    path = width_path(Z, Y, widths, alpha=alpha, keep_coefs=True)
    assert set(path.method) == {"gram"}
    for i, width in enumerate(widths):
        u, s, vt = np.linalg.svd(Z[:, :width], full_matrices=False)
        coef = vt.T @ ((u.T @ Y) * (s / (s**2 + alpha))[:, None])
        error = np.linalg.norm(path.coefs[i, :width] - coef) / np.linalg.norm(coef)
        assert error < 1e-9
        # What a Gram matrix without refinement would leave.
        assert error < 1e-3 * EPS * condition**2 + 1e-13 * condition


def test_a_gram_matrix_is_not_formed_at_a_condition_of_a_million():
    rng = np.random.default_rng(6)
    Z, Y = features_of_condition(40, 200, 1e6, rng), rng.normal(size=(40, 1))
    path = width_path(Z, Y, [100, 150, 200], Z_test=Z)
    assert "gram" not in path.method
    np.testing.assert_allclose(path.predictions[-1], Y, atol=1e-9)


# Fewer rows (_deficient.py)


@pytest.mark.parametrize("kind", ["three rows twice", "bootstrap", "one input"])
def test_projection_finds_as_many_rows_as_there_are_directions(kind):
    rng = np.random.default_rng(7)
    n = 300
    Z = fourier_features(n, 2 * n, 1 if kind == "one input" else 20, rng)[0]
    if kind == "three rows twice":
        Z[-3:] = Z[:3]
    elif kind == "bootstrap":
        Z = Z[rng.integers(n, size=n)]
    s = np.linalg.svd(Z, compute_uv=False)
    projected = project_rows(nested(Z), np.array([n, 2 * n]), s[[0, 0]] / 2)
    rows, least = len(projected.Z), np.count_nonzero(s > 2 * n * EPS * s[0])
    assert least <= rows <= least + (10 if kind == "one input" else 0)
    kept = np.linalg.svd(projected.Z, compute_uv=False)
    np.testing.assert_allclose(kept, s[:rows], rtol=0, atol=30 * EPS * np.linalg.norm(Z))


def test_compression_is_given_up_where_it_would_lose_digits():
    # Half of the rank is far above rounding: a basis of it would be no smaller.
    rng = np.random.default_rng(8)
    Z = np.hstack([features_of_condition(100, 100, 1e17, rng), rng.normal(size=(100, 20)) * 1e-13])
    assert project_rows(nested(Z), np.array([100, 120]), np.ones(2)) is None


def test_a_compression_never_loses_what_a_width_keeps():
    # The first columns are tiny: what is rounding to the whole is everything to them.
    rng = np.random.default_rng(9)
    n = 200
    Z = rng.normal(size=(n, 4)) @ rng.normal(size=(4, 500))
    Z[:, :100] = 1e-15 * rng.normal(size=(n, 100))
    Y = rng.normal(size=(n, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        path = width_path(Z, Y, [50, 100, 200, 500])
    assert path.rank.tolist() == [50, 100, 4, 4]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_rows_that_differ_in_the_last_column_are_not_merged(sign):
    rng = np.random.default_rng(10)
    Z, y = rng.normal(size=(12, 300)), rng.normal(size=12)
    Z[6:] = Z[:6]
    Z[:, 0] = 0.0
    Z[6:, 0] *= sign  # -0 and 0 are equal
    Z[11, 299] += 1.0
    with pytest.warns(InterpolationWarning):
        path = width_path(Z, y, [12, 299, 300])
    assert path.rank.tolist() == [6, 6, 7]


def test_the_test_error_of_a_noiseless_line_falls_to_rounding_at_its_width():
    rng = np.random.default_rng(12)
    Z, T, truth = rng.normal(size=(60, 200)), rng.normal(size=(40, 200)), rng.normal(size=20)
    path = width_path(Z, Z[:, :20] @ truth, np.arange(1, 201), Z_test=T, Y_test=T[:, :20] @ truth)
    assert (path.test_mse[18] > 1e-3).all()
    assert (path.test_mse[19:60] < 1e-20).all()
    assert (path.test_mse[19:60] >= 0).all()


# Leave-one-out (_leave_one_out.py)


@pytest.mark.parametrize("size", [0.02, 1e-3, 1e-5])
def test_leverages_near_one(size):
    # One sample of a large norm in n > p: its leverage is 1 - O(size^2).
    rng = np.random.default_rng(14)
    Z, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    Z[0] /= size
    rest = np.arange(1, 20)
    refitted = Z[0] @ np.linalg.lstsq(Z[rest], y[rest], rcond=None)[0]
    assert leave_one_out(Z, y, [0.0]).predictions[0, 0] == pytest.approx(refitted, rel=1e-11)

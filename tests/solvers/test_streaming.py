import pickle
import tracemalloc

import numpy as np
import pytest

from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import StreamingLeastSquares, _streaming, min_norm, ridge
from tests.helpers.reference import exact_solutions


def feed(Z, Y, size):
    stream = StreamingLeastSquares(Z.shape[1], 1 if Y.ndim == 1 else Y.shape[1])
    for start in range(0, len(Z), size):
        assert stream.update(Z[start : start + size], Y[start : start + size]) is stream
    return stream


@pytest.mark.parametrize("shape", [(100, 12), (12, 12), (9, 12)])
@pytest.mark.parametrize("size", [1, 5, 200])
@pytest.mark.parametrize("alpha", [0.0, 0.7, np.array([0.0, 2.0])])
def test_batches_give_what_all_samples_give(shape, size, alpha):
    rng = np.random.default_rng(0)
    Z, Y = rng.normal(size=shape), rng.normal(size=(shape[0], 2))
    streamed, whole = feed(Z, Y, size).solve(alpha), ridge(Z, Y, alpha)
    np.testing.assert_allclose(streamed.coef, whole.coef, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(streamed.train_mse, whole.train_mse, rtol=1e-9, atol=1e-20)
    np.testing.assert_allclose(streamed.condition, whole.condition, rtol=1e-9)
    np.testing.assert_array_equal(streamed.interpolates, whole.interpolates)
    assert (streamed.rank, streamed.rcond) == (whole.rank, whole.rcond)


def test_ill_conditioned_features_keep_their_digits():
    rng = np.random.default_rng(1)
    Z = rng.normal(size=(300, 10)) * np.geomspace(1, 1e-9, 10)
    truth = rng.normal(size=10)
    coef = feed(Z, Z @ truth, 50).solve().coef
    np.testing.assert_allclose(coef, truth, rtol=1e-5)


def graded(rng, n, p, condition):
    """Features with singular values from 1 down to 1 / condition, geometrically."""
    left = np.linalg.qr(rng.normal(size=(n, p)))[0]
    right = np.linalg.qr(rng.normal(size=(p, p)))[0]
    return left * np.geomspace(1, 1 / condition, p) @ right.T


@pytest.mark.parametrize("condition", [1e2, 1e4, 1e7, 1e10])
def test_a_stream_is_as_accurate_as_the_whole(condition):
    rng = np.random.default_rng(4)
    Z, Y = graded(rng, 3000, 15, condition), rng.normal(size=(3000, 2))
    streamed, whole = feed(Z, Y, 250).solve(), min_norm(Z, Y)
    assert streamed.rank == 15
    # A backward stable method loses about eps times the condition, no more.
    tolerance = max(1e-11, 1e-15 * condition)
    size = np.abs(whole.coef).max()
    np.testing.assert_allclose(streamed.coef, whole.coef, rtol=0, atol=tolerance * size)
    np.testing.assert_allclose(Z @ streamed.coef, Z @ whole.coef, rtol=0, atol=tolerance)
    np.testing.assert_allclose(streamed.train_mse, whole.train_mse, rtol=tolerance)


@pytest.mark.parametrize("decades", [0, 3, 6])
@pytest.mark.parametrize("seed", range(5))
def test_a_stream_of_low_rank_gives_what_the_whole_gives(decades, seed):
    rng = np.random.default_rng(seed)
    scales = np.geomspace(1, 10.0**-decades, 6)
    Z = rng.normal(size=(2500, 6)) * scales @ rng.normal(size=(6, 20))
    Y = rng.normal(size=2500)
    streamed, whole = feed(Z, Y, 400).solve(), ridge(Z, Y, [0.0])
    assert streamed.rank == whole.rank == 6
    # Rounding of the features moves their least singular vectors by eps times the condition.
    tolerance = 1e-14 * whole.condition[0] + 1e-12
    np.testing.assert_allclose(Z @ streamed.coef, Z @ whole.coef[0], rtol=0, atol=tolerance)
    np.testing.assert_allclose(streamed.coef_norm, whole.coef_norm[0], rtol=tolerance)


@pytest.mark.parametrize("size", [0.0, 1e-12, 1e12])
def test_the_first_samples_may_be_of_another_size(size):
    rng = np.random.default_rng(9)
    Z, Y = rng.normal(size=(3000, 20)), rng.normal(size=3000)
    Z[:1500] *= size
    streamed, whole = feed(Z, Y, 400).solve(), min_norm(Z, Y)
    np.testing.assert_allclose(streamed.train_mse, whole.train_mse, rtol=1e-12)
    np.testing.assert_allclose(Z @ streamed.coef, Z @ whole.coef, rtol=0, atol=1e-9)
    nothing = feed(np.zeros((1500, 20)), Y[:1500], 400).solve()
    assert nothing.rank == 0
    assert nothing.train_mse == pytest.approx(np.mean(Y[:1500] ** 2), rel=1e-13)


@pytest.mark.parametrize("size", [1e5, 1e9])
def test_a_feature_that_wakes_up_late_does_not_drown_the_others(size):
    rng = np.random.default_rng(6)
    Z = rng.normal(size=(4000, 10))
    Z[:3000, 0] *= 1e-3
    Z[3000:, 0] *= size
    truth = rng.normal(size=10)
    Y = Z[:, 1:] @ truth[1:] + rng.normal(size=4000)
    streamed, whole = feed(Z, Y, 300).solve(), min_norm(Z, Y)
    assert streamed.rank == 10
    np.testing.assert_allclose(streamed.coef[1:], whole.coef[1:], rtol=1e-6)


def test_targets_that_are_exactly_linear_are_interpolated():
    rng = np.random.default_rng(7)
    Z = rng.normal(size=(3000, 8))
    noise = rng.normal(size=3000)
    truth = rng.normal(size=8)
    assert feed(Z, Z @ truth, 500).solve().interpolates
    assert not feed(Z, Z @ truth + 1e-6 * noise, 500).solve().interpolates
    small = feed(Z, Z @ truth + 1e-6 * noise, 500).solve().train_mse
    assert small == pytest.approx(1e-12, rel=0.1)


def test_well_and_ill_conditioned_streams_merge():
    rng = np.random.default_rng(9)
    good, bad = rng.normal(size=(2000, 12)), graded(rng, 2000, 12, 1e8)
    Y = rng.normal(size=4000)
    first, second = feed(good, Y[:2000], 300), feed(bad, Y[2000:], 300)
    expected = min_norm(np.vstack([good, bad]), Y).coef
    np.testing.assert_allclose(
        feed(good, Y[:2000], 300).merge(second).solve().coef, expected, rtol=1e-9
    )
    np.testing.assert_allclose(second.merge(first).solve().coef, expected, rtol=1e-9)


def test_merging_is_streaming():
    rng = np.random.default_rng(2)
    Z, Y = rng.normal(size=(60, 5)), rng.normal(size=60)
    other = feed(Z[35:], Y[35:], 10)
    before = other.solve().coef
    merged = feed(Z[:35], Y[:35], 10).merge(other)
    np.testing.assert_allclose(merged.solve().coef, min_norm(Z, Y).coef, rtol=1e-11)
    assert merged.n_samples == 60
    assert merged.solve().coef.shape == (5,)
    np.testing.assert_array_equal(other.solve().coef, before)
    empty = StreamingLeastSquares(5)
    np.testing.assert_allclose(empty.merge(merged).solve().coef, merged.solve().coef)


def test_the_state_does_not_grow_with_the_samples():
    rng = np.random.default_rng(3)
    stream = StreamingLeastSquares(8, 2)
    sizes = []
    for _ in range(40):
        stream.update(rng.normal(size=(100, 8)), rng.normal(size=(100, 2)))
        sizes.append(len(pickle.dumps(stream)))
    assert abs(sizes[-1] - sizes[len(sizes) // 2]) < 8
    assert sizes[-1] < 8 * (512 * 10 + 400) + 2000


def test_conflicting_targets_warn():
    stream = StreamingLeastSquares(3).update(np.ones((2, 3)), [1.0, 2.0])
    with pytest.warns(InterpolationWarning, match="rank 1"):
        assert stream.solve().train_mse == pytest.approx(0.25)


def test_bad_arguments():
    stream = StreamingLeastSquares(2)
    with pytest.raises(ValueError, match="no samples yet"):
        stream.solve()
    with pytest.raises(ValueError, match="Z must have 2 columns"):
        stream.update([[1.0]], [1.0])
    with pytest.raises(ValueError, match="Y must have 1 targets"):
        stream.update([[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="Z contains NaN"):
        stream.update([[1.0, np.nan]], [1.0])
    with pytest.raises(ValueError, match="other must be a StreamingLeastSquares"):
        stream.merge(3)
    with pytest.raises(ValueError, match="other must have 2 features"):
        stream.merge(StreamingLeastSquares(3))
    with pytest.raises(ValueError, match="n_features must be"):
        StreamingLeastSquares(0)
    stream.update([[1.0, 2.0]], [1.0])
    with pytest.raises(ValueError, match="alpha must be"):
        stream.solve(-1.0)
    assert stream.n_samples == 1


def test_one_pass_serves_every_width():
    rng = np.random.default_rng(5)
    Z, Y = rng.standard_normal((60, 9)), rng.standard_normal((60, 2))
    stream = StreamingLeastSquares(9, 2).update(Z[:25], Y[:25]).update(Z[25:], Y[25:])
    for width in (1, 4, 9):
        expected = np.linalg.lstsq(Z[:, :width], Y, rcond=None)[0]
        np.testing.assert_allclose(stream.solve(width=width).coef, expected, atol=1e-12)
    with pytest.raises(ValueError, match="width must be between 1 and 9"):
        stream.solve(width=10)


@pytest.mark.parametrize("size", [1e-2, 1e-6, 1e-10])
def test_a_prefix_of_small_features_has_its_own_rank(size):
    rng = np.random.default_rng(10)
    Z, Y = rng.normal(size=(2048, 10)), rng.normal(size=2048)
    Z[:, :5] *= size
    Z[:, 4] = Z[:, 3]
    streamed, whole = feed(Z, Y, 256).solve(width=5), ridge(Z[:, :5], Y, [0.0])
    assert streamed.rank == whole.rank == 4
    np.testing.assert_allclose(streamed.coef, whole.coef[0], rtol=1e-9)


@pytest.mark.parametrize("drift", [1e2, 1e3, 1e4, 1e6])
@pytest.mark.parametrize("rank", [5, 10])
def test_drifting_features_keep_their_digits(drift, rank):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        factors = rng.normal(size=(2048, rank))
        factors[:1024] *= np.geomspace(1, 1 / drift, rank)
        factors[1024:] *= np.geomspace(1 / drift, 1, rank)
        Z, Y = factors @ rng.normal(size=(rank, 10)), rng.normal(size=2048)
        streamed, whole = feed(Z, Y, 256).solve(), ridge(Z, Y, [0.0])
        assert streamed.rank == whole.rank == rank
        np.testing.assert_allclose(Z @ streamed.coef, Z @ whole.coef[0], rtol=0, atol=1e-9)


def test_a_first_feature_that_is_nearly_always_zero():
    Z = np.zeros((600, 2))
    Z[0, 1] = 1.0
    np.testing.assert_array_equal(feed(Z, np.ones(600), 600).solve().coef, [0.0, 1.0])


@pytest.mark.parametrize("gap", [1e-6, 1e-8, 1e-10])
def test_first_samples_that_are_nearly_deficient_cost_no_digits(gap):
    rng = np.random.default_rng(11)
    Z, Y = rng.normal(size=(2048, 5)), rng.normal(size=2048)
    Z[:512, 4] = Z[:512, 3] + gap * Z[:512, 4]
    coef = feed(Z, Y, 256).solve().coef
    np.testing.assert_allclose(coef, np.linalg.lstsq(Z, Y, rcond=None)[0], rtol=0, atol=1e-14)


# Rows (n, 5) that change half-way; what is certified of the first says nothing of the others.
N_ROWS = 2560
CHANGES = {
    "nothing": lambda rows, rng: rows,
    "larger": lambda rows, rng: rows * 1e6,
    "smaller": lambda rows, rng: rows * 1e-6,
    "one feature larger": lambda rows, rng: rows * [1, 1, 1, 1, 1e7],
    "one direction larger": lambda rows, rng: rows @ (np.eye(5) + 1e6 * np.ones((5, 5))),
    "one direction only": lambda rows, rng: 1e5 * rows[:, :1] * rng.normal(size=5),
    "lower rank": lambda rows, rng: rows[:, :2] @ rng.normal(size=(2, 5)),
    "nothing more": lambda rows, rng: 0.0 * rows,
}


def changing(kind, order, rng):
    rows = rng.normal(size=(N_ROWS, 5))
    halves = [rows[: N_ROWS // 2], CHANGES[kind](rows[N_ROWS // 2 :], rng)]
    return np.vstack(halves[::order])


def stream_errors(Z, Y):
    """Errors of a stream and of the SVD, relative to the largest coefficient."""
    (exact,), rank, _ = exact_solutions(Z, Y, N_ROWS * 2.0**-52)
    streamed = feed(Z, Y, 200).solve()
    assert streamed.rank == rank
    peers = [
        np.linalg.lstsq(Z[order], Y[order], rcond=N_ROWS * 2.0**-52)[0]
        for order in (slice(None), slice(None, None, -1), np.arange(N_ROWS) ^ 1)
    ]
    size = np.abs(exact).max()
    return [np.abs(coef - exact).max() / size for coef in (streamed.coef, *peers)]


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_streams_that_change_half_way_against_multiple_precision(kind, order, noise):
    rng = np.random.default_rng(12)
    Z = changing(kind, order, rng)
    Y = Z @ rng.normal(size=(5, 2)) + noise * rng.normal(size=(N_ROWS, 2))
    ours, *theirs = stream_errors(Z, Y)
    assert ours <= max(10 * max(theirs), 1e-10)


def test_a_gram_matrix_is_kept_only_while_its_condition_is_certain(monkeypatch):
    rng = np.random.default_rng(13)
    Z, Y = changing("one direction larger", 1, rng), rng.normal(size=(N_ROWS, 2))
    assert stream_errors(Z, Y)[0] < 1e-9
    monkeypatch.setattr(_streaming, "_SAFE_CONDITION", 1e12)
    assert stream_errors(Z, Y)[0] > 1e-6


def test_a_stream_holds_one_square_and_its_buffer():
    rng = np.random.default_rng(16)
    batches = [(rng.normal(size=(500, 299)), rng.normal(size=500)) for _ in range(4)]
    tracemalloc.start()
    stream = StreamingLeastSquares(299)
    for Z, y in batches:
        stream.update(Z, y)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 1.1 * 8 * (300**2 + 600 * 300)


@pytest.mark.parametrize("power", [-260, -20, 20, 260])
def test_the_unit_of_the_targets_decides_nothing(power):
    rng = np.random.default_rng(14)
    Z, Y = rng.normal(size=(3000, 5)), rng.normal(size=(3000, 2))
    expected = feed(Z, Y, 300).solve().coef
    np.testing.assert_array_equal(feed(Z, 2.0**power * Y, 300).solve().coef, 2.0**power * expected)


@pytest.mark.parametrize("size", [1e-130, 1e-160, 1e-170])
@pytest.mark.parametrize("later", [1.0, 1e90])
def test_a_feature_too_small_to_be_squared_spoils_no_other(size, later):
    rng = np.random.default_rng(17)
    Z = rng.normal(size=(1300, 3)) * [size, 1.0, 1.0]
    Y = Z[:, 1:].sum(axis=1) + rng.normal(size=1300)
    Z[600:] *= later
    Y[600:] *= later
    streamed = feed(Z, Y, 100)
    # In a unit of its own the small feature's coefficient is known as well as any.
    unit = Z[:, :1] / size
    np.testing.assert_allclose(
        streamed.solve(width=1).coef * size, min_norm(unit, Y).coef, rtol=1e-12
    )
    whole = min_norm(Z, Y)
    np.testing.assert_allclose(streamed.solve().coef[1:], whole.coef[1:], rtol=1e-12)
    assert streamed.solve().train_mse == pytest.approx(whole.train_mse, rel=1e-12)


@pytest.mark.parametrize("sizes", [(1.0, 1.0), (1.0, 1e6), (1e-6, 1.0)])
def test_streams_merge_through_their_triangles(sizes):
    rng = np.random.default_rng(15)
    Z, Y = rng.normal(size=(4000, 6)), rng.normal(size=(4000, 2))
    Z[:2000] *= sizes[0]
    Z[2000:, :3] *= sizes[1]
    first, second = feed(Z[:2000], Y[:2000], 300), feed(Z[2000:], Y[2000:], 300)
    merged = first.merge(second).solve()
    (exact,), _, _ = exact_solutions(Z, Y, 4000 * 2.0**-52)
    np.testing.assert_allclose(merged.coef, exact, rtol=0, atol=1e-12 * np.abs(exact).max())
    assert merged.train_mse == pytest.approx(np.mean((Y - Z @ exact) ** 2, axis=0), rel=1e-12)

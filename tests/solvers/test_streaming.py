import numpy as np
import pytest

from ddkd.exceptions import InterpolationWarning
from ddkd.solvers import StreamingLeastSquares, min_norm, ridge


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
    for _ in range(30):
        stream.update(rng.normal(size=(40, 8)), rng.normal(size=(40, 2)))
    assert sum(v.nbytes for v in vars(stream).values() if isinstance(v, np.ndarray)) < 8 * 300


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

"""Features made on demand give the path of the whole matrix, in few passes and little memory."""

import tracemalloc
import warnings

import numpy as np
import pytest

from ddkd.exceptions import InterpolationWarning
from ddkd.features import ColumnBlocks, RandomFourierFeatures
from ddkd.solvers import _deficient, min_norm, width_path


class Counting:
    """Columns of a matrix on demand, counted."""

    def __init__(self, Z, dtype=np.float64):
        self.Z, self.shape, self.dtype = Z, Z.shape, np.dtype(dtype)
        self.made = np.zeros(Z.shape[1], dtype=int)

    def columns(self, start, stop):
        self.made[start:stop] += 1
        return self.Z[:, start:stop]


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 900)), rng.normal(size=(40, 2)), rng.normal(size=(30, 900))


WIDTHS = [5, 38, 40, 41, 44, 60, 300, 900]


def assert_same(found, expected):
    np.testing.assert_array_equal(found.rank, expected.rank)
    np.testing.assert_array_equal(found.method, expected.method)
    np.testing.assert_allclose(found.predictions, expected.predictions, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(found.train_mse, expected.train_mse, rtol=1e-6, atol=1e-20)
    np.testing.assert_allclose(found.condition, expected.condition, rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize("widths", [WIDTHS, np.arange(1, 901)], ids=["some", "every"])
def test_the_path_is_that_of_the_whole_matrix(problem, widths, alpha):
    Z, Y, T = problem
    found = width_path(Counting(Z), Y, widths, Z_test=Counting(T), alpha=alpha)
    assert_same(found, width_path(Z, Y, widths, Z_test=T, alpha=alpha))


def test_one_of_both_may_be_a_matrix(problem):
    Z, Y, T = problem
    expected = width_path(Z, Y, WIDTHS, Z_test=T)
    assert_same(width_path(Counting(Z), Y, WIDTHS, Z_test=T), expected)
    assert_same(width_path(Z, Y, WIDTHS, Z_test=Counting(T)), expected)


@pytest.mark.parametrize("kind", ["equal rows", "low rank", "a huge column"])
@pytest.mark.filterwarnings("ignore::ddkd.exceptions.InterpolationWarning")
def test_awkward_features(problem, kind):
    Z, Y, T = (array.copy() for array in problem)
    if kind == "equal rows":
        Z[20:] = Z[:20]
    elif kind == "low rank":
        Z = Z[:, :3] @ np.random.default_rng(1).normal(size=(3, 900))
    else:
        Z[:, 400] *= 1e9
    found = width_path(Counting(Z), Y, WIDTHS, Z_test=Counting(T))
    assert_same(found, width_path(Z, Y, WIDTHS, Z_test=T))


def test_every_block_is_made_a_few_times_for_all_widths_together(problem):
    Z, Y, T = problem
    train, test = Counting(Z), Counting(T)
    width_path(train, Y, [5, 40, 44, *range(60, 901, 20)], Z_test=test)
    # The Gram matrix, the coefficients and, where it is refined, their correction.
    assert train.made[100:].max() <= 3
    assert train.made.max() <= 8
    assert test.made.max() <= 3


def test_memory_does_not_grow_with_the_width():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(60, 5)), rng.normal(size=60)
    peaks = []
    for width in (5_000, 40_000):
        mapping = RandomFourierFeatures(width, gamma=1.0, random_state=0).fit(X)
        Z = ColumnBlocks(mapping, X)
        tracemalloc.start()
        path = width_path(Z, y, [30, 60, 66, 4_000, width], Z_test=Z)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert path.interpolates[1:].all()
    # The coefficients alone grow: two models, and a copy.
    assert peaks[1] - peaks[0] < 4 * 8 * 40_000
    assert peaks[1] < 60 * 40_000 * 8 / 4


def test_memory_does_not_grow_with_the_width_of_equal_rows_either(monkeypatch):
    monkeypatch.setattr(_deficient, "_STORED", 0, raising=False)
    rng = np.random.default_rng(3)
    X, y = np.repeat(rng.normal(size=(50, 5)), 2, axis=0), np.repeat(rng.normal(size=50), 2)
    widths = [30, 50, 60, 4_000, 40_000]
    mapping = RandomFourierFeatures(widths[-1], gamma=0.3, random_state=0).fit(X)
    tracemalloc.start()
    path = width_path(ColumnBlocks(mapping, X), y, widths)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * 40_000 * 8 / 4
    whole = width_path(mapping.transform(X), y, widths)
    assert path.rank.tolist() == whole.rank.tolist() == [30, 50, 50, 50, 50]
    np.testing.assert_allclose(path.coef_norm, whole.coef_norm, rtol=1e-7)
    np.testing.assert_allclose(path.coef(40_000), whole.coef(40_000), rtol=0, atol=1e-9)


def test_memory_is_three_squares_under_a_penalty():
    rng = np.random.default_rng(4)
    n = 400
    Z, y = rng.normal(size=(n, n)), rng.normal(size=n)
    tracemalloc.start()
    width_path(Z, y, [n // 4, n], alpha=1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3.5 * 8 * n**2


def test_the_cutoff_follows_the_type_of_the_columns():
    rng = np.random.default_rng(2)
    Z = (rng.normal(size=(30, 8)) @ rng.normal(size=(8, 50))).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        path = width_path(Counting(Z, np.float32), np.ones(30), [5, 30, 50])
    assert path.rank.tolist() == [5, 8, 8]


def test_single_coefficients_are_solved_on_demand(problem):
    Z, Y, _ = problem
    path = width_path(Counting(Z), Y, WIDTHS)
    np.testing.assert_allclose(path.coef(60), min_norm(Z[:, :60], Y).coef, rtol=1e-12)


def test_bad_blocks_are_named(problem):
    Z, Y, _ = problem
    bad = Z.copy()
    bad[3, 500] = np.nan
    with pytest.raises(ValueError, match="Z contains NaN"):
        width_path(Counting(bad), Y, WIDTHS)
    with pytest.raises(ValueError, match="Z_test contains NaN"):
        width_path(Z, Y, WIDTHS, Z_test=Counting(bad))
    with pytest.raises(ValueError, match="Z_test must have 900 columns"):
        width_path(Z, Y, WIDTHS, Z_test=Counting(Z[:, :800]))
    with pytest.raises(ValueError, match="Y must have 40 rows"):
        width_path(Counting(Z), Y[:10], WIDTHS)
    with pytest.raises(ValueError, match="on demand, which only width_path takes"):
        min_norm(Counting(Z), Y)

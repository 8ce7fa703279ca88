"""Random feature maps against the kernels that they approximate."""

import mpmath
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.gaussian_process.kernels import RBF
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from ddkd.features import (
    ColumnBlocks,
    RandomFourierFeatures,
    RandomReLUFeatures,
    median_distance,
)
from ddkd.features._maps import _cosine_in_place

MAPS = [RandomFourierFeatures, RandomReLUFeatures]


@parametrize_with_checks(
    [
        RandomFourierFeatures(),
        RandomFourierFeatures(7, gamma="median"),
        RandomReLUFeatures(),
    ]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture
def X():
    return np.random.default_rng(0).standard_normal((40, 6))


@pytest.mark.parametrize("kind", MAPS)
@pytest.mark.parametrize("state", [3, "instance"])
def test_every_width_is_a_prefix_of_a_wider_map(kind, state, X):
    def seed():
        return np.random.RandomState(3) if state == "instance" else 3

    wide = kind(50, random_state=seed()).fit_transform(X)
    for width in (1, 2, 7, 49):
        narrow = kind(width, random_state=seed()).fit_transform(X)
        np.testing.assert_allclose(wide[:, :width] * np.sqrt(50 / width), narrow, atol=1e-14)


@pytest.mark.parametrize("kind", MAPS)
def test_seeds_differ(kind, X):
    one, two = (kind(9, random_state=s).fit(X).weights_ for s in (0, 1))
    assert not np.isclose(one, two).any()


def test_fourier_features_have_the_rbf_kernel(X):
    """Each entry is a mean of p terms of variance at most 1/2 + 1/8: five standard errors."""
    gamma, p = 0.07, 40_000
    Z = RandomFourierFeatures(p, gamma=gamma, random_state=0).fit_transform(X)
    error = Z @ Z.T - rbf_kernel(X, gamma=gamma)
    assert np.abs(error).max() < 5 * np.sqrt(0.625 / p) * np.sqrt(2)
    assert np.abs(error.mean()) < 0.005


def test_relu_features_have_the_arc_cosine_kernel(X):
    p = 40_000
    Z = RandomReLUFeatures(p, random_state=0).fit_transform(X)
    norm = np.linalg.norm(X, axis=1)
    scale = np.outer(norm, norm)
    angle = np.arccos(np.clip(X @ X.T / scale, -1, 1))
    kernel = (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
    # 2 relu(a)^2 has variance 4 (3/2) - 1 = 5 at angle zero, the largest.
    assert np.abs(Z @ Z.T / scale - kernel).max() < 5 * np.sqrt(5 / p)


def test_transform_is_the_formula_on_rows_of_several_blocks():
    X = np.random.default_rng(1).standard_normal((700, 3))
    features = RandomFourierFeatures(1500, gamma=2.5, random_state=1).fit(X)
    directions = features.weights_ / np.sqrt(2 * 2.5)
    assert abs(directions.mean()) < 5 / np.sqrt(4500)
    assert abs(directions.var() - 1) < 5 * np.sqrt(2 / 4500)
    assert features.phases_.min() >= 0
    assert 6.2 < features.phases_.max() < 2 * np.pi
    expected = np.sqrt(2 / 1500) * np.cos(X @ features.weights_.T + features.phases_)
    np.testing.assert_allclose(features.transform(X), expected, atol=1e-14)


def test_gamma_scale_and_median(X):
    scale = RandomFourierFeatures(3).fit(X).gamma_
    assert scale == pytest.approx(1 / (6 * X.var()))
    median = RandomFourierFeatures(3, gamma="median").fit(X).gamma_
    pairs = np.linalg.norm(X[:, None] - X[None], axis=2)[np.triu_indices(40, 1)]
    assert median == pytest.approx(1 / (2 * np.median(pairs) ** 2))
    # scikit-learn's Gaussian-process kernel is parametrised by that length.
    kernel = RBF(length_scale=median_distance(X))(X)
    np.testing.assert_allclose(rbf_kernel(X, gamma=median), kernel, rtol=1e-12)


def test_median_of_many_rows_is_near_and_repeats():
    X = np.random.default_rng(2).standard_normal((3000, 4))
    first, second = median_distance(X), median_distance(X)
    assert first == second
    pairs = np.linalg.norm(X[:1500] - X[1500:], axis=1)  # independent pairs
    # The density of a distance is about 0.56 at its median, 2.59.
    assert abs(first - np.median(pairs)) < 5 * 0.5 / (0.56 * np.sqrt(1500))


def test_median_ignores_duplicates_and_survives_constants():
    assert median_distance([[0.0], [0.0], [0.0], [2.0]]) == 2.0
    assert median_distance([[1.0, 1.0]] * 3) == 1.0
    assert median_distance([[4.0]]) == 1.0


def test_float32_or_integer_inputs_do_not_change_the_precision(X):
    exact = RandomFourierFeatures(50, gamma=1.0, random_state=0).fit(X)
    np.testing.assert_allclose(exact.transform(X.astype(np.float32)), exact.transform(X), atol=2e-6)
    assert exact.transform(X.astype(np.float32)).dtype == np.float64
    assert exact.transform(np.zeros((2, 6), dtype=int)).dtype == np.float64


def test_the_cosine_is_exact():
    """Against 50 digits, also where the half angle's tangent overflows or vanishes."""
    rng = np.random.default_rng(0)
    multiples = np.pi * np.arange(-20, 21) / 2
    x = np.concatenate(
        [rng.uniform(-50, 50, 3000), multiples, multiples + 1e-9, [0.0, 1e-300, 1e5, 1e12]]
    )
    with mpmath.workdps(50):
        exact = np.array([float(mpmath.cos(mpmath.mpf(float(v)))) for v in x])
    _cosine_in_place(x)
    assert np.abs(x - exact).max() <= 3.4e-16


@pytest.mark.parametrize("kind", MAPS)
def test_blocks_of_columns_are_those_of_the_whole(kind, X):
    mapping = kind(300, random_state=0).fit(X)
    blocks, whole = ColumnBlocks(mapping, X), mapping.transform(X)
    assert (blocks.shape, blocks.dtype) == (whole.shape, whole.dtype)
    tolerance = 50 * np.finfo(np.float64).eps
    for start, stop in [(0, 300), (0, 1), (299, 300), (17, 120), (40, 40)]:
        made = blocks.columns(start, stop)
        assert made.dtype == np.float64
        np.testing.assert_allclose(made, whole[:, start:stop], rtol=0, atol=tolerance)
    assert repr(blocks) == f"ColumnBlocks({kind.__name__}, shape={whole.shape})"


def test_blocks_refuse_what_they_cannot_give(X):
    mapping = RandomReLUFeatures(10, random_state=0).fit(X)
    with pytest.raises(ValueError, match="feature_map must be a RandomFourierFeatures"):
        ColumnBlocks(StandardScaler().fit(X), X)
    with pytest.raises(NotFittedError):
        ColumnBlocks(RandomReLUFeatures(10), X)
    with pytest.raises(ValueError, match="features"):
        ColumnBlocks(mapping, X[:, :-1])


@pytest.mark.parametrize("kind", MAPS)
@pytest.mark.parametrize("bad", [0, -3, 2.5, "ten", None, True])
def test_bad_width(kind, bad, X):
    with pytest.raises(ValueError, match="n_components must be"):
        kind(bad).fit(X)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.inf, np.nan, "auto", None, True])
def test_bad_gamma(bad, X):
    with pytest.raises(ValueError, match="gamma must be"):
        RandomFourierFeatures(gamma=bad).fit(X)


@pytest.mark.parametrize("bad", [[], [[]], [1.0, 2.0], [[np.nan]], "word"])
def test_bad_input_to_median(bad):
    with pytest.raises(ValueError, match="X "):
        median_distance(bad)

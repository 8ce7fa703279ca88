"""The law of cosine features against Gaussian ones and against trained models."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import rbf_kernel

from ddkd import RandomFourierFeatures
from ddkd.prediction import ConditionalPredictor, FourierPredictor
from ddkd.solvers import width_path
from ddkd.testing import assert_matches_theory

GAMMA, N = 0.04, 80
WIDTHS = [120, 160, 320]


@pytest.fixture(scope="module")
def problem():
    """Ten-dimensional inputs, three classes: cosines are far from Gaussian here."""
    X = np.random.default_rng(0).normal(size=(N + 300, 10))
    label = np.digitize(X[:, 0] * X[:, 1] + X[:, 2], [-0.5, 0.5])
    return X, np.eye(3)[label] - 1 / 3, label


def gaussian_prediction(X, Y):
    K = rbf_kernel(X, gamma=GAMMA)
    return ConditionalPredictor(K[:N, :N], K[N:, :N]).predict(Y[:N], WIDTHS)


def test_one_group_is_the_exact_law_of_gaussian_features(problem):
    X, Y, label = problem
    found = FourierPredictor(X[:N], X[N:], gamma=GAMMA, n_groups=1).predict(Y[:N], WIDTHS)
    wanted = gaussian_prediction(X, Y)
    np.testing.assert_allclose(found.mean, wanted.mean, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found.mse(Y[N:]), wanted.mse(Y[N:]), rtol=1e-6)
    np.testing.assert_allclose(found.error_rate(label[N:]), wanted.error_rate(label[N:]), atol=2e-3)


def test_groups_explain_most_of_what_gaussian_features_miss(problem):
    X, Y, label = problem
    model = FourierPredictor(X[:N], X[N:], gamma=GAMMA, n_groups=12, n_probes=4000)
    assert model.energy_variation > 2 * np.sqrt(2 / N)
    found, gaussian = model.predict(Y[:N], WIDTHS), gaussian_prediction(X, Y)

    def simulate(rng):
        seed = int(rng.integers(2**31))
        Z = RandomFourierFeatures(max(WIDTHS), gamma=GAMMA, random_state=seed).fit_transform(X)
        path = width_path(Z[:N], Y[:N], WIDTHS, Z_test=Z[N:])
        mse = np.mean((path.predictions - Y[N:]) ** 2, axis=(1, 2))
        return np.stack([mse, np.mean(path.predictions.argmax(axis=2) != label[N:], axis=1)])

    wanted = np.stack([found.mse(Y[N:]), found.error_rate(label[N:], n_draws=200)])
    bias = np.stack([0.06 * wanted[0], np.full(len(WIDTHS), 0.006)])
    seen = assert_matches_theory(simulate, wanted, n_repeats=300, bias=bias, rng=1)
    missed = seen.simulated[0] / gaussian.mse(Y[N:]) - 1
    assert (missed > 0.1).any()
    assert np.all(np.abs(seen.simulated[0] / wanted[0] - 1) < np.abs(missed))


def test_the_groups_average_to_the_kernel(problem):
    X, _, _ = problem
    model = FourierPredictor(X[:N], X[N:], gamma=GAMMA, n_groups=5)
    mean = np.tensordot(model._share, model._kernels, axes=1)
    np.testing.assert_allclose(mean, np.eye(N), atol=1e-8)


@pytest.mark.parametrize(
    ("options", "width", "words"),
    [
        ({}, 81, "n_components must be above 81"),
        ({"n_probes": 100}, 200, "n_probes must be at least 160"),
        ({"gamma": -1.0}, 200, "gamma"),
        ({"n_groups": 0}, 200, "n_groups"),
    ],
)
def test_bad_arguments_are_named(problem, options, width, words):
    X, Y, _ = problem

    def use():
        options_ = {"gamma": GAMMA} | options
        FourierPredictor(X[:N], X[N:], **options_).predict(Y[:N], width)

    with pytest.raises(ValueError, match=words):
        use()

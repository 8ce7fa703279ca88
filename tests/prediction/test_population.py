"""The population forecast against the exact spectrum's law and against simulation."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import rbf_kernel

from ddkd import theory
from ddkd.prediction import PopulationPredictor
from ddkd.solvers import ridge
from ddkd.testing import assert_matches_theory

SPECTRUM = 20 * np.arange(1.0, 201) ** -1.2
COEF = np.random.default_rng(0).normal(size=200)
COEF /= np.sqrt(np.sum(SPECTRUM * COEF**2))
N = 60
WIDTHS, ALPHAS = np.array([20, 45, 90, 300]), np.array([0.0, 0.1, 1.0, 10.0])


def draw(n, rng):
    """Inputs of a linear kernel with known eigenvalues, and the sign of a linear truth."""
    X = rng.normal(size=(n, 200)) * np.sqrt(SPECTRUM)
    return X, np.sign(X @ COEF)


def reference(rng, n=800):
    X, y = draw(n, rng)
    return PopulationPredictor(X @ X.T, y)


@pytest.mark.parametrize("flip_rate", [0.0, 0.15])
def test_it_is_the_law_of_the_spectrum_that_it_never_sees(flip_rate):
    law = theory.random_features(
        SPECTRUM,
        np.sqrt(SPECTRUM) * COEF,
        N,
        WIDTHS[:, None],
        alpha=ALPHAS,
        labels="hard",
        flip_rate=flip_rate,
    )

    def simulate(rng):
        found = reference(rng).predict(N, WIDTHS[:, None], alpha=ALPHAS, flip_rate=flip_rate)
        return np.stack([found.label_mse, found.gamma, found.kappa])

    wanted = np.stack([law.risk, law.gamma, law.kappa])
    # The functionals are themselves asymptotic in the size of the reference.
    seen = assert_matches_theory(simulate, wanted, n_repeats=12, bias=0.01 * wanted, rng=1)
    assert np.abs(seen.simulated[0] / law.risk - 1).max() < 0.02


def test_risks_against_true_and_flipped_labels_are_those_of_trained_models():
    found = reference(np.random.default_rng(2), n=1500).predict(
        N, WIDTHS[[0, 2]], alpha=1.0, flip_rate=0.15
    )

    def simulate(rng):
        X, y = draw(N + 300, rng)
        flipped = np.where(rng.random(y.size) < 0.15, -y, y)
        risks = []
        for k in WIDTHS[[0, 2]]:
            Z = X @ rng.normal(size=(200, k)) / np.sqrt(k)
            score = Z[N:] @ ridge(Z[:N], flipped[:N], 1.0).coef
            risks.append([np.mean((t[N:] - score) ** 2) for t in (y, flipped)])
        return np.array(risks).T

    wanted = np.stack([found.mse, found.label_mse])
    seen = assert_matches_theory(simulate, wanted, n_repeats=400, bias=0.02 * wanted, rng=3)
    # The two differ by far more than is allowed here.
    assert np.all(seen.predicted[1] > 1.05 * seen.predicted[0])


def test_targets_of_classes_average_over_their_columns():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(200, 4))
    K, label = rbf_kernel(X, gamma=0.3), (X[:, 0] > 0).astype(int)
    one_hot = PopulationPredictor(K, np.eye(2)[label] - 0.5).predict(50, 80, alpha=0.5)
    signed = PopulationPredictor(K, 2.0 * label - 1).predict(50, 80, alpha=0.5)
    assert one_hot.mse == pytest.approx(signed.mse / 4, rel=1e-9)


def test_it_says_where_it_is_not_to_be_trusted():
    found = reference(np.random.default_rng(5), n=200).predict(
        [50, 50, 50, 100], [200, 50, 200, 400], alpha=[0.1, 0.1, 0.05, 1.0]
    )
    assert found.reason.tolist() == ["", "threshold", "ridgeless", "small reference"]
    assert found.trusted.tolist() == [True, False, False, False]
    assert reference(np.random.default_rng(5), n=200).predict(50, 90, alpha=1.0).trusted is True


def test_without_a_ridge_at_the_threshold_the_risk_is_infinite():
    assert np.isinf(reference(np.random.default_rng(6), n=200).predict(50, 50).mse)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n_samples": 100}, "n_samples must be smaller than the reference of 100 points"),
        ({"n_components": 0.5}, "n_components"),
        ({"alpha": -1}, "alpha must be non-negative"),
        ({"flip_rate": 1.5}, "flip_rate"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    model = reference(np.random.default_rng(7), n=100)
    arguments = {"n_samples": 10, "n_components": 10} | arguments
    with pytest.raises(ValueError, match=words):
        model.predict(**arguments)

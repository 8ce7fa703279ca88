"""Models judged on another population than the one they were fitted in."""

import numpy as np
import pytest

from ddkd import theory
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.testing import assert_matches_theory

P = 100
S = 4 * np.arange(1.0, P + 1) ** -0.8
COEF = np.cos(np.arange(P))
HERE = GaussianPopulation(S, COEF, noise_variance=2.0)
ELSEWHERE = {
    "shifted inputs": GaussianPopulation(S[::-1] + 0.2, COEF, noise_variance=2.0),
    "another truth and other noise": GaussianPopulation(S, np.sin(np.arange(P)), noise_variance=5),
    "classes": GaussianPopulation(np.sqrt(S), COEF, labels="hard", flip_rate=0.1),
    "clusters": MixturePopulation(np.ones(P), 0.2 * np.cos(np.arange(P)), flip_rate=0.1),
}


@pytest.mark.parametrize(
    ("n", "alpha"), [(60, 0.0), (60, 5.0), pytest.param(180, 0.0, marks=pytest.mark.slow)]
)
def test_the_risk_elsewhere_matches_fits_by_numpy_alone(n, alpha):
    model = theory.least_squares(HERE, n, alpha=alpha)
    laws = model, model.distill(150, alpha=4.0, label_noise=1.0)
    direction = np.ones(P) / np.sqrt(P)  # an input of covariance I + 20 direction direction'

    def correlated(law):
        apart = law.coef_mean - COEF
        variance = law.coef_variance.sum() + 20 * direction**2 @ law.coef_variance
        return apart @ apart + 20 * (apart @ direction) ** 2 + variance

    def risks(w):
        apart = w - COEF
        correlated = apart @ apart + 20 * (apart @ direction) ** 2
        return [*(population.risk(w) for population in ELSEWHERE.values()), correlated]

    def simulate(rng):
        X = rng.standard_normal((n, P)) * np.sqrt(S)
        y = X @ COEF + np.sqrt(2.0) * rng.standard_normal(n)
        w = np.linalg.pinv(X) @ y if not alpha else ridge(X, y, alpha)
        X = rng.standard_normal((150, P)) * np.sqrt(S)
        student = ridge(X, X @ w + rng.standard_normal(150), 4.0)
        return np.array([*risks(w), *risks(student)])

    predicted = [
        figure
        for law in laws
        for figure in (*(law.risk_on(other) for other in ELSEWHERE.values()), correlated(law))
    ]
    assert_matches_theory(simulate, predicted, n_repeats=300, bias=0.025, rng=n)


def ridge(X, y, alpha):
    return np.linalg.solve(X.T @ X + alpha * np.eye(P), X.T @ y)


def test_where_it_was_fitted_a_model_has_its_own_risk():
    masks = theory.prefix_masks([20, 60, 100], P)
    for law in (
        theory.least_squares(HERE, 60, features=masks),
        theory.least_squares(HERE, 60).distill(200, alpha=[0.0, 3.0]),
        theory.self_distill(theory.least_squares(HERE, 60, alpha=3.0)),
        theory.committee(theory.least_squares(HERE, 60), 3),
        theory.gradient_flow(HERE, 60, [0.01, 1.0]),
    ):
        np.testing.assert_allclose(law.risk_on(HERE), law.risk, rtol=1e-12)
    clusters = ELSEWHERE["clusters"]
    law = theory.least_squares(clusters, 60, alpha=3.0)
    assert law.risk_on(clusters) == pytest.approx(law.risk, rel=1e-12)
    assert theory.least_squares(HERE, P).risk_on(ELSEWHERE["clusters"]) == np.inf


def test_a_truth_that_a_model_learned_to_the_letter_costs_its_distance_elsewhere():
    law = theory.least_squares(HERE, np.inf)
    there = ELSEWHERE["another truth and other noise"]
    expected = 5 + np.sum(S * (COEF - there.coef) ** 2)
    assert law.risk_on(there) == pytest.approx(expected, rel=1e-12)


def test_other_columns_votes_and_other_things_are_refused():
    law = theory.least_squares(HERE, 60)
    with pytest.raises(ValueError, match="population must have the 100 columns of the law's"):
        law.risk_on(GaussianPopulation(np.ones(3), np.ones(3)))
    with pytest.raises(ValueError, match="population must be a Population"):
        law.risk_on(S)
    with pytest.raises(ValueError, match="risk_on has not been derived for a vote"):
        theory.committee(law, 3, decide="vote").risk_on(HERE)

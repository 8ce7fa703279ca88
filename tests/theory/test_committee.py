"""Committees of linear models and of random-feature models."""

from itertools import product

import numpy as np
import pytest
from scipy import integrate, stats

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory
from tests.helpers.simulated import figures, vote_figures

P = 60
S = 2 * np.arange(1.0, P + 1) ** -0.6
POPULATIONS = {
    "hard": GaussianPopulation(S, np.cos(np.arange(P)), labels="hard", flip_rate=0.1),
    "real": GaussianPopulation(S, np.cos(np.arange(P)), noise_variance=4.0),
}


def vote_of(law):
    return theory.committee(law, 3, decide="vote")


@pytest.mark.parametrize("decide", ["mean", "vote"])
@pytest.mark.parametrize(("labels", "n", "alpha"), [("hard", 30, 0.0), ("real", 90, 8.0)])
@pytest.mark.slow
def test_committees_and_their_students_match_simulation(decide, labels, n, alpha):
    population = POPULATIONS[labels]
    law = theory.committee(theory.least_squares(population, n, alpha=alpha), 5, decide=decide)
    student = law.distill(150, labels="hard", features=np.arange(50))

    def simulate(rng):
        committee = simulation.committee(population, n, 5, decide=decide, alpha=alpha, rng=rng)
        student = simulation.distill(
            population, committee.coef, 150, labels="hard", features=np.arange(50), rng=rng
        )
        names = "risk error_rate"
        if decide == "vote":
            return vote_figures(population, committee, rng) + figures(population, student, names)
        return figures(population, committee, names) + figures(population, student, names)

    expected = np.array([law.risk, law.error_rate, student.risk, student.error_rate])
    assert_matches_theory(simulate, expected, n_repeats=60, bias=0.015, rng=n)


def brute_vote(n_models, rho, r, n=400_000):
    """Error of a vote, and its product with the unit mean score, from draws of the scores."""
    rng = np.random.default_rng(n_models)
    g, u = rng.standard_normal((2, n))
    own = rng.standard_normal((n_models, n))
    scores = rho * g + np.sqrt(max(r - rho**2, 0.0)) * u + np.sqrt(1 - r) * own
    votes = np.sign(np.sign(scores).sum(axis=0))
    mean = scores.mean(axis=0) / np.sqrt((1 + (n_models - 1) * r) / n_models)
    return np.mean(votes != np.sign(g)), np.mean(votes * mean)


@pytest.mark.parametrize("n_models", [1, 3, 15])
@pytest.mark.parametrize("n", [15, 45, 600])
def test_votes_are_those_of_correlated_scores(n_models, n):
    law = theory.least_squares(POPULATIONS["hard"], n)
    vote = theory.committee(law, n_models, decide="vote")
    r = np.sum(S * law.coef_mean**2) / law.score_variance
    error, slope = brute_vote(n_models, law.correlation, r)
    assert vote.error_rate == pytest.approx(error, abs=5 * np.sqrt(0.25 / 400_000))
    assert np.sqrt(vote.score_variance) == pytest.approx(slope, abs=0.006)


def test_the_risk_of_a_vote_is_four_times_its_error_against_the_given_labels():
    # (y - v)^2 is 4 where two labels of +-1 differ; a tenth of the given labels is wrong.
    law = theory.committee(theory.least_squares(POPULATIONS["hard"], [20, 200]), 5, decide="vote")
    np.testing.assert_allclose(law.risk, 4 * (0.1 + 0.8 * law.error_rate), rtol=1e-12)


def test_one_model_is_its_own_committee():
    law = theory.least_squares(POPULATIONS["hard"], [20, 60, 200], alpha=1.0)
    for decide in ("mean", "vote"):
        one = theory.committee(law, 1, decide=decide)
        np.testing.assert_allclose(one.error_rate, law.error_rate, rtol=1e-9)
        student, same = one.distill(100, labels="hard"), law.distill(100, labels="hard")
        np.testing.assert_allclose(student.error_rate, same.error_rate, rtol=1e-9)
        np.testing.assert_allclose(student.risk, same.risk, rtol=1e-9)


def test_infinitely_many_models_have_no_variance():
    law = theory.least_squares(POPULATIONS["hard"], 30)
    endless = theory.committee(law, [10, 10**9, np.inf])
    assert not endless.coef_variance[2].any()
    assert endless.error_rate[2] == pytest.approx(endless.error_rate[1], rel=1e-6)
    np.testing.assert_allclose(endless.coef_mean[2], law.coef_mean, rtol=1e-12)


def test_with_many_labels_both_students_are_the_means():
    law = theory.least_squares(POPULATIONS["hard"], 30)
    mean, vote = theory.committee(law, 7), theory.committee(law, 7, decide="vote")
    students = [c.distill(np.inf) for c in (mean, vote)]
    for student in students:
        assert student.error_rate == pytest.approx(mean.error_rate, rel=1e-9)
    # So from some size on a student beats the vote that labels it.
    slope2, rho2 = vote.score_variance, mean.correlation**2
    crossing = P * (1 + (1 / slope2 - 1) / (rho2 / np.cos(np.pi * vote.error_rate) ** 2 - 1))
    below, above = vote.distill([0.9 * crossing // 1, 1.1 * crossing // 1]).error_rate
    assert above < vote.error_rate < below


@pytest.mark.parametrize("decide", ["mean", "vote"])
def test_useless_models_are_a_useless_committee(decide):
    law = theory.committee(theory.least_squares(POPULATIONS["hard"], P), 3, decide=decide)
    assert law.error_rate == pytest.approx(0.5, abs=1e-12)
    assert law.distill(500).error_rate == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda law: theory.committee(law, 0), "n_models must be a positive whole number"),
        (lambda law: theory.committee(law, 4, decide="vote"), "must be odd for a vote; got 4"),
        (lambda law: theory.committee(law, np.inf, decide="vote"), "n_models"),
        (lambda law: theory.committee(law, 3, decide="lot"), "decide must be one of 'mean', 'v"),
        (lambda law: theory.committee(theory.committee(law, 3), 3), "committee of a committee"),
        (lambda law: vote_of(law).distill(9, labels="soft"), "has no scores"),
        (lambda law: vote_of(law).distill(9, keep=(1.0, np.inf)), "of a vote"),
        (lambda law: theory.committee(law, 3).effective_parameters, "is a CommitteeLaw"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(theory.least_squares(POPULATIONS["hard"], 30))


def test_nothing_is_said_of_how_often_a_student_agrees_with_a_vote():
    """Its labels are not the signs of the mean score, with which it agrees more often."""
    law = theory.least_squares(POPULATIONS["hard"], 30)
    assert theory.committee(law, 5, decide="vote").distill(100).agreement is None
    assert 0.5 < theory.committee(law, 5).distill(100).agreement < 1


def test_a_committee_of_random_feature_committees_is_refused():
    law = theory.random_features(np.ones(9), np.ones(9), 5, 20)
    with pytest.raises(ValueError, match="committee of a committee"):
        theory.committee(theory.committee(law, 3), 3)


@pytest.mark.parametrize(("n", "p"), [(50, 20), (30, 90), (60, 60)])
def test_effective_parameters_of_isotropic_inputs(n, p):
    law = theory.least_squares(GaussianPopulation(np.ones(p), np.ones(p)), n)
    expected = np.inf if n == p else n * p / (n - p) if p < n else n**2 / (p - n)
    assert law.effective_parameters == pytest.approx(expected, rel=1e-12)


def test_effective_parameters_are_the_noise_that_is_learnt():
    noise = GaussianPopulation(S, np.zeros(P), noise_variance=1.0)
    law = theory.least_squares(noise, [20, 50, 90, np.inf], alpha=3.0)
    np.testing.assert_allclose(law.risk[:3], 1 + law.effective_parameters[:3] / [20, 50, 90])
    assert law.effective_parameters[3] == P


L = 7 / np.arange(1.0, 121) ** 1.2
V = np.sqrt(L) * np.cos(np.arange(120))
KERNEL = {
    "real": {"noise_variance": 2.0},
    "hard": {"labels": "hard", "flip_rate": 0.1},
}


@pytest.mark.parametrize("labels", KERNEL)
@pytest.mark.parametrize(("n", "k", "alpha"), [(50, 100, 0.0), (90, 40, 0.0), (60, 60, 2.0)])
def test_committees_of_random_features_match_simulation(labels, n, k, alpha):
    options = {"alpha": alpha, **KERNEL[labels]}
    law = theory.committee(theory.random_features(L, V, n, k, **options), 4)
    people = GaussianPopulation(np.ones(L.size), V, **KERNEL[labels])

    def simulate(rng):
        model = simulation.random_features(L, V, n, k, n_models=4, **options, rng=rng)
        risk, error_rate, train_risk = figures(people, model, "risk error_rate train_risk")
        return [risk, error_rate, train_risk + 1e-6]

    expected = np.array([law.risk, law.error_rate, law.train_risk + 1e-6])
    assert_matches_theory(simulate, expected, n_repeats=60, bias=0.015, rng=n)


def test_an_endless_committee_is_kernel_ridge_at_its_equivalent_ridge():
    for (n, k), alpha in product([(50, 100), (90, 40), (60, 60)], [0.0, 2.0]):
        one = theory.random_features(L, V, n, k, alpha=alpha, noise_variance=2.0)
        endless = theory.committee(one, np.inf)
        kernel = theory.random_features(
            L, V, n, np.inf, alpha=endless.equivalent_alpha, noise_variance=2.0
        )
        assert endless.risk == pytest.approx(kernel.risk, rel=1e-10)
        assert endless.train_risk == pytest.approx(kernel.train_risk, rel=1e-10, abs=1e-14)
        assert kernel.kappa == pytest.approx(one.gamma, rel=1e-10)
        five = theory.committee(one, 5)
        assert five.risk == pytest.approx(endless.risk + (one.risk - endless.risk) / 5, rel=1e-10)


def test_a_committee_of_random_features_may_teach():
    committee = theory.committee(theory.random_features(L, V, 50, 60, labels="hard"), [1, np.inf])
    students = committee.distill(400, 60)
    one = theory.random_features(L, V, 50, 60, labels="hard")
    assert students.error_rate[0] == pytest.approx(one.distill(400, 60).error_rate, rel=1e-10)
    assert students.error_rate[1] < students.error_rate[0]
    with pytest.raises(ValueError, match="finite n_samples"):
        theory.committee(theory.random_features(L, V, np.inf, 60), 3)


@pytest.mark.parametrize("labels", KERNEL)
@pytest.mark.parametrize(("n", "k", "alpha"), [(50, 100, 0.0), (90, 40, 0.0), (60, 200, 0.5)])
def test_bulks_match_simulation(labels, n, k, alpha):
    options = {"alpha": alpha, "bulk": 3.0, **KERNEL[labels]}
    law = theory.random_features(L, V, n, k, **options)
    student = law.distill(120, 50, alpha=1.0)
    kind = KERNEL[labels].get("labels", "real")
    people = GaussianPopulation(np.ones(L.size + 2), np.r_[V, 0.0, 0.0], **KERNEL[labels])

    def simulate(rng):
        model = simulation.random_features(L, V, n, k, **options, rng=rng)
        taught = simulation.random_features(
            L, V, 120, 50, alpha=1.0, bulk=3.0, labels=kind, teacher=model.coef, rng=rng
        )
        # Each generation has a coordinate of its own for what it makes of the bulk.
        model = simulation.Draws(np.append(model.coef, [[0.0]], axis=1), None)
        names = "risk error_rate"
        return [
            *figures(people, model, names),
            *figures(people, taught, f"{names} agreement", model),
        ]

    expected = np.array(
        [law.risk, law.error_rate, student.risk, student.error_rate, student.agreement]
    )
    assert_matches_theory(simulate, expected, n_repeats=60, bias=0.02, rng=n)


def test_a_bulk_is_the_limit_of_many_small_eigenvalues():
    law = theory.random_features(L, V, 50, 80, bulk=3.0, noise_variance=1.0)
    gaps = []
    for count in (10**3, 10**4):
        l, v = np.r_[L, np.full(count, 3.0 / count)], np.r_[V, np.zeros(count)]
        gaps.append(theory.random_features(l, v, 50, 80, noise_variance=1.0).risk / law.risk - 1)
    assert gaps[1] == pytest.approx(gaps[0] / 10, rel=0.02)
    assert law.coef_mean.shape == law.coef_variance.shape == L.shape


def test_a_bulk_without_structure_is_the_published_relu_law():
    # Mei and Montanari, arXiv 1908.05355, eqs 16 to 18: isotropic l = mu_1^2/d and a bulk of
    # mu_*^2 is, with infinitely many features, ridge regression with the penalty mu_*^2.
    d, n, mu2, bulk = 100, 150, 0.5, 0.2
    l, v = np.full(d, mu2 / d), np.full(d, d**-0.5)
    law = theory.random_features(l, v, n, np.inf, bulk=bulk, noise_variance=0.3)
    ridge = theory.random_features(l, v, n, np.inf, alpha=bulk, noise_variance=0.3)
    assert law.kappa == pytest.approx(ridge.kappa, rel=1e-12)
    signal = ridge.risk - law.risk
    assert abs(signal) < 1e-12 * ridge.risk
    assert law.train_risk == 0 < ridge.train_risk


@pytest.mark.parametrize("value", [-1.0, np.inf])
def test_bad_bulks_are_named(value):
    with pytest.raises(ValueError, match="bulk"):
        theory.random_features(L, V, 10, 10, bulk=value)


def test_quadrature_of_votes_near_certainty():
    # Three nearly perfect models that err independently near the border, on Phi(-g/sigma).
    law = theory.least_squares(GaussianPopulation(S, S, labels="hard"), 10**13)
    vote = theory.committee(law, 3, decide="vote")
    sigma = np.tan(np.pi * law.error_rate)
    wrong = integrate.quad(lambda t: stats.binom.sf(1, 3, stats.norm.cdf(-t)), 0, 9)[0]
    expected = 2 / np.sqrt(2 * np.pi) * sigma * wrong
    assert expected < 1e-6
    assert vote.error_rate == pytest.approx(expected, rel=1e-6)

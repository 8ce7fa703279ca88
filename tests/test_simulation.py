import numpy as np
import pytest

from ddkd import simulation
from ddkd.populations import GaussianPopulation, MixturePopulation
from ddkd.testing import assert_interpolates

S = np.arange(1.0, 61) ** -0.5
POPULATION = GaussianPopulation(S, np.cos(np.arange(60)), labels="hard", flip_rate=0.1)


def test_fit_is_min_norm_or_ridge_on_the_columns():
    rng = np.random.default_rng(3)
    X = POPULATION.sample(25, rng=rng)
    y = POPULATION.label(X, rng=rng)
    features = [50, 3, 7, 20]
    fit = simulation.least_squares(POPULATION, 25, features=features, rng=3)
    expected = np.linalg.lstsq(X[:, features], y)[0]
    np.testing.assert_allclose(fit.coef[features], expected, rtol=1e-10)
    assert np.count_nonzero(fit.coef) == 4
    assert fit.train_risk == pytest.approx(np.mean((y - X @ fit.coef) ** 2))
    assert fit.agreement is None
    ridge = simulation.least_squares(POPULATION, 25, alpha=2.0, rng=3)
    expected = X.T @ np.linalg.solve(X @ X.T + 2 * np.eye(25), y)
    np.testing.assert_allclose(ridge.coef, expected, rtol=1e-10)
    assert_interpolates(simulation.least_squares(POPULATION, 25, rng=3).solution)


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_student_is_a_fit_of_the_teachers_labels(labels):
    teacher = simulation.least_squares(POPULATION, 25, rng=0)
    student = teacher.distill(40, labels=labels, features=np.arange(30), alpha=0.5, rng=1)
    X = POPULATION.sample(40, rng=1)
    y = X @ teacher.coef if labels == "soft" else np.sign(X @ teacher.coef)
    Z = X[:, :30]
    expected = np.linalg.solve(Z.T @ Z + 0.5 * np.eye(30), Z.T @ y)
    np.testing.assert_allclose(student.coef[:30], expected, rtol=1e-9)
    fresh = POPULATION.sample(200_000, rng=2)
    same = np.mean(np.sign(fresh @ teacher.coef) == np.sign(fresh @ student.coef))
    assert student.agreement == pytest.approx(same, abs=5 * 0.5 / np.sqrt(200_000))


def test_width_curve_is_the_fits_of_its_widths():
    widths = [5, 24, 25, 60]
    curve = simulation.width_curve(POPULATION, 25, widths, rng=4)
    for i, width in enumerate(widths):
        fit = simulation.least_squares(POPULATION, 25, features=np.arange(width), rng=4)
        assert curve.risk[i] == pytest.approx(fit.risk, rel=1e-8)
        assert curve.error_rate[i] == pytest.approx(fit.error_rate, rel=1e-8)
        assert curve.train_risk[i] == pytest.approx(fit.train_risk, rel=1e-6, abs=1e-20)


def test_random_features_live_in_the_span_of_their_number():
    l = np.arange(1.0, 101) ** -1.0
    teacher = simulation.random_features(l, np.sqrt(l), 50, 20, labels="hard", rng=0)
    assert teacher.solution.rank == 20
    wide = simulation.random_features(l, np.sqrt(l), 50, 80, labels="hard", rng=0)
    assert_interpolates(wide.solution)
    # With very many features the model is the kernel's, ridge and all.
    many = simulation.random_features(l, np.sqrt(l), 50, 100_000, alpha=0.1, labels="hard", rng=0)
    rng = np.random.default_rng(0)
    X = many.population.sample(50, rng=rng)
    y = many.population.label(X, rng=rng)
    dual = np.linalg.solve(X * l @ X.T + 0.1 * np.eye(50), y)
    np.testing.assert_allclose(many.coef, l * (X.T @ dual), atol=0.05)
    student = teacher.distill(300, 40, alpha=0.1, rng=1)
    assert student.coef.shape == (100,)
    assert 0.5 < student.agreement < 1


def test_same_seed_same_model():
    for _ in range(2):
        a, b = (simulation.least_squares(POPULATION, 30, rng=9).distill(70, rng=1) for _ in "ab")
        np.testing.assert_array_equal(a.coef, b.coef)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="features"):
        simulation.least_squares(POPULATION, 10, features=[99])
    with pytest.raises(ValueError, match="n_samples"):
        simulation.least_squares(POPULATION, 0)
    with pytest.raises(ValueError, match="labels"):
        simulation.least_squares(POPULATION, 10, rng=0).distill(10, labels="warm")
    with pytest.raises(ValueError, match="n_components"):
        simulation.random_features(S, S, 10, 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: simulation.cluster_mixture(2, 2.0, 9, 1), "n_features must be at least 2"),
        (lambda: simulation.cluster_mixture(10, 2.0, 9, 9), "n_clusters must be between 2 and 9"),
        (lambda: simulation.cluster_mixture(3, 2.0, 9, 9), "n_clusters must be even"),
        (lambda: simulation.cluster_mixture(2, -1.0, 9, 9), "radius"),
        (lambda: simulation.cluster_mixture(2, 2.0, 9, 9, flip_rate=0.6), "flip_rate"),
        (lambda: simulation.random_features([1.0, -1.0], S[:2], 9, 9), "eigenvalues must be non-"),
        (lambda: simulation.random_features([0.0, 0.0], S[:2], 9, 9), "at least one positive"),
        (lambda: simulation.random_features(S, S, 9, 9, alpha=-1.0), "alpha"),
        (lambda: simulation.committee(POPULATION, 9, 2, decide="vote"), "must be odd .* got 2"),
        (lambda: simulation.committee(POPULATION, 9, 4, decide="vote"), "must be odd .* got 4"),
    ],
)
def test_bad_sizes_and_scales_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_the_smallest_problems_can_be_simulated():
    assert simulation.cluster_mixture(2, 1e-3, 1, 2, flip_rate=0.5, rng=0).coef.shape == (2,)
    zeros = simulation.random_features([1.0, 0.0], [1.0, 1.0], 1, 1, rng=0)
    assert zeros.coef[1] == 0


def test_student_of_a_committee_learns_the_signs_of_its_mean_score():
    committee = simulation.committee(POPULATION, 40, 3, rng=0)
    student = committee.distill(100, rng=1)
    X = POPULATION.sample(100, rng=1)
    labels = np.sign(X @ committee.coefs[0] + X @ committee.coefs[1] + X @ committee.coefs[2])
    np.testing.assert_allclose(student.coef, np.linalg.lstsq(X, labels)[0], rtol=1e-9)
    assert committee.error_rate == POPULATION.error_rate(committee.coefs.sum(axis=0))


def test_figures_of_a_vote_are_those_of_fresh_examples():
    assert simulation.committee(POPULATION, 20, 3, decide="vote", rng=0).error_rate < 0.5
    one = simulation.committee(POPULATION, 100, 1, decide="vote", rng=0)
    error = POPULATION.error_rate(one.coefs[0])  # exact
    for seed in range(3):
        share = simulation.committee(POPULATION, 30, 1, decide="vote", rng=seed).error_rate
        assert share * 4000 == pytest.approx(round(share * 4000), abs=1e-6)
    wrong = 0.1 + 0.8 * error  # of the labels, a tenth of which are flipped
    assert one.error_rate == pytest.approx(error, abs=5 * np.sqrt(error / 4000))
    # (y - vote)^2 is 4 where they differ.
    assert one.risk == pytest.approx(4 * wrong, abs=4 * 5 * np.sqrt(wrong / 4000))


def test_mixtures_have_the_same_simulator():
    mixture = MixturePopulation(np.ones(30), np.full(30, 0.4), flip_rate=0.1)
    teacher = simulation.least_squares(mixture, 200, rng=0)
    assert teacher.error_rate == mixture.error_rate(teacher.coef)
    student = teacher.distill(5000, rng=1)
    assert student.error_rate < teacher.error_rate
    assert student.agreement == mixture.agreement(student.coef, teacher.coef)

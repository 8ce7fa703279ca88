from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from ddkd import theory
from ddkd.populations import (
    Clusters,
    GaussianPopulation,
    MixturePopulation,
    Population,
    Score,
    Target,
)
from ddkd.populations._mixture import same_sign

S = np.array([2.0, 1.0, 0.5, 0.25])
B = np.array([1.0, -1.0, 2.0, 0.5])


def monte_carlo(population, w, features, n=400_000):
    """Mean and standard error of squared error and of sign error, by brute force."""
    X = population.sample(n, rng=1)
    scores = X[:, features] @ w
    squared = (population.label(X, rng=2) - scores) ** 2
    wrong = np.sign(scores) != np.sign(X @ population.coef)
    return [(a.mean(), a.std() / np.sqrt(n)) for a in (squared, wrong)]


@pytest.mark.parametrize(
    "noise", [{"noise_variance": 0.7}, {"labels": "hard"}, {"labels": "hard", "flip_rate": 0.2}]
)
def test_risk_and_error_rate_agree_with_a_large_test_set(noise):
    population = GaussianPopulation(S, B, **noise)
    w, features = np.array([0.5, 0.3]), [2, 0]
    (mse, mse_se), (wrong, wrong_se) = monte_carlo(population, w, features)
    assert abs(population.risk(w, features) - mse) < 5 * mse_se
    assert abs(population.error_rate(w, features) - wrong) < 5 * wrong_se


def test_sample_has_the_stated_covariance():
    X = GaussianPopulation(S, B).sample(200_000, rng=0)
    covariance = X.T @ X / len(X)
    error = np.sqrt((np.outer(S, S) + np.diag(S**2)) / len(X))
    assert (abs(covariance - np.diag(S)) < 5 * error).all()


def test_hard_labels_normalise_the_truth_and_flip_at_the_stated_rate():
    population = GaussianPopulation(S, B, labels="hard", flip_rate=0.3)
    assert np.sum(S * population.coef**2) == pytest.approx(1, abs=1e-15)
    assert population.label_scale == pytest.approx(0.4 * np.sqrt(2 / np.pi))
    X = population.sample(100_000, rng=3)
    y = population.label(X, rng=4)
    assert set(np.unique(y)) == {-1.0, 1.0}
    flipped = np.mean(y != np.sign(X @ B))
    assert abs(flipped - 0.3) < 5 * np.sqrt(0.21 / 100_000)


def test_features_select_as_numpy_does():
    population = GaussianPopulation(S, B)
    mask = np.array([True, False, True, False])
    full = np.array([0.3, 0.0, -0.2, 0.0])
    assert population.risk([0.3, -0.2], mask) == population.risk(full)
    assert population.risk([-0.2, 0.3], [-2, 0]) == population.risk(full)
    assert population.error_rate([-0.2, 0.3], [2, 0]) == population.error_rate(full)
    assert population.risk(full, "all") == population.risk(full)


def test_error_rate_is_accurate_for_nearly_perfect_models_and_defined_for_zero_ones():
    population = GaussianPopulation([1.0, 1.0], [1.0, 0.0])
    assert population.error_rate([1.0, 1e-12]) == pytest.approx(1e-12 / np.pi, rel=1e-9)
    assert population.error_rate([1.0, 0.0]) == 0.0
    assert population.error_rate([-1.0, 0.0]) == 1.0
    assert population.error_rate([0.0, 0.0]) == 0.5


@pytest.mark.parametrize("population", [GaussianPopulation(S, B), MixturePopulation(S, B)])
def test_features_are_the_last_axis_of_many_models(population):
    W = np.random.default_rng(0).standard_normal((4, 5, 4))  # as many models as features, too
    for method in (population.risk, population.error_rate, population.correlation):
        one_by_one = [[method(w) for w in row] for row in W]
        np.testing.assert_allclose(method(W), one_by_one, rtol=1e-14)
    both = [[population.agreement(w, W[0, 0]) for w in row] for row in W]
    np.testing.assert_allclose(population.agreement(W, W[0, 0]), both, rtol=1e-14)
    columns = [population.risk(w, [1, 3]) for w in W[0, :, :2]]
    np.testing.assert_allclose(population.risk(W[0, :, :2], [1, 3]), columns, rtol=1e-14)


@pytest.mark.parametrize(
    "population", [GaussianPopulation(S, B, labels="hard"), MixturePopulation(S, B)]
)
@pytest.mark.parametrize("size", [1e-200, 1e150])
def test_the_size_of_a_model_does_not_change_its_decisions(population, size):
    w = np.array([1.0, 0.5, -0.3, 0.2])
    assert population.error_rate(size * w) == pytest.approx(population.error_rate(w), rel=1e-12)
    assert population.agreement(size * w, B) == pytest.approx(population.agreement(w, B), rel=1e-12)


class Plane(Population):
    """The least that a population of one's own states: a truth along the first axis."""

    labels = "hard"
    eigenvalues = np.ones(3)

    def sample(self, n_samples, *, rng=None):
        return np.random.default_rng(rng).standard_normal((n_samples, 3))

    def label(self, X, *, rng=None):
        return np.sign(X[:, 0])

    def label_target(self):
        return self.sign_target(Score.fixed(np.eye(3)[0]))

    def sign_target(self, score):
        return Target.of_decisions(score, np.asarray(np.sqrt(2 / np.pi)))

    def score_risk(self, score):
        return 1 - 2 * np.sqrt(2 / np.pi) * score.mean[..., 0] + score.power

    def score_correlation(self, score):
        return np.cos(score.angle_to(np.eye(3)[0]))

    def score_error_rate(self, score):
        return score.angle_to(np.eye(3)[0]) / np.pi

    def score_agreement(self, first, second, along, across):
        return 1 - np.arctan2(across, along) / np.pi


def test_a_population_of_ones_own_has_laws_and_judges_models():
    own, known = Plane(), GaussianPopulation(np.ones(3), np.eye(3)[0], labels="hard")
    w = [[1.0, 1.0, 0.0], [0.3, -0.2, 0.9]]
    for method in ("risk", "error_rate", "correlation"):
        np.testing.assert_allclose(getattr(own, method)(w), getattr(known, method)(w), rtol=1e-12)
    assert own.agreement(*w) == pytest.approx(known.agreement(*w), rel=1e-12)
    law, other = (theory.least_squares(p, [2, 9], alpha=0.5) for p in (own, known))
    student, taught = (one.distill(20, features=[0, 1]) for one in (law, other))
    for name in ("risk", "error_rate", "train_risk"):
        np.testing.assert_allclose(getattr(law, name), getattr(other, name), rtol=1e-12)
        np.testing.assert_allclose(getattr(student, name), getattr(taught, name), rtol=1e-12)
    np.testing.assert_allclose(student.agreement, taught.agreement, rtol=1e-12)
    with pytest.raises(ValueError, match=r"must be a GaussianPopulation; got <.*Plane"):
        theory.best_alpha(own, 5)


def test_arrays_are_copies_that_cannot_be_written():
    s = S.copy()
    population = GaussianPopulation(s, B)
    s[0] = 99.0
    assert population.eigenvalues[0] == 2.0
    with pytest.raises(ValueError, match="read-only"):
        population.coef[0] = 1.0


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"eigenvalues": [-1.0, 1.0, 1.0, 1.0]}, "eigenvalues"),
        ({"eigenvalues": np.zeros(4)}, "eigenvalues"),
        ({"eigenvalues": np.ones((2, 2))}, "eigenvalues"),
        ({"eigenvalues": [1.0, np.nan, 1.0, 1.0]}, "eigenvalues"),
        ({"coef": [1.0, 2.0]}, "coef"),
        ({"labels": "soft"}, "labels"),
        ({"noise_variance": -1.0}, "noise_variance"),
        ({"flip_rate": 0.1}, "flip_rate"),
        ({"labels": "hard", "flip_rate": 0.6}, "flip_rate"),
        ({"labels": "hard", "noise_variance": 0.1}, "noise_variance"),
        ({"labels": "hard", "coef": np.zeros(4)}, "coef"),
    ],
)
def test_bad_parameters_are_named(kwargs, named):
    with pytest.raises(ValueError, match=named):
        GaussianPopulation(**({"eigenvalues": S, "coef": B} | kwargs))


@pytest.mark.parametrize(
    ("w", "features", "named"),
    [
        ([1.0, 2.0], None, "coef must have 4"),
        (np.ones((4, 2)), None, "coef must have 4"),
        ([1.0], [4], "features"),
        ([1.0, 1.0], [0, 0], "features"),
        ([1.0, 1.0], [0, -4], "features"),
        ([1.0, 1.0], [True, False], "features"),
        ([], [], "features"),
        ([1.0, 1.0], [0.0, 1.0], "features"),
        ([np.inf, 1.0], [0, 1], "coef contains"),
    ],
)
def test_bad_models_are_named(w, features, named):
    with pytest.raises(ValueError, match=named):
        GaussianPopulation(S, B).risk(w, features)


def test_bad_sample_requests_are_named():
    population = GaussianPopulation(S, B)
    with pytest.raises(ValueError, match="n_samples"):
        population.sample(0)
    with pytest.raises(ValueError, match="X must have 4 columns"):
        population.label(np.ones((3, 2)))
    with pytest.raises(ValueError, match="rng"):
        population.sample(2, rng="seed")


MIXTURE = MixturePopulation(S, B / 2, flip_rate=0.2)


def test_mixture_risk_and_error_rate_agree_with_a_large_test_set():
    n, w, features = 400_000, np.array([0.5, 0.3]), [2, 0]
    X = MIXTURE.sample(n, rng=1)
    scores = X[:, features] @ w
    squared = (MIXTURE.label(X, rng=2) - scores) ** 2
    assert abs(MIXTURE.risk(w, features) - squared.mean()) < 5 * squared.std() / np.sqrt(n)
    clean = MixturePopulation(S, B / 2).label(X, rng=3)
    wrong = np.mean(np.sign(scores) != clean)
    assert abs(MIXTURE.error_rate(w, features) - wrong) < 5 * 0.5 / np.sqrt(n)


def test_mixture_risk_by_hand_far_from_the_centre():
    # c = 0.6 and a score of mean -6 and variance 16 on the cluster of label 1.
    population = MixturePopulation([4.0, 1.0], [3.0, 0.0], flip_rate=0.2)
    assert population.risk([-2.0, 0.0]) == pytest.approx(1 - 0.36 + 6.6**2 + 16, rel=1e-15)


def test_mixture_samples_and_labels_are_the_two_clusters():
    n = 200_000
    X = MIXTURE.sample(n, rng=0)
    y = MixturePopulation(S, B / 2).label(X, rng=1)
    assert abs(y.mean()) < 5 / np.sqrt(n)
    within = X - y[:, None] * B / 2
    assert (abs(np.mean(y[:, None] * X, axis=0) - B / 2) < 5 * np.sqrt(S / n)).all()
    covariance = within.T @ within / n
    assert (abs(covariance - np.diag(S)) < 5 * np.sqrt((np.outer(S, S) + np.diag(S**2)) / n)).all()
    flipped = np.mean(MIXTURE.label(X, rng=1) != y)
    assert flipped == pytest.approx(0.2, abs=0.005)


def test_mixture_bayes_error():
    best = B / 2 / S
    assert MIXTURE.error_rate(best) == pytest.approx(stats.norm.cdf(-MIXTURE.radius))
    assert MIXTURE.correlation(best) == pytest.approx(1)
    rng = np.random.default_rng(0)
    assert all(
        MIXTURE.error_rate(best + 0.1 * rng.standard_normal(4)) > MIXTURE.error_rate(best)
        for _ in range(20)
    )


@pytest.mark.parametrize("population", [GaussianPopulation(S, B), MIXTURE])
def test_agreement_agrees_with_a_large_test_set(population):
    n = 200_000
    X = population.sample(n, rng=5)
    models = np.array([[1.0, 0.5, 0, 0.2], [0.8, 0.1, 0.3, 0], [-1.0, -0.4, 0.1, 0], B / S])
    for i, w in enumerate(models):
        assert population.agreement(w, w) == pytest.approx(1, abs=1e-7)
        rate = population.error_rate(w)
        assert population.error_rate(1e-9 * w) == pytest.approx(rate, rel=1e-12)
        assert population.agreement(w, -w) == pytest.approx(0, abs=1e-7)
        for v in models[i + 1 :]:
            same = np.mean(np.sign(X @ w) == np.sign(X @ v))
            assert abs(population.agreement(w, v) - same) < 5 * 0.5 / np.sqrt(n)


@pytest.mark.parametrize("angle", [0.0, 0.7, 2.0, np.pi / 2])
@pytest.mark.parametrize(
    ("h", "k"), [(0.0, 0.0), (0.0, 1.3), (1.0, 0.0), (1.0, 1.0), (1.0, -0.5), (-1.0, -2.0)]
)
def test_agreement_in_sign_is_that_of_a_bivariate_normal(h, k, angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    covariance = [[1.0, cosine], [cosine, 1.0]]
    both = stats.multivariate_normal(cov=covariance, allow_singular=True).cdf
    expected = both([h, k]) + both([-h, -k])
    found = same_sign(np.array(h), np.array(k), np.array(cosine), np.array(sine))
    if angle or h == k:  # one variable has one mean
        assert found == pytest.approx(expected, abs=1e-12)


def test_models_without_an_opinion():
    assert MIXTURE.error_rate(np.zeros(4)) == 0.5
    assert MIXTURE.agreement(np.zeros(4), B) == pytest.approx(0.5)
    assert GaussianPopulation(S, B).agreement(np.zeros(4), B) == 0.5


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"eigenvalues": [1.0, 0.0, 1.0, 1.0]}, "eigenvalues"),
        ({"mean": np.zeros(4)}, "mean"),
        ({"mean": [1.0]}, "mean"),
        ({"flip_rate": 0.6}, "flip_rate"),
    ],
)
def test_bad_mixtures_are_named(kwargs, named):
    with pytest.raises(ValueError, match=named):
        MixturePopulation(**({"eigenvalues": S, "mean": B} | kwargs))


@pytest.mark.parametrize("make", [GaussianPopulation, MixturePopulation])
def test_a_covariance_matrix_gets_the_hint_to_rotate(make):
    with pytest.raises(ValueError, match=r"eigenvalues must be 1-D.*Rotate.*eigenvectors"):
        make(np.eye(3), np.ones(3))


def test_models_of_clusters_have_a_coefficient_for_every_feature():
    clusters = Clusters(4, 2.0, 6)
    towards = [1.0, -1.0, 1.0, -1.0, 0.0, 0.0]  # margins of 2 * 1/2 on every cluster
    np.testing.assert_allclose(clusters.margins(towards), np.ones(4))
    assert clusters.error_rate(towards) == pytest.approx(stats.norm.cdf(-1))
    assert clusters.wrong_clusters([-1.0, 1, 1, 1, 0, 0]) == 0.75
    for judge in (clusters.margins, clusters.error_rate, clusters.wrong_clusters):
        with pytest.raises(ValueError, match=r"coef must have 6 entries .* shape is \(2, 7\)"):
            judge(np.ones((2, 7)))
    with pytest.raises(ValueError, match="n_clusters must be even, half of them in each class"):
        Clusters(3, 2.0, 6)


def test_a_fraction_is_the_radius_of_clusters_that_its_float_is():
    exact, rounded = Clusters(4, Fraction(5, 2), 6), Clusters(4, 2.5, 6)
    for drawn, expected in zip(exact.sample(9, rng=0), rounded.sample(9, rng=0), strict=True):
        np.testing.assert_array_equal(drawn, expected)

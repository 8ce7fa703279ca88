import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import Clusters, GaussianPopulation, MixturePopulation

S = np.arange(1.0, 61) ** -0.5
POPULATION = GaussianPopulation(S, np.cos(np.arange(60)), labels="hard", flip_rate=0.1)


def test_fit_is_min_norm_or_ridge_on_the_columns():
    rng = np.random.default_rng(3)
    X = POPULATION.sample(25, rng=rng)
    y = POPULATION.label(X, rng=rng)
    features = [50, 3, 7, 20]
    fit = simulation.least_squares(POPULATION, 25, features=features, rng=3)
    expected = np.linalg.lstsq(X[:, features], y)[0]
    np.testing.assert_allclose(fit.coef[0, features], expected, rtol=1e-10)
    assert np.count_nonzero(fit.coef) == 4
    assert fit.train_risk[0] == pytest.approx(np.mean((y - X @ fit.coef[0]) ** 2))
    ridge = simulation.least_squares(POPULATION, 25, alpha=2.0, rng=3)
    expected = X.T @ np.linalg.solve(X @ X.T + 2 * np.eye(25), y)
    np.testing.assert_allclose(ridge.coef[0], expected, rtol=1e-10)
    assert simulation.least_squares(POPULATION, 25, rng=3).train_risk[0] < 1e-20


@pytest.mark.filterwarnings("ignore:the model of width")  # two equal columns, and a square
@pytest.mark.parametrize("alpha", [0.0, 1e-8, 2.0])
@pytest.mark.parametrize("shape", [(30, 12), (12, 30), (20, 20)])
def test_many_fits_at_once_are_those_of_the_singular_values_whatever_the_rank(shape, alpha):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((4, *shape))
    X[1, :, 5] = X[1, :, 4]  # a column twice
    X[2, 7] = X[2, 3]  # a row twice
    X[3] *= 1e-7 ** (np.arange(shape[1]) / shape[1])  # a condition of 1e7
    y = rng.standard_normal((4, shape[0]))
    y[2, 7] = y[2, 3]
    for one, label, coef in zip(X, y, simulation.ridge_fits(X, y, alpha), strict=True):
        U, s, Vt = np.linalg.svd(one, full_matrices=False)
        kept = s > 1e-12 * s[0]
        expected = Vt[kept].T @ (s[kept] / (s[kept] ** 2 + alpha) * (U[:, kept].T @ label))
        np.testing.assert_allclose(coef, expected, rtol=1e-5, atol=1e-7 * np.abs(expected).max())


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_student_is_a_fit_of_the_teachers_labels(labels):
    teacher = simulation.least_squares(POPULATION, 25, rng=0).coef
    student = simulation.distill(
        POPULATION, teacher, 40, labels=labels, features=np.arange(30), alpha=0.5, rng=1
    ).coef
    X = POPULATION.sample(40, rng=1)
    y = X @ teacher[0] if labels == "soft" else np.sign(X @ teacher[0])
    Z = X[:, :30]
    expected = np.linalg.solve(Z.T @ Z + 0.5 * np.eye(30), Z.T @ y)
    np.testing.assert_allclose(student[0, :30], expected, rtol=1e-9)
    fresh = POPULATION.sample(200_000, rng=2)
    same = np.mean(np.sign(fresh @ teacher[0]) == np.sign(fresh @ student[0]))
    agreement = POPULATION.agreement(student, teacher)[0]
    assert agreement == pytest.approx(same, abs=5 * 0.5 / np.sqrt(200_000))


def test_label_noise_is_a_rate_of_flips_or_a_variance():
    teacher = np.ones((1, 60))
    options = {"features": [0], "rng": 3}  # the same inputs: only the labels differ
    m = 100_000
    clean, flipped = (
        simulation.distill(POPULATION, teacher, m, label_noise=rate, **options).coef[0, 0]
        for rate in (0.0, 0.2)
    )
    assert flipped / clean == pytest.approx(1 - 2 * 0.2, abs=5 / np.sqrt(m))
    soft = [
        simulation.distill(POPULATION, teacher, m, labels="soft", label_noise=v, **options)
        for v in (0.0, 9.0)
    ]
    added = soft[1].train_risk - soft[0].train_risk
    assert added[0] == pytest.approx(9.0, abs=5 * 9 * np.sqrt(4 / m))


def test_only_inputs_in_the_window_are_kept():
    teacher = simulation.least_squares(POPULATION, 25, n_sets=3, rng=0).coef
    for low, high in ((0.0, 0.2), (1.0, np.inf)):
        student = simulation.distill(
            POPULATION, teacher, 4000, keep=(low, high), labels="soft", rng=1
        )
        # Soft labels give the teacher back, whatever is kept.
        np.testing.assert_allclose(student.coef, teacher, rtol=1e-8)
        hard = simulation.distill(POPULATION, teacher, 4000, keep=(low, high), rng=1)
        assert hard.train_risk.max() < (0.4 if low == 0 else 0.25)
    with pytest.raises(ValueError, match="keep must hold at least one input in 10,000"):
        simulation.distill(POPULATION, teacher, 10, keep=(1.0, 1.0))
    clusters = Clusters(4, 2.0, 60, 0.1)
    with pytest.raises(ValueError, match="keep is for one Gaussian or two"):
        simulation.distill(clusters, teacher, 10, keep=(1.0, 2.0))


def test_of_two_clusters_the_window_is_in_standard_deviations_of_the_score():
    # Scores are +-6 with a standard deviation of 6.08: few are below 4.5 deviations of a cluster.
    mixture = MixturePopulation([1.0], [6.0])
    sure = simulation.distill(mixture, np.ones((1, 1)), 4000, keep=(1.0, np.inf), rng=0)
    kept = 1 / sure.coef  # E x^2 / E |x| of one column, given |x| > 6.08
    x = np.abs(mixture.sample(400_000, rng=1))
    x = x[x > np.sqrt(37)]
    assert kept.item() == pytest.approx(np.mean(x**2) / np.mean(x), rel=0.01)


def test_at_several_times_a_flow_is_the_flow_of_one_training_set():
    times = [0.01, 0.3, 1e6]
    together = simulation.gradient_flow(POPULATION, 25, times, n_sets=3, rng=0)
    for k, time in enumerate(times):
        alone = simulation.gradient_flow(POPULATION, 25, time, n_sets=3, rng=0)
        np.testing.assert_allclose(together.coef[:, k], alone.coef, rtol=1e-12)
        np.testing.assert_allclose(together.train_risk[:, k], alone.train_risk, atol=1e-12)
    with pytest.raises(ValueError, match="time must be positive; got -1"):
        simulation.gradient_flow(POPULATION, 25, [1.0, -1.0])


def test_a_stack_of_columns_is_fitted_to_the_same_training_sets():
    widths = [5, 24, 25, 60]
    masks = theory.prefix_masks(widths, 60)
    curve = simulation.least_squares(POPULATION, 25, features=masks, n_sets=3, rng=4)
    assert curve.coef.shape == (3, 4, 60)
    for i, width in enumerate(widths):
        options = {"features": np.arange(width), "n_sets": 3, "rng": 4}
        fit = simulation.least_squares(POPULATION, 25, **options)
        np.testing.assert_array_equal(curve.coef[:, i], fit.coef)
        np.testing.assert_allclose(curve.train_risk[:, i], fit.train_risk, atol=1e-24)


def test_features_of_a_bulk_alone_follow_their_law():
    options = {"noise_variance": 0.5, "alpha": 0.2, "bulk": 0.7}
    draws = simulation.random_features([0.0, 0.0], [1.0, 2.0], 30, 40, n_sets=400, rng=0, **options)
    people = GaussianPopulation(np.ones(3), [1.0, 2.0, 0.0], noise_variance=0.5)
    risk = people.risk(draws.coef)
    law = theory.random_features([0.0, 0.0], [1.0, 2.0], 30, 40, **options)
    assert risk.mean() == pytest.approx(law.risk, abs=4 * risk.std() / 20)


def test_random_features_live_in_the_span_of_their_number():
    l = np.arange(1.0, 101) ** -1.0
    options = {"labels": "hard", "rng": 0}
    wide = simulation.random_features(l, np.sqrt(l), 50, 80, **options)
    narrow = simulation.random_features(l, np.sqrt(l), 50, 20, **options)
    assert wide.train_risk[0] < 1e-20 < narrow.train_risk[0]
    # With very many features the model is the kernel's, ridge and all.
    many = simulation.random_features(l, np.sqrt(l), 50, 100_000, alpha=0.1, **options)
    people = GaussianPopulation(np.ones(100), np.sqrt(l), labels="hard")
    rng = np.random.default_rng(0)
    X = people.sample(50, rng=rng)
    y = people.label(X, rng=rng)
    dual = np.linalg.solve(X * l @ X.T + 0.1 * np.eye(50), y)
    np.testing.assert_allclose(many.coef[0], l * (X.T @ dual), atol=0.05)
    student = simulation.random_features(
        l, np.sqrt(l), 300, 40, alpha=0.1, labels="hard", teacher=narrow.coef, rng=1
    )
    assert student.coef.shape == (1, 100)
    assert 0.5 < people.agreement(student.coef, narrow.coef)[0] < 1


def test_same_seed_same_models():
    first, second = (
        simulation.distill(
            POPULATION, simulation.least_squares(POPULATION, 30, n_sets=2, rng=9).coef, 70, rng=1
        )
        for _ in "ab"
    )
    np.testing.assert_array_equal(first.coef, second.coef)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: simulation.least_squares(POPULATION, 10, features=[99]), "features"),
        (lambda: simulation.least_squares(POPULATION, 0), "n_samples"),
        (lambda: simulation.least_squares(POPULATION, 10, n_sets=0), "n_sets"),
        (lambda: simulation.distill(POPULATION, np.ones((1, 60)), 9, labels="warm"), "labels"),
        (lambda: simulation.distill(POPULATION, np.ones((1, 60)), 0), "n_transfer"),
        (lambda: simulation.random_features(S, S, 10, 0), "n_components"),
        (lambda: simulation.cluster_mixture(2, 2.0, 9, 1), "n_features must be at least 2"),
        (lambda: simulation.cluster_mixture(10, 2.0, 9, 9), "n_clusters must be between 2 and 9"),
        (lambda: simulation.cluster_mixture(3, 2.0, 9, 9), "n_clusters must be even"),
        (lambda: simulation.cluster_mixture(2, -1.0, 9, 9), "radius"),
        (lambda: simulation.cluster_mixture(2, 2.0, 9, 9, flip_rate=0.6), "flip_rate"),
        (lambda: simulation.random_features([1.0, -1.0], S[:2], 9, 9), "eigenvalues must be non-"),
        (lambda: simulation.random_features(S, S, 9, 9, alpha=-1.0), "alpha"),
        (lambda: simulation.committee(POPULATION, 9, 2, decide="vote"), "must be odd .* got 2"),
        (lambda: simulation.committee(POPULATION, 9, 4, decide="vote"), "must be odd .* got 4"),
    ],
)
def test_bad_sizes_and_scales_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_the_smallest_problems_can_be_simulated():
    assert simulation.cluster_mixture(2, 1e-3, 1, 2, flip_rate=0.5, rng=0).coef.shape == (1, 2)
    zeros = simulation.random_features([1.0, 0.0], [1.0, 1.0], 1, 1, rng=0)
    assert zeros.coef[0, 1] == 0


def test_students_of_a_committee_learn_the_signs_of_its_mean_score_or_its_votes():
    models = simulation.committee(POPULATION, 40, 3, decide="vote", n_sets=2, rng=0).coef
    mean = simulation.committee(POPULATION, 40, 3, n_sets=2, rng=0).coef
    np.testing.assert_allclose(mean, models.mean(axis=1))
    X = POPULATION.sample(2 * 100, rng=1).reshape(2, 100, 60)
    for coef in (mean, models):
        student = simulation.distill(POPULATION, coef, 100, rng=1).coef
        for k in range(2):
            scores = X[k] @ coef[k].T
            labels = np.sign(scores if coef.ndim == 2 else np.sign(scores).sum(axis=1))
            np.testing.assert_allclose(student[k], np.linalg.lstsq(X[k], labels)[0], rtol=1e-9)


def test_own_training_sets_can_be_added_to_a_transfer_set():
    own = simulation.training_sets(POPULATION, 25, 2, rng=0)
    teacher = simulation.ridge_fits(*own, 1.0)
    student = simulation.distill(POPULATION, teacher, 30, alpha=2.0, with_labels=own, rng=1)
    X = np.concatenate([own[0][1], POPULATION.sample(60, rng=1)[30:]])
    y = np.r_[own[1][1], np.sign(X[25:] @ teacher[1])]
    expected = np.linalg.solve(X.T @ X + 2 * np.eye(60), X.T @ y)
    np.testing.assert_allclose(student.coef[1], expected, rtol=1e-9)


def test_clusters_label_by_the_posterior():
    clusters = Clusters(6, 2.0, 8, flip_rate=0.1)
    X, n = clusters.sample(200_000, rng=0), 200_000
    y = clusters.label(X, rng=1)
    # E[y x_j] is 0.8 times the radius over the number of clusters, with the class's sign.
    moment = np.mean(y[:, None] * X, axis=0)
    expected = np.r_[np.tile([1.0, -1.0], 3) * 0.8 * 2.0 / 6, 0.0, 0.0]
    np.testing.assert_allclose(moment, expected, atol=5 * np.sqrt(2.0 / n))


def test_mixtures_have_the_same_simulator():
    mixture = MixturePopulation(np.ones(30), np.full(30, 0.4), flip_rate=0.1)
    teacher = simulation.least_squares(mixture, 200, rng=0)
    student = simulation.distill(mixture, teacher.coef, 5000, rng=1)
    assert mixture.error_rate(student.coef)[0] < mixture.error_rate(teacher.coef)[0]


@pytest.mark.parametrize("coef", [np.ones(5), np.ones((2, 4)), np.full((2, 5), np.nan), "ab"])
def test_teachers_are_a_table_of_coefficients_with_features_last(coef):
    """A vector was taken for as many teachers of one coefficient each as it has entries."""
    population = GaussianPopulation(np.ones(5), np.ones(5))
    with pytest.raises(ValueError, match="coef"):
        simulation.distill(population, coef, 10, rng=0)


def test_bags_that_no_array_can_hold_are_refused_before_the_first_is_fitted():
    with pytest.raises(ValueError, match="Maximum allowed"):
        simulation.bagging(POPULATION, 60, 40, n_models=10**30, rng=0)

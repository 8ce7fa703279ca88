import numpy as np
import pytest
from scipy import special

from ddkd import simulation, theory
from ddkd.populations import Clusters, MixturePopulation
from ddkd.testing import assert_matches_theory
from tests.helpers.simulated import figures

# clusters, radius, n, p, flips, m, ridges of teacher and student
CASES = {
    "few clusters": (10, 4.0, 300, 200, 0.1, 800, 0, 0),
    "many clusters": (40, 5.0, 100, 200, 0.1, 800, 0, 0),
    "ridges, m < p": (40, 6.0, 300, 200, 0.1, 150, 20, 10),
    "strong clusters": (40, 8.0, 400, 60, 0.2, 800, 0, 0),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.slow
def test_three_generations_match_simulation(name):
    G, R, n, p, flips, m, alpha_T, alpha_S = CASES[name]
    teacher = theory.cluster_mixture(G, R, n, p, alpha=alpha_T, flip_rate=flips)
    student = teacher.distill(m, alpha=alpha_S)
    third = student.distill(m, alpha=alpha_S)
    soft = teacher.distill(m, labels="soft", alpha=alpha_S)
    clusters = Clusters(G, R, p)

    def simulate(rng):
        fit = simulation.cluster_mixture(G, R, n, p, alpha=alpha_T, flip_rate=flips, rng=rng)
        options = {"alpha": alpha_S, "rng": rng}
        pupil = simulation.distill(clusters, fit.coef, m, **options)
        last = simulation.distill(clusters, pupil.coef, m, **options)
        softly = simulation.distill(clusters, fit.coef, m, labels="soft", **options)
        return [clusters.error_rate(one.coef)[0] for one in (fit, pupil, last, softly)]

    prediction = np.array([law.error_rate for law in (teacher, student, third, soft)])
    assert_matches_theory(simulate, prediction, n_repeats=30, bias=0.012 / prediction, rng=0)


def test_share_of_wrong_clusters_matches_simulation_and_is_conserved():
    G, R, n, p = 20, 14.0, 60, 300
    teacher = theory.cluster_mixture(G, R, n, p, flip_rate=0.1)
    student = teacher.distill(3000)
    clusters = Clusters(G, R, p)

    def simulate(rng):
        fit = simulation.cluster_mixture(G, R, n, p, flip_rate=0.1, rng=rng)
        pupil = simulation.distill(clusters, fit.coef, 3000, rng=rng)
        names = "error_rate wrong_clusters"
        return figures(clusters, fit, names) + figures(clusters, pupil, names)

    prediction = np.array(
        [teacher.error_rate, teacher.wrong_clusters, student.error_rate, student.wrong_clusters]
    )
    # Clusters have few examples, and not all as many: an allowance of .03 on shares near .06.
    assert_matches_theory(simulate, prediction, n_repeats=12, bias=0.03 / prediction, rng=1)
    forever = teacher.distill(np.inf)
    for _ in range(30):
        forever = forever.distill(np.inf)
    assert forever.wrong_clusters == pytest.approx(teacher.wrong_clusters, rel=1e-2)
    assert forever.error_rate == pytest.approx(teacher.wrong_clusters, rel=2e-2)
    assert forever.error_rate > 10 * special.ndtr(-R / np.sqrt(G))  # what a linear model can do


def test_one_cluster_to_a_class_is_the_law_of_two_clusters_in_the_limit():
    # Many weak clusters whose margins hardly vary: only their mean matters.
    p, n, G = 100_000, 50_000, 10
    R = 2.0 * np.sqrt(G)
    many = theory.cluster_mixture(G, R, n, p, flip_rate=0.1)
    one = theory.least_squares(
        MixturePopulation(np.ones(p), np.full(p, 2 / np.sqrt(p)), flip_rate=0.1), n
    )
    assert many.error_rate == pytest.approx(one.error_rate, rel=1e-3)
    assert many.distill(3 * p).error_rate == pytest.approx(one.distill(3 * p).error_rate, rel=1e-3)


def test_soft_labels_return_the_teacher():
    teacher = theory.cluster_mixture(40, 6.0, 300, 200, flip_rate=0.1)
    for m in (200, 5000, np.inf):
        student = teacher.distill(m, labels="soft")
        assert student.error_rate == pytest.approx(teacher.error_rate, rel=1e-5)
        assert student.wrong_clusters == pytest.approx(teacher.wrong_clusters, abs=1e-4)


def test_thresholds_are_coins_and_infinite_data_is_best():
    assert theory.cluster_mixture(40, 6.0, 200, 200).error_rate == pytest.approx(0.5)
    best = theory.cluster_mixture(40, 6.0, np.inf, 200, flip_rate=0.2)
    assert best.error_rate == pytest.approx(special.ndtr(-6 / np.sqrt(40)), rel=1e-12)
    assert best.wrong_clusters == 0
    assert theory.cluster_mixture(2, 1e6, 10, 2).error_rate == 0  # the smallest, the farthest
    peak = theory.cluster_mixture(40, 6.0, 100, 200).distill(200)
    assert peak.error_rate == pytest.approx(0.5)


def test_simulated_figures_are_exact_for_their_coefficients():
    coef = simulation.cluster_mixture(6, 3.0, 50, 20, flip_rate=0.1, rng=0).coef[0]
    clusters = Clusters(6, 3.0, 20)
    rng = np.random.default_rng(1)
    cluster = rng.integers(6, size=200_000)
    X = rng.standard_normal((cluster.size, 20))
    X[np.arange(cluster.size), cluster] += 3.0
    wrong = np.mean(np.sign(X @ coef) != np.where(cluster % 2, -1, 1))
    assert clusters.error_rate(coef) == pytest.approx(wrong, abs=5 * 0.5 / np.sqrt(cluster.size))
    means = [np.mean((X @ coef)[cluster == g]) for g in range(6)]
    assert clusters.wrong_clusters(coef) == np.mean(np.sign(means) != np.tile([1, -1], 3))
    again = simulation.cluster_mixture(6, 3.0, 50, 20, flip_rate=0.1, rng=0)
    np.testing.assert_array_equal(again.coef[0], coef)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: theory.cluster_mixture(3, 3.0, 10, 10), "n_clusters"),
        (lambda: theory.cluster_mixture(12, 3.0, 10, 10), "n_clusters"),
        (lambda: theory.cluster_mixture(4, 0.0, 10, 10), "radius"),
        (lambda: theory.cluster_mixture(4, 1.00001e6, 10, 10), "radius"),
        (lambda: theory.cluster_mixture(4, 1.0, 0, 10), "n_samples"),
        (lambda: theory.cluster_mixture(4, 1.0, [5, 6], 10), "n_samples"),
        (lambda: theory.cluster_mixture(4, 1.0, 10, 10, alpha=-1), "alpha"),
        (lambda: theory.cluster_mixture(4, 1.0, 10, 10, flip_rate=0.7), "flip_rate"),
        (lambda: theory.cluster_mixture(4, 1.0, 10, 10).distill(0), "n_transfer"),
        (lambda: theory.cluster_mixture(4, 1.0, 10, 10).distill(9, labels="x"), "labels"),
        (lambda: simulation.cluster_mixture(5, 1.0, 10, 10), "n_clusters"),
    ],
)
def test_bad_arguments_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()

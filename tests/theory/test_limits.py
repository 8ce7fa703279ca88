"""Huge ridges, the first and the last moment of a flow, and models that see nothing: limits."""

import numpy as np
import pytest

from ddkd import theory
from ddkd.populations import GaussianPopulation, MixturePopulation

EVEN = GaussianPopulation(np.ones(20), np.full(20, 0.3), noise_variance=0.5)
HARD = GaussianPopulation(np.ones(20), np.ones(20), labels="hard", flip_rate=0.1)
CLUSTERS = MixturePopulation(np.ones(20), np.full(20, 0.3), flip_rate=0.1)
FIGURES = ("risk", "target_risk", "train_risk", "error_rate", "correlation")


def error_of_the_sum(population, n):
    """0-1 error of X'y, by the mean and the variance of its coordinates at unit variances."""
    signal = population.signal * population.label_scale**2
    noise = 20 * (signal + population.label_noise) / n
    return np.arccos(np.sqrt(signal / (signal + noise))) / np.pi


@pytest.mark.parametrize("population", [EVEN, HARD])
@pytest.mark.parametrize("alpha", [1e60, 1e150, 1e200, 1e308])
def test_a_huge_ridge_leaves_the_direction_of_the_sum_of_the_examples(population, alpha):
    law = theory.least_squares(population, 30, alpha=alpha)
    assert law.error_rate == pytest.approx(error_of_the_sum(population, 30), rel=1e-12)
    mean = 30 / alpha * population.label_scale * population.coef
    np.testing.assert_allclose(law.coef_mean, mean, rtol=1e-12)
    assert law.kappa == pytest.approx(alpha / 30, rel=1e-12)
    at_rest = population.label_scale**2 * population.signal + population.label_noise
    assert law.risk == pytest.approx(at_rest, rel=1e-12)
    assert law.train_risk == pytest.approx(at_rest, rel=1e-12)


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("population", [EVEN, HARD, CLUSTERS])
def test_students_of_a_huge_ridge_and_with_one_are_limits_too(population, labels):
    def chain(alpha):
        teacher = theory.least_squares(population, 30, alpha=alpha)
        shrunk = theory.least_squares(population, 30, alpha=1.0)
        students = [
            teacher.distill(50, labels=labels),
            teacher.distill(50, labels=labels, alpha=alpha),
            shrunk.distill(50, labels=labels, alpha=alpha),
        ]
        return [[law.error_rate, law.agreement] for law in students]

    np.testing.assert_allclose(chain(1e200), chain(1e15), rtol=1e-7)


def test_clusters_and_random_features_under_a_huge_ridge():
    for error in (
        lambda a: theory.cluster_mixture(4, 2.0, 15, 20, alpha=a).error_rate,
        lambda a: theory.cluster_mixture(4, 2.0, 15, 20, alpha=a).distill(40).error_rate,
        lambda a: (
            theory.random_features(
                np.ones(5), np.ones(5), 10, 20, alpha=a, bulk=0.1, labels="hard"
            ).error_rate
        ),
    ):
        assert error(1e200) == pytest.approx(error(1e13), rel=1e-6)


def test_decisions_under_a_huge_ridge_are_mixed_of_label_and_score():
    """Both shrink alike, so that the decisions, and their students, have a limit."""

    def student(alpha):
        law = theory.self_distill(theory.least_squares(HARD, 30, alpha=alpha), alpha=1.0)
        return [law.error_rate, law.agreement, law.risk]

    np.testing.assert_allclose(student(1e50), student(1e9), rtol=1e-7)
    with pytest.raises(ValueError, match="ridge of at most 1e\\+60 times the eigenvalues' sum"):
        student(1e200)
    with pytest.raises(ValueError, match="a best teacher needs a ridge of at most 1e\\+60"):
        theory.best_teacher(HARD, 30, alpha=1e200)


@pytest.mark.parametrize("population", [EVEN, HARD])
@pytest.mark.parametrize("time", [1e-20, 1e-200, 1e-300])
def test_a_flow_begins_in_the_direction_of_the_sum_of_the_examples(population, time):
    law = theory.gradient_flow(population, 30, time)
    assert law.error_rate == pytest.approx(error_of_the_sum(population, 30), rel=1e-9)
    mean = 30 * time * population.label_scale * population.coef
    np.testing.assert_allclose(law.coef_mean, mean, rtol=1e-9)


@pytest.mark.parametrize("time", [1.0, 1e3, 1e6, 1e12, 1e20, 1e60])
def test_a_late_flow_at_the_threshold_follows_the_marchenko_pastur_law(time):
    n, signal = 20, EVEN.signal
    # Eigenvalues 4 sin(t)^2 with density (4/pi) cos(t)^2 dt, on a grid of log t.
    log_t = np.linspace(-90, np.log(np.pi / 2), 400_001)
    t = np.exp(log_t)
    weight = 4 / np.pi * np.cos(t) ** 2 * t * (log_t[1] - log_t[0])
    weight *= np.where((log_t == log_t[0]) | (log_t == log_t[-1]), 0.5, 1.0)
    x = 4 * np.sin(t) ** 2
    risk = 0.5 + signal * weight @ np.exp(-2 * time * n * x)
    risk += 0.5 * weight @ (np.expm1(-time * n * x) ** 2 / x)
    law = theory.gradient_flow(EVEN, n, time)
    assert law.risk == pytest.approx(risk, rel=1e-5)
    assert law.target_risk == pytest.approx(law.risk, rel=1e-6)


def test_at_the_last_moment_a_flow_is_minimum_norm():
    for n in (10, 40):
        law, end = theory.gradient_flow(EVEN, n, 1e300), theory.least_squares(EVEN, n)
        for name in FIGURES:
            assert getattr(law, name) == pytest.approx(getattr(end, name), rel=1e-9, abs=1e-15)


SPARSE = {"eigenvalues": [1.0, 0.0, 0.0], "coef": [1.0, 1.0, 1.0]}
NOTHING_SEEN = {
    "real": (GaussianPopulation(**SPARSE, noise_variance=0.5), 1.5),
    "hard": (GaussianPopulation(**SPARSE, labels="hard", flip_rate=0.1), 1.0),
}


@pytest.mark.parametrize("alpha", [0.0, 2.0])
@pytest.mark.parametrize("labels", NOTHING_SEEN)
def test_a_model_of_columns_without_variance_knows_nothing(labels, alpha):
    population, at_rest = NOTHING_SEEN[labels]
    blind = {"features": [1, 2]}
    teacher = theory.least_squares(population, 5, alpha=alpha, **blind)
    laws = [
        teacher,
        theory.best_alpha(population, 5, **blind),
        theory.gradient_flow(population, 5, 0.3, **blind),
        theory.gradient_flow(population, 5, 1e6, **blind),
        theory.least_squares(population, 5, alpha=alpha).distill(9, **blind),
        teacher.distill(9, with_labels="own"),
        teacher.distill(9, with_labels=3),
        *(
            theory.self_distill(teacher, labels=kind, mixing=mixing, alpha=1.0)
            for kind in ("hard", "soft")
            for mixing in (0.5, "best")
        ),
    ]
    for law in laws:
        assert law.risk == pytest.approx(at_rest, rel=1e-12)
        assert law.error_rate == 0.5
        assert np.isfinite([law.target_risk, law.train_risk]).all()
    # Of 14 labels 9 are the teacher's scores, which are zero.
    mixed = laws[5] if labels == "real" else None
    assert mixed is None or mixed.target_risk == pytest.approx(at_rest * 5 / 14, rel=1e-12)


def test_bags_of_everything_at_the_threshold_interpolate():
    law = theory.bagging(EVEN, 20, 20, [1, 2, np.inf])
    assert law.train_risk.tolist() == [0.0, 0.0, 0.0]
    assert (law.risk == np.inf).all()


def test_an_even_activation_adds_noise_alone():
    """Its features are independent of the truth: least squares on k white columns."""
    signal, noise, n, k = 5.0, 0.1, 10, 20
    options = {"bulk": 0.5, "noise_variance": noise}
    law = theory.random_features(np.zeros(5), np.ones(5), n, k, **options)
    assert law.risk == pytest.approx((signal + noise) * k / (k - n), rel=1e-12)
    assert (law.error_rate, law.train_risk) == (0.5, 0.0)
    kernel = theory.random_features(np.zeros(5), np.ones(5), n, np.inf, **options)
    assert kernel.risk == pytest.approx(signal + noise, rel=1e-12)
    with pytest.raises(ValueError, match="unless there is a bulk"):
        theory.random_features(np.zeros(5), np.ones(5), n, k)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: theory.least_squares(EVEN, []), "n_samples is empty"),
        (lambda: theory.least_squares(EVEN, 5, alpha=[]), "alpha is empty"),
        (
            lambda: theory.least_squares(EVEN, 5, features=np.zeros((0, 20), bool)),
            "features is empty",
        ),
        (lambda: theory.least_squares(EVEN, 5).distill([]), "n_transfer is empty"),
        (lambda: theory.gradient_flow(EVEN, 5, []), "time is empty"),
        (lambda: theory.self_distill(theory.least_squares(EVEN, 5), mixing=[]), "mixing is empty"),
        (lambda: theory.isotropic_risk(5, 3, signal=[]), "signal is empty"),
        (lambda: theory.prefix_masks([], 3), "widths is empty"),
    ],
)
def test_a_law_of_nothing_is_refused(make, named):
    with pytest.raises(ValueError, match=named):
        make()

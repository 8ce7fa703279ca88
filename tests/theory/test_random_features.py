import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory
from tests.helpers import oracle
from tests.helpers.simulated import figures

J = 300
L = np.arange(1.0, J + 1) ** -1.3
V = np.sqrt(L) * np.cos(np.arange(J))

# n, k, alpha, then the student's m and k
CASES = [
    (60, 150, 0.0, 200, 100),
    (150, 60, 0.0, 80, 250),
    (60, 58, 0.0, 150, 148),
    (100, 100, 0.05, 150, 150),
    (60, 90, 1e-3, 200, 60),
]
LABELS = [{"noise_variance": 0.3}, {"labels": "hard"}, {"labels": "hard", "flip_rate": 0.3}]


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize(("n", "k", "alpha", "m", "k_student"), CASES)
def test_teachers_and_students_match_simulation(n, k, alpha, m, k_student, labels):
    law = theory.random_features(L, V, n, k, alpha=alpha, **labels)
    kind = "hard" if "flip_rate" in labels or "labels" not in labels else "soft"
    student = law.distill(m, k_student, labels=kind, alpha=alpha)
    far = alpha > 0 or (abs(n - k) >= 8 and abs(m - k_student) >= 8)
    population = GaussianPopulation(np.ones(J), V, **labels)

    def simulate(rng):
        fit = simulation.random_features(L, V, n, k, alpha=alpha, rng=rng, **labels)
        taught = "hard" if kind == "hard" else "real"
        pupil = simulation.random_features(
            L, V, m, k_student, alpha=alpha, labels=taught, teacher=fit.coef, rng=rng
        )
        risks = figures(population, fit, "risk train_risk") + figures(
            population, pupil, "risk train_risk"
        )
        errors = figures(population, fit, "error_rate")
        errors += figures(population, pupil, "error_rate agreement", fit)
        return errors + risks if far else errors

    risks = np.array([law.risk, law.train_risk, student.risk, student.train_risk] if far else [])
    prediction = np.r_[law.error_rate, student.error_rate, student.agreement, risks]
    allowed = np.r_[np.array([0.3, 0.4, 0.5]) / prediction[:3], np.full(risks.size, 4.0)] / n
    assert_matches_theory(simulate, prediction, n_repeats=20, bias=allowed, rng=7)


SMALL = np.r_[1.0, 0.4, 0.1, 1e-2, 1e-4, 1e-7, 1e-11, 1e-15]


@pytest.mark.parametrize(("n", "k"), [(3, 7), (7, 3), (6, 7), (7, 6), (5, 5)])
@pytest.mark.parametrize("alpha", [0.0, 1e-12, 1e-2, 1e6])
def test_law_is_the_published_one_to_rounding(n, k, alpha):
    if n == k and alpha == 0:
        law = theory.random_features(SMALL, SMALL, n, k, noise_variance=0.1)
        assert law.risk == np.inf
        assert law.train_risk == 0
        return
    v = np.linspace(1, 2, SMALL.size)
    gamma, kappa, risk, second = oracle.mp_random_features(SMALL, v, 0.1, n, k, alpha)
    law = theory.random_features(SMALL, v, n, k, alpha=alpha, noise_variance=0.1)
    assert law.gamma == pytest.approx(gamma, rel=5e-14)
    assert law.kappa == pytest.approx(kappa, rel=5e-14, abs=1e-40)
    assert law.risk == pytest.approx(risk, rel=1e-12)
    np.testing.assert_allclose(law.coef_mean**2 + law.coef_variance, second, rtol=1e-12)


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("alpha", [0.0, 0.2])
@pytest.mark.parametrize("n", [40, 250])
def test_infinitely_many_features_are_the_kernel(labels, alpha, n):
    features = theory.random_features(L, V, n, np.inf, alpha=alpha, **labels)
    linear = theory.least_squares(GaussianPopulation(L, V / np.sqrt(L), **labels), n, alpha=alpha)
    wide = theory.random_features(L, V, n, 10**9, alpha=alpha, **labels)
    for name in ("kappa", "risk", "train_risk", "correlation", "error_rate"):
        assert getattr(features, name) == pytest.approx(getattr(linear, name), rel=1e-12)
        assert getattr(wide, name) == pytest.approx(getattr(linear, name), rel=1e-5)
    pupil = features.distill(500, np.inf, alpha=alpha)
    expected = linear.distill(500, alpha=alpha)
    for name in ("risk", "error_rate", "agreement"):
        assert getattr(pupil, name) == pytest.approx(getattr(expected, name), rel=1e-12)


def test_more_features_than_eigenfunctions_are_plain_least_squares():
    n = 40
    law = theory.random_features(L[:20], V[:20], n, [20, 30, 1000], noise_variance=0.4)
    np.testing.assert_allclose(law.risk, 0.4 / (1 - 20 / n), rtol=1e-13)
    np.testing.assert_allclose(law.train_risk, 0.4 * (1 - 20 / n), rtol=1e-13)


def test_infinitely_many_samples_leave_the_features_error():
    law = theory.random_features(L, V, [10**7, np.inf], 50, noise_variance=0.4)
    assert law.risk[0] == pytest.approx(law.risk[1], rel=1e-4)
    # What k features span of a kernel: gamma times the mean square of the rest.
    A = L / (L + law.gamma[1])
    z_q, k_q = np.sum(A * (1 - A)), 50 - np.sum(A**2)
    missed = np.sum(V**2 * (1 - A) * (1 - A + A * z_q / k_q))
    assert law.risk[1] == pytest.approx(0.4 + missed, rel=1e-12)


def test_peaks_sit_where_features_meet_examples():
    law = theory.random_features(L, V, 60, [55, 60, 65], labels="hard")
    assert np.isinf(law.risk).tolist() == [False, True, False]
    assert law.error_rate[1] == 0.5
    student = theory.random_features(L, V, 60, 200, labels="hard").distill(100, [60, 100, 140])
    assert np.isinf(student.risk).tolist() == [False, True, False]


def test_hard_students_approach_soft_ones():
    teacher = theory.random_features(L, V, 100, 200, labels="hard", flip_rate=0.1)
    for k in (50, 200, np.inf):
        hard = teacher.distill(np.inf, k)
        soft = teacher.distill(np.inf, k, labels="soft")
        assert hard.error_rate == pytest.approx(soft.error_rate, rel=1e-12)
        assert hard.agreement == pytest.approx(soft.agreement, rel=1e-12)


def test_generations_chain():
    teacher = theory.random_features(L, V, 80, 200, labels="hard", flip_rate=0.1)
    law = teacher.distill(400, 100).distill(300, 150, alpha=0.01)
    population = GaussianPopulation(np.ones(J), V, labels="hard", flip_rate=0.1)

    def simulate(rng):
        fit = simulation.random_features(L, V, 80, 200, labels="hard", flip_rate=0.1, rng=rng)
        hard = {"labels": "hard", "rng": rng}
        teacher = simulation.random_features(L, V, 400, 100, teacher=fit.coef, **hard)
        student = simulation.random_features(
            L, V, 300, 150, alpha=0.01, teacher=teacher.coef, **hard
        )
        return figures(population, student, "error_rate agreement risk", teacher)

    prediction = np.array([law.error_rate, law.agreement, law.risk])
    allowed = [0.005, 0.005, 0.03] / prediction
    assert_matches_theory(simulate, prediction, n_repeats=20, bias=allowed, rng=8)


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"eigenvalues": -L}, "eigenvalues"),
        ({"eigenvalues": np.zeros(J)}, "eigenvalues"),
        ({"coef": V[:-1]}, "coef"),
        ({"n_samples": 0}, "n_samples"),
        ({"n_components": 0}, "n_components"),
        ({"n_components": 3.5}, "n_components"),
        ({"alpha": -1}, "alpha"),
        ({"labels": "soft"}, "labels"),
        ({"noise_variance": -1.0}, "noise_variance"),
        ({"labels": "hard", "flip_rate": 0.9}, "flip_rate"),
        ({"flip_rate": 0.1}, "flip_rate"),
    ],
)
def test_bad_arguments_are_named(kwargs, named):
    arguments = {"eigenvalues": L, "coef": V, "n_samples": 10, "n_components": 20} | kwargs
    with pytest.raises(ValueError, match=named):
        theory.random_features(**arguments)


def test_bad_students_are_named():
    law = theory.random_features(L, V, 10, 20)
    with pytest.raises(ValueError, match="n_components"):
        law.distill(10, 0)
    with pytest.raises(ValueError, match="n_transfer"):
        law.distill(0, 10)
    with pytest.raises(ValueError, match="labels"):
        law.distill(10, 10, labels="real")

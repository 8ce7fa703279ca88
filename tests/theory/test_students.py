"""Students of chosen inputs, or of true labels beside their teacher's."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory
from tests.helpers import simulated

P = 80
S = 3 * np.arange(1.0, P + 1) ** -0.6
POPULATIONS = {
    "hard": GaussianPopulation(S, np.cos(np.arange(P)), labels="hard", flip_rate=0.1),
    "real": GaussianPopulation(S, np.cos(np.arange(P)), noise_variance=9.0),
}


def isotropic(p, flip_rate=0.0):
    return GaussianPopulation(np.ones(p), np.ones(p), labels="hard", flip_rate=flip_rate)


def figures(law):
    return np.array([law.risk, law.error_rate, law.agreement, law.train_risk])


def check(population, n, teacher_alpha, **student):
    """The law and the simulation of a teacher have the same students, to 1 % and the noise."""
    law = theory.least_squares(population, n, alpha=teacher_alpha).distill(**student)

    def simulate(rng):
        own = simulation.training_sets(population, n, 1, rng=rng)
        teacher = simulation.Draws(simulation.ridge_fits(*own, teacher_alpha), None)
        options = dict(student)
        if options.get("with_labels") == "own":
            options["with_labels"] = own
        pupil = simulation.distill(population, teacher.coef, rng=rng, **options)
        names = "risk error_rate agreement train_risk"
        return simulated.figures(population, pupil, names, teacher)

    assert_matches_theory(simulate, figures(law), n_repeats=60, bias=0.015, rng=n)


@pytest.mark.parametrize("labels", POPULATIONS)
@pytest.mark.parametrize(
    ("n", "teacher_alpha", "student"),
    [
        (40, 0.0, {"n_transfer": 200, "keep": (0.6, np.inf)}),
        (160, 0.0, {"n_transfer": 50, "keep": (1.5, np.inf), "alpha": 5.0}),
        (60, 20.0, {"n_transfer": 150, "keep": (0.5, np.inf), "features": range(60), "alpha": 3.0}),
    ],
)
def test_confident_students_match_simulation(labels, n, teacher_alpha, student):
    check(POPULATIONS[labels], n, teacher_alpha, labels="hard", **student)


def test_a_bar_of_zero_keeps_all():
    teacher = theory.least_squares(POPULATIONS["hard"], 60)
    all_kept = teacher.distill([50, 300], keep=(0.0, np.inf), alpha=1.0, features=np.arange(70))
    plain = teacher.distill([50, 300], alpha=1.0, features=np.arange(70))
    np.testing.assert_allclose(figures(all_kept), figures(plain), rtol=1e-13)


@pytest.mark.parametrize("window", [(0.0, 0.3), (0.5, 1.5), (0.0, np.inf), (6.0, 6.2), (0.0, 1e-3)])
@pytest.mark.parametrize("m", [90, 3000])
def test_a_window_of_scores_has_this_disagreement(window, m):
    """tan^2(pi disagreement) = (V^2/a^2 - V) p/(m - p), moments of a normal score by quadrature."""
    low, high = window
    top = min(high, 12.0)
    moments = [
        integrate.quad(lambda x, k=k: x**k * np.exp((low**2 - x**2) / 2), low, top, epsabs=0)[0]
        for k in range(3)
    ]
    a, V = moments[1] / moments[0], moments[2] / moments[0]
    student = theory.least_squares(isotropic(60), 90).distill(m, keep=window)
    tangent = np.tan(np.pi * (1 - student.agreement))
    assert tangent**2 == pytest.approx((V**2 / a**2 - V) * 60 / (m - 60), rel=1e-6)


def test_the_least_sure_inputs_teach_best_and_as_many_as_two_a_feature():
    """Drawn and fitted with NumPy alone: of 3,000 candidates for 30 features."""
    p, n, candidates = 30, 45, 3000
    teacher = theory.least_squares(isotropic(p), n)

    def law(m):
        high = stats.norm.ppf(0.5 + m / candidates / 2)
        return 1 - teacher.distill(m, keep=(0.0, high)).agreement

    assert law(60) == pytest.approx(0.2660 * p / candidates, rel=1e-3)
    assert law(60) < min(law(40), law(100))
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(300):
        X = rng.standard_normal((n, p))
        w = np.linalg.solve(X.T @ X, X.T @ np.sign(X[:, 0]))
        pool = rng.standard_normal((candidates, p))
        least = pool[np.argsort(np.abs(pool @ w))[:60]]
        student = np.linalg.solve(least.T @ least, least.T @ np.sign(least @ w))
        cosine = w @ student / np.linalg.norm(w) / np.linalg.norm(student)
        draws.append(np.arccos(cosine) / np.pi)
    error = np.std(draws, ddof=1) / np.sqrt(len(draws))
    assert error < 0.02 * np.mean(draws)
    assert abs(np.mean(draws) - law(60)) < 4 * error + 0.03 * law(60)


@pytest.mark.parametrize(("q", "kept", "variance"), [(1.0, 0.7263, 0.9046), (1e-4, 0.5405, 0.7861)])
def test_the_best_share_to_keep_of_many_candidates(q, kept, variance):
    # Isotropic, the student's columns holding a share q of the teacher's energy; the noise of a
    # student of M candidates is psi/(P M), in units of that at tau = 0.
    p = 10_000
    truth = np.zeros(p)
    truth[:2] = np.sqrt([q, 1 - q])
    population = GaussianPopulation(np.ones(p), truth, labels="hard")
    teacher = theory.least_squares(population, 1e12, features=[0, 1])
    columns = np.r_[0, 2:101]

    def noise(tau):
        m = np.floor(2e9 * stats.norm.cdf(-tau))
        law = teacher.distill(m, features=columns, keep=(tau, np.inf))
        mean2 = np.sum(law.coef_mean[0] ** 2)
        return np.sum(law.coef_variance[columns]) / mean2

    found = optimize.minimize_scalar(noise, bounds=(0.01, 2), method="bounded")
    assert 2 * stats.norm.cdf(-found.x) == pytest.approx(kept, abs=5e-4)
    assert found.fun / noise(0.0) == pytest.approx(variance, abs=5e-4)


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("population", POPULATIONS)
@pytest.mark.parametrize("extra", [60, "own"])
def test_students_with_true_labels_match_simulation(labels, population, extra):
    sizes = {"n_transfer": 50, "with_labels": extra, "labels": labels}
    check(POPULATIONS[population], 50, 4.0, alpha=6.0, **sizes)


def test_the_teachers_own_examples_are_not_fresh():
    teacher = theory.least_squares(POPULATIONS["hard"], 60, alpha=1.0)
    own, fresh = (
        teacher.distill(200, with_labels=extra, alpha=1.0).error_rate for extra in ("own", 60)
    )
    assert own > 1.05 * fresh


@pytest.mark.parametrize("n", [40, 160])
def test_soft_labels_with_the_teachers_own_examples_give_the_teacher_back(n):
    teacher = theory.least_squares(POPULATIONS["real"], n)
    student = teacher.distill([100, 900], with_labels="own", labels="soft")
    np.testing.assert_allclose(student.risk, teacher.risk, rtol=1e-10)
    np.testing.assert_allclose(student.error_rate, teacher.error_rate, rtol=1e-10)
    np.testing.assert_allclose(student.agreement, 1, atol=1e-7)


def test_a_teacher_on_its_threshold_has_students_like_its_neighbours():
    # Its scores are infinite, their signs are not. The gap to the neighbours falls like p^-1/2.
    population, n = isotropic(40_000, flip_rate=0.1), 40_000
    teacher = theory.least_squares(population, [n - 1, n, n + 1])
    for labels in ({"labels": "hard"}, {"labels": "hard", "alpha": 2e4}):
        students = teacher.distill(2 * n, with_labels="own", **labels)
        for figure in figures(students):
            assert figure == pytest.approx(figure[[1, 1, 1]], rel=1e-2)


def test_scores_of_a_teacher_on_its_threshold_give_its_labels_back():
    # Both fit the teacher's own examples exactly, and nothing else is finite.
    student = theory.least_squares(isotropic(60, 0.2), 60)
    student = student.distill([30, 500], with_labels="own", labels="soft")
    np.testing.assert_array_equal(student.train_risk, 0)
    np.testing.assert_array_equal(student.risk, np.inf)
    np.testing.assert_array_equal(student.coef_mean, 0)  # only the noise has a direction


def test_only_true_labels_are_a_first_generation():
    population = POPULATIONS["hard"]
    teacher = theory.least_squares(population, 60)
    student = teacher.distill(1, with_labels=10**7, alpha=5.0)
    direct = theory.least_squares(population, 10**7 + 1, alpha=5.0)
    assert student.risk == pytest.approx(direct.risk, rel=1e-6)
    assert student.n_samples == 10**7 + 1


def test_curves_are_their_points():
    teacher = theory.least_squares(POPULATIONS["hard"], [40, 60, 160], alpha=1.0)
    windows = np.array([0.2, 0.5, 1.0]), np.array([0.9, 1.5, 7.0])
    for options in ({"keep": windows}, {"with_labels": "own"}, {"with_labels": 30}):
        curve = teacher.distill([50, 90, 300], alpha=2.0, **options)
        for i, (n, m) in enumerate([(40, 50), (60, 90), (160, 300)]):
            at = {"keep": (windows[0][i], windows[1][i])} if "keep" in options else options
            one = theory.least_squares(POPULATIONS["hard"], n, alpha=1.0)
            point = one.distill(m, alpha=2.0, **at)
            np.testing.assert_allclose(figures(curve)[:, i], figures(point), rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"keep": (-1.0, 1.0)}, r"keep must be \(low, high\), low from 0 to 30.*got \(-1.0, 1"),
        ({"keep": (0.0, [])}, "keep is empty"),
        ({"keep": (0.0, np.nan)}, r"keep must be .*got \(0.0, nan"),
        ({"keep": (2.0, 2.0)}, "high at least 1e-6 above it"),
        ({"keep": (0.0, 1e-300)}, "keep must be .* high at least 1e-6 above it"),
        ({"keep": (39.0, np.inf)}, "keep must be .* low from 0 to 30"),
        ({"keep": 0.5}, r"keep must be a pair \(low, high\); got 0.5"),
        ({"keep": (0.5, "much")}, "keep must hold real numbers"),
        ({"keep": (1.0, np.inf), "labels": "soft"}, "keep is derived for hard labels"),
        ({"keep": (1.0, np.inf), "with_labels": 3}, "without with_labels"),
        ({"with_labels": 0}, "with_labels must be a positive whole number"),
        ({"with_labels": "all"}, "with_labels must be one of 'own'"),
        ({"with_labels": "own", "n_transfer": np.inf}, 'with_labels="own" is derived for finitely'),
    ],
)
def test_what_has_not_been_derived_is_refused(options, words):
    teacher = theory.least_squares(isotropic(20), 40)
    with pytest.raises(ValueError, match=words):
        teacher.distill(**{"n_transfer": 30} | options)


def test_own_examples_are_those_of_a_first_generation():
    teacher = theory.least_squares(isotropic(20), 40)
    for law in (teacher.distill(30), theory.committee(teacher, 3)):
        with pytest.raises(ValueError, match="of a least_squares law"):
            law.distill(30, with_labels="own")

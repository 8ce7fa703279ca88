"""Students of chosen inputs, or of true labels beside their teacher's."""

import numpy as np
import pytest
from scipy import optimize, stats

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
        if "min_score" in options:
            options["keep"] = (options.pop("min_score"), np.inf)
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
        (40, 0.0, {"n_transfer": 200, "min_score": 0.6}),
        (160, 0.0, {"n_transfer": 50, "min_score": 1.5, "alpha": 5.0}),
        (60, 20.0, {"n_transfer": 150, "min_score": 0.5, "features": np.arange(60), "alpha": 3.0}),
    ],
)
def test_confident_students_match_simulation(labels, n, teacher_alpha, student):
    check(POPULATIONS[labels], n, teacher_alpha, labels="hard", **student)


def test_a_bar_of_zero_keeps_all():
    teacher = theory.least_squares(POPULATIONS["hard"], 60)
    all_kept = teacher.distill([50, 300], min_score=0.0, alpha=1.0, features=np.arange(70))
    plain = teacher.distill([50, 300], alpha=1.0, features=np.arange(70))
    np.testing.assert_allclose(figures(all_kept), figures(plain), rtol=1e-13)


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
        law = teacher.distill(m, features=columns, min_score=tau)
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
    for options in ({"min_score": [0.2, 0.5, 1.0]}, {"with_labels": "own"}, {"with_labels": 30}):
        curve = teacher.distill([50, 90, 300], alpha=2.0, **options)
        for i, (n, m) in enumerate([(40, 50), (60, 90), (160, 300)]):
            at = {k: v[i] if isinstance(v, list) else v for k, v in options.items()}
            one = theory.least_squares(POPULATIONS["hard"], n, alpha=1.0)
            point = one.distill(m, alpha=2.0, **at)
            np.testing.assert_allclose(figures(curve)[:, i], figures(point), rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"min_score": -1.0}, "min_score must be non-negative"),
        ({"min_score": 1.0, "labels": "soft"}, "min_score is derived for hard labels"),
        ({"min_score": 1.0, "with_labels": 3}, "without with_labels"),
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
    for law in (teacher.distill(30), teacher.committee(3)):
        with pytest.raises(ValueError, match="of a least_squares law"):
            law.distill(30, with_labels="own")

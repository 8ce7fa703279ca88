import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import GaussianPopulation
from ddkd.testing import assert_matches_theory
from ddkd.theory._two_points import ridge_fits
from tests.helpers.simulated import figures


def population(p=80, decay=1.0, flips=None, scale=3.0):
    s = scale * np.arange(1.0, p + 1) ** -decay
    if flips is not None:
        return GaussianPopulation(s, np.ones(p), labels="hard", flip_rate=flips)
    return GaussianPopulation(s, np.ones(p), noise_variance=1.5)


def isotropic(p, flips=0.0):
    return GaussianPopulation(np.ones(p), np.ones(p), labels="hard", flip_rate=flips)


def test_the_stated_gain_of_hard_labels_on_the_same_inputs():
    teacher = theory.best_alpha(isotropic(200), 1000)
    doubtful = theory.least_squares(isotropic(200), 1000, alpha=197.0)
    student = theory.self_distill(doubtful, alpha=163.0, mixing=-0.7)
    assert round(teacher.error_rate, 4) == 0.1134
    assert round(student.error_rate, 4) == 0.1040


@pytest.mark.parametrize(
    ("ratio", "flips"), [(1, 0.0126), (2, 0.0301), (5, 0.0827), (20, 0.2137), (100, 0.3539)]
)
def test_the_best_mixing_changes_its_sign_at_these_flip_rates(ratio, flips):
    def mixing(rate):
        teacher = theory.best_alpha(isotropic(400, rate), 400 * ratio)
        return theory.self_distill(teacher, mixing="best").mixing

    assert mixing(flips - 0.00015) < 0 < mixing(flips + 0.00015)


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("flips", [None, 0.1])
def test_the_best_mixing_is_best(labels, flips):
    teacher = theory.least_squares(population(flips=flips), [50, 120], alpha=[4.0, 1.0])
    best = theory.self_distill(teacher, labels=labels, mixing="best", alpha=2.0)
    figure = "risk" if labels == "soft" else "error_rate"
    for shift in (-0.05, 0.05):
        other = theory.self_distill(teacher, labels=labels, mixing=best.mixing + shift, alpha=2.0)
        assert (getattr(other, figure) > getattr(best, figure)).all()


def test_soft_labels_gain_nothing_to_first_order_at_the_tuned_ridge():
    tuned = theory.best_alpha(population(), 100)
    best = theory.self_distill(tuned, mixing="best")
    untuned = theory.least_squares(population(), 100, alpha=tuned.alpha / 4)
    assert tuned.risk - best.risk < 1e-9
    assert untuned.risk - theory.self_distill(untuned, mixing="best").risk > 0.05


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_without_own_labels_it_is_a_ridge_fit(labels):
    teacher = theory.least_squares(population(), [40, 120], alpha=2.0)
    student = theory.self_distill(teacher, labels=labels, mixing=0.0, alpha=5.0)
    plain = theory.least_squares(population(), [40, 120], alpha=5.0)
    for name in ("risk", "train_risk", "target_risk", "error_rate", "score_variance"):
        assert getattr(student, name) == pytest.approx(getattr(plain, name), rel=1e-12)


@pytest.mark.parametrize("alphas", [(2.0, 5.0), (0.1, 60.0), (60.0, 0.1)])
def test_two_derivations_of_soft_labels_agree(alphas):
    """Responses of leave-one-out scores, and the law of two ridge fits to the same samples.

    By partial fractions the student's filter, mu/(mu + a_2) times 1 - share + share mu/(mu + a_1),
    is a combination of those of both ridges.
    """
    first, second, share = *alphas, 0.6
    people = population(flips=0.1)
    weights = np.array([-first, second]) * share / (second - first) + [0.0, 1 - share]
    for n in (50, 130):
        teacher = theory.least_squares(people, n, alpha=first)
        one = theory.self_distill(teacher, labels="soft", mixing=share, alpha=second)
        fits = ridge_fits(people, np.ones(80, dtype=bool), np.array(float(n)), np.array(alphas))
        # Each ridge brings its conjugate, which is the ridge itself.
        s = people.eigenvalues
        np.testing.assert_allclose(one.coef_mean * np.sqrt(s), fits.mean(weights / 2), rtol=1e-9)
        np.testing.assert_allclose(one.coef_variance * s, fits.variance(weights / 2), rtol=1e-8)


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_curves_are_their_points(labels):
    teacher = theory.least_squares(population(flips=0.1), 60, alpha=2.0)
    shares, ridges = np.array([-0.5, 0.2, 1.0]), np.array([[1.0], [4.0]])
    curve = theory.self_distill(teacher, labels=labels, mixing=shares, alpha=ridges)
    best = theory.self_distill(teacher, labels=labels, mixing="best", alpha=ridges)
    assert curve.risk.shape == (2, 3)
    for i, ridge in enumerate(ridges[:, 0]):
        one = theory.self_distill(teacher, labels=labels, mixing="best", alpha=ridge)
        assert best.mixing[i, 0] == pytest.approx(one.mixing, rel=1e-9)
        for j, share in enumerate(shares):
            one = theory.self_distill(teacher, labels=labels, mixing=share, alpha=ridge)
            for name in ("risk", "train_risk", "target_risk", "error_rate", "agreement"):
                assert getattr(curve, name)[i, j] == pytest.approx(getattr(one, name), rel=1e-12)


def test_a_teacher_that_interpolates_gives_its_labels_back():
    teacher = theory.least_squares(population(flips=0.1), 60)
    student = theory.self_distill(teacher, mixing=1.0, alpha=3.0)
    plain = theory.least_squares(population(flips=0.1), 60, alpha=3.0)
    assert student.error_rate == pytest.approx(plain.error_rate, rel=1e-12)
    noise = GaussianPopulation(np.ones(80), np.zeros(80), noise_variance=2.0)
    student = theory.self_distill(theory.least_squares(noise, 60), mixing=1.0, alpha=3.0)
    plain = theory.least_squares(noise, 60, alpha=3.0)
    for name in ("risk", "train_risk"):
        assert getattr(student, name) == pytest.approx(getattr(plain, name), rel=1e-12)


def test_the_threshold_without_a_ridge_is_infinite_and_no_exception():
    teacher = theory.least_squares(population(), 80, alpha=[0.0, 0.0, 1.0])
    students = theory.self_distill(teacher, alpha=[0.0, 1.0, 1.0], mixing=0.5)
    assert students.risk[0] == np.inf
    assert np.isfinite(students.risk[1:]).all()
    assert students.error_rate[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("flips", "n", "alpha", "options"),
    [
        (0.1, 200, 8.0, {"mixing": -0.6, "labels": "hard"}),
        (0.2, 120, 2.0, {"mixing": 0.8, "labels": "hard"}),
        (None, 200, 20.0, {"mixing": 0.7, "labels": "hard"}),
        (None, 150, 3.0, {"mixing": 0.9, "labels": "soft"}),
    ],
)
def test_law_and_simulation(flips, n, alpha, options):
    people = population(p=120, decay=0.7, flips=flips)
    names = "risk train_risk error_rate agreement"
    own = theory.least_squares(people, n, alpha=alpha)
    law = theory.self_distill(own, alpha=alpha / 2, **options)
    predicted = np.array([getattr(law, name) for name in names.split()])

    def simulate(rng):
        seed = rng.integers(2**32)  # one seed, one training set
        model = simulation.self_distill(
            people, n, alpha=alpha, student_alpha=alpha / 2, rng=seed, **options
        )
        teacher = simulation.least_squares(people, n, alpha=alpha, rng=seed)
        return figures(people, model, names, teacher)

    assert_matches_theory(simulate, predicted, n_repeats=50, bias=0.015, rng=0)


def test_signs_mixed_with_real_labels_match_simulation():
    people = population(p=60, decay=0.7)
    options = {"labels": "hard", "mixing": 0.6}
    law = theory.self_distill(theory.least_squares(people, 90, alpha=8.0), alpha=5.0, **options)
    predicted = np.array([law.risk, law.train_risk])

    def simulate(rng):
        model = simulation.self_distill(
            people, 90, alpha=8.0, student_alpha=5.0, rng=rng, **options
        )
        return figures(people, model, "risk train_risk")

    assert_matches_theory(simulate, predicted, n_repeats=100, bias=0.02, rng=0)


@pytest.mark.parametrize(("flips", "labels"), [(0.2, "hard"), (None, "hard"), (None, "soft")])
def test_the_risk_against_labels_mixed_in_the_same_way(flips, labels):
    people, n, share = population(p=60, decay=0.7, flips=flips), 90, 0.6
    s, b = people.eigenvalues, people.coef
    own = theory.least_squares(people, n, alpha=4.0)
    law = theory.self_distill(own, labels=labels, mixing=share, alpha=2.0)

    def simulate(rng):
        X = people.sample(n, rng=rng)
        y = people.label(X, rng=rng)
        teacher = np.linalg.solve(X.T @ X + 4 * np.eye(60), X.T @ y)
        score = X @ teacher
        mixed = (1 - share) * y + share * (np.sign(score) if labels == "hard" else score)
        student = np.linalg.solve(X.T @ X + 2 * np.eye(60), X.T @ mixed)
        # On a fresh example, by the arcsine law and Stein's identity.
        size = np.sum(s * teacher**2)
        truth = people.label_scale * s * b
        slope = s * teacher * (np.sqrt(2 / np.pi / size) if labels == "hard" else 1)
        own = 1.0 if labels == "hard" else size
        both = slope @ b * people.label_scale
        if flips:
            both = (1 - 2 * flips) * (1 - 2 * people.error_rate(teacher))
        square = people.signal * people.label_scale**2 + people.label_noise
        labelled = (1 - share) ** 2 * square + share**2 * own + 2 * share * (1 - share) * both
        return (
            labelled - 2 * student @ ((1 - share) * truth + share * slope) + np.sum(s * student**2)
        )

    assert_matches_theory(simulate, law.target_risk, n_repeats=100, bias=0.02, rng=0)


@pytest.mark.parametrize("n", [80, 120, 121, 200])
def test_without_a_ridge_a_student_of_soft_labels_is_its_teacher_at_its_threshold_too(n):
    """The least-norm coefficients that meet all of Z w_T are w_T, which lies in Z's row space."""
    people = population(p=120)
    teacher = theory.least_squares(people, n, alpha=0.7)
    student = theory.self_distill(teacher, labels="soft", alpha=0.0)
    model = simulation.self_distill(people, n, alpha=0.7, student_alpha=0.0, labels="soft", rng=0)
    taught_by = simulation.least_squares(people, n, alpha=0.7, rng=0)
    assert (student.risk, student.error_rate) == (teacher.risk, teacher.error_rate)
    assert student.train_risk == 0
    assert model.train_risk[0] == pytest.approx(0, abs=1e-12)
    agreement = people.agreement(model.coef, taught_by.coef)
    assert student.agreement == pytest.approx(agreement[0], abs=1e-6)


@pytest.mark.parametrize("size", [0.1, 3.0])
def test_a_teacher_that_found_the_truth_teaches_it(size):
    people = GaussianPopulation(np.ones(40), np.full(40, size))
    teacher = theory.least_squares(people, 100, alpha=1e-9)
    student = theory.self_distill(teacher, mixing=0.5)
    np.testing.assert_allclose(student.coef_mean, size, rtol=1e-9)
    assert student.risk == pytest.approx(0, abs=1e-15 * people.signal)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"mixing": "most"}, "mixing"),
        ({"mixing": np.inf}, "mixing"),
        ({"labels": "firm"}, "labels"),
        ({"alpha": -1.0}, "alpha"),
    ],
)
def test_what_has_not_been_derived_raises(options, named):
    with pytest.raises(ValueError, match=named):
        theory.self_distill(theory.least_squares(population(), 50, alpha=1.0), **options)


def test_students_and_limits_cannot_self_distill():
    teacher = theory.least_squares(population(), 50, alpha=1.0)
    with pytest.raises(ValueError, match="with a teacher"):
        theory.self_distill(teacher.distill(100))
    with pytest.raises(ValueError, match="GradientFlowLaw"):
        theory.self_distill(theory.gradient_flow(population(), 50, 1.0))
    with pytest.raises(ValueError, match="n_samples"):
        theory.self_distill(theory.least_squares(population(), np.inf, alpha=1.0))

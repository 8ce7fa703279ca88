import numpy as np
import pytest
from scipy import integrate, stats

from ddkd import simulation, theory
from ddkd.testing import assert_matches_theory


@pytest.mark.parametrize(
    ("n_classes", "radius", "n", "p", "flip_rate", "m"),
    [(10, 4.0, 1200, 600, 0.1, 2400), (3, 2.5, 300, 600, 0.1, 1500)],
)
@pytest.mark.parametrize(
    "n_repeats", [8, pytest.param(40, marks=pytest.mark.slow, id="40 repeats")]
)
def test_wide_students_match_simulation(n_classes, radius, n, p, flip_rate, m, n_repeats):
    teacher = theory.class_mixture(n_classes, radius, n, p, flip_rate=flip_rate)
    student = teacher.distill(m)

    def simulate(rng):
        fit = simulation.class_mixture(n_classes, radius, n, p, flip_rate=flip_rate, rng=rng)
        return [fit.error_rate, fit.distill(m, rng=rng).error_rate]

    prediction = [teacher.error_rate, student.error_rate]
    assert_matches_theory(
        simulate, prediction, n_repeats=n_repeats, false_alarm=1e-4, bias=0.01, rng=0
    )


def test_ridges_and_few_examples_match_simulation():
    teacher = theory.class_mixture(4, 3.0, 200, 300, alpha=20.0)
    students = [
        teacher.distill(150, alpha=5.0, labels=kind).error_rate for kind in ("hard", "soft")
    ]

    def simulate(rng):
        fit = simulation.class_mixture(4, 3.0, 200, 300, alpha=20.0, rng=rng)
        return [fit.error_rate] + [
            fit.distill(150, alpha=5.0, labels=kind, rng=rng).error_rate
            for kind in ("hard", "soft")
        ]

    prediction = [teacher.error_rate, *students]
    assert_matches_theory(simulate, prediction, n_repeats=15, bias=0.015, rng=1)


def test_from_a_teachers_own_error_the_student_is_predicted_better():
    # One teacher, its measured error, and its students.
    fit = simulation.class_mixture(10, 4.0, 900, 600, flip_rate=0.1, rng=5)
    law = theory.class_mixture_model(10, 4.0, 600, error_rate=fit.error_rate).distill(3000)
    assert_matches_theory(
        lambda rng: fit.distill(3000, rng=rng).error_rate,
        law.error_rate,
        n_repeats=5,
        bias=0.01,
        rng=2,
    )


def test_error_and_moments_by_quadrature():
    from ddkd.theory.class_mixture import _argmax_moments

    K, a = 7, 1.3
    right = integrate.quad(lambda g: stats.norm.pdf(g) * stats.norm.cdf(g + a) ** 6, -12, 12)[0]
    own = integrate.quad(lambda g: g * stats.norm.pdf(g) * stats.norm.cdf(g + a) ** 6, -12, 12)[0]
    other = integrate.quad(
        lambda g: g * stats.norm.pdf(g) * stats.norm.cdf(g - a) * stats.norm.cdf(g) ** 5,
        -12,
        12,
    )[0]
    P, gain = _argmax_moments(np.asarray(a), K)
    assert pytest.approx(right, rel=1e-11) == P
    assert gain == pytest.approx((own + 6 * other) / 6, rel=1e-10)
    law = theory.class_mixture_model(K, 3.0, 100, error_rate=1 - right)
    assert law.margin == pytest.approx(a, rel=1e-10)
    chance, best = 1 - 1 / K, theory.class_mixture(K, 3.0, np.inf, 100).error_rate
    for error, margin in ((chance, 0.0), (best, 3.0)):
        law = theory.class_mixture_model(K, 3.0, 100, error_rate=error)
        assert law.margin == pytest.approx(margin, abs=1e-9)
    for error in (chance + 1e-9, best * (1 - 1e-9)):
        with pytest.raises(ValueError, match="between Bayes'"):
            theory.class_mixture_model(K, 3.0, 100, error_rate=error)


def test_hard_labels_improve_and_soft_labels_return():
    teacher = theory.class_mixture(10, 4.0, [300, 900, 3000], 600, flip_rate=0.1)
    assert (teacher.distill(np.inf).error_rate < teacher.error_rate).all()
    soft = teacher.distill(1000, labels="soft")
    np.testing.assert_allclose(soft.margin, teacher.margin, rtol=1e-12)
    best = teacher.generations(40, np.inf)[-1]
    np.testing.assert_allclose(best.margin, 4.0, rtol=1e-6)


def test_threshold_and_infinity():
    law = theory.class_mixture(5, 3.0, [600, np.inf], 600)
    assert law.error_rate[0] == pytest.approx(0.8)
    assert law.margin[1] == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: theory.class_mixture(1, 3.0, 10, 10), "n_classes"),
        (lambda: theory.class_mixture(3, 0.0, 10, 10), "radius"),
        (lambda: theory.class_mixture(3, 1.0, 0, 10), "n_samples"),
        (lambda: theory.class_mixture(3, 1.0, 10, 2.5), "n_features"),
        (lambda: theory.class_mixture(3, 1.0, 10, 10, flip_rate=0.7), "flip_rate"),
        (lambda: theory.class_mixture_model(3, 1.0, 10, error_rate=0.9), "error_rate"),
        (lambda: theory.class_mixture(3, 1.0, 10, 10).distill(0), "n_transfer"),
        (lambda: simulation.class_mixture(3, 1.0, 10, 2), "n_classes"),
        (lambda: simulation.class_mixture(3, -1.0, 10, 5), "radius"),
    ],
)
def test_bad_arguments_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()

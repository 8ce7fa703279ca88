"""The teacher from whose labels a student learns most."""

import numpy as np
import pytest

from ddkd import theory
from ddkd.populations import GaussianPopulation

I = np.arange(1.0, 501)


def test_the_published_setting():
    population = GaussianPopulation(I**-2, I**0.25)  # s b^2 = i^-1.5
    best = theory.best_teacher(population, 200)
    truth = theory.least_squares(population, 200)
    assert round(truth.risk, 5) == 0.11937
    assert round(best.student.risk, 5) == 0.08325
    # The best teacher that only leaves coefficients out.
    masked = []
    for width in range(100, 260):
        coef = np.where(width >= I, population.coef, 0.0)
        masked.append(risk_of_student_of(population, coef, 200))
    assert round(min(masked), 5) == 0.08966


def risk_of_student_of(population, coef, n):
    """Risk of min-norm on noiseless labels of `coef`, against the population's truth."""
    s = population.eigenvalues
    law = theory.least_squares(GaussianPopulation(s, coef), n)
    bias = np.sum(s * (population.coef - law.coef_mean) ** 2)
    return bias + np.sum(s * law.coef_variance)


@pytest.mark.parametrize("labels", ["real", "hard"])
@pytest.mark.parametrize(("n", "alpha"), [(60, 0.0), (120, 2.0), (300, 0.5)])
def test_no_other_teacher_is_better(labels, n, alpha):
    s, b = 5 * I[:100] ** -1.2, np.cos(I[:100])
    population = GaussianPopulation(s, b, labels=labels)
    best = theory.best_teacher(population, n, alpha=alpha)
    rng = np.random.default_rng(n)
    figure = "risk" if labels == "real" else "error_rate"
    least = getattr(best.student, figure)
    assert least < getattr(student_of(population, population.coef, n, alpha), figure)
    again = student_of(population, best.coef, n, alpha)
    assert getattr(again, figure) == pytest.approx(least, rel=1e-12)
    for size in (0.3, 0.01):
        for _ in range(20):
            other = best.coef * (1 + size * rng.standard_normal(100))
            assert getattr(student_of(population, other, n, alpha), figure) > least


def student_of(population, coef, n, alpha):
    """Law of a student of a fixed teacher: a fit with endless samples of the teacher's labels."""
    s = population.eigenvalues
    teacher = theory.least_squares(GaussianPopulation(s, coef), np.inf)
    swapped = theory.LinearLaw(
        **{name: getattr(teacher, name) for name in teacher.__dataclass_fields__}
        | {"population": population}
    )
    return swapped.distill(n, alpha=alpha)


@pytest.mark.parametrize("labels", ["real", "hard"])
def test_without_a_ridge_and_with_enough_examples_the_truth_is_best(labels):
    population = GaussianPopulation(I[:50] ** -1, np.ones(50), labels=labels)
    best = theory.best_teacher(population, [80, 200], features=np.arange(30))
    ratio = best.coef[:, :30] / population.coef[:30]
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio[:, :1], ratio.shape), rtol=1e-12)
    assert not best.coef[:, 30:].any()


def test_it_amplifies_what_the_student_can_learn_and_drops_the_rest():
    population = GaussianPopulation(I**-2, I**0.25)
    best = theory.best_teacher(population, 200)
    kappa = theory.least_squares(population, 200).kappa
    s, A = population.eigenvalues, population.eigenvalues / (population.eigenvalues + kappa)
    g = np.sum(A**2) / (200 - np.sum(A**2))
    gain = best.coef / population.coef
    np.testing.assert_array_equal(gain > 1, s / kappa > g)


def test_bad_arguments_are_named():
    population = GaussianPopulation(I**-2, I**0.25)
    for change, word in (({"n_samples": 0}, "n_samples"), ({"alpha": -1.0}, "alpha")):
        with pytest.raises(ValueError, match=word):
            theory.best_teacher(**{"population": population, "n_samples": 9} | change)
    with pytest.raises(ValueError, match="population"):
        theory.best_teacher(I, 9)

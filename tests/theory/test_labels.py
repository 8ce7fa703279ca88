"""What a student is handed by default: labels of its population's kind; all columns if asked."""

import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd.populations import Clusters, GaussianPopulation, MixturePopulation

REAL = GaussianPopulation(np.ones(20), np.ones(20), noise_variance=1.0)
HARD = GaussianPopulation(np.ones(20), np.ones(20), labels="hard")
CLUSTERS = MixturePopulation(np.ones(20), np.full(20, 0.3))
L = 1 / np.arange(1, 41)

LAWS = {
    "linear, real": (theory.least_squares(REAL, 15), (50,), "soft"),
    "linear, hard": (theory.least_squares(HARD, 15), (50,), "hard"),
    "two clusters": (theory.least_squares(CLUSTERS, 15), (50,), "hard"),
    "random features, real": (theory.random_features(L, L, 15, 30), (50, 30), "soft"),
    "random features, hard": (
        theory.random_features(L, L, 15, 30, labels="hard"),
        (50, 30),
        "hard",
    ),
    "clusters": (theory.cluster_mixture(4, 2.0, 15, 20), (50,), "hard"),
}


@pytest.mark.parametrize("name", LAWS)
def test_a_law_hands_on_labels_of_its_populations_kind(name):
    law, sizes, kind = LAWS[name]
    errors = {k: law.distill(*sizes, labels=k).error_rate for k in ("hard", "soft")}
    assert errors["hard"] != errors["soft"]
    assert law.distill(*sizes).error_rate == errors[kind]


@pytest.mark.parametrize(
    ("population", "kind"),
    [(REAL, "soft"), (HARD, "hard"), (CLUSTERS, "hard"), (Clusters(4, 2.0, 20), "hard")],
)
def test_so_does_a_simulated_model(population, kind):
    coef = simulation.least_squares(population, 15, rng=0).coef
    students = {
        k: simulation.distill(population, coef, 50, labels=k, rng=1).coef
        for k in ("hard", "soft", None)
    }
    assert not np.allclose(students["hard"], students["soft"])
    np.testing.assert_array_equal(students[None], students[kind])


def test_hard_labels_of_a_regression_teacher_must_be_asked_for_and_the_repr_says_so():
    teacher = theory.least_squares(REAL, 40)
    assert "labels='own'" in repr(teacher)
    assert "labels='soft'" in repr(teacher.distill(50))
    assert "labels='hard'" in repr(teacher.distill(50, labels="hard"))
    # A regression student imitates its teacher's numbers: with m > p it is its teacher.
    assert teacher.distill(50).risk == pytest.approx(teacher.risk, rel=1e-14)
    assert teacher.distill(50, labels="hard").risk > 2 * teacher.risk


@pytest.mark.parametrize("population", [HARD, CLUSTERS])
def test_a_student_may_have_every_column(population):
    teacher = theory.least_squares(population, 15, features=np.arange(5))
    every = teacher.distill(200, features="all")
    assert every.features.all()
    assert every.error_rate == teacher.distill(200, features=np.arange(20)).error_rate
    assert every.error_rate != teacher.distill(200).error_rate
    coef = simulation.least_squares(population, 15, features=np.arange(5), rng=0).coef
    for features, count in (("all", 20), (None, 5)):
        student = simulation.distill(population, coef, 200, features=features, rng=1)
        assert np.count_nonzero(student.coef) == count


@pytest.mark.parametrize("name", LAWS)
def test_other_labels_are_refused(name):
    law, sizes, _ = LAWS[name]
    with pytest.raises(ValueError, match="labels must be one of 'hard', 'soft'; got 'warm'"):
        law.distill(*sizes, labels="warm")


@pytest.mark.parametrize("name", LAWS)
def test_the_repr_of_a_law_is_short(name):
    law, sizes, _ = LAWS[name]
    for one in (law, law.distill(*sizes)):
        lines = repr(one).splitlines()
        assert len(lines) <= 20
        assert max(map(len, lines)) <= 78
        assert "_score" not in repr(one)

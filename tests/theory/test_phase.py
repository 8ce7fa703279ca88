from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from ddkd import theory
from ddkd.populations import GaussianPopulation

D = 400


def evenly_spread(flip_rate=0.1):
    return GaussianPopulation(np.ones(D), np.ones(D), labels="hard", flip_rate=flip_rate)


def core_and_tail(flip_rate=0.1):
    """Signal on 20 strong columns; 380 weak ones without any."""
    s, b = np.full(D, 0.02), np.zeros(D)
    s[:20] = b[:20] = 1.0
    return GaussianPopulation(s, b, labels="hard", flip_rate=flip_rate)


def test_student_gains_on_the_interpolating_direct_model_only():
    population, width = evenly_spread(), np.arange(4, D + 1, 4)
    sizes = {"n_samples": [D // 2], "n_transfer": 10 * D, "teacher_width": D}
    diagram = theory.phase_diagram(population, student_width=width, alpha=0.0, **sizes)
    gain = diagram.gain[0]
    assert width[gain > 0].min() / D == pytest.approx(0.22, abs=0.01)
    assert width[gain > 0].max() / D == pytest.approx(0.93, abs=0.01)
    assert np.diff(np.flatnonzero(gain > 0)).max() == 1
    assert diagram.student_error.min() > diagram.direct_error.min()
    assert diagram.gain_over_teacher.max() < 0
    tuned = theory.best_alpha(population, D // 2, features=theory.prefix_masks(width, D))
    assert (diagram.student_error[0] > tuned.error_rate - 0.001).all()


@pytest.mark.slow
def test_with_a_strong_core_and_a_weak_tail_the_student_beats_all_but_the_best_tuned():
    # Among these are the best of all widths: 400 without a ridge, and 20 with the best one.
    every = theory.prefix_masks(np.r_[1:80, 80 : D + 1 : 8], D)
    population = core_and_tail()
    diagram = theory.phase_diagram(
        population,
        n_samples=[30, 40],
        n_transfer=20 * D,
        teacher_width=D,
        student_width=[10, 20],
        alpha=0.0,
    )
    assert diagram.gain[:, 1].min() > 0.005
    assert diagram.gain_over_teacher[:, 1].min() > 0.005
    assert diagram.gain_over_best[:, 1].min() > 0.005
    for n, error in zip((30, 40), diagram.student_error.min(axis=1), strict=True):
        assert theory.least_squares(population, n, features=every).error_rate.min() > error + 0.005
        assert theory.best_alpha(population, n, features=every).error_rate.min() < error


POPULATION = GaussianPopulation(
    np.repeat([1.0, 0.3, 0.1], [30, 50, 40]),
    np.repeat([1.0, -0.5, 0.2], [40, 30, 50]),
    labels="hard",
    flip_rate=0.1,
)
AXES = {
    "flip_rate": [0.0, 0.2, 0.4],
    "n_samples": [40, 80, 200],
    "teacher_width": [35, 80, 120],
    "student_width": [20, 60, 120],
    "n_transfer": [60, 150, 4000],
}
SCALARS = {
    "flip_rate": 0.1,
    "n_samples": 70,
    "teacher_width": 100,
    "student_width": 50,
    "n_transfer": 300,
}


def diagram_of(row, column, **options):
    grid = SCALARS | {k: AXES[k] for k in (row, column)}
    return theory.phase_diagram(POPULATION, **grid, **options)


@pytest.mark.parametrize(("row", "column"), list(combinations(AXES, 2)))
def test_every_grid_is_made_of_the_laws(row, column):
    diagram = diagram_of(row, column, alpha=0.3)
    assert (diagram.row_name, diagram.column_name) == (row, column)
    assert diagram.fixed == {k: v for k, v in SCALARS.items() if k not in (row, column)}
    for i, j in ((0, 1), (1, 0), (2, 2)):
        at = SCALARS | {row: AXES[row][i], column: AXES[column][j]}
        population = replace(POPULATION, flip_rate=at["flip_rate"])
        n, T, S = at["n_samples"], np.arange(at["teacher_width"]), np.arange(at["student_width"])
        teacher = theory.least_squares(population, n, features=T, alpha=0.3)
        student = teacher.distill(at["n_transfer"], features=S, alpha=0.3)
        direct = theory.least_squares(population, n, features=S, alpha=0.3)
        assert diagram.teacher_error[i, j] == pytest.approx(teacher.error_rate, rel=1e-12)
        assert diagram.student_error[i, j] == pytest.approx(student.error_rate, rel=1e-12)
        assert diagram.direct_error[i, j] == pytest.approx(direct.error_rate, rel=1e-12)
    assert (diagram.teacher_alpha == 0.3).all()


def test_each_model_has_its_best_ridge_unless_one_is_given():
    diagram = diagram_of("flip_rate", "student_width")
    ridges = np.append(0.0, POPULATION.eigenvalues.sum() * np.geomspace(1e-4, 1e2, 40))
    assert np.isclose(diagram.teacher_alpha[..., None], ridges, rtol=1e-12).any(axis=-1).all()
    for i, rate in enumerate(AXES["flip_rate"]):
        population, n = replace(POPULATION, flip_rate=rate), SCALARS["n_samples"]
        widths = theory.prefix_masks(AXES["student_width"], 120)
        direct = theory.best_alpha(population, n, features=widths)
        np.testing.assert_allclose(diagram.direct_error[i], direct.error_rate, atol=2e-4)
        best = theory.best_alpha(population, n, features=np.arange(100))
        np.testing.assert_allclose(diagram.teacher_error[i], best.error_rate, atol=2e-4)
        teacher = theory.least_squares(
            population, n, features=np.arange(100), alpha=diagram.teacher_alpha[i, 0]
        )
        np.testing.assert_allclose(diagram.teacher_error[i], teacher.error_rate, rtol=1e-12)
        fine = np.append(0.0, np.geomspace(1e-3, 1e4, 2000))[:, None]
        student = teacher.distill(300, features=widths, alpha=fine).error_rate.min(axis=0)
        assert (diagram.student_error[i] >= student - 1e-9).all()
        np.testing.assert_allclose(diagram.student_error[i], student, atol=2e-4)


def test_no_ridge_is_among_those_that_are_tried():
    # 395 weak columns are a ridge, and a penalty of its own would only be harmful.
    s, b = np.full(400, 0.3), np.zeros(400)
    s[:5] = b[:5] = 5.0
    population, sizes = GaussianPopulation(s, b, labels="hard"), {"n_samples": [8, 100]}
    diagram = theory.phase_diagram(
        population, n_transfer=[800], teacher_width=400, student_width=5, **sizes
    )
    assert theory.best_alpha(population, 8).alpha == 0
    assert diagram.teacher_alpha[0] == 0
    assert diagram.teacher_alpha[1] > 0


def test_random_features_are_those_of_the_kernel():
    s, b = 1 / np.arange(1, 301), np.ones(300)
    population = GaussianPopulation(s, b, labels="hard")
    diagram = theory.phase_diagram(
        population,
        n_samples=100,
        n_transfer=[200, 5000],
        teacher_width=800,
        student_width=40,
        flip_rate=[0.0, 0.1],
        features="random",
    )
    problem = (s, np.sqrt(s) * b, 100)
    options = {"labels": "hard", "flip_rate": 0.1}
    alphas = np.geomspace(1e-3, 1e3, 400)
    direct = theory.random_features(*problem, 40, alpha=alphas, **options).error_rate.min()
    assert diagram.direct_error[1] == pytest.approx(direct, abs=1e-4)
    teacher = theory.random_features(*problem, 800, alpha=diagram.teacher_alpha[1, 0], **options)
    assert diagram.teacher_error[1] == pytest.approx(teacher.error_rate, rel=1e-12)
    student = teacher.distill(5000, 40, alpha=alphas).error_rate.min()
    assert diagram.student_error[1, 1] == pytest.approx(student, abs=1e-4)
    assert np.all(diagram.student_error >= diagram.teacher_error)
    assert np.all(np.diff(diagram.student_error, axis=1) < 0)


def test_thresholds_are_coins():
    diagram = theory.phase_diagram(
        evenly_spread(),
        n_samples=[100, 200],
        n_transfer=300,
        teacher_width=200,
        student_width=[100, 300],
        alpha=0.0,
    )
    assert diagram.direct_error[0, 0] == 0.5
    assert diagram.teacher_error[1, 0] == 0.5
    assert (diagram.student_error[1] == 0.5).all()
    assert diagram.student_error[0, 1] == 0.5
    assert diagram.student_error[0, 0] < 0.5


def test_pure_noise_is_a_coin():
    diagram = theory.phase_diagram(
        evenly_spread(0.5),
        n_samples=[100, 200],
        n_transfer=[300, 400],
        teacher_width=50,
        student_width=20,
    )
    for errors in (diagram.student_error, diagram.teacher_error, diagram.direct_error):
        assert (errors == 0.5).all()


def written(student_error, **changes):
    """A diagram whose directly trained model errs on 25 % and whose teacher on 10 %."""
    shape = np.shape(student_error)
    fields = {
        "row_name": "flip_rate",
        "row_values": 0.1 * np.arange(shape[0]),
        "column_name": "n_transfer",
        "column_values": np.array([100, 200, 400]),
        "fixed": {},
        "student_error": np.array(student_error),
        "teacher_error": np.full(shape, 0.1),
        "direct_error": np.full(shape, 0.25),
        "teacher_alpha": np.full(shape, 0.3),
    }
    return theory.PhaseDiagram(**fields | changes)


def test_a_recipe_takes_transfer_sizes_in_any_order():
    people = GaussianPopulation(np.ones(200), np.ones(200), labels="hard", flip_rate=0.1)
    fixed = {"n_samples": 100, "teacher_width": 200, "student_width": [20, 100], "alpha": 0.0}
    sizes = np.array([200, 500, 2000, 100])
    recipe = theory.phase_diagram(people, n_transfer=np.sort(sizes), **fixed).recipe()
    assert theory.phase_diagram(people, n_transfer=sizes, **fixed).recipe() == recipe


def test_a_recipe_in_words():
    found = written([[0.3, 0.2, 0.1], [0.1] * 3, [0.4] * 3, [0.3, 0.2, 0.4], [0.1, 0.3, 0.1]])
    first, always, never, not_at_last, again = found.recipe().splitlines()
    assert first == (
        "With 0 % label noise distil with 200 transfer rows or more: 400 make the student better "
        "by 15.0 points than its model trained directly."
    )
    assert always.startswith(
        "With 10 % label noise distil with any number of transfer rows from 100 on: 400 make"
    )
    assert never == "With 20 % label noise do not distil: up to 400 transfer rows do not pay."
    assert "do not distil" in not_at_last
    assert "distil with 400 transfer rows or more" in again  # fewer were seen to fail
    rows = {"row_name": "n_samples", "row_values": np.array([1000])}
    assert written([[0.1] * 3], **rows).recipe().startswith("With n_samples = 1,000 distil")
    with pytest.raises(ValueError, match="a recipe needs n_transfer"):
        written([[0.1] * 3], column_name="student_width").recipe()


def test_gains_are_signed_as_they_say():
    found = written([[0.05, 0.2, 0.3]])
    np.testing.assert_allclose(found.gain, [[0.2, 0.05, -0.05]])
    np.testing.assert_allclose(found.gain_over_teacher, [[0.05, -0.1, -0.2]])
    np.testing.assert_allclose(found.gain_over_best, [[0.05, -0.1, -0.2]])


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"n_samples": 10}, "exactly two"),
        ({"student_width": [1, 2]}, "exactly two"),
        ({"n_samples": [[10]]}, "exactly two"),
        ({"n_samples": [0, 1]}, "n_samples"),
        ({"n_samples": []}, "n_samples"),
        ({"n_samples": [np.inf]}, "n_samples"),
        ({"teacher_width": 500}, "teacher_width"),
        ({"flip_rate": 0.6}, "flip_rate"),
        ({"alpha": -1.0}, "alpha"),
        ({"features": "all"}, "features"),
        ({"population": GaussianPopulation([1.0], [1.0])}, "hard labels"),
    ],
)
def test_bad_arguments_are_named(kwargs, named):
    arguments = {
        "population": evenly_spread(),
        "n_samples": [10, 20],
        "n_transfer": [10, 20],
        "teacher_width": 20,
        "student_width": 20,
    }
    with pytest.raises(ValueError, match=named):
        theory.phase_diagram(**arguments | kwargs)

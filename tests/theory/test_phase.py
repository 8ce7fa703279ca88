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


def test_student_gains_on_the_interpolating_direct_student_only():
    width = np.arange(4, D + 1, 4)
    diagram = theory.phase_diagram(
        evenly_spread(),
        n_samples=[D // 2, D // 2 + 1],
        n_transfer=10 * D,
        teacher_width=D,
        student_width=width,
    )
    gains = width[diagram.gain_over_direct[0] > 0] / D
    assert gains.min() == pytest.approx(0.22, abs=0.01)
    assert gains.max() == pytest.approx(0.93, abs=0.01)
    assert np.diff(np.flatnonzero(diagram.gain_over_direct[0] > 0)).max() == 1
    assert diagram.gain_over_best_width.max() < 0
    assert diagram.gain_over_tuned.max() < 0.001
    assert diagram.gain_over_teacher.max() < 0


def test_with_a_strong_core_and_a_weak_tail_the_student_beats_all_but_the_best_tuned():
    diagram = theory.phase_diagram(
        core_and_tail(),
        n_samples=[30, 40],
        n_transfer=20 * D,
        teacher_width=D,
        student_width=[10, 20],
    )
    gains = (diagram.gain_over_direct, diagram.gain_over_best_width, diagram.gain_over_teacher)
    for gain in gains:
        assert gain[:, 1].min() > 0.005
    assert diagram.gain_over_best_tuned.max() < 0


POPULATION = GaussianPopulation(
    np.repeat([1.0, 0.3, 0.1], [30, 50, 40]),
    np.repeat([1.0, -0.5, 0.2], [40, 30, 50]),
    labels="hard",
    flip_rate=0.1,
)
AXES = {
    "n_samples": [40, 80, 200],
    "n_transfer": [60, 150, 4000],
    "teacher_width": [35, 80, 120],
    "student_width": [20, 60, 120],
    "flip_rate": [0.0, 0.2, 0.4],
}
SCALARS = {
    "n_samples": 70,
    "n_transfer": 300,
    "teacher_width": 100,
    "student_width": 50,
    "flip_rate": 0.1,
}


@pytest.mark.parametrize(("row", "column"), list(combinations(AXES, 2)))
def test_every_grid_is_made_of_the_laws(row, column):
    diagram = theory.phase_diagram(POPULATION, **SCALARS | {k: AXES[k] for k in (row, column)})
    assert (diagram.row_name, diagram.column_name) == (row, column)
    for i, j in ((0, 1), (1, 0), (2, 2)):
        at = SCALARS | {row: AXES[row][i], column: AXES[column][j]}
        population = GaussianPopulation(
            POPULATION.eigenvalues, POPULATION.coef, labels="hard", flip_rate=at["flip_rate"]
        )
        n, T, S = at["n_samples"], np.arange(at["teacher_width"]), np.arange(at["student_width"])
        teacher = theory.least_squares(population, n, features=T)
        student = teacher.distill(at["n_transfer"], features=S)
        direct = theory.least_squares(population, n, features=S)
        tuned = theory.best_alpha(population, n, features=S)
        every = theory.prefix_masks(np.arange(1, 121), 120)
        widths = theory.least_squares(population, n, features=every)
        ridges = theory.best_alpha(population, n, features=every)
        assert diagram.teacher_error[i, j] == pytest.approx(teacher.error_rate, rel=1e-12)
        assert diagram.student_error[i, j] == pytest.approx(student.error_rate, rel=1e-10)
        assert diagram.direct_error[i, j] == pytest.approx(direct.error_rate, rel=1e-12)
        assert diagram.tuned_error[i, j] == pytest.approx(tuned.error_rate, abs=1e-5)
        assert diagram.best_width_error[i, j] == pytest.approx(widths.error_rate.min(), rel=1e-12)
        assert diagram.best_tuned_error[i, j] == pytest.approx(ridges.error_rate.min(), abs=1e-5)


def test_thresholds_are_coins():
    diagram = theory.phase_diagram(
        evenly_spread(),
        n_samples=[100, 200],
        n_transfer=300,
        teacher_width=200,
        student_width=[100, 300],
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
    assert (diagram.student_error == 0.5).all()
    assert (diagram.best_tuned_error == 0.5).all()


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"n_samples": 10}, "exactly two"),
        ({"student_width": [1, 2]}, "exactly two"),
        ({"n_samples": [[10]]}, "exactly two"),
        ({"n_samples": [0, 1]}, "n_samples"),
        ({"n_samples": []}, "n_samples"),
        ({"teacher_width": 500}, "teacher_width"),
        ({"flip_rate": 0.6}, "flip_rate"),
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

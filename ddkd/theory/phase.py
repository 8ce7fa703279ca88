"""When a hard-label student is the better model: phase diagrams."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd.populations import GaussianPopulation
from ddkd.theory._arguments import check_counts, check_nonnegative
from ddkd.theory._arrays import ratio
from ddkd.theory._runs import Runs
from ddkd.theory.linear import check_population

__all__ = ["PhaseDiagram", "phase_diagram"]

_SEARCHED_WIDTHS = 128
_CHUNK = 4_000_000
_AXES = ("n_samples", "n_transfer", "teacher_width", "student_width", "flip_rate")


@dataclass(frozen=True, eq=False)
class PhaseDiagram:
    """Errors of a hard-label student and of its rivals over a grid.

    Attributes
    ----------
    row_name, column_name : str
        Which arguments of `phase_diagram` vary.
    row_values, column_values : ndarray
        Their values.
    student_error, teacher_error : ndarray of shape (n_rows, n_columns)
        0-1 error of the min-norm student and of its min-norm teacher.
    direct_error : ndarray of shape (n_rows, n_columns)
        Of the min-norm model with the student's width, trained on the n labels.
    best_width_error : ndarray of shape (n_rows, n_columns)
        Of the best min-norm model of any width.
    tuned_error : ndarray of shape (n_rows, n_columns)
        Of the model with the student's width and the best ridge.
    best_tuned_error : ndarray of shape (n_rows, n_columns)
        Of the model with the best width and ridge.
    """

    row_name: str
    row_values: np.ndarray
    column_name: str
    column_values: np.ndarray
    student_error: np.ndarray
    teacher_error: np.ndarray
    direct_error: np.ndarray
    best_width_error: np.ndarray
    tuned_error: np.ndarray
    best_tuned_error: np.ndarray

    @property
    def gain_over_direct(self) -> np.ndarray:
        """How much lower the student's error is than `direct_error`; negative where higher."""
        return self.direct_error - self.student_error

    @property
    def gain_over_best_width(self) -> np.ndarray:
        """How much lower the student's error is than `best_width_error`."""
        return self.best_width_error - self.student_error

    @property
    def gain_over_tuned(self) -> np.ndarray:
        """How much lower the student's error is than `tuned_error`."""
        return self.tuned_error - self.student_error

    @property
    def gain_over_best_tuned(self) -> np.ndarray:
        """How much lower the student's error is than `best_tuned_error`."""
        return self.best_tuned_error - self.student_error

    @property
    def gain_over_teacher(self) -> np.ndarray:
        """How much lower the student's error is than `teacher_error`."""
        return self.teacher_error - self.student_error


def phase_diagram(
    population: GaussianPopulation,
    *,
    n_samples: Any,
    n_transfer: Any,
    teacher_width: Any,
    student_width: Any,
    flip_rate: Any = None,
) -> PhaseDiagram:
    """Gain of a hard-label student over its rivals, over a grid of any two parameters.

    A min-norm teacher on the first `teacher_width` columns learns n labels; a min-norm student
    on the first `student_width` columns learns the teacher's hard labels on `n_transfer`
    fresh inputs. Their errors are those of `least_squares` and `LinearLaw.distill`, and as
    *asymptotic*. Rivals learn the n labels directly: at the student's width, min-norm or with
    the ridge that minimises the 0-1 error, and the same at the best of all widths. Of more
    than 128 widths, 128 evenly spaced ones, the student's own and the ends of runs of equal
    columns (if those are at most 64) are searched; the best ridge is searched with steps of
    3 % in kappa, which costs less than 1e-5 in error.

    Parameters
    ----------
    population : GaussianPopulation
        A population with hard labels; columns are used in its order.
    n_samples, n_transfer, teacher_width, student_width : int or array_like of int
        Exactly two of the five parameters are one-dimensional arrays: the rows and the
        columns of the diagram, in the order of this signature.
    flip_rate : float, array_like or None, default=None
        Flip rates in place of the population's.

    Returns
    -------
    PhaseDiagram
        Errors and gains; a negative gain says that the rival is better.

    Raises
    ------
    ValueError
        If an argument is out of range, or not exactly two of them are arrays.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import theory
    >>> from ddkd.populations import GaussianPopulation
    >>> population = GaussianPopulation(np.ones(200), np.ones(200), labels="hard", flip_rate=0.1)
    >>> diagram = theory.phase_diagram(
    ...     population,
    ...     n_samples=100,
    ...     n_transfer=[500, 2000],
    ...     teacher_width=200,
    ...     student_width=[20, 100, 200],
    ... )
    >>> diagram.gain_over_direct.round(3)
    array([[-0.01 ,  0.065, -0.018],
           [-0.005,  0.077, -0.004]])
    """
    check_population(population)
    if population.labels != "hard":
        raise ValueError("population must have hard labels for a phase diagram")
    n, m, p_teacher, p_student, flips = axes = _check_axes(
        population, (n_samples, n_transfer, teacher_width, student_width, flip_rate)
    )
    c = (1 - 2 * flips) * np.sqrt(2 / np.pi)
    searched = _searched_widths(population)
    runs = Runs(population, np.unique(np.concatenate([p_teacher, p_student, searched])))

    student, teacher = _pipeline(runs, n, p_teacher, c, m, p_student)
    direct = runs.ridgeless(p_student, n[:, None]).error_rate(c)
    path, every_path = runs.ridge_path(p_student), runs.ridge_path(searched)
    tuned = np.stack([path.tangents(one).least_error(c) for one in n])
    tuned = np.minimum(tuned, direct)
    best = np.stack([runs.ridgeless(searched, one).least_error(c) for one in n])
    best_tuned = np.stack([every_path.tangents(one).flat().least_error(c) for one in n])
    # (n, m, teacher width, student width, flips)
    best = np.minimum(best[:, None], direct)[:, None, None]
    best_tuned = np.minimum(np.minimum(best_tuned[:, None], tuned)[:, None, None], best)
    errors = {
        "student_error": student,
        "teacher_error": teacher[:, None, :, None],
        "direct_error": direct[:, None, None],
        "best_width_error": best,
        "tuned_error": tuned[:, None, None],
        "best_tuned_error": best_tuned,
    }
    shape = tuple(axis.size for axis in axes)
    given = (n_samples, n_transfer, teacher_width, student_width, flip_rate)
    row, column = (i for i, value in enumerate(given) if np.ndim(value) == 1)
    return PhaseDiagram(
        row_name=_AXES[row],
        row_values=axes[row],
        column_name=_AXES[column],
        column_values=axes[column],
        **{
            name: np.broadcast_to(error, shape).reshape(shape[row], shape[column])
            for name, error in errors.items()
        },
    )


def _check_axes(population: GaussianPopulation, given: tuple[Any, ...]) -> tuple[np.ndarray, ...]:
    """All five parameters as vectors; exactly two of them came as such."""
    n, m, p_teacher, p_student, flips = given
    if flips is None:
        flips = population.flip_rate
    vectors = [name for name, value in zip(_AXES, given, strict=True) if np.ndim(value) == 1]
    if len(vectors) != 2 or any(np.ndim(value) > 1 for value in given):
        raise ValueError(
            f"exactly two of {', '.join(_AXES)} must be one-dimensional arrays, the others "
            f"numbers; arrays: {', '.join(vectors) or 'none'}"
        )
    counts = [
        check_counts(name, value, allow_inf=name == "n_transfer")
        for name, value in zip(_AXES[:4], (n, m, p_teacher, p_student), strict=True)
    ]
    rates = check_nonnegative("flip_rate", flips)
    for name, value in zip(_AXES, [*counts, rates], strict=True):
        if value.size == 0:
            raise ValueError(f"{name} is empty; it needs at least one value")
    for name, value in zip(_AXES[2:4], counts[2:], strict=True):
        if (value > population.n_features).any():
            raise ValueError(
                f"{name} must be at most {population.n_features}, the number of features; "
                f"got {value.max():g}"
            )
    if (rates > 0.5).any():
        raise ValueError(f"flip_rate must be at most 1/2; got {rates.max():g}")
    return tuple(np.atleast_1d(value) for value in (*counts, rates))


def _searched_widths(population: GaussianPopulation) -> np.ndarray:
    """Widths among which the best one is looked for."""
    n_features = population.n_features
    if n_features <= _SEARCHED_WIDTHS:
        return np.arange(1.0, n_features + 1)
    even = np.round(np.linspace(1, n_features, _SEARCHED_WIDTHS))
    ends = Runs(population, np.empty(0)).end
    return np.union1d(even, ends) if ends.size <= _SEARCHED_WIDTHS // 2 else even


def _pipeline(
    runs: Runs,
    n: np.ndarray,
    p_teacher: np.ndarray,
    c: np.ndarray,
    m: np.ndarray,
    p_student: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Errors of the students, (n, m, teacher width, student width, c), and the teachers.

    Every sum over columns is bilinear in a vector of the teacher (n, width, c) and one of the
    student (m, width), so a grid is a few matrix products.
    """
    teachers = np.stack(np.broadcast_arrays(n[:, None], p_teacher), -1).reshape(-1, 2)
    students = np.stack(np.broadcast_arrays(m[:, None], p_student), -1).reshape(-1, 2)
    n_runs = runs.size.size
    student_error = np.empty((len(teachers), c.size, len(students)))
    teacher_error = np.empty((len(teachers), c.size))
    for rows in _chunks(len(teachers), n_runs * c.size):
        n_, width = teachers[rows].T
        shares, overlap, teacher_error[rows] = _teachers(runs, n_, width, c)
        for columns in _chunks(len(students), n_runs):
            student_error[rows, :, columns] = _students(runs, shares, overlap, *students[columns].T)
    shape = (n.size, p_teacher.size, c.size, m.size, p_student.size)
    by_axis = student_error.reshape(shape).transpose(0, 3, 1, 4, 2)
    return by_axis, teacher_error.reshape(shape[:3])


def _chunks(total: int, cost: int) -> Iterator[slice]:
    """Slices of a range whose work arrays stay of moderate size."""
    step = max(1, _CHUNK // cost)
    for start in range(0, total, step):
        yield slice(start, start + step)


def _teachers(
    runs: Runs, n: np.ndarray, width: np.ndarray, c: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each teacher: shares and overlap of the score by run, (teachers, c, n_runs), and error.

    Shares are q = E t^2/Q and overlaps v E t/sqrt(Q), times the size of the run.
    """
    shrunk, bias, free = runs.shrinkage(width, n)
    tangents = runs.ridgeless(width, n)
    missed = bias**2 @ (runs.size * runs.energy)
    c = c[:, None]
    with np.errstate(divide="ignore"):
        noise = (1 - c**2 + c**2 * missed[:, None, None]) / free[:, None, None]
    lost = np.isinf(noise)
    square = (shrunk**2)[:, None]
    energy = square * np.where(lost, 1.0, c**2 * runs.energy + np.where(lost, 0.0, noise))
    power = energy @ runs.size
    overlap = np.where(lost, 0.0, c * shrunk[:, None] * runs.energy)
    return (
        ratio(energy, power[..., None]) * runs.size,
        ratio(overlap, np.sqrt(power)[..., None]) * runs.size,
        tangents.error_rate(c[:, 0]),
    )


def _students(
    runs: Runs, shares: np.ndarray, overlap: np.ndarray, m: np.ndarray, width: np.ndarray
) -> np.ndarray:
    """Error of every student of every teacher, (teachers, c, students)."""
    shrunk, bias, free = runs.shrinkage(width, m)
    slope2 = 2 / np.pi
    missed = 1 - slope2 + slope2 * (shares @ (bias**2).T)
    with np.errstate(divide="ignore"):
        own = (shrunk**2 @ runs.size) / free
    power = slope2 * (shares @ (shrunk**2).T) + missed * own
    along = np.sqrt(slope2) * (overlap @ shrunk.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        tangent2 = np.maximum(power / along**2 - 1, 0.0)
    return np.arctan(np.sqrt(np.where(along > 0, tangent2, np.inf))) / np.pi

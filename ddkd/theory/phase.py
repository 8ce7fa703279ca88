"""When a hard-label student is the better model: phase diagrams, composed of the laws."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ddkd._checks import check_choice, check_counts, check_nonnegative
from ddkd._repr import short_repr
from ddkd.populations import GaussianPopulation
from ddkd.theory.least_squares import least_squares, prefix_masks
from ddkd.theory.random_features import random_features

_AXES = ("flip_rate", "n_samples", "teacher_width", "student_width", "n_transfer")
_RIDGES = np.append(0.0, np.geomspace(1e-4, 1e2, 40))  # over the trace


@short_repr
@dataclass(frozen=True, eq=False)
class PhaseDiagram:
    """Errors of a hard-label student and of its rivals over a grid of two parameters.

    Made by `phase_diagram`, and for data by `ddkd.prediction.predict_phase`; drawn by
    `ddkd.prediction.draw_phase`, since theory knows no pictures.

    Attributes
    ----------
    row_name, column_name : str
        Which parameters vary, of flip_rate, n_samples, teacher_width, student_width and
        n_transfer.
    row_values, column_values : ndarray
        Their values.
    fixed : dict of str to float
        The values of the other three.
    student_error, teacher_error : ndarray of shape (n_rows, n_columns)
        0-1 error of the student, and of its teacher.
    direct_error : ndarray of shape (n_rows, n_columns)
        Of the directly trained model: the student's, on the teacher's labelled examples.
    teacher_alpha : ndarray of shape (n_rows, n_columns)
        The teacher's ridge.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.theory import PhaseDiagram
    >>> errors = np.array([[0.2, 0.15], [0.3, 0.28]])
    >>> diagram = PhaseDiagram(
    ...     row_name="flip_rate",
    ...     row_values=np.array([0.0, 0.1]),
    ...     column_name="n_transfer",
    ...     column_values=np.array([100, 400]),
    ...     fixed={"n_samples": 50, "teacher_width": 200, "student_width": 20},
    ...     student_error=errors,
    ...     teacher_error=np.full((2, 2), 0.1),
    ...     direct_error=np.full((2, 2), 0.25),
    ...     teacher_alpha=np.ones((2, 2)),
    ... )
    >>> print(diagram.recipe())
    With 0 % label noise distil with any number of transfer rows from 100 on: 400 make the
    student better by 10.0 points than its model trained directly.
    With 10 % label noise do not distil: up to 400 transfer rows do not pay.
    """

    row_name: str
    row_values: np.ndarray
    column_name: str
    column_values: np.ndarray
    fixed: Mapping[str, float]
    student_error: np.ndarray
    teacher_error: np.ndarray
    direct_error: np.ndarray
    teacher_alpha: np.ndarray

    @property
    def gain(self) -> np.ndarray:
        """How much lower the student's error is than `direct_error`; negative where higher."""
        return self.direct_error - self.student_error

    @property
    def gain_over_teacher(self) -> np.ndarray:
        """How much lower the student's error is than `teacher_error`."""
        return self.teacher_error - self.student_error

    @property
    def gain_over_best(self) -> np.ndarray:
        """How much lower the student's error is than that of the better of both."""
        return np.minimum(self.gain, self.gain_over_teacher)

    def recipe(self) -> str:
        """Say in words from how many unlabelled examples on it pays to distil.

        Returns
        -------
        str
            A sentence for each row, one a line.

        Raises
        ------
        ValueError
            If the columns are not numbers of transfer examples.
        """
        if self.column_name != "n_transfer":
            raise ValueError(
                f"a recipe needs n_transfer for columns; this diagram has {self.column_name}"
            )
        order = np.argsort(self.column_values)
        sizes = self.column_values[order]
        rows = zip(self.row_values, self.gain[:, order], strict=True)
        return "\n".join(
            f"With {_named(self.row_name, value)} {_advice(gain, sizes)}" for value, gain in rows
        )


def _named(name: str, value: float) -> str:
    """The parameter of a row in words."""
    return f"{100 * value:g} % label noise" if name == "flip_rate" else f"{name} = {value:,.0f}"


def _advice(gain: np.ndarray, sizes: np.ndarray) -> str:
    """What to do on one row of a diagram, whose columns are transfer sizes, the least first."""
    losing = np.flatnonzero(gain <= 0)
    # The first size from which on every one pays: never below the true border.
    first = losing[-1] + 1 if losing.size else 0
    if first == sizes.size:
        return f"do not distil: up to {sizes[-1]:,.0f} transfer rows do not pay."
    enough = f"any number of transfer rows from {sizes[0]:,.0f} on"
    if first:
        enough = f"{sizes[first]:,.0f} transfer rows or more"
    return (
        f"distil with {enough}: {sizes[-1]:,.0f} make the student better by "
        f"{100 * gain[-1]:.1f} points than its model trained directly."
    )


def phase_diagram(
    population: GaussianPopulation,
    *,
    n_samples: ArrayLike,
    n_transfer: ArrayLike,
    teacher_width: ArrayLike,
    student_width: ArrayLike,
    flip_rate: ArrayLike | None = None,
    alpha: float | None = None,
    features: str = "columns",
) -> PhaseDiagram:
    """Error of a hard-label student against its rivals', over a grid of any two parameters.

    A teacher learns n labels; a student learns the teacher's hard labels on `n_transfer` fresh
    inputs; the directly trained model is the student's on the n labels. Their errors are those of
    `least_squares` and `LinearLaw.distill` on the population's first columns, or of
    `random_features` and `RandomFeatureLaw.distill`, and as *asymptotic*: a difference below
    about 0.35/n is within their error, near a threshold one below 0.12/sqrt(n).

    Parameters
    ----------
    population : GaussianPopulation
        A population with hard labels.
    n_samples, n_transfer, teacher_width, student_width : int or array_like of int
        Exactly two of the five parameters are one-dimensional arrays. In the order flip_rate,
        n_samples, teacher_width, student_width, n_transfer the first of the two is the
        diagram's rows and the second its columns.
    flip_rate : float, array_like or None, default=None
        Flip rates in place of the population's.
    alpha : float or None, default=None
        Ridge of every model; None for the best of 41 ridges for each, zero among them.
    features : {"columns", "random"}, default="columns"
        What a width counts: the population's first columns, or random features of a kernel
        whose eigenvalues and eigenfunctions are the population's variances and columns, the
        student's drawn independently of the teacher's.

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
    ...     alpha=0.0,
    ... )
    >>> diagram.gain.round(3)
    array([[-0.01 , -0.005],
           [ 0.065,  0.077],
           [-0.018, -0.004]])
    """
    GaussianPopulation.checked(population)
    if population.labels != "hard":
        raise ValueError("population must have hard labels for a phase diagram")
    check_choice("features", features, ("columns", "random"))
    given = {
        "flip_rate": population.flip_rate if flip_rate is None else flip_rate,
        "n_samples": n_samples,
        "teacher_width": teacher_width,
        "student_width": student_width,
        "n_transfer": n_transfer,
    }
    widest = population.n_features if features == "columns" else np.inf
    values = {"flip_rate": check_nonnegative("flip_rate", given["flip_rate"])}
    for name in _AXES[1:]:
        values[name] = check_counts(name, given[name], allow_inf=name == "n_transfer")
        if name.endswith("width") and (values[name] > widest).any():
            raise ValueError(
                f"{name} must be at most {widest}, the number of features; got "
                f"{values[name].max():g}"
            )
    row, column = _varying(values)
    ridges = np.array([alpha]) if alpha is not None else population.eigenvalues.sum() * _RIDGES
    ridges = check_nonnegative("alpha", ridges)
    rows = [
        _errors(population, {**values, row: value}, ridges, features, values[column].shape)
        for value in values[row]
    ]
    student, teacher, direct, strength = np.stack(rows, axis=1)
    return PhaseDiagram(
        row_name=row,
        row_values=np.asarray(given[row]),
        column_name=column,
        column_values=np.asarray(given[column]),
        fixed={name: float(values[name]) for name in _AXES if name not in (row, column)},
        student_error=student,
        teacher_error=teacher,
        direct_error=direct,
        teacher_alpha=strength,
    )


def _varying(values: Mapping[str, np.ndarray]) -> tuple[str, str]:
    """Names of the two parameters that are vectors."""
    vectors = [name for name in _AXES if values[name].ndim == 1 and values[name].size]
    if len(vectors) != 2 or any(value.ndim > 1 for value in values.values()):
        raise ValueError(
            f"exactly two of {', '.join(_AXES)} must be one-dimensional arrays with entries, the "
            f"others numbers; arrays: {', '.join(vectors) or 'none'}"
        )
    return vectors[0], vectors[1]


def _errors(
    population: GaussianPopulation,
    at: Mapping[str, np.ndarray],
    ridges: np.ndarray,
    features: str,
    shape: tuple[int, ...],
) -> np.ndarray:
    """Errors of student, teacher and directly trained model on a row, and the teacher's ridge."""
    population = replace(population, flip_rate=float(at["flip_rate"]))
    every = ridges[:, None]  # ridges along the first axis, columns of the diagram along the last
    model, size = _models(population, features)
    model = partial(model, n_samples=at["n_samples"])
    teachers, students = size(at["teacher_width"]), size(at["student_width"])
    strength = ridges[np.argmin(model(**teachers, alpha=every).error_rate, axis=0)]
    teacher = model(**teachers, alpha=strength)
    direct = model(**students, alpha=every).error_rate.min(axis=0)
    student = teacher.distill(at["n_transfer"], **students, alpha=every).error_rate.min(axis=0)
    parts = student, teacher.error_rate, direct, strength
    return np.stack([np.broadcast_to(part, shape) for part in parts])


def _models(
    population: GaussianPopulation, features: str
) -> tuple[Callable[..., Any], Callable[[np.ndarray], dict[str, np.ndarray]]]:
    """The law of a model that learns the labels, and what it takes for a width."""
    s, p = population.eigenvalues, population.n_features
    if features == "columns":
        return partial(least_squares, population), lambda w: {"features": prefix_masks(w, p)}
    hard: dict[str, Any] = {"labels": "hard", "flip_rate": population.flip_rate}
    law = partial(random_features, s, np.sqrt(s) * population.coef, **hard)
    return law, lambda width: {"n_components": width}

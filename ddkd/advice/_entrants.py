"""What an advice begins with: checked labels and rows, scaled inputs, who competes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ddkd._checks import check_choice, check_matrix, check_vector
from ddkd._labels import MOST_CLASSES, are_numbers, check_labels, codes_of
from ddkd._scale import BANDWIDTHS, Scale, choose_scale
from ddkd.contestants import (
    ADVISED,
    N_SEEN,
    TEACHERS,
    Contestant,
    Inputs,
    Labels,
    Problem,
    Rival,
    Teacher,
    contestants_of,
    kernel_ridge,
    student_of,
)
from ddkd.datasets import TableEncoder, equal_rows
from ddkd.features import bandwidth_gamma

STUDENT_WIDTH = 4  # in units of the labelled rows
_LARGEST, _SMALLEST = 1e100, 1e-100  # beyond these a square may not be finite, or be zero
_HARD_ONLY = {"student-of-neighbours", "student-of-majority"}


def check_truth(y: Any, n_rows: int, task: str | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Class indices and the classes; or numbers and None."""
    y = check_labels("y", y)
    if y.shape != (n_rows,):
        raise ValueError(f"y must hold one label for each of {n_rows} rows; its shape is {y.shape}")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise ValueError("y contains NaN or infinity; every label must be finite")
    kind = "numbers" if are_numbers(y) else "classes"
    if check_choice("task", task or kind, ("classes", "numbers")) == "numbers":
        return check_numbers("y", y), None
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(
            f"y has one class, {classes.tolist()[0]!r}: nothing can be learned from it"
        )
    if task is None and y.dtype.kind in "iu" and len(classes) > max(MOST_CLASSES, n_rows // 3):
        raise ValueError(
            f"y has {len(classes)} different whole numbers in {n_rows} rows: say task='numbers'"
        )
    return codes_of("y", y, classes), classes


def check_numbers(name: str, y: Any) -> np.ndarray:
    """Labels that are numbers; ValueError if they are all equal, or squares leave the range."""
    y = check_vector(name, y)
    largest = np.abs(y).max()
    if largest > _LARGEST or 0 < largest < _SMALLEST:
        raise ValueError(
            f"the largest absolute value of {name} must be from {_SMALLEST:g} to {_LARGEST:g}; "
            f"it is {largest:.3g}: use another unit"
        )
    if np.ptp(y) == 0:
        raise ValueError(f"{name} is {y[0]:g} in every row: nothing can be learned from it")
    return y


def encode(X: Any, X_unlabelled: Any) -> tuple[TableEncoder, np.ndarray, np.ndarray]:
    """What makes arrays of tables, and the labelled and unlabelled rows as arrays.

    An array must hold finite numbers; text and missing cells of a DataFrame are encoded.
    """
    if not hasattr(X, "iloc"):
        X = check_matrix("X", X)
    encoder = TableEncoder().fit(X)
    for name, values in encoder.values_.items():  # numbers that were read as text, dates, names
        if len(values) > max(MOST_CLASSES, len(X) / 2):
            raise ValueError(
                f"column {name} of X holds text of {len(values)} different values, such as "
                f"{values[0]!r}: drop it, or make numbers of it"
            )
    labelled = check_matrix("X", encoder.transform(X))
    if X_unlabelled is None or len(X_unlabelled) == 0:
        return encoder, labelled, np.empty((0, labelled.shape[1]))
    if not hasattr(X_unlabelled, "iloc"):
        X_unlabelled = check_matrix("X_unlabelled", X_unlabelled, n_columns=X.shape[1])
    return encoder, labelled, check_matrix("X_unlabelled", encoder.transform(X_unlabelled))


def groups_of(given: Any, X: np.ndarray) -> np.ndarray | None:
    """Number of the group of each row; if none are given, equal rows are a group."""
    if given is None:
        return equal_rows(X)
    codes = np.unique(check_labels("groups", given), return_inverse=True)[1].ravel()
    if len(codes) != len(X) or codes.max() < 1:
        raise ValueError(f"groups must name two groups or more, one for each of {len(X)} rows")
    return codes


def prepare(
    X: np.ndarray, pool: np.ndarray, labels: Labels, seed: int, groups: np.ndarray | None
) -> tuple[Problem, Scale]:
    """The problem on scaled rows, and the scale; all labels choose it and the students' kernel."""
    scale = choose_scale(X, labels.targets[0], pool)
    labelled, unlabelled = scale.transform(X), scale.transform(pool)
    gammas = np.array([bandwidth_gamma(labelled, b) for b in BANDWIDTHS])
    problem = Problem(
        labelled=Inputs(labelled),
        pool=Inputs(unlabelled),
        gamma=gammas[len(gammas) // 2],
        student_width=max(1, min(STUDENT_WIDTH * len(X), len(pool) // 3)),
        gammas=gammas,
        seed=seed,
        first=Inputs(unlabelled[:N_SEEN]) if len(pool) > N_SEEN else None,
        groups=groups,
    )
    problem.gamma = kernel_ridge(problem, labels).kernels[0].gamma
    return problem, scale


def entrants(
    contestants: Sequence[Any] | None, n_classes: int, pool: np.ndarray
) -> tuple[list[Rival | Contestant], list[Teacher]]:
    """Rivals and teachers for labels of this kind; without a pool those that need none."""
    entered = contestants_of(contestants)
    standard: list[Rival | Contestant] = [r for r in ADVISED if r.suits(pool.shape[1], n_classes)]
    rivals = [r for r in [*standard, *entered] if len(pool) or r.sees == "labels"]
    several = [t for t in TEACHERS if n_classes and t.name in _HARD_ONLY]
    return rivals, [*map(student_of, rivals), *several] if len(pool) else []

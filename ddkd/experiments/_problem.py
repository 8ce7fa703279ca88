"""A split posed as one problem: all labelings of it, and the random features they share.

Labels are one-hot and stacked as (n_samples, F, n_classes) for F flip rates, because a linear
solver's factorisation does not depend on its right-hand sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd.datasets import Split
from ddkd.features import RandomFourierFeatures, median_distance

__all__ = [
    "SMALL_TRANSFER",
    "SMALL_WIDTHS",
    "STUDENT_WIDTHS",
    "Problem",
    "Record",
    "one_hot",
    "pose",
    "width_at",
]

# Widths as multiples of the number of labelled examples n: of students, and of students on a
# small transfer set.
STUDENT_WIDTHS = (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.5, 2, 3, 4)
SMALL_WIDTHS = (0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 2.75, 3, 3.25, 3.5, 4.5, 6)

# The size of that small transfer set, in n too.
SMALL_TRANSFER = 3

Record = dict[str, Any]


def width_at(multiple: float, n: int) -> int:
    """Width at a multiple of the number of labelled examples, which may be odd."""
    return max(1, round(multiple * n))


@dataclass(frozen=True)
class Problem:
    """A split with its labelings and random features; `F` flip rates, `k` classes.

    `student` is the feature map of the widest student, `wide` the same map carried on to
    `SMALL_WIDTHS`; `Z_*` are features of the labelled and the test inputs.
    """

    flip_rates: Sequence[float]
    X: np.ndarray
    X_test: np.ndarray
    y: np.ndarray  # (n, F) class indices, flips included
    y_test: np.ndarray  # (n_test,) class indices, clean
    wrong: np.ndarray  # (n, F) whether a label was flipped
    Y: np.ndarray  # (n, F, k) one-hot of y
    gamma: float
    teacher: RandomFourierFeatures
    student: RandomFourierFeatures
    wide: RandomFourierFeatures
    Z_teacher: np.ndarray
    Z_teacher_test: np.ndarray
    Z_student: np.ndarray
    Z_student_test: np.ndarray
    seed: int

    @property
    def n(self) -> int:
        return len(self.X)

    def widths(self, multiples: Sequence[float]) -> np.ndarray:
        return np.unique([width_at(c, self.n) for c in multiples])

    def unstack(self, scores: np.ndarray) -> np.ndarray:
        """Predicted class indices of stacked scores (..., F * k), as (..., F)."""
        return scores.reshape(*scores.shape[:-1], *self.Y.shape[1:]).argmax(axis=-1)

    def record(
        self, model: str, f: int, predicted: np.ndarray, width: float, **more: Any
    ) -> Record:
        row = {
            "flip_rate": float(self.flip_rates[f]),
            "model": model,
            "width": float(width),
            "n_samples": self.n,
            "n_transfer": 0,
            "error": float(np.mean(predicted != self.y_test)),
            "agreement": np.nan,
            "alpha": 0.0,
            "train_error": np.nan,
            "wrong_fitted": np.nan,
            "interpolates": np.nan,
        }
        return row | more


def one_hot(y: np.ndarray, n_classes: int) -> np.ndarray:
    """One-hot float64 targets with the classes on a new last axis."""
    return np.eye(n_classes)[y]


def pose(
    split: Split,
    rng: np.random.Generator,
    bandwidth: float,
    teacher_width: int,
    flip_rates: Sequence[float],
) -> Problem:
    X, X_test = split.X_train, split.X_test
    classes, y_all = np.unique(np.concatenate([split.y_train, split.y_test]), return_inverse=True)
    clean, y_test = y_all[: len(X)], y_all[len(X) :]
    flip_seed, teacher_seed, student_seed = (int(s) for s in rng.integers(2**32, size=3))
    # One seed for every rate: the labels wrong at 5 % are among those wrong at 10 %.
    flipped = [split.flip_labels(rate, rng=flip_seed).y_train for rate in flip_rates]
    y = np.stack([np.searchsorted(classes, labels) for labels in flipped], axis=1)
    gamma = 0.5 / (bandwidth * median_distance(X)) ** 2

    def features(width: int, seed: int) -> RandomFourierFeatures:
        return RandomFourierFeatures(width, gamma=gamma, random_state=seed).fit(X)

    widest = width_at(max(STUDENT_WIDTHS), len(X))
    teacher, student = features(teacher_width, teacher_seed), features(widest, student_seed)
    return Problem(
        flip_rates=flip_rates,
        X=X,
        X_test=X_test,
        y=y,
        y_test=y_test,
        wrong=y != clean[:, None],
        Y=one_hot(y, len(classes)),
        gamma=gamma,
        teacher=teacher,
        student=student,
        wide=features(width_at(max(SMALL_WIDTHS), len(X)), student_seed),
        Z_teacher=teacher.transform(X),
        Z_teacher_test=teacher.transform(X_test),
        Z_student=student.transform(X),
        Z_student_test=student.transform(X_test),
        seed=student_seed,
    )

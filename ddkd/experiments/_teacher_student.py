"""A teacher, its student, and the student's model without a teacher, as an experiment."""

from typing import Any

import numpy as np
from sklearn.base import clone

from ddkd._checks import check_integer
from ddkd.datasets import Split
from ddkd.estimators import (
    DistilledClassifier,
    DistilledRegressor,
    LeastSquaresClassifier,
    LeastSquaresRegressor,
)
from ddkd.features import RandomFourierFeatures, bandwidth_gamma


def teacher_student(
    split: Split,
    rng: np.random.Generator,
    *,
    teacher_width: int,
    student_width: int,
    n_transfer: int,
    labels: str = "hard",
    flip_rate: float = 0.0,
    teacher_alpha: float = 0.0,
    student_alpha: float = 0.0,
    bandwidth: float = 0.8,
) -> list[dict[str, Any]]:
    """One teacher, its student, and the student's architecture trained directly.

    Parameters
    ----------
    split : Split
        Labelled, transfer and test inputs.
    rng : numpy.random.Generator
        Source of the label flips, the random features and the transfer set.
    teacher_width, student_width : int
        Numbers of random Fourier features, drawn independently.
    n_transfer : int
        Size of the transfer set; a smaller pool is used whole.
    labels : {"hard", "soft"}, default="hard"
        What the student learns from.
    flip_rate : float, default=0.0
        Fraction of training labels replaced by a wrong one.
    teacher_alpha, student_alpha : float, default=0.0
        Ridge penalty of each; 0 is the minimum-norm solution.
    bandwidth : float, default=0.8
        Gaussian kernel bandwidth in units of the median pairwise distance.

    Returns
    -------
    list of dict
        Records of the models "teacher", "student" and "direct": test error, training error
        against the flipped labels, and the student's agreement with its teacher. For labels that
        are numbers, whose labels must be "soft": "variance_left" and "train_mse".
    """
    teacher_width = check_integer("teacher_width", teacher_width)
    student_width = check_integer("student_width", student_width)
    n_transfer = check_integer("n_transfer", n_transfer)
    noisy = split.flip_labels(flip_rate, rng=rng)
    seeds = [int(s) for s in rng.integers(2**32, size=3)]
    numbers = split.task == "numbers"
    if numbers and labels == "hard":
        raise ValueError("labels must be 'soft' where they are numbers; got 'hard'")

    gamma = bandwidth_gamma(split.X_train, bandwidth)

    def model(width: int, alpha: float, seed: int) -> Any:
        features = RandomFourierFeatures(width, gamma=gamma, random_state=seed)
        if numbers:
            return LeastSquaresRegressor(features, alpha=alpha, fit_intercept=True)
        return LeastSquaresClassifier(features, alpha=alpha)

    if isinstance(split.transfer, np.ndarray):
        n_transfer = min(n_transfer, len(split.transfer))
    teacher = model(teacher_width, teacher_alpha, seeds[0])
    student = model(student_width, student_alpha, seeds[1])
    transfer = {"transfer": split.transfer, "n_transfer": n_transfer, "random_state": seeds[2]}
    if numbers:
        distilled = DistilledRegressor(teacher, student, **transfer)
    else:
        distilled = DistilledClassifier(teacher, student, labels=labels, **transfer)
    distilled.fit(noisy.X_train, noisy.y_train)
    direct = clone(student).fit(noisy.X_train, noisy.y_train)
    agreement = np.nan if numbers else distilled.agreement(split.X_test)
    train, loss = ("train_mse", _squares) if numbers else ("train_error", np.not_equal)
    models = {"teacher": distilled.teacher_, "student": distilled.student_, "direct": direct}
    return [
        {
            "model": name,
            "width": teacher_width if name == "teacher" else student_width,
            "n_samples": len(noisy.X_train),
            "n_transfer": distilled.n_transfer_ if name == "student" else 0,
            noisy.measure: noisy.error(fitted.predict(noisy.X_test)),
            train: float(np.mean(loss(fitted.predict(noisy.X_train), noisy.y_train))),
            "agreement": agreement if name == "student" else np.nan,
        }
        for name, fitted in models.items()
    ]


def _squares(predicted: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    return (predicted - wanted) ** 2

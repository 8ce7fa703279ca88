"""Students of a teacher that has been trained, predicted on its own labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._arrays import broadcast
from ddkd._checks import (
    check_choice,
    check_counts,
    check_matrix,
    check_nonnegative,
    check_real,
    check_widths,
)
from ddkd._labels import codes_of, encode
from ddkd.prediction._conditional import fourier_predictor


@dataclass(frozen=True, eq=False)
class StudentPrediction:
    """Predicted students, over transfer sizes and a grid of widths and ridges.

    Made by `predict_student`.

    Attributes
    ----------
    n_transfer : ndarray of shape (n_sizes,)
        Numbers m of examples that the teacher labels.
    n_components, alpha : ndarray of shape (...)
        Student widths and ridges.
    error_rate : ndarray of shape (n_sizes, ...)
        Expected 0-1 test error; NaN at the student's threshold.
    agreement : ndarray of shape (n_sizes, ...)
        Expected share of test inputs on which student and teacher agree.
    teacher_error : float
        The teacher's own test error, measured.
    """

    n_transfer: np.ndarray
    n_components: np.ndarray
    alpha: np.ndarray
    error_rate: np.ndarray
    agreement: np.ndarray
    teacher_error: float


def predict_student(
    teacher: Any,
    pool: Any,
    X_test: Any,
    y_test: Any,
    n_transfer: Any,
    n_components: Any,
    *,
    gamma: float,
    labels: str = "hard",
    alpha: Any = 0.0,
    rng: Any = 0,
) -> StudentPrediction:
    """Predict random-Fourier students of a fitted teacher, without training one.

    The Gaussian law of a student (`RandomFeatureLaw.distill`) takes the teacher's score for
    Gaussian and is far off on real labels. Here the teacher labels the pool, and
    `ConditionalPredictor` is applied to what it said: inputs, labels and with them every
    structure of the teacher's mistakes are the true ones, and only the student's features are
    averaged over. *Asymptotic* in m and k.

    Cost, for each transfer size m and T test points: about 9 m^3 flops for the eigenvalues
    of the m x m kernel matrix and 2 m^2 T for the test points; memory for three such matrices,
    24 m^2 bytes; then 2 m T n_targets flops for each width and ridge. Nothing is random but the
    draws of the 0-1 error. At m = 2,000 that is a few seconds, at 8,000 minutes and 1.5 GB.

    Parameters
    ----------
    teacher : classifier
        Fitted, with `predict` and `classes_`, for soft labels with `decision_function` too.
    pool : array-like of shape (n_pool, n_inputs)
        Unlabelled inputs, from the first on.
    X_test : array-like of shape (n_test, n_inputs)
        Test inputs.
    y_test : array-like of shape (n_test,)
        Their labels.
    n_transfer : int or array-like of int
        Transfer sizes m.
    n_components : int or array-like of int
        Student widths; they broadcast with `alpha`.
    gamma : float
        Coefficient of the squared distance in the student's kernel.
    labels : {"hard", "soft"}, default="hard"
        What the student learns: the teacher's classes or its scores.
    alpha : float or array-like, default=0.0
        Ridge penalty of the students.
    rng : None, int, SeedSequence or Generator, default=0
        Source of the draws of `ConditionalPrediction.error_rate`.

    Returns
    -------
    StudentPrediction
        Errors and agreement.

    Raises
    ------
    ValueError
        If an argument is not usable, or the pool is smaller than a transfer size.

    Examples
    --------
    >>> from ddkd import LeastSquaresClassifier, RandomFourierFeatures
    >>> from ddkd.datasets import load
    >>> from ddkd.prediction import predict_student
    >>> split = load("digits", flip_rate=0.1, rng=0)
    >>> features = RandomFourierFeatures(2000, gamma=0.1, random_state=0)
    >>> teacher = LeastSquaresClassifier(features, alpha=1.0).fit(split.X_train, split.y_train)
    >>> found = predict_student(
    ...     teacher, split.transfer, split.X_test, split.y_test, [200, 800], [50, 400], gamma=0.1
    ... )
    >>> found.error_rate.round(2)
    array([[0.16, 0.1 ],
           [0.13, 0.08]])
    """
    check_choice("labels", labels, ("hard", "soft"))
    gamma = check_real("gamma", gamma, low=0.0, low_open=True)
    inputs = check_matrix("pool", pool)
    tests = check_matrix("X_test", X_test, n_columns=inputs.shape[1])
    classes = teacher.classes_
    truth = codes_of("y_test", y_test, classes)
    if truth.shape != (len(tests),):
        raise ValueError(f"y_test must have {len(tests)} labels; its shape is {truth.shape}")
    sizes = check_widths("n_transfer", np.atleast_1d(n_transfer), high=len(inputs)).tolist()
    k, delta = broadcast(
        n_components=check_counts("n_components", n_components, allow_inf=False),
        alpha=check_nonnegative("alpha", alpha),
    )
    used = inputs[: max(sizes)]
    said = codes_of("teacher.predict(pool)", teacher.predict(used), classes)
    targets = encode(said, len(classes), centred=True)
    if labels == "soft":
        if not hasattr(teacher, "decision_function"):
            raise ValueError(
                f"teacher must have decision_function for soft labels; got {teacher!r}"
            )
        targets = np.reshape(teacher.decision_function(used), (len(used), -1))
    by_teacher = codes_of("teacher.predict(X_test)", teacher.predict(tests), classes)
    errors, agreements = [], []
    for m in sizes:
        found = fourier_predictor(used[:m], tests, gamma).predict(targets[:m], k, alpha=delta)
        errors.append(found.error_rate(truth, rng=rng))
        agreements.append(1 - np.asarray(found.error_rate(by_teacher, rng=rng)))
    return StudentPrediction(
        n_transfer=np.array(sizes),
        n_components=k,
        alpha=delta,
        error_rate=np.array(errors),
        agreement=np.array(agreements),
        teacher_error=float(np.mean(by_teacher != truth)),
    )

"""When to distil on a data set: predicted students against predicted direct models."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ddkd._checks import check_integer, check_rng
from ddkd._labels import codes_of, encode
from ddkd.datasets import Split
from ddkd.estimators import LeastSquaresClassifier
from ddkd.features import RandomFourierFeatures, bandwidth_gamma
from ddkd.prediction._conditional import fourier_predictor
from ddkd.theory import PhaseDiagram

ALPHAS = (0.0, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0)


def predict_phase(
    split: Split,
    *,
    flip_rates: Sequence[float] = (0.0, 0.05, 0.1, 0.2),
    n_transfer: Sequence[int] = (125, 250, 500, 1000, 2000),
    teacher_width: int = 2000,
    student_width: int = 100,
    bandwidth: float = 0.8,
    rng: Any = 0,
) -> PhaseDiagram:
    """Predict when distillation pays on a data set, in seconds.

    For every flip rate the teacher's ridge is the best as `ConditionalPredictor` has it, the
    teacher is trained once, and students of every transfer size and ridge are predicted on its
    hard labels, as in `predict_student`; kernel matrices are shared by the flip rates. All ridges
    (the direct model's too) are chosen by predicted error on the test inputs, alike for all sides,
    among 0, 0.01, 0.1, 0.3, 1, 3 and 10.
    *Asymptotic* in n, m and the widths.

    Parameters
    ----------
    split : Split
        Labelled, transfer and test inputs.
    flip_rates : sequence of float, default=(0.0, 0.05, 0.1, 0.2)
        Fractions of training labels to make wrong, increasing.
    n_transfer : sequence of int, default=(125, 250, 500, 1000, 2000)
        Transfer sizes, increasing; those beyond a pool become its size. The cost is that of
        `predict_student`, once for each.
    teacher_width, student_width : int
        Numbers of random Fourier features.
    bandwidth : float, default=0.8
        Gaussian kernel bandwidth in units of the median pairwise distance.
    rng : None, int, SeedSequence or Generator, default=0
        Source of flips, of the teacher's features and of a stream's inputs.

    Returns
    -------
    PhaseDiagram
        Rows are flip rates, columns transfer sizes. The teacher is measured, the other two
        models are predicted.

    Raises
    ------
    ValueError
        If an argument is not usable.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> from ddkd.prediction import predict_phase
    >>> split = load("digits", n_samples=100, rng=0)
    >>> diagram = predict_phase(
    ...     split, flip_rates=[0.0, 0.2], n_transfer=[50, 900], teacher_width=800
    ... )
    >>> print(diagram.recipe())
    With 0 % label noise distil with 900 transfer rows or more: 900 make the student better by 4...
    points than its model trained directly.
    With 20 % label noise distil with 900 transfer rows or more: 900 make the student better by 4...
    points than its model trained directly.
    """
    generator = check_rng(rng)
    k = check_integer("student_width", student_width)
    check_integer("teacher_width", teacher_width)
    gamma = bandwidth_gamma(split.X_train, bandwidth)
    sizes, pool = _pool(split, n_transfer, generator)
    n_classes = len(split.classes)
    truth = codes_of("y_test", split.y_test, split.classes)

    labelled = fourier_predictor(split.X_train, split.X_test, gamma)
    student, teacher_error, direct, strength = np.empty((4, len(flip_rates), len(sizes)))
    labels = []
    seed = int(generator.integers(2**32))
    flips = int(generator.integers(2**32))
    for i, rate in enumerate(flip_rates):
        y = split.flip_labels(rate, rng=flips).y_train
        targets = encode(codes_of("y_train", y, split.classes), n_classes, centred=True)
        widths = np.array([[k], [teacher_width]])
        errors = labelled.predict(targets, widths, alpha=ALPHAS).error_rate(truth)
        direct[i] = np.nanmin(errors[0])
        strength[i] = alpha = ALPHAS[int(np.nanargmin(errors[1]))]
        features = RandomFourierFeatures(teacher_width, gamma=gamma, random_state=seed)
        teacher = LeastSquaresClassifier(features, alpha=alpha)
        teacher.fit(split.X_train, y, split.classes)
        teacher_error[i] = np.mean(teacher.predict(split.X_test) != split.y_test)
        labels.append(codes_of("teacher", teacher.predict(pool), split.classes))
    for j, m in enumerate(sizes):
        unlabelled = fourier_predictor(pool[:m], split.X_test, gamma)
        for i, said in enumerate(labels):
            found = unlabelled.predict(encode(said[:m], n_classes, centred=True), k, alpha=ALPHAS)
            student[i, j] = np.nanmin(found.error_rate(truth))
    return PhaseDiagram(
        row_name="flip_rate",
        row_values=np.array(flip_rates, dtype=float),
        column_name="n_transfer",
        column_values=np.array(sizes),
        fixed={"n_samples": len(split.X_train), "teacher_width": teacher_width, "student_width": k},
        student_error=student,
        teacher_error=teacher_error,
        direct_error=direct,
        teacher_alpha=strength,
    )


def _pool(
    split: Split, n_transfer: Sequence[int], rng: np.random.Generator
) -> tuple[list[int], np.ndarray]:
    """Transfer sizes that there are inputs for, and the inputs."""
    sizes = [check_integer("n_transfer", m, low=2) for m in n_transfer]
    if not sizes:
        raise ValueError("n_transfer is empty; it needs at least one size")
    stream = not isinstance(split.transfer, np.ndarray)
    pool = split.transfer.sample(max(sizes), rng=rng) if stream else split.transfer[: max(sizes)]
    return sorted({min(m, len(pool)) for m in sizes}), pool

"""When to distil on a data set: predicted students against predicted direct models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._checks import check_integer, check_rng
from ddkd.datasets import Split
from ddkd.estimators import LeastSquaresClassifier
from ddkd.features import RandomFourierFeatures
from ddkd.populations import GaussianPopulation
from ddkd.prediction._encoding import codes_of, encode, fourier_predictor, kernel_gamma
from ddkd.theory import random_features

__all__ = ["ALPHAS", "DataPhase", "phase", "phase_of_population"]

ALPHAS = (0.0, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True, eq=False)
class DataPhase:
    """Predicted errors with and without distillation, over flip rates and transfer sizes.

    Attributes
    ----------
    n_samples, teacher_width, student_width : int
        What was held fixed.
    flip_rate : ndarray of shape (n_rates,)
        Fractions of wrong training labels.
    n_transfer : ndarray of shape (n_sizes,)
        Numbers of examples that the teacher labels.
    student_error : ndarray of shape (n_rates, n_sizes)
        Of the student with the best ridge.
    teacher_error : ndarray of shape (n_rates,)
        Of the tuned teacher, measured.
    teacher_alpha : ndarray of shape (n_rates,)
        Its ridge, the best as predicted.
    direct_error : ndarray of shape (n_rates,)
        Of the model of the student's width on the labelled data, with the best ridge: the
        best that a model of this size can do without unlabelled data.
    """

    n_samples: int
    teacher_width: int
    student_width: int
    flip_rate: np.ndarray
    n_transfer: np.ndarray
    student_error: np.ndarray
    teacher_error: np.ndarray
    teacher_alpha: np.ndarray
    direct_error: np.ndarray

    @property
    def gain(self) -> np.ndarray:
        """By how much the student's error is below the direct model's; (n_rates, n_sizes)."""
        return self.direct_error[:, None] - self.student_error

    @property
    def gain_over_best(self) -> np.ndarray:
        """The same over the better of the direct model and the teacher, at any width."""
        best = np.minimum(self.direct_error, self.teacher_error)
        return best[:, None] - self.student_error

    def recipe(self) -> str:
        """Say in words when to distil.

        Returns
        -------
        str
            A line for each flip rate.
        """
        lines = []
        for i, rate in enumerate(self.flip_rate):
            tune = f"tune the teacher (ridge {self.teacher_alpha[i]:.3g})"
            lines.append(
                f"with n = {self.n_samples:,} and {100 * rate:.0f} % wrong labels: "
                + _advice(tune, self.gain[i], self.n_transfer)
            )
        return "\n".join(lines)


def _advice(tune: str, gain: np.ndarray, sizes: np.ndarray) -> str:
    """What to do on one row of the diagram."""
    pays = gain > 0
    if not pays[-1]:
        best = gain.max()
        result = (
            f"lowers the error by at most {best:.3f}, and not with all of them"
            if best > 0
            else f"adds at least {-best:.3f} to the error"
        )
        return f"do not distil; up to {sizes[-1]:,} unlabelled it {result}"
    first = len(pays) - int(np.argmin(pays[::-1])) if not pays.all() else 0
    few = (
        f"distil even with {sizes[0]:,} unlabelled"
        if first == 0
        else f"distil if you have more than {sizes[first - 1]:,} unlabelled"
    )
    return (
        f"{tune}, and {few}; {sizes[-1]:,} bring the error {gain[-1]:.3f} below that of a "
        "direct model of the student's width"
    )


def phase(
    split: Split,
    *,
    flip_rates: Sequence[float] = (0.0, 0.05, 0.1, 0.2),
    n_transfer: Sequence[int] = (125, 250, 500, 1000, 2000),
    teacher_width: int = 2000,
    student_width: int = 100,
    bandwidth: float = 0.8,
    rng: Any = 0,
) -> DataPhase:
    """Predict when distillation pays on a data set, in seconds.

    For every flip rate the teacher's ridge is the best as `ConditionalPredictor` has it, the
    teacher is trained once, and students of every transfer size and ridge are predicted on its
    hard labels, as in `distill`; kernel matrices are shared by the flip rates. All ridges (the
    direct model's too) are chosen by predicted error on the test inputs, alike for all sides.
    *Asymptotic* in n, m and the widths.

    Parameters
    ----------
    split : Split
        Labelled, transfer and test inputs.
    flip_rates : sequence of float, default=(0.0, 0.05, 0.1, 0.2)
        Fractions of training labels to make wrong, increasing.
    n_transfer : sequence of int, default=(125, 250, 500, 1000, 2000)
        Transfer sizes, increasing; those beyond a pool become its size. The cost is that of
        `distill`, once for each.
    teacher_width, student_width : int
        Numbers of random Fourier features.
    bandwidth : float, default=0.8
        Gaussian kernel bandwidth in units of the median pairwise distance.
    rng : None, int, SeedSequence or Generator, default=0
        Source of flips, of the teacher's features and of a stream's inputs.

    Returns
    -------
    DataPhase
        Errors, gains and the recipe.

    Raises
    ------
    ValueError
        If an argument is not usable.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> from ddkd.prediction import phase
    >>> split = load("digits", n_samples=100, rng=0)
    >>> diagram = phase(split, flip_rates=[0.0, 0.2], n_transfer=[50, 900], teacher_width=800)
    >>> print(diagram.recipe())
    with n = 100 and 0 % wrong labels: tune the teacher (ridge 0.01), and distil if you have more
    than 50 unlabelled; 900 bring the error 0.04... below that of a direct model of the student's
    width
    with n = 100 and 20 % wrong labels: tune the teacher (ridge 1), and distil if you have more
    than 50 unlabelled; 900 bring the error 0.04... below that of a direct model of the student's
    width
    """
    generator = check_rng(rng)
    k = check_integer("student_width", student_width)
    check_integer("teacher_width", teacher_width)
    gamma = kernel_gamma(split.X_train, bandwidth)
    sizes, pool = _pool(split, n_transfer, generator)
    n_classes = len(split.classes)
    truth = codes_of("y_test", split.y_test, split.classes)

    labelled = fourier_predictor(split.X_train, split.X_test, gamma)
    direct, teacher_errors, strengths, labels = [], [], [], []
    seed = int(generator.integers(2**32))
    flips = int(generator.integers(2**32))
    for rate in flip_rates:
        y = split.flip_labels(rate, rng=flips).y_train
        targets = encode(codes_of("y_train", y, split.classes), n_classes)
        widths = np.array([[k], [teacher_width]])
        errors = labelled.predict(targets, widths, alpha=ALPHAS).error_rate(truth)
        direct.append(np.nanmin(errors[0]))
        strengths.append(ALPHAS[int(np.nanargmin(errors[1]))])
        features = RandomFourierFeatures(teacher_width, gamma=gamma, random_state=seed)
        teacher = LeastSquaresClassifier(features, alpha=strengths[-1])
        teacher.fit(split.X_train, y, split.classes)
        teacher_errors.append(np.mean(teacher.predict(split.X_test) != split.y_test))
        labels.append(codes_of("teacher", teacher.predict(pool), split.classes))
    students = np.empty((len(labels), len(sizes)))
    for j, m in enumerate(sizes):
        unlabelled = fourier_predictor(pool[:m], split.X_test, gamma)
        for i, said in enumerate(labels):
            found = unlabelled.predict(encode(said[:m], n_classes), k, alpha=ALPHAS)
            students[i, j] = np.nanmin(found.error_rate(truth))
    return DataPhase(
        n_samples=len(split.X_train),
        teacher_width=teacher_width,
        student_width=k,
        flip_rate=np.array(flip_rates, dtype=float),
        n_transfer=np.array(sizes),
        student_error=students,
        teacher_error=np.array(teacher_errors),
        teacher_alpha=np.array(strengths),
        direct_error=np.array(direct),
    )


def _pool(
    split: Split, n_transfer: Sequence[int], rng: np.random.Generator
) -> tuple[list[int], np.ndarray]:
    """Transfer sizes that there are inputs for, and the inputs."""
    sizes = [check_integer("n_transfer", m, low=2) for m in n_transfer]
    if not sizes:
        raise ValueError("n_transfer is empty; it needs at least one size")
    if not isinstance(split.transfer, np.ndarray):
        return sorted(set(sizes)), split.transfer.sample(max(sizes), rng=rng)
    return sorted({min(m, len(split.transfer)) for m in sizes}), split.transfer[: max(sizes)]


def phase_of_population(
    population: GaussianPopulation,
    *,
    n_samples: int,
    n_transfer: Sequence[int],
    teacher_width: int,
    student_width: int,
    flip_rates: Sequence[float] = (0.0, 0.05, 0.1, 0.2),
) -> DataPhase:
    """Say when distillation pays on a Gaussian population: `phase` without data.

    Teacher, student and direct model are least squares on random features of a kernel whose
    eigenvalues and eigenfunctions are the population's variances and columns, the student's drawn
    independently of the teacher's. The laws are those of `ddkd.theory.random_features` and
    `RandomFeatureLaw.distill`, *asymptotic*. Every model has the best of 41 ridges, zero among
    them.

    Parameters
    ----------
    population : GaussianPopulation
        A population with hard labels; its own flip rate is replaced.
    n_samples : int
        Number of labelled examples.
    n_transfer : sequence of int
        Transfer sizes, increasing.
    teacher_width, student_width : int
        Numbers of random features.
    flip_rates : sequence of float, default=(0.0, 0.05, 0.1, 0.2)
        Flip rates, increasing.

    Returns
    -------
    DataPhase
        Errors, gains and the recipe; the teacher's error is predicted too.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import GaussianPopulation
    >>> from ddkd.prediction import phase_of_population
    >>> population = GaussianPopulation(1 / np.arange(1, 501), np.ones(500), labels="hard")
    >>> found = phase_of_population(
    ...     population,
    ...     n_samples=300,
    ...     n_transfer=[300, 3000],
    ...     teacher_width=2000,
    ...     student_width=50,
    ...     flip_rates=[0.1],
    ... )
    >>> print(found.recipe())
    with n = 300 and 10 % wrong labels: tune the teacher (ridge 9.68), and distil if you have more
    than 300 unlabelled; 3,000 bring the error 0.009 below that of a direct model of the student's
    width
    """
    if population.labels != "hard":
        raise ValueError("population must have hard labels")
    n = check_integer("n_samples", n_samples)
    widths = [
        check_integer("teacher_width", teacher_width),
        check_integer("student_width", student_width),
    ]
    eigenvalues = population.eigenvalues
    alphas = np.append(0.0, eigenvalues.sum() * np.geomspace(1e-4, 1e2, 40))
    sizes = np.array([check_integer("n_transfer", m) for m in n_transfer])
    rows = []
    for rate in flip_rates:
        options: dict[str, Any] = {"labels": "hard", "flip_rate": float(rate)}
        problem = (eigenvalues, np.sqrt(eigenvalues) * population.coef, n)
        errors = [random_features(*problem, k, alpha=alphas, **options).error_rate for k in widths]
        strength = float(alphas[np.argmin(errors[0])])
        teacher = random_features(*problem, widths[0], alpha=strength, **options)
        students = teacher.distill(sizes[:, None], widths[1], alpha=alphas)
        rows.append(
            (students.error_rate.min(axis=1), teacher.error_rate, strength, errors[1].min())
        )
    student_error, teacher_error, alpha, direct_error = (
        np.array(part) for part in zip(*rows, strict=True)
    )
    return DataPhase(
        n_samples=n,
        teacher_width=widths[0],
        student_width=widths[1],
        flip_rate=np.array(flip_rates, dtype=float),
        n_transfer=sizes,
        student_error=student_error,
        teacher_error=teacher_error,
        teacher_alpha=alpha,
        direct_error=direct_error,
    )

"""Which teacher and which student, for labelled and unlabelled data and a width budget."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold

from ddkd._checks import check_integer, check_matrix, check_rng
from ddkd._labels import codes_of, encode
from ddkd.distillation import DistilledClassifier
from ddkd.estimators import LeastSquaresClassifier
from ddkd.features import RandomFourierFeatures, bandwidth_gamma
from ddkd.prediction._conditional import ConditionalPrediction, fourier_predictor
from ddkd.prediction._phase import ALPHAS

__all__ = ["Advice", "advise"]

TEACHER_WIDTHS = (0.25, 0.5, 2.0, 5.0, 10.0)  # in units of the labelled examples
STUDENT_WIDTHS = (0.25, 0.5, 1.0)  # in units of the budget
N_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Advice:
    """A teacher, a student, and what to expect of them.

    Errors are against the labels that were given, on rows held out in turn; where a fraction
    eta of those is wrong, so is about that fraction of what is counted here.

    Attributes
    ----------
    teacher_width, student_width : int
        Numbers of random Fourier features.
    teacher_alpha, student_alpha : float
        Ridges, sum-normalised.
    gamma : float
        Coefficient of the squared distance in the kernel of both.
    n_transfer : int
        Number of unlabelled inputs the prediction used.
    teacher_error, student_error : float
        Predicted 0-1 errors.
    direct_width : int
        Width of the best model within the budget that learns the labels directly.
    direct_alpha : float
        Its ridge.
    direct_error : float
        Its predicted 0-1 error.
    standard_error : float
        Of `student_error`, from the number of labelled rows. Models are compared on the same
        rows, so differences between them are known better than that.
    """

    teacher_width: int
    teacher_alpha: float
    student_width: int
    student_alpha: float
    gamma: float
    n_transfer: int
    teacher_error: float
    student_error: float
    direct_width: int
    direct_alpha: float
    direct_error: float
    standard_error: float

    @property
    def distil(self) -> bool:
        """Whether the student is predicted to beat the best direct model of the budget."""
        return self.student_error < self.direct_error

    def model(self, transfer: Any, *, random_state: Any = None) -> Any:
        """Make what is advised, ready to fit to the labelled data.

        Parameters
        ----------
        transfer : array-like or stream
            The unlabelled inputs.
        random_state : int, RandomState instance or None, default=None
            The seed of the features.

        Returns
        -------
        DistilledClassifier or LeastSquaresClassifier
            Teacher and student, or the direct model if `distil` is false.
        """

        def classifier(width: int, alpha: float, seed: Any) -> LeastSquaresClassifier:
            features = RandomFourierFeatures(width, gamma=self.gamma, random_state=seed)
            return LeastSquaresClassifier(features, alpha=alpha)

        if not self.distil:
            return classifier(self.direct_width, self.direct_alpha, random_state)
        return DistilledClassifier(
            classifier(self.teacher_width, self.teacher_alpha, None),
            classifier(self.student_width, self.student_alpha, None),
            transfer=transfer,
            n_transfer=self.n_transfer,
            random_state=random_state,
        )

    def __str__(self) -> str:
        """The advice in words."""
        error = f"{self.student_error:.3f} +- {self.standard_error:.3f}"
        if not self.distil:
            return (
                f"Do not distil: train {self.direct_width:,} features with ridge "
                f"{self.direct_alpha:g} on the labels. Predicted error {self.direct_error:.3f} +- "
                f"{self.standard_error:.3f}; the best student's is {self.student_error:.3f}."
            )
        return (
            f"Distil: teacher of {self.teacher_width:,} features with ridge "
            f"{self.teacher_alpha:g}, student of {self.student_width:,} with ridge "
            f"{self.student_alpha:g} on {self.n_transfer:,} of its labels.\n"
            f"Predicted errors: student {error}, teacher {self.teacher_error:.3f}; "
            f"the best direct model of that budget ({self.direct_width:,} features, ridge "
            f"{self.direct_alpha:g}) {self.direct_error:.3f}."
        )


def advise(
    X: Any,
    y: Any,
    unlabelled: Any,
    *,
    max_student_width: int,
    max_transfer: int = 2000,
    bandwidth: float = 0.8,
    rng: Any = 0,
) -> Advice:
    """Choose teacher width and ridge, student width and ridge, from predictions.

    In each of five folds the labels of four predict all teachers and direct models on the fifth
    (`ConditionalPredictor`); the best have the least squared error, since a few hundred labels
    are too coarse a scale for 0-1 errors. The best teacher is then trained, once in each fold,
    and students on its hard labels are predicted on the fifth, as in `distill`, and chosen by
    0-1 error. Five models are trained in all, and the errors are those of models trained on
    four fifths of the labels: a little high.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_inputs)
        Labelled inputs.
    y : array-like of shape (n_samples,)
        Their labels, at least five of each class.
    unlabelled : array-like of shape (n_pool, n_inputs)
        Unlabelled inputs, in random order.
    max_student_width : int
        The largest student allowed.
    max_transfer : int, default=2000
        Use no more unlabelled inputs than this: the cost is cubic in it, see `distill`.
    bandwidth : float, default=0.8
        Gaussian kernel bandwidth in units of the median pairwise distance.
    rng : None, int, SeedSequence or Generator, default=0
        Source of the folds and of the teachers' features.

    Returns
    -------
    Advice
        What to do and what to expect.

    Raises
    ------
    ValueError
        If an argument is not usable.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> from ddkd.prediction import advise
    >>> split = load("digits", flip_rate=0.1, rng=0)
    >>> advice = advise(split.X_train, split.y_train, split.transfer, max_student_width=100)
    >>> print(advice)
    Distil: teacher of 2,000 features with ridge 0.1, student of 100 with ridge 1 on 997 of its
    labels.
    Predicted errors: student 0.1... +- 0.026, teacher 0.1...; the best direct model of that budget
    (100 features, ridge 0.3) 0.2...
    """
    X = check_matrix("X", X)
    y = np.asarray(y)
    pool = check_matrix("unlabelled", unlabelled, n_columns=X.shape[1])
    budget = check_integer("max_student_width", max_student_width, low=4)
    pool = pool[: check_integer("max_transfer", max_transfer, low=2)]
    classes, counts = np.unique(y, return_counts=True)
    if y.shape != (len(X),) or len(classes) < 2 or counts.min() < N_FOLDS:
        raise ValueError(
            f"y must hold one label for each of the {len(X)} rows, of two classes or more with at "
            f"least {N_FOLDS} rows each"
        )
    seed = int(check_rng(rng).integers(2**31))
    folds = list(StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed).split(X, y))
    codes, gamma = codes_of("y", y, classes), bandwidth_gamma(X, bandwidth)
    student_widths = np.unique([max(1, round(r * budget)) for r in STUDENT_WIDTHS])
    teacher_widths = np.unique([max(1, round(r * len(X))) for r in TEACHER_WIDTHS])

    widths = np.concatenate([student_widths, teacher_widths])
    labelled, squared = _folded_errors(X, codes, folds, widths, gamma)
    # A few hundred labels are too coarse a scale for 0-1 errors of nearly equal models.
    d, direct_alpha = _best(squared[: len(student_widths)])
    t, teacher_alpha = _best(squared[len(student_widths) :])
    teacher = LeastSquaresClassifier(
        RandomFourierFeatures(int(teacher_widths[t]), gamma=gamma, random_state=seed),
        alpha=ALPHAS[teacher_alpha],
    )

    # One kernel matrix of the pool serves all folds.
    predictor = fourier_predictor(pool, X, gamma)
    students = np.zeros((len(student_widths), len(ALPHAS)))
    for train, held in folds:
        said = codes_of("teacher", teacher.fit(X[train], y[train], classes).predict(pool), classes)
        found = predictor.predict(
            encode(said, len(classes), centred=True), student_widths[:, None], alpha=ALPHAS
        )
        students += _on_rows(found, held).error_rate(codes[held]) * len(held) / len(X)
    s, student_alpha = _best(students)
    error = float(students[s, student_alpha])
    return Advice(
        teacher_width=int(teacher_widths[t]),
        teacher_alpha=ALPHAS[teacher_alpha],
        student_width=int(student_widths[s]),
        student_alpha=ALPHAS[student_alpha],
        gamma=gamma,
        n_transfer=len(pool),
        teacher_error=float(labelled[len(student_widths) + t, teacher_alpha]),
        student_error=error,
        direct_width=int(student_widths[d]),
        direct_alpha=ALPHAS[direct_alpha],
        direct_error=float(labelled[d, direct_alpha]),
        standard_error=float(np.sqrt(error * (1 - error) / len(X))),
    )


def _folded_errors(
    X: np.ndarray, codes: np.ndarray, folds: list[Any], widths: np.ndarray, gamma: float
) -> tuple[np.ndarray, np.ndarray]:
    """Predicted 0-1 and squared errors on the rows held out, (n_widths, n_alphas)."""
    errors, squared = np.zeros((2, len(widths), len(ALPHAS)))
    n_classes = codes.max() + 1
    for train, held in folds:
        predictor = fourier_predictor(X[train], X[held], gamma)
        found = predictor.predict(
            encode(codes[train], n_classes, centred=True), widths[:, None], alpha=ALPHAS
        )
        share = len(held) / len(X)
        errors += found.error_rate(codes[held]) * share
        squared += found.mse(encode(codes[held], n_classes, centred=True)) * share
    return errors, squared


def _best(errors: np.ndarray) -> tuple[int, int]:
    """Row and column of the smallest error, NaN excepted."""
    row, column = np.unravel_index(np.nanargmin(errors), errors.shape)
    return int(row), int(column)


def _on_rows(found: ConditionalPrediction, rows: np.ndarray) -> ConditionalPrediction:
    """The same prediction at some of its test points."""
    return replace(found, mean=found.mean[..., rows, :], variance=found.variance[..., rows])

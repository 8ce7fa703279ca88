"""The table of contestants: rivals, and teachers whose labels of the pool train a student.

A new rival is one function from a problem and its labels to a model, and one line here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ddkd._labels import decode, encode
from ddkd.contestants._contestant import Contestant
from ddkd.contestants._graph import label_spreading, spread_votes
from ddkd.contestants._kernels import FourierKernel, GaussianKernel, Ridge, fit_ridge
from ddkd.contestants._library import (
    boosting,
    deformed_support_vectors,
    extra_trees,
    logistic_regression,
    ridge_regression,
    self_training,
    support_vectors,
)
from ddkd.contestants._problem import Labels, Model, Problem

TEACHER_WIDTH = 20
RIDGE_WIDTHS = (0.25, 0.5, 1, 2, 4, 10)  # both in units of the labelled rows


def interpolating(problem: Problem, labels: Labels) -> Ridge:
    """The memorising teacher: minimum norm on 20 n random Fourier features."""
    width = TEACHER_WIDTH * problem.n
    return fit_ridge(problem, labels, [FourierKernel(problem, problem.gamma, width)], [0.0])


def tuned_ridge(problem: Problem, labels: Labels) -> Ridge:
    """The strongest single ridge: width, bandwidth and penalty all by leave-one-out."""
    widths = sorted({max(1, round(c * problem.n)) for c in RIDGE_WIDTHS})
    kernels = [FourierKernel(problem, g, width) for g in problem.gammas for width in widths]
    return fit_ridge(problem, labels, kernels)


def kernel_ridge(problem: Problem, labels: Labels) -> Ridge:
    """Fit Gaussian kernel ridge (infinite width), bandwidth and penalty by leave-one-out.

    Parameters
    ----------
    problem : Problem
        The inputs.
    labels : Labels
        The labellings.

    Returns
    -------
    Ridge
        A model a labelling.
    """
    return fit_ridge(problem, labels, [GaussianKernel(problem, g) for g in problem.gammas])


@dataclass(frozen=True)
class Rival:
    """A method that needs no teacher.

    Attributes
    ----------
    name : str
        Its name in the results.
    title : str
        Its name in a sentence.
    sees : {"labels", "pool"}
        Whether it sees the unlabelled inputs, too.
    fit : callable
        From a problem and its labels to a model.
    labels : {"classes", "numbers", "both"}
        What it can fit.
    article : str
        What stands before its title in a sentence.
    largest : float
        Most inputs, times classes, for which it competes: more would cost too much.
    """

    name: str
    title: str
    sees: str
    fit: Callable[[Problem, Labels], Model]
    labels: str = "classes"
    article: str = ""
    largest: float = np.inf

    def suits(self, n_inputs: int, n_classes: int) -> bool:
        """Tell whether it competes for labels of some kind.

        Parameters
        ----------
        n_inputs : int
            Number of inputs.
        n_classes : int
            Number of classes; 0 for numbers.

        Returns
        -------
        bool
            Whether it can fit them at a reasonable cost.
        """
        kind = "classes" if n_classes else "numbers"
        return self.labels in (kind, "both") and n_inputs * max(n_classes, 1) <= self.largest


RIVALS = (
    Rival("ridge-any-width", "tuned ridge", "labels", tuned_ridge, labels="both"),
    Rival("kernel-ridge", "kernel ridge", "labels", kernel_ridge, labels="both"),
    Rival("svm", "SVM", "labels", support_vectors, article="the "),
    Rival("extra-trees", "extra trees", "labels", extra_trees, labels="both"),
    Rival("label-spreading", "label spreading", "pool", label_spreading),
    Rival("self-training", "self-training", "pool", self_training),
)


@dataclass(frozen=True)
class Teacher:
    """Rivals that label the unlabelled rows for a student.

    Attributes
    ----------
    name : str
        The student's name in the results.
    title : str
        The student's name in a sentence.
    needs : tuple of str
        Rivals whose scores of the pool it is made from.
    votes : callable
        From a problem, its labels and these scores to the student's targets (L, m, k).
    learns_on : {"pool", "seen"}
        The rows of the student: the whole pool as far as its teachers label it, or the part that
        semi-supervised contestants see.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    votes: Callable[[Problem, Labels, Sequence[np.ndarray]], np.ndarray]
    learns_on: str = "pool"


def _labels_of_one(problem: Problem, labels: Labels, scores: Sequence[np.ndarray]) -> np.ndarray:
    return labels.votes(scores[0])


def _labels_of_majority(
    problem: Problem, labels: Labels, scores: Sequence[np.ndarray]
) -> np.ndarray:
    n_classes = labels.n_classes
    counts = sum(np.eye(n_classes, dtype=np.float32)[decode(s)] for s in scores)
    return encode(np.asarray(counts).argmax(axis=-1), n_classes)


# Where the pool is a stream of deformed images, fairness asks for a rival that may deform, too.
DEFORMED = Rival("svm-deformed", "SVM on deformed copies", "labels", deformed_support_vectors)
INTERPOLATING = Rival(
    "interpolating", "interpolating teacher", "labels", interpolating, labels="both", article="the "
)
LINEAR = (
    Rival("logistic-regression", "logistic regression", "labels", logistic_regression),
    Rival("ridge-regression", "ridge regression", "labels", ridge_regression, labels="numbers"),
)
# One fit of boosting with 784 inputs and ten classes takes 14 s.
BOOSTING = Rival("boosting", "gradient boosting", "labels", boosting, labels="both", largest=500)
TABULAR = (*LINEAR, BOOSTING)
# Those that advice chooses from, the simplest first: a fit of self-training for every fold costs
# more than the rest.
ADVISED = (
    *LINEAR,
    *(rival for rival in RIVALS if rival.sees == "labels"),
    BOOSTING,
    *(rival for rival in RIVALS if rival.sees == "pool" and rival.name != "self-training"),
    INTERPOLATING,
)
FIVE = ("ridge-any-width", "kernel-ridge", "svm", "extra-trees", "label-spreading")


def student_of(rival: Rival | Contestant) -> Teacher:
    """Name the student of one rival's labels.

    Parameters
    ----------
    rival : Rival or Contestant
        Its teacher.

    Returns
    -------
    Teacher
        The rival as a teacher.
    """
    title = f"student of {rival.article}{rival.title}"
    return Teacher(f"student-of-{rival.name}", title, (rival.name,), _labels_of_one)


TEACHERS = (
    *(student_of(r) for r in (INTERPOLATING, *RIVALS) if r.name != "self-training"),
    Teacher(
        "student-of-neighbours",
        "student of spread labels",
        ("ridge-any-width",),
        spread_votes,
        learns_on="seen",
    ),
    Teacher("student-of-majority", "student of a majority of five", FIVE, _labels_of_majority),
)

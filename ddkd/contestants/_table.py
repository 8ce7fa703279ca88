"""The table of contestants: rivals, and teachers whose labels of the pool train a student.

A new rival is one function from a problem and its labels to a model, and one line here.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from ddkd._labels import decode, encode
from ddkd.contestants._contestant import Contestant
from ddkd.contestants._graph import label_spreading, laplacian_least_squares, spread_votes
from ddkd.contestants._library import (
    deformed_support_vectors,
    extra_trees,
    self_training,
    support_vectors,
)
from ddkd.contestants._problem import Inputs, Labels, Model, Problem
from ddkd.contestants._ridge import FourierKernel, GaussianKernel, Ridge, fit_ridge
from ddkd.contestants._students import Student

TEACHER_WIDTH = 20
RIDGE_WIDTHS = (0.25, 0.5, 1, 2, 4, 10)  # both in units of the labelled rows


def interpolating(problem: Problem, labels: Labels) -> Ridge:
    """The memorising teacher: minimum norm on 20 n random Fourier features."""
    width = TEACHER_WIDTH * problem.n
    return fit_ridge(problem, labels, [FourierKernel(problem, problem.gamma, width, width)], [0.0])


def tuned_ridge(problem: Problem, labels: Labels) -> Ridge:
    """The strongest single ridge: width, bandwidth and penalty all by leave-one-out."""
    widths = sorted({max(1, round(c * problem.n)) for c in RIDGE_WIDTHS})
    grid = [(gamma, width) for gamma in problem.gammas for width in widths]
    kernels = [FourierKernel(problem, gamma, width, widths[-1]) for gamma, width in grid]
    return fit_ridge(problem, labels, kernels)


def kernel_ridge(problem: Problem, labels: Labels) -> Ridge:
    """Gaussian kernel ridge (infinite width), bandwidth and penalty by leave-one-out."""
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
    numbers : bool
        Whether it can fit real targets.
    article : str
        What stands before its title in a sentence.
    """

    name: str
    title: str
    sees: str
    fit: Callable[[Problem, Labels], Model]
    numbers: bool = False
    article: str = ""


RIVALS = (
    Rival("ridge-any-width", "tuned ridge", "labels", tuned_ridge, numbers=True),
    Rival("kernel-ridge", "kernel ridge", "labels", kernel_ridge, numbers=True),
    Rival("svm", "SVM", "labels", support_vectors, article="the "),
    Rival("extra-trees", "extra trees", "labels", extra_trees),
    Rival("label-spreading", "label spreading", "pool", label_spreading),
    Rival("laplacian", "Laplacian least squares", "pool", laplacian_least_squares, numbers=True),
    Rival("self-training", "self-training", "pool", self_training),
)


@dataclass(frozen=True)
class Teacher:
    """Whose labels of the pool a student learns.

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
    """

    name: str
    title: str
    needs: tuple[str, ...]
    votes: Callable[[Problem, Labels, Sequence[np.ndarray]], np.ndarray]


def _own(problem: Problem, labels: Labels, scores: Sequence[np.ndarray]) -> np.ndarray:
    return labels.votes(scores[0])


def _spread(problem: Problem, labels: Labels, scores: Sequence[np.ndarray]) -> np.ndarray:
    return spread_votes(problem, labels, scores[0])


def _majority(problem: Problem, labels: Labels, scores: Sequence[np.ndarray]) -> np.ndarray:
    n_classes = labels.n_classes
    counts = sum(np.eye(n_classes, dtype=np.float32)[decode(s)] for s in scores)
    return encode(np.asarray(counts).argmax(axis=-1), n_classes)


# Where the pool is a stream of deformed images, fairness asks for a rival that may deform, too.
DEFORMED = Rival("svm-deformed", "SVM on deformed copies", "labels", deformed_support_vectors)
INTERPOLATING = Rival(
    "interpolating", "interpolating teacher", "labels", interpolating, numbers=True, article="the "
)
# Those that advice chooses from: a fit of self-training for every fold costs more than the rest.
ADVISED = (*(rival for rival in RIVALS if rival.name != "self-training"), INTERPOLATING)
FIVE = ("ridge-any-width", "kernel-ridge", "svm", "label-spreading", "laplacian")


def student_of(rival: Rival | Contestant) -> Teacher:
    """The student of one rival's own labels."""
    title = f"student of {rival.article}{rival.title}"
    return Teacher(f"student-of-{rival.name}", title, (rival.name,), _own)


TEACHERS = (
    *(student_of(r) for r in (INTERPOLATING, *RIVALS) if r.name != "self-training"),
    Teacher("student-of-neighbours", "student of spread labels", ("ridge-any-width",), _spread),
    Teacher("student-of-majority", "student of a majority of five", FIVE, _majority),
)


@dataclass(eq=False)
class Entry:
    """A contestant after the contest.

    Attributes
    ----------
    name, title : str
        Its name in results and in a sentence.
    sees : {"labels", "pool"}
        What it saw.
    needs : tuple of str
        Of a student, its teachers.
    model : callable or None
        From rows to scores; None if it failed.
    scores : ndarray of shape (L, n_rows, k) or None
        Its scores of the rows that the contest asks about.
    seconds : float
        Time for fits and scores.
    failure : str
        Why there are no scores.
    """

    name: str
    title: str
    sees: str
    needs: tuple[str, ...] = ()
    model: Model | None = None
    scores: np.ndarray | None = None
    seconds: float = 0.0
    failure: str = ""

    def attempt(self, fit: Callable[[], Model], query: Inputs) -> None:
        """Fit and score; whatever goes wrong is told here, and harms nobody else."""
        start = time.perf_counter()
        try:
            model = fit()
            self.scores = finite_scores(model, query)
            self.model = model
        except (Exception, SystemExit) as error:  # somebody else's method may raise anything
            self.failure = f"{type(error).__name__}: {error}"
        self.seconds = time.perf_counter() - start


def finite_scores(model: Model, rows: Inputs) -> np.ndarray:
    """Scores (L, n_rows, k) of a model; ValueError if one of them is not finite."""
    scores = model(rows)
    if not np.isfinite(scores).all():
        raise ValueError("its scores are not finite")
    return scores


def compete(
    problem: Problem,
    labels: Labels,
    query: Inputs,
    *,
    rivals: Sequence[Rival | Contestant] = RIVALS,
    teachers: Sequence[Teacher] = TEACHERS,
    done: Callable[[], object] = lambda: None,
) -> list[Entry]:
    """Let rivals, and students of them, score the rows `query` for every labelling.

    Where the part of the pool that semi-supervised contestants see is empty, they are left out.

    Parameters
    ----------
    problem : Problem
        The inputs.
    labels : Labels
        The labellings.
    query : Inputs
        The rows to score.
    rivals : sequence of Rival or Contestant
        Methods without a teacher.
    teachers : sequence of Teacher
        Whose labels the students learn; those whose rivals are missing are left out.
    done : callable
        Called after every contestant.

    Returns
    -------
    list of Entry
        One for each, failed ones included.
    """
    if not len(problem.seen):
        rivals = [rival for rival in rivals if rival.sees == "labels"]
        teachers = [teacher for teacher in teachers if teacher.votes is not _spread]
    entries = []
    for rival in rivals:
        entry = Entry(rival.name, rival.title, rival.sees)
        entry.attempt(partial(rival.fit, problem, labels), query)
        entries.append(entry)
        done()
    models = {entry.name: (entry.sees, entry.model) for entry in entries if entry.model}

    @cache
    def labelled_by(name: str) -> tuple[Inputs, np.ndarray]:
        """A student of a method that uses the pool learns on the rows that this method saw."""
        sees, model = models[name]
        rows = problem.seen if sees == "pool" else problem.pool
        return rows, finite_scores(model, rows)

    for teacher in teachers:
        if not models.keys() >= set(teacher.needs):
            continue
        entry = Entry(teacher.name, teacher.title, "pool", teacher.needs)
        entry.attempt(partial(_teach, problem, labels, teacher, labelled_by), query)
        entries.append(entry)
        done()
    return entries


def _teach(
    problem: Problem,
    labels: Labels,
    teacher: Teacher,
    labelled_by: Callable[[str], tuple[Inputs, np.ndarray]],
) -> Student:
    """Fit the students of one teacher."""
    given = [labelled_by(name) for name in teacher.needs]
    rows = problem.seen if teacher.votes is _spread else min((r for r, _ in given), key=len)
    votes = teacher.votes(problem, labels, [scores[:, : len(rows)] for _, scores in given])
    return Student(problem, rows, votes, labels.offset)

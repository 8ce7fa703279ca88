"""A contest: rivals, then students of theirs, score the same rows; whatever fails is named."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from ddkd.contestants._contestant import Contestant
from ddkd.contestants._nested_students import Student
from ddkd.contestants._problem import Inputs, Labels, Model, Problem
from ddkd.contestants._rivals import RIVALS, TEACHERS, Rival, Teacher


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
        """Fit and score; whatever goes wrong is told here, and harms nobody else.

        Parameters
        ----------
        fit : callable
            Returns the model.
        query : Inputs
            The rows to score.
        """
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
    names = [contestant.name for contestant in [*rivals, *teachers]]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two contestants are called {name!r}: rename yours")
    if not len(problem.seen):
        rivals = [rival for rival in rivals if rival.sees == "labels"]
        teachers = [teacher for teacher in teachers if teacher.learns_on == "pool"]
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
    shortest = min((rows for rows, _ in given), key=len)
    rows = problem.seen if teacher.learns_on == "seen" else shortest
    votes = teacher.votes(problem, labels, [scores[:, : len(rows)] for _, scores in given])
    return Student(problem, rows, votes, labels.offset)

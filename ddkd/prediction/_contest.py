"""The contest behind an advice: what a fit to all labels, or another comparison, needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from sklearn.pipeline import Pipeline

from ddkd._labels import decode, encode
from ddkd.contestants._contestant import Contestant
from ddkd.contestants._problem import Inputs, Labels, Problem
from ddkd.contestants._table import Entry, Rival, Teacher, compete
from ddkd.prediction._advised import AdvisedModel
from ddkd.prediction._conditional import fourier_predictor
from ddkd.prediction._judging import losses_of, standard_error

_PREDICTED_POOL = 1000  # a prediction costs the cube of it


@dataclass(eq=False)
class Contest:
    """Rivals and students on one problem, cross-validated.

    Attributes
    ----------
    problem : Problem
        The standardised inputs.
    labels : Labels
        A labelling a fold, which hides the fold's rows.
    groups : ndarray of shape (n,)
        Number of the group of each row.
    scaler : Pipeline
        What standardises raw rows.
    classes : ndarray or None
        The classes; None for numbers.
    rivals, teachers : sequence
        Who competes.
    entries : list of Entry
        Who competed.
    losses : dict of str to ndarray of shape (n,)
        Losses on held-out rows of all that did not fail.
    """

    problem: Problem
    labels: Labels
    groups: np.ndarray
    scaler: Pipeline
    classes: np.ndarray | None
    rivals: Sequence[Rival | Contestant]
    teachers: Sequence[Teacher]
    entries: list[Entry] = field(default_factory=list)
    losses: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def all_labels(self) -> Labels:
        """One labelling that hides nothing."""
        truth = self.labels.values[:1]
        return Labels(truth, self.labels.n_classes, np.ones(truth.shape, dtype=bool))

    def run(self, done: Callable[[], object]) -> None:
        """Let everyone compete; `done` is called after each."""
        self.entries = compete(
            self.problem,
            self.labels,
            self.problem.labelled,
            rivals=self.rivals,
            teachers=self.teachers,
            done=done,
        )
        self.losses = losses_of(self.entries, self.labels)

    def difference(self, a: str, b: str) -> tuple[float, float]:
        """Mean and standard error of the difference of two contestants' losses."""
        for name in (a, b):
            if name not in self.losses:
                raise ValueError(f"{name!r} is no contestant; there are {', '.join(self.losses)}")
        d = self.losses[a] - self.losses[b]
        return float(d.mean()), standard_error(d, self.groups)

    def fit(self, names: Sequence[str]) -> AdvisedModel:
        """Fit some contestants, and the teachers they need, to all labels."""
        teachers = [t for t in self.teachers if t.name in names]
        needed = {*names, *(name for t in teachers for name in t.needs)}
        rivals = [r for r in self.rivals if r.name in needed]
        entries = compete(
            self.problem, self.all_labels, self.problem.labelled, rivals=rivals, teachers=teachers
        )
        models = {e.name: e.model for e in entries if e.name in names and e.model is not None}
        fitted = [name for name in names if name in models]
        return AdvisedModel(fitted, [models[name] for name in fitted], self.scaler, self.classes)

    def gain_of_pool(self, teacher: str) -> tuple[int, float]:
        """By how much a student's predicted error falls when its transfer set doubles.

        The law is that of `predict_student`: in each fold the teacher's labels of the pool predict
        a student, and the rows that the fold hides judge it. Fewer rows make students narrower, as
        they do in the contest.

        Parameters
        ----------
        teacher : str
            Name of the student's teacher.

        Returns
        -------
        n_transfer, gain : int, float
            The doubled number of rows, at most 1,000, and the fall of the error.
        """
        model = next(e.model for e in self.entries if e.name == teacher)
        assert model is not None
        pool, hidden = self.problem.pool.X[:_PREDICTED_POOL], ~self.labels.known
        said = decode(model(Inputs(pool)))
        wrong = []
        for m in (len(pool) // 2, len(pool)):
            predictor = fourier_predictor(pool[:m], self.problem.labelled.X, self.problem.gamma)
            width = max(1, min(self.problem.student_width, m // 3))
            total = 0.0
            for codes, truth, rows in zip(said, self.labels.values, hidden, strict=True):
                targets = encode(codes[:m], self.labels.n_classes, centred=True)
                law = predictor.predict(targets, width)
                held = replace(law, mean=law.mean[rows], variance=law.variance[rows])
                total += rows.sum() * held.error_rate(truth[rows])
            wrong.append(total / hidden.sum())
        return len(pool), float(wrong[0] - wrong[1])

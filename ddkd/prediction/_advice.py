"""Which method to use, and whether to distil it: whole pipelines, cross-validated together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from ddkd._checks import as_array, check_integer, check_matrix, check_rng
from ddkd._labels import codes_of, decode
from ddkd._repr import short_repr
from ddkd.contestants._contestant import Contestant, contestants_of
from ddkd.contestants._problem import Inputs, Labels, Problem, folds_of
from ddkd.contestants._table import (
    ADVISED,
    TEACHERS,
    Entry,
    Rival,
    Teacher,
    compete,
    kernel_ridge,
    student_of,
)
from ddkd.features import bandwidth_gamma
from ddkd.prediction._advised import AdvisedModel
from ddkd.prediction._cautions import cautions_of
from ddkd.prediction._intervals import Z_90, spread, standard_error
from ddkd.prediction._words import report_of

__all__ = ["Advice", "advise"]

BANDWIDTHS = (0.3, 0.5, 0.8, 1.25, 2.0)  # in median distances
STUDENT_WIDTH = 4  # in units of the labelled rows
MAX_POOL = 10_000  # a neighbour graph costs the square of it
MOST_CLASSES = 20  # of labels that are floats: with more they are numbers
_NUMBERS = "error low high difference standard_error balanced_error seconds"
_COLUMNS = [
    ("name", "U60"),
    ("title", "U90"),
    ("student", bool),
    *((name, float) for name in _NUMBERS.split()),
]


@short_repr
@dataclass(frozen=True, eq=False)
class Advice:
    """What to use, how well it is expected to do, and how sure that is.

    Made by `advise`. Errors are against the labels that were given, on rows held out in turn: where
    some of the labels are wrong, so is about that fraction of what is counted. Each fold trains on
    fewer labels than there are, which makes them about a point too high; that the smallest was
    chosen makes it about a point too low.

    Attributes
    ----------
    best : str
        Name of the contestant of least error.
    distils : bool
        Whether it is a student.
    decided : bool
        Whether the difference between the best student and the best rival excludes zero.
    ranking : numpy record array
        A row a contestant, best first: name, title, student, error, low, high (a 90 % interval),
        difference to the best and its standard error, balanced error (each class counts alike),
        seconds. Errors of numbers are mean squares over the variance of the labels.
    cautions : list of str
        What to know about these data, a sentence each.
    failures : dict of str to str
        Contestants that failed, and why.
    n_labelled, n_unlabelled, n_classes : int
        Numbers of rows used, and of classes: 0 for labels that are numbers.
    """

    best: str
    distils: bool
    decided: bool
    ranking: np.recarray
    cautions: list[str]
    failures: dict[str, str]
    n_labelled: int
    n_unlabelled: int
    n_classes: int
    _contest: "_Contest"

    def difference(self, a: str, b: str) -> tuple[float, float, float]:
        """Error of one contestant less that of another, named before looking at the errors.

        Parameters
        ----------
        a, b : str
            Their names.

        Returns
        -------
        difference, low, high : float
            The difference and its 90 % interval, from paired rows.
        """
        mean, error = self._contest.difference(a, b)
        return mean, mean - Z_90 * error, mean + Z_90 * error

    def estimator(self) -> AdvisedModel:
        """Fit the best contestant to all labels.

        Returns
        -------
        AdvisedModel
            A fitted scikit-learn estimator that takes raw rows.
        """
        return self._contest.fit([self.best])

    def committee(self, within: float = 1.5) -> AdvisedModel:
        """Fit all that are about as good as the best to all labels, and let them vote.

        Parameters
        ----------
        within : float, default=1.5
            Largest difference to the best, in standard errors of that difference.

        Returns
        -------
        AdvisedModel
            A fitted scikit-learn estimator that takes raw rows; numbers are averaged.

        Raises
        ------
        ValueError
            If `within` is negative.
        """
        if not within >= 0:
            raise ValueError(f"within must be a number from 0 on; got {within!r}")
        near = self.ranking.difference <= within * self.ranking.standard_error
        return self._contest.fit(self.ranking.name[near].tolist())

    def report(self) -> str:
        """The advice in words.

        Returns
        -------
        str
            The answer in a few sentences, cautions, then the table.
        """
        return report_of(self)

    def __str__(self) -> str:
        """The advice in words."""
        return self.report()

    def plot(self, ax: Any = None) -> Any:
        """Draw errors with their intervals, students marked.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw.

        Returns
        -------
        matplotlib Axes
            The picture.
        """
        from ddkd.plotting import draw_advice

        return draw_advice(self, ax)


@dataclass(eq=False)
class _Contest:
    """Everything that a fit to all labels, or another comparison, needs."""

    problem: Problem
    labels: Labels  # a labelling a fold
    truth: np.ndarray  # (n,) class indices or numbers
    classes: np.ndarray | None
    scaler: Pipeline
    rivals: Sequence[Rival | Contestant]
    teachers: Sequence[Teacher]
    losses: dict[str, np.ndarray]  # (n,) of every contestant, on held-out rows
    groups: np.ndarray

    def difference(self, a: str, b: str) -> tuple[float, float]:
        """Mean and standard error of the difference of two contestants' losses."""
        for name in (a, b):
            if name not in self.losses:
                raise ValueError(f"{name!r} is no contestant; there are {', '.join(self.losses)}")
        d = self.losses[a] - self.losses[b]
        return float(d.mean()), standard_error(d, self.groups)

    def fit(self, names: Sequence[str]) -> AdvisedModel:
        """Fit some contestants, and the teachers they need, to all labels."""
        everything = np.ones((1, len(self.truth)), dtype=bool)
        labels = Labels(self.truth[None], self.labels.n_classes, everything)
        teachers = [t for t in self.teachers if t.name in names]
        needed = {*names, *(name for t in teachers for name in t.needs)}
        rivals = [r for r in self.rivals if r.name in needed]
        entries = compete(
            self.problem, labels, self.problem.labelled, rivals=rivals, teachers=teachers
        )
        models = {e.name: e.model for e in entries if e.name in names and e.model is not None}
        ordered = [models[name] for name in names if name in models]
        return AdvisedModel(names, ordered, self.scaler, self.classes)


def advise(
    X: Any,
    y: Any,
    X_unlabelled: Any,
    *,
    contestants: Sequence[Any] | None = None,
    n_folds: int = 5,
    rng: Any = 0,
    n_jobs: int = 1,
    progress: bool = False,
    groups: Any = None,
) -> Advice:
    """Choose a method, or a student of it, by cross-validating whole pipelines.

    In each fold the labels of some rows are hidden; every rival is tuned on the others and labels
    the unlabelled rows, and a student learns from what it said. A held-out row is thus scored by a
    student whose teacher never saw its label. Students' features and factors depend on neither the
    labels nor the fold, so all of them share one. The kernel of the students is the one that kernel
    ridge prefers by leave-one-out error of all labels.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_inputs)
        Labelled inputs. Columns are standardised here, and cut at three standard deviations.
    y : array-like of shape (n_samples,)
        Their labels: classes, or numbers: floats of which some are not whole, or of more than 20
        different values.
    X_unlabelled : array-like of shape (n_pool, n_inputs) or None
        Unlabelled inputs; of more than 10,000, that many are drawn.
    contestants : sequence of Contestant or estimator, or None, default=None
        Methods of your own, which join the standard ones and have students, too; see
        `ddkd.contestants.Contestant`.
    n_folds : int, default=5
        Number of folds.
    rng : None, int, SeedSequence or Generator, default=0
        Source of the folds and of everything random in the contestants.
    n_jobs : int, default=1
        Number of threads of the linear algebra.
    progress : bool, default=False
        Whether to draw a progress bar.
    groups : array-like of shape (n_samples,) or None, default=None
        Rows of one group stay in one fold.

    Returns
    -------
    Advice
        What to use, and how sure that is.

    Raises
    ------
    ValueError
        If an argument is not usable, there is one class only, or every contestant fails.

    Examples
    --------
    >>> from ddkd.datasets import load
    >>> from ddkd.prediction import advise
    >>> split = load("digits", n_samples=100, n_transfer=300, rng=0)
    >>> advice = advise(split.X_train, split.y_train, split.transfer)
    >>> len(advice.ranking), bool(advice.ranking.error[0] < 0.2)
    (16, True)
    >>> model = advice.estimator()
    >>> bool(model.score(split.X_test, split.y_test) > 0.8)
    True
    """
    X = check_matrix("X", X)
    truth, classes = _truth(y, len(X))
    pool = _pool(X_unlabelled, X.shape[1])
    generator = check_rng(rng)
    seed = int(generator.integers(2**31))
    if len(pool) > MAX_POOL:
        pool = pool[generator.choice(len(pool), MAX_POOL, replace=False)]
    group_of = np.arange(len(X)) if groups is None else _groups(groups, len(X))
    folds = folds_of(
        truth,
        check_integer("n_folds", n_folds, low=2, high=len(X)),
        seed,
        None if groups is None else group_of,
    )
    scaler = _scaler().fit(np.concatenate([X, pool]))
    problem = _problem(scaler.transform(X), scaler.transform(pool) if len(pool) else pool, seed)
    problem.groups = None if groups is None else group_of
    known = np.ones((len(folds), len(X)), dtype=bool)
    for fold, (_, held) in enumerate(folds):
        known[fold, held] = False
    n_classes = 0 if classes is None else len(classes)
    labels = Labels(np.repeat(truth[None], len(folds), axis=0), n_classes, known)
    rivals, teachers = _entrants(contestants_of(contestants), n_classes, len(pool))
    contest = _Contest(problem, labels, truth, classes, scaler, rivals, teachers, {}, group_of)
    with threadpool_limits(check_integer("n_jobs", n_jobs)), _bar(contest, progress) as bar:
        everything = Labels(truth[None], n_classes, np.ones((1, len(X)), dtype=bool))
        problem.gamma = kernel_ridge(problem, everything).kernels[0].gamma
        entries = compete(
            problem, labels, problem.labelled, rivals=rivals, teachers=teachers, done=bar.update
        )
    cautions = cautions_of(X, truth, pool, classes, n_folds, groups is not None, seed)
    return _judge(contest, entries, cautions)


def _truth(y: Any, n_rows: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Class indices and the classes; or numbers and None.

    Floats are numbers if some are not whole or there are many different ones.
    """
    y = as_array("y", y)
    if y.shape != (n_rows,):
        raise ValueError(f"y must hold one label for each of {n_rows} rows; its shape is {y.shape}")
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise ValueError("y contains NaN or infinity; every label must be finite")
        if (y != np.floor(y)).any() or len(np.unique(y)) > MOST_CLASSES:
            return y.astype(float), None
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(
            f"y has one class, {classes[0]!r}: nothing can be learned from it, and nothing said"
        )
    return codes_of("y", y, classes), classes


def _pool(given: Any, n_columns: int) -> np.ndarray:
    if given is None or len(given) == 0:
        return np.empty((0, n_columns))
    return check_matrix("X_unlabelled", given, n_columns=n_columns)


def _groups(given: Any, n_rows: int) -> np.ndarray:
    codes = np.unique(as_array("groups", given), return_inverse=True)[1].ravel()
    if len(codes) != n_rows or codes.max() < 1:
        raise ValueError(f"groups must name two groups or more, one for each of {n_rows} rows")
    return codes


def _scaler() -> Pipeline:
    """Columns of mean 0 and deviation 1, cut at three deviations.

    A pixel that is hardly ever black would otherwise be all that a distance depends on.
    """
    cut = FunctionTransformer(np.clip, kw_args={"a_min": -3.0, "a_max": 3.0})
    return make_pipeline(StandardScaler(), cut)


def _problem(X: np.ndarray, pool: np.ndarray, seed: int) -> Problem:
    gammas = np.array([bandwidth_gamma(X, b) for b in BANDWIDTHS])
    return Problem(
        labelled=Inputs(X),
        pool=Inputs(pool),
        gamma=float(gammas[len(gammas) // 2]),
        student_width=max(1, min(STUDENT_WIDTH * len(X), len(pool) // 3)),
        gammas=gammas,
        seed=seed,
    )


def _entrants(
    own: list[Contestant], n_classes: int, n_pool: int
) -> tuple[list[Rival | Contestant], list[Teacher]]:
    """Rivals and teachers for labels of this kind; without a pool those that need none."""
    standard: list[Rival | Contestant] = [r for r in ADVISED if n_classes or r.numbers]
    rivals = [r for r in [*standard, *own] if n_pool or r.sees == "labels"]
    hard_only = {"student-of-neighbours", "student-of-majority"}
    teachers = [t for t in TEACHERS if n_classes or t.name not in hard_only]
    return rivals, [*teachers, *map(student_of, own)] if n_pool else []


@contextmanager
def _bar(contest: _Contest, progress: bool) -> Iterator[Any]:
    total = len(contest.rivals) + len(contest.teachers)
    layout = "{percentage:3.0f}%|{bar:30}| {n_fmt}/{total_fmt} contestants"
    with tqdm(total=total, disable=not progress, bar_format=layout, leave=False) as bar:
        yield bar


def _judge(contest: _Contest, entries: Sequence[Entry], cautions: list[str]) -> Advice:
    """Losses on held-out rows, and the ranking they give."""
    truth, labels = contest.truth, contest.labels
    held = (~labels.known).argmax(axis=0)  # the fold in which each row is held out
    rows = np.arange(len(truth))
    for entry in entries:
        if entry.scores is None:
            continue
        scores = entry.scores[held, rows]  # (n, k)
        if contest.classes is None:
            loss = (scores[:, 0] - truth) ** 2 / truth.var()
        else:
            loss = (decode(scores) != truth).astype(float)
        contest.losses[entry.name] = loss
    if not contest.losses:
        raise ValueError("every contestant failed: " + "; ".join(e.failure for e in entries))
    done = sorted(
        (e for e in entries if e.scores is not None), key=lambda e: contest.losses[e.name].mean()
    )
    best = done[0]
    found = []
    for entry in done:
        loss = contest.losses[entry.name]
        error, half = float(loss.mean()), spread(loss, contest.groups)
        difference, se = contest.difference(entry.name, best.name)
        found.append(
            (
                entry.name,
                entry.title,
                bool(entry.needs),
                error,
                max(0.0, error - half),
                error + half if contest.classes is None else min(1.0, error + half),
                difference,
                se,
                _balanced(loss, truth, contest.classes),
                entry.seconds,
            )
        )
    ranking = np.array(found, dtype=_COLUMNS).view(np.recarray)
    firsts = [next((e for e in done if bool(e.needs) is kind), None) for kind in (True, False)]
    decided = False
    if firsts[0] is not None and firsts[1] is not None:
        mean, se = contest.difference(firsts[0].name, firsts[1].name)
        # Both were picked by the same folds, so their difference is less certain than it looks.
        decided = abs(mean) > 1.25 * Z_90 * se
    return Advice(
        best=best.name,
        distils=bool(best.needs),
        decided=bool(decided),
        ranking=ranking,
        cautions=cautions,
        failures={e.name: e.failure for e in entries if e.failure},
        n_labelled=len(truth),
        n_unlabelled=len(contest.problem.pool),
        n_classes=labels.n_classes,
        _contest=contest,
    )


def _balanced(loss: np.ndarray, truth: np.ndarray, classes: np.ndarray | None) -> float:
    """Mean over classes of the error within each."""
    if classes is None:
        return float(loss.mean())
    return float(np.mean([loss[truth == c].mean() for c in range(len(classes))]))

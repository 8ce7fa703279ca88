"""Which method to use, and whether to distil it: whole pipelines, cross-validated together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from ddkd._checks import check_integer, check_rng
from ddkd.advice._cautions import cautions_of
from ddkd.advice._cross_validation import Z_90, CrossValidation
from ddkd.advice._entrants import check_truth, encode, entrants, groups_of, prepare
from ddkd.advice._model import advised_model
from ddkd.advice._result import Advice
from ddkd.contestants import Labels, folds_of

FEW_LABELS = 300  # with fewer, one split into folds makes the choice a lottery
MAX_POOL = 10_000
_BAR = "{percentage:3.0f}%|{bar:30}| {n_fmt}/{total_fmt} contestants"


def advise(
    X: Any,
    y: Any,
    X_unlabelled: Any = None,
    *,
    contestants: Sequence[Any] | None = None,
    n_folds: int = 5,
    rng: Any = 0,
    n_jobs: int = 1,
    progress: bool = False,
    groups: Any = None,
    task: str | None = None,
) -> Advice:
    """Choose a method, or a student of it, by cross-validating whole pipelines.

    The rows are split into folds, fewer than 300 of them twice. In each fold the labels of some
    rows are hidden; every rival is tuned on the others and labels the unlabelled rows, and a
    student learns from what it said. A held-out row is thus scored by a student whose teacher never
    saw its label. Students' features and factors depend on neither the labels nor the fold, so all
    of them share one. The kernel of the students is the one that kernel ridge prefers by
    leave-one-out error of all labels.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_inputs)
        Labelled inputs. Text and missing cells of a DataFrame are encoded as by
        `ddkd.datasets.TableEncoder`, also in what the fitted model is given. The labels choose the
        scale, by exact leave-one-out of kernel ridge: every column has unit variance, cut at three
        standard deviations, or one scale serves all columns.
    y : array-like of shape (n_samples,)
        Their labels: classes, or numbers, see `task`.
    X_unlabelled : DataFrame, array-like of shape (n_pool, n_inputs) or None, default=None
        Unlabelled inputs, of the same columns in the same order; of more than 10,000, that many are
        drawn, and the advice says so. Methods that need a neighbour graph, and students of these,
        see the first 5,000.
    contestants : sequence of Contestant or estimator, or None, default=None
        Methods of your own, which join the standard ones and have students, too; see
        `ddkd.contestants.Contestant`.
    n_folds : int, default=5
        Number of folds of each split.
    rng : None, int, SeedSequence or Generator, default=0
        Source of the folds and of everything random in the contestants.
    n_jobs : int, default=1
        Number of threads of the linear algebra; -1 is one for each core.
    progress : bool, default=False
        Whether to draw a progress bar.
    groups : array-like of shape (n_samples,) or None, default=None
        Rows of one group stay in one fold. Without groups equal rows do, see
        `ddkd.datasets.equal_rows`.
    task : {"classes", "numbers"} or None, default=None
        What the labels are. By default floats are numbers if some are not whole or more than 20
        values differ. Whole numbers of another type are classes, and are refused where these would
        be more than a third of the rows.

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
    >>> from ddkd.advice import advise
    >>> split = load("digits", n_samples=100, n_transfer=300, rng=0)
    >>> advice = advise(split.X_train, split.y_train, split.transfer)
    >>> bool(advice.ranking.error[0] < 0.2)
    True
    >>> model = advice.estimator()
    >>> bool(model.score(split.X_test, split.y_test) > 0.8)
    True
    """
    encoder, X, pool = encode(X, X_unlabelled)
    n_given = len(pool)
    truth, classes = check_truth(y, len(X), task)
    generator = check_rng(rng)
    seed = int(generator.integers(2**31))
    if len(pool) > MAX_POOL:
        pool = pool[generator.choice(len(pool), MAX_POOL, replace=False)]
    group_of = groups_of(groups, X)
    if check_integer("n_folds", n_folds, low=2) > len(X):
        raise ValueError(f"{len(X)} labelled rows are too few for {n_folds} folds (n_folds)")
    n_splits = 2 if len(X) < FEW_LABELS else 1
    splits = [folds_of(truth, n_folds, seed + i, group_of) for i in range(n_splits)]
    known = np.array([~np.isin(np.arange(len(X)), held) for split in splits for _, held in split])
    n_classes = 0 if classes is None else len(classes)
    everything = Labels.all_known(truth, n_classes)
    rivals, teachers = entrants(contestants, n_classes, pool)
    bar = tqdm(total=len([*rivals, *teachers]), disable=not progress, bar_format=_BAR, leave=False)
    n_threads = effective_n_jobs(check_integer("n_jobs", n_jobs, low=-(2**15)))
    with threadpool_limits(n_threads), bar:
        problem, scale = prepare(X, pool, everything, seed, group_of)
        contest = CrossValidation(
            problem=problem,
            everything=everything,
            labels=Labels(np.repeat(truth[None], len(known), axis=0), n_classes, known),
            groups=np.arange(len(X)) if group_of is None else group_of,
            encoder=encoder,
            scale=scale,
            model=advised_model(classes, pool, contestants, seed),
        )
        contest.run(rivals, teachers, bar.update)
    ranking = contest.ranking()
    others = ranking[ranking.student != ranking.student[0]]
    error, low, high = contest.expected_error()
    return Advice(
        best=str(ranking.name[0]),
        distils=bool(ranking.student[0]),
        error=error,
        low=low,
        high=high,
        decided=bool(len(others) and others.difference[0] > Z_90 * others.standard_error[0]),
        ranking=ranking,
        cautions=cautions_of(X, truth, pool, classes, n_folds, groups, seed),
        failures={e.name: e.failure for e in contest.entries if e.failure},
        n_labelled=len(X),
        n_unlabelled=len(pool),
        n_given=n_given,
        n_classes=n_classes,
        _contest=contest,
    )

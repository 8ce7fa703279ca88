"""``advise``: which method to use, and whether to distil it."""

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path

import joblib
import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from ddkd._provenance import made_with
from ddkd._text import percent
from ddkd.advice import Advice, advise
from ddkd.cli._answer import Answer, named
from ddkd.cli._data import READ, SPLIT, Data
from ddkd.cli._flags import SEED, WRITE, flag, result_file, shows_progress
from ddkd.datasets import DataFile, load
from ddkd.sweeps import Table

NEEDS = "digits"
WRITES = True
FLAGS = {
    **READ | SPLIT | WRITE | SEED,
    "--group": flag(
        "column of numbers; rows of one group stay in one fold, and on one side of the test", "NAME"
    ),
    "--save": flag(
        "keep the fitted model, which takes the table's columns as they came; such a file is code: "
        "load only your own",
        "MODEL.joblib",
        type=result_file,
    ),
}
_DEMO_POOL = 5000


def run(args: argparse.Namespace, data: Data) -> Answer:
    """Choose a model from the training labels, and check it on held-out rows."""
    column = _column(args, data)
    if isinstance(data.source, DataFile):  # an advice chooses the scale itself
        source = data.source
        if column:  # a row to test on is no evidence if others of its group were learned from
            codes = np.unique(source.X[:, column[0]], return_inverse=True)[1]
            source = replace(source, groups=codes)
        data.split = load(source, rng=args.seed, standardise=False, **data.sizes)
    split = data.split.flip_labels(data.flip_rate, rng=args.seed)
    pool = split.transfer
    if not isinstance(pool, np.ndarray):
        pool = pool.sample(_DEMO_POOL, rng=args.seed)
    X, unlabelled, X_test = (
        np.delete(rows, column, axis=1) for rows in (split.X_train, pool, split.X_test)
    )
    groups = split.X_train[:, column[0]] if column else None
    how = {"rng": args.seed, "progress": shows_progress(args), "task": split.task}
    advice = advise(X, split.y_train, unlabelled, groups=groups, **how)
    model, saved = advice.estimator(), []
    if args.save is not None:
        rest = "" if args.labelled == "all" else "; --labelled all trains it on all but test rows"
        saved = [f"Saved in {args.save}: {advice.best} of {advice.n_labelled:,} labels{rest}."]
        with named(args.save):
            joblib.dump(
                _of_table(model, data, np.concatenate([split.X_train, pool]), column), args.save
            )
    score = 1 - model.score(X_test, split.y_test)
    ranking = Table({name: advice.ranking[name] for name in advice.ranking.dtype.names or ()})
    kind = "of the rows wrong" if advice.n_classes else "of the variance left"
    first, *lines = advice.sentences()
    measured = f"Measured on {len(X_test):,} held-out rows: {percent(score)} {kind}."
    return Answer(
        first,
        [*lines, measured, *saved, *data.notes(), *map(" {}".format, advice.table().splitlines())],
        report=args.out,
        values={
            "best": advice.best,
            "simplest": advice.simplest,
            "expected": {"error": advice.error, "low": advice.low, "high": advice.high},
            "distils": advice.distils,
            "decided": advice.decided,
            "ranking": list(ranking.rows()),
            "cautions": advice.cautions,
            "failures": advice.failures,
            "error": score,
        },
        table=ranking,
        figure=advice.plot().figure,
        write=partial(_write, advice),
    )


def _of_table(model: Pipeline, data: Data, seen: np.ndarray, column: list[int]) -> Pipeline:
    """The model of a table as it came, with what it was made from and with.

    Missing cells are filled by the rows that were seen, encoded as `seen`, without the test rows.
    """
    steps = model.steps
    if isinstance(data.source, DataFile) and data.source.encoder is not None:
        encoder = FrozenEstimator(data.source.encoder.filled_by(seen))
        steps = [("encoder", encoder), *steps[1:]]
    if column:
        drop = FunctionTransformer(np.delete, kw_args={"obj": column, "axis": 1})
        steps = [steps[0], ("without group", drop), *steps[1:]]
    saved = Pipeline(steps)
    saved.data_ = data.values
    saved.versions_ = made_with()
    return saved


def _write(advice: Advice, folder: Path) -> None:
    (folder / "advice.txt").write_text(f"{advice.report()}\n", encoding="utf-8")


def _column(args: argparse.Namespace, data: Data) -> list[int]:
    """Position of the column of groups, if there is one."""
    if args.group is None:
        return []
    names = list(data.source.names) if isinstance(data.source, DataFile) else []
    if args.group not in names:
        raise ValueError(
            f"--group {args.group}: there is no such column of numbers in {data.name}"
            + (f"; there are {', '.join(names)}" if names else "")
        )
    return [names.index(args.group)]

"""``advise``: which method to use, and whether to distil it."""

import argparse
from functools import partial
from pathlib import Path

import joblib
import numpy as np

from ddkd._text import percent
from ddkd.advice import Advice, advise
from ddkd.cli._answer import Answer, named
from ddkd.cli._data import READ, SPLIT, Data
from ddkd.cli._flags import SEED, WRITE, flag, result_file, shows_progress
from ddkd.datasets import DataFile
from ddkd.sweeps import Table

NEEDS = "digits"
WRITES = True
FLAGS = {
    **READ | SPLIT | WRITE | SEED,
    "--group": flag("column of numbers; rows of one group stay in one fold", "NAME"),
    "--save": flag(
        "keep the fitted model; such a file is code: load only your own",
        "MODEL.joblib",
        type=result_file,
    ),
}
_DEMO_POOL = 5000


def run(args: argparse.Namespace, data: Data) -> Answer:
    """Choose a model from the training labels, and check it on held-out rows."""
    split = data.split.flip_labels(data.flip_rate, rng=args.seed)
    pool = split.transfer
    if not isinstance(pool, np.ndarray):
        pool = pool.sample(_DEMO_POOL, rng=args.seed)
    column = _column(args, data)
    X, pool, X_test = (
        np.delete(rows, column, axis=1) for rows in (split.X_train, pool, split.X_test)
    )
    groups = split.X_train[:, column[0]] if column else None
    advice = advise(
        X, split.y_train, pool, rng=args.seed, progress=shows_progress(args), groups=groups
    )
    model = advice.estimator()
    if args.save is not None:
        with named(args.save):
            joblib.dump(model, args.save)
    score = 1 - model.score(X_test, split.y_test)
    ranking = Table({name: advice.ranking[name] for name in advice.ranking.dtype.names or ()})
    kind = "of the rows wrong" if advice.n_classes else "of the variance left"
    first, *lines = advice.sentences()
    measured = f"Measured on {len(X_test):,} held-out rows: {percent(score)} {kind}."
    return Answer(
        first,
        [*lines, measured, *data.notes(), *(f" {line}" for line in advice.table().splitlines())],
        report=args.out,
        values={
            "best": advice.best,
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

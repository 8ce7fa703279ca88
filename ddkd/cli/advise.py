"""``advise``: which teacher and which student to train."""

import argparse

import numpy as np

from ddkd.cli._answer import Answer, percent
from ddkd.cli._data import Data
from ddkd.cli._flags import DATA, PRINT, add_flags, positive
from ddkd.prediction import advise

HELP = "which teacher and which student to train"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_flags(parser, *DATA, "--bandwidth", "--seed", *PRINT, data="digits")
    parser.add_argument(
        "--student-width", type=positive, default=150, help="the widest student allowed"
    )
    parser.add_argument("--max-transfer", type=positive, default=2000)


def run(args: argparse.Namespace) -> Answer:
    """Choose a model from the training labels, and check it on held-out rows."""
    data = Data(args)
    split = data.split.flip_labels(data.flip_rate, rng=args.seed)
    pool = split.transfer
    if not isinstance(pool, np.ndarray):
        pool = pool.sample(args.max_transfer, rng=args.seed)
    advice = advise(
        split.X_train,
        split.y_train,
        pool,
        max_student_width=args.student_width,
        max_transfer=args.max_transfer,
        bandwidth=args.bandwidth,
        rng=args.seed,
    )
    model = advice.model(pool, random_state=args.seed).fit(split.X_train, split.y_train)
    error = float(np.mean(model.predict(split.X_test) != split.y_test))
    first, *rest = str(advice).splitlines()
    measured = f"Measured on {len(split.X_test):,} held-out rows: {percent(error)}."
    return Answer(first, [*rest, measured, *data.notes()], values={"error": error})

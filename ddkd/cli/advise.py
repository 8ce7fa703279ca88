"""``advise``: which teacher and which student to train."""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.preprocessing import StandardScaler

from ddkd._checks import check_matrix
from ddkd.cli._answer import Answer
from ddkd.cli._flags import DATA, PRINT, add_flags, positive
from ddkd.datasets import Split, load
from ddkd.prediction import advise

HELP = "which teacher and which student to train"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_flags(parser, *DATA, "--bandwidth", "--seed", *PRINT, data="digits", flip_rate=0.0)
    parser.add_argument(
        "--unlabelled", type=Path, help="FILE.npz (array X) or FILE.csv of inputs only"
    )
    parser.add_argument(
        "--student-width", type=positive, default=150, help="the widest student allowed"
    )
    parser.add_argument("--max-transfer", type=positive, default=2000)


def run(args: argparse.Namespace) -> Answer:
    """Choose a model from the training labels, and check it on held-out rows."""
    split = _labelled_and_unlabelled(args).flip_labels(args.flip_rate, rng=args.seed)
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
    measured = f"Measured on {len(split.X_test):,} held-out rows: {error:.3f}."
    return Answer(first, [*rest, measured, str(split)])


def _labelled_and_unlabelled(args: argparse.Namespace) -> Split:
    """The data; with --unlabelled three quarters of a labelled file, and the other file."""
    split = load(args.data, label=args.label, rng=args.seed)
    if args.unlabelled is None:
        return split
    if not args.data.lower().endswith((".npz", ".csv")):
        raise ValueError("--unlabelled goes with a labelled file: --data FILE.npz or FILE.csv")
    n_rows = len(split.X_train) + len(split.transfer) + len(split.X_test)
    n_test = n_rows // 4
    split = load(
        args.data,
        label=args.label,
        rng=args.seed,
        n_test=n_test,
        n_samples=n_rows - n_test - 1,
        standardise=False,
    )
    pool = _read_inputs(args.unlabelled)
    pool = check_matrix(str(args.unlabelled), pool, n_columns=split.X_train.shape[1])
    pool = np.random.default_rng(args.seed).permutation(pool)
    scaler = StandardScaler().fit(np.concatenate([split.X_train, pool]))
    return replace(
        split,
        X_train=scaler.transform(split.X_train),
        transfer=scaler.transform(pool),
        X_test=scaler.transform(split.X_test),
    )


def _read_inputs(path: Path) -> np.ndarray:
    """Unlabelled inputs: the array X of a .npz, or a .csv with a header."""
    if not path.is_file():
        raise ValueError(f"--unlabelled {path} is not a file")
    try:
        if path.suffix.lower() == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return archive["X"]
        return np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2, encoding="utf-8-sig")
    except (ValueError, KeyError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(f"--unlabelled {path} cannot be read: {error}") from None

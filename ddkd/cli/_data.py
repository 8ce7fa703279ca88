"""The data of a command: read once, split, and described in a sentence."""

import argparse
from pathlib import Path
from typing import Any

from ddkd.cli._flags import DEFAULT, Flags, flag, labelled, rate, shows_progress, switch
from ddkd.datasets import DataFile, Split, available, fingerprint, is_stream, load, read_file

DEMO_FLIP_RATE = 0.1
OWN_DATA = "a demonstration of its own"

# How data are read, and how they are split.
READ: Flags = {
    "--data": flag(
        f"your FILE.csv (with a header) or FILE.npz (arrays X, y); or {', '.join(available())}, "
        f"openml:NAME ({DEFAULT})"
    ),
    "--label": flag("label column of a .csv (default: the last)", "NAME"),
    "--sep": flag("separator of a .csv (default: read from its header)"),
    "--task": flag("what the labels are (default: recognised)", choices=["classes", "numbers"]),
    "--one-hot": switch("turn a text column into columns of zeros and ones"),
    "--drop": flag("columns to leave out", "NAME", nargs="+", action="extend", default=[]),
    "--drop-missing": switch("leave out rows with a missing cell"),
    "--unlabelled": flag("inputs without labels, for the transfer set", "FILE"),
    "--test": flag("labelled rows to test on", "FILE"),
}
LABELLED: Flags = {
    "--labelled": flag(
        "number of labelled rows (default: a fifth of a file's, at most 500)", "N", type=labelled
    )
}
SPLIT: Flags = {
    **LABELLED,
    "--flip-rate": flag(
        "fraction of the labels to make wrong (default: 0; in a demonstration 0.1)",
        "F",
        type=rate,
        default=None,
    ),
}


class Data:
    """A data set by name, or a file that has been read, with what the flags say of it.

    Parameters
    ----------
    args : Namespace
        The flags of a command that takes the data flags.

    Attributes
    ----------
    source : str or DataFile
        What :func:`ddkd.datasets.load` takes.
    name : str
        A name to print.
    digest : str
        Digest of a file's contents; empty for a name.
    flip_rate : float
        Fraction of the labels to make wrong: 0 unless asked, a tenth in a demonstration.
    split : Split
        A first look, with the labels as they are.
    value : str
        The column of a result that holds the error: ``"error"`` or ``"variance_left"``.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.source: str | DataFile = args.data
        if args.data not in available() and (Path(args.data).suffix or Path(args.data).exists()):
            self.source = read_file(args.data, progress=shows_progress(args), **_reading(args))
        elif given := [name for name, value in _reading(args).items() if value]:
            flag = given[0].replace("_", "-")
            raise ValueError(f"--{flag} is for a file of your own: --data FILE.csv")
        self.name = getattr(self.source, "name", args.data)
        self.digest = fingerprint(self.source)
        self.sizes = {} if args.labelled is None else {"n_samples": args.labelled}
        self.flip_rate = args.flip_rate
        if self.flip_rate is None:
            self.flip_rate = DEMO_FLIP_RATE if args.data in available() else 0.0
        self.split: Split = load(self.source, rng=args.seed, **self.sizes)
        self.split.flip_labels(self.flip_rate)  # refused for numbers
        self.value = "error" if self.split.task == "classes" else "variance_left"

    def require_classes(self, what: str) -> None:
        """ValueError if the labels are numbers, with the commands that take those."""
        if self.split.task == "numbers":
            raise ValueError(
                f"{what} about classes, and the labels of {self.name} are numbers: `ddkd curve`, "
                f"`ddkd predict` and `ddkd distill` take numbers; or say --task classes"
            )

    def notes(self, *, flips: bool = True) -> list[str]:
        """How the rows are split and how to change it; what was guessed; what was flipped."""
        split, n = self.split, len(self.split.X_train)
        flipped = []
        if flips and self.flip_rate:
            flipped = [
                f"{round(self.flip_rate * n):,} of the labels are made wrong on purpose; "
                f"--flip-rate 0 leaves them as they are."
            ]
        if isinstance(self.source, DataFile):
            return [_rows(self.source, split), *self.source.notes, *flipped]
        transfer = "an unlimited transfer stream"
        if not is_stream(split.transfer):
            transfer = f"{len(split.transfer):,} without their labels to transfer"
        return [
            f"A demonstration on {self.name}: {n:,} labelled rows, {transfer}, "
            f"{len(split.X_test):,} to test.",
            *([split.description] if self.name.startswith("openml:") else []),
            *flipped,
        ]


def _rows(file: DataFile, split: Split) -> str:
    """How the rows of a file are split, and how to change it."""
    n, n_transfer, n_test = len(split.X_train), len(split.transfer), len(split.X_test)
    unused = len(file.X) - n
    pool, test = "without labels (the transfer set, from --unlabelled)", "to test (from --test)"
    if file.unlabelled is None:
        pool = "with their labels hidden (the transfer set)"
        unused -= n_transfer
    if file.test is None:
        test = "to test"
        unused -= n_test
    other = max(2, min(2 * n, (len(file.X) - n_test) // 2))
    other = other if other != n else max(2, n // 2)
    return (
        f"{file.name}: {len(file.X):,} rows, {file.X.shape[1]:,} features: {n:,} labelled, "
        f"{n_transfer:,} {pool}, {n_test:,} {test}{f', {unused:,} unused' if unused else ''}; "
        f"--labelled {other} splits them otherwise."
    )


def _reading(args: argparse.Namespace) -> dict[str, Any]:
    """The flags that say how a file is read."""
    names = ["label", "sep", "task", "one_hot", "drop", "drop_missing", "unlabelled", "test"]
    return {name: getattr(args, name) for name in names}

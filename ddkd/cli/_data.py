"""The data of a command: read once, split, and described in a sentence."""

import argparse
import math
import os
import shlex
from pathlib import Path
from typing import Any

from joblib import cpu_count

from ddkd._text import counted
from ddkd.cli._flags import DEFAULT, Flags, flag, labelled, rate, switch
from ddkd.datasets import (
    DataFile,
    Split,
    Undecided,
    available,
    fingerprint,
    is_stream,
    load,
    read_file,
)

DEMO_FLIP_RATE = 0.1
OWN_DATA = "a demonstration of its own"
_KERNELS = 10  # matrices of the labelled rows that are held at once; measured for `advise`
_WIDEST = {"curve": 20, "predict": 10}  # model, in labelled rows

# How data are read, and how they are split.
READ: Flags = {
    "--data": flag(
        f"your table (.csv, .tsv, .txt, packed or not, .parquet, .xlsx; its first line names the "
        f"columns) or FILE.npz (arrays X, y); or {', '.join(available())} ({DEFAULT})"
    ),
    "--label": flag("label column of a table (default: the last)", "NAME"),
    "--sep": flag("what separates the columns: a character, comma, semicolon, tab, bar or space"),
    "--decimal": flag(f"decimal sign ({DEFAULT})", "SIGN", default="."),
    "--thousands": flag("sign between thousands (default: none)", "SIGN"),
    "--task": flag("what the labels are (default: recognised)", choices=["classes", "numbers"]),
    "--one-hot": switch("turn a text column into columns of zeros and ones"),
    "--impute": switch("fill missing numbers with the mean of their column, and mark them"),
    "--drop": flag("columns to leave out", "NAME", nargs="+", action="extend", default=[]),
    "--keep": flag(
        "columns that are right as they are, when asked about",
        "NAME",
        nargs="+",
        action="extend",
        default=[],
    ),
    "--drop-missing": switch("leave out rows with a missing cell"),
    "--unlabelled": flag("inputs without labels, for the transfer set", "FILE"),
    "--test": flag("labelled rows to test on", "FILE"),
}
LABELLED: Flags = {
    "--labelled": flag(
        "number of labelled rows, or all but those to test on (default: a fifth of a file's, at "
        "most 500)",
        "N|all",
        type=labelled,
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
_READING = [name[2:].replace("-", "_") for name in READ if name != "--data"]


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
        reading = {name: getattr(args, name) for name in _READING}
        if args.data not in available() and (Path(args.data).suffix or Path(args.data).exists()):
            self.source = _read(args, reading)
        else:
            given = [name for name, value in reading.items() if value not in (None, False, [], ".")]
            if given or args.labelled == "all":
                flag = given[0].replace("_", "-") if given else "labelled all"
                raise ValueError(f"--{flag} is for a file of your own: --data FILE.csv")
        self.name = getattr(self.source, "name", args.data)
        self.digest = fingerprint(self.source)
        self.sizes = {} if args.labelled is None else {"n_samples": args.labelled}
        self.flip_rate = args.flip_rate
        if self.flip_rate is None:
            self.flip_rate = DEMO_FLIP_RATE if args.data in available() else 0.0
        self.split: Split = load(self.source, rng=args.seed, **self.sizes)
        if args.labelled is not None:
            _check_memory(args, len(self.split.X_train), len(self.split.X_test))
        self.split.flip_labels(self.flip_rate)  # refused for numbers
        self.value = self.split.measure

    def require_transfer(self) -> None:
        """ValueError if there is no row to transfer."""
        if not is_stream(self.split.transfer) and len(self.split.transfer) == 0:
            n = len(self.split.X_train)
            raise ValueError(
                f"--labelled all leaves no row to transfer: --labelled {n // 2} leaves "
                f"{n - n // 2}, or --unlabelled MORE.csv brings others"
            )

    @property
    def about(self) -> str:
        """What was read, in a sentence."""
        if isinstance(self.source, DataFile):
            return f"{self.source.summary()}."
        split, transfer = self.split, "an unlimited transfer stream"
        if not is_stream(split.transfer):
            transfer = f"{len(split.transfer):,} without their labels to transfer"
        return (
            f"A demonstration on {self.name}: {len(split.X_train):,} labelled rows, {transfer}, "
            f"{len(split.X_test):,} to test."
        )

    @property
    def values(self) -> dict[str, Any]:
        """The same for a program, with the sizes of the parts."""
        split = self.split
        pool = None if is_stream(split.transfer) else len(split.transfer)
        sizes = {"labelled": len(split.X_train), "test": len(split.X_test), "transfer": pool}
        file = self.source.about() if isinstance(self.source, DataFile) else {"name": self.name}
        return file | {"sizes": sizes}

    def require_classes(self, what: str) -> None:
        """ValueError if the labels are numbers, with the commands that take those."""
        if self.split.task == "numbers":
            raise ValueError(
                f"{what} about classes, and the labels of {self.name} are numbers: `ddkd curve`, "
                f"`ddkd predict` and `ddkd distill` take numbers; or say --task classes"
            )

    def notes(self, *, flips: bool = True) -> list[str]:
        """How the rows are split and how to change that; what was done in reading, and flipped."""
        split, notes = self.split, list[str]()
        if isinstance(self.source, DataFile):
            notes = [_rows(self.source, split), *self.source.notes]
        if split.scale:
            notes.append(f"The labels chose the scale of the inputs: {split.scale}.")
        if flips and self.flip_rate:
            labels = counted(round(self.flip_rate * len(split.X_train)), "label")
            notes.append(f"{labels} made wrong on purpose; --flip-rate 0 leaves them as they are.")
        return notes


def _read(args: argparse.Namespace, reading: dict[str, Any]) -> DataFile:
    """Read a file; what must be decided is said with this very command, and the flags it lacks."""
    try:
        return read_file(args.data, **reading)
    except Undecided as undecided:
        parser = argparse.ArgumentParser(add_help=False)
        for name, options in READ.items():
            if name != "--data":
                parser.add_argument(name, **options)
        others = parser.parse_known_args(args.argv)[1]
        undecided.command = f"ddkd {shlex.join(others)}"
        raise undecided from None


def memory() -> float:
    """Bytes that a process may use, as far as that can be told."""
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # not on this system
        return math.inf
    limit = Path("/sys/fs/cgroup/memory.max")  # of a container
    text = limit.read_text().strip() if limit.is_file() else ""
    return min(pages, int(text)) if text.isdigit() else pages


def _check_memory(args: argparse.Namespace, n: int, n_test: int) -> None:
    """ValueError with a number of labelled rows that fits, if this one does not."""
    jobs = min(getattr(args, "repeats", 1), cpu_count())
    jobs = jobs if getattr(args, "jobs", 1) == -1 else min(jobs, getattr(args, "jobs", 1))

    def n_bytes(n: int) -> float:
        """Kernels of the labelled rows; the widest model's features of these and the test rows."""
        width = getattr(args, "max_width", None) or _WIDEST.get(args.command, 0) * n
        return 8 * jobs * (_KERNELS * n**2 + (n + n_test) * width)

    most, there_is = n, 0.9 * memory()
    while most > 2 and n_bytes(most) > there_is:
        most = most * 9 // 10
    if most < n:
        raise ValueError(
            f"--labelled {n} needs {n_bytes(n) / 1e9:,.0f} GB of memory, and there are "
            f"{memory() / 1e9:,.0f}: --labelled {most} is possible"
        )


def _rows(file: DataFile, split: Split) -> str:
    """How the rows of a file are split, and how to change that."""
    n, n_transfer, n_test = len(split.X_train), len(split.transfer), len(split.X_test)
    unused = len(file.X) - n
    pool, test = "with their labels hidden (the transfer set)", "to test"
    if file.unlabelled is None:
        unused -= n_transfer
    else:
        n_rows = len(file.unlabelled)
        pool = f"of {n_rows:,} without labels (the transfer set, from --unlabelled)"
    if file.test is None:
        unused -= n_test
    else:
        test = "to test (from --test)"
    return (
        f"{n:,} labelled, {n_transfer:,} {pool}, {n_test:,} {test}"
        f"{f', {unused:,} unused' if unused else ''}; --labelled N splits them otherwise."
    )

"""Flags that commands share: each has one name and one meaning, written once."""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase

from ddkd.datasets import available


def _value(
    kind: Callable[[str], Any], allowed: Callable[[Any], bool], text: str
) -> Callable[[str], Any]:
    """An argparse type that says what is allowed."""

    def parse(word: str) -> Any:
        with suppress(ValueError):
            value = kind(word)
            if allowed(value):
                return value
        raise argparse.ArgumentTypeError(f"must be {text}; got {word!r}")

    return parse


def _can_be_file(path: Path) -> bool:
    """Whether a file can be written there."""
    return not path.is_dir() and os.access(path if path.exists() else path.parent, os.W_OK)


def _can_be_picture(path: Path) -> bool:
    return _can_be_file(path) and path.suffix[1:] in FigureCanvasBase.get_supported_filetypes()


def _can_be_folder(path: Path) -> bool:
    """Whether files can be written in it, once it is made if need be."""
    place = next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())
    return place.is_dir() and os.access(place, os.W_OK)


positive = _value(int, lambda v: v >= 1, "a whole number, at least 1")
labelled = _value(int, lambda v: v >= 2, "a whole number, at least 2")
seed = _value(int, lambda v: v >= 0, "a whole number, at least 0")
jobs = _value(int, lambda v: v >= 1 or v == -1, "a whole number, at least 1, or -1")
rate = _value(float, lambda v: 0 <= v <= 1, "a fraction from 0 to 1")
amount = _value(float, lambda v: 0 <= v < np.inf, "a finite number, at least 0")
bandwidth = _value(float, lambda v: 1e-6 <= v <= 1e6, "a number from 1e-6 to 1e6")
result_file = _value(Path, _can_be_file, "a file that can be written")
picture_file = _value(Path, _can_be_picture, "a file that can be written, such as figure.png")
result_folder = _value(Path, _can_be_folder, "a folder to write in")
output = _value(Path, lambda v: str(v) == "-" or _can_be_file(v), "a file that can be written")


def flag(text: str | None, metavar: str | None = None, **options: Any) -> dict[str, Any]:
    """Options of a flag that takes a value."""
    return {"help": text, "metavar": metavar, **options}


def switch(text: str) -> dict[str, Any]:
    """Options of a flag that takes none."""
    return {"help": text, "action": "store_true"}


DEFAULT = "default: %(default)s"
FLAGS = {
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
    "--labelled": flag(
        "number of labelled rows (default: a fifth of a file's, at most 500)", "N", type=labelled
    ),
    "--flip-rate": flag(
        "fraction of the labels to make wrong (default: 0; in a demonstration 0.1)", "F", type=rate
    ),
    "--bandwidth": flag(
        f"kernel bandwidth in median distances ({DEFAULT})", "B", type=bandwidth, default=0.8
    ),
    "--out": flag(f"for the results ({DEFAULT})", "FOLDER", type=Path),
    "--force": switch("replace the results of another run"),
    "--resume": switch("go on from an interrupted run"),
    "--seed": flag(f"of everything random ({DEFAULT})", "N", type=seed, default=0),
    "--repeats": flag(DEFAULT, "N", type=positive, default=10),
    "--jobs": flag(
        "processes; -1, the default, is one a core. Results do not depend on it",
        "N",
        type=jobs,
        default=-1,
    ),
    "--alpha": flag("ridge (default: none)", "A", type=amount, default=0.0),
    "--teacher-alpha": flag("ridge of the teacher", "A", type=amount, default=0.0),
    "--student-alpha": flag("ridge of the student", "A", type=amount, default=0.0),
    "--teacher-width": flag(DEFAULT, "P", type=positive),
    "--student-width": flag(DEFAULT, "P", type=positive),
    "--max-width": flag(
        "widest model (default: 20 times the labelled rows; of predict 10)", "P", type=positive
    ),
    "--json": flag(
        "write the numbers to FILE as JSON; without FILE print that alone",
        "FILE",
        type=output,
        nargs="?",
        const="-",
    ),
    "--quiet": switch("show no progress"),
    "--verbose": switch("print the long form, too"),
    "--debug": switch("show the traceback of an error"),
}

# Groups in the order of FLAGS: how data are read and split; where results go; what is printed.
DATA = tuple(FLAGS)[: tuple(FLAGS).index("--bandwidth")]
FILES = ("--out", "--force", "--seed")
RUN = ("--out", "--force", "--resume", "--seed", "--repeats", "--jobs")
PRINT = ("--json", "--quiet", "--verbose", "--debug")


def shows_progress(args: argparse.Namespace) -> bool:
    """Whether to draw progress bars: for a person at a terminal who has not declined."""
    return not args.quiet and sys.stderr.isatty()


def shared(*names: str, **defaults: Any) -> dict[str, dict[str, Any]]:
    """Some of the flags that commands share, with the defaults that are a command's own."""
    chosen = {name: dict(FLAGS[name]) for name in names}
    for name, default in defaults.items():
        chosen[f"--{name.replace('_', '-')}"]["default"] = default
    return chosen


def imported(place: str) -> Any:
    """The object called MODULE:NAME, in the working folder or installed: the user's own code."""
    module, _, name = place.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"{place!r} is not MODULE:NAME of something that can be imported: {error}"
        ) from None

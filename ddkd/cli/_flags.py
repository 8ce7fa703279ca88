"""Flags that commands share: each has one name and one meaning, written once."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ddkd.datasets import available

__all__ = [
    "DATA",
    "FILES",
    "PRINT",
    "RUN",
    "add_flags",
    "amount",
    "bandwidth",
    "positive",
    "shows_progress",
]


def _number(
    kind: Callable[[str], Any], allowed: Callable[[Any], bool], text: str
) -> Callable[[str], Any]:
    """An argparse type that says what is allowed."""

    def parse(word: str) -> Any:
        try:
            value = kind(word)
        except ValueError:
            value = None
        if value is None or not allowed(value):
            raise argparse.ArgumentTypeError(f"must be {text}; got {word!r}")
        return value

    return parse


positive = _number(int, lambda v: v >= 1, "a whole number, at least 1")
labelled = _number(int, lambda v: v >= 2, "a whole number, at least 2")
seed = _number(int, lambda v: v >= 0, "a whole number, at least 0")
jobs = _number(int, lambda v: v >= 1 or v == -1, "a whole number, at least 1, or -1")
rate = _number(float, lambda v: 0 <= v <= 1, "a fraction from 0 to 1")
amount = _number(float, lambda v: 0 <= v < np.inf, "a finite number, at least 0")
bandwidth = _number(float, lambda v: 1e-6 <= v <= 1e6, "a number from 1e-6 to 1e6")

_DEFAULT = "default: %(default)s"

FLAGS: dict[str, dict[str, Any]] = {
    "--data": {
        "help": f"your FILE.csv (with a header) or FILE.npz (arrays X, y); or "
        f"{', '.join(available())}, openml:NAME ({_DEFAULT})"
    },
    "--label": {"metavar": "NAME", "help": "label column of a .csv (default: the last)"},
    "--sep": {"help": "separator of a .csv (default: read from its header)"},
    "--task": {
        "choices": ["classes", "numbers"],
        "help": "what the labels are (default: recognised)",
    },
    "--one-hot": {
        "action": "store_true",
        "help": "turn a text column into columns of zeros and ones",
    },
    "--drop": {
        "nargs": "+",
        "action": "extend",
        "default": [],
        "metavar": "NAME",
        "help": "columns to leave out",
    },
    "--drop-missing": {"action": "store_true", "help": "leave out rows with a missing cell"},
    "--unlabelled": {"metavar": "FILE", "help": "inputs without labels, for the transfer set"},
    "--test": {"metavar": "FILE", "help": "labelled rows to test on"},
    "--labelled": {
        "type": labelled,
        "metavar": "N",
        "help": "number of labelled rows (default: a fifth of a file's, at most 500)",
    },
    "--flip-rate": {
        "type": rate,
        "metavar": "F",
        "help": "fraction of the labels to make wrong (default: 0; in a demonstration 0.1)",
    },
    "--bandwidth": {
        "type": bandwidth,
        "default": 0.8,
        "metavar": "B",
        "help": f"kernel bandwidth in median distances ({_DEFAULT})",
    },
    "--out": {"type": Path, "metavar": "FOLDER", "help": f"for the results ({_DEFAULT})"},
    "--force": {"action": "store_true", "help": "replace the results of another run"},
    "--resume": {"action": "store_true", "help": "go on from an interrupted run"},
    "--seed": {
        "type": seed,
        "default": 0,
        "metavar": "N",
        "help": f"of everything random ({_DEFAULT})",
    },
    "--repeats": {"type": positive, "default": 10, "metavar": "N", "help": _DEFAULT},
    "--jobs": {
        "type": jobs,
        "default": -1,
        "metavar": "N",
        "help": "processes; -1, the default, is one a core. Results do not depend on it",
    },
    "--json": {
        "nargs": "?",
        "const": "-",
        "metavar": "FILE",
        "help": "write the numbers to FILE as JSON; without FILE print that alone",
    },
    "--quiet": {"action": "store_true", "help": "show no progress"},
    "--verbose": {"action": "store_true", "help": "print the long form, too"},
}

# Groups in the order of FLAGS: how data are read and split; where results go; what is printed.
DATA = tuple(FLAGS)[: tuple(FLAGS).index("--bandwidth")]
FILES = ("--out", "--force", "--seed")
RUN = ("--out", "--force", "--resume", "--seed", "--repeats", "--jobs")
PRINT = ("--json", "--quiet", "--verbose")


def shows_progress(args: argparse.Namespace) -> bool:
    """Whether to draw progress bars: for a person at a terminal who has not declined."""
    return not args.quiet and sys.stderr.isatty()


def add_flags(parser: argparse.ArgumentParser, *names: str, **defaults: Any) -> None:
    """Add shared flags to a command, with the defaults that are its own."""
    for name in names:
        parser.add_argument(name, **FLAGS[name])
    parser.set_defaults(**defaults)

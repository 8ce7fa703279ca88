"""Flags that commands share: each has one name and one meaning, written once."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ddkd.datasets import available

__all__ = ["DATA", "PRINT", "RUN", "add_flags", "amount", "bandwidth", "positive"]


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
seed = _number(int, lambda v: v >= 0, "a whole number, at least 0")
jobs = _number(int, lambda v: v >= 1 or v == -1, "a whole number, at least 1, or -1")
rate = _number(float, lambda v: 0 <= v <= 1, "a fraction from 0 to 1")
amount = _number(float, lambda v: 0 <= v < np.inf, "a finite number, at least 0")
bandwidth = _number(float, lambda v: 1e-6 <= v <= 1e6, "a number from 1e-6 to 1e6")

_DEFAULT = "default: %(default)s"
_NAMES = f"{', '.join(available())}, openml:NAME, or a FILE.npz (arrays X, y) or FILE.csv"

FLAGS: dict[str, dict[str, Any]] = {
    "--data": {"help": f"{_NAMES} (with a header); {_DEFAULT}"},
    "--label": {"help": "label column of a CSV file (default: the last)"},
    "--flip-rate": {"type": rate, "help": f"fraction of the labels to make wrong ({_DEFAULT})"},
    "--bandwidth": {
        "type": bandwidth,
        "default": 0.8,
        "help": f"kernel bandwidth in median distances ({_DEFAULT})",
    },
    "--out": {"type": Path, "help": f"folder for the results ({_DEFAULT})"},
    "--resume": {"action": "store_true", "help": "go on from an interrupted run"},
    "--seed": {"type": seed, "default": 0, "help": f"of everything random ({_DEFAULT})"},
    "--repeats": {"type": positive, "default": 10, "help": _DEFAULT},
    "--jobs": {
        "type": jobs,
        "default": -1,
        "help": "worker processes; -1, the default, is one a core. Results do not depend on it",
    },
    "--json": {"action": "store_true", "help": "print the answer as JSON"},
    "--quiet": {"action": "store_true", "help": "print the answer alone, without progress"},
    "--verbose": {"action": "store_true", "help": "print the long form, too"},
}

DATA = ("--data", "--label", "--flip-rate")
PRINT = ("--json", "--quiet", "--verbose")
RUN = ("--out", "--resume", "--seed", "--repeats", "--jobs")


def add_flags(parser: argparse.ArgumentParser, *names: str, **defaults: Any) -> None:
    """Add shared flags to a command, with the defaults that are its own."""
    for name in names:
        parser.add_argument(name, **FLAGS[name])
    parser.set_defaults(**defaults)

"""Types of the command line's arguments, each of which says what is allowed."""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from ddkd.datasets import available

__all__ = [
    "BANDWIDTH_HELP",
    "DEFAULT",
    "FLIP_RATE_HELP",
    "amount",
    "bandwidth",
    "data_help",
    "jobs",
    "positive",
    "rate",
    "seed",
]

DEFAULT = "default: %(default)s"
FLIP_RATE_HELP = "fraction of the training labels to make wrong (default: %(default)s)"
BANDWIDTH_HELP = "kernel bandwidth in median distances (default: %(default)s)"


def data_help(default: str | None = None) -> str:
    """What `--data` may be."""
    names = f"{', '.join(available())}, openml:NAME, or a FILE.npz (arrays X, y) or FILE.csv (with "
    names += "a header)"
    return names if default is None else f"{names}; default: {default}"


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

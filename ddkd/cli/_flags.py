"""Flags that commands share: each has one name and one meaning, written once.

Dicts of flags are joined with ``|``; a command adds those of its own. Nothing here imports numpy.
"""

import argparse
import math
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

Flags = dict[str, dict[str, Any]]  # by name, what argparse is to know of each


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
    place = path if path.exists() else path.parent
    return not path.is_dir() and path.parent.is_dir() and os.access(place, os.W_OK)


def _can_be_picture(path: Path) -> bool:
    from matplotlib.backend_bases import FigureCanvasBase

    return _can_be_file(path) and path.suffix[1:] in FigureCanvasBase.get_supported_filetypes()


def _can_be_folder(path: Path) -> bool:
    """Whether files can be written in it, once it is made if need be."""
    place = next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())
    return place.is_dir() and os.access(place, os.W_OK)


positive = _value(int, lambda v: v >= 1, "a whole number, at least 1")
several = _value(int, lambda v: v >= 2, "a whole number, at least 2")
labelled = _value(
    lambda word: word if word == "all" else int(word),
    lambda v: v == "all" or v >= 2,
    "a whole number, at least 2, or all",
)
seed = _value(int, lambda v: v >= 0, "a whole number, at least 0")
jobs = _value(int, lambda v: v >= 1 or v == -1, "a whole number, at least 1, or -1")
rate = _value(float, lambda v: 0 <= v <= 1, "a fraction from 0 to 1")
amount = _value(float, lambda v: 0 <= v < math.inf, "a finite number, at least 0")
bandwidth = _value(float, lambda v: 1e-6 <= v <= 1e6, "a number from 1e-6 to 1e6")
python_file = _value(Path, lambda v: v.suffix == ".py", "a file of Python, such as my.py")
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
SEED: Flags = {"--seed": flag(f"of everything random ({DEFAULT})", "N", type=seed, default=0)}
JOBS: Flags = {
    "--jobs": flag(
        "processes; -1, the default, is one a core. Results do not depend on it",
        "N",
        type=jobs,
        default=-1,
    )
}
WRITE: Flags = {
    "--out": flag(f"for the results ({DEFAULT})", "FOLDER", type=result_folder),
    "--force": switch("compute afresh, and replace the results of another run"),
}
RUN: Flags = {
    **WRITE,
    **SEED,
    "--repeats": flag(DEFAULT, "N", type=positive, default=10),
    **JOBS,
}
BANDWIDTH: Flags = {
    "--bandwidth": flag(
        f"kernel bandwidth in median distances ({DEFAULT})", "B", type=bandwidth, default=0.8
    )
}
PRINT: Flags = {
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


def shows_progress(args: argparse.Namespace) -> bool:
    """Whether to draw progress bars: for a person at a terminal who has not declined."""
    return not args.quiet and sys.stderr.isatty()


def imported(place: str) -> Any:
    """The object called MODULE:NAME, in the working folder or installed: the user's own code."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        return resolve_name(place)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"{place!r} is not MODULE:NAME of something that can be imported: {error}"
        ) from None

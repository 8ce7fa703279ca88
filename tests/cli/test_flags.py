"""Flags: what each takes, to the last value of its range, and what it says of the next."""

import argparse
import math
from importlib import import_module
from pathlib import Path

import pytest

from ddkd.cli import _flags, _main

TINY = 2.0**-52  # the next number above one is 1 + TINY


@pytest.mark.parametrize(
    ("kind", "taken", "refused", "allowed"),
    [
        ("positive", ["1", "7"], ["0", "-1", "1.5", "x"], "a whole number, at least 1"),
        ("several", ["2", "7"], ["1", "2.5"], "a whole number, at least 2"),
        ("labelled", ["2"], ["1", "nan"], "a whole number, at least 2, or all"),
        ("seed", ["0", "123456789012"], ["-1"], "a whole number, at least 0"),
        ("jobs", ["1", "-1", "64"], ["0", "-2"], "a whole number, at least 1, or -1"),
        ("rate", ["0", "1"], [f"{-TINY}", f"{1 + TINY!r}", "nan"], "a fraction from 0 to 1"),
        ("amount", ["0", "1e300"], ["-1e-300", "inf", "nan"], "a finite number, at least 0"),
        (
            "bandwidth",
            ["1e-6", "1e6"],
            [repr(math.nextafter(1e-6, 0)), repr(math.nextafter(1e6, math.inf)), "nan"],
            "a number from 1e-6 to 1e6",
        ),
    ],
)
def test_both_ends_of_a_range(kind, taken, refused, allowed):
    parse = getattr(_flags, kind)
    for word in taken:
        assert parse(word) == float(word)
    for word in refused:
        with pytest.raises(argparse.ArgumentTypeError) as caught:
            parse(word)
        assert str(caught.value) == f"must be {allowed}; got {word!r}"


SIZES = {"seed": 0, "flip_rate": None, "labelled": None}
RUN = SIZES | {"repeats": 10, "jobs": -1}
DEFAULTS = {
    "reproduce": RUN | {"quick": False, "everyone": False, "contestant": []},
    "curve": RUN | {"bandwidth": 0.8, "alpha": 0.0, "max_width": None, "widths": "some"},
    "distill": RUN
    | {"bandwidth": 0.8, "teacher_width": 4000, "student_width": None, "n_transfer": 10_000}
    | {"teacher_alpha": 0.0, "student_alpha": 0.0, "labels": None},
    "predict": RUN | {"bandwidth": 0.8, "max_width": None},
    "advise": SIZES | {"group": None, "save": None},
    "phase": {"seed": 0, "labelled": None, "bandwidth": 0.8, "teacher_width": 2000}
    | {"student_width": 100, "max_transfer": 2000, "flip_rate": 0.0, "force": False}
    | {"out": Path("ddkd-results/phase"), "data": "a demonstration of its own"},
    "diagnose": SIZES
    | {"max_fits": 60, "widths": None, "plot": None, "data": "digits"}
    | {"quiet": False, "verbose": False, "debug": False, "json": None},
    "page": {"out": Path("double-descent.html"), "check": None, "data": None},
    "theorems": {"seed": 0, "jobs": -1, "wrong": False, "quick": False, "only": None},
}


@pytest.mark.parametrize("command", DEFAULTS)
def test_what_a_flag_is_when_nobody_gives_it(command):
    words = [command, *["own:model"] * (command == "diagnose")]
    given = vars(_main._parser(import_module(f"ddkd.cli.{command}")).parse_args(words))
    assert {name: given[name] for name in DEFAULTS[command]} == DEFAULTS[command]

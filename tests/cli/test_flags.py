"""Flags: what each takes, to the last value of its range, and what it says of the next."""

import argparse
import math

import pytest

from ddkd.cli import _flags

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

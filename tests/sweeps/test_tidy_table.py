"""Columns of results: what a scalar is, and differences within a repeat."""

import sys

import numpy as np
import pytest

from ddkd.sweeps import SweepResult
from ddkd.sweeps._tidy_table import as_scalar


def test_the_largest_integer_that_fits_a_float_is_the_last_that_is_taken():
    largest = int(sys.float_info.max)
    for value in (largest, -largest):
        assert as_scalar("seed", value) == value
        with pytest.raises(ValueError, match="seed is an integer beyond 1e308"):
            as_scalar("seed", value + (1 if value > 0 else -1))


@pytest.mark.parametrize(
    ("a", "b", "counts"), [("mentor", "pupil", (0, 0)), ("teacher", "pupil", (2, 0))]
)
def test_a_difference_of_sides_that_are_not_there_is_refused(a, b, counts):
    columns = {
        "model": np.array(["teacher", "student"] * 2),
        "repeat": np.array([0, 0, 1, 1]),
        "error": np.array([0.2, 0.1, 0.3, 0.1]),
    }
    result = SweepResult(columns)
    gap = result.paired("error", between="model", a="teacher", b="student")
    assert gap["mean"].tolist() == pytest.approx([0.15])
    message = f"model = '{a}' is in {counts[0]} repeats and '{b}' in {counts[1]}"
    with pytest.raises(ValueError, match=message):
        result.paired("error", between="model", a=a, b=b)

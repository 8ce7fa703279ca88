"""Short reprs: what they show, and what they hide."""

from dataclasses import dataclass, field, make_dataclass

import numpy as np
import pytest

from ddkd._repr import short_repr, summarise


@short_repr
@dataclass(frozen=True, eq=False)
class Result:
    name: str
    risk: np.ndarray
    other: object = None
    _work: np.ndarray = field(default_factory=lambda: np.zeros(1000))


def test_private_fields_and_array_entries_are_left_out():
    text = repr(Result("a", np.array([1.0, np.nan, 3.0] * 40), Result("b", np.ones(2))))
    assert text.splitlines() == [
        "Result(",
        "    name='a',",
        "    risk=array of shape (120,), 1 to 3, 40 NaN,",
        "    other=Result(...),",
        ")",
    ]


@pytest.mark.parametrize("n_fields", [0, 5, 30])
def test_every_field_has_a_line(n_fields):
    cls = make_dataclass("Many", [f"number_{i}" for i in range(n_fields)])
    lines = repr(short_repr(cls)(*[np.float64(i / 7) for i in range(n_fields)])).splitlines()
    assert len(lines) == n_fields + 2
    assert max(map(len, lines)) <= 78
    assert "float64" not in "".join(lines)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(1 / 3), "0.333333"),
        (np.array(2.0), "2"),
        (np.True_, "True"),
        (7, "7"),
        (None, "None"),
        (np.array([1, 2]), "[1, 2]"),
        (np.array(["a", "b"]), "['a', 'b']"),
        (np.eye(3, dtype=bool), "array of shape (3, 3), 3 of 9 true"),
        (np.full(9, np.nan), "array of shape (9,), all NaN"),
        (np.zeros((0, 3)), "array of shape (0, 3) of float64"),
        (np.array(list("abcdefgh")), "array of shape (8,) of <U1"),
        ((1.0, "x"), "(1, 'x')"),
        ((1,), "(1,)"),
        ([np.zeros(9)] * 30, "list of 30: ndarray"),
        ({"a": 1}, "dict of 1: str"),
        (np.sin, "sin"),
        (dict, "dict"),
        ("x" * 100, "'" + "x" * 52 + "..."),
    ],
)
def test_one_line_for_any_value(value, text):
    assert summarise(value) == text

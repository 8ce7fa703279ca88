"""Ways to make an argument ugly or wrong."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import sparse


def _strided(value):
    return np.repeat(value, 2, axis=0)[::2]


def _read_only(value):
    value = np.array(value)
    value.flags.writeable = False
    return value


def _with(entry):
    def spoil(value):
        value = np.array(value, dtype=np.float64)
        value.flat[value.size // 2] = entry
        return value

    return spoil


def _sparse(value):
    return sparse.csr_array(np.asarray(value).reshape(len(value), -1))


SPOILED_ARRAYS: dict[str, Callable[[Any], Any]] = {
    "Fortran order": np.asfortranarray,
    "strided": _strided,
    "reversed": lambda v: np.ascontiguousarray(v[::-1])[::-1],
    "read-only": _read_only,
    "lists": lambda v: np.asarray(v).tolist(),
    "objects": lambda v: np.asarray(v).astype(object),
    "big-endian": lambda v: np.asarray(v).astype(np.asarray(v).dtype.newbyteorder(">")),
    "float32": lambda v: np.asarray(v).astype(np.float32),
    "long double": lambda v: np.asarray(v).astype(np.longdouble),
    "integers": lambda v: np.rint(3 * np.asarray(v)).astype(np.int32),
    "booleans": lambda v: np.asarray(v) > 0,
    "huge": lambda v: np.asarray(v) * 1e150,
    "overflowing": lambda v: np.clip(v, -1.5, 1.5) * 1e308,
    "tiny": lambda v: np.asarray(v) * 1e-150,
    "denormal": lambda v: np.asarray(v) * 1e-310,
    "zeros": lambda v: np.zeros_like(v),
    "equal rows": lambda v: np.repeat(v[:1], len(v), axis=0),
    "negative": lambda v: -np.abs(v),
    "NaN": _with(np.nan),
    "infinity": _with(np.inf),
    "minus infinity": _with(-np.inf),
    "empty": lambda v: v[:0],
    "no columns": lambda v: v[..., :0],
    "one row": lambda v: v[:1],
    "a row more": lambda v: np.concatenate([v, v[:1]]),
    "a dimension more": lambda v: np.asarray(v)[..., None],
    "a dimension less": lambda v: np.asarray(v)[0],
    "scalar": lambda v: 1.5,
    "complex": lambda v: np.asarray(v) + 1j,
    "strings": lambda v: np.asarray(v).astype(str),
    "words": lambda v: np.full(np.shape(v), "word", dtype=object),
    "dates": lambda v: np.zeros(np.shape(v), dtype="datetime64[s]"),
    "None": lambda v: None,
    "ragged": lambda v: [[1.0], [1.0, 2.0]],
    "sparse": _sparse,
    "dictionary": lambda v: {"a": 1},
    "generator": lambda v: (x for x in [1.0]),
}

SPOILED_SCALARS: dict[str, Any] = {
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "minus one": -1,
    "zero": 0,
    "one": 1,
    "three": 3,
    "three point zero": 3.0,
    "half": 0.5,
    "huge": 1e300,
    "huge integer": 10**30,
    "denormal": 5e-324,
    "numpy float32": np.float32(0.5),
    "numpy integer": np.int16(3),
    "zero-dimensional": np.array(2),
    "fraction": Fraction(1, 4),
    "decimal": Decimal("0.25"),
    "boolean": True,
    "complex": 1 + 1j,
    "string": "word",
    "bytes": b"word",
    "None": None,
    "list": [1],
    "dictionary": {},
    "object": object(),
}

"""A short `repr` for results: one line a field, arrays by shape and range."""

import dataclasses
from collections.abc import Mapping, Set
from typing import TypeVar

import numpy as np

_MAX_VALUE = 56
_FEW = 6

T = TypeVar("T")


def short_repr(cls: type[T]) -> type[T]:
    """Give a dataclass a short `repr`, a public field a line; write it above ``@dataclass``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from ddkd._repr import short_repr
    >>> @short_repr
    ... @dataclass(frozen=True)
    ... class Curve:
    ...     n_samples: int
    ...     risk: np.ndarray
    ...     _work: np.ndarray
    >>> Curve(100, np.linspace(0.5, 2.0, 60), np.zeros(9))
    Curve(
        n_samples=100,
        risk=array of shape (60,), 0.5 to 2,
    )
    """

    def __repr__(self: T) -> str:
        names = [f.name for f in dataclasses.fields(cls) if not f.name.startswith("_")]  # type: ignore[arg-type]
        lines = [f"    {name}={summarise(getattr(self, name))}," for name in names]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])

    cls.__repr__ = __repr__  # type: ignore[method-assign, assignment]
    return cls


def summarise(value: object) -> str:
    """Say in one short line what a value is.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd._repr import summarise
    >>> summarise(np.float64(0.25)), summarise(np.arange(100)), summarise([1, 2])
    ('0.25', 'array of shape (100,), 0 to 99', '[1, 2]')
    """
    if isinstance(value, np.ndarray) and value.ndim:
        return _array(value)
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str | int | None):
        return _cut(repr(value))
    if isinstance(value, type) or (callable(value) and hasattr(value, "__name__")):
        return _cut(value.__name__)
    if isinstance(value, Mapping | Set | tuple | list):
        return _collection(value)
    text = repr(value)
    return text if len(text) <= _MAX_VALUE and "\n" not in text else f"{type(value).__name__}(...)"


def _array(array: np.ndarray) -> str:
    if array.ndim == 1 and array.size <= _FEW:
        return "[" + ", ".join(summarise(entry) for entry in array) + "]"
    shape = f"array of shape {array.shape}"
    if array.dtype.kind == "b":
        return f"{shape}, {np.count_nonzero(array)} of {array.size} true"
    if array.dtype.kind not in "iuf" or array.size == 0:
        return f"{shape} of {array.dtype}"
    known = array[~np.isnan(array)]
    if known.size == 0:
        return f"{shape}, all NaN"
    text = f"{shape}, {known.min():.4g} to {known.max():.4g}"
    return text if known.size == array.size else f"{text}, {array.size - known.size} NaN"


def _collection(value: Mapping | Set | tuple | list) -> str:
    if len(value) <= _FEW and not isinstance(value, Mapping | Set):
        text = ", ".join(summarise(entry) for entry in value)
        if len(text) <= _MAX_VALUE and isinstance(value, list):
            return f"[{text}]"
        if len(text) <= _MAX_VALUE:
            return f"({text},)" if len(value) == 1 else f"({text})"
    kinds = sorted({type(entry).__name__ for entry in value})
    return _cut(f"{type(value).__name__} of {len(value)}: {', '.join(kinds)}")


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 3] + "..."

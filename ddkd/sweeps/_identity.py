"""What the records of an experiment depend on: arguments, the code that they name, versions."""

import functools
import hashlib
import inspect
import json
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import joblib

from ddkd._provenance import versions
from ddkd.sweeps._tidy_table import as_scalar


def identity(parameters: Mapping[str, Any], *values: Any) -> dict[str, Any]:
    """Parameters, digests of all code that some values name, and versions.

    The code of an experiment is that of its own file, not of what the file imports; of ddkd it is
    that of the whole package.

    Raises
    ------
    OSError
        If there is no file that holds the code, as in an interactive session.
    """
    named = list(_named(list(values), set()))
    return {
        "parameters": parameters,
        "code": sorted({text for value in named for text in _code(value)}),
        "bound": [plain(content) for value in named for content in _bound(value)],
        "package": _package_digest(),
        "versions": versions(),
    }


def _named(value: Any, known: set[int]) -> Iterator[Any]:
    """Functions and classes in a value: its own, its arguments', and those bound to them."""
    if id(value) in known or isinstance(value, ModuleType | str | float | None):
        return
    known.add(id(value))
    inside: list[Any] = []
    if isinstance(value, functools.partial):
        inside = [value.func, value.args, value.keywords]
    elif isinstance(value, Mapping):
        inside = list(value.values())
    elif isinstance(value, list | tuple):
        inside = list(value)
    elif inspect.ismethod(value):
        yield value
        inside = [value.__func__, *_bound(value)]
    elif inspect.isroutine(value) or isinstance(value, type):
        yield value
        inside = _bound(value)
    else:
        inside = [type(value), list(getattr(value, "__dict__", {}).values())]
    for item in inside:
        yield from _named(item, known)


def _bound(function: Any) -> list[Any]:
    """Values that a function has from where it was made: closure, defaults, a method's object."""
    values = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    values += getattr(function, "__defaults__", None) or ()
    values += (getattr(function, "__kwdefaults__", None) or {}).values()
    return [*values, function.__self__] if inspect.ismethod(function) else values


def _code(value: Any) -> Iterator[str]:
    """Digest of the file of a function or class, and its place there; nothing if it is compiled."""
    try:
        file = inspect.getsourcefile(value)
    except TypeError:
        return
    if file is None:
        raise OSError(f"the code of {value.__qualname__} is in no file")
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    code = getattr(value, "__code__", None)
    place = list(code.co_positions()) if isinstance(code, CodeType) else []
    yield f"{value.__module__}.{value.__qualname__} {place} {digest}"


@functools.cache
def _package_digest() -> str:
    """Digest of all files of ddkd: a version under development changes more often than its name."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def plain(value: Any) -> Any:
    """`value` as JSON: scalars, lists and dictionaries as they are, the rest described."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    try:
        return as_scalar("value", value)
    except ValueError:
        return described(value)


def described(value: Any) -> str:
    """The name of a function, or the class and the digest of an object: the same everywhere."""
    if isinstance(value, functools.partial):
        arguments = json.dumps([plain(value.args), plain(value.keywords)])
        return f"partial {described(value.func)} {arguments}"
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    # Only what makes a data class: what it has computed since would change its digest.
    content = [getattr(value, f.name) for f in fields(value)] if is_dataclass(value) else value
    try:
        digest = joblib.hash(content)
    except (pickle.PicklingError, AttributeError, TypeError):  # it cannot be pickled
        digest = repr(value)
    return f"{type(value).__module__}.{type(value).__qualname__} {digest}"

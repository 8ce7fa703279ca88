"""What the records of an experiment depend on: arguments, the code that they name, versions."""

import functools
import hashlib
import inspect
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import joblib

from ddkd._provenance import versions
from ddkd.sweeps._tidy_table import as_scalar


def identity(*values: Any) -> dict[str, Any]:
    """Digests of some values and of all code that they name, and versions, as JSON.

    The code of a function is that of its own file, not of what the file imports; of ddkd it is
    that of the whole package.

    Raises
    ------
    OSError
        If there is no file that holds the code, as in an interactive session, or if the content of
        an object cannot be told.
    """
    return {
        "values": _content(values, ()),
        "package": _package_digest(),
        "versions": versions(),
    }


def _content(value: Any, outer: tuple[int, ...]) -> Any:
    """All that makes a value, as JSON; `outer` are the ids of what it was reached through."""
    if id(value) in outer:  # such as a function that calls itself
        return f"level {outer.index(id(value))}"

    def contents(items: Iterable[Any]) -> list[Any]:
        return [_content(item, (*outer, id(value))) for item in items]

    if isinstance(value, ModuleType):
        return value.__name__
    if isinstance(value, Mapping):
        return contents(value.items())
    if isinstance(value, list | tuple):
        return contents(value)
    if isinstance(value, functools.partial):
        return contents(["partial", value.func, value.args, value.keywords])
    if inspect.isroutine(value) or isinstance(value, type):
        return [_code(value), *contents(_bound(value))]
    if is_dataclass(value):  # what it has computed since would change its digest
        return contents([type(value), *(getattr(value, f.name) for f in fields(value))])
    try:
        return as_scalar("value", value)
    except ValueError:
        # Its digest has functions by their name alone.
        return [_digest(value), *contents([type(value), getattr(value, "__dict__", {})])]


def _bound(function: Any) -> list[Any]:
    """What a function has from where it was made: closure, defaults, object, what it decorates."""
    values = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    values += getattr(function, "__defaults__", None) or ()
    values += (getattr(function, "__kwdefaults__", None) or {}).values()
    return [*values, *(getattr(function, name, None) for name in ("__self__", "__wrapped__"))]


def _code(value: Any) -> str:
    """Name of a function or class, its place in its file, and the file's digest if it has one."""
    name = name_of(value)
    try:
        file = inspect.getsourcefile(value)
    except TypeError:  # it is compiled
        return name
    if file is None:
        raise OSError(f"the code of {value.__qualname__} is in no file")
    if isinstance(value, type) and "<locals>" in value.__qualname__:
        raise OSError(f"nobody can tell what {name} has from the function that makes it")
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    code = getattr(value, "__code__", None)
    place = list(code.co_positions()) if isinstance(code, CodeType) else []
    return f"{name} {place} {digest}"


def _digest(value: Any) -> str:
    try:
        return joblib.hash(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise OSError(f"the content of a {name_of(value)} cannot be told ({error})") from None


@functools.cache
def _package_digest() -> str:
    """Digest of all files of ddkd: a version under development changes more often than its name."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def plain(value: Any) -> Any:
    """`value` as JSON for a reader: functions by their names, objects by those of their classes."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, functools.partial):
        return plain([value.func, value.args, value.keywords])
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    try:
        return as_scalar("value", value)
    except ValueError:
        return name_of(value)


def name_of(value: Any) -> str:
    """The name of a function or class, or of an object's class."""
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"

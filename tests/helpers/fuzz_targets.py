"""What the fuzz test calls: every public callable of `__all__`, by its signature."""

import contextlib
import copy
import dataclasses
import importlib
import inspect
import pkgutil
from typing import Any

import numpy as np

import ddkd
from ddkd.testing import Comparison
from tests.helpers.fuzz_values import EXCEPTIONS, VALUES

# Rooms that are not called, and why.
ROOMS_APART = {
    "advice": "seconds a call: tests/advice spoils its arguments",
    "cli": "words of a terminal: tests/cli",
    "contestants": "prepared problems, not numbers: tests/contestants",
    "exceptions": "warnings",
    "lecture": "a page: tests/lecture",
    "plotting": "pictures: tests/plotting/test_plotting.py spoils their arguments",
    "reproduction": "minutes a call: tests/reproduction",
    "theorems": "minutes a call: tests/theorems",
}
# Parameters that no plain value can stand for; who needs one is tested by its own tests.
OBJECTS = {
    **dict.fromkeys(("path", "folder", "identity", "questions"), "files"),
    **dict.fromkeys(("columns", "diagram", "solution", "task"), "results"),
    **dict.fromkeys(("teacher", "pool"), "models"),
    "sizes": "a function of a size and a law of many",
    **dict.fromkeys(("K", "K_test"), "matrices that belong together"),
}
# Functions that trust their callers, who are in the same room.
TRUSTING = ("simulation.ridge_fits", "simulation.votes")
TRUSTING += ("datasets.fingerprint", "datasets.is_stream", "estimators.takes_pool")
# What is done with an object once it is made, in this order.
USES = ("fit", "update", "flip_labels", "sample", "label", "transform", "predict")
USES += ("decision_function", "agreement", "risk", "error_rate", "solve")


def public_callables() -> dict[str, Any]:
    """Every function, and every class that a user makes, by room and name."""
    found = {}
    for room in sorted(m.name for m in pkgutil.iter_modules(ddkd.__path__) if m.name[0] != "_"):
        module = importlib.import_module(f"ddkd.{room}")
        for name in () if room in ROOMS_APART else module.__all__:
            value = getattr(module, name)
            if callable(value) and not is_result(value) and f"{room}.{name}" not in TRUSTING:
                found[f"{room}.{name}"] = value
    return found


def is_result(value: Any) -> bool:
    """Whether it is made by ddkd alone: a class with attributes and no parameters."""
    documented = inspect.getdoc(value) or ""
    return inspect.isclass(value) and "Parameters\n-----" not in documented


def uses_of(value: Any) -> list[str]:
    """Methods of a class that are called."""
    return [u for u in USES if inspect.isclass(value) and callable(getattr(value, u, None))]


def parameters_of(value: Any) -> dict[str, inspect.Parameter]:
    """Named parameters of a callable, and of the methods that are called after it."""
    functions = [value, *(getattr(value, use) for use in uses_of(value))]
    named = {}
    for function in functions:
        for name, parameter in inspect.signature(function).parameters.items():
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                named.setdefault(name, parameter)
    named.pop("self", None)
    return named


def arguments_of(place: str, value: Any) -> dict[str, Any]:
    """The arguments of a call; KeyError for a required one that has no value."""
    values = VALUES | EXCEPTIONS.get(place, {})
    found = {}
    for name, parameter in parameters_of(value).items():
        if name in values or parameter.default is parameter.empty:
            found[name] = values[name]
    return {name: item for name, item in found.items() if item.role != "left out"}


def needs_objects(value: Any) -> bool:
    """Whether a required parameter takes what no plain value can stand for."""
    required = [n for n, p in parameters_of(value).items() if p.default is p.empty]
    return bool(OBJECTS.keys() & required)


def call(value: Any, arguments: dict[str, Any]) -> list[np.ndarray]:
    """The numbers in what a callable returns, and in what is then done with it."""

    arguments = {name: _fresh(item) for name, item in arguments.items()}

    def own(function):
        names = inspect.signature(function).parameters
        return {name: item for name, item in arguments.items() if name in names}

    # A mismatch is an answer of the assertions, and AssertionError the way to give it.
    with contextlib.suppress(AssertionError):
        made = value(**own(value))
        results = [getattr(made, use)(**own(getattr(made, use))) for use in uses_of(value)]
        return numbers([result for result in results if result is not made] or made)
    return []


def _fresh(item: Any) -> Any:
    """The same value for every call: a generator as it was before the first one."""
    return copy.deepcopy(item) if isinstance(item, np.random.Generator) else item


def numbers(result: Any) -> list[np.ndarray]:
    """Every numeric array in a result, except what depends on the input's dtype, or may be NaN."""
    if isinstance(result, Comparison):
        return []
    if dataclasses.is_dataclass(result):
        skip = ("rcond", "condition", "population", "interpolates", "features", "alpha", "kappa")
        names = [f.name for f in dataclasses.fields(result)]
        names = [name for name in names if name not in skip and name[0] != "_"]
        return [a for name in names for a in numbers(getattr(result, name))]
    if isinstance(result, list | tuple):
        return [a for item in result for a in numbers(item)]
    if isinstance(result, dict):  # a record
        return [a for key in ("error", "test_mse") if key in result for a in numbers(result[key])]
    values = np.asarray(result)
    return [values.astype(np.float64)] if values.dtype.kind in "biuf" else []


CALLABLES = {
    place: value for place, value in public_callables().items() if not needs_objects(value)
}

"""An argument that is left out has the value that its documentation says."""

import ast
import inspect
import pkgutil
import re
from importlib import import_module

import numpy as np
import pytest

import ddkd
from tools.docstrings import public_names


def resolve(name):
    """The object with a public name."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return found
    raise LookupError(name)


def described(docstring):
    """Each parameter of a numpydoc docstring, and what is said of its type."""
    text = inspect.cleandoc(docstring or "")
    section = re.search(
        r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+$|\Z)", text, re.DOTALL | re.MULTILINE
    )
    if section is None:
        return {}
    lines = re.findall(r"^(\w[\w, ]*) : (.*)$", section[1], re.MULTILINE)
    return {name.strip(): kind for names, kind in lines for name in names.split(",")}


def documented(text, module):
    """The value after "default" in the description of a parameter's type."""
    value = re.search(r"default[= ](.+)$", text)[1]
    if value.startswith(("np.", "numpy.")):
        return getattr(np, value.rpartition(".")[2])
    constant = getattr(module, value, None)  # such as MAIN_JOB
    return ast.literal_eval(value) if constant is None else constant


def methods_of_results():
    """Full names of the methods of every public class, exported or only returned."""
    for module in pkgutil.walk_packages(ddkd.__path__, "ddkd."):
        if module.name.endswith("__main__"):
            continue
        for name, found in vars(import_module(module.name)).items():
            if inspect.isclass(found) and found.__module__ == module.name and name[0] != "_":
                for method, member in vars(found).items():
                    if method[0] != "_" and inspect.isfunction(member):
                        yield f"{module.name}.{name}.{method}"


def pairs():
    """Parameters that have both a default and a documented one."""
    for name in sorted({*public_names(), *methods_of_results()}):
        found = resolve(name)
        try:
            signature = inspect.signature(found)
        except (TypeError, ValueError):
            continue
        types = described(inspect.getdoc(found))
        for parameter in signature.parameters.values():
            text = types.get(parameter.name, "")
            if parameter.default is not inspect.Parameter.empty and "default" in text:
                expected = documented(text, inspect.getmodule(found))
                yield f"{name}({parameter.name})", parameter.default, expected


CASES = list(pairs())


@pytest.mark.parametrize(("name", "default", "expected"), CASES, ids=[case[0] for case in CASES])
def test_the_default_is_the_documented_one(name, default, expected):
    assert type(expected) is type(default) or {type(expected), type(default)} <= {int, float}
    assert expected == default

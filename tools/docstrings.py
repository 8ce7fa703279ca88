"""Validate every public docstring with numpydoc: ``python -m tools.docstrings``."""

import configparser
import dataclasses
import importlib
import inspect
import pkgutil
import sys

import ddkd

NOT_PUBLIC = {"cli", "exceptions"}  # exported elsewhere


def public_names():
    """Full names of everything that the public modules export, and of their public methods."""
    modules = ["ddkd"] + [
        f"ddkd.{m.name}"
        for m in pkgutil.iter_modules(ddkd.__path__)
        if not m.name.startswith("_") and m.name not in NOT_PUBLIC
    ]
    for module_name in modules:
        module = importlib.import_module(module_name)
        for name in module.__all__:
            value = getattr(module, name)
            if not (inspect.isclass(value) or inspect.isfunction(value)):
                continue
            yield f"{module_name}.{name}"
            if inspect.isclass(value):
                for method, member in vars(value).items():
                    if not method.startswith("_") and inspect.isfunction(member):
                        yield f"{module_name}.{name}.{method}"


def is_result(name):
    """Whether a name is a result: a dataclass, whose Attributes section says it all."""
    module, _, attribute = name.rpartition(".")
    return dataclasses.is_dataclass(getattr(sys.modules.get(module), attribute, None))


def main():
    from numpydoc.validate import validate  # the tests use the names, and need no numpydoc

    config = configparser.ConfigParser()
    config.read("setup.cfg")
    ignored = set(config["numpydoc_validation"]["checks"].split(",")) - {"all"}
    problems = [
        f"{name}: {code} {message}"
        for name in public_names()
        for code, message in validate(name)["errors"]
        if code not in ignored and not (code == "PR01" and is_result(name))
    ]
    print("\n".join(problems) or "docstrings: no problem")
    return len(problems) > 0


if __name__ == "__main__":
    sys.exit(main())

"""Validate every public docstring with numpydoc: ``python -m tests.docstrings``."""

import configparser
import importlib
import inspect
import sys

from numpydoc.validate import validate

PUBLIC = [
    "ddkd",
    "ddkd.solvers",
    "ddkd.theory",
    "ddkd.testing",
    "ddkd.datasets",
    "ddkd.experiments",
    "ddkd.plotting",
    "ddkd.simulation",
    "ddkd.prediction",
]


def public_names():
    """Full names of everything that the public modules export, and of their public methods."""
    for module_name in PUBLIC:
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


def main():
    config = configparser.ConfigParser()
    config.read("setup.cfg")
    ignored = set(config["numpydoc_validation"]["checks"].split(",")) - {"all"}
    problems = [
        f"{name}: {code} {message}"
        for name in public_names()
        for code, message in validate(name)["errors"]
        if code not in ignored
    ]
    print("\n".join(problems) or "docstrings: no problem")
    return len(problems) > 0


if __name__ == "__main__":
    sys.exit(main())

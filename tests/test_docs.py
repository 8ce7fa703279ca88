"""The pages say what the package does: their code runs, and the reference leaves nothing out."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import ddkd

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("page", sorted(p.name for p in DOCS.glob("*.rst")))
def test_code_on_the_pages_runs(page):
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testfile(str(DOCS / page), module_relative=False, optionflags=options)
    assert result.failed == 0


def test_the_reference_lists_every_public_name():
    text = (DOCS / "api.rst").read_text(encoding="utf-8")
    modules = [m.name for m in pkgutil.iter_modules(ddkd.__path__) if m.name[0] != "_"]
    for name in sorted(set(modules) & set(ddkd._NAMESPACES)):
        section = text.split(f".. currentmodule:: ddkd.{name}\n")[1].split("currentmodule")[0]
        public = importlib.import_module(f"ddkd.{name}").__all__
        missing = [entry for entry in public if f"   {entry}\n" not in section + "\n"]
        missing = [
            m for m in missing if callable(getattr(importlib.import_module(f"ddkd.{name}"), m))
        ]
        assert not missing, name

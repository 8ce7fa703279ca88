"""The top level: names that are imported at first use, and are seen before."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ddkd


def names_for_type_checkers():
    """Room and name of what is imported for type checkers alone."""
    tree = ast.parse(Path(ddkd.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    return {name.name: node.module.partition(".")[2] for node in block.body for name in node.names}


def test_type_checkers_see_what_the_interpreter_imports():
    assert names_for_type_checkers() == ddkd._ROOMS
    assert {*ddkd._ROOMS, "__version__"} == set(ddkd.__all__)
    for name, room in ddkd._ROOMS.items():
        assert getattr(ddkd, name) is getattr(getattr(ddkd, room), name)


def test_dir_lists_names_and_rooms_before_they_are_imported():
    code = "import ddkd, sys; print('ddkd.theory' in sys.modules, *dir(ddkd))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    was_imported, *names = done.stdout.split()
    folder = Path(ddkd.__file__).parent
    rooms = {p.stem for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert was_imported == "False"
    assert set(names) == {*ddkd.__all__, *(room for room in rooms if not room.startswith("_"))}


def test_a_name_that_is_not_there_is_an_attribute_error():
    for name in ("nothing", "_private", "__wrapped__"):
        with pytest.raises(AttributeError, match=f"module 'ddkd' has no attribute '{name}'"):
            getattr(ddkd, name)

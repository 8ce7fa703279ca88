"""The picture of the house: its rooms and arrows are those of the imports."""

import ast
import configparser
import re
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

import ddkd
from tools.architecture import NOT_ROOMS, direct, draw, floors, imports

PACKAGE = Path(ddkd.__file__).parent
_house = lru_cache(imports)  # reads every file of ddkd once


def _make(folder, **files):
    for name, text in files.items():
        path = folder / f"{name.replace('____', '/__')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_imports_are_found_wherever_they_stand(tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    _make(
        house,
        __init__="from house import roof",
        ground="import numpy",
        wall____init__="from house.ground import brick\nimport house._tools",
        _tools="import house.roof",
        roof="def late():\n    from house import wall\n    import house.ground",
        window="class Pane:\n    def plot(self):\n        from house.roof import tile",
    )
    graph = imports(house)
    expected = {"ground": "", "wall": "ground", "roof": "wall ground", "window": ""}
    assert graph == {room: set(needs.split()) for room, needs in expected.items()}
    assert floors(graph) == [["ground"], ["wall"], ["roof", "window"]]
    assert direct(graph)["roof"] == {"wall"}
    with pytest.raises(ValueError, match="circle: a, b"):
        floors({"a": {"b"}, "b": {"a"}})


def test_the_picture_shows_every_room_and_no_other():
    graph = _house()
    picture = ElementTree.fromstring(draw(graph, {}))
    shown = [e.text for e in picture.iterfind(".//{*}text") if e.get("class") == "room"]
    public = {
        p.stem for p in PACKAGE.iterdir() if (p / "__init__.py").is_file() or p.suffix == ".py"
    }
    assert sorted(shown) == sorted(p for p in public - NOT_ROOMS if not p.startswith("_"))
    arrows = list(picture.findall("{*}path"))
    assert len(arrows) == sum(map(len, direct(graph).values()))


def test_the_arrows_agree_with_the_layers_that_the_linter_enforces():
    """An independent description of the house: no arrow of the picture may point upwards."""
    config = configparser.ConfigParser()
    config.read(PACKAGE.parent / "setup.cfg")
    lines = config["importlinter:contract:layers"]["layers"].replace("(", "").replace(")", "")
    level = {
        room.strip(): -i
        for i, line in enumerate(lines.strip().splitlines())
        for room in line.replace("|", ":").split(":")
    }
    graph = _house()
    assert all(level[need] <= level[room] for room, needs in graph.items() for need in needs)


def test_every_room_has_a_paragraph():
    text = (PACKAGE.parent / "docs" / "architecture.rst").read_text(encoding="utf-8")
    for room in _house():
        assert f"\n``{room}``" in text, room
        assert ast.get_docstring(ast.parse(_source(room)))


def test_every_name_on_the_page_exists():
    """A name that a change took away would send its reader looking for nothing."""
    root = PACKAGE.parent
    text = (root / "docs" / "architecture.rst").read_text(encoding="utf-8")
    folders = (PACKAGE, root / "tests", root / "tools")
    source = "\n".join(p.read_text(encoding="utf-8") for f in folders for p in f.rglob("*.py"))
    names = re.findall(r"``(\w+)``", text)
    assert len(names) > 30
    words = set(re.findall(r"\w+", source))
    paths = {p.stem for f in folders for p in f.rglob("*")}
    assert not [name for name in names if name not in words | paths]


def _source(room):
    path = PACKAGE / room / "__init__.py"
    return (path if path.is_file() else PACKAGE / f"{room}.py").read_text(encoding="utf-8")


def test_no_private_module_is_imported_across_a_wall():
    """A room shows what it exports; only what lies below all rooms has no door."""
    crossing = []
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [*node.module.split("."), *(alias.name for alias in node.names)]
                private = any(name[0] == "_" and name[1] != "_" for name in names[2:])
                if names[0] == "ddkd" and names[1][0] != "_" and names[1] != room and private:
                    crossing.append(str(path.relative_to(PACKAGE)))
    assert not crossing


def test_a_file_name_says_what_the_file_is_once_in_the_house():
    """`__init__`, `_picture` and `_arguments` are what every room may have."""
    names = [path.stem for path in PACKAGE.rglob("*.py")]
    twice = {name for name in names if names.count(name) > 1}
    assert len(twice - {"__init__", "_picture", "_arguments"}) <= 3, twice

"""Draw the house from its imports: ``python -m tools.architecture > picture.svg``.

Rooms are the public modules and packages of ddkd. An arrow says "imports"; where one room reaches
another by way of a third, only the longer way is drawn. The documentation draws the picture anew
each time it is built.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "ddkd"
Graph = Mapping[str, set[str]]

NOT_ROOMS = {"exceptions"}  # used by all, tells nothing
_WIDTH, _BOX, _GAP, _FLOOR, _HEIGHT = 1000, 150, 24, 122, 76


def imports(package: Path = PACKAGE) -> dict[str, set[str]]:
    """The rooms that each room imports, anywhere in it.

    Parameters
    ----------
    package : Path, default=PACKAGE
        The folder of a package. Names that begin with an underscore, and ``__init__``, are no
        rooms.

    Returns
    -------
    dict of str to set of str
        By room, the other rooms that it needs.
    """
    files = {
        path.stem: [path] if path.is_file() else sorted(path.rglob("*.py"))
        for path in sorted(package.iterdir())
        if not path.name.startswith(("_", ".")) and (path.is_dir() or path.suffix == ".py")
    }
    files = {room: paths for room, paths in files.items() if paths and room not in NOT_ROOMS}
    return {
        room: {name for path in paths for name in _imported(path, package.name)}
        & set(files) - {room}
        for room, paths in files.items()
    }


def _imported(path: Path, package: str) -> Iterable[str]:
    """Rooms that a file imports; the exports of the package itself count for nothing."""
    for node in _walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            first, _, rest = node.module.partition(".")
            if first == package:
                yield from [rest.partition(".")[0]] if rest else [a.name for a in node.names]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first, _, rest = alias.name.partition(".")
                if first == package and rest:
                    yield rest.partition(".")[0]


def _walk(node: ast.AST) -> Iterable[ast.AST]:
    """All nodes but those in a method `plot` or for types: a result may know its picture."""
    yield node
    for child in ast.iter_child_nodes(node):
        is_plot = isinstance(child, ast.FunctionDef) and child.name == "plot"
        if not is_plot and not (
            isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        ):
            yield from _walk(child)


def floors(graph: Graph) -> list[list[str]]:
    """The rooms floor by floor, from the ground up: each just below all that import it.

    Parameters
    ----------
    graph : mapping of str to set of str
        By room, the rooms that it needs.

    Returns
    -------
    list of list of str
        The floors.

    Raises
    ------
    ValueError
        If rooms import each other in a circle.
    """
    left, house = dict(graph), []
    while left:
        needed = set().union(*left.values())
        top = sorted(room for room in left if room not in needed)
        if not top:
            raise ValueError(f"these rooms import each other in a circle: {', '.join(left)}")
        house.insert(0, top)
        left = {room: needs for room, needs in left.items() if room not in top}
    return house


def direct(graph: Graph) -> dict[str, set[str]]:
    """The graph without the arrows that a longer way makes superfluous.

    Parameters
    ----------
    graph : mapping of str to set of str
        By room, the rooms that it needs.

    Returns
    -------
    dict of str to set of str
        The same rooms with as few arrows as say the same.
    """

    def reach(room: str) -> set[str]:
        return set().union(*({need} | reach(need) for need in graph[room]))

    return {
        room: {need for need in needs if not any(need in reach(other) for other in needs)}
        for room, needs in graph.items()
    }


def describe(package: Path = PACKAGE) -> dict[str, str]:
    """The first clause of each room's docstring.

    Parameters
    ----------
    package : Path, default=PACKAGE
        The folder of a package.

    Returns
    -------
    dict of str to str
        By room, what it says of itself.
    """
    texts = {}
    for room in imports(package):
        path = package / room / "__init__.py"
        path = path if path.is_file() else package / f"{room}.py"
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        texts[room] = re.split("[:;,.]", doc.split("\n")[0].replace("`", ""))[0]
    return texts


def draw(graph: Graph, about: Mapping[str, str]) -> str:
    """The picture of a house as SVG.

    Parameters
    ----------
    graph : mapping of str to set of str
        By room, the rooms that it needs.
    about : mapping of str to str
        By room, a line that says what lives there.

    Returns
    -------
    str
        The picture.
    """
    house = floors(graph)
    height = _FLOOR * len(house)
    at = {}
    for level, rooms in enumerate(house):
        left = (_WIDTH - len(rooms) * _BOX - (len(rooms) - 1) * _GAP) / 2
        left += 45 * (-1) ** level  # so that long arrows pass between the boxes
        for i, room in enumerate(rooms):
            at[room] = left + i * (_BOX + _GAP), height - _FLOOR * (level + 1) + 20.0
    arrows = [
        _arrow(at[room], at[need])
        for room, needs in sorted(direct(graph).items())
        for need in sorted(needs)
    ]
    boxes = [_box(*at[room], room, about.get(room, "")) for room in sorted(at)]
    return "\n".join([_HEAD.format(width=_WIDTH, height=height), *arrows, *boxes, "</svg>\n"])


def _arrow(above: tuple[float, float], below: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = above, below
    x1, x2, y1, y2 = x1 + _BOX / 2, x2 + _BOX / 2, y1 + _HEIGHT, y2 - 7
    bend = (y2 - y1) / 2
    points = f"{x1:.0f},{y1 + bend:.0f} {x2:.0f},{y2 - bend:.0f} {x2:.0f},{y2:.0f}"
    return f'<path d="M{x1:.0f},{y1:.0f} C{points}"/>'


def _box(x: float, y: float, room: str, about: str) -> str:
    middle = x + _BOX / 2
    lines = _wrap(about, 24)
    text = "".join(
        f'<text x="{middle:.0f}" y="{y + 36 + 14 * i:.0f}">{escape(line)}</text>'
        for i, line in enumerate(lines[:3])
    )
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{_BOX}" height="{_HEIGHT}" rx="6"/>'
        f'<text class="room" x="{middle:.0f}" y="{y + 19:.0f}">{escape(room)}</text>{text}'
    )


def _wrap(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>The rooms of ddkd and what each imports</title>
<style>
 text {{ font: 12px sans-serif; text-anchor: middle; fill: #222; }}
 .room {{ font: bold 16px monospace; }}
 rect {{ fill: #eef4f9; stroke: #00508a; stroke-width: 1.5; }}
 path {{ fill: none; stroke: #777; stroke-width: 1.3; marker-end: url(#tip); }}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7"
 orient="auto"><path d="M0,0 L8,4 L0,8 z" style="fill:#777;stroke:none;marker-end:none"/>
</marker></defs>
<rect x="0" y="0" width="{width}" height="{height}" style="fill:white;stroke:none"/>"""


if __name__ == "__main__":
    print(draw(imports(), describe()), end="")

"""Count the code lines of every room, without blanks, comments and docstrings.

``python -m tools.weight`` prints the rooms and the largest files; ``--check`` compares them with
``tools/weight.txt`` and fails where a room is heavier than the table allows.
"""

import argparse
import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = Path(__file__).with_name("weight.txt")
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(text: str) -> int:
    """Number of lines that hold code."""
    docstrings = set()
    for node in ast.walk(ast.parse(text)):
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            docstrings.update(range(docstring.lineno, docstring.end_lineno + 1))
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings)


def read_table() -> dict[str, tuple[list[str], int]]:
    """Rooms of ``weight.txt``: what belongs to each, and its limit."""
    table = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            limit, *rooms = line.split("#")[0].split()
            table[" ".join(rooms)] = (rooms, int(limit))
    return table


def main() -> int:
    """Print the table; return 1 if a room is too heavy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where a limit is exceeded")
    args = parser.parse_args()
    files = {
        path.relative_to(ROOT / "ddkd"): code_lines(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "ddkd").rglob("*.py"))
    }
    table = read_table()
    owners = {room: row for row, (rooms, _) in table.items() for room in rooms}
    weights: Counter[str] = Counter()
    for path, lines in files.items():
        room = path.parts[0].removesuffix(".py")
        weights[owners.get(room, "others")] += lines
        weights["all"] += lines
    heavy = [row for row, (_, limit) in table.items() if weights[row] > limit]
    for row, (_, limit) in table.items():
        mark = "  too heavy" if row in heavy else ""
        print(f"{weights[row]:7,} of {limit:6,}  {row}{mark}")
    print("largest files:")
    for path, lines in sorted(files.items(), key=lambda item: -item[1])[:8]:
        print(f"{lines:7,}  {path}")
    return 1 if args.check and heavy else 0


if __name__ == "__main__":
    sys.exit(main())

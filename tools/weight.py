"""Count the code lines of every room, without blanks, comments and docstrings.

``python -m tools.weight`` prints the rooms beside their marks, and the largest files. A mark is
an aim: clarity wins over it. ``--check`` fails only if all Python of ddkd/ together is heavier than
the last number in ``tools/weight.txt``, where a line says why the total may grow.
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
PICTURE = "_picture.py"  # drawn in the room of its result, counted with plotting
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
# Rooms that share a mark, and the mark. What no row names is "floor 0 and features".
MARKS = {
    "solvers": 1030,
    "theory populations": 2050,
    "simulation": 250,
    "theorems": 1200,
    "testing": 280,
    "floor 0, features, estimators distillation": 760,
    "datasets": 820,
    "contestants sweeps experiments reproduction": 1750,
    "prediction advice": 950,
    "diagnosis": 800,
    "plotting": 1000,
    "cli": 750,
    "lecture": 150,
}
REST = "floor 0, features, estimators distillation"
PAGE_MARK, TOTAL_MARK = 2600, 12200


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


def room_of(path: Path) -> str:
    """The row of `MARKS` that a file of ddkd/ counts in."""
    if path.name == PICTURE:
        return "plotting"
    owners = {room: row for row in MARKS for room in row.split()}
    return owners.get(path.parts[0].removesuffix(".py"), REST)


def written_lines(folder: Path, pattern: str) -> int:
    """Lines that are not blank, of files that are not Python."""
    texts = (path.read_text(encoding="utf-8") for path in folder.glob(pattern))
    return sum(bool(line.strip()) for text in texts for line in text.splitlines())


def last_total(text: str) -> int:
    """The last number in ``weight.txt``."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return int(lines[-1].split()[0])


def main() -> int:
    """Print the table; return 1 if all together is too heavy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the total has grown")
    args = parser.parse_args()
    files = {
        path.relative_to(ROOT / "ddkd"): code_lines(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "ddkd").rglob("*.py"))
    }
    weights: Counter[str] = Counter()
    for path, lines in files.items():
        weights[room_of(path)] += lines
    for row, mark in MARKS.items():
        print(f"{weights[row]:7,}  mark {mark:6,}  {row}")
    page = written_lines(ROOT / "ddkd" / "lecture" / "page", "*")
    print(f"{page:7,}  mark {PAGE_MARK:6,}  the page's JavaScript, HTML and CSS")
    total, limit = sum(files.values()), last_total(TABLE.read_text(encoding="utf-8"))
    print(f"{total:7,}  mark {TOTAL_MARK:6,}  all Python; the last landing had {limit:,}")
    tests = sorted((ROOT / "tests").rglob("*.py"))
    print(f"{sum(code_lines(t.read_text(encoding='utf-8')) for t in tests):7,}  tests")
    print("largest files:")
    for path, lines in sorted(files.items(), key=lambda item: -item[1])[:8]:
        print(f"{lines:7,}  {path}")
    if args.check and total > limit:
        print(f"{total - limit} lines too many: add a line to tools/weight.txt that says why")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

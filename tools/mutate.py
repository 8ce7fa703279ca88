"""Make seeded mistakes in the code, one at a time, and list those that no test notices.

``python -m tools.mutate --mutants 30 --seed 0 --rooms cli diagnosis`` draws as many mistakes in
each room as in the others. Each is made in a copy of the tree, where the tests of its room run
first, and only for a survivor the whole quick suite. Who survives is a gap in the tests, or a
harmless change: read it.
"""

import argparse
import ast
import copy
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NO_ROOMS = {"__init__", "__main__", "_version"}
SECONDS = 900  # a mutant that runs longer hangs, which is noticed
TESTS_THAT_READ_CODE = ["--deselect=tests/test_architecture.py"]  # a mutant has lost its comments

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.USub: ast.UAdd,
}
OPPOSITES = {"min": "max", "argmin": "argmax", "nanmin": "nanmax", "any": "all"}
OPPOSITES |= {other: word for word, other in OPPOSITES.items()}


@dataclass(frozen=True)
class Mutant:
    """One changed statement of one file."""

    path: Path  # from the root of the project
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.before}  ->  {self.after}"

    @property
    def tests_of_its_room(self) -> list[str]:
        """Folders and files with the tests and doctests of the room."""
        room = self.path.parts[1].removesuffix(".py")
        places = [f"ddkd/{room}", f"ddkd/{room}.py", f"tests/{room}"]
        places.append(f"tests/test_{room.removeprefix('_')}.py")
        return [place for place in places if (ROOT / place).exists()]


def changes(node: ast.AST) -> list[ast.AST]:
    """Wrong versions of a node."""
    wrong = copy.deepcopy(node)
    match wrong:
        case ast.BinOp() | ast.BoolOp() | ast.UnaryOp() if type(wrong.op) in OPERATORS:
            wrong.op = OPERATORS[type(wrong.op)]()
        case ast.UnaryOp(op=ast.Not()):
            return [wrong.operand]
        case ast.Compare() if type(wrong.ops[0]) in OPERATORS:
            wrong.ops[0] = OPERATORS[type(wrong.ops[0])]()
        case ast.IfExp():
            wrong.body, wrong.orelse = wrong.orelse, wrong.body
        case ast.Name(ctx=ast.Load()) if wrong.id in OPPOSITES:
            wrong.id = OPPOSITES[wrong.id]
        case ast.Attribute(ctx=ast.Load()) if wrong.attr in OPPOSITES:
            wrong.attr = OPPOSITES[wrong.attr]
        case ast.Constant(value=bool()):
            wrong.value = not wrong.value
        case ast.Constant(value=int() | float()):
            return [ast.Constant(wrong.value + 1), ast.Constant(2 * wrong.value or 1)]
        case _:
            return []
    return [wrong]


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mistake that can be made in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # Where the statement around each node begins; the walk meets outer statements first.
    begins: dict[int, int] = {}
    for statement in (node for node in ast.walk(tree) if isinstance(node, ast.stmt)):
        begins.update((id(node), statement.lineno) for node in ast.walk(statement))
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            items = value if isinstance(value, list) else [value]
            for index, node in enumerate(items):
                for wrong in changes(node) if isinstance(node, ast.AST) else []:
                    before, after = ast.unparse(node), ast.unparse(wrong)
                    items[index] = wrong
                    setattr(parent, field, items if isinstance(value, list) else wrong)
                    text = ast.unparse(tree)
                    items[index] = node
                    setattr(parent, field, items if isinstance(value, list) else node)
                    yield Mutant(path.relative_to(ROOT), begins[id(node)], before, after, text)


def files_of_rooms() -> dict[str, list[Path]]:
    """The Python files of each room, which is a folder or a file."""
    files: dict[str, list[Path]] = {}
    for path in sorted((ROOT / "ddkd").rglob("*.py")):
        room = path.relative_to(ROOT / "ddkd").parts[0].removesuffix(".py")
        if room not in NO_ROOMS:
            files.setdefault(room, []).append(path)
    return files


def draw(rooms: list[str], n_mutants: int, seed: int) -> list[Mutant]:
    """Mistakes from each room in turn, each of a room's equally likely."""
    rng, files = random.Random(seed), files_of_rooms()
    counts = {room: len(range(k, n_mutants, len(rooms))) for k, room in enumerate(rooms)}
    return [
        mutant
        for room, count in counts.items()
        for mutant in rng.sample([m for path in files[room] for m in mutants_of(path)], count)
    ]


def who_catches(mutant: Mutant | None, arguments: list[str]) -> str | None:
    """The first test that fails in a copy of the tree with the mistake in it, or with none."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "_build", "ddkd-results"))
        if mutant is not None:
            (tree / mutant.path).write_text(mutant.text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        try:
            done = subprocess.run(
                [*command, *TESTS_THAT_READ_CODE, *arguments],
                cwd=tree,
                env=os.environ | {"PYTHONPATH": str(tree)},
                capture_output=True,
                text=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return "the time limit"
        if done.returncode in (0, 5):  # all pass, or the room has no tests of its own
            return None
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        return failed.group(1) if failed else f"exit status {done.returncode}"


def main() -> None:
    """Print who catches each mistake, and the share that is caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rooms", nargs="+", default=list(files_of_rooms()))
    parser.add_argument("--numbers", nargs="+", type=int, help="only these of the draw, from 0")
    parser.add_argument("--suites", choices=["room", "whole", "both"], default="both")
    parser.add_argument("--jobs", type=int, default=2, help="mistakes at once, of the first suite")
    args = parser.parse_args()
    drawn = dict(enumerate(draw(args.rooms, args.mutants, args.seed)))
    chosen = {k: drawn[k] for k in args.numbers or drawn}

    def judge(number: int, arguments: list[str]) -> bool:
        by = who_catches(chosen[number], arguments)
        print(f"{number:3}  {chosen[number]}\n       {by or 'SURVIVES'}", flush=True)
        return by is not None

    left = list(chosen)
    if args.suites != "whole":
        of_room = [["-n", "0", *chosen[number].tests_of_its_room] for number in left]
        for arguments in {tuple(arguments): arguments for arguments in of_room}.values():
            if by := who_catches(None, arguments):
                parser.error(f"{by} fails without any mistake")
        with ThreadPoolExecutor(args.jobs) as pool:
            caught = list(pool.map(judge, left, of_room))
        left = [number for number, is_caught in zip(left, caught, strict=True) if not is_caught]
    if args.suites != "room":
        print(f"the whole quick suite for {len(left)}")
        left = [number for number in left if not judge(number, ["-n", "auto"])]
    print(f"{len(chosen) - len(left)} of {len(chosen)} caught; alive: {left}")


if __name__ == "__main__":
    main()

"""Make seeded mistakes in the code, one at a time, and list those that no test notices.

``python -m tools.mutate --mutants 100 --seed 0`` first runs the suite once to learn which test
executes which line, then runs, for each mistake, only the tests that execute its statement.
A survivor is a gap in the tests, or a harmless change: read it. Needs pytest-cov.
"""

import argparse
import ast
import copy
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ["solvers", "theory", "simulation", "testing", "populations"]
MOST_TESTS = 300  # a mistake, those of its own room first
DEFAULTS = "tests/test_defaults.py"  # compares signatures, of which coverage knows nothing
SECONDS = 600  # a mutant that runs longer hangs, which is noticed

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


@dataclass(frozen=True)
class Mutant:
    """One changed statement of one file."""

    path: Path
    line: int  # where the statement begins, as coverage counts
    before: str
    after: str
    text: str


def changes(node: ast.AST) -> list[ast.AST]:
    """Wrong versions of a node."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp) and type(node.op) in OPERATORS:
        wrong = copy.deepcopy(node)
        wrong.op = OPERATORS[type(node.op)]()
        return [wrong]
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS:
        wrong = copy.deepcopy(node)
        wrong.ops[0] = OPERATORS[type(node.ops[0])]()
        return [wrong]
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return [ast.Constant(node.value + 1), ast.Constant(2 * node.value or 1)]
    return []


def mutants_of(path: Path) -> list[Mutant]:
    """Every mistake that can be made in a file."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    begins = {}  # of the statement around each node; the walk meets outer statements first
    for statement in (node for node in ast.walk(tree) if isinstance(node, ast.stmt)):
        begins.update((id(node), statement.lineno) for node in ast.walk(statement))
    found = []
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            items = value if isinstance(value, list) else [value]
            for index, node in enumerate(items):
                for wrong in changes(node) if isinstance(node, ast.AST) else []:
                    before, after = ast.unparse(node), ast.unparse(wrong)
                    items[index] = wrong
                    setattr(parent, field, items if isinstance(value, list) else wrong)
                    found.append(Mutant(path, begins[id(node)], before, after, ast.unparse(tree)))
                    items[index] = node
                    setattr(parent, field, items if isinstance(value, list) else node)
    return found


def covering_tests(data: Path) -> dict[tuple[str, int], list[str]]:
    """Tests that execute each line, from a coverage database with contexts."""
    covering: dict[tuple[str, int], list[str]] = {}
    query = (  # setup.cfg asks for branches, which are kept as arcs between lines
        "select distinct file.path, context.context, abs(arc.tono) from arc "
        "join file on file.id = arc.file_id join context on context.id = arc.context_id"
    )
    with sqlite3.connect(data) as database:
        for path, context, line in database.execute(query):
            if context.endswith("|run"):
                covering.setdefault((path, line), []).append(context.removesuffix("|run"))
    return covering


def is_caught(mutant: Mutant, tests: list[str]) -> bool:
    """Whether a test fails, in a copy of the tree with the mistake in it."""
    if not tests:
        return False
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "_build", "ddkd-results"))
        (tree / mutant.path.relative_to(ROOT)).write_text(mutant.text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        try:
            done = subprocess.run(command, cwd=tree, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


def main() -> None:
    """Print the survivors and the share that was caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--coverage", type=Path, help="a .coverage file of an earlier run")
    args = parser.parse_args()
    data = args.coverage or ROOT / ".coverage"
    if args.coverage is None:
        flags = ["-q", "-n", "2", "--cov=ddkd", "--cov-context=test", "--cov-report="]
        subprocess.run([sys.executable, "-m", "pytest", *flags], cwd=ROOT, check=True)
    covering = covering_tests(data)
    files = [f for room in ROOMS for f in sorted((ROOT / "ddkd").glob(f"{room}/**/*.py"))]
    everything = [mutant for path in files for mutant in mutants_of(path)]
    chosen = random.Random(args.seed).sample(everything, args.mutants)

    def judge(mutant: Mutant) -> bool:
        path = str(mutant.path)
        room = mutant.path.relative_to(ROOT / "ddkd").parts[0]
        tests = covering.get((path, mutant.line))
        if tests is None:  # a default or a constant, which runs when the module is imported
            tests = [test for (file, _), some in covering.items() if file == path for test in some]
            tests.append(DEFAULTS)
        tests = sorted(set(tests), key=lambda t: (t != DEFAULTS, room not in t.split("::")[0], t))
        caught = is_caught(mutant, tests[:MOST_TESTS])
        if not caught:
            where = f"{mutant.path.relative_to(ROOT)}:{mutant.line}"
            print(f"survives ({len(tests)} tests)  {where}  {mutant.before}  ->  {mutant.after}")
        return caught

    with ThreadPoolExecutor(args.jobs) as pool:
        caught = sum(pool.map(judge, chosen))
    print(f"{caught} of {len(chosen)} mistakes caught, of {len(everything)} possible ones")


if __name__ == "__main__":
    main()

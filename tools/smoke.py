"""Choose the smoke tests: few fast ones that execute most of the code.

``python -m tools.smoke`` runs the default tests once with coverage, then takes, one by one, the
test that adds most lines a second, and writes the names to ``tests/smoke.txt``, from which
``tests/conftest.py`` sets the marker. Needs pytest-cov.
"""

import argparse
import sqlite3
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests" / "smoke.txt"
START = 0.02  # seconds that any test costs


def durations(report: Path) -> dict[str, float]:
    """Seconds of each test, by its name, from a JUnit report."""
    found = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if len(case) == 0:  # neither failed nor skipped
            file = case.get("classname", "").replace(".", "/") + ".py"
            found[f"{file}::{case.get('name')}"] = float(case.get("time", 0))
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


def choose(lines: dict[str, set], seconds: dict[str, float], most: int, budget: float) -> list[str]:
    """Greedy cover: always the test with the most new lines a second."""
    chosen: list[str] = []
    covered: set = set()
    left = {name for name in lines if name in seconds}
    while left and len(chosen) < most:
        best = max(left, key=lambda t: (len(lines[t] - covered) / (START + seconds[t]), t))
        left.remove(best)
        if seconds[best] <= budget and lines[best] - covered:
            chosen.append(best)
            covered |= lines[best]
            budget -= seconds[best]
    return sorted(chosen)


def main() -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=75)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--report", type=Path, help="a JUnit report of an earlier run")
    args = parser.parse_args()
    report = args.report or ROOT / ".junit.xml"
    if args.report is None:
        flags = ["-q", "-n", "2", "--cov=ddkd", "--cov-context=test", "--cov-report="]
        command = [sys.executable, "-m", "pytest", *flags, f"--junitxml={report}", "tests"]
        subprocess.run(command, cwd=ROOT, check=False)
    lines: dict[str, set] = defaultdict(set)
    for line, tests in covering_tests(ROOT / ".coverage").items():
        for test in tests:
            lines[test].add(line)
    chosen = choose(lines, durations(report), args.tests, args.seconds)
    LIST.write_text("\n".join(chosen) + "\n", encoding="utf-8")
    print(f"{len(chosen)} tests in {LIST.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

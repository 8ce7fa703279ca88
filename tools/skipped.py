"""Fail if a test was skipped in every run: ``python tools/skipped.py RUN.xml ...``.

The files are pytest's (``--junitxml``). Standard library only.
"""

import sys
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from xml.etree import ElementTree

# Patterns of tests that need what CI has not.
ALLOWED = Path(__file__).with_name("skipped.txt")


def never_run(reports: Iterable[str]) -> dict[str, str]:
    """The tests that each of these reports names as skipped or not at all, and why."""
    run, skipped = set(), {}
    for report in reports:
        for case in ElementTree.fromstring(report).iter("testcase"):
            # A module that is skipped whole stands here under its own name.
            module, test = case.get("classname") or case.get("name", ""), case.get("name", "")
            name = f"{module}::{test}" if case.get("classname") else f"{module}::"
            reason = case.find("skipped")
            if reason is None:
                run.add(name)
            else:
                skipped[name] = reason.get("message", "")
    ran = " ".join(f" {name}" for name in run)
    return {name: why for name, why in sorted(skipped.items()) if f" {name}" not in ran}


def main() -> int:
    allowed = ALLOWED.read_text(encoding="utf-8").splitlines()
    reports = [Path(name).read_text(encoding="utf-8") for name in sys.argv[1:]]
    left = {
        name: why
        for name, why in never_run(reports).items()
        if not any(fnmatch(name, line) for line in allowed if not line.startswith("#"))
    }
    for name, why in left.items():
        print(f"skipped in every run: {name} ({why})")
    print(f"{len(reports)} runs, {len(left)} tests skipped in all of them")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

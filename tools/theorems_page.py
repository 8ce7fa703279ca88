"""Write docs/theorems.rst from the declarations and a run: ``python -m tools.theorems_page``.

With it comes docs/measured/theorems.txt, what the command printed.

The verdicts are those of ``python -m ddkd theorems --json docs/measured/theorems.json --plot
FOLDER``; the pictures of that folder belong in docs/images/theorems.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ddkd.cli._answer import fill
from ddkd.theorems import (
    ALL,
    Theorem,
    classics,
    double_descent,
    fresh_data,
    same_data,
    synthetic_data,
)

ROOT = Path(__file__).parents[1]
MEASURED = ROOT / "docs" / "measured" / "theorems.json"
PRINTED = ROOT / "docs" / "measured" / "theorems.txt"
PAGE = ROOT / "docs" / "theorems.rst"
START, END = ".. The entries are written by tools/theorems_page.py.\n", ".. End of the entries.\n"
SECTIONS = {
    "Fresh transfer data": fresh_data,
    "Synthetic data": synthetic_data,
    "The same training data": same_data,
    "Double descent": double_descent,
    "The laws of ddkd.theory": classics,
}


def entries(records: Sequence[Mapping[str, Any]]) -> str:
    """All theorems as reStructuredText, in reading order."""
    found = {record["id"]: record for record in records}
    parts = []
    for title, module in SECTIONS.items():
        parts.append(f"{title}\n{'-' * len(title)}\n")
        parts += [_entry(theorem, found[theorem.id]) for theorem in module.THEOREMS]
    return "\n".join(parts)


def _entry(theorem: Theorem, record: Mapping[str, Any]) -> str:
    name = theorem.id
    return "\n".join(
        [
            f"{name}\n{'^' * len(name)}\n",
            f"**{theorem.statement}** ({theorem.source}; *{theorem.kind}*.)\n",
            f".. math:: {theorem.equation}\n",
            f"{verdict(record)} *Conditions:* {theorem.limits}\n",
            f"Mistakes that are rejected: {'; '.join(theorem.wrong)}.\n",
            f".. image:: images/theorems/{name}.png\n   :width: 260\n   :alt: Simulated values of"
            f" {name} against those of its law.\n",
        ]
    )


def verdict(record: Mapping[str, Any]) -> str:
    """One sentence on what the bench found."""
    count = len(record["law"])
    return f"Against {count} simulated value{'s' * (count > 1)} it {record['answer']}."


def printed(records: Sequence[Mapping[str, Any]]) -> str:
    """What the command prints below its first line, which says how many agree and the seconds."""
    lines = []
    for number, record in enumerate(records, start=1):
        lines += [f"{number:>3} {record['id']}", f"    {record['statement']}"]
        lines.append(fill(f"{record['answer']}.", "    ", "    "))
    return "\n".join(lines) + "\n"


def page(text: str, records: Sequence[Mapping[str, Any]]) -> str:
    """The page's text with new entries between its two marks."""
    head, rest = text.split(START, 1)
    return f"{head}{START}\n{entries(records)}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    assert {record["id"] for record in measured} == {theorem.id for theorem in ALL}
    PRINTED.write_text(printed(measured), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")

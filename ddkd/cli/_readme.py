"""README.txt beside the results: what each file and each column is."""

import argparse
import csv
import shlex
from pathlib import Path

from ddkd import __version__
from ddkd._text import printable


def readme(args: argparse.Namespace, folder: Path) -> str:
    """What the files of a folder are and how they were made; ``meanings.csv`` says the words."""
    with Path(__file__).with_name("meanings.csv").open(newline="", encoding="utf-8") as file:
        meanings = dict(csv.reader(file))

    def entry(name: str) -> str:
        return f"  {printable(name):<16} {meanings.get(name, '')}"

    names = sorted(path.name for path in (*folder.iterdir(), *args.out.glob("tasks")))
    lines = [
        f"Made by ddkd {__version__} with",
        f"    python -m ddkd {printable(shlex.join(args.argv))}",
        "",
        "Files",
        *(entry(name) for name in names if name in meanings),
    ]
    if any(name.endswith(".png") and name not in meanings for name in names):
        lines.append("  The other .png are pictures; the .svg of the same names are for print.")
    if "results.csv" in names:
        with (folder / "results.csv").open(newline="", encoding="utf-8") as file:
            columns = next(csv.reader(file))
        lines += ["", "Columns of results.csv", *map(entry, columns)]
    return "\n".join(lines) + "\n"

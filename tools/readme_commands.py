"""Print one of the README's commands as it stands there: ``python tools/readme_commands.py test``.

"main" and "test" are a line each; "data" is a block of lines about a table called FILE.csv.

Standard library only: CI calls it before anything is installed.
"""

import re
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
MARKS = {"main": "ddkd reproduce", "test": "pytest", "data": "--data FILE.csv"}


def command(name: str, text: str) -> str:
    """Return the first fenced block with the mark of `name`: one line, of "data" several."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    for block in blocks:
        if MARKS[name] in block:
            lines = block.strip().splitlines()
            if len(lines) != 1 and name != "data":
                raise ValueError(f"the README's {name} command must be one line; got {lines}")
            return "\n".join(lines)
    raise ValueError(f"the README has no fenced block with {MARKS[name]!r}")


if __name__ == "__main__":
    print(command(sys.argv[1], README.read_text(encoding="utf-8")))

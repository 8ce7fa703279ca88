"""Write the README's table of claims from measured numbers: ``python -m tests.readme_claims``.

The numbers are the ``claims.json`` of a default run of the main job, kept in docs/measured.
"""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "docs" / "measured" / "claims.json"
START, END = "<!-- claims:", "<!-- end of claims -->"
NAMES = {"deformed-digits": "digits", "mixture": "clusters", "relu-network": "smooth target"}


def table(claims):
    """The claims as Markdown: a row a claim, a column a data set and flip rate."""
    columns = [
        (data, flip)
        for data in NAMES
        for flip in sorted({c["flip_rate"] for c in claims if c["data"] == data})
        if flip in (0.0, 0.1)
    ]
    cells = {(c["key"], c["data"], c["flip_rate"]): c for c in claims}
    header = ["claim", *(f"{NAMES[data]}, {100 * flip:g} % wrong" for data, flip in columns)]
    lines = ["| " + " | ".join(header) + " |", "|---" * len(header) + "|"]
    statements = {
        c["key"]: c["statement"].split(" = ")[0].replace(" width m", " width m = 3n")
        for c in claims
    }
    for key, statement in statements.items():
        row = [cell(cells.get((key, data, flip))) for data, flip in columns]
        lines.append("| " + " | ".join([statement, *row]) + " |")
    return "\n".join(lines)


def cell(claim):
    """One claim in one column, in percentage points."""
    if claim is None:
        return ""
    verdict = claim["verdict"] if claim["verdict"] != "fails" else "**fails**"
    values = claim["values"]
    if "examples needed" in values:
        needed = values["examples needed"]
        return f"m = {needed:,}" if needed else f"more than {values['most tried']:,}, {verdict}"
    if "repeats that interpolate" in values:
        return f"{values['repeats that interpolate']} of {claim['n_repeats']}, {verdict}"
    return f"{100 * claim['difference']:+.1f} ± {100 * claim['standard_error']:.1f}, {verdict}"


def block(readme, claims):
    """README text with the table between its two marks."""
    head, rest = readme.split(START, 1)
    mark, rest = rest.split("\n", 1)
    return f"{head}{START}{mark}\n\n{table(claims)}\n\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    readme = ROOT / "README.md"
    claims = json.loads(MEASURED.read_text(encoding="utf-8"))
    readme.write_text(block(readme.read_text(encoding="utf-8"), claims), encoding="utf-8")

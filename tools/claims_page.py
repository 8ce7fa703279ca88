"""Write the tables of docs/claims.rst from measured numbers: ``python -m tools.claims_page``.

The numbers are the ``claims.json`` of a default run of ``python -m ddkd reproduce``, kept in
docs/measured.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MEASURED = ROOT / "docs" / "measured" / "claims.json"
PAGE = ROOT / "docs" / "claims.rst"
START, END = ".. The tables are written by tools/claims_page.py.\n", ".. End of the tables.\n"
TITLES = {
    "deformed-digits": "Deformed digits",
    "digits": "Digits as they are",
    "mixture": "Gaussian clusters",
    "relu-network": "A smooth target",
}
FLIP_RATES = (0.0, 0.1)

Claim = Mapping[str, Any]


def tables(claims: Sequence[Claim]) -> str:
    """The claims as reStructuredText: a table a data set, a row a claim, a column a flip rate."""
    names = dict.fromkeys(claim["data"] for claim in claims)
    return "\n".join(
        _table(TITLES.get(name, name), [c for c in claims if c["data"] == name]) for name in names
    )


def _table(title: str, claims: Sequence[Claim]) -> str:
    by_key: dict[str, dict[float, Claim]] = {}
    for claim in claims:
        by_key.setdefault(claim["key"], {})[claim["flip_rate"]] = claim
    flips = sorted({claim["flip_rate"] for claim in claims} & set(FLIP_RATES))
    n_repeats = claims[0]["n_repeats"]
    rows = [["claim", *(f"{100 * flip:g} % wrong labels" for flip in flips)]]
    for found in by_key.values():
        statement = next(iter(found.values()))["statement"]
        rows.append([statement, *(_verdict(found.get(flip), n_repeats) for flip in flips)])
    head = f"{title}\n{'-' * len(title)}\n\n.. list-table::\n   :header-rows: 1\n   :widths: 52"
    lines = ["   * - " + "\n     - ".join(row) for row in rows]
    return f"{head}{' 24' * len(flips)}\n\n" + "\n".join(lines) + "\n"


def _verdict(claim: Claim | None, n_repeats: int) -> str:
    """One claim at one flip rate, in percentage points; if not in all repeats, in how many."""
    if claim is None:
        return ""
    verdict, values = claim["verdict"], claim["values"]
    said = f"**{verdict}**" if verdict == "fails" else verdict
    if "examples needed" in values:
        needed = values["examples needed"]
        return (
            f"{said}: m = {needed:,}" if needed else f"{said}: more than {values['most tried']:,}"
        )
    if "repeats that interpolate" in values:
        return f"{said}: {values['repeats that interpolate']} of {claim['n_repeats']} repeats"
    size = f"{100 * abs(claim['difference']):.1f} ± {100 * claim['standard_error']:.1f} points"
    if verdict == "undecided":
        size += " for it" if claim["difference"] < 0 else " against it"
    some = f" in {claim['n_repeats']} repeats" if claim["n_repeats"] < n_repeats else ""
    return f"{said}, by {size}{some}"


def page(text: str, claims: Sequence[Claim]) -> str:
    """The page's text with new tables between its two marks."""
    head, rest = text.split(START, 1)
    return f"{head}{START}\n{tables(claims)}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")

"""Claims on a terminal: a line each with one symbol a setting, or in full."""

import textwrap
from collections.abc import Sequence

from ddkd.cli._answer import WIDTH, fill
from ddkd.experiments import Claim
from ddkd.experiments._claims import QUESTIONS
from ddkd.plotting._claims import SYMBOLS, by_statement, margin, means, settings, short_name


def claim_lines(claims: Sequence[Claim]) -> list[str]:
    """What the columns are, then under each question a line a claim, failing ones first."""
    columns = settings(claims)
    data = {name: [column for column in columns if column[0] == name] for name, _ in columns}
    rates = (" ".join(f"{100 * rate:g}" for _, rate in group) for group in data.values())
    named = ", ".join(f"{short_name(name)} {each}" for name, each in zip(data, rates, strict=True))
    signs = ", ".join(f"{sign} {verdict}" for verdict, sign in SYMBOLS.items())
    lines = [f"{signs}; in columns: {named} % of the labels wrong."]
    room = WIDTH - 3 - len(columns) - len(data)
    for key in dict.fromkeys(claim.question for claim in claims):
        lines.append(f" {QUESTIONS.get(key, key)}")
        for cells in by_statement([c for c in claims if c.question == key]).values():
            verdicts = {column: SYMBOLS[claim.verdict] for column, claim in cells.items()}
            groups = ("".join(verdicts.get(c, " ") for c in group) for group in data.values())
            statement, *others = dict.fromkeys(claim.statement for claim in cells.values())
            if others:  # they differ in a size alone
                statement = statement.split(" = ")[0]
            text = textwrap.shorten(statement, room, placeholder=" ...")
            lines.append(f"   {' '.join(groups)} {text}")
    return lines


def claims_in_full(claims: Sequence[Claim]) -> str:
    """Every number: under each claim a paragraph for each setting."""
    lines = []
    for cells in by_statement(claims).values():
        lines.append(fill(next(iter(cells.values())).statement))
        for (data, rate), claim in cells.items():
            text = (
                f"{SYMBOLS[claim.verdict]} {short_name(data)}, {100 * rate:g} % wrong: "
                f"{margin(claim)}, {claim.verdict}. {means(claim)}"
            )
            lines.append(fill(text, "  ", "      "))
    return "\n".join(lines)

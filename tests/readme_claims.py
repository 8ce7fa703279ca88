"""Write the README's results from measured numbers: ``python -m tests.readme_claims``.

The numbers are the ``claims.json`` of a default run of the main job, kept in docs/measured.
"""

import json
import textwrap
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "docs" / "measured" / "claims.json"
START, END = "<!-- results:", "<!-- end of results -->"
WORDS = {"holds": "it wins", "fails": "it **loses**", "undecided": "too close to call"}

# What each line is about: data set, fraction of wrong labels, claim, setting, and who the rival is.
LABELS, ANYONE = "the best model that sees only the labels", "the best rival of any kind"
LINES = [
    ("mixture", 0.0, "traditional", "clusters", LABELS),
    ("deformed-digits", 0.0, "traditional", "digits, with deformed digits to label,", LABELS),
    ("deformed-digits", 0.1, "everyone-best", "the same with 10 % wrong labels", ANYONE),
    ("mixture", 0.0, "everyone", "the clusters again", ANYONE),
    ("relu-network", 0.0, "traditional", "two classes with a smooth border", LABELS),
]


def sentence(claims, data, flip, key, setting, rival):
    """Who errs how often, and whether that is what the paper claims."""
    found = {c["key"]: c for c in claims if (c["data"], c["flip_rate"]) == (data, flip)}
    teacher = found["teacher"]["values"]["teacher"]
    (own, student), (name, best) = found[key]["values"].items()
    who = "the student" if own == "hard student" else f"the best student ({own})"
    taught = f"its teacher on {100 * teacher:.1f} %, " if own == "hard student" else ""
    text = (
        f"- On {setting} {who} errs on {100 * student:.1f} % of the test rows, {taught}{rival} "
        f"({name}) on {100 * best:.1f} %: {WORDS[found[key]['verdict']]}."
    )
    return textwrap.fill(text, 120, subsequent_indent="  ", break_on_hyphens=False)


def block(readme, claims):
    """README text with the results between its two marks."""
    head, rest = readme.split(START, 1)
    mark = rest.split("\n", 1)[0]
    verdicts = [claim["verdict"] for claim in claims]
    count = (
        f"{verdicts.count('holds')} of {len(verdicts)} claims hold, {verdicts.count('fails')} "
        f"fail, {verdicts.count('undecided')} are undecided. Does the student win?"
    )
    results = "\n".join([count, "", *(sentence(claims, *line) for line in LINES)])
    return f"{head}{START}{mark}\n{results}\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    readme = ROOT / "README.md"
    claims = json.loads(MEASURED.read_text(encoding="utf-8"))
    readme.write_text(block(readme.read_text(encoding="utf-8"), claims), encoding="utf-8")

"""Write the README's results from measured numbers: ``python -m tests.readme_claims``.

The numbers are the ``claims.json`` of a default run of the main job, kept in docs/measured.
"""

import json
import textwrap
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "docs" / "measured" / "claims.json"
START, END = "<!-- results:", "<!-- end of results -->"
WORDS = {"holds": "it wins", "fails": "it **loses**", "undecided": "no clear difference"}

# What each line is about: data set, fraction of wrong labels, claim, setting, and who the rival is.
LABELS = "the best model that sees only the labels"
LINES = [
    ("deformed-digits", 0.0, "traditional", "deformed digits with clean labels", LABELS),
    ("deformed-digits", 0.1, "traditional", "deformed digits with 10 % wrong labels", LABELS),
    ("mixture", 0.0, "traditional", "clusters with clean labels", LABELS),
    ("mixture", 0.1, "traditional", "clusters with 10 % wrong labels", LABELS),
    ("relu-network", 0.0, "traditional", "two classes with a smooth border", LABELS),
]


def sentence(claims, data, flip, key, setting, rival):
    """Who errs how often, and whether that is what the paper claims."""
    found = {c["key"]: c for c in claims if (c["data"], c["flip_rate"]) == (data, flip)}
    teacher = found["teacher"]["values"]["teacher"]
    (_, student), (name, best) = found[key]["values"].items()
    text = (
        f"- On {setting} the student errs on {100 * student:.1f} % of the test rows, its teacher "
        f"on {100 * teacher:.1f} %, {rival} ({name}) on {100 * best:.1f} %: "
        f"{WORDS[found[key]['verdict']]}."
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

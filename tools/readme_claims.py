"""Write the README's numbers from measured ones: ``python -m tools.readme_claims``.

They are the ``claims.json`` of a default run of the main job and, once it has been measured, the
founding experiment; both are kept in docs/measured.
"""

import json
import textwrap
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "docs" / "measured" / "claims.json"
FOUNDING = MEASURED.with_name("founding-experiment.json")
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


def fill(text, **options):
    """Wrap a paragraph of the README."""
    text = text.replace(" %", "\N{NO-BREAK SPACE}%")
    text = textwrap.fill(text, 120, break_on_hyphens=False, break_long_words=False, **options)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def sentence(claims, data, flip, key, setting, rival):
    """Who errs how often, and whether that is what the paper claims."""
    found = {c["key"]: c for c in claims if (c["data"], c["flip_rate"]) == (data, flip)}
    teacher = found["teacher"]["values"]["teacher"]
    (own, student), (name, best) = found[key]["values"].items()
    few, most = found[key]["n_repeats"], found["teacher"]["n_repeats"]
    some = f", both in the {few} repeats with that rival" if few < most else ""
    who = "the student" if own == "hard student" else f"the best student ({own})"
    # The teacher's error is of all repeats.
    alone = own != "hard student" or few < most
    taught = "" if alone else f"its teacher on {100 * teacher:.1f} %, "
    text = (
        f"- On {setting} {who} errs on {100 * student:.1f} % of the test rows, {taught}{rival} "
        f"({name}) on {100 * best:.1f} %{some}: {WORDS[found[key]['verdict']]}."
    )
    return fill(text, subsequent_indent="  ")


def results(claims):
    """How many claims hold, and five lines of numbers."""
    verdicts = [claim["verdict"] for claim in claims]
    count = (
        f"{verdicts.count('holds')} of {len(verdicts)} claims hold, {verdicts.count('fails')} "
        f"fail, {verdicts.count('undecided')} are undecided. Does the student win?"
    )
    repeats = [claim["n_repeats"] for claim in claims]
    meaning = (
        f"*It wins*, or *loses*, if the mean difference within a repeat exceeds twice its standard "
        f"error. Rivals that use the unlabelled rows take long: they are run in the first "
        f"{min(repeats)} of the {max(repeats)} repeats, with 5,000 of these rows."
    )
    return "\n".join([count, "", *(sentence(claims, *line) for line in LINES), "", fill(meaning)])


def picture(founding):
    """The picture and what it shows; with one panel until the founding experiment is measured."""
    rescued = (
        "model of that critical width, rescued. Its *teacher* is a far wider model, which fits "
        "every training label; it labels inputs that nobody had labelled, and the small *student* "
        "learns from those alone ([the paper](https://arxiv.org/abs/2102.06849))."
    )
    peak = (
        "with as many random features as labelled examples (the *interpolation threshold*) a "
        "model's test error peaks; beyond, it falls again. This is *double descent*."
    )
    alt = "a small model trained directly peaks; the same model taught by a wide one does not"
    if founding is None:
        text = f"W{peak[1:]} The blue line is a {rescued}"
        return (
            f"![Test error against width: {alt}.](docs/images/double-descent.png)\n\n{fill(text)}"
        )
    n, widths, error = founding["n_samples"], founding["widths"], founding["measured"]["error"]
    before = min(e for width, e in zip(widths, error, strict=True) if width < n)
    text = (
        f"*Left:* {peak} The founding experiment at its own size: {n:,} images, up to "
        f"{max(widths):,} features; its error falls to {100 * before:.1f} %, peaks at "
        f"{100 * max(error):.1f} % and falls to {100 * error[-1]:.1f} %. Marks are measured, the "
        f"line was predicted before any fit (`examples/plot_founding_experiment.py`). "
        f"*Right:* a {rescued}"
    )
    return (
        f"![Two curves of test error against width. Left: one model peaks and falls again. Right: "
        f"{alt}.](docs/images/double-descent.png)\n\n{fill(text)}"
    )


def block(readme, claims, founding):
    """README text with its numbers between their marks."""
    for name, text in (("picture", picture(founding)), ("results", results(claims))):
        head, rest = readme.split(f"<!-- {name}:", 1)
        mark, rest = rest.split("\n", 1)
        tail = rest.split(f"<!-- end of {name} -->", 1)[1]
        readme = f"{head}<!-- {name}:{mark}\n{text}\n<!-- end of {name} -->{tail}"
    return readme


def measured():
    """The claims, and the founding experiment or None."""
    claims = json.loads(MEASURED.read_text(encoding="utf-8"))
    founding = FOUNDING.read_text(encoding="utf-8") if FOUNDING.exists() else "null"
    return claims, json.loads(founding)


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(block(readme.read_text(encoding="utf-8"), *measured()), encoding="utf-8")

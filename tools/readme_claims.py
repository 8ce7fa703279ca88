"""Write the README's numbers from measured ones: ``python -m tools.readme_claims``.

They are the ``claims.json`` of a default run of the main job, the founding experiment and the
errors of its student against width, all kept in docs/measured.
"""

import json
import textwrap
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEASURED = ROOT / "docs" / "measured" / "claims.json"
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
        f"{len({claim['key'] for claim in claims})} claims in ten settings (data, rate of wrong "
        f"labels): {verdicts.count('holds')} hold, {verdicts.count('fails')} fail, "
        f"{verdicts.count('undecided')} are undecided. Does the student win?"
    )
    repeats = [claim["n_repeats"] for claim in claims]
    meaning = (
        f"*It wins*, or *loses*, if the mean difference within a repeat exceeds twice its standard "
        f"error. Rivals that use the unlabelled rows take long: they are run in the first "
        f"{min(repeats)} of the {max(repeats)} repeats, with 5,000 of these rows."
    )
    return "\n".join(
        [fill(count), "", *(sentence(claims, *line) for line in LINES), "", fill(meaning)]
    )


def picture(founding, rescued):
    """The picture, and four sentences on what it shows."""
    n, widths, error = founding["n_samples"], founding["widths"], founding["measured"]["error"]
    before = min(e for width, e in zip(widths, error, strict=True) if width < n)
    few, many = rescued["n_samples"], rescued["n_transfer"]
    at_peak = rescued["width"].index(few)
    direct, student = (100 * rescued[name][at_peak] for name in ("direct", "student"))
    text = (
        f"*Left:* a model that adds up ever more random functions of an image, its *features*, "
        f"trained directly on {n:,} labels: its test error falls to {100 * before:.1f} %, soars to "
        f"{100 * max(error):.1f} % where it can just fit every label, and falls again, to "
        f"{100 * error[-1]:.1f} %, which is double descent. "
        f"Squares are measured, the line was predicted before any fit "
        f"([how](examples/plot_founding_experiment.py)). "
        f"*Right:* the same with {few} labelled digits, and beside it *students*, which learn from "
        f"{many:,} other images, labelled by a very wide model, the *teacher*, that fits all {few} "
        f"labels. "
        f"With {few} features a student errs on {student:.1f} % of the test images, a directly "
        f"trained model on {direct:.1f} %."
    )
    alt = "a model trained on the labels peaks; the same model taught by a wide one does not"
    return (
        f"![Two curves of test error against width. Left: one model peaks and falls again. Right: "
        f"{alt}.](docs/images/double-descent.png)\n\n{fill(text)}"
    )


def block(readme, claims, founding, rescued):
    """README text with its numbers between their marks."""
    for name, text in (("picture", picture(founding, rescued)), ("results", results(claims))):
        head, rest = readme.split(f"<!-- {name}:", 1)
        mark, rest = rest.split("\n", 1)
        tail = rest.split(f"<!-- end of {name} -->", 1)[1]
        readme = f"{head}<!-- {name}:{mark}\n{text}\n<!-- end of {name} -->{tail}"
    return readme


def measured():
    """The claims, the founding experiment and the student at the threshold."""
    files = (MEASURED, *map(MEASURED.with_name, ("founding-experiment.json", "student-width.json")))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(block(readme.read_text(encoding="utf-8"), *measured()), encoding="utf-8")

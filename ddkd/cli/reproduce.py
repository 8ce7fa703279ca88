"""``reproduce``: the paper's claims, measured."""

import argparse
import textwrap
from collections.abc import Sequence
from functools import partial

from ddkd.cli._answer import WIDTH, Answer, fill
from ddkd.cli._data import OWN_DATA, Data
from ddkd.cli._flags import DATA, RUN, flag, imported, shared, switch
from ddkd.cli._output import sweep_options
from ddkd.datasets import load
from ddkd.experiments import Claim, protocols, reproduce
from ddkd.experiments._claims import QUESTIONS
from ddkd.plotting import claims_summary, write_report
from ddkd.plotting._claims import SYMBOLS, by_statement, margin, means, settings, short_name

HELP = "measure the paper's claims, on four demonstrations or on your data"


FLAGS = {
    **shared(*DATA, *RUN, data=OWN_DATA),
    "--quick": switch("one data set, smaller, with 4 repeats, in seconds"),
    "--contestant": flag(
        "a classifier of your own that joins the rivals; may be given again",
        "MODULE:NAME",
        action="append",
        default=[],
    ),
    "--everyone": switch(
        "rivals that use unlabelled rows see all in every repeat, not 5,000 in the first four"
    ),
}


def run(args: argparse.Namespace, data: Data | None) -> Answer:
    """Measure the claims, write the report, and say how many hold."""
    if args.quick:
        args.repeats = min(args.repeats, 4)
    files, notes = [], []
    if data is not None:
        data.require_classes("the paper's claims are")
        files = [data.source]
    jobs = protocols(*files, flip_rate=args.flip_rate, n_samples=args.labelled, quick=args.quick)
    if data is not None:
        n_samples, n_test = jobs[0].n_samples, jobs[0].n_test
        data.split = load(data.source, n_samples=n_samples, n_test=n_test, rng=args.seed)
        notes = data.notes(flips=False)
    own = [imported(place) for place in args.contestant]
    done = reproduce(jobs, contestants=own, everyone=args.everyone, **sweep_options(args))
    failed = [f"{name} failed and is left out: {why}" for name, why in done.failures.items()]
    return Answer(
        f"{'; '.join(claims_summary(done.claims)[:2])}.",
        [*notes, *_claim_lines(done.claims), *failed],
        more=_claims_in_full(done.claims),
        report=args.out / "index.html",
        values={"claims": [claim.as_dict() for claim in done.claims]},
        write=partial(write_report, done),
    )


def _claim_lines(claims: Sequence[Claim]) -> list[str]:
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


def _claims_in_full(claims: Sequence[Claim]) -> str:
    """Every number: under each claim a paragraph for each setting."""
    lines = []
    for cells in by_statement(claims).values():
        lines.append(fill(next(iter(cells.values())).statement))
        for (data, rate), claim in cells.items():
            text = (
                f"{SYMBOLS[claim.verdict]} {short_name(data)}, {100 * rate:g} % wrong: "
                f"{margin(claim, claims[0].n_repeats)}, {claim.verdict}. {means(claim)}"
            )
            lines.append(fill(text, "  ", "      "))
    return "\n".join(lines)

"""``reproduce``: the paper's claims, measured."""

import argparse
from collections.abc import Sequence
from functools import partial

from ddkd.cli._answer import WIDTH, Answer, fill
from ddkd.cli._data import OWN_DATA, READ, SPLIT, Data
from ddkd.cli._flags import RUN, flag, imported, switch
from ddkd.cli._output import sweep_options
from ddkd.datasets import load
from ddkd.reproduction import (
    Claim,
    claims_in_full,
    claims_summary,
    claims_table,
    protocols,
    reproduce,
    write_report,
)

NEEDS = OWN_DATA
WRITES = True
FLAGS = {
    **READ | SPLIT | RUN,
    "--quick": switch("one data set, smaller, with 4 repeats, in seconds"),
    "--contestant": flag(
        "a classifier of your own that joins the rivals; may be given again",
        "MODULE:NAME",
        action="append",
        default=[],
    ),
    "--everyone": switch(
        "rivals that use unlabelled rows see all in every repeat, not 5,000 in the first four; "
        "logistic regression and gradient boosting compete, too"
    ),
}


def run(args: argparse.Namespace, data: Data | None) -> Answer:
    """Measure the claims, write the report, and say how many hold."""
    repeats = min(args.repeats, 4) if args.quick else args.repeats
    files, notes = [], []
    if data is not None:
        data.require_transfer()
        data.require_classes("the paper's claims are")
        files = [data.source]
    jobs = protocols(*files, flip_rate=args.flip_rate, n_samples=args.labelled, quick=args.quick)
    if data is not None:
        n_samples, n_test = jobs[0].n_samples, jobs[0].n_test
        data.split = load(data.source, n_samples=n_samples, n_test=n_test, rng=args.seed)
        notes = data.notes(flips=False)
    own = [imported(place) for place in args.contestant]
    options = sweep_options(args, repeats)
    done = reproduce(jobs, contestants=own, everyone=args.everyone, **options)
    failed = [f"{name} failed and is left out: {why}" for name, why in done.failures.items()]
    return Answer(
        f"{'; '.join(claims_summary(done.claims)[:2])}.",
        [*notes, *claims_table(done.claims, WIDTH), *failed],
        more=_in_full(done.claims),
        report=args.out / "index.html",
        values={"claims": [claim.as_dict() for claim in done.claims]},
        write=partial(write_report, done),
    )


def _in_full(claims: Sequence[Claim]) -> str:
    """Every number: under each claim a paragraph for each setting."""
    lines = []
    for statement, numbers in claims_in_full(claims):
        lines += [fill(statement), *(fill(line, "  ", "      ") for line in numbers)]
    return "\n".join(lines)

"""``reproduce``: the paper's claims, measured."""

import argparse
from functools import partial

from ddkd.cli._answer import Answer
from ddkd.cli._data import OWN_DATA, Data
from ddkd.cli._flags import DATA, RUN, flag, imported, shared, switch
from ddkd.cli._output import sweep_options
from ddkd.experiments import protocols, reproduce

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
    "--everyone": switch("rivals that use the unlabelled rows see all of them, not 5,000"),
}


def run(args: argparse.Namespace, data: Data | None) -> Answer:
    """Measure the claims, write the report, and say how many hold."""
    from ddkd.cli._claims import claim_lines, claims_in_full
    from ddkd.plotting import claims_summary, write_report

    if args.quick:
        args.repeats = min(args.repeats, 4)
    files, notes = [], []
    if data is not None:
        data.require_classes("the paper's claims are")
        files, notes = [data.source], data.notes(flips=False)
    jobs = protocols(*files, flip_rate=args.flip_rate, n_samples=args.labelled, quick=args.quick)
    own = [imported(place) for place in args.contestant]
    done = reproduce(jobs, contestants=own, everyone=args.everyone, **sweep_options(args))
    failed = [f"{name} failed and is left out: {why}" for name, why in done.failures.items()]
    return Answer(
        f"{'; '.join(claims_summary(done.claims)[:2])}.",
        [*notes, *claim_lines(done.claims), *failed],
        more=claims_in_full(done.claims),
        report=args.out / "index.html",
        values={"claims": [claim.as_dict() for claim in done.claims]},
        write=partial(write_report, done),
    )

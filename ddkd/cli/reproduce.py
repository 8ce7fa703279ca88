"""``reproduce``: the paper's claims, measured."""

import argparse
import shutil
from pathlib import Path

from ddkd.cli._answer import Answer
from ddkd.cli._flags import PRINT, RUN, add_flags
from ddkd.cli._output import default_out, output_folder, sweep_options, unfinished
from ddkd.datasets import load
from ddkd.experiments import protocols, reproduce

HELP = "measure the paper's claims"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_flags(parser, "--data", "--label", *RUN, *PRINT, out=default_out("reproduce"))
    parser.add_argument(
        "--quick", action="store_true", help="one data set, smaller, with 4 repeats, in seconds"
    )


def run(args: argparse.Namespace) -> Answer:
    """Measure the claims, write the report, and say how many hold."""
    from ddkd.plotting import claims_table, write_report

    jobs = protocols(args.data, label=args.label, quick=args.quick)
    if args.quick:
        args.repeats = min(args.repeats, 4)
    for job in jobs:  # to fail before any work
        load(job.data, label=job.label, rng=0)
    done = reproduce(jobs, **sweep_options(args))
    with output_folder(args) as folder:
        write_report(done, folder)
    shutil.rmtree(unfinished(args))
    verdicts = [claim.verdict for claim in done.claims]
    tables = [
        f"{job.title} ({job.data})\n\n"
        + claims_table([c for c in done.claims if c.data == job.data])
        for job in jobs
    ]
    return Answer(
        f"{verdicts.count('holds')} of {len(verdicts)} claims hold, {verdicts.count('fails')} "
        f"fail, {verdicts.count('undecided')} are undecided.",
        more="\n\n".join(tables),
        report=Path(args.out) / "index.html",
        values={"claims": [claim.as_dict() for claim in done.claims]},
    )

"""``reproduce``: the paper's claims, measured."""

import argparse
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from ddkd.cli._answer import Answer
from ddkd.cli._data import Data
from ddkd.cli._flags import DATA, PRINT, RUN, add_flags
from ddkd.cli._output import default_out, publish, saved_answer, sweep_options
from ddkd.experiments import protocols, reproduce

HELP = "measure the paper's claims, on four demonstrations or on your data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_flags(parser, *DATA, *RUN, *PRINT, out=default_out("reproduce"))
    parser.add_argument(
        "--quick", action="store_true", help="one data set, smaller, with 4 repeats, in seconds"
    )
    parser.add_argument(
        "--contestant",
        action="append",
        type=_imported,
        metavar="PACKAGE:CLASS",
        help="a classifier of your own that joins the rivals; may be given again",
    )
    parser.add_argument(
        "--everyone",
        action="store_true",
        help="rivals that use the unlabelled rows see all of them, not 5,000",
    )


def _imported(text: str) -> Any:
    """The class that PACKAGE:CLASS names."""
    module, _, name = text.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not PACKAGE:CLASS of something that can be imported: {error}"
        ) from None


def run(args: argparse.Namespace) -> Answer:
    """Measure the claims, write the report, and say how many hold."""
    from ddkd.cli._claims import claim_lines, claims_in_full
    from ddkd.plotting import claims_summary, write_report

    if args.quick:
        args.repeats = min(args.repeats, 4)
    data = None if args.data is None else Data(args)
    files = () if data is None else (data.source,)
    if data is not None:
        data.require_classes("the paper's claims are")
    if (saved := saved_answer(args, *files)) is not None:
        return saved
    jobs = protocols(*files, flip_rate=args.flip_rate, n_samples=args.labelled, quick=args.quick)
    done = reproduce(
        jobs, contestants=args.contestant, everyone=args.everyone, **sweep_options(args)
    )
    failed = [f"{name} failed and is left out: {why}" for name, why in done.failures.items()]
    where = "; ".join(claims_summary(done.claims)[:2])
    answer = Answer(
        f"{where}.",
        [*([] if data is None else data.notes(flips=False)), *claim_lines(done.claims), *failed],
        more=claims_in_full(done.claims),
        report=Path(args.out) / "index.html",
        values={"claims": [claim.as_dict() for claim in done.claims]},
    )
    return publish(args, answer, partial(write_report, done), *files)

"""``page``: one HTML file with sliders for a lecture room."""

import argparse
from pathlib import Path

from ddkd.cli._answer import Answer
from ddkd.cli._flags import PRINT, add_flags
from ddkd.cli._output import default_out

HELP = "one HTML file with sliders, for a lecture room without a network"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_flags(parser, "--out", "--seed", *PRINT, out=Path("double-descent.html"))
    parser.add_argument(
        "--claims", type=Path, help="claims.json of `reproduce` (default: its own, if there is one)"
    )


def run(args: argparse.Namespace) -> Answer:
    """Write the page."""
    from ddkd.plotting import write_page

    default = default_out("reproduce") / "claims.json"
    claims = args.claims or (default if default.is_file() else None)
    if args.out.is_dir():
        raise ValueError(f"--out must be a file; {args.out} is a folder")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_page(args.out, claims=claims, rng=args.seed)
    size = args.out.stat().st_size / 1e6
    source = f"with claims from {claims}" if claims else "without claims"
    return Answer(f"Page: {size:.1f} MB, {source}.", report=args.out)

"""The command that writes a page for the lecture room."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["add_page"]

CLAIMS = Path("ddkd-results/reproduce/claims.json")


def add_page(commands: Any, *, seed: Callable[[str], int]) -> None:
    """Add the command to a parser's commands; `seed` is the argument type of a seed."""
    text = "one HTML file with sliders, for a lecture room without a network"
    command = commands.add_parser("page", help=text, description=text)
    command.set_defaults(run=_page, fresh=False)
    command.add_argument(
        "--out", type=Path, default=Path("double-descent.html"), help="default: %(default)s"
    )
    command.add_argument(
        "--claims",
        type=Path,
        help=f"claims.json of `reproduce` (default: {CLAIMS}, if there is one)",
    )
    command.add_argument("--seed", type=seed, default=0, help="default: %(default)s")
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")


def _page(args: argparse.Namespace) -> None:
    from ddkd.plotting import write_page

    claims = args.claims or (CLAIMS if CLAIMS.is_file() else None)
    if args.out.is_dir():
        raise ValueError(f"--out must be a file; {args.out} is a folder")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_page(args.out, claims=claims, rng=args.seed)
    size = args.out.stat().st_size / 1e6
    source = f"with claims from {claims}" if claims else "without claims"
    print(f"Page: {args.out} ({size:.1f} MB), {source}")

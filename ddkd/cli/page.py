"""``page``: the live lecture, one HTML file; or the same numbers from the library."""

import argparse
from pathlib import Path

import numpy as np

from ddkd.cli._answer import Answer, named
from ddkd.cli._flags import DEFAULT, flag

NEEDS = None
WRITES = False
FLAGS = {
    "--out": flag(f"the page ({DEFAULT})", "FILE", type=Path, default=Path("double-descent.html")),
    "--check": flag("write no page: compute the numbers of one of its links with ddkd", "LINK"),
}


def run(args: argparse.Namespace, _: None) -> Answer:
    """Write the page, or check one of its settings."""
    from ddkd.lecture import check_link, write_page

    if args.check is not None:
        found = check_link(args.check)
        values = {name: float(number) for name, number in found.items() if np.ndim(number) == 0}
        (first, number), *rest = values.items()
        body = [f"  {name}: {value:.6g}" for name, value in rest]
        return Answer(f"{first.capitalize()}: {number:.6g}", body, values=values)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with named(args.out):
        write_page(args.out)
    size = args.out.stat().st_size / 1e3
    return Answer(f"Page: {size:.0f} kB, open it in any browser.", report=args.out)

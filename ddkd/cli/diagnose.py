"""``diagnose``: why a curve of one's own has no peak."""

import argparse

from matplotlib.figure import Figure

from ddkd.cli._answer import Answer, fill
from ddkd.cli._data import Data
from ddkd.cli._flags import DATA, add_flags, imported, picture_file, positive, shows_progress
from ddkd.diagnosis import diagnose

HELP = "why the error of your own pipeline has no peak"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    parser.add_argument(
        "model",
        metavar="MODULE:NAME",
        help="an estimator, or a function from a width to one, in a module of the working "
        "folder; it is your own code and is run as such",
    )
    parser.add_argument(
        "--param", metavar="NAME", help="the width's name, such as rff__n_components"
    )
    parser.add_argument(
        "--widths", nargs="+", type=positive, metavar="W", help="its values (default: around n)"
    )
    parser.add_argument("--max-fits", type=positive, default=60, help="default: %(default)s")
    parser.add_argument("--plot", type=picture_file, metavar="FILE", help="save the picture there")
    add_flags(parser, *DATA, "--seed", data="digits")


def run(args: argparse.Namespace, data: Data) -> Answer:
    """Diagnose a pipeline on the labelled and the test rows of a data set."""
    split = data.split.flip_labels(data.flip_rate, rng=args.seed) if data.flip_rate else data.split
    found = diagnose(
        imported(args.model),
        split.X_train,
        split.y_train,
        param_name=args.param,
        param_range=args.widths,
        X_test=split.X_test,
        y_test=split.y_test,
        max_fits=args.max_fits,
        progress=shows_progress(args),
        rng=args.seed,
    )
    if args.plot is not None:
        figure = Figure(figsize=(8, 5.5), layout="constrained")
        found.plot(figure.subplots())
        figure.savefig(args.plot, dpi=100)
    first, *rest = str(found).splitlines()
    table = [
        fill(f"{item.probe}: {item.value:.4g} ({item.meaning})", "  ", "      ")
        for item in found.evidence
    ]
    values = {
        "cause": found.cause,
        "causes": list(found.causes),
        "threshold": found.threshold,
        "remedy": found.remedy,
        "evidence": [vars(item) for item in found.evidence],
    }
    return Answer(first, [*rest, *data.notes()], "\n".join(table), args.plot, values)

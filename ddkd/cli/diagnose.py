"""``diagnose``: why a curve of one's own has no peak."""

import argparse

from ddkd.cli._answer import Answer, fill, named
from ddkd.cli._data import READ, SPLIT, Data
from ddkd.cli._flags import DEFAULT, SEED, flag, imported, picture_file, positive, shows_progress
from ddkd.diagnosis import diagnose

NEEDS = "digits"
WRITES = False
FLAGS = {
    "model": flag(
        "an estimator, or a function from a width to one, in a module of the working folder; it "
        "is your own code and is run as such",
        "MODULE:NAME",
    ),
    "--param": flag("the width's name, such as rff__n_components", "NAME"),
    "--widths": flag("its values (default: around n)", "W", type=positive, nargs="+"),
    "--max-fits": flag(DEFAULT, type=positive, default=60),
    "--plot": flag("save the picture there", "FILE", type=picture_file),
    **READ | SPLIT | SEED,
}


def run(args: argparse.Namespace, data: Data) -> Answer:
    """Diagnose a pipeline on the labelled and the test rows of a data set."""
    split = data.split.flip_labels(data.flip_rate, rng=args.seed)
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
        with named(args.plot):
            found.plot().figure_.savefig(args.plot, dpi=100)
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

"""``diagnose``: why a curve of one's own has no peak."""

import argparse

from ddkd.cli._answer import Answer, fill
from ddkd.cli._data import Data
from ddkd.cli._flags import (
    DATA,
    DEFAULT,
    flag,
    imported,
    picture_file,
    positive,
    shared,
    shows_progress,
)
from ddkd.diagnosis import diagnose

HELP = "why the error of your own pipeline has no peak"


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
    **shared(*DATA, "--seed", data="digits"),
}


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

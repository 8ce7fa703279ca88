"""``diagnose``: why a curve of one's own has no peak."""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from ddkd.cli._answer import Answer
from ddkd.cli._data import Data
from ddkd.cli._flags import DATA, PRINT, add_flags, positive, shows_progress
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
    parser.add_argument("--plot", type=Path, metavar="FILE", help="save the picture there")
    add_flags(parser, *DATA, "--seed", *PRINT, data="digits")


def run(args: argparse.Namespace) -> Answer:
    """Diagnose a pipeline on the labelled and the test rows of a data set."""
    data = Data(args)
    split = data.split.flip_labels(data.flip_rate, rng=args.seed) if data.flip_rate else data.split
    found = diagnose(
        load_model(args.model),
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
    table = [f"  {e.probe:<34} {e.value:10.4g}  {e.meaning}" for e in found.evidence]
    values = {
        "cause": found.cause,
        "causes": list(found.causes),
        "threshold": found.threshold,
        "remedy": found.remedy,
        "evidence": [vars(item) for item in found.evidence],
    }
    return Answer(first, [*rest, *data.notes()], "\n".join(table), args.plot, values)


def load_model(place: str) -> Any:
    """Return the object called ``MODULE:NAME``, with the working folder on the path."""
    module, colon, name = place.partition(":")
    if not colon or not module or not name:
        raise ValueError(f"the model must be MODULE:NAME, such as mine:pipeline; got {place!r}")
    sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise ValueError(f"there is no module {module}.py in {Path.cwd()}") from None
    except AttributeError:
        raise ValueError(f"the module {module} has no {name}") from None
    finally:
        sys.path.pop(0)

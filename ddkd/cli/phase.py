"""``phase``: when to distil, as a map and in words."""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from ddkd.cli._answer import Answer
from ddkd.cli._data import OWN_DATA, Data
from ddkd.cli._flags import DATA, FILES, add_flags, positive
from ddkd.cli._output import save_figure
from ddkd.experiments import Table
from ddkd.populations import GaussianPopulation
from ddkd.prediction import predict_phase
from ddkd.theory import PhaseDiagram, phase_diagram

HELP = "when to distil, predicted in seconds: a map over label noise and transfer size"
RATES = (0.0, 0.05, 0.1, 0.15, 0.2)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    flags = [flag for flag in DATA if flag != "--flip-rate"]  # label noise is an axis of the map
    sizes = {"teacher_width": 2000, "student_width": 100, "max_transfer": 2000}
    add_flags(parser, *flags, "--bandwidth", *FILES, "--teacher-width", "--student-width")
    parser.add_argument("--max-transfer", type=positive, metavar="M", help="default: %(default)s")
    parser.set_defaults(data=OWN_DATA, flip_rate=0.0, **sizes)


def run(args: argparse.Namespace, data: Data | None) -> Answer:
    """Predict the map of the student's gain, of data or of a Gaussian population."""
    spread = np.geomspace(max(2, args.max_transfer // 16), args.max_transfer, 9)
    sizes = {
        "n_transfer": [int(m) for m in np.unique(spread.round())],
        "teacher_width": args.teacher_width,
        "student_width": args.student_width,
    }
    if data is None:
        title, notes = (
            "Gaussian, variances 1/j",
            ["A Gaussian population of 500 features with variances 1/j."],
        )
        population = GaussianPopulation(1 / np.arange(1.0, 501), np.ones(500), labels="hard")
        n = args.labelled or 300
        found = phase_diagram(population, n_samples=n, flip_rate=RATES, features="random", **sizes)
    else:
        data.require_classes("the map's wrong labels are")
        title, notes = args.data, data.notes()
        options = {"bandwidth": args.bandwidth, "rng": args.seed}
        found = predict_phase(data.split, flip_rates=RATES, **options, **sizes)
    first, *rest = found.recipe().splitlines()
    notes.append("The map adds label noise as an axis; no label of a file is changed.")
    return Answer(
        first,
        [*rest, *notes],
        report=args.out / "figure.png",
        write=partial(_write, found=found, title=title),
    )


def _write(folder: Path, found: PhaseDiagram, title: str) -> None:
    from matplotlib.figure import Figure

    from ddkd.plotting import PhaseDiagramDisplay

    rates, sizes = np.meshgrid(found.row_values, found.column_values, indexing="ij")
    columns = {
        "flip_rate": rates,
        "n_transfer": sizes,
        "student_error": found.student_error,
        "teacher_error": found.teacher_error,
        "direct_error": found.direct_error,
        "gain": found.gain,
    }
    Table({name: grid.ravel() for name, grid in columns.items()}).to_csv(folder / "results.csv")
    if len(found.column_values) > 1:
        figure = Figure(figsize=(8, 6), layout="constrained")
        PhaseDiagramDisplay.from_diagram(found, title=title).plot(figure.subplots())
        save_figure(folder, figure)

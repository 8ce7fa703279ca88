"""``phase``: when to distil, as a map and in words."""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from ddkd.cli._answer import Answer
from ddkd.cli._data import Data
from ddkd.cli._flags import DATA, FILES, PRINT, add_flags, positive
from ddkd.cli._output import default_out, publish, save_figure, saved_answer
from ddkd.experiments import Table
from ddkd.populations import GaussianPopulation
from ddkd.prediction import predict_phase
from ddkd.theory import PhaseDiagram, phase_diagram

HELP = "when to distil, predicted in seconds: a map over label noise and transfer size"
RATES = (0.0, 0.05, 0.1, 0.15, 0.2)
POPULATION = "gaussian-1/j"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    flags = [flag for flag in DATA if flag != "--flip-rate"]  # label noise is an axis of the map
    add_flags(
        parser, *flags, "--bandwidth", *FILES, *PRINT, data=POPULATION, out=default_out("phase")
    )
    for flag, default in (("teacher-width", 2000), ("student-width", 100), ("max-transfer", 2000)):
        parser.add_argument(
            f"--{flag}", type=positive, default=default, metavar="N", help="default: %(default)s"
        )


def run(args: argparse.Namespace) -> Answer:
    """Predict the map of the student's gain, of data or of a Gaussian population."""
    spread = np.geomspace(max(2, args.max_transfer // 16), args.max_transfer, 9)
    sizes = {
        "n_transfer": [int(m) for m in np.unique(spread.round())],
        "teacher_width": args.teacher_width,
        "student_width": args.student_width,
    }
    args.flip_rate = 0.0
    data = None if args.data == POPULATION else Data(args)
    files = () if data is None else (data.source,)
    if data is not None:
        data.require_classes("the map's wrong labels are")
    if (saved := saved_answer(args, *files)) is not None:
        return saved
    if data is None:
        notes = ["A Gaussian population of 500 features with variances 1/j."]
        population = GaussianPopulation(1 / np.arange(1.0, 501), np.ones(500), labels="hard")
        n = args.labelled or 300
        found = phase_diagram(population, n_samples=n, flip_rate=RATES, features="random", **sizes)
    else:
        notes = data.notes()
        options = {"bandwidth": args.bandwidth, "rng": args.seed}
        found = predict_phase(data.split, flip_rates=RATES, **options, **sizes)
    first, *rest = found.recipe().splitlines()
    notes.append("The map adds label noise as an axis; no label of a file is changed.")
    answer = Answer(first, [*rest, *notes], report=Path(args.out) / "figure.png")
    return publish(args, answer, partial(_write, found=found, title=args.data), *files)


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

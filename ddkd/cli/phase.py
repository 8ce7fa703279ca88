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
from ddkd.prediction import DataPhase, phase, phase_of_population

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
        "flip_rates": RATES,
        "n_transfer": [int(m) for m in np.unique(spread.round())],
        "teacher_width": args.teacher_width,
        "student_width": args.student_width,
    }
    args.flip_rate = 0.0
    data = None if args.data == POPULATION else Data(args)
    files = () if data is None else (data.source,)
    if (saved := saved_answer(args, *files)) is not None:
        return saved
    if data is None:
        notes = ["A Gaussian population of 500 features with variances 1/j."]
        population = GaussianPopulation(1 / np.arange(1.0, 501), np.ones(500), labels="hard")
        found = phase_of_population(population, n_samples=args.labelled or 300, **sizes)
    else:
        notes = data.notes()
        found = phase(data.split, bandwidth=args.bandwidth, rng=args.seed, **sizes)
    first, *rest = _recipe(found)
    notes.append("The map adds label noise as an axis; no label of a file is changed.")
    answer = Answer(first, [*rest, *notes], report=Path(args.out) / "figure.png")
    return publish(args, answer, partial(_write, found=found, title=args.data), *files)


def _recipe(found: DataPhase) -> list[str]:
    """For each rate of label noise, the fewest transfer rows from which on distilling pays."""
    lines = []
    for i, rate in enumerate(found.flip_rate):
        pays = found.gain[i] > 0
        # The first size from which on it pays at every larger one: never below the true border.
        first = len(pays) - int(np.argmin(pays[::-1])) if not pays.all() else 0
        noise = f"With {100 * rate:g} % label noise"
        if first == len(pays):
            lines.append(
                f"{noise} do not distil: up to {found.n_transfer[-1]:,} transfer rows do not pay."
            )
            continue
        size = f"any number of transfer rows from {found.n_transfer[0]:,} on"
        if first:
            size = f"{found.n_transfer[first]:,} transfer rows or more"
        lines.append(
            f"{noise} distil with {size}: {found.n_transfer[-1]:,} make the student better by "
            f"{100 * found.gain[i, -1]:.1f} points than its model trained directly."
        )
    return lines


def _write(folder: Path, found: DataPhase, title: str) -> None:
    from matplotlib.figure import Figure

    from ddkd.plotting import PhaseDiagramDisplay

    i, j = np.indices(found.gain.shape).reshape(2, -1)
    columns = {
        "flip_rate": found.flip_rate[i],
        "n_transfer": found.n_transfer[j],
        "student_error": found.student_error[i, j],
        "teacher_error": found.teacher_error[i],
        "direct_error": found.direct_error[i],
        "gain": found.gain[i, j],
    }
    Table(columns).to_csv(folder / "results.csv")
    if len(found.n_transfer) > 1:
        figure = Figure(figsize=(8, 6), layout="constrained")
        PhaseDiagramDisplay(
            x=found.n_transfer,
            y=found.flip_rate,
            gain=found.gain,
            names=("student", "directly trained model"),
            x_name="Unlabelled examples",
            y_name="Wrong labels (%)",
            title=title,
        ).plot(figure.subplots())
        save_figure(folder, figure)

"""``phase``: when to distil, as a map and in words."""

import argparse
from pathlib import Path

import numpy as np

from ddkd.cli._answer import Answer
from ddkd.cli._flags import PRINT, add_flags, positive
from ddkd.cli._output import default_out, output_folder, save_figure
from ddkd.datasets import load
from ddkd.experiments import Table
from ddkd.populations import GaussianPopulation
from ddkd.prediction import DataPhase, phase, phase_of_population

HELP = "when to distil, in seconds"
RATES = (0.0, 0.05, 0.1, 0.15, 0.2)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    out = default_out("phase")
    add_flags(parser, "--data", "--label", "--bandwidth", "--out", "--seed", *PRINT, out=out)
    parser.add_argument(
        "--n-samples", type=positive, help="labelled examples (default: 300, of data their own)"
    )
    parser.add_argument("--teacher-width", type=positive, default=2000)
    parser.add_argument("--student-width", type=positive, default=100)
    parser.add_argument("--max-transfer", type=positive, default=2000)


def run(args: argparse.Namespace) -> Answer:
    """Predict the map of the student's gain, of data or of a Gaussian population."""
    spread = np.geomspace(max(2, args.max_transfer // 16), args.max_transfer, 9)
    sizes = {
        "flip_rates": RATES,
        "n_transfer": [int(m) for m in np.unique(spread.round())],
        "teacher_width": args.teacher_width,
        "student_width": args.student_width,
    }
    if args.data is None:
        about = "A Gaussian population with variances 1/j."
        population = GaussianPopulation(1 / np.arange(1.0, 501), np.ones(500), labels="hard")
        found = phase_of_population(population, n_samples=args.n_samples or 300, **sizes)
    else:
        split = load(args.data, label=args.label, n_samples=args.n_samples, rng=args.seed)
        about = str(split)
        found = phase(split, bandwidth=args.bandwidth, rng=args.seed, **sizes)
    with output_folder(args) as folder:
        _write(found, folder)
    first, *rest = found.recipe().splitlines()
    return Answer(first, [*rest, about], report=Path(args.out) / "figure.png")


def _write(found: DataPhase, folder: Path) -> None:
    from matplotlib.figure import Figure

    from ddkd.plotting import PhaseDiagramDisplay

    rows = [(i, j) for i in range(len(found.flip_rate)) for j in range(len(found.n_transfer))]
    i, j = np.array(rows).T
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
        ).plot(figure.subplots())
        save_figure(figure, folder)
    (folder / "recipe.txt").write_text(found.recipe() + "\n", encoding="utf-8")

"""``phase``: when to distil, as a map and in words."""

import argparse

import numpy as np
from matplotlib.figure import Figure

from ddkd.cli._answer import Answer
from ddkd.cli._data import LABELLED, OWN_DATA, READ, Data
from ddkd.cli._flags import BANDWIDTH, DEFAULT, SEED, WRITE, flag, positive, several
from ddkd.datasets import is_stream
from ddkd.populations import GaussianPopulation
from ddkd.prediction import draw_phase, predict_phase
from ddkd.sweeps import Table
from ddkd.theory import phase_diagram

NEEDS = OWN_DATA
WRITES = True
FLAGS = {
    **READ | LABELLED | BANDWIDTH | WRITE | SEED,
    "--teacher-width": flag(DEFAULT, "P", type=positive, default=2000),
    "--student-width": flag(DEFAULT, "P", type=positive, default=100),
    "--max-transfer": flag(DEFAULT, "M", type=several, default=2000),
}
RATES = (0.0, 0.05, 0.1, 0.15, 0.2)  # an axis of the map, where others have --flip-rate


def run(args: argparse.Namespace, data: Data | None) -> Answer:
    """Predict the map of the student's gain, of data or of a Gaussian population."""
    most = args.max_transfer
    if data is not None:
        data.require_transfer()
        most = most if is_stream(data.split.transfer) else min(most, len(data.split.transfer))
    spread = np.geomspace(max(1, most // 16), most, 9)
    sizes = {
        "n_transfer": [int(m) for m in np.unique(spread.round())],
        "teacher_width": args.teacher_width,
        "student_width": args.student_width,
    }
    if data is None:
        title = "Gaussian, variances 1/j"
        notes = ["A Gaussian population of 500 features with variances 1/j."]
        population = GaussianPopulation(1 / np.arange(1.0, 501), np.ones(500), labels="hard")
        n = args.labelled or 300
        found = phase_diagram(population, n_samples=n, flip_rate=RATES, features="random", **sizes)
    else:
        data.require_classes("the map's wrong labels are")
        title, notes = args.data, data.notes()
        options = {"bandwidth": args.bandwidth, "rng": args.seed}
        found = predict_phase(data.split, flip_rates=RATES, **options, **sizes)
    rates, transfer = np.meshgrid(found.row_values, found.column_values, indexing="ij")
    errors = ("student_error", "teacher_error", "direct_error", "gain")
    columns = {"flip_rate": rates, "n_transfer": transfer}
    columns |= {name: getattr(found, name) for name in errors}
    figure = Figure(figsize=(8, 6), layout="constrained")
    draw_phase(found, figure.subplots(), title=title)
    first, *rest = found.recipe().splitlines()
    return Answer(
        first,
        [*rest, *notes, "The map adds label noise as an axis; no label of a file is changed."],
        report=args.out / "figure.png",
        table=Table({name: grid.ravel() for name, grid in columns.items()}),
        figure=figure,
    )

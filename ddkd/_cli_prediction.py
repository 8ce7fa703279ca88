"""The commands `theory`, `phase` and `advise`."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from ddkd._checks import check_matrix
from ddkd._cli_types import (
    BANDWIDTH_HELP,
    DEFAULT,
    FLIP_RATE_HELP,
    bandwidth,
    data_help,
    positive,
    rate,
)
from ddkd.datasets import Split, load
from ddkd.experiments import SweepResult, Table, default_widths
from ddkd.populations import GaussianPopulation
from ddkd.prediction import DataPhase, advise, phase, phase_of_population, predicted_curve

__all__ = ["add_commands"]

_ALPHAS = (0.0, 0.1, 1.0, 10.0)
_RATES = (0.0, 0.05, 0.1, 0.15, 0.2)


def add_commands(
    commands: Any,
    *,
    command: Callable[..., Any],
    run: Callable[..., None],
    output: Callable[..., Any],
) -> None:
    """Add the three commands, with the options and the output folder that all commands share."""

    def theory(args: argparse.Namespace) -> None:
        _theory(args, run)

    def phases(args: argparse.Namespace) -> None:
        _phase(args, output)

    theory_command = command(commands, "theory", theory, "a predicted curve beside the measured")
    theory_command.add_argument("--data", default="digits", help=data_help("digits"))
    theory_command.add_argument("--flip-rate", type=rate, default=0.1, help=FLIP_RATE_HELP)
    theory_command.add_argument("--bandwidth", type=bandwidth, default=0.8, help=BANDWIDTH_HELP)
    theory_command.add_argument(
        "--max-width", type=positive, help="widest model (default: 10 times the labelled rows)"
    )

    phase_command = command(commands, "phase", phases, "when to distil, in seconds", sweeps=False)
    phase_command.add_argument(
        "--data", help=f"default: a Gaussian population with variances 1/j; {data_help()}"
    )
    phase_command.add_argument(
        "--n-samples", type=positive, help="labelled examples (default: 300, of data their own)"
    )
    phase_command.add_argument("--teacher-width", type=positive, default=2000, help=DEFAULT)
    phase_command.add_argument("--student-width", type=positive, default=100, help=DEFAULT)
    phase_command.add_argument("--max-transfer", type=positive, default=2000, help=DEFAULT)
    phase_command.add_argument("--bandwidth", type=bandwidth, default=0.8, help=BANDWIDTH_HELP)

    advise_command = command(
        commands, "advise", _advise, "which teacher and which student to train", sweeps=False
    )
    advise_command.add_argument("--data", default="digits", help=f"labelled: {data_help('digits')}")
    advise_command.add_argument(
        "--unlabelled", type=Path, help="FILE.npz (array X) or FILE.csv of inputs only"
    )
    advise_command.add_argument("--flip-rate", type=rate, default=0.0, help=FLIP_RATE_HELP)
    advise_command.add_argument(
        "--student-width",
        type=positive,
        default=150,
        help="the widest student allowed (default: %(default)s)",
    )
    advise_command.add_argument("--max-transfer", type=positive, default=2000, help=DEFAULT)
    advise_command.add_argument("--bandwidth", type=bandwidth, default=0.8, help=BANDWIDTH_HELP)


def _theory(args: argparse.Namespace, run: Callable[..., None]) -> None:
    from ddkd.plotting import draw_prediction

    split = load(args.data, label=args.label, flip_rate=args.flip_rate, rng=0)
    print(split)
    n = len(split.X_train)
    params = {
        "widths": default_widths(n, args.max_width or 10 * n, n_widths=24),
        "alphas": list(_ALPHAS),
        "flip_rate": args.flip_rate,
        "bandwidth": args.bandwidth,
    }
    run(args, predicted_curve, params, tell=_beside, draw=draw_prediction)


def _beside(result: SweepResult) -> str:
    """Predicted and measured error of a few widths; results.csv has them all."""
    by = ["alpha", "width"]
    predicted = result.summary(by=by, values="predicted_error")
    measured = result.summary(by=by, values="error")
    shown = np.unique(measured["width"])[::4]
    keep = np.isin(measured["width"], shown)
    table = Table(
        {
            "ridge": measured["alpha"][keep],
            "width": measured["width"][keep],
            "predicted error": predicted["mean"][keep],
            "measured": measured["mean"][keep],
            "standard error": measured["se"][keep],
        }
    )
    return (
        f"{table}\n\nWithout a ridge and above n the squared error is predicted too low, the more "
        f"so the fewer the inputs' dimensions (docs/prediction.rst says why)."
    )


def _phase(args: argparse.Namespace, output: Callable[..., Any]) -> None:
    spread = np.geomspace(max(2, args.max_transfer // 16), args.max_transfer, 9)
    sizes = [int(m) for m in np.unique(spread.round())]
    if args.data is None:
        population = GaussianPopulation(1 / np.arange(1.0, 501), np.ones(500), labels="hard")
        found = phase_of_population(
            population,
            n_samples=args.n_samples or 300,
            flip_rates=_RATES,
            n_transfer=sizes,
            teacher_width=args.teacher_width,
            student_width=args.student_width,
        )
    else:
        split = load(args.data, label=args.label, n_samples=args.n_samples, rng=args.seed)
        print(split)
        found = phase(
            split,
            flip_rates=_RATES,
            n_transfer=sizes,
            teacher_width=args.teacher_width,
            student_width=args.student_width,
            bandwidth=args.bandwidth,
            rng=args.seed,
        )
    with output(args) as folder:
        _write_phase(found, folder)
    print(f"{found.recipe()}\n\nResults: {Path(args.out)}")


def _write_phase(found: DataPhase, folder: Path) -> None:
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
        display = PhaseDiagramDisplay(
            x=found.n_transfer,
            y=found.flip_rate,
            difference=-found.gain,
            names=("student", "direct model"),
            x_name="unlabelled examples",
            y_name="flip rate",
        ).plot(figure.subplots())
        legend = display.ax_.get_legend()
        if legend is not None:
            legend.remove()  # it calls the border measured; it is predicted
        figure.savefig(folder / "figure.png", dpi=100)
        figure.savefig(folder / "figure.svg")
    (folder / "recipe.txt").write_text(found.recipe() + "\n", encoding="utf-8")


def _advise(args: argparse.Namespace) -> None:
    split = _labelled_and_unlabelled(args).flip_labels(args.flip_rate, rng=args.seed)
    print(split)
    pool = split.transfer
    if not isinstance(pool, np.ndarray):
        pool = pool.sample(args.max_transfer, rng=args.seed)
    advice = advise(
        split.X_train,
        split.y_train,
        pool,
        max_student_width=args.student_width,
        max_transfer=args.max_transfer,
        bandwidth=args.bandwidth,
        rng=args.seed,
    )
    model = advice.model(pool, random_state=args.seed).fit(split.X_train, split.y_train)
    error = float(np.mean(model.predict(split.X_test) != split.y_test))
    print(f"{advice}\nMeasured on {len(split.X_test):,} held-out rows: {error:.3f}.")


def _labelled_and_unlabelled(args: argparse.Namespace) -> Split:
    """The data; with --unlabelled three quarters of a labelled file, and the other file."""
    split = load(args.data, label=args.label, rng=args.seed)
    if args.unlabelled is None:
        return split
    if not args.data.lower().endswith((".npz", ".csv")):
        raise ValueError("--unlabelled goes with a labelled file: --data FILE.npz or FILE.csv")
    n_rows = len(split.X_train) + len(split.transfer) + len(split.X_test)
    n_test = n_rows // 4
    split = load(
        args.data,
        label=args.label,
        rng=args.seed,
        n_test=n_test,
        n_samples=n_rows - n_test - 1,
        standardise=False,
    )
    pool = _read_inputs(args.unlabelled)
    pool = check_matrix(str(args.unlabelled), pool, n_columns=split.X_train.shape[1])
    pool = np.random.default_rng(args.seed).permutation(pool)
    scaler = StandardScaler().fit(np.concatenate([split.X_train, pool]))
    return replace(
        split,
        X_train=scaler.transform(split.X_train),
        transfer=scaler.transform(pool),
        X_test=scaler.transform(split.X_test),
    )


def _read_inputs(path: Path) -> np.ndarray:
    """Unlabelled inputs: the array X of a .npz, or a .csv with a header."""
    if not path.is_file():
        raise ValueError(f"--unlabelled {path} is not a file")
    try:
        if path.suffix.lower() == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return archive["X"]
        return np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2, encoding="utf-8-sig")
    except (ValueError, KeyError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(f"--unlabelled {path} cannot be read: {error}") from None

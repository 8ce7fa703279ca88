"""``distill``: one teacher, its student, and the student's model without a teacher."""

import argparse
from pathlib import Path

from ddkd.cli._answer import Answer
from ddkd.cli._flags import DATA, PRINT, RUN, add_flags, amount, positive
from ddkd.cli._output import default_out, run_sweep
from ddkd.datasets import is_stream, load
from ddkd.experiments import teacher_student

HELP = "one teacher-student run on any data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    defaults = {"data": "deformed-digits", "flip_rate": 0.1, "out": default_out("distill")}
    add_flags(parser, *DATA, "--bandwidth", *RUN, *PRINT, **defaults)
    parser.add_argument("--teacher-width", type=positive, default=4000)
    parser.add_argument("--student-width", type=positive, default=400)
    parser.add_argument(
        "--n-transfer", type=positive, default=10_000, help="unlabelled rows to use, at most"
    )
    parser.add_argument(
        "--labels", choices=["hard", "soft"], default="hard", help="classes, or scores"
    )
    parser.add_argument("--teacher-alpha", type=amount, default=0.0, help="ridge of the teacher")
    parser.add_argument("--student-alpha", type=amount, default=0.0, help="ridge of the student")


def run(args: argparse.Namespace) -> Answer:
    """Train the three models in every repeat and compare their errors."""
    split = load(args.data, label=args.label, flip_rate=args.flip_rate, rng=0)
    names = "teacher_width student_width n_transfer labels flip_rate teacher_alpha student_alpha"
    params = {name: getattr(args, name) for name in [*names.split(), "bandwidth"]}
    result = run_sweep(args, teacher_student, params)
    means = result.summary(by="model", values="error")
    error = dict(zip(means["model"].tolist(), 100 * means["mean"], strict=True))
    return Answer(
        f"The student errs on {error['student']:.1f} % of the test rows, its teacher on "
        f"{error['teacher']:.1f} %, the directly trained model on {error['direct']:.1f} %.",
        [str(split), *_near_its_peak(args, split.transfer)],
        more=str(result.summary(by="model", values=["error", "train_error"])),
        report=Path(args.out) / "results.csv",
    )


def _near_its_peak(args: argparse.Namespace, transfer: object) -> list[str]:
    """A warning if the student's width is near the size of its transfer set."""
    n_transfer = args.n_transfer
    if not is_stream(transfer):
        n_transfer = min(n_transfer, len(transfer))  # type: ignore[arg-type]
    if n_transfer >= 2 * args.student_width:
        return []
    return [
        f"With {n_transfer:,} transfer rows a student of width {args.student_width:,} is near "
        f"its own peak or past it; --student-width {max(1, n_transfer // 4):,} would be well below."
    ]

"""``distill``: one teacher, its student, and the student's model without a teacher."""

import argparse
from functools import partial

import numpy as np

from ddkd.cli._answer import Answer, pays, percent
from ddkd.cli._data import Data
from ddkd.cli._flags import DATA, RUN, add_flags, positive
from ddkd.cli._output import run_sweep, write_sweep
from ddkd.datasets import is_stream
from ddkd.experiments import SweepResult, teacher_student

HELP = "one teacher-student run on any data: does distilling pay?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    own = ("--teacher-width", "--teacher-alpha", "--student-alpha")
    defaults = {"data": "deformed-digits", "teacher_width": 4000}
    add_flags(parser, *DATA, "--bandwidth", *RUN, *own, **defaults)
    parser.add_argument(
        "--student-width",
        type=positive,
        metavar="P",
        help="default: a quarter of the transfer rows, at most 400",
    )
    parser.add_argument(
        "--n-transfer",
        type=positive,
        default=10_000,
        metavar="M",
        help="transfer rows to use, at most (default: %(default)s)",
    )
    parser.add_argument(
        "--labels",
        choices=["hard", "soft"],
        help="what the teacher passes on: its decisions or its scores (default: hard; of numbers "
        "soft)",
    )


def run(args: argparse.Namespace, data: Data) -> Answer:
    """Train the three models in every repeat, and say whether distilling pays."""
    pool = data.split.transfer
    m = args.n_transfer if is_stream(pool) else min(args.n_transfer, len(pool))
    student_width = args.student_width or min(400, max(1, m // 4))
    result = run_sweep(
        args,
        data,
        teacher_student,
        teacher_width=args.teacher_width,
        student_width=student_width,
        n_transfer=m,
        labels=args.labels or ("hard" if data.split.task == "classes" else "soft"),
        teacher_alpha=args.teacher_alpha,
        student_alpha=args.student_alpha,
    )
    lead, against, values = _verdict(result, data.value)
    notes = [
        against,
        *data.notes(),
        f"Widths: teacher {args.teacher_width:,}, student {student_width:,}; {m:,} transfer rows.",
    ]
    if m < 2 * student_width:
        notes.append(
            f"With {m:,} transfer rows a student of width {student_width:,} is near its own peak "
            f"or past it; --student-width {max(1, m // 4):,} would be well below."
        )
    return Answer(
        lead,
        notes,
        more=str(result.summary(by="model")),
        report=args.out / "results.csv",
        values=values,
        write=partial(write_sweep, result=result),
    )


def _verdict(result: SweepResult, value: str) -> tuple[str, str, dict[str, float]]:
    """Whether the student beats its teacher and the direct model, at two standard errors."""
    means = result.summary(by="model", values=value)
    error = dict(zip(means["model"].tolist(), means["mean"].tolist(), strict=True))
    rival = min(("teacher", "direct"), key=lambda name: error[name])
    gaps = {}
    for name in ("teacher", "direct"):
        gap = result.paired(value, between="model", a="student", b=name)
        gaps[name] = gap["mean"][0], gap["se"][0]
    against = (
        f"Student minus teacher: {_points(*gaps['teacher'])} points; student minus directly "
        f"trained model: {_points(*gaps['direct'])}. Judged against the better of the two, at two "
        f"standard errors (\u00b1)."
    )
    verb, unit = "errs on", "of the test rows"
    if value == "variance_left":
        verb, unit = "leaves", "of the variance"
    lead = (
        f"Distilling {pays(*gaps[rival])}: the student {verb} {percent(error['student'])} {unit}, "
        f"its teacher {verb} {percent(error['teacher'])}, the student's model trained directly on "
        f"the labels {verb} {percent(error['direct'])}."
    )
    difference, standard_error = map(float, gaps[rival])
    return lead, against, {**error, "gain": -difference, "standard_error": standard_error}


def _points(difference: float, standard_error: float) -> str:
    known = np.isfinite(standard_error)
    error = f"{100 * standard_error:.1f}" if known else "? (too few repeats)"
    return f"{100 * difference:+.1f} \u00b1 {error}"

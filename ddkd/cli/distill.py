"""``distill``: one teacher, its student, and the student's model without a teacher."""

import argparse

import numpy as np

from ddkd._text import counted, percent
from ddkd.cli._answer import Answer
from ddkd.cli._data import READ, SPLIT, Data
from ddkd.cli._flags import BANDWIDTH, DEFAULT, RUN, amount, flag, positive
from ddkd.cli._output import difference, pays, run_sweep
from ddkd.datasets import is_stream
from ddkd.experiments import teacher_student
from ddkd.sweeps import SweepResult

NEEDS = "deformed-digits"
WRITES = True
FLAGS = {
    **READ | SPLIT | BANDWIDTH | RUN,
    "--teacher-width": flag(DEFAULT, "P", type=positive, default=4000),
    "--teacher-alpha": flag("ridge of the teacher", "A", type=amount, default=0.0),
    "--student-alpha": flag("ridge of the student", "A", type=amount, default=0.0),
    "--student-width": flag(
        "default: a quarter of the transfer rows, at most 400", "P", type=positive
    ),
    "--n-transfer": flag(
        f"transfer rows to use, at most ({DEFAULT})", "M", type=positive, default=10_000
    ),
    "--labels": flag(
        "what the teacher passes on: its decisions or its scores (default: hard; of numbers soft)",
        choices=["hard", "soft"],
    ),
}


def run(args: argparse.Namespace, data: Data) -> Answer:
    """Train the three models in every repeat, and say whether distilling pays."""
    data.require_transfer()
    pool = data.split.transfer
    m = args.n_transfer if is_stream(pool) else min(args.n_transfer, len(pool))
    student_width = args.student_width or min(400, max(1, m // 4))
    result = run_sweep(
        args,
        data,
        teacher_student,
        "model",
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
        f"Widths: teacher {args.teacher_width:,}, student {student_width:,}; "
        f"{counted(m, 'transfer row')}.",
    ]
    if m < 2 * student_width:
        notes.append(
            f"With {counted(m, 'transfer row')} a student of width {student_width:,} is near its "
            f"own peak or past it; --student-width {max(1, m // 4):,} would be well below."
        )
    return Answer(
        lead,
        notes,
        more=str(result.summary(by="model")),
        report=args.out / "results.csv",
        values=values,
        table=result,
    )


def _verdict(result: SweepResult, value: str) -> tuple[str, str, dict[str, float]]:
    """Whether the student beats its teacher and the direct model, at two standard errors."""
    means = result.summary(by="model", values=value)
    error = dict(zip(means["model"].tolist(), means["mean"].tolist(), strict=True))
    names = ("teacher", "direct")
    gaps = {name: difference(result, value, "model", "student", name) for name in names}
    rival = min(names, key=lambda name: error[name])
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
    gap, standard_error = gaps[rival]
    return lead, against, {**error, "gain": -gap, "standard_error": standard_error}


def _points(difference: float, standard_error: float) -> str:
    known = np.isfinite(standard_error)
    error = f"{100 * standard_error:,.1f}" if known else "? (too few repeats)"
    return f"{100 * difference:+,.1f} \u00b1 {error}"

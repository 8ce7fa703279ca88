"""The command line: arguments in, files out."""

import argparse
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import joblib

from ddkd import __version__
from ddkd._cli_page import add_page
from ddkd._cli_prediction import add_commands
from ddkd._cli_types import (
    BANDWIDTH_HELP,
    DEFAULT,
    FLIP_RATE_HELP,
    amount,
    bandwidth,
    data_help,
    jobs,
    positive,
    rate,
    seed,
)
from ddkd.datasets import Split, fingerprint, is_stream, load
from ddkd.exceptions import InterpolationWarning
from ddkd.experiments import (
    SweepResult,
    curve,
    default_widths,
    draw_split,
    reproduce,
    sweep,
    teacher_student,
)
from ddkd.experiments import protocols as protocols_for

__all__ = ["main"]

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str or None, default=None
        Arguments without the program's name; those of the process if None.

    Returns
    -------
    int
        Exit status: 0, 1 after an error, 2 for wrong arguments, 130 when interrupted.

    Raises
    ------
    SystemExit
        For wrong arguments, ``--help`` and ``--version``, as argparse does.
    """
    args = _parser().parse_args(argv)
    try:
        # At a threshold a model that fails to interpolate is what the curves are about; the
        # records say so in a column, one warning a width would drown the table.
        warnings.simplefilter("ignore", InterpolationWarning)
        args.run(args)
    except KeyboardInterrupt:
        _discard_empty(args)
        print(f"\ninterrupted. {_how_to_resume(args)}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        _discard_empty(args)
        if args.debug:
            raise
        print(f"ddkd {args.command}: error: {_in_one_line(error)}", file=sys.stderr)
        return 1
    return 0


def _in_one_line(error: Exception) -> str:
    """What went wrong; for what is not the user's doing, also where to look."""
    text = " ".join(str(error).split())
    if isinstance(error, ValueError | OSError | ImportError):
        return text
    return f"{type(error).__name__}: {text} (--debug shows where)"


def _finished_cells(args: argparse.Namespace) -> int:
    return len(list(_checkpoint(args).glob("cell-*.json")))


def _discard_empty(args: argparse.Namespace) -> None:
    """Leave no folder behind if this run made it and nothing in it is finished."""
    if args.fresh and not _finished_cells(args):
        shutil.rmtree(_checkpoint(args), ignore_errors=True)
        with suppress(OSError):
            Path(args.out).rmdir()


def _how_to_resume(args: argparse.Namespace) -> str:
    n = _finished_cells(args)
    if n == 0:
        return "Nothing had been finished."
    return (
        f"{n} finished cells are in {_checkpoint(args)}; to go on from there, run the same "
        f"command with --resume"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ddkd", description="Distilling double descent: exact curves, teachers and students."
    )
    parser.add_argument("--version", action="version", version=f"ddkd {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_reproduce(commands)
    _add_curve(commands)
    _add_distill(commands)
    add_commands(commands, command=_command, run=_run, output=_output)
    add_page(commands, seed=seed)
    return parser


def _command(
    commands: Any, name: str, run: Callable[..., None], text: str, *, sweeps: bool = True
) -> Any:
    """A subcommand with the options that all share, or all that sweep over repeats."""
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run, fresh=False)
    command.add_argument(
        "--out",
        type=Path,
        default=Path("ddkd-results") / name,
        help="folder for the results (default: %(default)s)",
    )
    command.add_argument("--label", help="label column of a CSV file (default: the last)")
    command.add_argument("--seed", type=seed, default=0, help=DEFAULT)
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")
    if sweeps:
        command.add_argument("--repeats", type=positive, default=10, help=DEFAULT)
        command.add_argument(
            "--jobs",
            type=jobs,
            default=-1,
            help="worker processes; -1, the default, is one a core. Results do not depend on it",
        )
        command.add_argument("--resume", action="store_true", help="go on from an interrupted run")
        command.add_argument("--quiet", action="store_true", help="no progress bar")
    return command


def _add_reproduce(commands: Any) -> None:
    command = _command(commands, "reproduce", _reproduce, "measure the paper's claims")
    command.add_argument("--data", help=f"one data set instead of all: {data_help()}")
    command.add_argument(
        "--quick", action="store_true", help="one data set, smaller, with 4 repeats, in seconds"
    )


def _add_curve(commands: Any) -> None:
    command = _command(commands, "curve", _curve, "one double-descent curve on any data")
    command.add_argument("--data", default="digits", help=data_help("digits"))
    command.add_argument("--flip-rate", type=rate, default=0.1, help=FLIP_RATE_HELP)
    command.add_argument("--alpha", type=amount, default=0.0, help="ridge (default: none)")
    command.add_argument("--features", choices=["fourier", "relu"], default="fourier", help=DEFAULT)
    command.add_argument("--bandwidth", type=bandwidth, default=0.8, help=BANDWIDTH_HELP)
    command.add_argument(
        "--max-width", type=positive, help="widest model (default: 20 times the labelled rows)"
    )


def _add_distill(commands: Any) -> None:
    command = _command(commands, "distill", _distill, "one teacher-student run on any data")
    command.add_argument("--data", default="deformed-digits", help=data_help("deformed-digits"))
    command.add_argument("--flip-rate", type=rate, default=0.1, help=FLIP_RATE_HELP)
    command.add_argument("--teacher-width", type=positive, default=4000, help=DEFAULT)
    command.add_argument("--student-width", type=positive, default=400, help=DEFAULT)
    command.add_argument(
        "--n-transfer",
        type=positive,
        default=10_000,
        help="unlabelled rows to use, at most; default: %(default)s",
    )
    command.add_argument(
        "--labels",
        choices=["hard", "soft"],
        default="hard",
        help="the teacher's classes, the default, or its scores",
    )
    command.add_argument("--teacher-alpha", type=amount, default=0.0, help="ridge of the teacher")
    command.add_argument("--student-alpha", type=amount, default=0.0, help="ridge of the student")
    command.add_argument("--bandwidth", type=bandwidth, default=0.8, help=BANDWIDTH_HELP)


def _checkpoint(args: argparse.Namespace) -> Path:
    """Where finished cells are kept until the results are written."""
    return Path(args.out) / "unfinished"


@contextmanager
def _output(args: argparse.Namespace) -> Any:
    """A folder to write in, whose files move to `--out` together once all are complete."""
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    for stale in out.glob(".draft-*"):  # of a run that was killed while it wrote
        shutil.rmtree(stale, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
    try:
        yield draft
        for path in sorted(draft.iterdir()):
            os.replace(path, out / path.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _sweep_options(args: argparse.Namespace) -> dict[str, Any]:
    """Options that every command hands to the sweep; an early look at the output folder."""
    out = Path(args.out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out must be a folder; {out} is a file")
    if _checkpoint(args).exists() and not args.resume:
        raise ValueError(
            f"{_checkpoint(args)} holds an interrupted run: add --resume to go on with it, or "
            f"delete that folder to start anew"
        )
    args.fresh = not _checkpoint(args).exists()
    return {
        "repeats": args.repeats,
        "seed": args.seed,
        # No more workers than cells: each one costs a second to start.
        "n_jobs": min(args.jobs if args.jobs > 0 else joblib.cpu_count(), args.repeats),
        "checkpoint": _checkpoint(args),
        "resume": args.resume,
        "progress": not args.quiet,
    }


def _reproduce(args: argparse.Namespace) -> None:
    from ddkd.plotting import claims_table, write_report

    jobs = protocols_for(args.data, label=args.label, quick=args.quick)
    if args.quick:
        args.repeats = min(args.repeats, 4)
    for job in jobs:
        print(load(job.data, label=job.label, rng=0))
    done = reproduce(jobs, **_sweep_options(args))
    with _output(args) as folder:
        write_report(done, folder)
    shutil.rmtree(_checkpoint(args))
    for job in jobs:
        claims = [claim for claim in done.claims if claim.data == job.data]
        print(f"\n{job.title} ({job.data})\n\n{claims_table(claims)}")
    print(
        "\nCells: mean paired difference in percentage points, negative where the claim is right, "
        f"\nits standard error over {args.repeats} repeats, and the verdict at two of them.\n"
        f"Figures, tables and numbers: {Path(args.out) / 'index.html'}"
    )


def _one_split(args: argparse.Namespace) -> Split:
    """Look at the data once, to say what was found and to fail before any work."""
    split = load(args.data, label=args.label, flip_rate=args.flip_rate, rng=0)
    print(split)
    return split


def _curve(args: argparse.Namespace) -> None:
    from ddkd.plotting import draw_curve

    n = len(_one_split(args).X_train)
    params = {
        "widths": default_widths(n, args.max_width or 20 * n),
        "flip_rate": args.flip_rate,
        "alpha": args.alpha,
        "features": args.features,
        "bandwidth": args.bandwidth,
    }
    _run(args, curve, params, tell=_means("width", "error", "train_mse"), draw=draw_curve)


def _distill(args: argparse.Namespace) -> None:
    params = {
        name: getattr(args, name)
        for name in (
            "teacher_width",
            "student_width",
            "n_transfer",
            "labels",
            "flip_rate",
            "teacher_alpha",
            "student_alpha",
            "bandwidth",
        )
    }
    transfer = _one_split(args).transfer
    m = args.n_transfer if is_stream(transfer) else min(args.n_transfer, len(transfer))
    if m < 2 * args.student_width:
        print(
            f"With {m:,} transfer rows a student of width {args.student_width:,} is near its own "
            f"peak or past it; --student-width {max(1, m // 4):,} would be well below."
        )
    _run(args, teacher_student, params, tell=_means("model", "error", "train_error"))


def _means(by: str, *values: str) -> Callable[[SweepResult], Any]:
    return lambda result: result.summary(by=by, values=list(values))


def _run(
    args: argparse.Namespace,
    experiment: Callable[..., Any],
    params: dict[str, Any],
    *,
    tell: Callable[[SweepResult], Any],
    draw: Callable[[SweepResult], Any] | None = None,
) -> None:
    """Sweep one experiment, write its results and figure, and print what `tell` makes of them."""
    digest = fingerprint(args.data)
    source = partial(draw_split, data=args.data, label=args.label, digest=digest)
    result = sweep(experiment, source, params=params, **_sweep_options(args))
    with _output(args) as folder:
        result.to_csv(folder / "results.csv")
        result.save(folder / "results.npz")
        if draw is not None:
            figure = draw(result)
            figure.savefig(folder / "figure.png", dpi=100)
            figure.savefig(folder / "figure.svg")
    shutil.rmtree(_checkpoint(args))
    print(tell(result))
    print(f"\nResults: {Path(args.out)}")

"""Folders: what is finished, and what a command writes."""

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import joblib

from ddkd.datasets import fingerprint
from ddkd.experiments import SweepResult, draw_split, sweep

__all__ = [
    "default_out",
    "discard_empty",
    "how_to_resume",
    "output_folder",
    "run_sweep",
    "save_figure",
    "sweep_options",
    "unfinished",
]


def default_out(command: str) -> Path:
    """Where a command writes unless told otherwise."""
    return Path("ddkd-results") / command


def unfinished(args: argparse.Namespace) -> Path:
    """Where finished tasks are kept until the results are written."""
    return Path(args.out) / "unfinished"


def _finished_tasks(args: argparse.Namespace) -> int:
    return len(list(unfinished(args).glob("cell-*.json")))


def discard_empty(args: argparse.Namespace) -> None:
    """Leave no folder behind if this run made it and nothing in it is finished."""
    if args.fresh and not _finished_tasks(args):
        shutil.rmtree(unfinished(args), ignore_errors=True)
        with suppress(OSError):
            Path(args.out).rmdir()


def how_to_resume(args: argparse.Namespace) -> str:
    """What an interrupted run has left, and how to go on from there."""
    n = _finished_tasks(args)
    if n == 0:
        return "Nothing had been finished."
    return (
        f"{n} finished tasks are in {unfinished(args)}; to go on from there, run the same "
        f"command with --resume"
    )


@contextmanager
def output_folder(args: argparse.Namespace) -> Iterator[Path]:
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


def sweep_options(args: argparse.Namespace) -> dict[str, Any]:
    """Options that every command hands to the sweep; an early look at the output folder."""
    out = Path(args.out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out must be a folder; {out} is a file")
    if unfinished(args).exists() and not args.resume:
        raise ValueError(
            f"{unfinished(args)} holds an interrupted run: add --resume to go on with it, or "
            f"delete that folder to start anew"
        )
    args.fresh = not unfinished(args).exists()
    return {
        "repeats": args.repeats,
        "seed": args.seed,
        # No more workers than tasks: each one costs a second to start.
        "n_jobs": min(args.jobs if args.jobs > 0 else joblib.cpu_count(), args.repeats),
        "checkpoint": unfinished(args),
        "resume": args.resume,
        "progress": not args.quiet,
    }


def run_sweep(
    args: argparse.Namespace,
    experiment: Callable[..., Any],
    params: dict[str, Any],
    *,
    draw: Callable[[SweepResult], Any] | None = None,
) -> SweepResult:
    """Sweep one experiment over repeats, and write its results and its picture."""
    source = partial(draw_split, data=args.data, label=args.label, digest=fingerprint(args.data))
    result = sweep(experiment, source, params=params, **sweep_options(args))
    with output_folder(args) as folder:
        result.to_csv(folder / "results.csv")
        result.save(folder / "results.npz")
        if draw is not None:
            save_figure(draw(result), folder)
    shutil.rmtree(unfinished(args))
    return result


def save_figure(figure: Any, folder: Path) -> None:
    """Save a picture for the screen and one for print."""
    figure.savefig(folder / "figure.png", dpi=100)
    figure.savefig(folder / "figure.svg")

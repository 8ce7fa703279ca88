"""The folder of a command: what is finished, what is interrupted, and what is written."""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib

from ddkd import __version__
from ddkd.cli._answer import Answer
from ddkd.cli._data import Data
from ddkd.cli._readme import readme
from ddkd.datasets import fingerprint
from ddkd.experiments import SweepResult, sweep

__all__ = [
    "default_out",
    "discard_empty",
    "how_to_resume",
    "publish",
    "run_sweep",
    "save_figure",
    "saved_answer",
    "sweep_options",
    "write_sweep",
]

# Flags that do not change what is computed.
_ONLY_HOW = {"out", "force", "resume", "jobs", "json", "quiet", "verbose", "debug", "fresh", "argv"}
_ANSWER = "answer.json"


def default_out(command: str) -> Path:
    """Where a command writes unless told otherwise."""
    return Path("ddkd-results") / command


def _unfinished(args: argparse.Namespace) -> Path:
    """Where finished tasks are kept until the results are written."""
    return Path(args.out) / "unfinished"


def _finished_tasks(args: argparse.Namespace) -> int:
    return len(list(_unfinished(args).glob("task-*.json")))


def discard_empty(args: argparse.Namespace) -> None:
    """Leave no folder behind if this run made it and nothing in it is finished."""
    if args.fresh and not _finished_tasks(args):
        shutil.rmtree(_unfinished(args), ignore_errors=True)
        with suppress(OSError):
            Path(args.out).rmdir()


def how_to_resume(args: argparse.Namespace) -> str:
    """What an interrupted run has left, and how to go on from there."""
    n = _finished_tasks(args)
    if n == 0:
        return "Nothing had been finished."
    return (
        f"{n} finished tasks are in {_unfinished(args)}; to go on from there, run the same "
        f"command with --resume"
    )


def _settings(args: argparse.Namespace, *files: Any) -> dict[str, Any]:
    """What a result depends on: the flags, the contents of files, the version."""
    flags = {key: value for key, value in vars(args).items() if key not in _ONLY_HOW}
    digests = [fingerprint(file) for file in files]
    return json.loads(json.dumps({**flags, "contents": digests, "ddkd": __version__}, default=str))


def saved_answer(args: argparse.Namespace, *files: Any) -> Answer | None:
    """The answer of a finished run of the same settings and data; of others, an error."""
    out = Path(args.out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out must be a folder; {out} is a file")
    if args.force or not (out / _ANSWER).exists():
        return None
    try:
        saved = json.loads((out / _ANSWER).read_text(encoding="utf-8"))
        old, answer = saved["settings"], Answer(**saved["answer"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{out / _ANSWER} is damaged ({error}); --force measures anew") from None
    new = _settings(args, *files)
    changed = [key for key in new if new[key] != old.get(key)]
    if changed:
        what = ", ".join(
            "other contents of the data"
            if key == "contents"
            else f"{key.replace('_', '-')} {old.get(key)} instead of {new[key]}"
            for key in changed
        )
        raise ValueError(
            f"{out} holds the results of another run ({what}): --force replaces them, --out "
            f"FOLDER keeps both"
        )
    report = None if answer.report is None else Path(answer.report)
    again = "This run had been finished before; --force measures anew."
    return replace(answer, body=[*answer.body, again], report=report)


def publish(
    args: argparse.Namespace, answer: Answer, write: Callable[[Path], None], *files: Any
) -> Answer:
    """Let `write` fill a folder, move its files to `--out` together, and keep the answer there."""
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
    try:
        write(draft)
        (draft / "README.txt").write_text(readme(args, draft), encoding="utf-8")
        (out / _ANSWER).unlink(missing_ok=True)  # from here on the old results are not whole
        for path in sorted(draft.iterdir()):
            os.replace(path, out / path.name)
        saved = {"settings": _settings(args, *files), "answer": vars(answer)}
        text = json.dumps(saved, indent=1, ensure_ascii=False, default=str)
        (draft / _ANSWER).write_text(text + "\n", encoding="utf-8")
        os.replace(draft / _ANSWER, out / _ANSWER)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    shutil.rmtree(_unfinished(args), ignore_errors=True)
    return answer


def sweep_options(args: argparse.Namespace) -> dict[str, Any]:
    """Options that every command hands to the sweep; an early look at what is interrupted."""
    if _unfinished(args).exists() and not args.resume:
        raise ValueError(
            f"{_unfinished(args)} holds an interrupted run: add --resume to go on with it, or "
            f"delete that folder to start anew"
        )
    args.fresh = not _unfinished(args).exists()
    return {
        "repeats": args.repeats,
        "seed": args.seed,
        # No more workers than tasks: each one costs a second to start.
        "n_jobs": min(args.jobs if args.jobs > 0 else joblib.cpu_count(), args.repeats),
        "checkpoint": _unfinished(args),
        "resume": args.resume,
        "progress": not args.quiet,
    }


def run_sweep(
    args: argparse.Namespace, data: Data, experiment: Callable[..., Any], **params: Any
) -> SweepResult:
    """Sweep one experiment over repeats of the data."""
    return sweep(experiment, data.draw(), params=params, **sweep_options(args))


def write_sweep(folder: Path, result: SweepResult, figure: Any = None) -> None:
    """Write a result, and its picture for the screen and for print."""
    result.to_csv(folder / "results.csv")
    result.save(folder / "results.npz")
    if figure is not None:
        save_figure(folder, figure)


def save_figure(folder: Path, figure: Any) -> None:
    """Save a picture for the screen and one for print."""
    figure.savefig(folder / "figure.png", dpi=100)
    figure.savefig(folder / "figure.svg")

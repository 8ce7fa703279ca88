"""The folder of a command: what is finished, what is interrupted, and what is written."""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib

from ddkd import __version__
from ddkd.cli._answer import Answer
from ddkd.cli._data import Data
from ddkd.cli._flags import shows_progress
from ddkd.cli._readme import FILES, readme
from ddkd.datasets import fingerprint
from ddkd.experiments import SweepResult, sweep
from ddkd.experiments._lock import folder_lock

__all__ = [
    "default_out",
    "hold_folder",
    "how_to_resume",
    "publish",
    "run_sweep",
    "save_figure",
    "saved_answer",
    "sweep_options",
    "write_sweep",
]

# Flags that do not change what is computed.
_ONLY_HOW = {"out", "force", "resume", "jobs", "json", "quiet", "verbose", "debug", "argv", "draft"}
_ANSWER = "answer.json"


def default_out(command: str) -> Path:
    """Where a command writes unless told otherwise."""
    return Path("ddkd-results") / command


def _unfinished(args: argparse.Namespace) -> Path:
    """Where finished tasks are kept until the results are written."""
    return Path(args.out) / "unfinished"


def _finished_tasks(args: argparse.Namespace) -> int:
    return len(list(_unfinished(args).glob("task-*.json")))


@contextmanager
def hold_folder(args: argparse.Namespace) -> Iterator[None]:
    """Hold `--out`, if the command has one, for this run alone; leave no empty folder behind.

    The folder to draft in is made at once: where nothing can be written, nothing is computed.
    """
    if not hasattr(args, "force"):
        yield
        return
    out = Path(args.out)
    fresh, begun = not out.exists(), _unfinished(args).exists()
    try:
        with folder_lock(out):
            _check_free(out, [*FILES, "README.txt"])
            args.draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
            try:
                yield
            finally:
                shutil.rmtree(args.draft, ignore_errors=True)
                if not begun and not _finished_tasks(args):
                    shutil.rmtree(_unfinished(args), ignore_errors=True)
    finally:
        if fresh:
            with suppress(OSError):  # it holds something
                out.rmdir()


def _check_free(out: Path, names: Iterable[str]) -> None:
    for name in names:
        if (out / name).is_dir():
            raise ValueError(
                f"{out / name} is a folder, where this run would write a file: move it, or "
                f"choose another folder with --out"
            )


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
    if args.force or not (out / _ANSWER).exists():
        return None
    try:
        saved = json.loads((out / _ANSWER).read_text(encoding="utf-8"))
        old, files_then = dict(saved["settings"]), dict(saved["files"])
        answer = _checked(Answer(**saved["answer"]))
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{out / _ANSWER} is damaged; --force measures anew") from None
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
    for name, digest in files_then.items():
        if fingerprint(str(out / name)) != digest:
            raise ValueError(
                f"{out / name} has been changed or removed since this run finished; --force "
                f"measures anew"
            )
    report = None if answer.report is None else Path(answer.report)
    again = "This run had been finished before; --force measures anew."
    return replace(answer, body=[*answer.body, again], report=report)


def _checked(answer: Answer) -> Answer:
    """ValueError for an answer with fields of other types than those that are saved."""
    texts = [answer.lead, answer.more, *answer.body, answer.report or ""]
    if not all(isinstance(text, str) for text in texts) or not isinstance(answer.status, int):
        raise ValueError("a text is none")
    return replace(answer, values=dict(answer.values))


def publish(
    args: argparse.Namespace, answer: Answer, write: Callable[[Path], None], *files: Any
) -> Answer:
    """Let `write` fill a folder, move its files to `--out` together, and keep the answer there."""
    out, draft = Path(args.out), args.draft
    write(draft)
    (draft / "README.txt").write_text(readme(args, draft), encoding="utf-8")
    names = sorted(path.name for path in draft.iterdir())
    _check_free(out, names)
    (out / _ANSWER).unlink(missing_ok=True)  # from here on the old results are not whole
    for name in names:
        os.replace(draft / name, out / name)
    saved = {
        "settings": _settings(args, *files),
        "answer": vars(answer),
        "files": {name: fingerprint(str(out / name)) for name in names},
    }
    (draft / _ANSWER).write_text(json.dumps(saved, indent=1, default=str) + "\n", encoding="utf-8")
    os.replace(draft / _ANSWER, out / _ANSWER)
    if hasattr(args, "resume"):  # the command is a sweep
        shutil.rmtree(_unfinished(args), ignore_errors=True)
    return answer


def sweep_options(args: argparse.Namespace) -> dict[str, Any]:
    """Options that every command hands to the sweep; an early look at what is interrupted."""
    unfinished = _unfinished(args)
    if args.force and (unfinished / "manifest.json").is_file():  # it is the folder of a sweep
        shutil.rmtree(unfinished)
    if unfinished.exists() and not args.resume:
        raise ValueError(
            f"{unfinished} holds an interrupted run: --resume goes on with it, --force starts anew"
        )
    return {
        "repeats": args.repeats,
        "seed": args.seed,
        # No more workers than tasks: each one costs a second to start.
        "n_jobs": min(args.jobs if args.jobs > 0 else joblib.cpu_count(), args.repeats),
        "checkpoint": _unfinished(args),
        "resume": args.resume,
        "progress": shows_progress(args),
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

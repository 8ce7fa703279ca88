"""The folder of a command: what is finished, what is interrupted, and what is written."""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import joblib

from ddkd import __version__
from ddkd._judgement import verdict
from ddkd._text import plain
from ddkd.cli._answer import Answer, named
from ddkd.cli._data import Data
from ddkd.cli._flags import shows_progress
from ddkd.cli._readme import readme
from ddkd.experiments import draw_split
from ddkd.sweeps import Store, SweepResult, sweep

# Flags that do not change what is computed.
_ONLY_HOW = {"out", "force", "jobs", "json", "quiet", "verbose", "debug", "argv", "save"}
_ANSWER = "answer.json"
# Results are files of these kinds.
_KINDS = {".csv", ".html", ".json", ".npz", ".png", ".svg", ".txt"}


def _unfinished(args: argparse.Namespace) -> Path:
    """Where finished tasks are kept until the results are written."""
    return args.out / "unfinished"


@contextmanager
def results_folder(args: argparse.Namespace) -> Iterator[None]:
    """Make `--out`, and leave no empty folder behind.

    Where results could not be written after all work, nothing is computed.
    """
    fresh = not args.out.exists()
    try:
        try:
            args.out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=args.out):
                pass
        except OSError as error:
            raise ValueError(
                f"nothing can be written in {args.out} ({error.strerror}); --out FOLDER "
                f"chooses another place"
            ) from None
        _check_free(args.out)
        yield
    finally:
        if fresh:
            with suppress(OSError):  # it holds something
                args.out.rmdir()


def _check_free(out: Path) -> None:
    """ValueError if a folder may be in the place of a file of results."""
    for path in sorted(out.iterdir()):
        if path.is_dir() and path.suffix in _KINDS:
            raise ValueError(
                f"{path} is a folder, and results are files of such names: move it, or choose "
                f"another folder with --out"
            )


def what_is_kept(args: argparse.Namespace) -> str:
    """What an interrupted run has left."""
    n = Store.count(_unfinished(args))
    if n == 0:
        return "Nothing had been finished."
    tasks = "1 finished task is" if n == 1 else f"{n} finished tasks are"
    return f"{tasks} in {_unfinished(args)}: the same command goes on from there"


def _settings(args: argparse.Namespace, data: Data | None) -> dict[str, Any]:
    """What a result depends on: the flags, the contents of a file, the version."""
    flags = {key: value for key, value in vars(args).items() if key not in _ONLY_HOW}
    contents = "" if data is None else data.digest
    return json.loads(json.dumps({**flags, "contents": contents, "ddkd": __version__}, default=str))


def saved_answer(args: argparse.Namespace, data: Data | None) -> Answer | None:
    """The answer of a finished run of the same settings and data; of others, an error.

    There is none if a fitted model is to be saved, which no answer holds.
    """
    path = args.out / _ANSWER
    if args.force or not path.exists():
        return None
    again = "This run had been finished before; --force measures anew."
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        old, files = saved["settings"], saved["files"]
        answer = Answer(**saved["answer"])
        answer = replace(answer, body=[*answer.body, again], report=args.out / answer.report)
        is_whole = all((args.out / name).exists() for name in files)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{path} is damaged; --force measures anew") from None
    _check_same_run(args, old, _settings(args, data))
    return answer if is_whole and not getattr(args, "save", None) else None


def _check_same_run(args: argparse.Namespace, old: dict[str, Any], new: dict[str, Any]) -> None:
    """ValueError if a folder holds the results of other settings."""
    what = ", ".join(
        "other contents of the data"
        if key == "contents"
        else f"{key.replace('_', '-')} {_said(old.get(key))} instead of {_said(new[key])}"
        for key in new
        if new[key] != old.get(key)
    )
    if what:
        raise ValueError(
            f"{args.out} holds the results of another run ({what}): --force replaces them, --out "
            f"FOLDER keeps both"
        )


def _said(value: Any) -> Any:
    """A flag's value in a message; a flag that was not given has none."""
    return "not given" if value is None else value


def publish(args: argparse.Namespace, data: Data | None, answer: Answer) -> Answer:
    """Write the results, move their files to `--out` together, and keep the answer there."""
    saved_answer(args, data)  # refused, if another run has finished there in the meantime
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=args.out) as folder:
        draft = Path(folder)
        if answer.table is not None:
            with named(args.out / "results.csv"):
                answer.table.to_csv(draft / "results.csv")
        if isinstance(answer.table, SweepResult):
            with named(args.out / "results.npz"):
                answer.table.save(draft / "results.npz")
        if answer.figure is not None:
            with named(args.out / "figure.png"):
                answer.figure.savefig(draft / "figure.png", dpi=100)
                answer.figure.savefig(draft / "figure.svg")
        if answer.write is not None:
            with named(args.out):
                answer.write(draft)
        (draft / "README.txt").write_text(readme(args, draft), encoding="utf-8")
        names = sorted(path.name for path in draft.iterdir())
        (args.out / _ANSWER).unlink(missing_ok=True)  # from here on the old results are not whole
        for name in names:
            os.replace(draft / name, args.out / name)
        assert answer.report is not None
        report = answer.report.relative_to(args.out)
        written = dict.fromkeys(["table", "figure", "write"])
        saved = plain(
            {
                "settings": _settings(args, data),
                "answer": vars(answer) | written | {"report": report},
                "files": names,
            }
        )
        (draft / _ANSWER).write_text(json.dumps(saved, indent=1) + "\n", encoding="utf-8")
        os.replace(draft / _ANSWER, args.out / _ANSWER)
    Store.clear(_unfinished(args))
    return answer


def sweep_options(args: argparse.Namespace, repeats: int) -> dict[str, Any]:
    """Options that every command hands to the sweep."""
    if args.force:
        Store.clear(_unfinished(args))
    return {
        "repeats": repeats,
        "seed": args.seed,
        # No more workers than tasks: each one costs a second to start.
        "n_jobs": min(args.jobs if args.jobs > 0 else joblib.cpu_count(), repeats),
        "folder": _unfinished(args),
        "progress": shows_progress(args),
    }


def run_sweep(
    args: argparse.Namespace,
    data: Data,
    experiment: Callable[..., Any],
    answer: Callable[[SweepResult], str],
    **params: Any,
) -> SweepResult:
    """Sweep one experiment over repeats of the data; `answer` says what it has found so far."""
    params |= {"flip_rate": data.flip_rate, "bandwidth": args.bandwidth}
    draw = partial(draw_split, data=data.source, digest=data.digest, **data.sizes)
    return sweep(
        experiment, draw, params=params, answer=answer, **sweep_options(args, args.repeats)
    )


_PAYS = {
    "below": "pays",
    "above": "does not pay",
    "undecided": "makes no clear difference",
    "unknown": "cannot be judged from so few repeats",
}


def pays(difference: float, standard_error: float) -> str:
    """Whether what lowers the error by -`difference` pays."""
    return _PAYS[verdict(difference, standard_error)]


def difference(
    result: SweepResult, value: str, between: str, a: Any, b: Any
) -> tuple[float, float]:
    """Mean of a minus b within a repeat, and its standard error."""
    gap = result.paired(value, between=between, a=a, b=b)
    return float(gap["mean"][0]), float(gap["se"][0])

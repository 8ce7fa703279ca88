"""The folder of a command: whose results it holds, which tasks are finished, what is written."""

import argparse
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import joblib

from ddkd import __version__
from ddkd._judgement import verdict
from ddkd._text import counted, percent
from ddkd.cli._answer import Answer, named
from ddkd.cli._data import Data
from ddkd.cli._flags import JOBS, PRINT, WRITE, shows_progress
from ddkd.cli._readme import readme
from ddkd.experiments import draw_split
from ddkd.sweeps import Store, SweepResult, sweep

# What does not change what is computed.
_ONLY_HOW = {flag[2:].replace("-", "_") for flag in WRITE | JOBS | PRINT} | {"save", "argv"}
_ANSWER = "answer.json"


def _tasks(args: argparse.Namespace) -> Path:
    """Where finished tasks are kept: the same command takes them from there."""
    return args.out / "tasks"


def what_is_kept(args: argparse.Namespace) -> str:
    """What an interrupted run has left."""
    tasks = counted(Store.count(_tasks(args)), "finished task")
    return f"{tasks} in {_tasks(args)}: the same command goes on from there."


def settings(args: argparse.Namespace, data: Data | None) -> dict[str, Any]:
    """What a result depends on: the flags, the contents of a file, the version."""
    flags = {key: value for key, value in vars(args).items() if key not in _ONLY_HOW}
    contents = "" if data is None else data.digest
    others = {"contents of the data": contents, "version of ddkd": __version__}
    return json.loads(json.dumps({**flags, **others}, default=str))


def check_folder(args: argparse.Namespace, data: Data | None) -> None:
    """ValueError if `--out` holds the results of another run, which these would replace."""
    path, old, new = args.out / _ANSWER, dict[str, Any](), settings(args, data)
    if args.force or not path.exists():
        return
    with suppress(ValueError, KeyError, TypeError):  # a damaged file is nobody's
        old = dict(json.loads(path.read_text(encoding="utf-8"))["settings"])
    other = [name.replace("_", "-") for name in new if new[name] != old.get(name)]
    if other:
        raise ValueError(
            f"{args.out} holds the results of another run (other {', '.join(other)}): --force "
            f"replaces them, --out FOLDER keeps both"
        )


def publish(args: argparse.Namespace, data: Data | None, answer: Answer) -> None:
    """Write the results, and move their files to `--out` together."""
    check_folder(args, data)  # another run may have finished there in the meantime
    args.out.mkdir(parents=True, exist_ok=True)
    with named(args.out), tempfile.TemporaryDirectory(prefix=".draft-", dir=args.out) as folder:
        draft = Path(folder)
        if answer.table is not None:
            answer.table.to_csv(draft / "results.csv")
        if isinstance(answer.table, SweepResult):
            answer.table.save(draft / "results.npz")
        if answer.figure is not None:
            answer.figure.savefig(draft / "figure.png", dpi=100)
            answer.figure.set_layout_engine(None)  # it is laid out now
            answer.figure.savefig(draft / "figure.svg")
        if answer.write is not None:
            answer.write(draft)
        (draft / _ANSWER).write_text(answer.as_json(), encoding="utf-8")
        (draft / "README.txt").write_text(readme(args, draft), encoding="utf-8")
        for path in draft.iterdir():
            path.replace(args.out / path.name)


def sweep_options(args: argparse.Namespace, repeats: int) -> dict[str, Any]:
    """Options that every command hands to the sweep."""
    if args.force:
        Store.clear(_tasks(args))
    return {
        "repeats": repeats,
        "seed": args.seed,
        # No more workers than tasks: each one costs a second to start.
        "n_jobs": min(args.jobs if args.jobs > 0 else joblib.cpu_count(), repeats),
        "folder": _tasks(args),
        "progress": shows_progress(args),
    }


def run_sweep(
    args: argparse.Namespace, data: Data, experiment: Callable[..., Any], by: str, **params: Any
) -> SweepResult:
    """Sweep one experiment over repeats of the data; `by` tells its records apart."""
    params |= {"flip_rate": data.flip_rate, "bandwidth": args.bandwidth}
    draw = partial(draw_split, data=data.source, digest=data.digest, **data.sizes)
    answer = partial(_best, data.value, by)
    return sweep(
        experiment, draw, params=params, answer=answer, **sweep_options(args, args.repeats)
    )


def _best(value: str, by: str, result: SweepResult) -> str:
    """The smallest error so far, and where it is."""
    means = result.summary(by=by, values=value)
    best = means["mean"].argmin()
    return f"best {percent(means['mean'][best])} ({by} {means[by][best]})"


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

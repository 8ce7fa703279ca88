"""``theorems``: results of the field, held against simulations."""

import argparse
import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from ddkd._provenance import made_with
from ddkd._text import counted
from ddkd.cli._answer import Answer, fill, named
from ddkd.cli._flags import JOBS, SEED, flag, python_file, result_folder, shows_progress, switch
from ddkd.theorems import ALL, Theorem, Verdict, draw_theorems, verify

NEEDS = None
WRITES = False
FLAGS = {
    **SEED | JOBS,
    "--list": switch("say what is claimed, check nothing"),
    "--from": flag("check every Theorem of FILE.py, too", "FILE.py", type=python_file, dest="file"),
    "--only": flag("check these alone", "ID", nargs="+"),
    "--wrong": switch("check that plausible mistakes are rejected"),
    "--quick": switch("one setting each, coarser, in 20 seconds"),
    "--plot": flag("draw law against simulation", "FOLDER", type=result_folder),
}


def run(args: argparse.Namespace, _: None) -> Answer:
    """List the theorems, or check them or their wrong variants."""
    known = [*ALL, *(_read(args.file) if args.file is not None else ())]
    chosen = _chosen(known, args.only)
    if args.list:
        about = [(f"{t.id} ({t.kind}; {t.source})", f"   {t.statement}") for t in chosen]
        return Answer(
            f"{counted(len(chosen), 'theorem')}; theorems --only ID checks one.",
            [line for title, text in about for line in (fill(title, " ", "     "), text)],
        )
    start = monotonic()
    found = verify(
        chosen,
        rng=args.seed,
        n_jobs=args.jobs,
        wrong=args.wrong,
        quick=args.quick,
        progress=shows_progress(args),
    )
    if args.plot is not None:
        with named(args.plot):
            draw_theorems(found, args.plot)
    passed = sum(verdict.passed for verdict in found)
    return Answer(
        _lead(found, passed, monotonic() - start, wrong=args.wrong),
        _table(found, {theorem.id: i for i, theorem in enumerate(known, start=1)}),
        report=args.plot,
        values=[
            {**verdict.to_dict(), "seed": args.seed, "quick": args.quick, **made_with()}
            for verdict in found
        ],
        status=int(passed < len(found)),
    )


def _read(path: Path) -> list[Theorem]:
    """Every `Theorem` that a file of Python names, or holds in a list."""
    try:
        values = runpy.run_path(str(path)).values()
    except (Exception, SystemExit) as error:
        raise ValueError(f"--from {path}: {type(error).__name__}: {error}") from error
    lists = [value if isinstance(value, list | tuple) else [value] for value in values]
    # By object, not by name: two of one name are refused when they are verified.
    theorems = {id(one): one for many in lists for one in many if isinstance(one, Theorem)}
    if not theorems:
        raise ValueError(f"--from {path}: no ddkd.theorems.Theorem in it")
    return list(theorems.values())


def _chosen(known: Sequence[Theorem], names: Sequence[str] | None) -> list[Theorem]:
    unknown = set(names or ()) - {theorem.id for theorem in known}
    if unknown:
        raise ValueError(f"no theorem is called {min(unknown)!r}; theorems --list names them")
    return [theorem for theorem in known if names is None or theorem.id in names]


def _lead(found: Sequence[Verdict], passed: int, seconds: float, *, wrong: bool) -> str:
    if wrong:
        return f"{passed} of {len(found)} plausible mistakes are rejected; {seconds:.0f} s."
    mistakes = sum(len(verdict.theorem.wrong) for verdict in found)
    return (
        f"{passed} of {len(found)} agree; {seconds:.0f} s. "
        f"--wrong tries {counted(mistakes, 'plausible mistake')}."
    )


def _table(found: Sequence[Verdict], number: Mapping[str, int]) -> list[str]:
    """The name of each, what is claimed, and the verdict; those that failed first."""
    lines = []
    for verdict in sorted(found, key=lambda verdict: verdict.passed):
        about = verdict.variant or verdict.theorem.statement
        lines += [f"{number[verdict.id]:>3} {verdict.id}", f"    {about}"]
        lines += [fill(f"{verdict}.", "    ", "    ")]
    return lines

"""``theorems``: results of the field, held against simulations."""

import argparse
from collections.abc import Sequence
from time import monotonic

from ddkd.cli._answer import Answer, fill, named
from ddkd.cli._flags import JOBS, SEED, flag, result_folder, shows_progress, switch
from ddkd.theorems import ALL, Theorem, Verdict, draw_theorems, verify

NEEDS = None
WRITES = False
FLAGS = {
    **SEED | JOBS,
    "--list": switch("say what is claimed, check nothing"),
    "--only": flag("check these alone", "ID", nargs="+"),
    "--wrong": switch("check that plausible mistakes are rejected"),
    "--quick": switch("one setting each, coarser, in 20 seconds"),
    "--plot": flag("draw law against simulation", "FOLDER", type=result_folder),
}


def run(args: argparse.Namespace, _: None) -> Answer:
    """List the theorems, or check them or their wrong variants."""
    chosen = _chosen(args.only)
    if args.list:
        about = [(f"{t.id} ({t.kind}; {t.source})", f"   {t.statement}") for t in chosen]
        return Answer(
            f"{len(chosen)} theorem{'s' * (len(chosen) > 1)}; theorems --only ID checks one.",
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
        _table(found),
        report=args.plot,
        values=[verdict.to_dict() for verdict in found],
        status=int(passed < len(found)),
    )


def _chosen(names: Sequence[str] | None) -> list[Theorem]:
    known = {theorem.id for theorem in ALL}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise ValueError(f"no theorem is called {unknown[0]!r}; theorems --list names them")
    return [theorem for theorem in ALL if names is None or theorem.id in names]


def _lead(found: Sequence[Verdict], passed: int, seconds: float, *, wrong: bool) -> str:
    if wrong:
        return f"{passed} of {len(found)} plausible mistakes are rejected; {seconds:.0f} s."
    mistakes = sum(len(verdict.theorem.wrong) for verdict in found)
    return (
        f"{passed} of {len(found)} agree; {seconds:.0f} s. "
        f"Try --wrong: each of {mistakes} plausible mistakes is rejected."
    )


def _table(found: Sequence[Verdict]) -> list[str]:
    """The name of each, what is claimed, and the verdict; those that failed first."""
    lines = []
    number = {theorem.id: i for i, theorem in enumerate(ALL, start=1)}
    for verdict in sorted(found, key=lambda verdict: verdict.passed):
        about = verdict.variant or verdict.theorem.statement
        lines += [f"{number[verdict.id]:>3} {verdict.id}", f"    {about}"]
        lines += [fill(f"{verdict}.", "    ", "    ")]
    return lines

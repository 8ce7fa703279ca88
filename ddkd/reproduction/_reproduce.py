"""The main job, `python -m ddkd reproduce`: the paper's claims, measured on four data sets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ddkd._repr import short_repr
from ddkd.contestants import N_SEEN, contestants_of
from ddkd.datasets import DataFile, fingerprint
from ddkd.experiments import draw_split
from ddkd.reproduction._claims import Claim, judge_claims
from ddkd.reproduction._compare import compare
from ddkd.sweeps import SweepResult, sweep

# In how many repeats the rivals compete that use the unlabelled inputs: they cost the most.
SEEN_REPEATS = 4


@dataclass(frozen=True)
class Protocol:
    """How the claims are measured on one data set.

    Attributes
    ----------
    data : str
        The data set's name; without a `file`, one that `ddkd.datasets.load` knows.
    title : str
        What the data set shows, in a line.
    flip_rates : tuple of float
        Fractions of training labels replaced by a wrong one.
    teacher_width : int
        Width of the interpolating teacher.
    n_transfer : int
        Size of the transfer set.
    file : DataFile or None
        The data, where they are from a file.
    n_samples, n_test : int or None
        Numbers of labelled and of test examples; None is the data set's default.
    """

    data: str
    title: str
    flip_rates: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2)
    teacher_width: int = 4000
    n_transfer: int = 20_000
    file: DataFile | None = None
    n_samples: int | None = None
    n_test: int | None = None

    def quick(self) -> "Protocol":
        """A smaller version, for a first look and for continuous integration.

        Returns
        -------
        Protocol
            Fewer flip rates, a narrower teacher and a smaller transfer set.
        """
        ends = tuple(r for r in self.flip_rates if r in (0.0, 0.1)) or self.flip_rates
        return replace(self, flip_rates=ends, teacher_width=2000, n_transfer=4000)


MAIN_JOB = (
    Protocol("deformed-digits", "Handwritten digits"),
    Protocol("digits", "Digits as they are", (0.0, 0.1), n_samples=100, n_test=400),
    Protocol("mixture", "Gaussian clusters", (0.0, 0.1)),
    Protocol("relu-network", "Smooth target, no clusters", (0.0, 0.1), n_transfer=10_000),
)


@short_repr
@dataclass(frozen=True, eq=False)
class Reproduction:
    """The measurements of ``python -m ddkd reproduce`` and the claims they decide.

    Attributes
    ----------
    protocols : tuple of Protocol
        What was measured on, and how.
    result : SweepResult
        One row a model, flip rate, width, transfer size, repeat and data set.
    claims : list of Claim
        Every claim on every data set at every flip rate.
    """

    protocols: tuple[Protocol, ...]
    result: SweepResult
    claims: list[Claim]

    @property
    def failures(self) -> dict[str, str]:
        """Contestants that failed, and why: the first reason of each."""
        reasons = zip(self.result["model"].tolist(), self.result["failure"].tolist(), strict=True)
        first_reasons: dict[str, str] = {}
        for model, reason in reasons:
            if reason:
                first_reasons.setdefault(model, reason)
        return first_reasons


def protocols(
    data: str | DataFile | None = None,
    *,
    flip_rate: float | None = None,
    n_samples: int | None = None,
    quick: bool = False,
) -> tuple[Protocol, ...]:
    """Protocols of ``python -m ddkd reproduce``, or the one for a single data set.

    Parameters
    ----------
    data : str, DataFile or None, default=None
        A name or path that `ddkd.datasets.load` knows, or what was read from a file; None for
        all four data sets.
    flip_rate : float or None, default=None
        The only fraction of training labels to make wrong; None for several fractions, and for a
        file 0: nobody's labels are changed unless asked.
    n_samples : int or None, default=None
        Number of labelled examples; None is each data set's default.
    quick : bool, default=False
        Whether to measure less: the first data set only, unless `data` names one, with fewer
        flip rates, a narrower teacher and a smaller transfer set.

    Returns
    -------
    tuple of Protocol
        One for each data set.

    Examples
    --------
    >>> [p.data for p in protocols()]
    ['deformed-digits', 'digits', 'mixture', 'relu-network']
    >>> [p.n_transfer for p in protocols("mixture", quick=True)]
    [4000]
    """
    chosen: tuple[Protocol, ...]
    if data is None:
        chosen = MAIN_JOB[:1] if quick else MAIN_JOB
    elif isinstance(data, DataFile):
        chosen = (Protocol(data.name, data.name, flip_rates=(0.0,), file=data),)
    else:
        chosen = tuple(p for p in MAIN_JOB if p.data == data) or (Protocol(data, data),)
    changes: dict[str, Any] = {} if flip_rate is None else {"flip_rates": (flip_rate,)}
    if n_samples is not None:
        changes["n_samples"] = n_samples
    chosen = tuple(replace(p, **changes) for p in chosen)
    return tuple(p.quick() for p in chosen) if quick else chosen


def reproduce(
    jobs: Sequence[Protocol] = MAIN_JOB,
    *,
    contestants: Sequence[Any] | None = None,
    everyone: bool = False,
    repeats: int = 10,
    seed: int = 0,
    n_jobs: int = 1,
    folder: Path | None = None,
    progress: bool = True,
) -> Reproduction:
    """Measure the paper's claims.

    Parameters
    ----------
    jobs : sequence of Protocol, default=MAIN_JOB
        The data sets and how to measure on each.
    contestants : sequence of Contestant or estimator, or None, default=None
        Methods of your own, which join the standard ones; see `ddkd.contestants.Contestant`.
    everyone : bool, default=False
        Whether rivals that use the unlabelled inputs see all of them in every repeat, not only
        5,000 in the first four, and logistic regression and gradient boosting compete, too.
    repeats : int, default=10
        Independent splits, random features and transfer sets for each data set.
    seed : int, default=0
        Seed of everything random; results do not depend on `n_jobs`.
    n_jobs : int, default=1
        Worker processes, as in joblib.
    folder : path or None, default=None
        Folder in which every finished repeat is kept, and from which those of the same experiment
        are taken; see `sweep`.
    progress : bool, default=True
        Whether to draw a progress bar.

    Returns
    -------
    Reproduction
        Measurements and judged claims.
    """
    result = sweep(
        _measure,
        _generator,
        grid={"data": [p.data for p in jobs]},
        repeats=repeats,
        seed=seed,
        n_jobs=n_jobs,
        params={
            "protocols": {p.data: p for p in jobs},
            "digests": {p.data: fingerprint(p.file or p.data) for p in jobs},
            "contestants": contestants_of(contestants),
            "everyone": everyone,
        },
        folder=folder,
        progress=progress,
        answer=partial(_answer, jobs),
    )
    claims = [c for p in jobs for c in judge_claims(result.where(data=p.data).columns, data=p.data)]
    return Reproduction(tuple(jobs), result, claims)


def _answer(jobs: Sequence[Protocol], result: SweepResult) -> str:
    """Errors of student and teacher on the first data set, at the rate that is nearest a tenth."""
    name = next(job.data for job in jobs if job.data in result["data"])
    rows = result.where(data=name)
    rate = min(np.unique(rows["flip_rate"]), key=lambda r: abs(r - 0.1))
    hard, teacher = (rows.where(flip_rate=rate, model=m) for m in ("hard", "teacher"))
    size = hard["n_transfer"].max()
    largest = hard.where(n_transfer=size, width=hard.where(n_transfer=size)["width"].max())
    widest = teacher.where(width=teacher["width"].max())
    student_error, teacher_error = (100 * side["error"].mean() for side in (largest, widest))
    return f"student {student_error:.1f} %, teacher {teacher_error:.1f} %"


def _generator(rng: np.random.Generator) -> np.random.Generator:
    """A repeat's data: the generator that any of the data sets is drawn with."""
    return rng


def _measure(
    data_rng: np.random.Generator,
    rng: np.random.Generator,
    *,
    data: str,
    repeat: int,
    protocols: dict[str, Protocol],
    digests: dict[str, str],
    contestants: Sequence[Any],
    everyone: bool,
) -> list[dict[str, Any]]:
    """Draw one data set and compare on it."""
    protocol = protocols[data]
    n_seen = None if everyone else N_SEEN if repeat < SEEN_REPEATS else 0
    sizes: dict[str, Any] = {"n_samples": protocol.n_samples, "n_test": protocol.n_test}
    split = draw_split(
        data_rng,
        data=protocol.file or data,
        digest=digests[data],
        **{name: size for name, size in sizes.items() if size},
    )
    return compare(
        split,
        rng,
        teacher_width=protocol.teacher_width,
        n_transfer=protocol.n_transfer,
        flip_rates=protocol.flip_rates,
        contestants=contestants,
        n_seen=n_seen,
        tabular=everyone,
    )

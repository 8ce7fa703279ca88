"""The paper's claims as paired differences with standard errors, each with a verdict.

A claim is a statement that some quantity is negative (say, the student's error less the
teacher's). It *holds* if the mean over repeats is below zero by more than two standard errors,
*fails* if it is above zero by more than two, and is *undecided* otherwise. Nothing is assumed:
every number comes from the columns of a `SweepResult`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ddkd._checks import check_vector
from ddkd.experiments._errors import TRADITIONAL, Errors, best_traditional
from ddkd.experiments._problem import SMALL_TRANSFER, width_at

__all__ = ["Claim", "Judgement", "judge", "judge_claims"]


@dataclass(frozen=True)
class Claim:
    """A statement of the paper, the numbers it rests on, and what they say.

    Attributes
    ----------
    key : str
        Short name.
    statement : str
        What is claimed, in words.
    data : str
        Name of the data set.
    flip_rate : float
        Fraction of wrong training labels.
    verdict : {"holds", "fails", "undecided"}
        Judgement at two standard errors.
    difference, standard_error : float
        Mean and standard error over repeats of the quantity claimed to be negative.
    n_repeats : int
        Number of repeats.
    values : dict
        Means of the quantities compared, by name (0-1 errors as fractions).
    """

    key: str
    statement: str
    data: str
    flip_rate: float
    verdict: str
    difference: float
    standard_error: float
    n_repeats: int
    values: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON, with None in place of numbers that are not finite.

        Returns
        -------
        dict
            The fields by name.
        """
        return _plain(asdict(self))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


@dataclass(frozen=True)
class Judgement:
    """Verdict on a claim that differences are negative, with their mean and standard error."""

    verdict: str
    mean: float
    standard_error: float


def judge(differences: Any) -> Judgement:
    """Verdict on the claim that paired `differences` are negative on average.

    Parameters
    ----------
    differences : array-like of shape (n_repeats,)
        One difference a repeat.

    Returns
    -------
    Judgement
        "holds" or "fails" beyond two standard errors of zero, else "undecided"; always
        undecided, with a NaN standard error, for a single repeat.

    Raises
    ------
    ValueError
        If `differences` is empty, not 1-D or not finite.

    Examples
    --------
    >>> judge([-1.0, -1.2, -0.8]).verdict
    'holds'
    >>> judge([-1.0, 1.0, 0.5]).verdict
    'undecided'
    """
    d = check_vector("differences", differences)
    mean = float(d.mean())
    if len(d) < 2:
        return Judgement("undecided", mean, float("nan"))
    error = float(d.std(ddof=1) / np.sqrt(len(d)))
    verdict = "holds" if mean < -2 * error else "fails" if mean > 2 * error else "undecided"
    return Judgement(verdict, mean, error)


@dataclass(frozen=True)
class _Case:
    """One data set at one flip rate, with the sizes that the claims speak of."""

    errors: Errors
    flip: float
    n: int
    m: int
    teacher_width: int
    student_width: int

    def hard(self, width: int | None = None, m: int | None = None) -> np.ndarray:
        return self.student("hard", width, m)

    def student(self, model: str, width: int | None = None, m: int | None = None) -> np.ndarray:
        width, m = width or self.student_width, m or self.m
        return self.errors.values(model, self.flip, width=width, m=m)

    def direct(self, model: str, width: int | None = None) -> np.ndarray:
        return self.errors.values(model, self.flip, width=width or self.student_width)

    def teacher(self, column: str = "error", name: str = "teacher") -> np.ndarray:
        return self.errors.values(name, self.flip, width=self.teacher_width, column=column)

    def traditional(self) -> tuple[str, np.ndarray]:
        return best_traditional(self.errors, self.flip, self.student_width)

    def peak(self, of: Callable[[int], np.ndarray], at: float) -> np.ndarray:
        """Height of a peak at a multiple of n: above the worse of half and double that width."""
        half, here, double = (of(width_at(c * at, self.n)) for c in (0.5, 1, 2))
        return here - np.maximum(half, double)


Judged = tuple[str, str, np.ndarray, dict[str, Any]]


def judge_claims(columns: Mapping[str, np.ndarray], *, data: str) -> list[Claim]:
    """Judge every claim at every flip rate of one comparison.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of a `SweepResult` of `ddkd.experiments.compare`.
    data : str
        Name of the data set, for the report.

    Returns
    -------
    list of Claim
        In the order in which the paper tells its story, flip rates within each.
    """
    errors = Errors(columns)
    n_samples = int(columns["n_samples"][0])
    claims = []
    for flip in np.unique(columns["flip_rate"]):
        sizes = errors.options("hard", flip, "n_transfer", width=n_samples)
        case = _Case(
            errors=errors,
            flip=float(flip),
            n=n_samples,
            m=int(sizes.max()),
            teacher_width=int(errors.options("teacher", flip, "width").max()),
            student_width=4 * n_samples,
        )
        for part in (_teacher_claims, _peak_claims, _rival_claims, _transfer_claims, _tuned_claims):
            for key, statement, differences, values in part(case):
                j = judge(differences)
                claims.append(
                    Claim(
                        key,
                        statement,
                        data,
                        case.flip,
                        j.verdict,
                        j.mean,
                        j.standard_error,
                        len(differences),
                        values,
                    )
                )
    order = {key: i for i, key in enumerate(dict.fromkeys(c.key for c in claims))}
    return sorted(claims, key=lambda c: (order[c.key], c.flip_rate))


def _teacher_claims(case: _Case) -> Iterator[Judged]:
    interpolates = case.teacher("interpolates")
    # A statement of fact, not of degree: it fails if any repeat fails to interpolate.
    memorised = (interpolates == 1) & (case.teacher("train_error") == 0)
    yield (
        "memorises",
        "the teacher interpolates its training labels, wrong ones included",
        np.where(memorised.all(), -1.0, 1.0) * np.ones(len(memorised)),
        {
            "repeats that interpolate": int(memorised.sum()),
            "training error": float(case.teacher("train_error").mean()),
        },
    )
    widths = case.errors.options("teacher", case.flip, "width")
    narrow = [case.errors.values("teacher", case.flip, width=w) for w in widths if w <= case.n]
    best = min(narrow, key=np.mean)
    yield (
        "second-descent",
        "and errs less than the best width at or below the threshold",
        case.teacher() - best,
        {"teacher": _mean(case.teacher()), "best width <= n": _mean(best)},
    )


def _peak_claims(case: _Case) -> Iterator[Judged]:
    n, m = case.n, SMALL_TRANSFER * case.n

    def direct(width: int) -> np.ndarray:
        return case.direct("direct", width)

    def small(width: int) -> np.ndarray:
        return case.hard(width, m)

    def means(of: Callable[[int], np.ndarray], *multiples: float) -> dict[str, Any]:
        return {f"width {w}": _mean(of(w)) for w in (width_at(c, n) for c in multiples)}

    yield (
        "direct-peak",
        "a direct student of width n is ruined: its error peaks there",
        -case.peak(direct, 1),
        means(direct, 0.5, 1, 2),
    )
    yield (
        "student-spared",
        "a hard-label student of width n is not: no peak there",
        case.peak(case.hard, 1),
        means(case.hard, 0.5, 1, 2),
    )
    widths = case.errors.options("hard", case.flip, "width", n_transfer=m)
    if m < case.m and m in widths:
        others = [small(int(w)) for w in widths if w != m]
        yield (
            "own-peak",
            f"the student's own peak sits at width m = {m}: no other width errs as much",
            np.max(others, axis=0) - small(m),
            means(small, 0.5, 1, 2, SMALL_TRANSFER / 2, SMALL_TRANSFER, 2 * SMALL_TRANSFER),
        )


def _rival_claims(case: _Case) -> Iterator[Judged]:
    for width in (case.n, case.student_width):
        hard = case.hard(width)
        at = f"width {width // case.n}n" if width > case.n else "width n"
        for model, rival in (("direct", "direct min-norm"), ("direct-ridge", "direct tuned ridge")):
            yield _versus(
                f"{model}-{at}",
                f"hard student beats {rival}, {at}",
                hard,
                rival,
                case.direct(model, width),
            )
        self_distilled = {
            "of the teacher": case.direct("self-distilled", width),
            "of the tuned teacher": case.direct("self-distilled-tuned", width),
        }
        best = min(self_distilled, key=lambda name: self_distilled[name].mean())
        yield _versus(
            f"self-distilled-{at}",
            f"hard student beats training-set distillation, {at}",
            hard,
            f"training-set distillation {best}",
            self_distilled[best],
        )
    best, rival_errors = case.traditional()
    yield _versus(
        "traditional",
        "hard student beats the best traditional model of any kind",
        case.hard(),
        TRADITIONAL[best],
        rival_errors,
    )
    yield _versus(
        "teacher", "hard student beats its teacher", case.hard(), "teacher", case.teacher()
    )
    yield _versus(
        "soft",
        "hard labels beat soft labels on the same transfer set",
        case.hard(),
        "soft student",
        case.student("soft"),
    )


def _transfer_claims(case: _Case) -> Iterator[Judged]:
    tried = case.errors.options("hard", case.flip, "n_transfer", width=case.student_width)
    sizes = [int(m) for m in tried if m > case.student_width]
    if len(sizes) < 2:
        return
    yield _versus(
        "grows",
        "the student's error falls as the transfer set grows",
        case.hard(),
        f"m = {sizes[0]}",
        case.hard(m=sizes[0]),
        own=f"m = {case.m}",
    )
    ridge, traditional = case.direct("direct-ridge"), case.traditional()[1]
    rivals: dict[str, Callable[[int], np.ndarray]] = {
        "the direct tuned ridge": lambda m: ridge,
        "the best traditional model": lambda m: traditional,
        "soft labels": lambda m: case.student("soft", m=m),
    }
    for name, rival in rivals.items():
        gains = {m: case.hard(m=m) - rival(m) for m in sizes}
        enough = [m for m in sizes if judge(gains[m]).verdict == "holds"]
        yield (
            f"enough-for-{name.replace(' ', '-')}",
            f"some transfer set we tried is enough to beat {name}",
            gains[enough[0] if enough else case.m],
            {"examples needed": enough[0] if enough else None, "most tried": case.m},
        )


def _tuned_claims(case: _Case) -> Iterator[Judged]:
    best, rival_errors = case.traditional()
    tuned = case.student("hard-tuned")
    yield _versus(
        "better-teacher",
        "the interpolating teacher is the better teacher",
        case.hard(),
        "student of the tuned teacher",
        tuned,
    )
    yield _versus(
        "tuned-traditional",
        "student of a tuned teacher beats the best traditional model",
        tuned,
        TRADITIONAL[best],
        rival_errors,
        own="student of the tuned teacher",
    )
    yield _versus(
        "tuned-teacher",
        "student of a tuned teacher beats that teacher",
        tuned,
        "tuned teacher",
        case.teacher(name="teacher-tuned"),
        own="student of the tuned teacher",
    )


def _versus(
    key: str,
    statement: str,
    own_errors: np.ndarray,
    rival: str,
    rival_errors: np.ndarray,
    own: str = "hard student",
) -> Judged:
    values = {own: _mean(own_errors), rival: _mean(rival_errors)}
    return key, statement, own_errors - rival_errors, values


def _mean(errors: np.ndarray) -> float:
    return float(errors.mean())

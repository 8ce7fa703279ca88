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
from ddkd.experiments._errors import Errors, title_of
from ddkd.experiments._problem import SMALL_TRANSFER, width_at

__all__ = ["QUESTIONS", "Claim", "Judgement", "judge", "judge_claims"]

# What the claims answer, in the order in which the paper tells its story.
QUESTIONS = {
    "memorising": "Is the teacher memorising and yet good?",
    "teacher": "Does the student beat its teacher, and do hard labels matter?",
    "labels": "Does it beat everyone who sees only the labels?",
    "everyone": "Does it beat everyone?",
}


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
    question : str
        Which of `QUESTIONS` it helps to answer.
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
    question: str = ""

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

    def rival(self, *sees: str) -> tuple[str, np.ndarray]:
        """Title and errors of the best rival, in hindsight, among those that see only so much."""
        name, errors = self.errors.best("rival", self.flip, self.student_width, sees=sees)
        return title_of(name), errors

    def peak(self, of: Callable[[int], np.ndarray], at: float) -> np.ndarray:
        """Height of a peak at a multiple of n: above the worse of half and double that width."""
        half, here, double = (of(width_at(c * at, self.n)) for c in (0.5, 1, 2))
        return here - np.maximum(half, double)


@dataclass(frozen=True, eq=False)
class _Judged:
    """A claim before its verdict: `differences` should be negative."""

    key: str
    statement: str
    differences: np.ndarray
    values: dict[str, Any]


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
        Grouped by question, in the order of `QUESTIONS`; flip rates within each claim.
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
        for question, answers in _ANSWERS.items():
            for answer in answers:
                claims += [_claim(judged, question, data, case.flip) for judged in answer(case)]
    order = {key: i for i, key in enumerate(dict.fromkeys(c.key for c in claims))}
    asked = list(QUESTIONS)
    return sorted(claims, key=lambda c: (asked.index(c.question), order[c.key], c.flip_rate))


def _claim(judged: _Judged, question: str, data: str, flip: float) -> Claim:
    verdict = judge(judged.differences)
    return Claim(
        key=judged.key,
        statement=judged.statement,
        data=data,
        flip_rate=flip,
        verdict=verdict.verdict,
        difference=verdict.mean,
        standard_error=verdict.standard_error,
        n_repeats=len(judged.differences),
        values=judged.values,
        question=question,
    )


def _memorises(case: _Case) -> Iterator[_Judged]:
    interpolates = case.teacher("interpolates")
    # A statement of fact, not of degree: it fails if any repeat fails to interpolate.
    memorised = (interpolates == 1) & (case.teacher("train_error") == 0)
    yield _Judged(
        "memorises",
        "the teacher interpolates all its labels, wrong ones included",
        np.where(memorised.all(), -1.0, 1.0) * np.ones(len(memorised)),
        {
            "repeats that interpolate": int(memorised.sum()),
            "training error": float(case.teacher("train_error").mean()),
        },
    )
    widths = case.errors.options("teacher", case.flip, "width")
    narrow = [case.errors.values("teacher", case.flip, width=w) for w in widths if w <= case.n]
    best = min(narrow, key=np.mean)
    yield _Judged(
        "second-descent",
        "and errs less than the best width at or below the threshold",
        case.teacher() - best,
        {"teacher": _mean(case.teacher()), "best width <= n": _mean(best)},
    )


def _peaks(case: _Case) -> Iterator[_Judged]:
    n, m = case.n, SMALL_TRANSFER * case.n

    def direct(width: int) -> np.ndarray:
        return case.direct("direct", width)

    def small(width: int) -> np.ndarray:
        return case.hard(width, m)

    def means(of: Callable[[int], np.ndarray], *multiples: float) -> dict[str, Any]:
        return {f"width {w}": _mean(of(w)) for w in (width_at(c, n) for c in multiples)}

    yield _Judged(
        "direct-peak",
        "a directly trained student of width n is ruined: a peak there",
        -case.peak(direct, 1),
        means(direct, 0.5, 1, 2),
    )
    yield _Judged(
        "student-spared",
        "a hard-label student of width n is not: no peak there",
        case.peak(case.hard, 1),
        means(case.hard, 0.5, 1, 2),
    )
    widths = case.errors.options("hard", case.flip, "width", n_transfer=m)
    if m < case.m and m in widths:
        others = [small(int(w)) for w in widths if w != m]
        yield _Judged(
            "own-peak",
            f"the student's own peak sits at width m = {m}",
            np.max(others, axis=0) - small(m),
            means(small, 0.5, 1, 2, SMALL_TRANSFER / 2, SMALL_TRANSFER, 2 * SMALL_TRANSFER),
        )


def _same_width(case: _Case) -> Iterator[_Judged]:
    for width in (case.n, case.student_width):
        hard = case.hard(width)
        at = f"width {width // case.n}n" if width > case.n else "width n"
        for model, rival in (
            ("direct", "directly trained min-norm"),
            ("direct-ridge", "directly trained ridge"),
        ):
            yield _versus(
                f"{model}-{at}",
                f"hard student beats {rival}, {at}",
                hard,
                rival,
                case.direct(model, width),
            )
        self_distilled = {
            "of the teacher": case.direct("self-distillation", width),
            "of the tuned teacher": case.direct("self-distillation-tuned", width),
        }
        best = min(self_distilled, key=lambda name: self_distilled[name].mean())
        yield _versus(
            f"self-distillation-{at}",
            f"hard student beats self-distillation, {at}",
            hard,
            f"self-distillation {best}",
            self_distilled[best],
        )


def _teachers(case: _Case) -> Iterator[_Judged]:
    hard, tuned = case.hard(), case.student("hard-tuned")
    yield _versus("teacher", "hard student beats its teacher", hard, "teacher", case.teacher())
    yield _versus(
        "soft",
        "hard labels beat soft labels on the same transfer set",
        hard,
        "soft student",
        case.student("soft"),
    )
    yield _versus(
        "better-teacher",
        "the interpolating teacher is the better teacher",
        hard,
        "student of the tuned teacher",
        tuned,
    )
    yield _versus(
        "tuned-teacher",
        "student of a tuned teacher beats that teacher",
        tuned,
        "tuned teacher",
        case.teacher(name="teacher-tuned"),
        own="student of the tuned teacher",
    )
    rivals = case.errors.named("rival", case.flip)
    students = case.errors.named("student", case.flip)
    for rival in ("svm", "label-spreading"):
        student = f"student-of-{rival}"
        if rival in rivals and student in students:
            yield _versus(
                student,
                f"{title_of(student)} beats that teacher",
                case.errors.values(student, case.flip),
                title_of(rival),
                case.errors.values(rival, case.flip),
                own=title_of(student),
            )


def _grows(case: _Case) -> Iterator[_Judged]:
    sizes = _large_sizes(case)
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
    yield _enough(case, "soft labels", lambda m: case.student("soft", m=m))


def _large_sizes(case: _Case) -> list[int]:
    tried = case.errors.options("hard", case.flip, "n_transfer", width=case.student_width)
    return [int(m) for m in tried if m > case.student_width]


def _enough(case: _Case, name: str, rival: Callable[[int], np.ndarray]) -> _Judged:
    gains = {m: case.hard(m=m) - rival(m) for m in _large_sizes(case)}
    enough = [m for m in gains if judge(gains[m]).verdict == "holds"]
    return _Judged(
        f"enough-for-{name.replace(' ', '-')}",
        f"some transfer set is enough to beat {name}",
        gains[enough[0] if enough else case.m],
        {"examples needed": enough[0] if enough else None, "most tried": case.m},
    )


def _labels_only(case: _Case) -> Iterator[_Judged]:
    title, rival = case.rival("labels")
    yield _versus(
        "traditional",
        "hard student beats the best model that sees only the labels",
        case.hard(),
        title,
        rival,
    )
    yield _versus(
        "tuned-traditional",
        "student of a tuned teacher beats that model",
        case.student("hard-tuned"),
        title,
        rival,
        own="student of the tuned teacher",
    )
    if len(_large_sizes(case)) > 1:
        ridge = case.direct("direct-ridge")
        yield _enough(case, "the directly trained ridge", lambda m: ridge)
        yield _enough(case, "the best labels-only model", lambda m: rival)
    yield from _best_student(
        case, "labels-best", "the best student of all beats that model", "labels"
    )


def _everyone(case: _Case) -> Iterator[_Judged]:
    if not case.errors.named("rival", case.flip, sees=("pool",)):
        return
    title, rival = case.rival("labels", "pool")
    yield _versus(
        "everyone", "hard student beats the best rival of any kind", case.hard(), title, rival
    )
    yield _versus(
        "tuned-everyone",
        "student of a tuned teacher beats that rival",
        case.student("hard-tuned"),
        title,
        rival,
        own="student of the tuned teacher",
    )
    yield from _best_student(
        case, "everyone-best", "the best student of all beats that rival", "labels", "pool"
    )


def _best_student(case: _Case, key: str, statement: str, *sees: str) -> Iterator[_Judged]:
    """The best student, in hindsight as its rival is."""
    if not case.errors.named("student", case.flip):
        return
    name, errors = case.errors.best("student", case.flip, case.student_width)
    title, rival = case.rival(*sees)
    yield _versus(key, statement, errors, title, rival, own=title_of(name))


_ANSWERS: dict[str, tuple[Callable[[_Case], Iterator[_Judged]], ...]] = {
    "memorising": (_memorises,),
    "teacher": (_peaks, _same_width, _teachers, _grows),
    "labels": (_labels_only,),
    "everyone": (_everyone,),
}


def _versus(
    key: str,
    statement: str,
    own_errors: np.ndarray,
    rival: str,
    rival_errors: np.ndarray,
    own: str = "hard student",
) -> _Judged:
    values = {own: _mean(own_errors), rival: _mean(rival_errors)}
    return _Judged(key, statement, own_errors - rival_errors, values)


def _mean(errors: np.ndarray) -> float:
    return float(errors.mean())

"""The paper's claims as paired differences with standard errors, each with a verdict.

A claim is a statement that some quantity is negative (say, the student's error less the
teacher's). It *holds* if the mean over repeats is below zero by more than two standard errors,
*fails* if it is above zero by more than two, and is *undecided* otherwise, also where all
differences are equal and say nothing about their spread. Nothing is assumed: every number comes
from the columns of a `SweepResult`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from ddkd._judgement import mean_and_error, verdict
from ddkd._text import plain
from ddkd.reproduction._lookup import Errors, title_of
from ddkd.reproduction._setting import SMALL_TRANSFER, width_at

# What the claims answer, in the order in which the paper tells its story.
QUESTIONS = {
    "memorising": "Is the teacher memorising and yet good?",
    "teacher": "Does the student beat its teacher, and do hard labels matter?",
    "labels": "Does it beat everyone who sees only the labels?",
    "everyone": "Does it beat everyone?",
}


_VERDICTS = {"below": "holds", "above": "fails"}


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
        Number of repeats in which all that is compared was measured.
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
        return plain(asdict(self))


def judge(differences: np.ndarray) -> tuple[str, float, float]:
    """Verdict on the claim that paired differences are negative; their mean and standard error."""
    mean, error = mean_and_error(differences)
    return _VERDICTS.get(verdict(mean, error), "undecided"), mean, error


def judge_claims(columns: Mapping[str, np.ndarray], *, data: str) -> list[Claim]:
    """Judge every claim at every flip rate of one comparison.

    The claims are grouped by question, in the order of `QUESTIONS`; flip rates within each claim.
    """
    errors, n_samples = Errors(columns), int(columns["n_samples"][0])
    claims = []
    for flip in np.unique(columns["flip_rate"]):
        case = _Case(errors, data, float(flip), n_samples)
        for question, answers in _ANSWERS.items():
            for answer in answers:
                claims += [replace(claim, question=question) for claim in answer(case)]
    asked, keys = list(QUESTIONS), list(dict.fromkeys(claim.key for claim in claims))
    return sorted(claims, key=lambda c: (asked.index(c.question), keys.index(c.key), c.flip_rate))


# A model's name in a sentence, and its errors, one a repeat.
Side = tuple[str, np.ndarray]


class _Case:
    """One data set at one flip rate: the sizes that the claims speak of, and who is compared."""

    def __init__(self, errors: Errors, data: str, flip: float, n: int) -> None:
        self.errors, self.data, self.flip, self.n = errors, data, flip, n
        self.width = 4 * n  # of the students
        sizes = errors.options("hard", flip, "n_transfer", width=self.width).astype(int)
        self.m = int(sizes.max())
        self.large_sizes = [int(m) for m in sizes if m > self.width]
        self.teacher_width = int(errors.options("teacher", flip, "width").max())
        self.hard = ("hard student", self.student("hard", self.m))
        self.tuned = ("student of the tuned teacher", self.student("hard-tuned", self.m))

    def of(self, model: str, column: str = "error", **where: float) -> np.ndarray:
        """A model's numbers."""
        return self.errors.values(model, self.flip, column=column, **where)

    def student(self, model: str, m: int) -> np.ndarray:
        """Errors of a student on a transfer set of m."""
        return self.of(model, width=self.width, n_transfer=m)

    def best(self, role: str, *sees: str) -> Side:
        """The best model of a role, in hindsight, among those that see only so much."""
        name, errors = self.errors.best(role, self.flip, self.width, sees=sees)
        return title_of(name), errors

    def claim(
        self, key: str, statement: str, differences: np.ndarray, values: dict[str, Any]
    ) -> Claim:
        """The claim that the differences are negative, judged."""
        paired = differences[~np.isnan(differences)]
        verdict, n_repeats = judge(paired), len(paired)
        return Claim(key, statement, self.data, self.flip, *verdict, n_repeats, values)

    def versus(self, key: str, statement: str, student: Side, rival: Side) -> Claim:
        """The claim that one model errs less than another, in the repeats that have both."""
        both = ~np.isnan(student[1] - rival[1])
        sides = {name: errors[both] for name, errors in (student, rival)}
        return self.claim(key, statement, student[1] - rival[1], _means(sides))

    def enough(self, name: str, rival: Callable[[int], np.ndarray]) -> Claim:
        """The claim that some transfer set is enough to beat a rival."""
        gains = {m: self.student("hard", m) - rival(m) for m in self.large_sizes}
        needed = next((m for m in gains if judge(gains[m])[0] == "holds"), None)
        return self.claim(
            f"enough-for-{name.replace(' ', '-')}",
            f"some transfer set is enough to beat {name}",
            gains[needed or self.m],
            {"examples needed": needed, "most tried": self.m},
        )


def _means(errors: dict[str, np.ndarray]) -> dict[str, float]:
    return {name: float(values.mean()) for name, values in errors.items()}


def _memorises(case: _Case) -> Iterator[Claim]:
    width = case.teacher_width
    train_error = case.of("teacher", "train_error", width=width)
    memorised = (case.of("teacher", "interpolates", width=width) == 1) & (train_error == 0)
    claim = case.claim(
        "memorises",
        "the teacher interpolates all its labels, wrong ones included",
        np.full(len(memorised), -1.0 if memorised.all() else 1.0),
        {
            "repeats that interpolate": int(memorised.sum()),
            "training error": float(train_error.mean()),
        },
    )
    # A statement of fact, not of degree: it fails if any repeat fails to interpolate.
    fact = "holds" if memorised.all() else "fails"
    yield replace(claim, verdict=fact if len(memorised) > 1 else "undecided")
    widths = case.errors.options("teacher", case.flip, "width")
    narrow = [case.of("teacher", width=w) for w in widths if w <= case.n]
    yield case.versus(
        "second-descent",
        "and errs less than the best width at or below the threshold",
        ("teacher", case.of("teacher", width=width)),
        ("best width <= n", min(narrow, key=np.mean)),
    )


def _peaks(case: _Case) -> Iterator[Claim]:
    n, m = case.n, SMALL_TRANSFER * case.n

    def errors(model: str, size: int, *multiples: float) -> dict[str, np.ndarray]:
        widths = [width_at(c, n) for c in multiples]
        return {f"width {w}": case.of(model, width=w, n_transfer=size) for w in widths}

    direct, hard = (errors(*model, 0.5, 1, 2) for model in (("direct", 0), ("hard", case.m)))
    yield case.claim(
        "direct-peak",
        "a directly trained student of width n is ruined: a peak there",
        -_height(*direct.values()),
        _means(direct),
    )
    yield case.claim(
        "student-spared",
        "a hard-label student of width n is not: no peak there",
        _height(*hard.values()),
        _means(hard),
    )
    widths = case.errors.options("hard", case.flip, "width", n_transfer=m)
    if m < case.m and m in widths:
        others = [case.of("hard", width=w, n_transfer=m) for w in widths if w != m]
        shown = (0.5, 1, 2, SMALL_TRANSFER / 2, SMALL_TRANSFER, 2 * SMALL_TRANSFER)
        yield case.claim(
            "own-peak",
            f"the student's own peak sits at width m = {m}",
            np.max(others, axis=0) - case.of("hard", width=m, n_transfer=m),
            _means(errors("hard", m, *shown)),
        )


def _height(half: np.ndarray, at_peak: np.ndarray, double: np.ndarray) -> np.ndarray:
    """Height of a peak above the worse of half and double its width."""
    return at_peak - np.maximum(half, double)


def _same_width(case: _Case) -> Iterator[Claim]:
    for width, at in ((case.n, "width n"), (case.width, "width 4n")):
        hard = ("hard student", case.of("hard", width=width, n_transfer=case.m))
        direct = ("directly trained min-norm", case.of("direct", width=width))
        ridge = ("directly trained ridge", case.of("direct-ridge", width=width))
        self_distilled = [
            (f"self-distillation of the {teacher}", case.of(model, width=width))
            for teacher, model in (
                ("teacher", "self-distillation"),
                ("tuned teacher", "self-distillation-tuned"),
            )
        ]
        best = min(self_distilled, key=lambda side: side[1].mean())
        for key, name, rival in (
            ("direct", direct[0], direct),
            ("direct-ridge", ridge[0], ridge),
            ("self-distillation", "self-distillation", best),
        ):
            yield case.versus(f"{key}-{at}", f"hard student beats {name}, {at}", hard, rival)


def _teachers(case: _Case) -> Iterator[Claim]:
    hard, tuned, width = case.hard, case.tuned, case.teacher_width
    teacher = ("teacher", case.of("teacher", width=width))
    tuned_teacher = ("tuned teacher", case.of("teacher-tuned", width=width))
    soft = ("soft student", case.student("soft", case.m))
    for key, statement, model, rival in (
        ("teacher", "hard student beats its teacher", hard, teacher),
        ("soft", "hard labels beat soft labels on the same transfer set", hard, soft),
        ("better-teacher", "the interpolating teacher is the better teacher", hard, tuned),
        ("tuned-teacher", "student of a tuned teacher beats that teacher", tuned, tuned_teacher),
    ):
        yield case.versus(key, statement, model, rival)
    entered = case.errors.named("rival", case.flip) + case.errors.named("student", case.flip)
    for name in ("svm", "label-spreading"):
        student = f"student-of-{name}"
        if {name, student} <= set(entered):
            side, its_teacher = ((title_of(who), case.of(who)) for who in (student, name))
            yield case.versus(student, f"{side[0]} beats that teacher", side, its_teacher)


def _grows(case: _Case) -> Iterator[Claim]:
    if len(case.large_sizes) < 2:
        return
    smallest, whole = ((f"m = {m}", case.student("hard", m)) for m in (case.large_sizes[0], case.m))
    statement = "the student's error falls as the transfer set grows"
    yield case.versus("grows", statement, whole, smallest)
    yield case.enough("soft labels", lambda m: case.student("soft", m))


def _labels_only(case: _Case) -> Iterator[Claim]:
    rival = case.best("rival", "labels")
    keys = ("traditional", "tuned-traditional", "labels-best")
    whom = "the best model that sees only the labels"
    first, tuned, *best = _against(case, rival, keys, whom, "that model")
    yield from (first, tuned)
    if len(case.large_sizes) > 1:
        ridge = case.of("direct-ridge", width=case.width)
        yield case.enough("the directly trained ridge", lambda m: ridge)
        yield case.enough("the best labels-only model", lambda m: rival[1])
    yield from best


def _everyone(case: _Case) -> Iterator[Claim]:
    if case.errors.named("rival", case.flip, sees=("pool",)):
        rival = case.best("rival", "labels", "pool")
        keys = ("everyone", "tuned-everyone", "everyone-best")
        yield from _against(case, rival, keys, "the best rival of any kind", "that rival")


def _against(
    case: _Case, rival: Side, keys: Sequence[str], whom: str, again: str
) -> Iterator[Claim]:
    """Three students, the best one in hindsight as its rival is, against a rival."""
    yield case.versus(keys[0], f"hard student beats {whom}", case.hard, rival)
    yield case.versus(keys[1], f"student of a tuned teacher beats {again}", case.tuned, rival)
    if case.errors.named("student", case.flip):
        best = case.best("student", "pool")
        yield case.versus(keys[2], f"the best student of all beats {again}", best, rival)


_ANSWERS: dict[str, tuple[Callable[[_Case], Iterator[Claim]], ...]] = {
    "memorising": (_memorises,),
    "teacher": (_peaks, _same_width, _teachers, _grows),
    "labels": (_labels_only,),
    "everyone": (_everyone,),
}

"""An advice in plain words, and its ranking as a table."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ddkd._text import percent
from ddkd.contestants import ADVISED

if TYPE_CHECKING:
    from ddkd.advice._result import Advice

AS_GOOD = 1.0  # standard errors of a difference
_WITH_ARTICLE = {rival.title for rival in ADVISED if rival.article}


def sentences(advice: "Advice") -> list[str]:
    """The answer, what it is based on, who failed, and cautions."""
    lines = [_expected(advice), _as_good(advice), *_against_guessing(advice)]
    lines += [*_against_teacher(advice), *_against_other(advice), *_committee(advice)]
    if advice.n_unlabelled < advice.n_given:
        lines.append(f"{advice.n_unlabelled:,} of {advice.n_given:,} unlabelled rows used.")
    lines.append(f"The labels chose the scale: {advice._contest.scale.words}.")
    lines += [f"{name} failed and is left out: {why}" for name, why in advice.failures.items()]
    return [*lines, *advice.cautions]


def _points(difference: float, low: float, high: float) -> str:
    """A difference of errors in words; its sign is the first contestant's."""
    if round(1000 * difference) == 0:
        return f"no better ({100 * low:z.1f} to {100 * high:z.1f} points)"
    if difference > 0:
        return f"worse by {100 * difference:.1f} points ({100 * low:.1f} to {100 * high:.1f})"
    return f"better by {-100 * difference:.1f} points ({-100 * high:.1f} to {-100 * low:.1f})"


def _in_sentence(title: str) -> str:
    """A contestant with its article."""
    if title.startswith("student"):
        return f"a {title}"
    return f"the {title}" if title in _WITH_ARTICLE else title


def _expected(advice: "Advice") -> str:
    best = advice.ranking[0]
    title, error = _in_sentence(best.title), percent(advice.error)
    expected = f"err on {error}" if advice.n_classes else f"leave {error} of the variance"
    return (
        f"{title[0].upper()}{title[1:]} is expected to {expected} ({100 * advice.low:.1f} to "
        f"{100 * advice.high:.1f} %, against labels as noisy as yours)."
    )


def _as_good(advice: "Advice") -> str:
    """How many could not be told from the best, and the simplest of them."""
    near, labels = advice.near(AS_GOOD), f"As far as {advice.n_labelled:,} labels can tell"
    if near.sum() == 1:
        return f"{labels}, no other of {len(near)} methods is as good."
    simplest = advice.ranking.title[advice.ranking.name == advice.simplest][0]
    return (
        f"{labels}, {near.sum()} of {len(near)} methods are as good; the simplest of them is "
        f"{_in_sentence(simplest)}."
    )


def _against_teacher(advice: "Advice") -> Iterator[str]:
    """The best student and its own teacher, if it has one alone."""
    for best in advice.ranking[advice.ranking.student][:1]:
        needs = next(entry.needs for entry in advice._contest.entries if entry.name == best.name)
        if len(needs) == 1:
            error = advice.ranking.error[advice.ranking.name == needs[0]][0]
            yield (
                f"Cross-validated, a {best.title} has an error of {percent(best.error)}, its "
                f"teacher of {percent(error)}: {_points(*advice.difference(best.name, needs[0]))}."
            )


def _against_other(advice: "Advice") -> Iterator[str]:
    """The best of the other kind: a rival of a student, or a student of a rival."""
    kind = "rival without a teacher" if advice.distils else "student"
    verdict, best = "decided" if advice.decided else "undecided", advice.ranking[0]
    for first in advice.ranking[advice.ranking.student != advice.distils][:1]:
        yield (
            f"Cross-validated, the best {kind}, {_in_sentence(first.title)}, has an error of "
            f"{percent(first.error)}, {_in_sentence(best.title)} of {percent(best.error)}: "
            f"{100 * first.difference:.1f} points more, {verdict}."
        )


def _committee(advice: "Advice") -> Iterator[str]:
    """Those that are about as good, if there are several."""
    n_voters = int((advice.near() & advice._safe).sum())
    if n_voters > 1:
        what = "vote" if advice.n_classes else "median"
        yield f"The {what} of {n_voters} near the best is the safer choice: committee() in Python."


def _against_guessing(advice: "Advice") -> Iterator[str]:
    """That a guess which knows no inputs may be as good, where the interval holds its error."""
    guess, what = 1.0, "the mean"
    if advice.n_classes:
        counts = np.bincount(advice._contest.labels.values[0])
        guess, what = 1 - counts.max() / advice.n_labelled, "the most frequent class"
    if guess <= advice.high:
        yield f"Always guessing {what}, at {percent(guess)}, may be as good."


def _short(percents: float, sign: str = "") -> str:
    """A number of at most five characters, and a sign."""
    return f"{percents:{sign}.{'1f' if percents < 999.95 else '0e'}}"


def table(advice: "Advice") -> str:
    """The ranking as aligned text of at most 78 columns."""
    width = 14 if advice.is_unbalanced else 15
    head = f"{'error':>6}{'90 % interval':>15}{'to the best':>{width}}"
    head += f"{'bal.':>6}" if advice.is_unbalanced else ""
    lines = [f"{'':36}{head}"]
    for row in advice.ranking:
        interval = f"{_short(100 * row.low)} to {_short(100 * row.high)}"
        to_best = f"{_short(100 * row.difference, '+')} \u00b1 {_short(100 * row.standard_error)}"
        line = f"{row.title[:36]:36}{_short(100 * row.error):>6}{interval:>15}{to_best:>{width}}"
        lines.append(line + (f"{100 * row.balanced_error:6.1f}" if advice.is_unbalanced else ""))
    return "\n".join(lines)

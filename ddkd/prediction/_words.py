"""An advice in plain words: five lines, cautions, and the table."""

from typing import TYPE_CHECKING

import numpy as np

from ddkd.contestants._table import ADVISED

if TYPE_CHECKING:
    from ddkd.prediction._advice import Advice

__all__ = ["report_of"]

_WITH_ARTICLE = {rival.title for rival in ADVISED if rival.article}


def report_of(advice: "Advice") -> str:
    """Return the sentences, then the table."""
    sentences = [_expected(advice), _against_other(advice), _against_teacher(advice), _near(advice)]
    lines = [s for s in sentences if s]
    if advice.ranking.student.any():
        lines.append(_own_peak(advice))
    lines += [f"{name} failed and is left out: {why}" for name, why in advice.failures.items()]
    return "\n".join([*lines, *advice.cautions, "", table_of(advice)])


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _points(difference: float, low: float, high: float) -> str:
    """A difference of errors in words; its sign is the first contestant's."""
    if round(1000 * difference) == 0:
        return f"no better ({100 * low:.1f} to {100 * high:.1f} points)"
    if difference > 0:
        return f"worse by {100 * difference:.1f} points ({100 * low:.1f} to {100 * high:.1f})"
    return f"better by {-100 * difference:.1f} points ({-100 * high:.1f} to {-100 * low:.1f})"


def _in_sentence(title: str) -> str:
    """A contestant with its article."""
    if title.startswith("student"):
        return f"a {title}"
    return f"the {title}" if title in _WITH_ARTICLE else title


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _expected(advice: "Advice") -> str:
    best = advice.ranking[0]
    kind = "is expected to err on" if advice.n_classes else "is expected to leave"
    what = "" if advice.n_classes else " of the variance"
    interval = f"{100 * best.low:.1f} to {100 * best.high:.1f} %"
    return (
        f"{_capital(_in_sentence(best.title))} {kind} {_percent(best.error)}{what} ({interval}, "
        f"against labels as noisy as yours)."
    )


def _against_teacher(advice: "Advice") -> str:
    """The best student and its own teacher."""
    students = advice.ranking[advice.ranking.student]
    if not len(students):
        return ""
    best = students[0]
    needs = next(t.needs for t in advice._contest.teachers if t.name == best["name"])
    if len(needs) > 1 or needs[0] not in advice._contest.losses:
        return ""
    teacher = advice.ranking[advice.ranking.name == needs[0]][0]
    found = advice.difference(best["name"], needs[0])
    subject = "It" if best["name"] == advice.best else f"A {best.title}"
    return (
        f"{subject} errs on {_percent(best.error)}, its teacher on {_percent(teacher.error)}: "
        f"{_points(*found)}."
    )


def _against_other(advice: "Advice") -> str:
    """The best of the other kind: a rival of a student, or a student of a rival."""
    others = advice.ranking[advice.ranking.student != advice.distils]
    if not len(others):
        return ""
    first = others[0]
    kind = "rival without a teacher" if advice.distils else "student"
    verdict = "decided" if advice.decided else "undecided"
    return (
        f"The best {kind}, {_in_sentence(first.title)}, errs on {_percent(first.error)}: "
        f"{100 * first.difference:.1f} points more, {verdict}."
    )


def _near(advice: "Advice") -> str:
    near = advice.ranking.difference <= 1.5 * advice.ranking.standard_error
    count = int(np.sum(near))
    if count == 1:
        return "No other contestant is within 1.5 standard errors of it."
    return (
        f"{count} of {len(near)} contestants are within 1.5 standard errors of the best; their "
        f"vote is the safer choice: committee()."
    )


def _own_peak(advice: "Advice") -> str:
    """Where students err most, which theory knows without any data."""
    width = advice._contest.problem.student_width
    return (
        f"Students have {width:,} features; their own error peaks at {advice.n_unlabelled:,}, the "
        f"number of unlabelled rows: keep well below it."
    )


def table_of(advice: "Advice") -> str:
    """The ranking as aligned text of at most 78 columns."""
    ranking = advice.ranking
    unequal = any("balanced errors" in caution for caution in advice.cautions)
    head = f"{'error':>6}{'90 % interval':>15}{'to the best':>13}"
    head += f"{'bal.':>6}" if unequal else ""
    lines = [f"{'':37}{head}"]
    for row in ranking:
        interval = f"{100 * row.low:.1f} to {100 * row.high:.1f}"
        to_best = f"{100 * row.difference:+.1f} \u00b1 {100 * row.standard_error:.1f}"
        line = f"{row.title[:36]:37}{100 * row.error:6.1f}{interval:>15}{to_best:>13}"
        lines.append(line + (f"{100 * row.balanced_error:6.1f}" if unequal else ""))
    return "\n".join(lines)

"""What an advice says, in plain words and a table, and the models that it leads to."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ddkd._repr import short_repr
from ddkd.advice._cross_validation import Z_90, CrossValidation
from ddkd.advice._model import AdvisedModel
from ddkd.advice._picture import draw_advice
from ddkd.contestants import ADVISED

_LARGEST_FACTOR = 1.5  # of a near contestant's error, for numbers
_WITH_ARTICLE = {rival.title for rival in ADVISED if rival.article}


@short_repr
@dataclass(frozen=True, eq=False)
class Advice:
    """What to use, how well it is expected to do, and how sure that is.

    Made by `advise`. Errors are against the labels that were given, on rows held out in turn: where
    some of the labels are wrong, so is about that fraction of what is counted. Each fold trains on
    fewer labels than there are, which makes them about a point too high; that the smallest was
    chosen makes it about a point too low.

    Attributes
    ----------
    best : str
        Name of the contestant of least error.
    distils : bool
        Whether it is a student.
    decided : bool
        Whether the difference between the best student and the best rival excludes zero.
    ranking : numpy record array
        A row a contestant, best first: name, title, student, error, low, high (a 90 % interval),
        difference to the best and its standard error, balanced error (each class counts alike),
        seconds. Errors of numbers are mean squares over the variance of the labels.
    cautions : list of str
        What to know about these data, a sentence each.
    failures : dict of str to str
        Contestants that failed, and why.
    n_labelled, n_unlabelled, n_classes : int
        Numbers of rows used, and of classes: 0 for labels that are numbers.
    """

    best: str
    distils: bool
    decided: bool
    ranking: np.recarray
    cautions: list[str]
    failures: dict[str, str]
    n_labelled: int
    n_unlabelled: int
    n_classes: int
    _contest: CrossValidation

    def difference(self, a: str, b: str) -> tuple[float, float, float]:
        """Error of one contestant less that of another, named before looking at the errors.

        Parameters
        ----------
        a, b : str
            Their names.

        Returns
        -------
        difference, low, high : float
            The difference and its 90 % interval, from paired rows.
        """
        mean, error = self._contest.difference(a, b)
        return mean, mean - Z_90 * error, mean + Z_90 * error

    def estimator(self) -> AdvisedModel:
        """Fit the best contestant to all labels.

        Returns
        -------
        AdvisedModel
            A fitted scikit-learn estimator that takes raw rows.
        """
        return self._contest.fit([self.best])

    def committee(self, within: float = 1.5) -> AdvisedModel:
        """Fit all that are about as good as the best to all labels, and let them vote.

        Parameters
        ----------
        within : float, default=1.5
            Largest difference to the best, in standard errors of that difference.

        Returns
        -------
        AdvisedModel
            A fitted scikit-learn estimator that takes raw rows; of numbers it gives the median.

        Raises
        ------
        ValueError
            If `within` is negative.
        """
        if not within >= 0:
            raise ValueError(f"within must be a number from 0 on; got {within!r}")
        return self._contest.fit(self.ranking.name[self.near(within)].tolist())

    def near(self, within: float = 1.5) -> np.ndarray:
        """Tell which rows of the ranking are about as good as the best.

        Of numbers, also only those whose error is at most 1.5 times the best's.

        Parameters
        ----------
        within : float, default=1.5
            Largest difference to the best, in standard errors of that difference.

        Returns
        -------
        ndarray of bool
            One for each row of the ranking.
        """
        near = self.ranking.difference <= within * self.ranking.standard_error
        if self.n_classes:
            return near
        # A model of numbers that explodes has a standard error larger than its error.
        return near & (self.ranking.error <= _LARGEST_FACTOR * self.ranking.error[0])

    def report(self) -> str:
        """The advice in words.

        Returns
        -------
        str
            The answer in a few sentences, cautions, then the table.
        """
        return _report_of(self)

    def __str__(self) -> str:
        """The advice in words."""
        return self.report()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw errors with their intervals, students marked.

        A line joins the best with all that are within 1.5 standard errors of it.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            The axes to draw on; a new figure by default.

        Returns
        -------
        matplotlib Axes
            The picture.
        """
        return draw_advice(self, ax)


def _report_of(advice: Advice) -> str:
    """Return the sentences, then the table."""
    lines = [_expected(advice), *_against_teacher(advice), *_against_other(advice), _near(advice)]
    if advice.ranking.student.any():
        lines += _about_the_pool(advice)
    lines += [f"{name} failed and is left out: {why}" for name, why in advice.failures.items()]
    return "\n".join([*lines, *advice.cautions, "", _table(advice)])


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


def _expected(advice: Advice) -> str:
    best = advice.ranking[0]
    title, error = _in_sentence(best.title), _percent(best.error)
    expected = f"err on {error}" if advice.n_classes else f"leave {error} of the variance"
    return (
        f"{title[0].upper()}{title[1:]} is expected to {expected} ({100 * best.low:.1f} to "
        f"{100 * best.high:.1f} %, against labels as noisy as yours)."
    )


def _teacher_of(advice: Advice, student: str) -> str:
    """The one teacher of a student; nothing if it has several, or the teacher failed."""
    needs = next(entry.needs for entry in advice._contest.entries if entry.name == student)
    return needs[0] if len(needs) == 1 and needs[0] in advice.ranking.name else ""


def _against_teacher(advice: Advice) -> Iterator[str]:
    """The best student and its own teacher."""
    for best in advice.ranking[advice.ranking.student][:1]:
        if teacher := _teacher_of(advice, best.name):
            subject = "It" if best.name == advice.best else f"A {best.title}"
            error = advice.ranking.error[advice.ranking.name == teacher][0]
            yield (
                f"{subject} errs on {_percent(best.error)}, its teacher on {_percent(error)}: "
                f"{_points(*advice.difference(best.name, teacher))}."
            )


def _against_other(advice: Advice) -> Iterator[str]:
    """The best of the other kind: a rival of a student, or a student of a rival."""
    kind = "rival without a teacher" if advice.distils else "student"
    verdict = "decided" if advice.decided else "undecided"
    for first in advice.ranking[advice.ranking.student != advice.distils][:1]:
        yield (
            f"The best {kind}, {_in_sentence(first.title)}, errs on {_percent(first.error)}: "
            f"{100 * first.difference:.1f} points more, {verdict}."
        )


def _near(advice: Advice) -> str:
    near = advice.near()
    if near.sum() == 1:
        return "No other contestant is within 1.5 standard errors of it."
    return (
        f"{near.sum()} of {len(near)} contestants are within 1.5 standard errors of the best; "
        f"their vote is the safer choice: committee() in Python."
    )


def _about_the_pool(advice: Advice) -> Iterator[str]:
    """What theory adds: the gain from more unlabelled rows, and where students err most."""
    width = advice._contest.problem.student_width
    yield (
        f"Students have {width:,} features; their own error peaks at {advice.n_unlabelled:,}, the "
        f"number of unlabelled rows: keep well below it."
    )


def _table(advice: Advice) -> str:
    """The ranking as aligned text of at most 78 columns."""
    unequal = any("balanced errors" in caution for caution in advice.cautions)
    head = f"{'error':>6}{'90 % interval':>15}{'to the best':>13}"
    head += f"{'bal.':>6}" if unequal else ""
    lines = [f"{'':37}{head}"]
    for row in advice.ranking:
        interval = f"{100 * row.low:.1f} to {100 * row.high:.1f}"
        to_best = f"{100 * row.difference:+.1f} \u00b1 {100 * row.standard_error:.1f}"
        line = f"{row.title[:36]:37}{100 * row.error:6.1f}{interval:>15}{to_best:>13}"
        lines.append(line + (f"{100 * row.balanced_error:6.1f}" if unequal else ""))
    return "\n".join(lines)

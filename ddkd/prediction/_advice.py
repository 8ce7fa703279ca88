"""What an advice says, and the models that it leads to."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._repr import short_repr
from ddkd.prediction._advised import AdvisedModel
from ddkd.prediction._contest import Z_90, Contest
from ddkd.prediction._words import report_of


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
    _contest: Contest

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
            A fitted scikit-learn estimator that takes raw rows; numbers are averaged.

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

        Parameters
        ----------
        within : float, default=1.5
            Largest difference to the best, in standard errors of that difference.

        Returns
        -------
        ndarray of bool
            One for each row of the ranking.
        """
        return self.ranking.difference <= within * self.ranking.standard_error

    def report(self) -> str:
        """The advice in words.

        Returns
        -------
        str
            The answer in a few sentences, cautions, then the table.
        """
        return report_of(self)

    def __str__(self) -> str:
        """The advice in words."""
        return self.report()

    def plot(self, ax: Any = None) -> Any:
        """Draw errors with their intervals, students marked.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw.

        Returns
        -------
        matplotlib Axes
            The picture.
        """
        from ddkd.plotting import draw_advice

        return draw_advice(self, ax)

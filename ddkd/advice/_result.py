"""What an advice says, in plain words and a table, and the models that it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from sklearn.pipeline import Pipeline

from ddkd._checks import check_real
from ddkd._repr import short_repr
from ddkd.advice._cautions import is_unbalanced
from ddkd.advice._cross_validation import Z_90, CrossValidation
from ddkd.advice._picture import draw_advice
from ddkd.advice._sentences import AS_GOOD, sentences, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@short_repr
@dataclass(frozen=True, eq=False)
class Advice:
    """What to use, how well it is expected to do, and how sure that is.

    Made by `advise`. Errors are against the labels that were given, on rows held out in turn: where
    some of the labels are wrong, so is about that fraction of what is counted. The smallest error
    of a ranking is partly luck; `error` is corrected for that, by choosing on rows drawn with
    replacement and judging on those left out.

    Attributes
    ----------
    best : str
        Name of the contestant of least error.
    error, low, high : float
        Error to expect of it, and a 90 % interval: the share of wrong rows, or of numbers the mean
        square over the variance of the labels.
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
    n_given : int
        Number of unlabelled rows that were given.
    """

    best: str
    error: float
    low: float
    high: float
    distils: bool
    decided: bool
    ranking: np.recarray
    cautions: list[str]
    failures: dict[str, str]
    n_labelled: int
    n_unlabelled: int
    n_classes: int
    n_given: int
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

    @property
    def simplest(self) -> str:
        """Name of the simplest contestant that is as good as the best, as far as can be told.

        That is within one standard error of the difference. Linear models are simplest, then come
        ridge and kernel ridge, SVM, trees, boosting, label spreading, the interpolating teacher,
        methods of your own, and students.
        """
        near = set(self.ranking.name[self.near(AS_GOOD)])
        return next(name for name in self._contest.losses if name in near)

    def estimator(self, name: str | None = None) -> Pipeline:
        """Fit one contestant to all labels.

        Parameters
        ----------
        name : str or None, default=None
            Its name, such as `simplest`; the best by default.

        Returns
        -------
        Pipeline
            A fitted scikit-learn pipeline that takes rows as they were given here, and refuses
            others by the names of their columns. Its first step encodes them and stays as it is
            when the pipeline is fitted again: text that is new then is zero in all columns.

        Raises
        ------
        ValueError
            If there is no contestant of this name.
        """
        return self._contest.fit([self._contest.known(name or self.best)])

    def committee(self, within: float = 1.5) -> Pipeline:
        """Fit all that are about as good as the best to all labels, and let them vote.

        Whoever errs more than 1.5 times as much as the best has no vote: with few labels nearly all
        are near.

        Parameters
        ----------
        within : float, default=1.5
            Largest difference to the best, in standard errors of that difference.

        Returns
        -------
        Pipeline
            The same as of `estimator`; of numbers it gives the median.

        Raises
        ------
        ValueError
            If `within` is negative.
        """
        return self._contest.fit(self.ranking.name[self.near(within) & self._safe].tolist())

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

        Raises
        ------
        ValueError
            If `within` is negative.
        """
        within = check_real("within", within, low=0.0)
        near = self.ranking.difference <= within * self.ranking.standard_error
        # A model of numbers that explodes has a standard error larger than its error.
        return near if self.n_classes else near & self._safe

    @property
    def _safe(self) -> np.ndarray:
        """Whose error is at most 1.5 times the best's."""
        return self.ranking.error <= 1.5 * self.ranking.error[0]

    @property
    def is_unbalanced(self) -> bool:
        """Whether the largest class has more than three times the labels of the smallest."""
        return self.n_classes > 0 and is_unbalanced(self._contest.labels.values[0])

    def sentences(self) -> list[str]:
        """Say the advice in words.

        Returns
        -------
        list of str
            The answer, what it is based on, who failed, and cautions.
        """
        return sentences(self)

    def table(self) -> str:
        """Write the ranking as text.

        Returns
        -------
        str
            Lines of at most 78 columns.
        """
        return table(self)

    def report(self) -> str:
        """Say everything.

        Returns
        -------
        str
            The sentences, then the table.
        """
        return "\n".join([*self.sentences(), "", self.table()])

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        lines = "".join(f"<li>{escape(line)}</li>" for line in self.sentences())
        return f"<ul>{lines}</ul><pre>{escape(self.table())}</pre>"

    __str__ = report

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

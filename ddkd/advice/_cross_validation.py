"""The contest behind an advice: errors on held-out rows, how sure they are, and later fits."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from ddkd._labels import decode
from ddkd._scale import Scale
from ddkd.advice._model import AdvisedModel
from ddkd.contestants import Contestant, Entry, Labels, Problem, Rival, Teacher, compete
from ddkd.datasets import TableEncoder

Z_90 = 1.645
_DRAWS = 1000
_WIDER = 1.25  # models of different folds share labels, which rows alone do not show


def standard_error(differences: np.ndarray, groups: np.ndarray) -> float:
    """Standard error of the mean of paired differences, one a row.

    The central limit theorem over rows, or over groups of rows, with one more discordant row than
    there is (two models that agree on all of few rows are not certain to agree on all others),
    and a quarter wider: so were 90 % intervals of differences measured to cover 90 %.
    """
    n = len(differences)
    sums = np.bincount(groups, differences - differences.mean())
    one_more = np.abs(differences).max() ** 2 or 1.0
    return float(_WIDER * np.sqrt(np.sum(sums**2) + one_more) / n)


def error_of_a_choice(losses: np.ndarray, groups: np.ndarray, seed: int) -> float:
    """Expected error of the contestant that looks best, without the luck of having been chosen.

    Bootstrap bias correction (Tsamardinos, Greasidou and Borboudakis, "Bootstrapping the
    out-of-sample predictions for efficient and accurate cross-validation", Machine Learning 107,
    2018): choose on rows drawn with replacement, judge on those left out.

    Parameters
    ----------
    losses : ndarray of shape (n_contestants, n)
        Losses on held-out rows.
    groups : ndarray of shape (n,)
        Number of the group of each row; groups are drawn whole.
    seed : int
        Seed of the draws.
    """
    sizes = np.bincount(groups)
    sums = np.array([np.bincount(groups, row) for row in losses])  # (n_contestants, n_groups)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), size=_DRAWS)
    chosen = np.argmin(sums @ counts.T, axis=0)  # of equally good ones the first
    left_out = counts == 0
    judged = left_out.any(axis=1)
    errors = np.sum(sums[chosen] * left_out, axis=1)[judged] / (left_out @ sizes)[judged]
    return float(errors.mean()) if judged.any() else float(losses.mean(axis=1).min())


@dataclass(eq=False)
class CrossValidation:
    """Rivals and students on one problem, cross-validated.

    Attributes
    ----------
    problem : Problem
        The scaled inputs.
    everything : Labels
        One labelling that hides nothing.
    labels : Labels
        A labelling a fold, which hides the fold's rows.
    groups : ndarray of shape (n,)
        Number of the group of each row.
    encoder : TableEncoder
        What makes arrays of tables.
    scale : Scale
        What scales them.
    model : AdvisedModel
        What is copied and fitted later, of nobody yet.
    entries : list of Entry
        Who competed.
    losses : dict of str to ndarray of shape (n,)
        Losses of all that did not fail, mean over the folds that hide a row: 0-1 losses, or squared
        ones as a share of the variance of numbers.
    """

    problem: Problem
    everything: Labels
    labels: Labels
    groups: np.ndarray
    encoder: TableEncoder
    scale: Scale
    model: AdvisedModel
    entries: list[Entry] = field(default_factory=list)
    losses: dict[str, np.ndarray] = field(default_factory=dict)

    def run(
        self,
        rivals: Sequence[Rival | Contestant],
        teachers: Sequence[Teacher],
        done: Callable[[], object],
    ) -> None:
        """Let everyone compete; `done` is called after each."""
        rows = self.problem.labelled
        self.entries = compete(
            self.problem, self.labels, rows, rivals=rivals, teachers=teachers, done=done
        )
        truth = self.labels.values
        for entry in self.entries:
            if entry.scores is None:
                continue
            if self.labels.n_classes:
                loss = decode(entry.scores) != truth
            else:
                loss = (entry.scores[..., 0] - truth) ** 2 / truth[0].var()
            self.losses[entry.name] = loss.mean(axis=0, where=~self.labels.known)
        if not self.losses:
            why = "; ".join(entry.failure for entry in self.entries)
            raise ValueError(f"every contestant failed: {why}")

    def ranking(self) -> np.recarray:
        """A row a contestant, the smallest error first."""
        done = [entry for entry in self.entries if entry.name in self.losses]
        done.sort(key=lambda entry: self.losses[entry.name].mean())
        loss = np.array([self.losses[entry.name] for entry in done])  # (n_contestants, n)
        error = balanced = loss.mean(axis=1)
        half = Z_90 * np.array([standard_error(row, self.groups) for row in loss])
        if self.labels.n_classes:
            truth = self.labels.values[0]
            balanced = np.mean([loss[:, truth == c].mean(axis=1) for c in np.unique(truth)], axis=0)
        columns = {
            "name": [entry.name for entry in done],
            "title": [entry.title for entry in done],
            "student": [bool(entry.needs) for entry in done],
            "error": error,
            "low": np.maximum(error - half, 0.0),
            "high": self._possible(error + half),
            "difference": (loss - loss[0]).mean(axis=1),
            "standard_error": [standard_error(row, self.groups) for row in loss - loss[0]],
            "balanced_error": balanced,
            "seconds": [entry.seconds for entry in done],
        }
        arrays = [np.array(values) for values in columns.values()]
        return np.rec.fromarrays(arrays, formats=None, names=list(columns))

    def expected_error(self) -> tuple[float, float, float]:
        """Error to expect of the best contestant, and its 90 % interval."""
        losses = np.array(list(self.losses.values()))  # in the order of the contest
        error = error_of_a_choice(losses, self.groups, self.problem.seed)
        half = Z_90 * standard_error(losses[losses.mean(axis=1).argmin()], self.groups)
        return error, max(error - half, 0.0), self._possible(error + half)

    def _possible(self, error: Any) -> Any:
        """An upper end of an interval; of classes no more than all rows can be wrong."""
        return np.minimum(error, 1.0) if self.labels.n_classes else error

    def known(self, name: str) -> str:
        """The name, if it is a contestant's."""
        if name not in [*self.losses]:  # a list, for a name of any type can be compared
            raise ValueError(f"{name!r} is no contestant; there are {', '.join(self.losses)}")
        return name

    def difference(self, a: str, b: str) -> tuple[float, float]:
        """Mean and standard error of the difference of two contestants' losses."""
        d = self.losses[self.known(a)] - self.losses[self.known(b)]
        return float(d.mean()), standard_error(d, self.groups)

    def fit(self, names: Sequence[str]) -> Pipeline:
        """Fit some contestants, and the teachers they need, to all labels."""
        model = copy(self.model).set_params(names=list(names))
        model._fit(self.problem, self.scale, self.everything)
        # Fitted again, the model meets the unlabelled rows as this encoder left them.
        return Pipeline([("encoder", FrozenEstimator(self.encoder)), ("advised", model)])

"""What advice leads to: fitted estimators, which stand behind an encoder in a pipeline."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from ddkd._checks import check_matrix
from ddkd._labels import decode, encode
from ddkd._scale import Scale
from ddkd.advice._entrants import check_truth, entrants, groups_of, prepare
from ddkd.contestants import Inputs, Labels, Problem, compete


class AdvisedModel(BaseEstimator):
    """The advised contestant, or a committee of several.

    Made by `Advice.estimator` and `Advice.committee`, fitted to all labels; `fit` tunes the same
    contestants on other ones.

    Parameters
    ----------
    names : sequence of str
        Names of the contestants, the best first.
    X_unlabelled : Inputs
        The unlabelled rows that they may use, none or more.
    contestants : sequence of Contestant or estimator, or None, default=None
        Methods of your own among those named.
    random_state : int, default=0
        Seed of everything random in them.

    Attributes
    ----------
    models_ : list of callable
        The fitted models of those that did not fail.
    scale_ : Scale
        What scales the inputs.
    n_features_in_ : int
        Number of inputs.
    """

    _task = "numbers"

    def __init__(
        self,
        names: Sequence[str],
        *,
        X_unlabelled: Inputs,
        contestants: Sequence[Any] | None = None,
        random_state: int = 0,
    ) -> None:
        self.names = names
        self.X_unlabelled = X_unlabelled
        self.contestants = contestants
        self.random_state = random_state

    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Fit the contestants that are named.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            Labelled inputs.
        y : array-like of shape (n_samples,)
            Their labels.
        groups : array-like of shape (n_samples,) or None, default=None
            Rows of one group stay in one fold.

        Returns
        -------
        AdvisedModel
            The fitted model.

        Raises
        ------
        ValueError
            If an argument is not usable, or every contestant fails.
        """
        X = check_matrix("X", X)
        truth, classes = check_truth(y, len(X), self._task)
        if classes is not None:
            self.classes_ = classes
        labels = Labels.all_known(truth, 0 if classes is None else len(classes))
        groups, pool = groups_of(groups, X), self.X_unlabelled.X
        return self._fit(*prepare(X, pool, labels, self.random_state, groups), labels)

    def _fit(self, problem: Problem, scale: Scale, labels: Labels) -> Self:
        """Fit the contestants, and the teachers they need, to one labelling."""
        rivals, teachers = entrants(self.contestants, labels.n_classes, problem.pool.X)
        teachers = [teacher for teacher in teachers if teacher.name in self.names]
        needed = {*self.names, *(name for teacher in teachers for name in teacher.needs)}
        rivals = [rival for rival in rivals if rival.name in needed]
        entries = compete(problem, labels, problem.labelled, rivals=rivals, teachers=teachers)
        models = {entry.name: entry.model for entry in entries if entry.model is not None}
        self.models_ = [models[name] for name in self.names if name in models]
        if not self.models_:
            why = "; ".join(f"{entry.name}: {entry.failure}" for entry in entries)
            raise ValueError(f"none of {', '.join(self.names)} could be fitted: {why}")
        self.scale_, self.n_features_in_ = scale, problem.labelled.X.shape[1]
        return self

    def _scores(self, X: Any) -> list[np.ndarray]:
        """Scores (n_rows, k) of every model."""
        check_is_fitted(self)
        rows = Inputs(self.scale_.transform(check_matrix("X", X, n_columns=self.n_features_in_)))
        return [model(rows)[-1] for model in self.models_]


class AdvisedClassifier(ClassifierMixin, AdvisedModel):
    """Advised contestants for classes, which vote.

    Parameters
    ----------
    names : sequence of str
        Names of the contestants, the best first.
    X_unlabelled : Inputs
        The unlabelled rows that they may use, none or more.
    contestants : sequence of Contestant or estimator, or None, default=None
        Methods of your own among those named.
    random_state : int, default=0
        Seed of everything random in them.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    """

    _task = "classes"

    def decision_function(self, X: Any) -> np.ndarray:
        """Score the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            The contestant's own scores, or the votes of a committee, in which the best has one and
            a half; of two classes those for the second, from minus to plus.
        """
        scores = self._scores(X)
        total = scores[0]
        if len(scores) > 1:
            n_classes = len(self.classes_)
            votes = [encode(decode(score), n_classes) for score in scores]
            total = np.sum([0.5 * votes[0], *votes], axis=0)
        return total[:, 0] if total.shape[1] == 1 else total

    def predict(self, X: Any) -> np.ndarray:
        """Predict the labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            The class with most votes, the best contestant's where there is a tie.
        """
        scores = self.decision_function(X)
        return self.classes_[decode(scores.reshape(len(scores), -1))]


class AdvisedRegressor(RegressorMixin, AdvisedModel):
    """Advised contestants for numbers, of which the median counts.

    Parameters
    ----------
    names : sequence of str
        Names of the contestants, the best first.
    X_unlabelled : Inputs
        The unlabelled rows that they may use, none or more.
    contestants : sequence of Contestant or estimator, or None, default=None
        Methods of your own among those named.
    random_state : int, default=0
        Seed of everything random in them.
    """

    def predict(self, X: Any) -> np.ndarray:
        """Predict the labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            The median of the contestants' numbers.
        """
        return np.median([score[:, 0] for score in self._scores(X)], axis=0)


def advised_model(
    classes: np.ndarray | None, pool: np.ndarray, contestants: Sequence[Any] | None, seed: int
) -> AdvisedModel:
    """A model of nobody yet, for these classes, or for numbers."""
    kind = AdvisedRegressor if classes is None else AdvisedClassifier
    model = kind((), X_unlabelled=Inputs(pool), contestants=contestants, random_state=seed)
    if classes is not None:
        model.classes_ = classes
    return model

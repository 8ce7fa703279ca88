"""What advice leads to: a fitted estimator that takes raw rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.pipeline import Pipeline

from ddkd._checks import check_matrix
from ddkd._labels import decode
from ddkd.contestants._problem import Inputs, Model


class AdvisedModel(ClassifierMixin, BaseEstimator):
    """The advised contestant, or a committee of several, fitted to all labels.

    Made by `Advice.estimator` and `Advice.committee`. For labels that are numbers it is a
    regressor: `predict` returns numbers and `score` the coefficient of determination.

    Parameters
    ----------
    names : sequence of str
        Names of the contestants, the best first.
    models : sequence of callable
        Their fitted models.
    scaler : Pipeline
        What standardises raw rows.
    classes : ndarray of shape (n_classes,) or None
        The classes; None for numbers.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    n_features_in_ : int
        Number of inputs.
    """

    def __init__(
        self,
        names: Sequence[str],
        models: Sequence[Model],
        scaler: Pipeline,
        classes: np.ndarray | None,
    ) -> None:
        self.names, self.models, self.scaler, self.classes = names, models, scaler, classes
        self.n_features_in_ = scaler.n_features_in_
        if classes is not None:
            self.classes_ = classes

    def fit(self, X: Any, y: Any) -> "AdvisedModel":
        """Refuse: the model is fitted already, to the labels that were advised on.

        Parameters
        ----------
        X : array-like
            Not used.
        y : array-like
            Not used.

        Returns
        -------
        AdvisedModel
            Never.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError("this model is fitted already; call advise again for other labels")

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, X: Any) -> np.ndarray:
        """Predict the labels of raw rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            The class with most votes, the best contestant's where there is a tie; of numbers the
            mean.
        """
        X = check_matrix("X", X, n_columns=self.n_features_in_)
        rows = Inputs(self.scaler.transform(X))
        scores = [model(rows)[-1] for model in self.models]
        if self.classes is None:
            return np.mean([s[:, 0] for s in scores], axis=0)
        votes = np.zeros((len(rows), len(self.classes)))
        for number, each in enumerate(scores):
            votes[np.arange(len(rows)), decode(each)] += 1.5 if number == 0 else 1.0
        return self.classes[votes.argmax(axis=1)]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy of the predicted classes; of numbers the coefficient of determination.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The rows.
        y : array-like of shape (n_samples,)
            Their labels.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights of the rows.

        Returns
        -------
        float
            The score.
        """
        measure = r2_score if self.classes is None else accuracy_score
        return float(measure(y, self.predict(X), sample_weight=sample_weight))

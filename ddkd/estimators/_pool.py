"""Classifiers that learn from unlabelled inputs, too."""

from collections.abc import Sequence
from importlib import import_module
from inspect import signature
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.metaestimators import available_if


def takes_pool(estimator: Any) -> bool:
    """Tell whether an estimator learns from unlabelled inputs, too.

    Parameters
    ----------
    estimator : estimator
        Any.

    Returns
    -------
    bool
        True of those in `sklearn.semi_supervised`, and where `fit` takes `X_unlabelled`.
    """
    known = type(estimator).__module__.startswith("sklearn.semi_supervised")
    return known or "X_unlabelled" in signature(estimator.fit).parameters


def _estimates_probabilities(pooled: Any) -> bool:
    return hasattr(pooled.estimator, "predict_proba")


def stacked(parts: Sequence[Any]) -> Any:
    """Rows of arrays, or of tables of the same columns, one after another."""
    if hasattr(parts[0], "iloc"):
        return import_module("pandas").concat(parts)
    return np.concatenate(parts)


class PoolClassifier(ClassifierMixin, BaseEstimator):
    """A classifier that is given unlabelled inputs, too.

    They are the argument `X_unlabelled` of its `fit`, if that has one; else they follow the
    labelled ones with the label -1, as `sklearn.semi_supervised` has it. Labels are coded 0 to
    K - 1.

    Parameters
    ----------
    estimator : classifier
        One that learns from unlabelled inputs, too.
    pool : ndarray of shape (n_pool, n_inputs)
        These inputs.
    """

    def __init__(self, estimator: Any, pool: np.ndarray) -> None:
        self.estimator, self.pool = estimator, pool

    def fit(self, X: np.ndarray, y: np.ndarray) -> "PoolClassifier":
        """Fit a clone to labelled and unlabelled inputs.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_inputs)
            Labelled inputs.
        y : ndarray of shape (n_samples,)
            Their labels.

        Returns
        -------
        PoolClassifier
            The fitted model.
        """
        self.classes_, codes = np.unique(y, return_inverse=True)
        fitted = clone(self.estimator)
        if "X_unlabelled" in signature(fitted.fit).parameters:
            self.estimator_ = fitted.fit(X, codes, X_unlabelled=self.pool)
        else:
            unknown = np.full(len(self.pool), -1)
            self.estimator_ = fitted.fit(stacked([X, self.pool]), np.append(codes, unknown))
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict labels.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples,)
            The labels.
        """
        return self.classes_[np.asarray(self.estimator_.predict(X)).astype(np.intp)]

    @available_if(_estimates_probabilities)
    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Estimate the probability of each class.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The probabilities.
        """
        return self.estimator_.predict_proba(X)

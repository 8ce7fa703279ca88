"""What distillers share: the batches of a transfer set, and the training of a student."""

from collections.abc import Iterator
from inspect import signature
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ddkd._checks import check_integer, check_matrix
from ddkd._validation import validate
from ddkd.datasets import is_stream

__all__ = ["FLOATS", "Distilled", "PoolClassifier", "last_step", "seeded", "takes_pool"]

FLOATS = (np.float64, np.float32)


class Distilled(BaseEstimator):
    """What distillers share: the batches of the transfer set, and the training of the student."""

    def _validate(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return validate(self, X, dtype=FLOATS, reset=False)

    def _batches(self, X: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
        """Check the transfer set; return its inputs, batch by batch."""
        if is_stream(self.transfer):
            if self.n_transfer is None:
                raise ValueError("n_transfer must be given, since transfer is a stream")
            return self._stream_batches(check_integer("n_transfer", self.n_transfer), rng)
        pool = X
        if self.transfer is not None:
            pool = check_matrix("transfer", self.transfer, n_columns=X.shape[1])
        n = len(pool)
        if self.n_transfer is not None:
            n = check_integer("n_transfer", self.n_transfer, high=n)
        return (pool[i : min(i + self.batch_size, n)] for i in range(0, n, self.batch_size))

    def _stream_batches(self, n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        for start in range(0, n, self.batch_size):
            size = min(self.batch_size, n - start)
            batch = check_matrix(
                "transfer.sample(n, rng=rng)",
                self.transfer.sample(size, rng=rng),
                n_columns=self.n_features_in_,
            )
            if len(batch) != size:
                raise ValueError(f"transfer.sample({size}, rng=rng) returned {len(batch)} rows")
            yield batch

    def _train(self, student: Any, labelled: Iterator[tuple[np.ndarray, np.ndarray]]) -> Any:
        self.n_transfer_ = 0
        last = last_step(student)
        if self.labels == "soft" and hasattr(last, "fit_scores"):
            fit, partial_fit = "fit_scores", "partial_fit_scores"
        else:
            fit, partial_fit = "fit", "partial_fit"
        if hasattr(student, partial_fit):
            known = {"classes": self.classes_} if is_classifier(student) else {}
            for X, y in labelled:
                getattr(student, partial_fit)(X, y, **known)
                self.n_transfer_ += len(X)
            return student
        inputs, labels = (np.concatenate(parts) for parts in zip(*labelled, strict=True))
        self.n_transfer_ = len(inputs)
        if fit == "fit_scores" and last is not student:
            last.fit_scores(student[:-1].fit_transform(inputs), labels, self.classes_)
            return student
        takes_classes = "classes" in signature(getattr(student, fit)).parameters
        known = {"classes": self.classes_} if takes_classes else {}
        return getattr(student, fit)(inputs, labels, **known)


def last_step(student: Any) -> Any:
    """The last step of a pipeline of several; anything else is its own."""
    several = isinstance(student, Pipeline) and len(student.steps) > 1
    return student.steps[-1][1] if several else student


def seeded(estimator: Any, rng: np.random.RandomState) -> Any:
    """Clone an estimator and set each random state in it that is None."""
    copy = clone(estimator)
    for name, value in copy.get_params(deep=True).items():
        if value is None and (name == "random_state" or name.endswith("__random_state")):
            copy.set_params(**{name: int(rng.randint(2**31))})
    return copy


def takes_pool(estimator: Any) -> bool:
    """Whether an estimator learns from unlabelled inputs, too."""
    known = type(estimator).__module__.startswith("sklearn.semi_supervised")
    return known or "X_unlabelled" in signature(estimator.fit).parameters


def _estimates_probabilities(pooled: Any) -> bool:
    return hasattr(pooled.estimator, "predict_proba")


class PoolClassifier(ClassifierMixin, BaseEstimator):
    """A classifier that is given unlabelled inputs, too.

    They are the argument `X_unlabelled` of its `fit`, if that has one; else they follow the
    labelled ones with the label -1, as `sklearn.semi_supervised` has it. Labels are coded 0 to
    K - 1.
    """

    def __init__(self, estimator: Any, pool: np.ndarray) -> None:
        self.estimator, self.pool = estimator, pool

    def fit(self, X: np.ndarray, y: np.ndarray) -> "PoolClassifier":
        """Fit a clone to labelled and unlabelled inputs."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        fitted = clone(self.estimator)
        if "X_unlabelled" in signature(fitted.fit).parameters:
            self.estimator_ = fitted.fit(X, codes, X_unlabelled=self.pool)
        else:
            unknown = np.full(len(self.pool), -1)
            self.estimator_ = fitted.fit(np.concatenate([X, self.pool]), np.append(codes, unknown))
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict labels."""
        return self.classes_[np.asarray(self.estimator_.predict(X)).astype(np.intp)]

    @available_if(_estimates_probabilities)
    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Estimate the probability of each class."""
        return self.estimator_.predict_proba(X)

"""The user's estimator as a function of a width and of the labels it is trained on.

Nothing of the user's is touched: estimators are cloned, numpy's global random state is put back
after every fit, and every seed that was None is set, so that two fits differ only by what was
asked for.
"""

import time
import warnings
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

__all__ = ["Data", "Spent", "Subject", "distinct_rows", "fitted_pipeline"]

_SECONDS = 5.0  # of the processor, for all fits together
_SLOW = 0.2


class Spent(Exception):
    """No fit is left, or no time."""


@dataclass(frozen=True)
class Data:
    """Training and test rows; `held_out` says whether those were taken from the training rows."""

    X: Any
    y: np.ndarray
    X_test: Any
    y_test: np.ndarray
    classes: np.ndarray | None  # None for numbers
    held_out: bool

    @cached_property
    def n(self) -> int:
        return len(self.y)

    @cached_property
    def n_distinct(self) -> int:
        return len(set(distinct_rows(self.X)))

    @cached_property
    def scale(self) -> float:
        """Standard deviation of the labels; 1 for classes, whose codes are +-1."""
        return 1.0 if self.classes is not None else float(np.std(self.y))

    def codes(self, labels: np.ndarray) -> np.ndarray:
        """Labels as numbers (n, k): +-1 for two classes, one column a class for more."""
        if self.classes is None:
            return np.asarray(labels, dtype=np.float64)[:, None]
        one_hot = 2.0 * (labels[:, None] == self.classes) - 1
        return one_hot[:, 1:] if len(self.classes) == 2 else one_hot


def distinct_rows(X: Any) -> list[bytes]:
    """A key a row, equal where the rows are."""
    if sparse.issparse(X):
        X = X.toarray()
    array = np.asarray(X)
    if array.dtype == object:
        return [repr(tuple(row)).encode() for row in array]
    return [row.tobytes() for row in np.ascontiguousarray(array)]


def fitted_pipeline(model: Any) -> Any:
    """What was fitted inside searches, target transformers and ensembles."""
    for name in ("best_estimator_", "regressor_", "estimator_"):
        if hasattr(model, name):
            return fitted_pipeline(getattr(model, name))
    members = getattr(model, "estimators_", None)
    if isinstance(members, list) and members and not isinstance(model, Pipeline):
        return fitted_pipeline(members[0])
    return model


@dataclass
class Subject:
    """Fits of one estimator, counted, timed and remembered."""

    build: Callable[[Any], Any]
    data: Data
    max_fits: int
    seed: int
    tick: Callable[[], Any] = lambda: None
    n_fits: int = 0
    _seconds: float = 0.0
    _longest: dict[Any, float] = field(default_factory=dict)
    _memory: dict[Hashable, tuple[Any, np.ndarray]] = field(default_factory=dict)

    def make(self, width: Any, change: dict[str, Any] | None = None) -> Any:
        """An unfitted estimator of a width, with its seeds set and some parameters changed."""
        estimator = self.build(width)
        if hasattr(estimator, "get_params"):
            estimator = clone(estimator)
            seeds = {
                name: self.seed
                for name, value in estimator.get_params(deep=True).items()
                if name.split("__")[-1] == "random_state" and value is None
            }
            estimator.set_params(**seeds)
            if change:
                estimator.set_params(**change)
        return estimator

    def model(
        self, width: Any, labels: np.ndarray, change: dict[str, Any] | None = None
    ) -> tuple[Any, np.ndarray]:
        """The fitted estimator, and its numbers on the training rows (n, k)."""
        key = (width, labels.tobytes(), repr(sorted((change or {}).items(), key=str)))
        if key not in self._memory:
            self._memory[key] = self._fit(width, labels, change)
        return self._memory[key]

    def fitted(
        self, width: Any, labels: np.ndarray, change: dict[str, Any] | None = None
    ) -> np.ndarray:
        """Numbers on the training rows (n, k) of a model trained on `labels`."""
        return self.model(width, labels, change)[1]

    def _fit(
        self, width: Any, labels: np.ndarray, change: dict[str, Any] | None
    ) -> tuple[Any, np.ndarray]:
        expected = self._longest.get(width, 0.0)
        if self.n_fits >= self.max_fits or self._seconds + expected > _SECONDS:
            raise Spent
        state = np.random.get_state()  # noqa: NPY002 - the user's code may draw from it
        start = time.process_time()
        try:
            np.random.seed(self.seed)  # noqa: NPY002
            with threadpool_limits(limits=1), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = self.make(width, change)
                model.fit(self.data.X, labels)
                numbers = self.numbers(model, self.data.X)
        finally:
            np.random.set_state(state)  # noqa: NPY002
        seconds = time.process_time() - start
        self._longest[width] = max(expected, seconds)
        self._seconds += seconds
        self.n_fits += 1
        self.tick()
        return model, numbers

    def is_slow(self, width: Any) -> bool:
        """Whether one fit takes so long that many, or much longer ones, cannot be afforded."""
        return self._longest.get(width, 0.0) > _SLOW

    def numbers(self, model: Any, X: Any) -> np.ndarray:
        """Predicted numbers, or the scores of classes, (n, k)."""
        if self.data.classes is None:
            return np.asarray(model.predict(X), dtype=np.float64).reshape(-1, 1)
        if hasattr(model, "decision_function"):
            scores = np.asarray(model.decision_function(X), dtype=np.float64)
        elif hasattr(model, "predict_proba"):
            scores = 2 * np.asarray(model.predict_proba(X), dtype=np.float64) - 1
            scores = scores[:, 1] if scores.shape[1] == 2 else scores
        else:
            scores = self.data.codes(np.asarray(model.predict(X)))
        return scores.reshape(len(scores), -1)

    def is_classifier(self, width: Any) -> bool:
        """Whether the estimator predicts classes."""
        return bool(is_classifier(self.make(width)))

    def stages(self, model: Any) -> list[np.ndarray]:
        """What each step of a fitted pipeline makes of the training rows, as far as it shows."""
        inner, data, stages = fitted_pipeline(model), self.data.X, []
        if isinstance(inner, Pipeline):
            for _, step in inner.steps[:-1]:
                if step is not None and step != "passthrough":
                    data = step.transform(data)
                    stages.append(data)
        elif getattr(inner, "features_", None) is not None:
            stages.append(inner.features_.transform(data))
        return [s.toarray() if sparse.issparse(s) else np.asarray(s) for s in stages]

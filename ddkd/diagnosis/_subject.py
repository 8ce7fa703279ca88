"""The user's estimator as a function of a width and of the labels it is trained on.

Nothing of the user's is touched: estimators are cloned, numpy's global random state is put back
after every fit, and every seed that was None is set, so that two fits differ only by what was
asked for.
"""

import warnings
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from ddkd._checks import check_array
from ddkd._text import counted
from ddkd._workers import one_thread

_WORK_A_FIT = 7e7  # products that a fit may take on average: a tenth of a second or less
_OF_ANY_FIT = 1e6  # products in the time that a fit of nothing takes

Change = dict[str, Any] | None  # arguments of set_params
Fit = tuple[Any, np.ndarray]  # the fitted estimator, and its numbers on the training rows (n, k)


class Spent(Exception):
    """No fit is left, or they were too much work."""


@dataclass(frozen=True)
class Data:
    """Training and test rows."""

    X: Any
    y: np.ndarray
    X_test: Any
    y_test: np.ndarray
    classes: np.ndarray | None  # None for numbers

    @property
    def n(self) -> int:
        return len(self.y)

    @cached_property
    def scale(self) -> float:
        """Standard deviation of the labels; 1 for classes, whose codes are +-1."""
        return 1.0 if self.classes is not None else float(np.std(self.y))

    @cached_property
    def spread(self) -> float:
        """Test loss of a constant (numbers), or test error of guessing (classes)."""
        if self.classes is None:
            return float(np.var(self.y_test))
        return 1 - sum(float(np.mean(self.y_test == label)) ** 2 for label in self.classes)

    def codes(self, labels: np.ndarray) -> np.ndarray:
        """Labels as numbers (n, k): +-1 for two classes, one column a class for more."""
        if self.classes is None:
            return labels[:, None]
        one_hot = 2.0 * (labels[:, None] == self.classes) - 1
        return one_hot[:, 1:] if len(self.classes) == 2 else one_hot

    def disturbed(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Labels changed in one part of the rows, in another and in both.

        Numbers are shuffled among a half of the rows each, so that no label is one that the
        model's target transformer or loss does not allow, and the noise is as large as the signal.
        Classes are replaced in a third each: with all changed, every odd function looks linear.
        """
        order = rng.permutation(self.n)
        if self.classes is None:
            first, second = np.array_split(order, 2)
            other = self.y.copy()
            for rows in (first, second):
                other[rows] = self.y[np.roll(rows, 1)]
        else:
            first, second, _ = np.array_split(order, 3)
            shift = rng.integers(1, len(self.classes), size=self.n)
            place = np.searchsorted(self.classes, self.y) + shift
            other = self.classes[place % len(self.classes)]
        labels = []
        for rows in (first, second, np.r_[first, second]):
            changed = self.y.copy()
            changed[rows] = other[rows]
            labels.append(changed)
        return labels


def lent(X: Any) -> Any:
    """The rows as a user's estimator gets them: an array to be read alone, else a copy."""
    if not isinstance(X, np.ndarray):
        return X.copy() if hasattr(X, "copy") else X
    view = X.view()
    view.flags.writeable = False
    return view


def distinct_rows(X: Any) -> list[bytes]:
    """A key a row, equal where the rows are; of numbers the same whatever their dtype."""
    array = X.toarray() if sparse.issparse(X) else np.asarray(X)
    if array.dtype.kind != "c":
        with suppress(TypeError, ValueError):  # text stays as it is
            array = array.astype(np.float64)
    if array.dtype == object:
        return [repr(tuple(row)).encode() for row in array]
    return [row.tobytes() for row in np.ascontiguousarray(array)]


def _inside(model: Any) -> Any:
    """What was fitted inside a search, a target transformer or an ensemble; None of others."""
    for name in ("best_estimator_", "regressor_", "estimator_"):
        if hasattr(model, name):
            return getattr(model, name)
    members = getattr(model, "estimators_", None)
    return members[0] if isinstance(members, list) and members else None


def fitted_pipeline(model: Any) -> Any:
    """What was fitted inside searches, target transformers and ensembles."""
    while (inner := _inside(model)) is not None:
        model = inner
    return model


def last_step(model: Any) -> Any:
    """What was fitted last inside searches, ensembles and pipelines."""
    inner = fitted_pipeline(model)
    return inner[-1] if isinstance(inner, Pipeline) else inner


def work(model: Any, width: Any, n: int) -> float:
    """Products that a fit to n rows took, roughly: counted from what the fitted model says.

    A clock would know better, but not say the same on every machine. An iteration goes through
    the features once; that of a kernel machine through the rows. A closed form goes through the
    features as often as there are rows or columns, whichever are fewer, but ten times as fast.
    """
    n_fits, inner = 1, model
    while inner is not None:
        model = inner[-1] if isinstance(inner, Pipeline) else inner
        n_fits *= len(getattr(model, "estimators_", [model])) * getattr(model, "n_splits_", 1)
        n_fits *= len(getattr(model, "cv_results_", {}).get("params", [model]))
        inner = _inside(model)
    layers = [np.size(layer) for layer in getattr(model, "coefs_", [])]  # of a network
    seen = getattr(model, "n_features_in_", 1)
    columns = max(seen, *layers, width if isinstance(width, int) else 1)
    n_iter = getattr(model, "n_iter_", None)
    passes = 0.1 * min(n, columns) if n_iter is None else float(np.sum(n_iter))
    size = n if hasattr(model, "support_vectors_") else n * columns
    return n_fits * (_OF_ANY_FIT + size * passes)


@dataclass
class Subject:
    """Fits of one estimator, counted and remembered."""

    build: Callable[[Any], Any]
    data: Data
    max_fits: int
    seed: int
    tick: Callable[[], Any]
    n_fits: int = 0
    _work: float = 0.0  # in all fits
    _memory: dict[Hashable, Fit] = field(default_factory=dict)

    def make(self, width: Any, change: Change = None) -> Any:
        """An unfitted estimator of a width, with its seeds set and some parameters changed.

        It works in this process alone, whatever its number of jobs.
        """
        estimator, fixed = self.build(width), {}
        for name, value in estimator.get_params(deep=True).items():
            if name.endswith("random_state") and value is None:
                fixed[name] = self.seed
            elif name.endswith("n_jobs") and value is not None:
                fixed[name] = 1
        return clone(estimator).set_params(**fixed).set_params(**change or {})

    def model(self, width: Any, labels: np.ndarray, change: Change = None) -> Fit:
        """The fitted estimator, and its numbers on the training rows (n, k)."""
        key = (width, labels.tobytes(), repr(sorted((change or {}).items(), key=str)))
        if key not in self._memory:
            self._memory[key] = self._fit(width, labels, change)
        return self._memory[key]

    def fitted(self, width: Any, labels: np.ndarray, change: Change = None) -> np.ndarray:
        """Numbers on the training rows (n, k) of a model trained on `labels`."""
        return self.model(width, labels, change)[1]

    def _fit(self, width: Any, labels: np.ndarray, change: Change) -> Fit:
        if self.n_fits >= self.max_fits or self._work > self.max_fits * _WORK_A_FIT:
            raise Spent
        state = np.random.get_state()  # noqa: NPY002 - the user's code may draw from it
        try:
            np.random.seed(self.seed)  # noqa: NPY002
            with one_thread(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = self.make(width, change)
                model.fit(lent(self.data.X), lent(labels))
                numbers = self.numbers(model, self.data.X)
        except Exception as error:
            at = f"estimator cannot be fitted with the width {width!r}"
            what = "it, param_name, param_range or X"
            raise ValueError(f"{at}; change {what}: {error}") from error
        finally:
            np.random.set_state(state)  # noqa: NPY002
        self._work += work(model, width, self.data.n)
        self.n_fits += 1
        self.tick()
        return model, numbers

    def numbers(self, model: Any, X: Any) -> np.ndarray:
        """Predicted numbers, or the scores of classes, (n, k); ValueError if they are neither."""
        if self.data.classes is None:
            return _checked("predict", model, X)
        if hasattr(model, "decision_function"):
            return _checked("decision_function", model, X)
        if hasattr(model, "predict_proba"):
            scores = 2 * _checked("predict_proba", model, X) - 1
            return scores[:, 1:] if scores.shape[1] == 2 else scores
        return self.data.codes(self.decisions(model, X))

    def decisions(self, model: Any, X: Any) -> np.ndarray:
        """Predicted classes (n,); ValueError for what is none of the training labels."""
        decided = np.asarray(model.predict(lent(X)))
        strange = decided[~np.isin(decided, np.unique(self.data.y))]
        if strange.size or decided.shape != (X.shape[0],):
            what = f"{strange[0]!r}" if strange.size else f"an array of shape {decided.shape}"
            raise ValueError(
                f"estimator's predict returns {what}; it must return one of the labels in y for "
                f"each row"
            )
        return decided

    def stages(self, width: Any, labels: np.ndarray) -> list[np.ndarray]:
        """What each step of a pipeline makes of the training rows, as far as it shows."""
        inner, data, stages = fitted_pipeline(self.model(width, labels)[0]), self.data.X, []
        is_pipeline = isinstance(inner, Pipeline)
        steps = list(inner)[:-1] if is_pipeline else [getattr(inner, "features_", None)]
        try:
            for step in steps:
                if step is not None and step != "passthrough":
                    data = step.transform(data)
                    stages.append(data.toarray() if sparse.issparse(data) else np.asarray(data))
        except Exception:  # a step that cannot transform on its own shows nothing
            return []
        return stages


def _checked(method: str, model: Any, X: Any) -> np.ndarray:
    """Finite numbers (n, k) that a fitted model predicts; ValueError if it does not."""
    values = check_array(
        f"what estimator's {method} returns", getattr(model, method)(lent(X)), ndim=(1, 2)
    )
    if len(values) != X.shape[0]:
        returned, rows = counted(len(values), "value"), counted(X.shape[0], "row")
        raise ValueError(f"estimator's {method} returns {returned} for {rows}")
    return values.reshape(len(values), -1)

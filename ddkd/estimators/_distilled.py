"""What distillers share: the batches of a transfer set, and the training of a student."""

from collections.abc import Iterator
from inspect import signature
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ddkd._checks import check_integer, check_matrix, check_not_empty
from ddkd._labels import check_labels
from ddkd._validation import validate
from ddkd.datasets import is_stream
from ddkd.estimators._cautions import last_step, warn_of_peak
from ddkd.estimators._pool import PoolClassifier, stacked, takes_pool


class Distilled(BaseEstimator):
    """What distillers share: the batches of the transfer set, and the training of the student."""

    batch_size = 2000
    labels = "soft"

    def __init__(
        self,
        teacher: Any = None,
        student: Any = None,
        *,
        transfer: Any = None,
        n_transfer: int | None = None,
        random_state: Any = None,
    ):
        self.teacher = teacher
        self.student = student
        self.transfer = transfer
        self.n_transfer = n_transfer
        self.random_state = random_state

    def _check_pair(self, teacher: Any, student: Any) -> None:
        """ValueError unless they can be teacher and student."""
        raise NotImplementedError

    def _teacher_labels(self, X: np.ndarray) -> np.ndarray:
        """What the teacher passes on."""
        return self.teacher_.predict(X)

    def _learn(self, X: Any, y: Any, **options: Any) -> tuple[Any, np.ndarray]:
        """Checked inputs and labels: of a table the names, its cells are for the parts to check."""
        self._takes_tables = is_table(X) and (self.transfer is None or is_table(self.transfer))
        if not self._takes_tables:
            return validate(self, X, y, **options)
        labels = validate_data(self, y=check_labels("y", y), **options)
        check_consistent_length(X, labels)
        return validate_data(self, X, skip_check_array=True), labels

    def _distil(self, X: Any, y: np.ndarray, default_teacher: Any) -> Self:
        rng = check_random_state(self.random_state)
        teacher = default_teacher if self.teacher is None else self.teacher
        student = teacher if self.student is None else self.student
        self._check_pair(teacher, student)
        teacher, student = seeded(teacher, rng), seeded(student, rng)
        batches = self._batches(X, np.random.default_rng(rng.randint(2**31)))
        if is_classifier(teacher) and takes_pool(teacher):
            seen = list(batches)
            teacher, batches = PoolClassifier(teacher, stacked(seen)), iter(seen)
        self.teacher_ = teacher.fit(X, y)
        # A copy: neither the student's rows nor the user's are the teacher's to change.
        labelled = ((batch, self._teacher_labels(batch.copy())) for batch in batches)
        self.student_ = self._train(student, labelled)
        warn_of_peak(self.student_, self.n_transfer_)
        return self

    def _validate(self, X: Any) -> Any:
        check_is_fitted(self)
        if self._takes_tables and is_table(X):
            return validate_data(self, X, reset=False, skip_check_array=True)
        return validate(self, X, reset=False)

    def _batches(self, X: Any, rng: np.random.Generator) -> Iterator[Any]:
        """Check the transfer set; return its inputs, batch by batch."""
        if streamed := is_stream(self.transfer):
            if self.n_transfer is None:
                raise ValueError("n_transfer must be given, since transfer is a stream")
            n = check_integer("n_transfer", self.n_transfer)
        else:
            pool = X
            if self.transfer is not None:
                pool = self.transfer
                if self._takes_tables:
                    check_not_empty("transfer", pool)
                else:
                    pool = check_matrix("transfer", pool, n_columns=X.shape[1])
                validate_data(self, self.transfer, reset=False, skip_check_array=True)  # names
            n = len(pool)
            if self.n_transfer is not None:
                n = check_integer("n_transfer", self.n_transfer, high=n)
        ends = ((i, min(i + self.batch_size, n)) for i in range(0, n, self.batch_size))
        return (self._draw(stop - i, rng) if streamed else pool[i:stop] for i, stop in ends)

    def _draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """The stream's next rows, copied: a stream may fill one buffer over and over."""
        name = f"transfer.sample({n}, rng=rng)"
        try:
            rows = self.transfer.sample(n, rng=rng)
        except StopIteration:
            raise ValueError(f"{name} stopped: a stream must not end before n_transfer") from None
        rows = check_matrix("transfer.sample(n, rng=rng)", rows, n_columns=self.n_features_in_)
        if len(rows) != n:
            raise ValueError(f"{name} returned {len(rows)} rows")
        return rows.copy()

    def _train(self, student: Any, labelled: Iterator[tuple[np.ndarray, np.ndarray]]) -> Any:
        self.n_transfer_ = 0
        last = last_step(student)
        kind = "_scores" if self.labels == "soft" and hasattr(last, "fit_scores") else ""
        fit, partial_fit = f"fit{kind}", f"partial_fit{kind}"
        if hasattr(student, partial_fit):
            known = {"classes": self.classes_} if is_classifier(student) else {}
            for X, y in labelled:
                getattr(student, partial_fit)(X, y, **known)
                self.n_transfer_ += len(X)
            return student
        inputs, labels = map(stacked, zip(*labelled, strict=True))
        self.n_transfer_ = len(inputs)
        if kind and last is not student:
            last.fit_scores(student[:-1].fit_transform(inputs), labels, self.classes_)
            return student
        takes_classes = "classes" in signature(getattr(student, fit)).parameters
        known = {"classes": self.classes_} if takes_classes else {}
        return getattr(student, fit)(inputs, labels, **known)


def is_table(X: Any) -> bool:
    """Whether the columns of some rows have names and types of their own."""
    return hasattr(X, "iloc")


def seeded(estimator: Any, rng: np.random.RandomState) -> Any:
    """Clone an estimator and set each random state in it that is None."""
    copy = clone(estimator)
    for name, value in copy.get_params(deep=True).items():
        if value is None and (name == "random_state" or name.endswith("__random_state")):
            copy.set_params(**{name: int(rng.randint(2**31))})
    return copy

"""A contest goes on whatever a contestant does."""

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier

from ddkd.contestants import RIVALS, Contestant, Inputs, Labels, Problem, compete, student_of
from ddkd.datasets import load

N = 60


@pytest.fixture(scope="module")
def split():
    return load("digits", rng=3, n_samples=N, n_test=100)


class FailsOnMany(KNeighborsClassifier):
    """Predicts the query, and not the pool, which is larger."""

    def predict(self, X):
        if len(X) > 200:
            raise MemoryError("too many rows")
        return super().predict(X)


class Leaves(FailsOnMany):
    def predict(self, X):
        if len(X) > 200:
            raise SystemExit(3)
        return super().predict(X)


class Overwrites(ClassifierMixin, BaseEstimator):
    def fit(self, X, y, X_unlabelled=None):
        if X_unlabelled is not None:
            X_unlabelled[:] = 0
        return self

    def predict(self, X):
        X[:] = 0
        return np.zeros(len(X), dtype=int)


def contest(split, *own):
    # Copies: the arrays of a split cannot be written into.
    labelled, pool, query = map(
        Inputs, (split.X_train.copy(), split.transfer[:300].copy(), split.X_test.copy())
    )
    problem = Problem(labelled, pool, 0.02, 4 * N, np.array([0.02, 0.1]), 3)
    labels = Labels(split.y_train[None], 10, np.ones((1, N), dtype=bool))
    tuned = next(rival for rival in RIVALS if rival.name == "kernel-ridge")
    entries = compete(
        problem,
        labels,
        query,
        rivals=[*own, tuned],
        teachers=[student_of(method) for method in (*own, tuned)],
    )
    return {entry.name: entry for entry in entries}


@pytest.mark.parametrize(
    ("method", "why"), [(FailsOnMany, "MemoryError: too many rows"), (Leaves, "SystemExit: 3")]
)
def test_what_fails_on_the_pool_alone_has_no_student(split, method, why):
    found = contest(split, Contestant("mine", method(1)))
    assert found["mine"].failure == ""
    assert found["mine"].scores is not None
    assert found["student-of-mine"].failure == why
    alone = contest(split)
    for name, entry in alone.items():
        np.testing.assert_array_equal(found[name].scores, entry.scores)


def test_a_name_that_is_taken_is_refused(split):
    with pytest.raises(ValueError, match="two contestants are called 'kernel-ridge'"):
        contest(split, Contestant("kernel-ridge", KNeighborsClassifier()))


def test_scikit_learns_output_format_changes_no_score(split):
    tuned = next(rival for rival in RIVALS if rival.name == "ridge-any-width")
    plain = contest(split, tuned)
    with sklearn.config_context(transform_output="pandas"):
        framed = contest(split, tuned)
    assert plain.keys() == framed.keys()
    for name, entry in plain.items():
        np.testing.assert_array_equal(entry.scores, framed[name].scores)


def test_what_a_contestant_sees_is_said_by_name():
    with pytest.raises(TypeError, match="positional"):
        Contestant("mine", Overwrites(), "pool")


@pytest.mark.parametrize("sees", ["labels", "pool"])
def test_nobody_writes_into_the_rows_of_the_others(split, sees):
    found = contest(split, Contestant("mine", Overwrites(), sees=sees))
    assert "read-only" in found["mine"].failure
    alone = contest(split)
    for name, entry in alone.items():
        np.testing.assert_array_equal(found[name].scores, entry.scores)


@pytest.mark.parametrize("name", ["", 3])
def test_a_contestant_has_a_name_of_letters(name):
    with pytest.raises(ValueError, match=f"name must be a non-empty string; got {name!r}"):
        Contestant(name, KNeighborsClassifier())

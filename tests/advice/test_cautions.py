"""Each caution is raised by data that have what it warns of, and by no others."""

import numpy as np
import pytest

from ddkd.advice._cautions import cautions_of
from ddkd.advice._cross_validation import Z_90, standard_error


def told(X, y, pool, n_folds=3, groups=None):
    classes, codes = np.unique(y, return_inverse=True)
    return cautions_of(X, codes, pool, classes, n_folds, groups, 0)


@pytest.fixture
def rows():
    """Two equal classes, and as many rows without labels."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 4)), np.arange(60) % 2, rng.normal(size=(60, 4))


def test_nothing_is_said_of_rows_that_have_nothing_wrong(rows):
    assert told(*rows) == []


@pytest.mark.parametrize(("n_rare", "is_said"), [(4, True), (5, False)])
def test_a_class_with_fewer_labels_than_folds(rows, n_rare, is_said):
    X, y, pool = rows
    y = np.where(np.arange(60) < n_rare, 7, y)
    said = [text for text in told(X, y, pool, n_folds=5) if "Too few labels" in text]
    assert bool(said) == is_said
    assert not said or "for 5 folds in class 7:" in said[0]


def test_a_class_whose_labels_are_in_fewer_groups_than_folds(rows):
    X, y, pool = rows
    groups = [f"patient {i}" for i in np.where(y == 1, np.arange(60) // 15, np.arange(60))]
    (said,) = told(X, y, pool, n_folds=5, groups=groups)
    assert said.startswith("Too few labels or groups for 5 folds in class 1:")
    assert told(X, y, pool, n_folds=4, groups=groups) == []


@pytest.mark.parametrize(("n_small", "is_said"), [(14, True), (15, False)])
def test_a_class_of_less_than_a_third_of_another(rows, n_small, is_said):
    X, _, pool = rows
    y = np.zeros(60, dtype=int)
    y[::4][:n_small] = 1
    said = [text for text in told(X, y, pool) if text.startswith("Classes are unequal")]
    assert bool(said) == is_said
    assert not said or f"({n_small} to {60 - n_small} labels)" in said[0]


@pytest.mark.parametrize(("n_groups", "is_told"), [(2, True), (5, True), (15, False)])
def test_few_groups_whose_intervals_are_too_narrow(rows, n_groups, is_told):
    """Groups that differ: the interval of a mean over them holds the truth too rarely."""
    told_of = told(*rows, n_folds=2, groups=np.arange(60) % n_groups)
    assert any(text.startswith(f"Intervals from {n_groups} groups") for text in told_of) == is_told
    rng = np.random.default_rng(0)
    groups, held = np.repeat(np.arange(n_groups), 20), []
    for _ in range(1000):
        losses = rng.random(20 * n_groups) < np.repeat(rng.beta(0.5, 1.5, n_groups), 20)
        held.append(abs(losses.mean() - 0.25) < Z_90 * standard_error(losses * 1.0, groups))
    assert (np.mean(held) < 0.88) == is_told


def test_labelled_rows_among_the_others(rows):
    X, y, pool = rows
    (said,) = told(X, y, np.concatenate([pool[7:], X[:7]]))
    assert said.startswith("7 labelled rows are among the unlabelled ones")
    X[7:12] = X[6]  # five more rows that equal one of the others
    (said,) = told(X, y, np.concatenate([pool[7:], X[:7]]))
    assert said.startswith("12 labelled rows are among the unlabelled ones")


def test_other_rows_than_the_labelled_ones(rows):
    X, y, pool = rows
    (said,) = told(X, y, pool + 2)
    assert said.startswith("The unlabelled rows are not like the labelled ones")


def test_no_rows_without_labels(rows):
    X, y, _ = rows
    assert told(X, y, X[:0]) == [
        "There are no unlabelled rows: only methods that need none competed."
    ]


def test_rows_in_order_of_time(rows):
    X, y, pool = rows
    order = np.argsort(X[:, 0])
    (said,) = told(X[order], y, pool)
    assert "in time or in groups" in said
    assert told(X[order], y, pool, groups=np.arange(60)) == []


@pytest.mark.parametrize(("alike", "is_said"), [(0.02, False), (0.045, True)])
def test_rows_that_are_alike_by_less_than_three_percent_are_no_order(alike, is_said):
    """Mean squares of steps are 1 - alike times those of a random order, which vary by .4 %."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 400))
    for row in range(1, 300):
        X[row] = alike * X[row - 1] + np.sqrt(1 - alike**2) * X[row]
    said = told(X, np.arange(300) % 2, X[:0])
    assert any("in time or in groups" in text for text in said) == is_said

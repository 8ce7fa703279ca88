import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import SVC

from ddkd._labels import decode
from ddkd.contestants._library import COSTS, extra_trees, self_training, support_vectors
from ddkd.contestants._problem import Inputs, Labels, Problem, folds_of
from ddkd.datasets import load

GAMMAS = np.array([0.01, 0.02, 0.1, 0.5, 1.0])


@pytest.fixture(scope="module")
def split():
    return load("digits", rng=3, n_samples=60, n_test=100)


@pytest.fixture(scope="module")
def problem(split):
    return Problem(Inputs(split.X_train), Inputs(split.transfer[:300]), 0.02, 240, GAMMAS, 3)


def labels_of(split, known=None):
    known = np.ones((1, 60), dtype=bool) if known is None else known
    return Labels(split.y_train[None], 10, known)


def test_support_vectors_are_chosen_as_grid_search_chooses_them(split, problem):
    got = decode(support_vectors(problem, labels_of(split))(Inputs(split.X_test)))[0]
    search = GridSearchCV(
        SVC(),
        {"gamma": GAMMAS, "C": COSTS},
        cv=StratifiedKFold(5, shuffle=True, random_state=3),
    ).fit(split.X_train, split.y_train)
    np.testing.assert_array_equal(got, search.predict(split.X_test))


@pytest.mark.parametrize("fit", [support_vectors, extra_trees, self_training])
def test_hidden_labels_are_not_seen_and_the_known_ones_are_learned(split, problem, fit):
    known = np.ones((1, 60), dtype=bool)
    known[0, :10] = False
    values = np.where(known, split.y_train, (split.y_train + 1) % 10)
    test = Inputs(split.X_test)
    first = fit(problem, labels_of(split, known))(test)
    np.testing.assert_array_equal(first, fit(problem, Labels(values, 10, known))(test))
    assert np.mean(decode(first)[0] != split.y_test) < 0.4


@pytest.mark.parametrize("fit", [support_vectors, extra_trees, self_training])
def test_one_known_class_is_always_the_answer(split, problem, fit):
    known = (split.y_train == 4)[None]
    got = decode(fit(problem, labels_of(split, known))(Inputs(split.X_test)))
    assert (got == 4).all()


def test_folds_keep_groups_together_and_classes_in_proportion():
    y = np.repeat([0, 1], 20)
    for train, held in folds_of(y, 5, 0):
        assert y[held].sum() == 4
        assert np.intersect1d(train, held).size == 0
    groups = np.arange(40) // 4
    for train, held in folds_of(y, 5, 0, groups):
        assert np.intersect1d(groups[train], groups[held]).size == 0

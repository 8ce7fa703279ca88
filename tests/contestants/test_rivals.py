"""Every rival against scikit-learn or numpy by hand, and who teaches whom on which rows."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.semi_supervised import LabelPropagation, SelfTrainingClassifier
from sklearn.svm import SVC

from ddkd._labels import encode
from ddkd.contestants import (
    ADVISED,
    DEFORMED,
    RIVALS,
    TABULAR,
    Contestant,
    Inputs,
    Labels,
    Problem,
    Rival,
    _contest,
    compete,
    contestants_of,
    folds_of,
)
from ddkd.contestants._library import (
    boosting,
    extra_trees,
    logistic_regression,
    self_training,
    support_vectors,
)
from ddkd.contestants._nested_students import Student
from ddkd.contestants._rivals import INTERPOLATING
from ddkd.datasets import DeformedImages, load
from ddkd.features import RandomFourierFeatures
from ddkd.solvers import min_norm

GAMMAS = np.array([0.05, 0.2])
# Boosting and trees fit one labelling at a time in the way of logistic regression.
SIDE_BY_SIDE = ("logistic-regression", "ridge-any-width", "kernel-ridge", "svm", "label-spreading")


def problem_of(n, n_inputs, n_pool=40, first=None, groups=None, shift=0.0):
    """Two overlapping classes, `n` of them labelled, and the labels."""
    rng = np.random.default_rng(n)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, n_inputs)) + shift * y[:, None]
    pool = rng.normal(size=(n_pool, n_inputs)) + shift * (np.arange(n_pool) % 2)[:, None]
    seen = None if first is None else Inputs(pool[:first])
    problem = Problem(Inputs(X), Inputs(pool), 0.2, 4 * n, GAMMAS, 3, seen, groups)
    return problem, Labels.all_known(y, 2)


def margins(model, X):
    """The chance of the second of two classes, less that of the first."""
    chances = model.predict_proba(X)
    return chances[:, 1] - chances[:, 0]


def test_trees_and_boosting_have_their_settings():
    problem, labels = problem_of(60, 4, shift=0.8)
    X, y, new = problem.labelled.X, labels.values[0], problem.pool.X
    numbers = Labels.all_known(X[:, 0] + y, 0)
    options = {"bootstrap": True, "oob_score": True, "random_state": 3}
    for given, forest in ((labels, ExtraTreesClassifier), (numbers, ExtraTreesRegressor)):
        targets = given.values[0]
        tried = [forest(60, max_features=m, **options).fit(X, targets) for m in ("sqrt", 0.5)]
        best = tried[int(tried[1].oob_score_ > tried[0].oob_score_)]
        wanted = margins(best, new) if given is labels else best.predict(new)
        got = extra_trees(problem, given)(problem.pool)[0, :, 0]
        np.testing.assert_allclose(got, wanted, atol=1e-12)
    boosted = HistGradientBoostingRegressor(
        max_iter=50, learning_rate=0.2, max_leaf_nodes=8, min_samples_leaf=5, random_state=3
    ).fit(X, numbers.values[0])
    got = boosting(problem, numbers)(problem.pool)[0, :, 0]
    np.testing.assert_allclose(got, boosted.predict(new), atol=1e-12)


def test_self_training_is_that_of_scikit_learn_on_as_many_features_as_rows():
    problem, labels = problem_of(60, 4, n_pool=80, shift=1.5)
    features = RandomFourierFeatures(240, gamma=0.2, random_state=3).fit(problem.labelled.X)
    # The first 60 of the 240 features, as large as those of a map of 60.
    Z, Z_pool = (
        2 * features.transform(rows.X)[:, :60] for rows in (problem.labelled, problem.pool)
    )
    base = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    partly = np.append(labels.values[0], np.full(80, -1))
    model = SelfTrainingClassifier(base, threshold=0.9, max_iter=5)
    wanted = model.fit(np.concatenate([Z, Z_pool]), partly).predict(Z_pool)
    assert 0 < np.sum(model.transduction_ == -1) < 80
    got = self_training(problem, labels)(problem.pool)
    np.testing.assert_array_equal(got, encode(wanted[None], 2))


def test_logistic_regression_of_many_inputs_has_smaller_costs():
    """`C` is in units of the inputs' number, a tenth of it."""
    problem, labels = problem_of(60, 40, shift=0.2)
    X, y = problem.labelled.X, labels.values[0]
    search = GridSearchCV(
        LogisticRegression(tol=1e-3, max_iter=2000),
        {"C": [c / 4 for c in (0.001, 0.01, 0.1, 1, 10, 100)]},
        cv=StratifiedKFold(5, shuffle=True, random_state=3),
    ).fit(X, y)
    got = logistic_regression(problem, labels)(problem.pool)[0, :, 0]
    np.testing.assert_allclose(got, margins(search, problem.pool.X), atol=1e-9)
    assert np.unique(search.cv_results_["mean_test_score"]).size > 2


def test_support_vectors_of_two_classes_have_the_decision_function():
    groups = np.arange(60) // 3
    problem, labels = problem_of(60, 4, groups=groups, shift=0.8)
    X, y = problem.labelled.X, labels.values[0]
    search = GridSearchCV(
        SVC(),
        {"gamma": GAMMAS, "C": (0.3, 1.0, 3.0, 10.0)},
        cv=GroupKFold(5, shuffle=True, random_state=3),
    )
    # Ties: the first in the order of C, then of gamma.
    search.fit(X, y, groups=groups)
    table = search.cv_results_
    errors = 1 - table["mean_test_score"]
    assert np.unique(errors).size > 2
    got = support_vectors(problem, labels)(problem.pool)[0, :, 0]
    np.testing.assert_allclose(got, search.decision_function(problem.pool.X), atol=1e-9)


def test_deformed_support_vectors_learn_ten_copies_of_every_image():
    split = load("digits", rng=3, n_samples=30, n_test=50, n_transfer=10)
    gammas = np.array([0.02, 0.1])
    problem = Problem(Inputs(split.X_train), Inputs(split.transfer), 0.02, 40, gammas, 3)
    known = (np.arange(30) < 25)[None]
    labels = Labels(split.y_train[None], 10, known)
    got = DEFORMED.fit(problem, labels)(Inputs(split.X_test))[0]
    X, y = split.X_train[:25], split.y_train[:25]
    search = GridSearchCV(
        SVC(),
        {"C": (0.3, 1.0, 3.0, 10.0), "gamma": gammas},
        cv=KFold(5, shuffle=True, random_state=3),  # classes are rarer than folds
    ).fit(X, y)
    copies = [DeformedImages(x.reshape(1, 8, 8)).sample(10, rng=[3, i]) for i, x in enumerate(X)]
    model = SVC(**search.best_params_).fit(
        np.concatenate([X, *copies]), np.append(y, np.repeat(y, 10))
    )
    np.testing.assert_array_equal(got, encode(model.predict(split.X_test), 10))


def test_the_memorising_teacher_is_of_minimum_norm_and_twenty_times_as_wide_as_its_rows():
    problem, labels = problem_of(20, 3)
    model = INTERPOLATING.fit(problem, labels)
    assert model.width == [400]
    assert model.alpha == [0]
    features = RandomFourierFeatures(400, gamma=0.2, random_state=3).fit(problem.labelled.X)
    Z, Z_new = (features.transform(rows.X) for rows in (problem.labelled, problem.pool))
    wanted = Z_new @ min_norm(Z, labels.targets[0]).coef
    np.testing.assert_allclose(model(problem.pool)[0], wanted, atol=1e-8)


def test_the_tuned_ridge_has_the_least_error_with_labels_left_out_of_all_widths():
    problem, labels = problem_of(24, 3, shift=0.7)
    model = {rival.name: rival for rival in RIVALS}["ridge-any-width"].fit(problem, labels)
    y = labels.targets[0][:, 0]
    least = (np.inf,)
    for gamma in GAMMAS:
        for width in (6, 12, 24, 48, 96, 240):
            features = RandomFourierFeatures(width, gamma=gamma, random_state=3)
            Z = features.fit_transform(problem.labelled.X)
            for alpha in 10.0 ** np.arange(-8, 1.5, 0.5):
                hat = Z @ np.linalg.solve(Z.T @ Z + alpha * np.eye(width), Z.T)
                left_out = (y - hat @ y) / (1 - np.diag(hat))
                least = min(least, (np.mean(left_out**2), gamma, width, alpha))
    _, gamma, width, alpha = least
    (kernel,) = model.kernels
    assert (kernel.gamma, kernel.width) == (gamma, width)
    assert model.alpha[0] == pytest.approx(alpha)
    features = RandomFourierFeatures(width, gamma=gamma, random_state=3).fit(problem.labelled.X)
    Z, Z_new = (features.transform(rows.X) for rows in (problem.labelled, problem.pool))
    fitted = Ridge(alpha, fit_intercept=False, solver="svd").fit(Z, y)
    np.testing.assert_allclose(model(problem.pool)[0, :, 0], fitted.predict(Z_new), atol=1e-8)


def test_a_rival_suits_classes_or_numbers_or_both():
    suited = {r.name: (r.suits(10, 2), r.suits(10, 0)) for r in (*ADVISED, *RIVALS, *TABULAR)}
    both = {"ridge-any-width", "kernel-ridge", "extra-trees", "boosting", "interpolating"}
    assert {name for name, kinds in suited.items() if kinds == (True, True)} == both
    assert {name for name, kinds in suited.items() if kinds == (False, True)} == {
        "ridge-regression"
    }
    assert {rival.name for rival in ADVISED if rival.sees == "pool"} == {"label-spreading"}


@pytest.mark.parametrize(
    ("counts", "stratified"), [((20, 5), True), ((20, 4), False), ((3,), False)]
)
def test_folds_are_stratified_where_every_class_fills_them(counts, stratified):
    y = np.repeat(np.arange(len(counts)), counts)
    kind = StratifiedKFold if stratified else KFold
    wanted = list(kind(min(5, len(y)), shuffle=True, random_state=8).split(y, y))
    got = folds_of(y, 5, 8)
    for (train, held), (their_train, their_held) in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(train, their_train)
        np.testing.assert_array_equal(held, their_held)


def test_folds_of_numbers_and_of_few_groups():
    for y, groups, splitter in (
        (np.linspace(0, 1, 12), None, KFold(5, shuffle=True, random_state=8)),
        (np.arange(12) % 2, np.arange(12) // 4, GroupKFold(3, shuffle=True, random_state=8)),
    ):
        wanted = [held.tolist() for _, held in splitter.split(y, y, groups)]
        assert [held.tolist() for _, held in folds_of(y, 5, 8, groups)] == wanted


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_labellings_at_once_are_those_of_one_at_a_time(name):
    rival = next(rival for rival in ADVISED if rival.name == name)
    rng = np.random.default_rng(1)
    y = np.arange(24) % 3
    X = rng.normal(size=(24, 2)) + np.eye(3)[y][:, :2]
    problem = Problem(Inputs(X), Inputs(rng.normal(size=(30, 2))), 0.2, 96, GAMMAS, 3)
    values = np.stack([y, np.where(rng.random(24) < 0.3, (y + 1) % 3, y)])
    known = np.stack([np.arange(24) != 5, np.arange(24) % 4 > 0])
    both = rival.fit(problem, Labels(values, 3, known))
    for i in (0, 1):
        # Inputs of its own: nothing that was made for both is used again.
        alone = Problem(Inputs(X), Inputs(problem.pool.X), 0.2, 96, GAMMAS, 3)
        one = rival.fit(alone, Labels(values[i : i + 1], 3, known[i : i + 1]))
        for rows, same in ((problem.pool, alone.pool), (problem.labelled, alone.labelled)):
            np.testing.assert_allclose(both(rows)[i], one(same)[0], atol=1e-7)


def linear(seed):
    """A rival's fit that scores rows by a fixed map to three classes."""

    def fit(problem, labels):
        coef = np.random.default_rng(seed).normal(size=(2, 3, 3))  # of two labellings
        return lambda rows: rows.X @ coef

    return fit


def test_who_teaches_whom_on_which_rows(monkeypatch):
    rng = np.random.default_rng(0)
    X, pool, new = (rng.normal(size=(m, 3)) for m in (20, 60, 15))
    problem = Problem(Inputs(X), Inputs(pool), 0.2, 12, GAMMAS, 3, Inputs(pool[:30]))
    labels = Labels(rng.integers(3, size=(2, 20)), 3, np.ones((2, 20), dtype=bool))
    names = ("ridge-any-width", "kernel-ridge", "svm", "extra-trees", "label-spreading")
    rivals = [
        Rival(name, name, "pool" if name == "label-spreading" else "labels", linear(seed))
        for seed, name in enumerate(names)
    ]
    clock = iter(np.arange(100.0) ** 2)
    monkeypatch.setattr(_contest.time, "perf_counter", lambda: next(clock))
    done = []
    entries = compete(problem, labels, Inputs(new), rivals=rivals, done=lambda: done.append(1))
    # A second squared less the one before: the odd numbers, of which every other one.
    assert [entry.seconds for entry in entries] == [4 * k + 1 for k in range(len(entries))]
    assert len(done) == len(entries)
    assert [entry.failure for entry in entries] == [""] * len(entries)
    students = {entry.name: entry for entry in entries if entry.needs}
    # Nobody memorises here: there is no student of the interpolating teacher.
    of_one = [f"student-of-{name}" for name in names]
    assert list(students) == [*of_one, "student-of-neighbours", "student-of-majority"]
    assert {entry.sees for entry in students.values()} == {"pool"}
    transfer = {name: entry.model.n_transfer for name, entry in students.items()}
    seen_alone = ("student-of-label-spreading", "student-of-neighbours", "student-of-majority")
    assert transfer == {name: 30 if name in seen_alone else 60 for name in students}

    codes = np.stack(
        [linear(seed)(problem, labels)(Inputs(pool)).argmax(axis=2) for seed in range(5)]
    )

    def taught(votes, rows):
        offset = np.zeros((2, 1, 1))
        return Student(problem, rows, encode(votes, 3), offset)(Inputs(new))

    for seed, name in enumerate(of_one):
        m = transfer[name]
        rows = Inputs(pool[:m])
        np.testing.assert_allclose(students[name].scores, taught(codes[seed][:, :m], rows))
    majority = [[np.bincount(rows, minlength=3).argmax() for rows in codes[:, f].T] for f in (0, 1)]
    wanted = taught(np.array(majority)[:, :30], Inputs(pool[:30]))
    np.testing.assert_allclose(students["student-of-majority"].scores, wanted)
    # Without the pool's part that they see, those that need it are left out.
    blind = Problem(Inputs(X), Inputs(pool), 0.2, 12, GAMMAS, 3, Inputs(pool[:0]))
    left = {e.name for e in compete(blind, labels, Inputs(new), rivals=rivals)}
    assert left == {*names[:4], *of_one[:4]}


class Says(KNeighborsRegressor):
    """Predicts what it is told to: of the first row, and of the rest."""

    def __init__(self, first=0.0, rest=0.0):
        self.first = first
        self.rest = rest

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.append(self.first, np.full(len(X) - 1, self.rest))


@pytest.mark.parametrize(
    ("n_classes", "first", "rest", "failure"),
    [
        (0, np.nan, 0.0, "ValueError: predict returned a number that is not finite"),
        (2, 2, 0, "ValueError: predict returned labels that are not among 0 to 1"),
        (2, -1, 0, "ValueError: predict returned labels that are not among 0 to 1"),
        (0, 1.0, 0.0, "ValueError: its predictions change when the rows are permuted"),
        (2, 1, 1, ""),
        (0, 7.5, 7.5, ""),
    ],
)
def test_what_a_contestant_predicts_is_checked(n_classes, first, rest, failure):
    problem, labels = problem_of(20, 3)
    if not n_classes:
        labels = Labels.all_known(labels.values[0] + 0.5, 0)
    mine = Contestant("mine", Says(first, rest))
    (entry,) = compete(problem, labels, problem.pool, rivals=[mine], teachers=[])
    assert entry.failure == failure
    if not failure:
        wanted = np.full((1, 40, 1), 1.0 if n_classes else 7.5)
        np.testing.assert_array_equal(entry.scores, wanted)


def test_a_score_that_is_not_finite_fails_its_rival_alone():
    problem, labels = problem_of(20, 3)

    def fit(problem, labels):
        return lambda rows: np.where(np.arange(len(rows)) == 3, np.nan, 1.0)[None, :, None]

    rivals = [Rival("broken", "broken", "labels", fit), RIVALS[1]]
    entries = compete(problem, labels, problem.pool, rivals=rivals)
    assert {entry.name: entry.failure for entry in entries} == {
        "broken": "ValueError: its scores are not finite",
        "kernel-ridge": "",
        "student-of-kernel-ridge": "",
    }
    assert (entries[0].scores, entries[0].model) == (None, None)


def test_where_a_fold_leaves_one_class_its_label_is_the_answer_there():
    """Nine rows of one class and one of another, which some fold holds out."""
    rng = np.random.default_rng(0)
    y = (np.arange(10) == 4).astype(int)
    X = rng.normal(size=(10, 2)) + 4.0 * y[:, None]
    problem = Problem(Inputs(X), Inputs(X), 0.2, 40, GAMMAS, 3)
    for fit in (support_vectors, logistic_regression):
        (scores,) = fit(problem, Labels.all_known(y, 2))(problem.pool)
        assert np.sum(scores[:, 0] > 0) <= 1


def test_a_contestant_sees_the_known_labels_and_the_pool_if_it_may():
    problem, labels = problem_of(20, 3, first=30, shift=1.0)
    known = np.arange(20)[None] < 14
    part = Labels(labels.values, 2, known)
    X, y = problem.labelled.X[:14], labels.values[0, :14]
    nearest = Contestant("mine", KNeighborsClassifier(1)).fit(problem, part)(problem.pool)
    wanted = KNeighborsClassifier(1).fit(X, y).predict(problem.pool.X)
    np.testing.assert_array_equal(nearest, encode(wanted[None], 2))
    (spreads,) = contestants_of([LabelPropagation(gamma=2.0)])
    assert spreads.sees == "pool"
    got = spreads.fit(problem, part)(problem.pool)
    rows = np.concatenate([X, problem.pool.X[:30]])
    model = LabelPropagation(gamma=2.0).fit(rows, np.append(y, np.full(30, -1)))
    np.testing.assert_array_equal(got, encode(model.predict(problem.pool.X)[None], 2))
    assert contestants_of([nearest_neighbour := Contestant("mine", KNeighborsClassifier())]) == [
        nearest_neighbour
    ]
    assert contestants_of(None) == []
    with pytest.raises(ValueError, match="must be Contestant objects or estimators; got 3"):
        contestants_of([3])
    with pytest.raises(ValueError, match="estimator must have fit and predict"):
        Contestant("mine", DeformedImages)

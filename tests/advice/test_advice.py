"""Advice: no leak, one factorisation, honest words, every kind of labels."""

import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    RegressorMixin,
    clone,
    is_classifier,
    is_regressor,
)
from sklearn.datasets import load_diabetes
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ddkd import DistilledRegressor
from ddkd._text import percent
from ddkd.advice import advise
from ddkd.advice._cautions import cautions_of
from ddkd.advice._cross_validation import CrossValidation, standard_error
from ddkd.contestants import ADVISED, Contestant, _nested_students
from ddkd.datasets import load
from tests.helpers.quickly import few_settings


class Crashes(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise RuntimeError("out of luck")

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


@pytest.fixture(scope="module")
def split():
    return load("digits", n_samples=80, n_test=300, n_transfer=250, rng=0)


@pytest.fixture(scope="module")
def advice(split):
    mine = [Contestant("logistic", LogisticRegression(C=0.1)), Crashes()]
    with few_settings():
        return advise(split.X_train, split.y_train, split.transfer, contestants=mine, n_folds=3)


def test_the_ranking_is_in_order_and_names_the_best(advice):
    ranking = advice.ranking
    assert (np.diff(ranking.error) >= 0).all()
    assert (advice.best, advice.distils) == (ranking.name[0], ranking.student[0])
    rivals = {rival.name for rival in ADVISED} - {"ridge-regression", "boosting"} | {"logistic"}
    students = {f"student-of-{name}" for name in (*rivals, "neighbours", "majority")}
    assert set(ranking.name) == rivals | students
    assert ((ranking.low <= ranking.error) & (ranking.error <= ranking.high)).all()
    assert ranking.difference[0] == 0
    other = ranking[ranking.student != advice.distils][0]
    _, low, _ = advice.difference(other.name, advice.best)
    assert advice.decided == (low > 0)
    assert (advice.n_labelled, advice.n_unlabelled, advice.n_given) == (80, 250, 250)
    assert advice.n_classes == 10


def test_a_contestant_is_cross_validated_as_scikit_learn_does_it(split, advice):
    assert "The labels chose the scale: one scale for all columns." in advice.sentences()
    rows = np.concatenate([split.X_train, split.transfer])
    X = (split.X_train - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0).mean())
    seed = int(np.random.default_rng(0).integers(2**31))
    errors = []
    for random_state in (seed, seed + 1):
        folds = StratifiedKFold(3, shuffle=True, random_state=random_state)
        said = cross_val_predict(LogisticRegression(C=0.1), X, split.y_train, cv=folds)
        errors.append(np.mean(said != split.y_train))
    row = advice.ranking[advice.ranking.name == "logistic"][0]
    assert row.error == pytest.approx(np.mean(errors))
    assert "student-of-logistic" in advice.ranking.name.tolist()


def test_a_crash_is_named_and_harms_nobody(split, advice):
    assert advice.failures == {"Crashes": "RuntimeError: out of luck"}
    assert "Crashes failed and is left out: RuntimeError: out of luck" in advice.report()


@pytest.mark.slow
def test_no_contestant_learns_from_the_labels_that_judge_it(split):
    """Labels that mean nothing: whatever peeks at a held-out row errs less than guessing."""
    rng = np.random.default_rng(3)
    X, pool = rng.normal(size=(200, 4)), rng.normal(size=(300, 4))
    found = advise(X, np.arange(200) % 2, pool, rng=1)
    # Sixteen contestants on 200 coins: the best is above half less four standard errors.
    assert found.ranking.error.min() > 0.5 - 4 * 0.5 / np.sqrt(200)


@pytest.mark.slow
def test_one_factor_serves_all_folds_and_teachers(split, monkeypatch):
    made = []
    original = _nested_students.NestedStudents.__init__

    def counted(self, *args, **kwargs):
        made.append(1)
        original(self, *args, **kwargs)

    monkeypatch.setattr(_nested_students.NestedStudents, "__init__", counted)
    advise(split.X_train, split.y_train, split.transfer)
    assert len(made) == 1


def test_the_estimator_takes_raw_rows_and_can_be_kept(split, advice):
    model = advice.estimator()
    said = model.predict(split.X_test)
    assert model[-1].names == [advice.best]
    assert set(said) <= set(split.classes)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(split.X_test[::-1]), said[::-1])
    with pytest.raises(ValueError, match="X has 3 features, but TableEncoder is expecting 64"):
        model.predict(split.X_test[:, :3])


def test_a_committee_votes_and_a_tie_goes_to_the_best(split, advice):
    ranking = advice.ranking
    near = ranking.difference <= 1.5 * ranking.standard_error
    near &= ranking.error <= 1.5 * ranking.error[0]
    committee = advice.committee()
    assert committee[-1].names == advice.ranking.name[near].tolist()
    assert committee.score(split.X_test, split.y_test) > 0.8
    pair = advice.committee(within=0.0)
    assert pair[-1].names[0] == advice.best
    with pytest.raises(ValueError, match=r"within must be finite and in .*; got -1"):
        advice.committee(within=-1)


@pytest.mark.slow
def test_names_of_classes_come_back(split):
    names = np.array(["ten", *"abcdefghi"])[split.y_train]
    found = advise(split.X_train, names, split.transfer)
    assert set(found.estimator().predict(split.X_test)) <= set(names)


@pytest.fixture(scope="module")
def numbers():
    """Advice on numbers, with a rival of whose folds some explode."""
    X, y = load_diabetes(return_X_y=True)
    with few_settings():
        advice = advise(X[:150], y[:150], X[250:], contestants=[Explodes()], n_folds=3)
    return X, y, advice


class Explodes(RegressorMixin, BaseEstimator):
    """Right but for a few rows, where it is off by a thousand deviations."""

    def fit(self, X, y):
        self.model_ = Ridge(10.0).fit(X, y)
        return self

    def predict(self, X):
        return self.model_.predict(X) + 1e5 * (X[:, 0] > np.quantile(X[:, 0], 0.99))


def test_numbers_are_advised_on_too(numbers):
    X, y, found = numbers
    assert found.n_classes == 0
    assert "student-of-majority" not in found.ranking.name.tolist()
    assert 0.3 < found.ranking.error[0] < 0.75
    model = found.estimator()
    assert model.score(X[150:250], y[150:250]) > 0.25
    by_hand = make_pipeline(StandardScaler(), KernelRidge(alpha=10.0, kernel="rbf", gamma=0.01))
    by_hand.fit(X[:150], y[:150] - y[:150].mean())
    theirs = by_hand.score(X[150:250], y[150:250] - y[:150].mean())
    assert model.score(X[150:250], y[150:250]) > theirs - 0.1
    assert "of the variance" in found.report()


def test_an_advised_model_for_numbers_is_a_regressor_and_can_be_cloned(numbers):
    X, y, found = numbers
    model = found.estimator()
    assert is_regressor(model)
    assert not is_classifier(model)
    again = clone(model).fit(X[:150], y[:150])
    np.testing.assert_allclose(again.predict(X[150:]), model.predict(X[150:]), rtol=1e-6)
    student = DistilledRegressor(model, Ridge(), transfer=X[150:]).fit(X[:150], y[:150])
    by_hand = Ridge().fit(X[150:], model.predict(X[150:]))
    np.testing.assert_allclose(student.predict(X), by_hand.predict(X), rtol=1e-6)


def test_an_advised_classifier_can_be_cloned_and_refitted(split, advice):
    model = advice.estimator()
    assert is_classifier(model)
    again = clone(model).fit(split.X_train, split.y_train)
    np.testing.assert_array_equal(again.predict(split.X_test), model.predict(split.X_test))
    few = split.y_train < 5
    assert set(again.fit(split.X_train[few], split.y_train[few]).classes_) == set(range(5))


def test_a_committee_for_numbers_does_not_explode(numbers):
    """A model whose squared errors are huge on a few rows is not near, and does not bend a vote."""
    X, y, found = numbers
    ranking = found.ranking
    worst = ranking[ranking.name == "Explodes"][0]
    assert worst.error > 100 * ranking.error[0]
    assert worst.difference < 2 * worst.standard_error  # by that alone it would be near
    committee = found.committee(within=2.0)
    assert "Explodes" not in committee[-1].names
    assert len(committee[-1].names) > 1
    best = found.estimator().score(X[150:250], y[150:250])
    assert committee.score(X[150:250], y[150:250]) > best - 0.1
    # The median of three, of which one is far off, lies between the other two.
    names = ["kernel-ridge", "ridge-any-width", "Explodes"]
    three = found._contest.fit(names)
    alone = [found._contest.fit([name]).predict(X[150:]) for name in names]
    np.testing.assert_allclose(three.predict(X[150:]), np.sort(alone, axis=0)[1])


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.full(80, 0.5), "y is 0.5 in every row: nothing can be learned from it"),
        (np.linspace(0.5, 1.5e160, 80), r"value of y must be from 1e-100 to 1e\+100; it is 1.5e"),
        (np.linspace(0.5e-160, 1.5e-160, 80), "value of y must be from 1e-100 to"),
        (np.arange(80), r"y has 80 different whole numbers in 80 rows.* say task='numbers'"),
        (np.array(["a", 1] * 40, dtype=object), "y mixes text with other objects, such as 1"),
    ],
)
def test_labels_that_nothing_can_be_said_of_are_refused(split, y, words):
    with pytest.raises(ValueError, match=words):
        advise(split.X_train, y, None)


@pytest.mark.usefixtures("few_rivals")
def test_numbers_that_are_objects_are_numbers(split):
    y = split.X_train[:, 20] + 0.25
    found = advise(split.X_train, y.astype(object), None)
    assert found.n_classes == 0
    assert found.ranking.error.tolist() == advise(split.X_train, y, None).ranking.error.tolist()


@pytest.mark.slow
@pytest.mark.usefixtures("few_rivals")
def test_what_the_labels_are_can_be_told(split):
    ratings = np.arange(80) % 5
    told = advise(split.X_train, ratings, None, task="numbers")
    assert told.n_classes == 0
    assert is_regressor(told.estimator())
    assert told.error == advise(split.X_train, ratings.astype(float), None, task="numbers").error
    assert advise(split.X_train, ratings / 2, None, task="classes").n_classes == 5
    with pytest.raises(ValueError, match="task must be one of 'classes', 'numbers'; got 'rank'"):
        advise(split.X_train, ratings, None, task="rank")
    with pytest.raises(ValueError, match="y contains NaN"):
        advise(split.X_train, np.append(ratings[:79], np.nan), None, task="classes")


@pytest.mark.parametrize("n_far", [0, 1, 2])
@pytest.mark.parametrize(("centre", "far"), [(0.0, 1e12), (1e3, 0.0)])
def test_a_label_far_from_the_others_is_a_caution(n_far, centre, far):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(120, 3)), centre + rng.normal(size=120)
    y[:n_far] = far
    found = cautions_of(X, y, X[:0], None, 5, np.arange(120), 0)
    said = [text for text in found if text.startswith("More than half of the variance is in")]
    assert bool(said) == bool(n_far)
    if said:
        assert f"in {n_far} of 120 labels (the farthest is {far:.3g}, the median" in said[0]


class Stopped(Exception):
    """Raised with the contest in place of running it."""


@pytest.mark.parametrize(("n", "n_labellings"), [(299, 10), (300, 5)])
def test_from_300_labels_on_rows_are_split_into_folds_once(n, n_labellings, monkeypatch):
    def stop(contest, *_):
        raise Stopped(contest)

    monkeypatch.setattr(CrossValidation, "run", stop)
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(Stopped) as caught:
        advise(X[:n], y[:n], None)
    (contest,) = caught.value.args
    hidden = ~contest.labels.known
    assert len(hidden) == n_labellings
    assert (hidden.sum(axis=0) == n_labellings // 5).all()


def test_standard_errors_count_one_more_discordant_row_and_are_a_quarter_wider():
    d = np.array([1.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    n = len(d)
    expected = 1.25 * np.sqrt(np.sum((d - d.mean()) ** 2) + 1) / n
    assert standard_error(d, np.arange(n)) == pytest.approx(expected)
    assert standard_error(np.zeros(n), np.arange(n)) == 1.25 / n
    # Two copies of every row tell no more than one.
    twice, groups = np.repeat(d, 2), np.repeat(np.arange(n), 2)
    grouped = 1.25 * np.sqrt(np.sum((2 * (d - d.mean())) ** 2) + 1) / (2 * n)
    assert standard_error(twice, groups) == pytest.approx(grouped)


def cautions(X, y, pool, groups=None):
    return cautions_of(X, y, pool, np.arange(10), 3, groups, 0)


@pytest.mark.slow
def test_cautions_tell_what_is_wrong_with_the_data(split):
    X, y, pool = split.X_train, split.y_train, split.transfer
    assert cautions(X, y, pool) == []
    shifted = cautions(X, y, pool + 2 * pool.std(axis=0))
    assert any("tells them apart" in text for text in shifted)
    equal = cautions(X, y, np.concatenate([pool, X[:7]]))
    assert any(text.startswith("7 labelled rows are among") for text in equal)
    order = np.argsort(y, kind="stable")
    assert any("in time or in groups" in text for text in cautions(X[order], y[order], pool))
    assert cautions(X[order], y[order], pool, np.arange(len(y))) == []


@pytest.mark.slow
def test_rows_of_a_group_are_held_out_together(split):
    groups = np.arange(80) // 8
    found = advise(split.X_train, split.y_train, None, groups=groups)
    known = found._contest.labels.known
    assert all(len(np.unique(known[:, groups == g], axis=1).T) == 1 for g in range(10))


@pytest.mark.slow
def test_what_can_still_be_said_with_few_labels_or_no_pool(split):
    few = np.append(np.flatnonzero(split.y_train < 2), np.flatnonzero(split.y_train == 5)[:2])
    found = advise(split.X_train[few], split.y_train[few], split.transfer)
    assert any("Too few labels or groups for 5 folds in class 5" in text for text in found.cautions)
    assert any("Classes are unequal" in text for text in found.cautions)
    assert "bal." in found.report()
    alone = advise(split.X_train, split.y_train, None)
    assert not alone.ranking.student.any()
    assert any("no unlabelled rows" in text for text in alone.cautions)
    assert not alone.distils
    assert not alone.decided


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"y": np.zeros(80, int)}, "y has one class, .*0.*: nothing can be learned"),
        ({"y": np.zeros(3, int)}, r"y must hold one label for each of 80 rows; .* \(3,\)"),
        ({"X_unlabelled": np.ones((5, 3))}, "X_unlabelled must have 64 columns"),
        ({"n_folds": 1}, "n_folds must be at least 2; got 1"),
        ({"n_folds": 81}, "80 labelled rows are too few for 81 folds"),
        ({"n_jobs": 0}, "n_jobs == 0 in Parallel has no meaning"),
        ({"groups": np.zeros(80)}, "groups must name two groups or more"),
        ({"groups": [None] * 40 + ["a"] * 40}, "groups mixes text with other objects"),
        ({"y": np.append(np.arange(79.0), np.inf)}, "y contains NaN or infinity"),
        ({"contestants": [3]}, "contestants must be Contestant objects or estimators; got 3"),
        ({"y": np.full(80, np.nan)}, "y contains NaN"),
    ],
)
def test_bad_arguments_are_named(split, change, words):
    arguments = {"X": split.X_train, "y": split.y_train, "X_unlabelled": split.transfer} | change
    with pytest.raises(ValueError, match=words):
        advise(**arguments)


def test_minus_one_is_a_thread_for_each_core_as_in_scikit_learn(split, monkeypatch):
    class Asked(Exception):
        pass

    def limits(n_threads):
        raise Asked(n_threads)

    monkeypatch.setattr("ddkd.advice._advise.threadpool_limits", limits)
    with pytest.raises(Asked, match=rf"^{joblib.cpu_count()}$"):
        advise(split.X_train, split.y_train, n_jobs=-1)


def test_the_words_and_the_table_fit_a_terminal(advice):
    sentences, table = advice.report().split("\n\n")
    assert "is expected to err on" in sentences.splitlines()[0]
    assert max(map(len, table.splitlines())) <= 77
    assert len(repr(advice).splitlines()) <= 20


def test_a_difference_named_beforehand_has_an_interval(advice):
    mean, low, high = advice.difference("student-of-svm", "svm")
    assert low < mean < high
    opposite = advice.difference("svm", "student-of-svm")
    np.testing.assert_allclose(opposite, (-mean, -high, -low))
    with pytest.raises(ValueError, match="'nobody' is no contestant"):
        advice.difference("nobody", "svm")


def test_a_committee_does_not_explode_on_a_table_of_a_few_near_equal_rows():
    """The memorising teacher leaves 30,000 % of the variance, and once had a vote."""
    rng = np.random.default_rng(1)
    columns = [rng.integers(1, 5, 590), *rng.integers(0, 2, (2, 590)), rng.integers(0, 3, 590)]
    X = np.column_stack([*columns, 100.0 * rng.integers(20, 60, 590)])
    X += 1e-3 * rng.normal(size=X.shape)
    y = X[:, 0] + X[:, 1] - X[:, 2] + X[:, 4] / 2000 + 1.2 * rng.normal(size=590)
    with few_settings():
        found = advise(X[:90], y[:90], X[90:290], rng=0)
    assert found.ranking.error.max() > 100 * found.ranking.error[0]
    assert max(map(len, found.table().splitlines())) <= 77
    picture = found.plot()
    assert picture.get_xlim()[1] < 300  # the others can be told apart
    assert picture.texts[-1].get_text() == f"{percent(found.ranking.error[-1])} \u2192"
    left = [
        np.mean((model.predict(X[290:]) - y[290:]) ** 2)
        for model in (found.estimator(), found.committee())
    ]
    assert left[1] < 1.5 * left[0] < y[290:].var()

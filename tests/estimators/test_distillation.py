"""Distillation: who is trained on what, and in which pieces."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_digits, make_blobs
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from ddkd import (
    DistilledClassifier,
    DistilledRegressor,
    GaussianPopulation,
    LeastSquaresClassifier,
    LeastSquaresRegressor,
    RandomFourierFeatures,
)


# Some checks put random labels on inputs in 2-D, which no float64 Fourier model interpolates.
@pytest.mark.filterwarnings("ignore::ddkd.InterpolationWarning")
@parametrize_with_checks(
    [
        DistilledClassifier(),
        DistilledClassifier(labels="soft"),
        DistilledClassifier(LogisticRegression(), DecisionTreeClassifier(random_state=0)),
        DistilledRegressor(),
        DistilledRegressor(Ridge(), LinearRegression()),
    ]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture
def blobs():
    X, y = make_blobs(300, 4, centers=3, cluster_std=3.0, random_state=0)
    return X, np.array(["ant", "bee", "cat"])[y]


class Stream:
    """Standard normal inputs; remembers the sizes asked for."""

    def __init__(self, n_inputs=4):
        self.n_inputs = n_inputs
        self.sizes = []

    def sample(self, n, rng=None):
        self.sizes.append(n)
        return np.random.default_rng(rng).standard_normal((n, self.n_inputs))


class Fixed(ClassifierMixin, BaseEstimator):
    """A teacher with an answer of its own, whatever it was shown."""

    def __init__(self, rule=None):
        self.rule = rule

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.rule(X)


def sign_of_first(X):
    return np.where(X[:, 0] > 0, "bee", "ant")


def test_the_student_learns_the_transfer_set_as_the_teacher_labels_it(blobs):
    X, y = blobs
    pool = np.random.default_rng(0).standard_normal((500, 4)) * 5
    model = DistilledClassifier(LinearSVC(), LogisticRegression(), transfer=pool).fit(X, y)
    teacher = LinearSVC(random_state=model.teacher_.random_state).fit(X, y)
    np.testing.assert_array_equal(model.teacher_.coef_, teacher.coef_)
    student = LogisticRegression().fit(pool, teacher.predict(pool))
    np.testing.assert_allclose(model.student_.coef_, student.coef_, atol=1e-10)
    np.testing.assert_array_equal(model.predict(X), student.predict(X))
    np.testing.assert_array_equal(model.predict_proba(X), model.student_.predict_proba(X))
    assert model.n_transfer_ == 500
    agreement = np.mean(student.predict(X) == teacher.predict(X))
    assert model.agreement(X) == pytest.approx(agreement)


def test_without_a_transfer_set_the_training_inputs_serve(blobs):
    X, y = blobs
    teacher = DecisionTreeClassifier(max_depth=1, random_state=0)
    model = DistilledClassifier(teacher, LogisticRegression()).fit(X, y)
    student = LogisticRegression().fit(X, teacher.fit(X, y).predict(X))
    assert model.n_transfer_ == 300
    assert list(model.classes_) == ["ant", "bee", "cat"]
    # a stump names two of the three classes; the third keeps its column
    np.testing.assert_array_equal(model.predict(X), student.predict(X))
    missing = np.flatnonzero(~np.isin(model.classes_, student.classes_))
    assert (model.predict_proba(X)[:, missing] == 0).all()
    assert (model.decision_function(X)[:, missing] == np.finfo(float).min).all()
    np.testing.assert_array_equal(
        model.classes_[model.decision_function(X).argmax(axis=1)], model.predict(X)
    )
    assert model.predict_proba(X).shape == (300, 3)


@pytest.mark.parametrize("student", [LeastSquaresClassifier(), SGDClassifier(), GaussianNB()])
def test_batches_keep_classes_that_the_teacher_never_uses(student, blobs):
    X, y = blobs
    model = DistilledClassifier(Fixed(sign_of_first), student, batch_size=7).fit(X, y)
    assert list(model.student_.classes_) == ["ant", "bee", "cat"]
    one_array = LeastSquaresClassifier(fit_intercept=True)  # no partial_fit, yet takes classes
    model = DistilledClassifier(Fixed(sign_of_first), one_array).fit(X, y)
    assert list(model.student_.classes_) == ["ant", "bee", "cat"]


def test_batches_do_not_change_the_answer(blobs):
    X, y = blobs
    student = LeastSquaresClassifier(RandomFourierFeatures(40, gamma=0.01, random_state=1))
    answers = [
        DistilledClassifier(SVC(), student, batch_size=size).fit(X, y).decision_function(X)
        for size in (300, 11)
    ]
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-9)


def test_a_stream_is_drawn_in_batches_and_repeats_with_its_seed(blobs):
    X, y = blobs
    stream = Stream()
    model = DistilledClassifier(
        KNeighborsClassifier(),
        LeastSquaresClassifier(),
        transfer=stream,
        n_transfer=25,
        batch_size=10,
        random_state=0,
    )
    first = model.fit(X, y)
    assert stream.sizes == [10, 10, 5]
    assert first.n_transfer_ == 25
    again = clone(model).set_params(transfer=Stream()).fit(X, y)
    np.testing.assert_array_equal(again.student_.coef_, first.student_.coef_)
    other = clone(model).set_params(random_state=1).fit(X, y)
    assert not np.array_equal(other.student_.coef_, first.student_.coef_)
    tree = clone(model).set_params(student=DecisionTreeClassifier()).fit(X, y)
    assert tree.n_transfer_ == 25


def test_a_population_is_a_stream():
    """On isotropic data, at m = 20 p, hard labels cost little: the closed form of section 5.4."""
    population = GaussianPopulation(np.ones(50), np.ones(50), labels="hard")
    rng = np.random.default_rng(0)
    X = population.sample(400, rng=rng)
    model = DistilledClassifier(
        LeastSquaresClassifier(), transfer=population, n_transfer=1000, random_state=0
    ).fit(X, population.label(X, rng=rng))
    expected = 1 - np.arctan(np.sqrt((np.pi / 2 - 1) * 50 / 950)) / np.pi
    teacher, student = model.teacher_.coef_, model.student_.coef_
    cosine = teacher @ student / np.linalg.norm(teacher) / np.linalg.norm(student)
    assert 1 - np.arccos(cosine) / np.pi == pytest.approx(expected, abs=0.01)
    assert model.agreement(population.sample(20_000, rng=rng)) == pytest.approx(expected, abs=0.015)


def test_the_first_rows_of_a_pool(blobs):
    X, y = blobs
    pool = np.random.default_rng(0).standard_normal((50, 4))
    options = {"teacher": SVC(), "student": LeastSquaresClassifier()}
    some = DistilledClassifier(**options, transfer=pool, n_transfer=20).fit(X, y)
    same = DistilledClassifier(**options, transfer=pool[:20]).fit(X, y)
    np.testing.assert_array_equal(some.student_.coef_, same.student_.coef_)
    assert some.n_transfer_ == 20


def test_a_data_frame_is_a_pool_although_it_can_sample(blobs):
    pandas = pytest.importorskip("pandas")
    X, y = blobs
    pool = pandas.DataFrame(X[:100])
    model = DistilledClassifier(SVC(), LeastSquaresClassifier(), transfer=pool).fit(X, y)
    assert model.n_transfer_ == 100


@pytest.mark.parametrize(
    "teacher", [LinearSVC(), RandomForestClassifier(10), make_pipeline(StandardScaler(), SVC())]
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_soft_labels_are_scores_fitted_by_least_squares(teacher, n_classes, blobs):
    X, y = (part[np.isin(blobs[1], ["ant", "bee", "cat"][:n_classes])] for part in blobs)
    teacher = clone(teacher)
    if hasattr(teacher, "random_state"):
        teacher.set_params(random_state=0)
    teacher.fit(X, y)
    if hasattr(teacher, "decision_function"):
        scores = teacher.decision_function(X)
    else:
        scores = teacher.predict_proba(X)
        scores = scores @ [-1, 1] if n_classes == 2 else scores
    expected = np.linalg.lstsq(X, scores, rcond=None)[0]
    students = [
        LeastSquaresClassifier(),
        LeastSquaresRegressor(),
        LinearRegression(fit_intercept=False),
    ]
    for student in students:
        model = DistilledClassifier(teacher, student, labels="soft", batch_size=64).fit(X, y)
        np.testing.assert_allclose(model.student_.coef_, expected.T, atol=1e-10)
        np.testing.assert_allclose(model.decision_function(X), X @ expected, atol=1e-10)
        guess = X @ expected > 0 if n_classes == 2 else (X @ expected).argmax(axis=1)
        np.testing.assert_array_equal(model.predict(X), model.classes_[np.asarray(guess, int)])
        assert model.n_transfer_ == len(X)
        assert not hasattr(model, "predict_proba")


def test_an_interpolating_teachers_soft_labels_on_its_own_inputs_are_the_labels():
    """So distillation on the training inputs is nothing but direct training."""
    X, y = load_digits(return_X_y=True)
    X, y = X[:100], y[:100]

    def model(width, state):
        return LeastSquaresClassifier(
            RandomFourierFeatures(width, gamma="median", random_state=state)
        )

    for labels in ("hard", "soft"):
        distilled = DistilledClassifier(model(2000, 0), model(30, 1), labels=labels).fit(X, y)
        direct = model(30, 1).fit(X, y)
        np.testing.assert_allclose(distilled.student_.coef_, direct.coef_, atol=1e-6)


def test_random_states_are_filled_in_only_where_they_are_missing(blobs):
    X, y = blobs
    free = LeastSquaresClassifier(RandomFourierFeatures(30))
    held = LeastSquaresClassifier(RandomFourierFeatures(30, random_state=5))
    fits = [DistilledClassifier(free, held, random_state=s).fit(X, y) for s in (0, 0, 1)]
    weights = [model.teacher_.features_.weights_ for model in fits]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])
    assert all(model.student_.features.random_state == 5 for model in fits)
    both = DistilledClassifier(free, free, random_state=0).fit(X, y)
    assert both.teacher_.features.random_state != both.student_.features.random_state
    alone = DistilledClassifier(free, random_state=0).fit(X, y)
    assert alone.student_.features_.weights_.shape == (30, 4)


def test_under_grid_search_in_a_pipeline(blobs):
    X, y = blobs
    distilled = DistilledClassifier(
        LogisticRegression(), LeastSquaresClassifier(), transfer=Stream(), n_transfer=50
    )
    search = GridSearchCV(
        make_pipeline(StandardScaler(), distilled),
        {
            "distilledclassifier__student__alpha": [0.0, 1.0],
            "distilledclassifier__teacher": [LogisticRegression(), SVC()],
            "distilledclassifier__labels": ["hard", "soft"],
        },
        cv=2,
    ).fit(X, y)
    assert search.best_score_ > 0.6
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_the_paper_in_one_run():
    """The student of a teacher with 10 % wrong labels escapes what those do to direct training."""
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order], y[order]
    noisy = y[:200].copy()
    wrong = np.random.default_rng(1).choice(200, 20, replace=False)
    noisy[wrong] = (noisy[wrong] + 1) % 10

    def model(width):
        return LeastSquaresClassifier(RandomFourierFeatures(width, gamma="median"))

    distilled = DistilledClassifier(
        model(3000), model(200), transfer=X[200:1400], random_state=0
    ).fit(X[:200], noisy)
    assert distilled.teacher_.solution_.interpolates
    assert distilled.teacher_.score(X[:200], noisy) == 1.0
    test = X[1400:], y[1400:]
    direct = clone(distilled.student).set_params(features__random_state=0).fit(X[:200], noisy)
    assert direct.score(*test) < 0.5
    assert distilled.score(*test) > 0.75


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": "medium"}, "labels must be one of 'hard', 'soft'; got 'medium'"),
        ({"teacher": Ridge()}, r"teacher must be a classifier; got Ridge\(\)"),
        ({"student": Ridge()}, "student must be a classifier for hard labels"),
        ({"student": LogisticRegression(), "labels": "soft"}, "student cannot fit real targets"),
        ({"teacher": Fixed(sign_of_first), "labels": "soft"}, "need a teacher with"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"transfer": Stream()}, "n_transfer must be given, since transfer is a stream"),
        ({"transfer": Stream(), "n_transfer": 0}, "n_transfer must be at least 1"),
        ({"transfer": Stream(3), "n_transfer": 9}, r"transfer.sample\(n, rng=rng\) must have 4"),
        ({"transfer": np.zeros((0, 4))}, "transfer is empty"),
        ({"transfer": np.zeros((9, 3))}, "transfer must have 4 columns"),
        ({"transfer": [[np.nan] * 4]}, "transfer contains NaN"),
        ({"transfer": np.ones((9, 4)), "n_transfer": 10}, "n_transfer must be between 1 and 9"),
        ({"transfer": "pool"}, "transfer must hold real numbers"),
    ],
)
def test_errors_name_what_is_wrong(options, message, blobs):
    options = {"teacher": SVC(), "student": LeastSquaresClassifier(), **options}
    with pytest.raises(ValueError, match=message):
        DistilledClassifier(**options).fit(*blobs)


def test_other_errors(blobs):
    X, _ = blobs
    with pytest.raises(ValueError, match="one class"):
        DistilledClassifier().fit(X, np.full(300, "ant"))
    with pytest.raises(NotFittedError):
        DistilledClassifier().agreement(X)
    voting = SVC(decision_function_shape="ovo")
    X4, y4 = make_blobs(100, 4, centers=4, random_state=0)
    with pytest.raises(ValueError, match="not one column for each of 4 classes"):
        DistilledClassifier(voting, LeastSquaresClassifier(), labels="soft").fit(X4, y4)
    assert not hasattr(DistilledClassifier(), "predict_proba")


@pytest.mark.parametrize("part", ["teacher", "student"])
def test_teacher_and_student_must_be_estimators(part):
    with pytest.raises(ValueError, match=f"{part} must be a .*; got 'a'"):
        DistilledClassifier(**{part: "a"}).fit([[0.0], [1.0]], [0, 1])


def test_a_regression_student_fits_its_teachers_numbers():
    X, pool = np.random.default_rng(0).normal(size=(2, 50, 3))
    y = np.sin(X[:, 0])
    model = DistilledRegressor(Ridge(), LinearRegression(), transfer=pool, n_transfer=40)
    student = LinearRegression().fit(pool[:40], Ridge().fit(X, y).predict(pool[:40]))
    np.testing.assert_allclose(model.fit(X, y).predict(X), student.predict(X))
    assert model.n_transfer_ == 40
    with pytest.raises(ValueError, match="teacher must be a regressor"):
        DistilledRegressor(LogisticRegression()).fit(X, y)
    with pytest.raises(ValueError, match="n_transfer must be given"):
        DistilledRegressor(Ridge(), transfer=Stream(3)).fit(X, y)


def test_a_pipeline_that_ends_in_least_squares_learns_soft_labels():
    X, y = load_digits(return_X_y=True)
    X, y = X[:400] / 16, y[:400] % 3
    features = RandomFourierFeatures(50, gamma=0.1, random_state=0)
    teacher = LogisticRegression(C=0.1)
    student = make_pipeline(StandardScaler(), LeastSquaresClassifier(features))
    model = DistilledClassifier(teacher, student, transfer=X[100:], labels="soft")
    model.fit(X[:100], y[:100])
    scaled = StandardScaler().fit(X[100:])
    said = teacher.fit(X[:100], y[:100]).decision_function(X[100:])
    by_hand = LeastSquaresClassifier(features)
    by_hand.fit_scores(scaled.transform(X[100:]), said, [0, 1, 2])
    wanted = by_hand.decision_function(scaled.transform(X[:50]))
    np.testing.assert_allclose(model.decision_function(X[:50]), wanted, atol=1e-8)


@pytest.mark.parametrize("source", ["pool", "stream"])
def test_a_semi_supervised_teacher_is_given_the_transfer_set(source):
    X, y = load_digits(return_X_y=True)
    X, names = X / 16, np.array(list("abcdefghij"))[y]

    class Same:
        def sample(self, n, *, rng):
            return X[100:700]

    transfer = X[100:700] if source == "pool" else Same()
    teacher = LabelSpreading(kernel="knn", max_iter=100)
    student = LeastSquaresClassifier(RandomFourierFeatures(150, gamma=0.1, random_state=0))
    model = DistilledClassifier(teacher, student, transfer=transfer, n_transfer=600)
    model.fit(X[:100], names[:100])
    theirs = teacher.fit(X[:700], np.append(y[:100], np.full(600, -1)))
    said = model.teacher_.predict(X[700:])
    np.testing.assert_array_equal(said, np.array(list("abcdefghij"))[theirs.predict(X[700:])])
    assert model.score(X[700:], names[700:]) > 0.85


class Buffered(Stream):
    """Fills one array over and over, as a reader of large files may."""

    def sample(self, n, rng=None):
        if not self.sizes:
            self.buffer = np.empty((n, self.n_inputs))
        self.buffer[:n] = super().sample(n, rng)
        return self.buffer[:n]


class Ends(Stream):
    """Three batches, then no more."""

    def sample(self, n, rng=None):
        if len(self.sizes) == 3:
            raise StopIteration
        return super().sample(n, rng)


def test_a_stream_may_reuse_its_buffer(blobs):
    options = {"n_transfer": 500, "batch_size": 50, "random_state": 0}
    models = [
        DistilledClassifier(Fixed(sign_of_first), SVC(), transfer=stream, **options).fit(*blobs)
        for stream in (Stream(), Buffered())
    ]
    said, said_buffered = (model.student_.decision_function(blobs[0]) for model in models)
    np.testing.assert_array_equal(said_buffered, said)


def test_a_stream_that_ends_is_named(blobs):
    model = DistilledClassifier(SVC(), transfer=Ends(), n_transfer=500, batch_size=50)
    with pytest.raises(ValueError, match=r"transfer.sample\(50, rng=rng\) stopped"):
        model.fit(*blobs)


def overwrites(X):
    labels = sign_of_first(X)
    X[:] = 0.0
    return labels


def test_a_teacher_that_writes_into_the_pool_changes_neither_it_nor_the_student(blobs):
    X, y = blobs
    pool = X.copy()
    students = [
        DistilledClassifier(Fixed(rule), SVC(), transfer=pool).fit(X, y).student_
        for rule in (sign_of_first, overwrites)
    ]
    np.testing.assert_array_equal(pool, X)
    np.testing.assert_array_equal(*(student.decision_function(X) for student in students))


@pytest.mark.parametrize("y", [np.array(["a", 1], dtype=object), ["a", 1], ["a", None]])
def test_labels_that_mix_text_and_numbers_are_refused(y):
    X = np.arange(8.0).reshape(4, 2)
    with pytest.raises(ValueError, match=r"y mixes text with other objects, such as (1|None)"):
        DistilledClassifier().fit(X, [*y, *y])


def test_labels_that_are_objects_are_what_they_hold(blobs):
    X, _ = blobs
    codes = np.arange(300) % 2
    plain, objects = (
        DistilledClassifier(SVC(), transfer=X).fit(X, y) for y in (codes, codes.astype(object))
    )
    assert objects.classes_.dtype == plain.classes_.dtype
    np.testing.assert_array_equal(objects.predict(X), plain.predict(X))

"""What is read and said of a pipeline: changed labels, work, parts, widths, rows and words."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    AdaBoostRegressor,
    BaggingRegressor,
    ExtraTreesRegressor,
    VotingRegressor,
)
from sklearn.linear_model import (
    BayesianRidge,
    LogisticRegression,
    Ridge,
    RidgeCV,
    SGDRegressor,
)
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVR

from ddkd import LeastSquaresRegressor
from ddkd.diagnosis._arguments import check_widths, labelled_rows, scaled, split_rows
from ddkd.diagnosis._parts import parts
from ddkd.diagnosis._subject import Data, Spent, Subject, work
from ddkd.diagnosis._words import words
from tests.diagnosis.pipelines import PseudoInverse


def test_labels_are_changed_in_two_halves_or_two_thirds_of_the_rows():
    y = np.random.default_rng(0).standard_normal(41)
    data = Data(np.zeros((41, 1)), y, None, None, None)
    first, second, both = (t != y for t in data.disturbed(np.random.default_rng(3)))
    assert (first.sum(), second.sum()) == (21, 20)
    assert not (first & second).any()
    assert both.all()
    for labels, rows in zip(
        data.disturbed(np.random.default_rng(3)), (first, second), strict=False
    ):
        assert sorted(labels[rows]) == sorted(y[rows])
    y = np.arange(300) % 3
    data = Data(np.zeros((300, 1)), y, None, np.array([0, 0, 1, 2]), np.arange(3))
    changed = data.disturbed(np.random.default_rng(3))
    first, second, both = (labels != y for labels in changed)
    assert (first.sum(), second.sum(), both.sum()) == (100, 100, 200)
    shift = (changed[2] - y)[both] % 3
    assert set(shift.tolist()) == {1, 2}
    assert data.scale == 1.0
    assert data.spread == 1 - (0.5**2 + 2 * 0.25**2)


def test_no_fit_is_made_beyond_the_fits_or_the_work_that_are_allowed():
    X, y = np.eye(20), np.arange(20.0)
    subject = Subject(lambda width: Ridge(), Data(X, y, X, y, None), 3, 5, lambda: None)
    subject._work = 3 * 7e7  # a tenth of a second for each
    subject.model(1, y)
    assert subject._work == 3 * 7e7 + work(Ridge().fit(X, y), 1, 20)
    with pytest.raises(Spent):
        subject.model(2, y)
    subject._work = 0.0
    subject.model(2, y)
    subject.model(3, y)
    subject.model(1, y)  # is remembered
    assert subject.n_fits == 3
    with pytest.raises(Spent):
        subject.model(4, y)


def test_seeds_that_were_none_are_set_and_others_stay():
    data = Data(np.eye(20), np.arange(20.0), None, None, None)
    model = BaggingRegressor(SGDRegressor(random_state=3), n_jobs=4)
    made = Subject(lambda width: model, data, 9, 77, lambda: None).make(1, {"n_estimators": 2})
    assert (made.random_state, made.estimator.random_state) == (77, 3)
    assert (made.n_jobs, made.n_estimators) == (1, 2)


def test_work_of_kernel_machines_networks_and_of_a_fit_of_nothing():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((50, 20)), rng.standard_normal(50)
    assert work(Ridge().fit(X[:, :1], y), 1, 50) == 1e6 + 0.1 * 50
    assert work(Ridge().fit(X[:, :1], y), 7, 50) == 1e6 + 0.1 * 7 * 50 * 7
    assert work(Ridge().fit(X[:, :1], y), "auto", 50) == 1e6 + 0.1 * 50
    machine = SVR(kernel="linear").fit(X, y)
    assert work(machine, 20, 50) == 1e6 + 50 * np.sum(machine.n_iter_)
    network = MLPRegressor(hidden_layer_sizes=(3, 8), max_iter=300, tol=0.1).fit(X, y)
    assert work(network, 20, 50) == 1e6 + 50 * 60 * network.n_iter_  # 20 times 3 weights
    voting = VotingRegressor([(name, Ridge()) for name in "abc"]).fit(X, y)
    assert work(voting, 20, 50) == 3 * (1e6 + 0.1 * 20 * 50 * 20)


def described(model, width=8, columns=()):
    X = np.random.default_rng(0).standard_normal((20, 12))
    fitted = model.fit(X, X[:, 0] > 0 if isinstance(model, LogisticRegression) else X[:, 0])
    return [(part.cause, part.neutral) for part in parts(model, fitted, list(columns))]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Ridge(alpha=2.0), [("penalty", {"alpha": 2e-12})]),
        (Ridge(alpha=0.0), []),
        (LeastSquaresRegressor(), []),
        (PseudoInverse(rcond=1e-3), [("cutoff", {"rcond": 1e-15})]),
        (
            Ridge(alpha=3.0, solver="lsqr", tol=1e-3),
            [("stopped", {"max_iter": 100_000, "tol": 1e-11}), ("penalty", {"alpha": 3e-12})],
        ),
        (
            Ridge(alpha=3.0, solver="lsqr", max_iter=7, tol=1e-3),
            [("stopped", {"max_iter": 210, "tol": 1e-11}), ("penalty", {"alpha": 3e-12})],
        ),
        (Ridge(alpha=3.0, solver="svd", max_iter=7), [("penalty", {"alpha": 3e-12})]),
        (
            SGDRegressor(alpha=0.0, max_iter=20, tol=None, n_iter_no_change=4),
            [("stopped", {"max_iter": 600, "n_iter_no_change": 600})],
        ),
        (LogisticRegression(C=5.0, max_iter=100, tol=1e-2), None),
        (BaggingRegressor(LeastSquaresRegressor(), n_estimators=1), []),
        (
            BaggingRegressor(LeastSquaresRegressor(), n_estimators=2, max_samples=0.5),
            [("averaged", {"n_estimators": 1, "bootstrap": False, "max_samples": 1.0})],
        ),
        (
            ExtraTreesRegressor(n_estimators=2),
            [("averaged", {"n_estimators": 1, "bootstrap": False})],
        ),
        (
            AdaBoostRegressor(LeastSquaresRegressor(), n_estimators=2),
            [("averaged", {"n_estimators": 1})],
        ),
        (
            VotingRegressor([(name, LeastSquaresRegressor()) for name in "abc"]),
            [("averaged", {"weights": [1, 0, 0]})],
        ),
        (RidgeCV([0.1, 1.0]), [("tuned", {"alphas": [1e-12]})]),
        (BayesianRidge(), [("tuned", None)]),
        (
            GridSearchCV(LeastSquaresRegressor(), {"fit_intercept": [True, False]}),
            [],
        ),
        (
            GridSearchCV(Ridge(0.0), {"alpha": [0.1, 1.0]}),
            [("tuned", {"param_grid": {"alpha": [1e-12]}})],
        ),
        (GridSearchCV(Ridge(0.0), {"alpha": [0.1]}), []),
        (
            GridSearchCV(SVR(kernel="linear"), [{"C": [1.0, 2.0]}]),
            [("tuned", {"param_grid": {"C": [1e4]}})],
        ),
        (GridSearchCV(Ridge(0.0), {"max_iter": [5, 10]}), [("tuned", None)]),
    ],
)
def test_the_neutral_value_of_every_part(model, expected):
    found = described(model)
    if isinstance(model, GridSearchCV):
        found = [part for part in found if part[0] == "tuned"]
    if expected is None:  # 30 times the iterations that were made, not that were allowed
        made = int(model.n_iter_[0])
        assert 100 < 30 * made < 30 * 100
        expected = [("stopped", {"max_iter": 30 * made, "tol": 1e-10}), ("penalty", {"C": 5e4})]
    assert found == expected


def test_a_step_that_leaves_fewer_columns_than_one_before_it_narrows():
    steps = [("a", FunctionTransformer()), ("b", PCA(5)), ("c", FunctionTransformer())]
    model = Pipeline([*steps, ("d", LeastSquaresRegressor())])
    found = described(model, columns=[12, 5, 8])
    assert found == [("rank", {"b": "passthrough"}), ("rank", {"c": "passthrough"})]
    assert described(model, columns=[12, 12, 12]) == []


def test_widths_by_default_are_around_the_number_of_rows():
    assert check_widths(None, 100) == [10, 25, 50, 80, 100, 125, 200, 300]
    assert check_widths(None, 3) == [1, 2, 3, 4, 6, 9]
    assert check_widths([30, 10, 30, 20.5], 9) == [10, 20.5, 30]
    assert check_widths([(3,), (1,), (3,)], 9) == [(3,), (1,)]
    with pytest.raises(ValueError, match="must be positive"):
        check_widths([0, 3], 9)


def test_widths_shrink_with_the_rows_where_they_are_sizes():
    assert scaled([10, 20, 40], 4 / 3) == [8, 15, 30]
    assert scaled([1, 20], 4 / 3) == [1, 15]
    assert scaled([1, 19], 4 / 3) == [1, 19]  # degrees
    assert scaled([10.0, 20.5], 4 / 3) == [10.0, 20.5]
    assert scaled([10, 20], 1) == [10, 20]
    assert scaled([1, 40], 100.0) == [1]


def test_a_quarter_of_the_different_rows_is_held_out_and_equal_ones_stay_together():
    X = np.repeat(np.arange(40.0), 2)[:, None]
    data = split_rows(X, X[:, 0], None, None, False, np.random.default_rng(0))
    assert (len(data.X), len(data.X_test)) == (60, 20)
    assert not set(data.X[:, 0]) & set(data.X_test[:, 0])
    np.testing.assert_array_equal(data.X[:, 0], data.y)
    np.testing.assert_array_equal(data.X_test[:, 0], data.y_test)
    split_rows(X[:20] % 10, X[:20, 0], None, None, False, np.random.default_rng(0))
    with pytest.raises(ValueError, match="only 9 different rows"):
        split_rows(X[:20] % 9, X[:20, 0], None, None, False, np.random.default_rng(0))
    labelled_rows(X[:20], X[:20, 0])
    with pytest.raises(ValueError, match="at least 20 rows; it has 19"):
        labelled_rows(X[:19], X[:19, 0])


def spoken(causes=("penalty",), threshold=80, ridge=None, separable=None, **facts):
    probes = SimpleNamespace(
        data=SimpleNamespace(classes=facts.pop("classes", None)),
        line=(1.0, 0.0),
        leaked=0.256,
        parts=facts.pop("parts", []),
        taken=facts.pop("taken", {}),
        without=lambda cause: facts.get("change"),
    )
    vars(probes).update({k: v for k, v in facts.items() if k != "change"})
    return words(probes, causes, 100, threshold, ridge, separable)


def test_words_have_the_numbers_that_they_are_given():
    answer, remedy = spoken(ridge=0.1234, taken={"penalty": (1.0, 12.345)}, change={"alpha": 1e-12})
    assert answer == (
        "No peak at 80: an effective ridge of 0.12 is at work. Without it the error there would be "
        "12 times as high."
    )
    assert remedy == "Take the penalty away: estimator.set_params(alpha=1e-12)"
    answer, remedy = spoken(threshold=None, taken={"penalty": (1.0, 1.0)})
    assert answer == "No peak at the threshold: a penalty is at work."
    assert remedy == "Take the penalty away; it is hidden inside the model"
    assert spoken(("leak",))[0].startswith("26% of the test rows are in the training set")
    answer, _ = spoken(("loss", "penalty", "rank"), separable=61)
    assert "From 61 on it can separate all its labels." in answer
    assert answer.endswith("\nAlso at work, or possible: penalty, rank.")
    answer, _ = spoken(("loss", "penalty"))
    assert answer.endswith("\nAlso at work, or possible: penalty.")
    assert spoken(("rank",))[1].endswith("a larger gamma")
    assert spoken(("cutoff",), change={"dtype": np.float64})[1].endswith("(dtype=numpy.float64)")
    many, _ = spoken(taken={"penalty": (1.0, 12345.0)})
    assert many.endswith("would be 12,000 times as high.")


@pytest.mark.parametrize(
    ("classes", "noise", "solver"),
    [
        (None, "y = y + y.std() * numpy", "ddkd.LeastSquaresRegressor"),
        ([0, 1], "give a third of the rows", "ddkd.LeastSquaresClassifier"),
    ],
)
def test_the_remedy_is_for_the_kind_of_labels(classes, noise, solver):
    assert noise in spoken(("low-noise",), classes=classes)[1]
    assert f"({solver})" in spoken(("loss",), classes=classes)[1]


def test_the_widths_to_try_are_one_where_columns_are_out_of_sight():
    near = ": param_range=[40, 64, 76, 80, 88, 160]"
    assert spoken(("grid",))[1].endswith(near)
    assert spoken(("grid",), line=None)[1].endswith(": param_range=[80]")
    assert spoken(("grid",), threshold=None)[1].endswith("both sides of the threshold")


def test_a_part_is_named_with_its_value():
    model = make_pipeline(PCA(5), Ridge(alpha=0.25))
    named = parts(model, model, [5])
    assert "is at work (Ridge's alpha=0.25)." in spoken(parts=named)[0]
    narrow = parts(model, model, [12, 5][1:])
    assert narrow == named
    model = make_pipeline(FunctionTransformer(), PCA(5), Ridge())
    rank = parts(model, model, [12, 5])
    assert "too low a rank (PCA leaves 5 columns)." in spoken(("rank",), parts=rank)[0]
    for alpha, is_said in ((10**28, True), (10**29, False)):  # of 29 and 30 digits
        model = Ridge(alpha=alpha)
        assert (f"={alpha}" in spoken(parts=parts(model, model, []))[0]) == is_said

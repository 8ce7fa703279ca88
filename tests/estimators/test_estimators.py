"""Least-squares estimators against scikit-learn and the solvers."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, Ridge, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from ddkd import (
    InterpolationWarning,
    LeastSquaresClassifier,
    LeastSquaresRegressor,
    RandomFourierFeatures,
    RandomReLUFeatures,
)
from ddkd.solvers import min_norm

KINDS = [LeastSquaresRegressor, LeastSquaresClassifier]


@parametrize_with_checks(
    [
        kind(*features, **options)
        for kind in KINDS
        for features, options in [
            ((), {}),
            ((), {"alpha": 1.0, "fit_intercept": True}),
            ((RandomFourierFeatures(150, gamma="median", random_state=0),), {"alpha": 0.01}),
        ]
    ]
)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture
def regression():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 8)) + 1.0
    Y = X @ rng.standard_normal((8, 3)) + rng.standard_normal((60, 3)) + 5.0
    return X, Y


@pytest.fixture
def blobs():
    X, y = make_blobs(200, 5, centers=4, cluster_std=4.0, random_state=0)
    return X, np.array(["ant", "bee", "cat", "dog"])[y]


@pytest.mark.parametrize("alpha", [0.0, 0.7])
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("columns", [0, slice(0, 3)])
def test_regression_is_scikit_learns(alpha, fit_intercept, columns, regression):
    X, Y = regression
    y = Y[:, columns]
    ours = LeastSquaresRegressor(alpha=alpha, fit_intercept=fit_intercept).fit(X, y)
    reference = Ridge(alpha, fit_intercept=fit_intercept) if alpha else LinearRegression()
    reference.set_params(fit_intercept=fit_intercept).fit(X, y)
    np.testing.assert_allclose(ours.coef_, reference.coef_, atol=1e-11)
    np.testing.assert_allclose(ours.intercept_, reference.intercept_, atol=1e-11)
    np.testing.assert_allclose(ours.predict(X), reference.predict(X), atol=1e-11)


def test_centring_interpolates_from_one_feature_less(regression):
    """Centring takes one degree of freedom: 60 samples are fitted by 59 features, not 58."""
    X, Y = regression
    for width, fits in [(58, False), (59, True)]:
        features = RandomFourierFeatures(width, random_state=1)
        model = LeastSquaresRegressor(features, fit_intercept=True).fit(X, Y)
        assert np.allclose(model.predict(X), Y, atol=1e-6) == fits


def test_the_report_is_the_solvers(regression):
    X, Y = regression
    features = RandomReLUFeatures(100, random_state=0)
    model = LeastSquaresRegressor(features).fit(X, Y)
    expected = min_norm(clone(features).fit_transform(X), Y)
    np.testing.assert_array_equal(model.solution_.coef, expected.coef)
    assert model.solution_.rank == 60
    assert model.solution_.interpolates
    assert model.coef_.shape == (3, 100)
    assert not hasattr(features, "weights_")


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_batches_give_what_one_fit_gives(alpha, regression, blobs):
    X, Y = regression
    for features in (None, RandomReLUFeatures(30, random_state=0)):
        whole = LeastSquaresRegressor(features, alpha=alpha).fit(X, Y)
        parts = LeastSquaresRegressor(features, alpha=alpha)
        for start in range(0, 60, 7):
            parts.partial_fit(X[start : start + 7], Y[start : start + 7])
        np.testing.assert_allclose(parts.coef_, whole.coef_, atol=1e-9)
        np.testing.assert_allclose(parts.predict(X), whole.predict(X), atol=1e-9)
        assert parts.solution_.rank == whole.solution_.rank
    X, y = blobs
    whole = LeastSquaresClassifier(alpha=alpha).fit(X, y)
    parts = LeastSquaresClassifier(alpha=alpha)
    for start in range(0, 200, 3):  # most batches lack a class
        parts.partial_fit(X[start : start + 3], y[start : start + 3], classes=np.unique(y))
    np.testing.assert_allclose(parts.decision_function(X), whole.decision_function(X), atol=1e-10)


def test_a_ridge_below_zero_is_refused_however_small(regression):
    X, Y = regression
    with pytest.raises(ValueError, match="alpha must be"):
        LeastSquaresRegressor(alpha=-1e-12).fit(X, Y)
    with pytest.raises(ValueError, match="alpha must be"):
        LeastSquaresClassifier(alpha=-1e-12).fit(X, Y[:, 0] > 0)


def test_the_first_batch_after_fit_starts_anew(regression):
    X, Y = regression
    model = LeastSquaresRegressor().fit(X[:30], Y[:30]).partial_fit(X[30:, :5], Y[30:, 0])
    expected = LeastSquaresRegressor().fit(X[30:, :5], Y[30:, 0])
    np.testing.assert_allclose(model.coef_, expected.coef_, atol=1e-12)


def test_a_first_batch_that_is_refused_leaves_nothing_behind(regression):
    X, y = regression
    model = LeastSquaresRegressor(StandardScaler())
    with pytest.raises(ValueError, match="largest absolute entry"):
        model.partial_fit(100 * X, 1e150 * y)
    model.partial_fit(X, y)
    np.testing.assert_array_equal(model.features_.mean_, X.mean(axis=0))


def test_predictions_between_batches_are_up_to_date(regression):
    X, Y = regression
    model = LeastSquaresRegressor()
    for stop in (20, 40):
        model.partial_fit(X[stop - 20 : stop], Y[stop - 20 : stop])
        expected = LeastSquaresRegressor().fit(X[:stop], Y[:stop])
        np.testing.assert_allclose(model.predict(X), expected.predict(X), atol=1e-10)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_classifier_is_ridge_on_coded_labels(n_classes, blobs):
    X, y = blobs
    keep = np.isin(y, np.unique(y)[:n_classes])
    X, y = X[keep], y[keep]
    ours = LeastSquaresClassifier(alpha=2.0, fit_intercept=True).fit(X, y)
    reference = RidgeClassifier(2.0).fit(X, y)  # codes labels -1 and +1, always
    scores = ours.decision_function(X)
    scale = 1.0 if n_classes == 2 else 2.0
    np.testing.assert_allclose(
        scale * scores - (n_classes > 2), reference.decision_function(X), atol=1e-11
    )
    np.testing.assert_array_equal(ours.predict(X), reference.predict(X))
    assert scores.shape == ((len(X),) if n_classes == 2 else (len(X), 4))


def test_absent_classes_are_kept(blobs):
    X, y = blobs
    classes = [*np.unique(y), "emu"]
    for model in (
        LeastSquaresClassifier().fit(X, y, classes=classes),
        LeastSquaresClassifier().partial_fit(X, y, classes=classes),
    ):
        assert list(model.classes_) == classes
        scores = model.decision_function(X)
        assert scores.shape == (200, 5)
        np.testing.assert_allclose(scores[:, 4], 0.0, atol=1e-12)


def test_scores_are_fitted_by_least_squares(blobs):
    X, _ = blobs
    rng = np.random.default_rng(0)
    for classes in (["a", "b"], ["a", "b", "c"]):
        scores = rng.standard_normal((200, 3)) if len(classes) == 3 else rng.standard_normal(200)
        whole = LeastSquaresClassifier().fit_scores(X, scores, classes)
        expected = np.linalg.lstsq(X, scores, rcond=None)[0]
        np.testing.assert_allclose(whole.coef_.T, expected, atol=1e-12)
        parts = LeastSquaresClassifier()
        for i in range(0, 200, 50):
            parts.partial_fit_scores(X[i : i + 50], scores[i : i + 50], classes)
        np.testing.assert_allclose(parts.coef_, whole.coef_, atol=1e-12)
        assert set(whole.predict(X)) <= set(classes)


def test_in_a_pipeline_under_grid_search(blobs):
    X, y = blobs
    pipeline = make_pipeline(
        StandardScaler(), LeastSquaresClassifier(RandomFourierFeatures(300, random_state=0))
    )
    search = GridSearchCV(
        pipeline,
        {
            "leastsquaresclassifier__alpha": [0.0, 1.0],
            "leastsquaresclassifier__features__gamma": [0.01, 1.0],
        },
        cv=3,
    ).fit(X, y)
    assert search.best_params_ == {
        "leastsquaresclassifier__alpha": 1.0,
        "leastsquaresclassifier__features__gamma": 0.01,
    }
    assert search.best_score_ > 0.7
    features = make_pipeline(StandardScaler(), RandomReLUFeatures(20, random_state=0))
    assert LeastSquaresClassifier(features).fit(X, y).coef_.shape == (4, 20)


def test_conflicting_duplicates_are_reported(regression):
    X, Y = regression
    X, y = np.vstack([X, X[:1]]), np.append(Y[:, 0], Y[0, 0] + 1)
    with pytest.warns(InterpolationWarning):
        LeastSquaresRegressor(RandomFourierFeatures(100, random_state=0)).fit(X, y)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_of_both(kind, regression):
    X, y = regression[0], (regression[1][:, 0] > 5).astype(int)
    for bad in (-1.0, np.nan, "x", None):
        with pytest.raises(ValueError, match="alpha must be"):
            kind(alpha=bad).fit(X, y)
    with pytest.raises(ValueError, match="rcond"):
        kind(rcond=-1.0).fit(X, y)
    with pytest.raises(NotFittedError):
        kind().predict(X)
    assert not hasattr(kind(), "coef_")
    assert not hasattr(kind(fit_intercept=True), "partial_fit")


def test_errors_of_the_classifier(blobs):
    X, y = blobs
    with pytest.raises(ValueError, match="at least two classes; got one class"):
        LeastSquaresClassifier().fit(X, np.full(200, "ant"))
    with pytest.raises(ValueError, match="classes must be passed to the first call"):
        LeastSquaresClassifier().partial_fit(X, y)
    with pytest.raises(ValueError, match=r"labels .*dog.* not among"):
        LeastSquaresClassifier().partial_fit(X, y, classes=["ant", "bee", "cat"])
    model = LeastSquaresClassifier().partial_fit(X, y, classes=np.unique(y))
    with pytest.raises(ValueError, match="not what an earlier call was given"):
        model.partial_fit(X, y, classes=["ant", "bee"])
    with pytest.raises(ValueError, match=r"must have the shape \(200, 3\); got \(200,\)"):
        LeastSquaresClassifier().fit_scores(X, np.zeros(200), ["a", "b", "c"])
    with pytest.raises(ValueError, match=r"must have the shape \(200,\); got \(200, 2\)"):
        LeastSquaresClassifier().fit_scores(X, np.zeros((200, 2)), ["a", "b"])


def test_features_must_be_a_transformer():
    with pytest.raises(ValueError, match="features must be None or a transformer; got 3"):
        LeastSquaresClassifier(features=3).fit([[0.0], [1.0]], [0, 1])


def test_row_by_row_is_the_fit_of_all_rows_from_the_first_row_on(regression):
    X, Y = regression
    for targets in (Y, Y[:, 0]):
        model = LeastSquaresRegressor()
        for i in range(12):
            model.partial_fit(X[i : i + 1], targets[i : i + 1])
            expected = LeastSquaresRegressor().fit(X[: i + 1], targets[: i + 1])
            np.testing.assert_allclose(model.predict(X), expected.predict(X), atol=1e-9)


@pytest.mark.parametrize("kind", [LeastSquaresRegressor, LeastSquaresClassifier])
def test_sparse_labels_are_refused_by_name(kind):
    y = csr_array(np.arange(6.0)[:, None] % 2)
    with pytest.raises(ValueError, match="y is a sparse matrix; pass a dense array"):
        kind().fit(np.eye(6), y)

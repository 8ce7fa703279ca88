"""More pipelines with a known answer, in other disguises: tables, sparse rows, target transformers,
classifiers of several kinds, rows held out inside. They join the cases of `pipelines`.
"""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.cross_decomposition import PLSRegression
from sklearn.datasets import load_digits, make_friedman1
from sklearn.ensemble import AdaBoostRegressor, BaggingRegressor, RandomForestRegressor
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.kernel_approximation import PolynomialCountSketch
from sklearn.linear_model import (
    LassoLarsCV,
    LogisticRegressionCV,
    Perceptron,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection
from sklearn.svm import LinearSVR

from tests.diagnosis.pipelines import (
    HEALTHY,
    RFF,
    SABOTAGED,
    PseudoInverse,
    case,
    classes,
    fourier,
    healthy,
    min_norm,
    numbers,
    sabotaged,
    widths,
)

__all__ = ["HEALTHY", "SABOTAGED"]


class HoldsOut(RegressorMixin, BaseEstimator):
    """Least squares on the rows that are left after a validation set of its own."""

    def fit(self, X, y):
        rows, _ = train_test_split(np.arange(len(X)), test_size=0.3, random_state=0)
        self.coef_ = np.linalg.lstsq(X[rows], y[rows], rcond=None)[0]
        return self

    def predict(self, X):
        return X @ self.coef_


class Lsqr(RegressorMixin, BaseEstimator):
    """scipy's conjugate gradients."""

    def __init__(self, most):
        self.most = most

    def fit(self, X, y):
        tight = {"atol": 1e-14, "btol": 1e-14, "conlim": 0}
        self.coef_ = sparse.linalg.lsqr(X, y, iter_lim=self.most, **tight)[0]
        return self

    def predict(self, X):
        return X @ self.coef_


class Resampled(RegressorMixin, BaseEstimator):
    """Thirty least squares fits to rows drawn with replacement, in one estimator."""

    def fit(self, X, y):
        rng = np.random.default_rng(3)
        drawn = rng.integers(0, len(X), (30, len(X)))
        self.coef_ = np.mean([np.linalg.pinv(X[i], rcond=1e-12) @ y[i] for i in drawn], axis=0)
        return self

    def predict(self, X):
        return X @ self.coef_


class SparseLstsq(RegressorMixin, BaseEstimator):
    """numpy's lstsq of sparse rows."""

    def fit(self, X, y):
        self.coef_ = np.linalg.lstsq(X.toarray(), y, rcond=None)[0]
        return self

    def predict(self, X):
        return X @ self.coef_


def table(seed, last):
    """Eight numbers and a city: a data frame in front of random features."""
    names = list("abcdefgh")

    def frame(X):
        pandas = pytest.importorskip("pandas")
        made = pandas.DataFrame(X, columns=names)
        made["city"] = np.array(["p", "q", "r", "s"])[np.digitize(X[:, 0], [-1, 0, 1])]
        return made

    X, y, X_test, y_test = numbers(seed, n=70, d=8)
    encode = ColumnTransformer(
        [("numbers", StandardScaler(), names), ("city", OneHotEncoder(), ["city"])]
    )
    data = (frame(X), y, frame(X_test), y_test)
    return case(make_pipeline(encode, fourier(0.05), last), data)


def sparse_rows(seed, last):
    """Rows of 400 inputs, a fifth of them not zero."""
    rng = np.random.default_rng(seed)
    X = sparse.random(560, 400, density=0.2, random_state=seed, format="csr")
    X.data = rng.standard_normal(len(X.data))
    y = X @ rng.standard_normal(400) / 8 + 0.3 * rng.standard_normal(560)
    model = make_pipeline(SparseRandomProjection(density=0.3), last)
    data = (X[:60], y[:60], X[60:], y[60:])
    return case(model, data, "sparserandomprojection__n_components", param_range=widths(60))


def heavy_tails(seed, last):
    """Noise of Student's t with three degrees of freedom."""
    X, _, X_test, _ = numbers(seed, n=80)
    rng = np.random.default_rng(seed)
    y, y_test = (np.tanh(Z[:, 0]) + 0.3 * rng.standard_t(3, len(Z)) for Z in (X, X_test))
    return case(make_pipeline(fourier(), last), (X, y, X_test, y_test))


def union(seed, last):
    """Random features beside the inputs themselves: T is n less their number."""
    both = FeatureUnion([("waves", fourier(width=30)), ("inputs", StandardScaler())])
    return case(make_pipeline(both, last), numbers(seed), "featureunion__waves__n_components")


def friedman(seed, n=80):
    """scikit-learn's benchmark of ten uniform inputs."""
    X, y = make_friedman1(n + 400, 10, noise=1.0, random_state=seed)
    X = 2 * X - 1
    return X[:n], y[:n], X[n:], y[n:]


@healthy
def frame(seed):
    return table(seed, min_norm())


@healthy
def sparse_least_squares(seed):
    return sparse_rows(seed, SparseLstsq())


@healthy
def heavy_tailed(seed):
    return heavy_tails(seed, PseudoInverse())


@healthy
def features_and_inputs(seed):
    return union(seed, min_norm())


@healthy
def harmless_search(seed):
    model = make_pipeline(fourier(), min_norm())
    search = GridSearchCV(model, {"rbfsampler__gamma": [0.05, 0.1]}, cv=3)
    return case(search, numbers(seed, n=60), "estimator__" + RFF)


@healthy
def bag_of_one(seed):
    one = BaggingRegressor(min_norm(), n_estimators=1, bootstrap=False)
    return case(make_pipeline(fourier(), one), numbers(seed, n=60))


@healthy
def columns_chosen_by_the_labels(seed):
    # Not linear in the labels, and yet least squares with a peak.
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((570, 400))
    y = X @ rng.standard_normal(400) / 20 + 0.5 * rng.standard_normal(570)
    model = make_pipeline(SelectKBest(f_regression), min_norm())
    return case(model, (X[:70], y[:70], X[70:], y[70:]), "selectkbest__k")


@healthy
def conjugate_gradients_to_the_end(seed):
    return case(make_pipeline(fourier(0.3), Lsqr(20_000)), friedman(seed, n=50))


@healthy
def three_digits(seed):
    X, y = load_digits(n_class=3, return_X_y=True)
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(y))[:500]
    X, y = X[rows] / 16, y[rows]
    flipped = rng.random(90) < 0.25
    y[:90][flipped] = (y[:90][flipped] + rng.integers(1, 3, flipped.sum())) % 3

    def build(width):
        weights = np.random.default_rng(0).standard_normal((64, width)) / 4
        relu = FunctionTransformer(lambda X: np.maximum(X @ weights + 0.1, 0))
        return make_pipeline(relu, RidgeClassifier(1e-9, solver="svd"))

    return case(build, (X[:90], y[:90], X[90:], y[90:]), None)


@sabotaged
def stopped_conjugate_gradients(seed):
    return case(make_pipeline(fourier(0.3), Lsqr(10)), friedman(seed, n=90))


@sabotaged
def rank_or_stopped_partial_least_squares(seed):
    # Eight components are eight steps of conjugate gradients.
    model = make_pipeline(fourier(0.2), PLSRegression(n_components=8))
    return case(model, friedman(seed), param_range=[12, 25, 50, 72, 80, 88, 120, 200, 320])


@sabotaged
def tuned_lars(seed):
    return case(make_pipeline(fourier(0.2), LassoLarsCV(cv=3)), friedman(seed, n=70))


@sabotaged
def averaged_hidden(seed):
    return case(make_pipeline(fourier(0.2), Resampled()), friedman(seed))


@sabotaged
def rank_or_cutoff_products(seed):
    # Ten inputs have 66 products, fewer than rows; with the cutoff a low bump is left.
    sketch = PolynomialCountSketch(degree=2, coef0=1, random_state=1)
    model = make_pipeline(StandardScaler(), sketch, PseudoInverse(0.1))
    return case(model, friedman(seed), "polynomialcountsketch__n_components")


@sabotaged
def penalty_frame(seed):
    return table(seed, Ridge(0.3))


@sabotaged
def penalty_sparse(seed):
    return sparse_rows(seed, Ridge(2.0))


@sabotaged
def penalty_heavy_tailed(seed):
    return heavy_tails(seed, Ridge(0.3))


@sabotaged
def penalty_features_and_inputs(seed):
    return union(seed, Ridge(0.4))


@sabotaged
def penalty_or_loss_log_target(seed):
    # Labels below zero are not allowed, so no noise may be added to them.
    X, y, X_test, y_test = numbers(seed, n=60)
    inner = make_pipeline(fourier(), Ridge(0.5))
    model = TransformedTargetRegressor(inner, func=np.log, inverse_func=np.exp)
    return case(model, (X, np.exp(y), X_test, np.exp(y_test)), "regressor__" + RFF)


@sabotaged
def penalty_one_vs_rest(seed):
    inner = make_pipeline(fourier(), RidgeClassifier(1.0))
    return case(OneVsRestClassifier(inner), classes(seed, k=3), "estimator__" + RFF)


@sabotaged
def penalty_gaussian_process(seed):
    process = GaussianProcessRegressor(optimizer=None, alpha=0.3)
    return case(make_pipeline(fourier(0.05), process), numbers(seed, n=60))


@sabotaged
def penalty_or_loss_linear_svr(seed):
    model = LinearSVR(epsilon=0.3, C=100, max_iter=20_000)
    return case(make_pipeline(fourier(), model), numbers(seed, n=60))


@sabotaged
def penalty_or_loss_perceptron(seed):
    model = Perceptron(penalty="l2", alpha=0.01, max_iter=200)
    return case(make_pipeline(fourier(), model), classes(seed))


@sabotaged
def stopped_sgd_classifier(seed):
    model = SGDClassifier(
        loss="squared_error", alpha=0, learning_rate="constant", eta0=0.01, max_iter=30, tol=None
    )
    return case(make_pipeline(fourier(), model), classes(seed))


@sabotaged
def stopped_adaptive_sgd_classifier(seed):
    model = SGDClassifier(loss="squared_error", alpha=0, learning_rate="adaptive", eta0=0.01)
    return case(make_pipeline(fourier(), model), classes(seed, n=120))


@sabotaged
def tuned_logistic(seed):
    model = LogisticRegressionCV(Cs=4, cv=3)
    return case(make_pipeline(fourier(), model), classes(seed, n=60))


@sabotaged
def averaged_adaboost(seed):
    model = AdaBoostRegressor(min_norm(), n_estimators=10)
    return case(make_pipeline(fourier(), model), numbers(seed, n=60))


@sabotaged
def averaged_or_loss_forest(seed):
    model = RandomForestRegressor(n_estimators=20, bootstrap=False, max_features=0.5)
    return case(model, numbers(seed, n=60), "max_leaf_nodes", param_range=[4, 10, 30, 60, 80])


@sabotaged
def effective_samples_noisy_copies(seed):
    X, y, X_test, y_test = numbers(seed, n=40)
    again = y + 0.3 * np.random.default_rng(seed).standard_normal(40)
    data = (np.vstack([X, X]), np.r_[y, again], X_test, y_test)
    values = [8, 60, 70, 76, 80, 84, 100, 160, 300]
    return case(make_pipeline(fourier(), min_norm()), data, param_range=values)


@sabotaged
def effective_samples_held_out_inside(seed):
    values = [8, 24, 40, 72, 80, 88, 120, 200]
    return case(make_pipeline(fourier(), HoldsOut()), numbers(seed), param_range=values)


@sabotaged
def effective_samples_rounded(seed):
    # The rows differ, until the first step rounds them.
    model = make_pipeline(FunctionTransformer(np.round), fourier(), min_norm())
    return case(model, numbers(seed, n=100, d=3))


@sabotaged
def rank_random_projection(seed):
    narrow = GaussianRandomProjection(n_components=25, random_state=0)
    values = [30, 60, 75, 80, 90, 120, 240]
    return case(
        make_pipeline(fourier(), narrow, PseudoInverse()), numbers(seed), param_range=values
    )

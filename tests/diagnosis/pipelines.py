"""Pipelines whose curve has a known reason to have, or not to have, a peak.

Public estimators only. A case is a function of a seed that returns the arguments of `diagnose`;
its name begins with the cause, or the causes, that would be right.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, VotingRegressor
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import (
    BayesianRidge,
    ElasticNet,
    Lasso,
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    SGDRegressor,
)
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures, StandardScaler
from sklearn.svm import SVR, LinearSVC

from ddkd import LeastSquaresClassifier, LeastSquaresRegressor, RandomFourierFeatures

SABOTAGED: dict[str, Callable[[int], dict[str, Any]]] = {}
HEALTHY: dict[str, Callable[[int], dict[str, Any]]] = {}
RFF = "rbfsampler__n_components"


def sabotaged(make):
    SABOTAGED[make.__name__.removeprefix("_")] = make
    return make


def healthy(make):
    HEALTHY[make.__name__.removeprefix("_")] = make
    return make


class PseudoInverse(RegressorMixin, BaseEstimator):
    """numpy's pinv as an estimator."""

    def __init__(self, rcond=1e-15):
        self.rcond = rcond

    def fit(self, X, y):
        self.coef_ = np.linalg.pinv(X, rcond=self.rcond) @ y
        return self

    def predict(self, X):
        return X @ self.coef_


class Lstsq(RegressorMixin, BaseEstimator):
    """scipy's lstsq as an estimator."""

    def __init__(self, cond=None, dtype=np.float64):
        self.cond = cond
        self.dtype = dtype

    def fit(self, X, y):
        self.coef_ = linalg.lstsq(X.astype(self.dtype), y.astype(self.dtype), cond=self.cond)[0]
        return self

    def predict(self, X):
        return (X.astype(self.dtype) @ self.coef_).astype(np.float64)


class GradientDescent(RegressorMixin, BaseEstimator):
    """Full-batch gradient descent with steps of 1/|Z|^2."""

    def __init__(self, n_steps=100):
        self.n_steps = n_steps

    def fit(self, X, y):
        self.coef_ = np.zeros(X.shape[1])
        size = 1 / np.linalg.norm(X, 2) ** 2
        for _ in range(self.n_steps):
            self.coef_ += size * X.T @ (y - X @ self.coef_)
        return self

    def predict(self, X):
        return X @ self.coef_


class SignedLeastSquares(ClassifierMixin, BaseEstimator):
    """Least squares on codes 0 and 1, decided at one half."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.coef_ = np.linalg.pinv(X, rcond=1e-13) @ (y == self.classes_[1])
        return self

    def decision_function(self, X):
        return X @ self.coef_ - 0.5

    def predict(self, X):
        return self.classes_[(self.decision_function(X) > 0).astype(int)]


def numbers(seed, n=80, d=10, noise=0.5, n_test=500):
    """A smooth function of d Gaussian inputs, with noise."""
    rng = np.random.default_rng(seed)
    w = rng.standard_normal(d) / np.sqrt(d)
    X = rng.standard_normal((n + n_test, d))
    y = np.tanh(1.5 * X @ w) + noise * rng.standard_normal(n + n_test)
    return X[:n], y[:n], X[n:], y[n:]


def classes(seed, n=80, d=10, k=2, wrong=0.15, n_test=500):
    """k classes by the largest of k linear scores, a share of the training labels wrong."""
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((d, max(k, 2)))
    X = rng.standard_normal((n + n_test, d))
    y = np.argmax(X @ w, axis=1)
    flip = rng.random(n + n_test) < wrong
    y[flip] = (y[flip] + rng.integers(1, max(k, 2), flip.sum())) % max(k, 2)
    return X[:n], y[:n], X[n:], y[n:]


def widths(n):
    return [max(1, round(n * f)) for f in (0.1, 0.3, 0.6, 0.9, 1.0, 1.1, 1.5, 2.5, 4)]


def case(estimator, data, param_name=RFF, param_range=None, **options):
    X, y, X_test, y_test = data
    values = widths(len(X)) if param_range is None else param_range
    return {
        "estimator": estimator,
        "X": X,
        "y": y,
        "X_test": X_test,
        "y_test": y_test,
        "param_name": param_name,
        "param_range": values,
    } | options


def fourier(gamma=0.1, *, width=100, seed=None):
    return RBFSampler(gamma=gamma, n_components=width, random_state=seed)


def min_norm(**options):
    """scikit-learn's least squares without its default cutoff, where it has one."""
    known = LinearRegression().get_params()
    return LinearRegression(**({"tol": 1e-15} if "tol" in known else {}), **options)


# --- penalty


@sabotaged
def penalty_ridge_default(seed):
    return case(make_pipeline(fourier(), Ridge()), numbers(seed))


@sabotaged
def penalty_ridge_small(seed):
    return case(make_pipeline(fourier(), Ridge(alpha=0.02)), numbers(seed, n=120))


@sabotaged
def penalty_kernel_ridge(seed):
    model = make_pipeline(fourier(), KernelRidge(alpha=0.5))
    return case(model, numbers(seed, n=100))


@sabotaged
def penalty_ridge_classifier(seed):
    return case(make_pipeline(fourier(), RidgeClassifier(alpha=1.0)), classes(seed, n=100))


@sabotaged
def penalty_ridge_classes(seed):
    return case(make_pipeline(fourier(), RidgeClassifier(alpha=0.3)), classes(seed, n=100, k=4))


@sabotaged
def penalty_target_scaled(seed):
    inner = make_pipeline(fourier(), Ridge(alpha=0.5))
    model = TransformedTargetRegressor(inner, transformer=StandardScaler())
    return case(model, numbers(seed), "regressor__" + RFF)


@sabotaged
def penalty_hidden(seed):
    def build(width):
        return make_pipeline(fourier(width=width, seed=0), Ridge(alpha=0.5))

    return case(build, numbers(seed), None)


@sabotaged
def penalty_ddkd(seed):
    model = LeastSquaresRegressor(RandomFourierFeatures(100, gamma=0.1), alpha=0.1)
    return case(model, numbers(seed), "features__n_components")


@sabotaged
def penalty_elastic_net(seed):
    model = make_pipeline(fourier(), ElasticNet(alpha=0.01, l1_ratio=0.01, max_iter=20_000))
    return case(model, numbers(seed, n=60))


@sabotaged
def penalty_polynomial_scaled(seed):
    model = make_pipeline(StandardScaler(), fourier(0.05), Ridge(alpha=0.2))
    return case(model, numbers(seed, n=150))


DEGREE = "polynomialfeatures__degree"


@sabotaged
def penalty_degrees(seed):
    model = make_pipeline(PolynomialFeatures(include_bias=False), StandardScaler(), Ridge(0.5))
    return case(model, numbers(seed, n=69, d=4), DEGREE, param_range=[1, 2, 3, 4, 5, 6])


@sabotaged
def penalty_nystroem(seed):
    model = make_pipeline(Nystroem(gamma=0.2, random_state=0), Ridge(0.05))
    data = numbers(seed, n=100, d=20)
    return case(model, data, "nystroem__n_components", param_range=[10, 30, 60, 90, 100])


@sabotaged
def penalty_two_waves(seed):
    def build(width):
        rng = np.random.default_rng(0)
        w = rng.standard_normal((10, width)) * 0.4
        waves = FunctionTransformer(lambda X: np.hstack([np.cos(X @ w), np.sin(X @ w)]))
        return make_pipeline(waves, Ridge(0.5))

    return case(build, numbers(seed), None, param_range=[4, 12, 24, 36, 40, 44, 60, 100, 160])


# --- cutoff


@sabotaged
def cutoff_pinv(seed):
    return case(make_pipeline(fourier(), PseudoInverse(rcond=0.1)), numbers(seed))


@sabotaged
def cutoff_lstsq(seed):
    return case(make_pipeline(fourier(), Lstsq(cond=0.1)), numbers(seed, n=100))


@sabotaged
def cutoff_linear_regression(seed):
    if "tol" not in LinearRegression().get_params():
        return cutoff_pinv(seed)
    return case(make_pipeline(fourier(), LinearRegression(tol=0.08)), numbers(seed))


@sabotaged
def cutoff_ddkd(seed):
    model = LeastSquaresRegressor(RandomFourierFeatures(100, gamma=0.1), rcond=0.1)
    return case(model, numbers(seed), "features__n_components")


@sabotaged
def cutoff_classes(seed):
    model = LeastSquaresClassifier(RandomFourierFeatures(100, gamma=0.1), rcond=0.15)
    return case(model, classes(seed, n=120), "features__n_components")


@sabotaged
def cutoff_hidden(seed):
    def build(width):
        return make_pipeline(fourier(width=width, seed=0), PseudoInverse(rcond=0.12))

    return case(build, numbers(seed, n=90), None)


# --- rank


@sabotaged
def rank_pca_after(seed):
    return case(
        make_pipeline(fourier(), PCA(25), min_norm()),
        numbers(seed),
        param_range=[30, 60, 75, 80, 90, 120, 240],
    )


@sabotaged
def rank_one_input(seed):
    data = numbers(seed, n=80, d=1)
    return case(make_pipeline(fourier(0.3), PseudoInverse(rcond=1e-8)), data)


@sabotaged
def rank_equal_columns(seed):
    def repeat(Z):
        return np.tile(Z[:, :20], (1, -(-Z.shape[1] // 20)))[:, : Z.shape[1]]

    model = make_pipeline(fourier(), FunctionTransformer(repeat), min_norm())
    return case(model, numbers(seed))


@sabotaged
def rank_svd_after(seed):
    model = make_pipeline(fourier(), TruncatedSVD(20, random_state=0), min_norm())
    return case(model, numbers(seed, n=100), param_range=[25, 50, 90, 100, 110, 200, 300])


@sabotaged
def rank_select(seed):
    model = make_pipeline(fourier(), SelectKBest(f_regression, k=20), min_norm())
    return case(model, numbers(seed, n=90), param_range=[25, 50, 85, 90, 100, 180, 300])


@sabotaged
def rank_few_frequencies(seed):
    def build(width):
        def waves(X):
            phase = np.linspace(0, 6, width)
            return np.cos(X[:, :1] * np.repeat([0.5, 1.0, 2.0], -(-width // 3))[:width] + phase)

        return make_pipeline(FunctionTransformer(waves), min_norm())

    return case(build, numbers(seed, n=70), None)


@sabotaged
def rank_classes_pca(seed):
    model = make_pipeline(fourier(), PCA(20), LeastSquaresClassifier())
    return case(model, classes(seed, n=100), param_range=[25, 50, 90, 100, 110, 200, 300])


# --- grid


@sabotaged
def grid_all_above(seed):
    data = numbers(seed, n=100)
    return case(make_pipeline(fourier(), min_norm()), data, param_range=[200, 300, 400, 500])


@sabotaged
def grid_all_below(seed):
    data = numbers(seed, n=100)
    return case(make_pipeline(fourier(), min_norm()), data, param_range=[5, 10, 20, 40, 60])


@sabotaged
def grid_jumps(seed):
    data = numbers(seed, n=100)
    return case(make_pipeline(fourier(), min_norm()), data, param_range=[10, 30, 50, 250, 400])


@sabotaged
def grid_classes(seed):
    model = LeastSquaresClassifier(RandomFourierFeatures(100, gamma=0.1))
    data = classes(seed, n=100)
    return case(model, data, "features__n_components", param_range=[10, 20, 40, 250, 400])


@sabotaged
def grid_pinv(seed):
    data = numbers(seed, n=60)
    return case(make_pipeline(fourier(), PseudoInverse()), data, param_range=[120, 180, 240])


@sabotaged
def grid_degrees(seed):
    model = make_pipeline(PolynomialFeatures(), StandardScaler(), min_norm())
    return case(model, numbers(seed, n=70, d=4), DEGREE, param_range=[1, 2, 5, 6])


@sabotaged
def grid_two_waves(seed):
    # cosine and sine of each frequency: the threshold is at half the number of rows
    def build(width):
        rng = np.random.default_rng(0)
        w = rng.standard_normal((10, width)) * 0.4
        waves = FunctionTransformer(lambda X: np.hstack([np.cos(X @ w), np.sin(X @ w)]))
        return make_pipeline(waves, min_norm(fit_intercept=False))

    return case(build, numbers(seed, n=100), None, param_range=[5, 10, 20, 100, 150, 200])


# --- effective samples


def repeated(data, times, rng=None):
    X, y, X_test, y_test = data
    keep = len(X) // times
    rows = np.tile(np.arange(keep), times)
    return X[rows], y[rows], X_test, y_test


@sabotaged
def effective_samples_rows_twice(seed):
    return case(
        make_pipeline(fourier(), min_norm()),
        repeated(numbers(seed, n=120), 2),
        param_range=[10, 30, 90, 110, 120, 140, 200, 400],
    )


@sabotaged
def effective_samples_rows_four_times(seed):
    return case(
        make_pipeline(fourier(), PseudoInverse()),
        repeated(numbers(seed, n=200), 4),
        param_range=[20, 100, 150, 190, 200, 220, 300, 500],
    )


@sabotaged
def effective_samples_bootstrap_rows(seed):
    X, y, X_test, y_test = numbers(seed, n=100)
    rows = np.random.default_rng(seed + 100).integers(0, 100, 100)
    data = (X[rows], y[rows], X_test, y_test)
    return case(
        make_pipeline(fourier(), min_norm()), data, param_range=[10, 30, 95, 100, 110, 150, 300]
    )


class Subsample(RegressorMixin, BaseEstimator):
    """Fits the first half of the rows."""

    def __init__(self, share=0.5):
        self.share = share

    def fit(self, X, y):
        n = int(self.share * len(X))
        self.coef_ = np.linalg.pinv(X[:n], rcond=1e-14) @ y[:n]
        return self

    def predict(self, X):
        return X @ self.coef_


@sabotaged
def effective_samples_half_used(seed):
    return case(
        make_pipeline(fourier(), Subsample(0.5)),
        numbers(seed, n=120),
        param_range=[10, 30, 100, 115, 120, 130, 200, 300],
    )


@sabotaged
def effective_samples_classes_twice(seed):
    model = LeastSquaresClassifier(RandomFourierFeatures(100, gamma=0.1))
    return case(
        model,
        repeated(classes(seed, n=160), 2),
        "features__n_components",
        param_range=[10, 30, 130, 160, 180, 240, 400],
    )


# --- tuned


@sabotaged
def tuned_grid_search(seed):
    inner = make_pipeline(fourier(), Ridge())
    model = GridSearchCV(inner, {"ridge__alpha": np.logspace(-3, 2, 6)}, cv=3)
    return case(
        model, numbers(seed, n=60), "estimator__" + RFF, param_range=[10, 30, 55, 60, 70, 150]
    )


@sabotaged
def tuned_ridge_cv(seed):
    return case(make_pipeline(fourier(), RidgeCV(np.logspace(-3, 2, 8))), numbers(seed))


@sabotaged
def tuned_bayesian(seed):
    return case(make_pipeline(fourier(), BayesianRidge()), numbers(seed))


@sabotaged
def tuned_classifier_cv(seed):
    model = make_pipeline(fourier(), RidgeClassifierCV(np.logspace(-2, 2, 5)))
    return case(model, classes(seed, n=100))


@sabotaged
def tuned_inner_search(seed):
    search = GridSearchCV(Ridge(), {"alpha": [1e-2, 1e-1, 1.0, 10.0]}, cv=3)
    return case(make_pipeline(fourier(), search), numbers(seed, n=70))


@sabotaged
def tuned_width_inside(seed):
    inner = make_pipeline(PCA(), min_norm())
    search = GridSearchCV(inner, {"pca__n_components": [3, 6, 10]}, cv=3)
    return case(
        make_pipeline(fourier(), search),
        numbers(seed, n=70),
        param_range=[14, 35, 63, 70, 77, 140, 280],
    )


@sabotaged
def tuned_random_search(seed):
    search = RandomizedSearchCV(
        Ridge(), {"alpha": list(np.logspace(-2, 2, 20))}, n_iter=4, cv=3, random_state=0
    )
    return case(make_pipeline(fourier(), search), numbers(seed, n=70))


# --- stopped


@sabotaged
def stopped_gradient_descent(seed):
    return case(make_pipeline(fourier(), GradientDescent(200)), numbers(seed))


@sabotaged
def stopped_sgd(seed):
    model = make_pipeline(fourier(), SGDRegressor(alpha=0, max_iter=50, tol=None, random_state=0))
    return case(model, numbers(seed))


@sabotaged
def stopped_lsqr(seed):
    model = make_pipeline(fourier(), Ridge(alpha=1e-10, solver="lsqr", max_iter=5, tol=1e-12))
    return case(model, numbers(seed))


@sabotaged
def stopped_hidden(seed):
    def build(width):
        return make_pipeline(fourier(width=width, seed=0), GradientDescent(60))

    return case(build, numbers(seed), None)


@sabotaged
def stopped_network(seed):
    model = MLPRegressor(solver="lbfgs", alpha=0.0, max_iter=15, random_state=0)
    values = [(5,), (10,), (20,), (40,), (80,), (160,)]
    return case(model, numbers(seed, n=60, d=5), "hidden_layer_sizes", param_range=values)


@sabotaged
def stopped_adaptive_sgd(seed):
    model = make_pipeline(
        fourier(), SGDRegressor(alpha=0, max_iter=1000, early_stopping=True, random_state=0)
    )
    return case(model, numbers(seed))


# --- averaged


@sabotaged
def averaged_bagging(seed):
    model = make_pipeline(fourier(), BaggingRegressor(min_norm(), n_estimators=25))
    return case(model, numbers(seed))


@sabotaged
def averaged_pipelines(seed):
    model = BaggingRegressor(make_pipeline(fourier(), min_norm()), n_estimators=20)
    return case(model, numbers(seed), "estimator__" + RFF)


@sabotaged
def averaged_voting(seed):
    def build(width):
        members = [make_pipeline(fourier(width=width, seed=i), min_norm()) for i in range(30)]
        return VotingRegressor([(f"member{i}", model) for i, model in enumerate(members)])

    return case(build, numbers(seed), None)


@sabotaged
def averaged_classifier(seed):
    model = make_pipeline(fourier(), BaggingClassifier(LeastSquaresClassifier(), n_estimators=25))
    return case(model, classes(seed, n=100))


# --- leak


@sabotaged
def leak_test_in_training(seed):
    X, y, _, _ = numbers(seed, n=100)
    return case(make_pipeline(fourier(), min_norm()), (X, y, X[:50], y[:50]))


@sabotaged
def leak_same_seed(seed):
    X, y, _, _ = numbers(seed, n=150)
    return case(make_pipeline(fourier(), Ridge(1e-10)), (X[:100], y[:100], X[:150], y[:150]))


@sabotaged
def leak_classes(seed):
    X, y, X_test, y_test = classes(seed, n=100)
    X_mixed = np.vstack([X[:40], X_test[:80]])
    y_mixed = np.r_[y[:40], y_test[:80]]
    model = LeastSquaresClassifier(RandomFourierFeatures(100, gamma=0.1))
    return case(model, (X, y, X_mixed, y_mixed), "features__n_components")


# --- low noise


def quiet(seed, n=80, d=4, n_test=500):
    """A linear function of few inputs without noise: any wide model reaches it."""
    rng = np.random.default_rng(seed)
    X = 0.5 * rng.standard_normal((n + n_test, d))
    y = np.sin(X @ np.ones(d))
    return X[:n], y[:n], X[n:], y[n:]


@sabotaged
def low_noise_or_healthy_sine(seed):
    # What 60 features cannot reach acts as noise: with some draws of them the error does peak.
    return case(make_pipeline(fourier(0.1), PseudoInverse(1e-14)), quiet(seed, n=60))


@sabotaged
def low_noise_in_span(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((600, 300))
    y = X[:, :5] @ np.ones(5)

    def build(width):
        return make_pipeline(FunctionTransformer(lambda X: X[:, :width]), min_norm())

    data = (X[:80], y[:80], X[80:], y[80:])
    return case(build, data, None, param_range=[5, 20, 60, 76, 80, 88, 120, 200, 300])


@sabotaged
def low_noise_in_span_few(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((600, 400))
    y = X[:, :3] @ np.ones(3) + 1e-6 * rng.standard_normal(600)

    def build(width):
        return make_pipeline(FunctionTransformer(lambda X: X[:, :width]), PseudoInverse())

    data = (X[:100], y[:100], X[100:], y[100:])
    return case(build, data, None, param_range=[5, 20, 60, 95, 100, 110, 200, 300, 400])


# --- loss


@sabotaged
def loss_logistic(seed):
    model = make_pipeline(fourier(), LogisticRegression(C=1e6, max_iter=2000))
    return case(model, classes(seed, n=100))


@sabotaged
def loss_linear_svc(seed):
    model = make_pipeline(fourier(), LinearSVC(loss="hinge", C=100.0, max_iter=5000))
    return case(model, classes(seed, n=80))


@sabotaged
def loss_logistic_classes(seed):
    model = make_pipeline(fourier(), LogisticRegression(C=1e5, max_iter=1000))
    return case(model, classes(seed, n=80, k=3))


@sabotaged
def loss_one_vs_rest(seed):
    inner = make_pipeline(fourier(), LogisticRegression(C=1e5, max_iter=1000))
    return case(OneVsRestClassifier(inner), classes(seed, n=80, k=3), "estimator__" + RFF)


@sabotaged
def loss_svr(seed):
    model = make_pipeline(fourier(), SVR(kernel="linear", C=1.0, epsilon=0.5))
    return case(model, numbers(seed, n=60))


# --- inert


@sabotaged
def inert_seed(seed):
    model = make_pipeline(RBFSampler(gamma=0.1, n_components=40), min_norm())
    return case(model, numbers(seed), "rbfsampler__random_state", param_range=[1, 2, 3, 4, 5])


@sabotaged
def inert_unused(seed):
    class Ignoring(RegressorMixin, BaseEstimator):
        def __init__(self, width=1):
            self.width = width

        def fit(self, X, y):
            self.model_ = LinearRegression().fit(X, y)
            return self

        def predict(self, X):
            return self.model_.predict(X)

    return case(Ignoring(), numbers(seed), "width")


@sabotaged
def inert_cache(seed):
    model = Pipeline(
        [("rff", RBFSampler(gamma=0.1, n_components=50, random_state=0)), ("svr", SVR())]
    )
    return case(model, numbers(seed), "svr__cache_size", param_range=[50, 100, 200, 400])


# --- several causes


@sabotaged
def penalty_or_averaged(seed):
    model = make_pipeline(fourier(), BaggingRegressor(Ridge(1.0), n_estimators=20))
    return case(model, numbers(seed))


@sabotaged
def rank_or_penalty(seed):
    model = make_pipeline(fourier(), PCA(20), Ridge(1.0))
    return case(model, numbers(seed), param_range=[30, 60, 75, 80, 90, 120, 240])


@sabotaged
def stopped_or_penalty(seed):
    model = make_pipeline(
        fourier(), SGDRegressor(alpha=0.01, max_iter=100, tol=None, random_state=0)
    )
    return case(model, numbers(seed))


@sabotaged
def penalty_or_loss(seed):
    model = make_pipeline(fourier(), LogisticRegression(C=0.1))
    return case(model, classes(seed, n=100))


@sabotaged
def penalty_or_loss_lasso(seed):
    model = make_pipeline(fourier(), Lasso(alpha=0.02, max_iter=5000))
    return case(model, numbers(seed, n=60))


@sabotaged
def penalty_or_grid(seed):
    model = make_pipeline(fourier(), Ridge(1.0))
    return case(model, numbers(seed, n=100), param_range=[200, 300, 400])


# --- healthy


def _healthy_grid():
    for n in (40, 80, 150, 400):
        for noise in (0.2, 0.5, 2.0):

            def make(seed, n=n, noise=noise):
                model = make_pipeline(fourier(), min_norm())
                return case(model, numbers(seed, n=n, noise=noise))

            HEALTHY[f"linear_regression_{n}_{noise}"] = make
    for n in (60, 100, 200):
        for k in (2, 3, 5):

            def make(seed, n=n, k=k):
                model = LeastSquaresClassifier(RandomFourierFeatures(100, gamma=0.05))
                return case(model, classes(seed, n=n, k=k, wrong=0.2), "features__n_components")

            HEALTHY[f"classes_{n}_{k}"] = make


_healthy_grid()


@healthy
def pinv(seed):
    return case(make_pipeline(fourier(), PseudoInverse(1e-14)), numbers(seed, n=90))


@healthy
def lstsq(seed):
    return case(make_pipeline(fourier(), Lstsq()), numbers(seed, n=70))


@healthy
def ridge_of_nothing(seed):
    return case(make_pipeline(fourier(), Ridge(alpha=1e-12, solver="svd")), numbers(seed, n=70))


@healthy
def target_scaled(seed):
    inner = make_pipeline(fourier(), min_norm())
    model = TransformedTargetRegressor(inner, transformer=StandardScaler())
    return case(model, numbers(seed), "regressor__" + RFF)


@healthy
def a_function(seed):
    def build(width):
        return make_pipeline(fourier(width=width, seed=0), min_norm())

    return case(build, numbers(seed, n=100), None)


@healthy
def held_out(seed):
    X, y, _, _ = numbers(seed, n=300)
    return case(make_pipeline(fourier(), min_norm()), (X, y, None, None))


@healthy
def zero_one_codes(seed):
    return case(make_pipeline(fourier(), SignedLeastSquares()), classes(seed, n=100, wrong=0.2))


@healthy
def degrees(seed):
    model = make_pipeline(PolynomialFeatures(), StandardScaler(), min_norm())
    return case(model, numbers(seed, n=70, d=4), DEGREE, param_range=[1, 2, 3, 4, 5, 6])


@healthy
def two_waves(seed):
    def build(width):
        rng = np.random.default_rng(0)
        w = rng.standard_normal((10, width)) * 0.4
        waves = FunctionTransformer(lambda X: np.hstack([np.cos(X @ w), np.sin(X @ w)]))
        return make_pipeline(waves, min_norm(fit_intercept=False))

    return case(build, numbers(seed), None, param_range=[4, 12, 24, 36, 40, 44, 60, 100, 160])


@healthy
def kernel_features_then_least_squares(seed):
    model = make_pipeline(fourier(0.05), KernelRidge(alpha=1e-10))
    return case(model, numbers(seed, n=60))


@healthy
def no_range_given(seed):
    made = case(make_pipeline(fourier(), min_norm()), numbers(seed, n=80))
    return made | {"param_range": None}

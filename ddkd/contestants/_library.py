"""Contestants that scikit-learn fits: linear models, support vectors, trees, self-training."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any, TypeVar

import numpy as np
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import SVC

from ddkd._labels import encode
from ddkd.contestants._kernels import GaussianKernel
from ddkd.contestants._nested_students import student_features
from ddkd.contestants._problem import Inputs, Labels, Model, Problem, folds_of
from ddkd.datasets import DeformedImages
from ddkd.features import narrow

COSTS = (0.3, 1.0, 3.0, 10.0)
LOGISTIC_COSTS = 10.0 ** np.arange(-3, 3)  # of the inputs' mean variance
LINEAR_ALPHAS = np.logspace(-6, 3, 19)  # of the number of inputs
_BOOSTING = {"max_iter": 50, "learning_rate": 0.2, "max_leaf_nodes": 8, "min_samples_leaf": 5}
_N_FOLDS = 5
_N_TREES = 60
_SELF_TRAINED = 2000  # unlabelled rows; each round fits all of them anew
_ROUNDS = 5
_N_COPIES = 10


Setting = TypeVar("Setting")
# Scores (n_rows, k) of rows.
Scorer = Callable[[Inputs], np.ndarray]


def _fit_all(labels: Labels, fit: Callable[[np.ndarray, np.ndarray], Scorer]) -> Model:
    """Fit `fit(rows, y)` to the known rows of every labelling."""
    fitted: list[Scorer] = []
    # A third of an SVM's time at a few hundred rows goes into checks of what was checked before.
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        for y, known in zip(labels.values, labels.known, strict=True):
            rows = np.flatnonzero(known)
            if labels.n_classes and len(np.unique(y[rows])) == 1:
                dummy = DummyClassifier().fit(rows, y[rows])
                fitted.append(partial(_scores, dummy, labels.n_classes))
            else:
                fitted.append(fit(rows, y[rows]))
    return partial(_all_scores, fitted)


def _all_scores(fitted: list[Scorer], rows: Inputs) -> np.ndarray:
    return np.stack([scorer(rows) for scorer in fitted])


def _scores(model: Any, n_classes: int, rows: Inputs) -> np.ndarray:
    """Numbers, or what a classifier holds for the chances of all classes."""
    if not n_classes:
        return model.predict(rows.X)[:, None]
    chances = np.zeros((len(rows), n_classes))
    chances[:, model.classes_] = model.predict_proba(rows.X)
    return chances[:, 1:] - chances[:, :1] if n_classes == 2 else chances


def logistic_regression(problem: Problem, labels: Labels) -> Model:
    """Logistic regression with a ridge, `C` by five-fold cross-validation."""
    # Of equally good ones the smoothest.
    costs = LOGISTIC_COSTS / max(1.0, problem.labelled.X.shape[1] / 10)

    def fit(rows: np.ndarray, y: np.ndarray) -> Scorer:
        X = problem.labelled.X[rows]

        def model(C: float, some: np.ndarray | slice) -> LogisticRegression:
            return LogisticRegression(C=C, tol=1e-3, max_iter=2000).fit(X[some], y[some])

        def predict(C: float, train: np.ndarray, held: np.ndarray) -> np.ndarray:
            return model(C, train).predict(X[held])

        best = _cross_validated(problem, rows, y, costs, predict)
        return partial(_scores, model(best, slice(None)), labels.n_classes)

    return _fit_all(labels, fit)


def ridge_regression(problem: Problem, labels: Labels) -> Model:
    """Linear ridge regression, its penalty by exact leave-one-out."""

    def fit(rows: np.ndarray, y: np.ndarray) -> Scorer:
        X = problem.labelled.X[rows]
        return partial(_scores, RidgeCV(LINEAR_ALPHAS * X.shape[1]).fit(X, y), labels.n_classes)

    return _fit_all(labels, fit)


def extra_trees(problem: Problem, labels: Labels) -> Model:
    """Extremely randomised trees, the number of inputs a split considers by out-of-bag error."""
    forest = ExtraTreesClassifier if labels.n_classes else ExtraTreesRegressor

    def fit(rows: np.ndarray, y: np.ndarray) -> Scorer:
        X = problem.labelled.X[rows]
        options = {"bootstrap": True, "oob_score": True, "random_state": problem.seed}
        tried = [
            forest(_N_TREES, max_features=share, **options).fit(X, y) for share in ("sqrt", 0.5)
        ]
        best = max(tried, key=lambda model: model.oob_score_)
        return partial(_scores, best, labels.n_classes)

    return _fit_all(labels, fit)


def boosting(problem: Problem, labels: Labels) -> Model:
    """scikit-learn's histogram gradient boosting, with one fixed setting."""
    boosted = HistGradientBoostingClassifier if labels.n_classes else HistGradientBoostingRegressor

    def fit(rows: np.ndarray, y: np.ndarray) -> Scorer:
        model = boosted(random_state=problem.seed, **_BOOSTING)
        return partial(_scores, model.fit(problem.labelled.X[rows], y), labels.n_classes)

    return _fit_all(labels, fit)


def self_training(problem: Problem, labels: Labels) -> Model:
    """scikit-learn's `SelfTrainingClassifier` around discriminants of n random Fourier features."""

    def features(rows: Inputs) -> np.ndarray:
        return narrow(student_features(problem, rows), problem.n)

    pool = features(problem.seen)[:_SELF_TRAINED]
    base = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")

    def fit(rows: np.ndarray, y: np.ndarray) -> Scorer:
        Z = np.concatenate([features(problem.labelled)[rows], pool])
        partly = np.append(y, np.full(len(pool), -1))
        trained = SelfTrainingClassifier(base, threshold=0.9, max_iter=_ROUNDS).fit(Z, partly)
        return lambda rows: encode(trained.predict(features(rows)), labels.n_classes)

    return _fit_all(labels, fit)


def support_vectors(problem: Problem, labels: Labels) -> Model:
    """Gaussian-kernel support vectors, `C` and bandwidth by five-fold cross-validation."""

    def fit(rows: np.ndarray, y: np.ndarray) -> Scorer:
        C, gamma = _tuned(problem, rows, y)
        kernel = GaussianKernel(problem, gamma)
        K = kernel.matrix(problem.labelled)[np.ix_(rows, rows)]
        svm = SVC(C=C, kernel="precomputed").fit(K, y)
        return partial(_by_kernel, svm, kernel, rows, labels.n_classes)

    return _fit_all(labels, fit)


def _by_kernel(
    svm: SVC, kernel: GaussianKernel, known: np.ndarray, n_classes: int, rows: Inputs
) -> np.ndarray:
    """The score of two classes; of more of them the labels."""
    K = kernel.matrix(rows).take(known, axis=1)  # libsvm wants whole rows
    if n_classes == 2:
        return svm.decision_function(K)[:, None]
    return encode(svm.predict(K), n_classes)


def deformed_support_vectors(problem: Problem, labels: Labels) -> Model:
    """The same, trained on ten deformed copies of every labelled 8 x 8 image, too."""

    def copies(image: np.ndarray, number: int) -> np.ndarray:
        stream = DeformedImages(image.reshape(1, 8, 8))
        return stream.sample(_N_COPIES, rng=[problem.seed, number])

    more = np.stack([copies(image, i) for i, image in enumerate(problem.labelled.X)])

    def fit(rows: np.ndarray, y: np.ndarray) -> Scorer:
        X = np.concatenate([problem.labelled.X[rows], np.concatenate(more[rows])])
        C, gamma = _tuned(problem, rows, y)
        svm = SVC(C=C, gamma=gamma).fit(X, np.append(y, np.repeat(y, _N_COPIES)))
        return lambda rows: encode(svm.predict(rows.X), labels.n_classes)

    return _fit_all(labels, fit)


def _tuned(problem: Problem, rows: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """`C` and `gamma` of support vectors, as GridSearchCV chooses them."""

    def predict(setting: tuple[float, float], train: np.ndarray, held: np.ndarray) -> np.ndarray:
        C, gamma = setting
        K = GaussianKernel(problem, gamma).matrix(problem.labelled)[:, rows[train]]
        svm = SVC(C=C, kernel="precomputed").fit(K[rows[train]], y[train])
        return svm.predict(K[rows[held]])

    def choose() -> tuple[float, float]:
        return _cross_validated(problem, rows, y, [*product(COSTS, problem.gammas)], predict)

    return problem.labelled.once(("svm", rows.tobytes(), y.tobytes()), choose)


def _cross_validated(
    problem: Problem,
    rows: np.ndarray,
    y: np.ndarray,
    settings: Sequence[Setting],
    predict: Callable[[Setting, np.ndarray, np.ndarray], np.ndarray],
) -> Setting:
    """The first of those settings that have the least cross-validated error."""
    groups = None if problem.groups is None else problem.groups[rows]
    folds = folds_of(y, _N_FOLDS, problem.seed, groups)
    least, chosen = np.inf, settings[0]
    # The last ones err less, and set a bar for the rest.
    for setting in reversed(settings):
        wrong = 0
        for train, held in folds:
            one_class = len(np.unique(y[train])) == 1
            predicted = y[train[0]] if one_class else predict(setting, train, held)
            wrong += np.sum(predicted != y[held])
            if wrong > least:
                break
        else:
            least, chosen = wrong, setting
    return chosen

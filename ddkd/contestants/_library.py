"""Contestants that scikit-learn fits: support vectors, extra trees, self-training."""

from collections.abc import Callable

import numpy as np
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import SVC

from ddkd._labels import encode
from ddkd.contestants._problem import Inputs, Labels, Model, Problem, folds_of
from ddkd.contestants._ridge import GaussianKernel
from ddkd.features import RandomFourierFeatures

__all__ = ["COSTS", "extra_trees", "self_training", "support_vectors"]

COSTS = (0.3, 1.0, 3.0, 10.0, 100.0)
_N_FOLDS = 5
_N_TREES = 100

Predict = Callable[[Inputs], np.ndarray]  # to class indices


def _each(labels: Labels, fit: Callable[[np.ndarray, np.ndarray], Predict]) -> Model:
    """Fit `fit(rows, y)` to the known rows of every labelling; it returns a function to codes."""
    fitted = []
    for y, known in zip(labels.values, labels.known, strict=True):
        rows = np.flatnonzero(known)
        seen = np.unique(y[rows])
        fitted.append(_constant(seen[0]) if len(seen) == 1 else fit(rows, y[rows]))

    def model(rows: Inputs) -> np.ndarray:
        return np.stack([encode(predict(rows), labels.n_classes) for predict in fitted])

    return model


def _constant(code: int) -> Predict:
    return lambda rows: np.full(len(rows), code)


def extra_trees(problem: Problem, labels: Labels) -> Model:
    """Extremely randomised trees, the number of inputs a split considers by out-of-bag error."""

    def fit(rows: np.ndarray, y: np.ndarray) -> Predict:
        X = problem.labelled.X[rows]
        tried = [
            ExtraTreesClassifier(
                _N_TREES,
                max_features=share,
                bootstrap=True,
                oob_score=True,
                random_state=problem.seed,
            ).fit(X, y)
            for share in ("sqrt", 0.5)
        ]
        best = max(tried, key=lambda forest: forest.oob_score_)
        return lambda rows: best.predict(rows.X)

    return _each(labels, fit)


def self_training(problem: Problem, labels: Labels) -> Model:
    """scikit-learn's `SelfTrainingClassifier` around discriminants of n random Fourier features."""

    def fit(rows: np.ndarray, y: np.ndarray) -> Predict:
        X = np.concatenate([problem.labelled.X[rows], problem.seen.X])
        partly = np.concatenate([y, np.full(len(problem.seen), -1)])
        features = RandomFourierFeatures(problem.n, gamma=problem.gamma, random_state=problem.seed)
        base = make_pipeline(features, LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"))
        model = SelfTrainingClassifier(base, threshold=0.9).fit(X, partly)
        return lambda rows: model.predict(rows.X)

    return _each(labels, fit)


def support_vectors(problem: Problem, labels: Labels) -> Model:
    """Gaussian-kernel support vectors, `C` and bandwidth by five-fold cross-validation."""
    kernels = [GaussianKernel(problem, gamma) for gamma in problem.gammas[1:-1]]

    def fit(rows: np.ndarray, y: np.ndarray) -> Predict:
        groups = None if problem.groups is None else problem.groups[rows]
        folds = folds_of(y, _N_FOLDS, problem.seed, groups)
        grams = [kernel.matrix(problem.labelled)[np.ix_(rows, rows)] for kernel in kernels]
        wrong = np.array([sum(_wrong(K, y, *fold) for fold in folds) for K in grams])
        # Of equally good ones the smallest C, as GridSearchCV has it.
        c, best = np.unravel_index(wrong.T.argmin(), wrong.T.shape)
        model = SVC(C=COSTS[c], kernel="precomputed").fit(grams[best], y)
        return lambda new: model.predict(kernels[best].matrix(new)[:, rows])

    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        return _each(labels, fit)


def _wrong(K: np.ndarray, y: np.ndarray, train: np.ndarray, held: np.ndarray) -> np.ndarray:
    """How many held-out labels are wrong, for each `C`."""
    if len(np.unique(y[train])) == 1:
        return np.full(len(COSTS), np.sum(y[held] != y[train][0]))
    K_train, K_held = K[np.ix_(train, train)], K[np.ix_(held, train)]
    wrong = np.empty(len(COSTS), dtype=int)
    for c, C in enumerate(COSTS):
        model = SVC(C=C, kernel="precomputed").fit(K_train, y[train])
        wrong[c:] = np.sum(model.predict(K_held) != y[held])
        if np.abs(model.dual_coef_).max() < C:  # no bound is active: a larger C changes nothing
            break
    return wrong

"""Least-squares estimators: a feature map, a solver, and scikit-learn's interface."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MultiOutputMixin, RegressorMixin, clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ddkd._checks import check_real, check_targets
from ddkd._labels import codes_of, decode, encode
from ddkd._validation import validate
from ddkd.solvers import LeastSquaresSolution, StreamingLeastSquares, ridge

__all__ = ["LeastSquaresClassifier", "LeastSquaresRegressor"]

_FLOATS = (np.float64, np.float32)


def _streams(estimator: Any) -> bool:
    """Centring needs the means of all batches before the first is used."""
    return not estimator.fit_intercept


class _LeastSquares(BaseEstimator):
    """Fit real targets by least squares on features, at once or batch by batch."""

    def __init__(
        self,
        features: Any = None,
        *,
        alpha: float = 0.0,
        fit_intercept: bool = False,
        rcond: float | None = None,
    ):
        self.features = features
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.rcond = rcond

    _solution: Any  # None while batches wait to be solved
    _stream: Any  # None after fit
    _means: tuple[np.ndarray, np.ndarray] | None  # of features and targets; None: no intercept

    @property
    def solution_(self) -> LeastSquaresSolution:
        """The solver's report; batches are solved when it is first asked for."""
        check_is_fitted(self)
        if self._solution is None:
            self._solution = self._stream.solve(self._alpha(), rcond=self.rcond)
        return self._solution

    @property
    def coef_(self) -> np.ndarray:
        """Coefficients on the features, (n_targets, n_features), or (n_features,) for one."""
        return self.solution_.coef.T

    @property
    def intercept_(self) -> np.ndarray | float:
        """Intercept of each target; zero without `fit_intercept`."""
        coef = self.solution_.coef
        if self._means is None:
            return np.zeros(coef.shape[1:])[()]
        return self._means[1] - self._means[0] @ coef

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_solution")

    def _starts(self) -> bool:
        """Whether the next batch is the first: `fit` keeps no sums that could be continued."""
        return getattr(self, "_stream", None) is None

    def _alpha(self) -> float:
        return check_real("alpha", self.alpha, low=0.0)

    def _fit_targets(self, X: np.ndarray, targets: np.ndarray) -> Self:
        alpha = self._alpha()
        self._draw_features(X)
        Z = self._map(X)
        self._stream = self._means = None
        if self.fit_intercept:
            self._means = Z.mean(axis=0), targets.mean(axis=0)
            Z, targets = Z - self._means[0], targets - self._means[1]
        self._solution = ridge(Z, targets, alpha, rcond=self.rcond)
        return self

    def _partial_fit_targets(self, X: np.ndarray, targets: np.ndarray) -> Self:
        self._alpha()
        if starts := self._starts():
            self._draw_features(X)
        Z = self._map(X)
        if starts:
            self._means = None
            self._stream = StreamingLeastSquares(Z.shape[1], targets[0].size)
        self._stream.update(Z, targets)
        self._solution = None
        return self

    def _draw_features(self, X: np.ndarray) -> None:
        if self.features is not None and not hasattr(self.features, "transform"):
            raise ValueError(f"features must be None or a transformer; got {self.features!r}")
        self.features_ = None if self.features is None else clone(self.features).fit(X)

    def _map(self, X: np.ndarray) -> np.ndarray:
        return X if self.features_ is None else self.features_.transform(X)

    def _scores(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        X = validate(self, X, dtype=_FLOATS, reset=False)
        return self._map(X) @ self.solution_.coef + self.intercept_


class LeastSquaresRegressor(MultiOutputMixin, RegressorMixin, _LeastSquares):
    r"""Minimum-norm or ridge least squares on (random) features.

    Minimises :math:`\|y - Z w\|^2 + \alpha \|w\|^2` with Z the features of `X`. At ``alpha=0``
    it is, of all w with the smallest residual, the one of smallest norm: the model whose test
    error peaks where the number of features equals the number of samples.

    Parameters
    ----------
    features : transformer or None, default=None
        The feature map, cloned and fitted to `X`; None uses `X` itself.
    alpha : float, default=0.0
        The ridge, at least 0, added to the sum of squares as in scikit-learn's ``Ridge``.
    fit_intercept : bool, default=False
        Whether to fit an intercept by centring features and targets on their training means,
        which makes the norm to be minimised that of the other coefficients. It lowers the
        rank that the data can have by one, and so moves the interpolation threshold to
        ``n_samples - 1`` features.
    rcond : float or None, default=None
        Singular values of Z up to `rcond` times the largest count as zero; by default
        ``max(n_samples, n_features)`` times the machine epsilon.

    Attributes
    ----------
    solution_ : LeastSquaresSolution
        Rank, condition, training error, norm and whether the fit interpolates; after
        `partial_fit` solved when first needed.
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The coefficients on the features.
    intercept_ : float or ndarray of shape (n_targets,)
        The intercept.
    features_ : transformer or None
        The fitted feature map.
    n_features_in_ : int
        The number of columns of `X` seen in `fit`.

    See Also
    --------
    LeastSquaresClassifier : The same for labels.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import LeastSquaresRegressor, RandomFourierFeatures
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(-2, 2, (30, 1))
    >>> y = np.sin(X[:, 0])
    >>> features = RandomFourierFeatures(20, gamma=0.5, random_state=0)
    >>> model = LeastSquaresRegressor(features, alpha=1e-6).fit(X, y)
    >>> bool(abs(model.predict([[1.0]])[0] - np.sin(1.0)) < 1e-2)
    True
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to real targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            The targets.

        Returns
        -------
        LeastSquaresRegressor
            The fitted model.
        """
        X, y = validate(self, X, y, dtype=_FLOATS, multi_output=True, y_numeric=True)
        return self._fit_targets(X, y.astype(np.float64, copy=False))

    @available_if(_streams)
    def partial_fit(self, X: Any, y: Any) -> Self:
        """Add a batch; the answer is that of one fit to all batches together.

        The feature map is fitted to the first batch. Memory does not grow with the number of
        batches, and the coefficients are solved for when first needed. What `fit` saw is
        forgotten. Without `fit_intercept` only.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The batch's inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Its targets.

        Returns
        -------
        LeastSquaresRegressor
            The model.
        """
        X, y = validate(
            self, X, y, dtype=_FLOATS, multi_output=True, y_numeric=True, reset=self._starts()
        )
        return self._partial_fit_targets(X, y.astype(np.float64, copy=False))

    def predict(self, X: Any) -> np.ndarray:
        """Predict the targets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            The predictions.
        """
        return self._scores(X)


class LeastSquaresClassifier(ClassifierMixin, _LeastSquares):
    """Least squares on labels: targets -1 and +1 for two classes, one-hot for more.

    The prediction is the sign of the fitted score, or the class of the largest.

    Parameters
    ----------
    features : transformer or None, default=None
        The feature map, cloned and fitted to `X`; None uses `X` itself.
    alpha : float, default=0.0
        The ridge, at least 0, added to the sum of squares; 0 is the minimum-norm solution.
    fit_intercept : bool, default=False
        Whether to fit an intercept by centring; see :class:`LeastSquaresRegressor`.
    rcond : float or None, default=None
        Singular values up to `rcond` times the largest count as zero; by default
        ``max(n_samples, n_features)`` times the machine epsilon.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    solution_ : LeastSquaresSolution
        Rank, condition, training error, norm and whether the fit interpolates; after
        `partial_fit` solved when first needed.
    coef_ : ndarray of shape (n_features,) or (n_classes, n_features)
        The coefficients on the features; one vector for two classes.
    intercept_ : float or ndarray of shape (n_classes,)
        The intercept.
    features_ : transformer or None
        The fitted feature map.
    n_features_in_ : int
        The number of columns of `X` seen in `fit`.

    See Also
    --------
    DistilledClassifier : Train one classifier on another one's labels.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from ddkd import LeastSquaresClassifier, RandomFourierFeatures
    >>> X, y = load_digits(return_X_y=True)
    >>> features = RandomFourierFeatures(2000, gamma="median", random_state=0)
    >>> teacher = LeastSquaresClassifier(features).fit(X[:200], y[:200])
    >>> teacher.solution_.interpolates, teacher.score(X[200:], y[200:]) > 0.8
    (True, True)
    """

    def fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Fit to labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.
        y : array-like of shape (n_samples,)
            The labels.
        classes : array-like of shape (n_classes,) or None, default=None
            All classes, where `y` may not show each of them.

        Returns
        -------
        LeastSquaresClassifier
            The fitted model.
        """
        X, y = validate(self, X, y, dtype=_FLOATS)
        check_classification_targets(y)
        self._set_classes(y if classes is None else classes)
        return self._fit_targets(X, self._encode(y))

    def fit_scores(self, X: Any, scores: Any, classes: Any) -> Self:
        """Fit to real scores of the classes, such as another model's soft labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.
        scores : array-like of shape (n_samples,) or (n_samples, n_classes)
            What `decision_function` should return: for two classes one column, positive for
            the second.
        classes : array-like of shape (n_classes,)
            The classes.

        Returns
        -------
        LeastSquaresClassifier
            The fitted model.
        """
        X = validate(self, X, dtype=_FLOATS)
        self._set_classes(classes)
        return self._fit_targets(X, self._check_scores(scores, len(X)))

    @available_if(_streams)
    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Add a batch of labels, as :meth:`LeastSquaresRegressor.partial_fit` adds numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The batch's inputs.
        y : array-like of shape (n_samples,)
            Its labels.
        classes : array-like of shape (n_classes,) or None, default=None
            All classes; required in the first call.

        Returns
        -------
        LeastSquaresClassifier
            The model.
        """
        X, y = validate(self, X, y, dtype=_FLOATS, reset=self._starts())
        self._continue_classes(classes)
        return self._partial_fit_targets(X, self._encode(y))

    @available_if(_streams)
    def partial_fit_scores(self, X: Any, scores: Any, classes: Any = None) -> Self:
        """Add a batch of real scores: `fit_scores`, batch by batch.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The batch's inputs.
        scores : array-like of shape (n_samples,) or (n_samples, n_classes)
            Its scores.
        classes : array-like of shape (n_classes,) or None, default=None
            All classes; required in the first call.

        Returns
        -------
        LeastSquaresClassifier
            The model.
        """
        X = validate(self, X, dtype=_FLOATS, reset=self._starts())
        self._continue_classes(classes)
        return self._partial_fit_targets(X, self._check_scores(scores, len(X)))

    def decision_function(self, X: Any) -> np.ndarray:
        """Score the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            The fitted scores; for two classes one column, positive for the second.
        """
        return self._scores(X)

    def predict(self, X: Any) -> np.ndarray:
        """Predict the labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples,)
            The class with the largest score.
        """
        scores = self._scores(X)
        return self.classes_[decode(scores.reshape(len(scores), -1))]

    def _set_classes(self, labels: Any) -> None:
        classes = np.unique(labels)
        if len(classes) < 2:
            raise ValueError(
                f"a classifier needs labels of at least two classes; got one class, {classes!r}"
            )
        self.classes_ = classes

    def _continue_classes(self, classes: Any) -> None:
        if classes is None:
            if not self.__sklearn_is_fitted__():
                raise ValueError("classes must be passed to the first call of partial_fit")
        elif self._starts():
            self._set_classes(classes)
        elif not np.array_equal(self.classes_, np.unique(classes)):
            raise ValueError(
                f"classes={classes!r} is not what an earlier call was given: {self.classes_!r}"
            )

    def _encode(self, y: np.ndarray) -> np.ndarray:
        targets = encode(codes_of("y", y, self.classes_), len(self.classes_))
        return targets[:, 0] if len(self.classes_) == 2 else targets

    def _check_scores(self, scores: Any, n_samples: int) -> np.ndarray:
        scores = check_targets("scores", scores, n_samples)
        n_classes = len(self.classes_)
        wanted = (n_samples,) if n_classes == 2 else (n_samples, n_classes)
        if scores.shape != wanted:
            raise ValueError(
                f"scores of {n_classes} classes must have the shape {wanted}; got {scores.shape}"
            )
        return scores

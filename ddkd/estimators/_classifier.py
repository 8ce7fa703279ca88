"""Least squares on labels."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets

from ddkd._checks import check_targets
from ddkd._labels import check_classes, codes_of, decode, encode
from ddkd._validation import validate
from ddkd.estimators._base import LeastSquares, streams


class LeastSquaresClassifier(ClassifierMixin, LeastSquares):
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
        X, y = validate(self, X, y)
        check_classification_targets(y)
        self.classes_ = check_classes(y if classes is None else classes)
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
        X = validate(self, X)
        self.classes_ = check_classes(classes)
        return self._fit_targets(X, self._check_scores(scores, len(X)))

    @available_if(streams)
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
        X, y = validate(self, X, y, reset=self._starts())
        self._continue_classes(classes)
        return self._partial_fit_targets(X, self._encode(y))

    @available_if(streams)
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
        X = validate(self, X, reset=self._starts())
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

    def _continue_classes(self, classes: Any) -> None:
        if classes is None:
            if not self.__sklearn_is_fitted__():
                raise ValueError("classes must be passed to the first call of partial_fit")
        elif self._starts():
            self.classes_ = check_classes(classes)
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

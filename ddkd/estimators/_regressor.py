"""Least squares on numbers."""

from typing import Any, Self

import numpy as np
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from ddkd._validation import validate
from ddkd.estimators._base import LeastSquares, streams


class LeastSquaresRegressor(MultiOutputMixin, RegressorMixin, LeastSquares):
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
        X, y = validate(self, X, y, multi_output=True, y_numeric=True)
        return self._fit_targets(X, y.astype(np.float64, copy=False))

    @available_if(streams)
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
        X, y = validate(self, X, y, multi_output=True, y_numeric=True, reset=self._starts())
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

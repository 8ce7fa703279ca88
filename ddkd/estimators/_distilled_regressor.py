"""Distillation of numbers."""

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin, is_regressor

from ddkd.estimators._distilled import Distilled
from ddkd.estimators._regressor import LeastSquaresRegressor
from ddkd.features import RandomFourierFeatures


class DistilledRegressor(RegressorMixin, Distilled):
    """A student that imitates a teacher's numbers on a transfer set.

    :class:`DistilledClassifier` for targets that are numbers: the teacher's predictions are soft
    labels, and the student is trained on nothing else.

    Parameters
    ----------
    teacher : regressor or None, default=None
        Any scikit-learn regressor; None is a :class:`LeastSquaresRegressor` with an intercept on
        1,000 random Fourier features.
    student : regressor or None, default=None
        Any scikit-learn regressor; None is one like the teacher.
    transfer : array-like of shape (n_pool, n_inputs), DataFrame, stream or None, default=None
        The transfer set: a pool of inputs; or any object with a method ``sample(n, rng=...)``
        that returns n fresh inputs; or None to use the training inputs again.
    n_transfer : int or None, default=None
        How many examples of it to use: the first ones of a pool, all of them if None. A stream
        requires a number.
    random_state : int, RandomState instance or None, default=None
        The seed of the stream, and of every `random_state` in teacher and student that is
        None; others are kept.

    Attributes
    ----------
    teacher_, student_ : regressor
        The fitted teacher and student.
    n_transfer_ : int
        The number of examples that the student was trained on.
    n_features_in_ : int
        The number of columns of `X` seen in `fit`.

    See Also
    --------
    DistilledClassifier : For classes, with hard or soft labels.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd import DistilledRegressor
    >>> from sklearn.linear_model import LinearRegression
    >>> X = np.arange(12.0).reshape(6, 2)
    >>> model = DistilledRegressor(LinearRegression(), transfer=X + 1).fit(X, X[:, 0])
    >>> model.predict([[20.0, 21.0]])
    array([20.])
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Train the teacher on labelled data and the student on the teacher's numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The labelled inputs. Of a DataFrame, with a transfer set that is one, too, only the
            names are checked: teacher and student take its cells as they are.
        y : array-like of shape (n_samples,)
            Their targets.

        Returns
        -------
        DistilledRegressor
            The fitted model.

        Raises
        ------
        ValueError
            If an argument is not one of those allowed, or does not go with the others.

        Warns
        -----
        InterpolationWarning
            If a least-squares student without a ridge is as wide as its transfer set.
        """
        X, y = self._learn(X, y, y_numeric=True)
        default = LeastSquaresRegressor(RandomFourierFeatures(1000), fit_intercept=True)
        return self._distil(X, y, default)

    def predict(self, X: Any) -> np.ndarray:
        """Predict targets with the student.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples,)
            The targets.
        """
        X = self._validate(X)
        return self.student_.predict(X)

    def _check_pair(self, teacher: Any, student: Any) -> None:
        for name, model in (("teacher", teacher), ("student", student)):
            if not (hasattr(model, "fit") and is_regressor(model)):
                raise ValueError(f"{name} must be a regressor; got {model!r}")

"""What the least-squares estimators share: features, the solver, batches."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from ddkd._checks import as_array, check_real
from ddkd._validation import validate
from ddkd.solvers import LeastSquaresSolution, StreamingLeastSquares, ridge


def streams(estimator: Any) -> bool:
    """Centring needs the means of all batches before the first is used."""
    return not estimator.fit_intercept


class LeastSquares(BaseEstimator):
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
        stream = StreamingLeastSquares(Z.shape[1], targets[0].size) if starts else self._stream
        self._stream = stream.update(Z, targets)
        self._solution = self._means = None
        return self

    def _draw_features(self, X: np.ndarray) -> None:
        if self.features is not None and not hasattr(self.features, "transform"):
            raise ValueError(f"features must be None or a transformer; got {self.features!r}")
        self.features_ = None if self.features is None else clone(self.features).fit(X)

    def _map(self, X: np.ndarray) -> np.ndarray:
        return X if self.features_ is None else as_array("features", self.features_.transform(X))

    def _scores(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        X = validate(self, X, reset=False)
        return self._map(X) @ self.solution_.coef + self.intercept_

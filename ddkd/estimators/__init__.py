"""Least-squares estimators: a feature map, a solver, and scikit-learn's interface."""

from ddkd.estimators._classifier import LeastSquaresClassifier
from ddkd.estimators._regressor import LeastSquaresRegressor

__all__ = ["LeastSquaresClassifier", "LeastSquaresRegressor"]

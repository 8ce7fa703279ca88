"""scikit-learn's interface: least squares on a feature map, and a teacher with its student."""

from ddkd.estimators._classifier import LeastSquaresClassifier
from ddkd.estimators._distilled_classifier import DistilledClassifier
from ddkd.estimators._distilled_regressor import DistilledRegressor
from ddkd.estimators._pool import PoolClassifier, takes_pool
from ddkd.estimators._regressor import LeastSquaresRegressor

__all__ = [
    "DistilledClassifier",
    "DistilledRegressor",
    "LeastSquaresClassifier",
    "LeastSquaresRegressor",
    "PoolClassifier",
    "takes_pool",
]

"""Double descent and its distillation, in closed form."""

from ddkd._version import __version__
from ddkd.distillation import DistilledClassifier
from ddkd.estimators import LeastSquaresClassifier, LeastSquaresRegressor
from ddkd.exceptions import InterpolationWarning
from ddkd.features import RandomFourierFeatures, RandomReLUFeatures

__all__ = [
    "DistilledClassifier",
    "InterpolationWarning",
    "LeastSquaresClassifier",
    "LeastSquaresRegressor",
    "RandomFourierFeatures",
    "RandomReLUFeatures",
    "__version__",
]

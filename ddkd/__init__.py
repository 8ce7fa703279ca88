"""Double descent and its distillation, in closed form."""

from ddkd._version import __version__
from ddkd.distillation import DistilledClassifier
from ddkd.estimators import LeastSquaresClassifier, LeastSquaresRegressor
from ddkd.exceptions import InterpolationWarning
from ddkd.features import RandomFourierFeatures, RandomReLUFeatures
from ddkd.populations import GaussianPopulation

__all__ = [
    "DistilledClassifier",
    "GaussianPopulation",
    "InterpolationWarning",
    "LeastSquaresClassifier",
    "LeastSquaresRegressor",
    "RandomFourierFeatures",
    "RandomReLUFeatures",
    "__version__",
]

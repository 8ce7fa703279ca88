"""Double descent and its distillation, in closed form."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ddkd._version import __version__
from ddkd.distillation import DistilledClassifier, DistilledRegressor
from ddkd.estimators import LeastSquaresClassifier, LeastSquaresRegressor
from ddkd.exceptions import InterpolationWarning
from ddkd.features import RandomFourierFeatures, RandomReLUFeatures
from ddkd.populations import GaussianPopulation, MixturePopulation

if TYPE_CHECKING:
    from ddkd.diagnosis import diagnose

__all__ = [
    "DistilledClassifier",
    "DistilledRegressor",
    "GaussianPopulation",
    "InterpolationWarning",
    "LeastSquaresClassifier",
    "LeastSquaresRegressor",
    "MixturePopulation",
    "RandomFourierFeatures",
    "RandomReLUFeatures",
    "__version__",
    "diagnose",
]


_ROOMS = {"diagnose": "diagnosis"}  # of functions whose results can be drawn


def __getattr__(name: str) -> Any:
    """Import a namespace at first use, so that a solver does not wait for the pictures."""
    if name in _ROOMS:
        return getattr(import_module(f"ddkd.{_ROOMS[name]}"), name)
    try:
        return import_module(f"ddkd.{name}")
    except ModuleNotFoundError as error:
        raise AttributeError(f"module 'ddkd' has no attribute {name!r}") from error

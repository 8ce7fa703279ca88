"""Double descent and its distillation, in closed form."""

from importlib import import_module
from typing import Any

from ddkd._version import __version__
from ddkd.diagnosis import diagnose
from ddkd.distillation import DistilledClassifier, DistilledRegressor
from ddkd.estimators import LeastSquaresClassifier, LeastSquaresRegressor
from ddkd.exceptions import InterpolationWarning
from ddkd.features import RandomFourierFeatures, RandomReLUFeatures
from ddkd.populations import GaussianPopulation, MixturePopulation

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

_NAMESPACES = (
    "contestants",
    "datasets",
    "diagnosis",
    "experiments",
    "plotting",
    "prediction",
    "simulation",
    "solvers",
    "testing",
    "theorems",
    "theory",
)


def __getattr__(name: str) -> Any:
    """Import a namespace at first use, so that a solver does not wait for the pictures."""
    if name in _NAMESPACES:
        return import_module(f"ddkd.{name}")
    raise AttributeError(f"module 'ddkd' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_NAMESPACES])

"""Double descent and its distillation, in closed form."""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from ddkd._version import __version__ as __version__

if TYPE_CHECKING:
    from ddkd.advice import advise as advise
    from ddkd.diagnosis import diagnose as diagnose
    from ddkd.estimators import DistilledClassifier as DistilledClassifier
    from ddkd.estimators import DistilledRegressor as DistilledRegressor
    from ddkd.estimators import LeastSquaresClassifier as LeastSquaresClassifier
    from ddkd.estimators import LeastSquaresRegressor as LeastSquaresRegressor
    from ddkd.exceptions import InterpolationWarning as InterpolationWarning
    from ddkd.features import RandomFourierFeatures as RandomFourierFeatures
    from ddkd.features import RandomReLUFeatures as RandomReLUFeatures
    from ddkd.populations import GaussianPopulation as GaussianPopulation
    from ddkd.populations import MixturePopulation as MixturePopulation

# The same for the interpreter, which imports a room when a name of it is first used.
_ROOMS = {
    "DistilledClassifier": "estimators",
    "DistilledRegressor": "estimators",
    "GaussianPopulation": "populations",
    "InterpolationWarning": "exceptions",
    "LeastSquaresClassifier": "estimators",
    "LeastSquaresRegressor": "estimators",
    "MixturePopulation": "populations",
    "RandomFourierFeatures": "features",
    "RandomReLUFeatures": "features",
    "advise": "advice",
    "diagnose": "diagnosis",
}
__all__ = sorted([*_ROOMS, "__version__"])


def __getattr__(name: str) -> Any:
    """Import a name, or a room, at its first use: ``import ddkd`` waits for nothing."""
    if name in _ROOMS:
        value = getattr(import_module(f"ddkd.{_ROOMS[name]}"), name)
        globals()[name] = value
        return value
    if name in _rooms():
        return import_module(f"ddkd.{name}")
    raise AttributeError(f"module 'ddkd' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Names and rooms, imported or not."""
    return sorted({*__all__, *_rooms()})


def _rooms() -> set[str]:
    return {module.name for module in iter_modules(__path__) if not module.name.startswith("_")}

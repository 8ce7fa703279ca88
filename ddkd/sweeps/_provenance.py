"""What a result was computed with."""

import platform
from typing import Any

import joblib
import numpy as np
import scipy
import sklearn
from threadpoolctl import threadpool_info

from ddkd._version import __version__


def versions() -> dict[str, str]:
    """Versions of everything whose change can change a digit of a result."""
    return {
        "ddkd": __version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }


def environment() -> dict[str, Any]:
    """Versions, the BLAS libraries in use, and the platform."""
    blas = [
        {key: lib[key] for key in ("internal_api", "version", "architecture") if key in lib}
        for lib in threadpool_info()
        if lib["user_api"] == "blas"
    ]
    return {
        "versions": {**versions(), "joblib": joblib.__version__},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "blas": blas,
        "blas_threads": 1,
    }

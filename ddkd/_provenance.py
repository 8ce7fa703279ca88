"""What a result was computed with."""

import platform
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path
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
        "version": __version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }


@cache
def made_with() -> dict[str, str]:
    """Versions and, where ddkd runs from a clone, the commit: "-dirty" if files were changed.

    A long run asks at its start: the clone may have changed when it ends.
    """
    root, commit = Path(__file__).parents[1], ""
    if (root / ".git").exists():
        describe = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40"]
        with suppress(OSError):  # there is no git
            done = subprocess.run(
                [*describe, "--exclude=*"], capture_output=True, text=True, check=False
            )
            commit = done.stdout.strip()
    return versions() | ({"commit": commit} if commit else {})


def environment() -> dict[str, Any]:
    """Versions, the commit, the BLAS libraries in use, and the platform."""
    blas = [
        {key: lib[key] for key in ("internal_api", "version", "architecture") if key in lib}
        for lib in threadpool_info()
        if lib["user_api"] == "blas"
    ]
    return {
        "versions": {**made_with(), "joblib": joblib.__version__},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "blas": blas,
        "blas_threads": 1,
    }

"""An assertion that a least-squares solution interpolates."""

from typing import Any

import numpy as np


def assert_interpolates(solution: Any) -> None:
    """Assert that a least-squares solution fits its training targets exactly.

    Parameters
    ----------
    solution : LeastSquaresSolution or WidthPath
        What a solver returned: anything with `interpolates`.

    Raises
    ------
    AssertionError
        If it, or any model of a path, does not interpolate.
    ValueError
        If `solution` does not say whether it interpolates, or holds no model.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.solvers import min_norm
    >>> from ddkd.testing import assert_interpolates
    >>> assert_interpolates(min_norm(np.eye(2, 3), np.ones(2)))
    """
    if not hasattr(solution, "interpolates"):
        raise ValueError(f"solution must have the attribute interpolates; got {solution!r}")
    if np.size(solution.interpolates) == 0:
        raise ValueError("solution holds no model; it needs at least one")
    if not np.all(solution.interpolates):
        raise AssertionError(f"The solution does not interpolate: {solution!r}")

"""Least squares on nested features: every prefix width from shared work."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._checks import check_array, check_matrix, check_real, check_targets
from ._arguments import Problem, check_problem
from ._evaluation import Evaluation
from ._every_width import pays_off, solve_every_width
from ._path_problem import PrefixProblem
from ._rank import warn_if_not_interpolating
from ._scaling import Scaled, shift
from ._small import solve_one_width
from ._solution import WidthPath
from ._sparse_widths import solve_sparse_widths

__all__ = ["width_path"]


def width_path(
    Z: Any,
    Y: Any,
    widths: Any,
    *,
    Z_test: Any = None,
    Y_test: Any = None,
    alpha: float = 0.0,
    rcond: float | None = None,
) -> WidthPath:
    """Least squares on the first w features, for every w in `widths`: a double-descent curve.

    At each width the solution is that of `min_norm` (or of `ridge`) on ``Z[:, :w]``, rank and
    all (exact at finite size).

    Parameters
    ----------
    Z : array_like of shape (n_samples, n_features)
        Features; a model of width w uses the first w columns. The result refers to `Z` and
        `Y` for `WidthPath.coef`: do not change them meanwhile.
    Y : array_like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    widths : array_like of int, of shape (n_widths,)
        Widths between 1 and n_features, in any order.
    Z_test : array_like of shape (n_test, n_features), optional
        Test features, for `WidthPath.predictions`.
    Y_test : array_like of shape (n_test,) or (n_test, n_targets), optional
        Test targets; with them only `WidthPath.test_mse` is kept and no predictions.
    alpha : float, default 0
        Ridge penalty, sum-normalised; zero means the minimum-norm solution.
    rcond : float, optional
        Relative cutoff of singular values. The default is ``max(n_samples, w) * eps`` at
        width w, with the machine epsilon of the dtype of `Z`.

    Returns
    -------
    WidthPath
        Errors, norms and diagnostics per width.

    Raises
    ------
    ValueError
        If an argument is not finite, of a wrong shape, or out of range.

    Warns
    -----
    InterpolationWarning
        If `alpha` is zero and a model at least as wide as its data leaves a residual.

    Examples
    --------
    >>> import numpy as np
    >>> from ddkd.solvers import width_path
    >>> rng = np.random.default_rng(0)
    >>> Z, y = rng.normal(size=(20, 60)), rng.normal(size=20)
    >>> path = width_path(Z, y, [5, 20, 60], Z_test=rng.normal(size=(7, 60)))
    >>> path.interpolates
    array([False,  True,  True])
    >>> path.predictions.shape
    (3, 7, 1)
    """
    problem = check_problem(Z, Y, rcond)
    n, p = problem.Z.shape
    grid = _check_widths(widths, p)
    alpha = check_real("alpha", alpha, low=0.0)
    test = None if Z_test is None else check_matrix("Z_test", Z_test, n_columns=p)
    targets = None if Y_test is None else _check_test_targets(Y_test, test, problem)

    unique, position = np.unique(grid, return_inverse=True)
    scaled = Scaled.of(problem.Z[:, : unique[-1]], problem.Y)
    penalty = float(scaled.penalty(np.array(alpha)))
    evaluation = Evaluation(
        scaled.Z,
        scaled.Y,
        None if test is None else shift(test, -scaled.exponent),
        None if targets is None else shift(targets, -scaled.target_exponents),
        unique,
        penalty,
    )
    prefixes = PrefixProblem(scaled.Z, scaled.Y, penalty, problem.cutoff)
    if pays_off(prefixes, evaluation):
        solve_every_width(prefixes, evaluation)
    else:
        solve_sparse_widths(prefixes, evaluation)
    _warn_if_any_fails(evaluation, n, alpha)

    predictions, test_mse = evaluation.predictions, evaluation.test_mse
    if predictions is not None:
        predictions = _in_order(scaled.predictions(predictions), position)
    return WidthPath(
        widths=grid,
        train_mse=scaled.squares(evaluation.train_mse)[position],
        coef_norm=scaled.coef(evaluation.coef_norm)[position],
        rank=evaluation.rank[position],
        condition=evaluation.condition[position],
        interpolates=evaluation.interpolates[position],
        method=evaluation.method[position],
        predictions=predictions,
        test_mse=None if test_mse is None else scaled.squares(test_mse)[position],
        _solve=_CoefficientSolver(problem, alpha),
    )


def _warn_if_any_fails(evaluation: Evaluation, n: int, alpha: float) -> None:
    """Warn of the first ridgeless model at least as wide as the data that leaves a residual."""
    failed = np.flatnonzero((evaluation.widths >= n) & ~evaluation.interpolates)
    if alpha == 0 and failed.size:
        first = failed[0]
        warn_if_not_interpolating(
            True,
            int(evaluation.widths[first]),
            n,
            int(evaluation.rank[first]),
            float(evaluation.condition[first]),
            stacklevel=4,
        )


def _in_order(predictions: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Predictions in the order of the widths asked for, without a copy if that is ascending."""
    ascending = position.size == len(predictions) and (np.diff(position) == 1).all()
    return predictions if ascending else predictions[position]


@dataclass(frozen=True, eq=False)
class _CoefficientSolver:
    """Solves a single width again when its coefficients are asked for."""

    problem: Problem
    alpha: float

    def __call__(self, width: int) -> np.ndarray:
        scaled = Scaled.of(self.problem.Z[:, :width], self.problem.Y)
        penalty = float(scaled.penalty(np.array(self.alpha)))
        small = solve_one_width(scaled.Z, scaled.Y, penalty, self.problem.cutoff(width))
        coef = scaled.coef(small.coef)
        return coef[:, 0] if self.problem.one_dimensional else coef


def _check_widths(widths: Any, n_features: int) -> np.ndarray:
    """Return the widths as a vector of integers in the order given."""
    grid = check_array("widths", widths, ndim=1)
    if np.asarray(widths).dtype.kind == "b":
        raise ValueError(f"widths must be integers, not a mask; got {widths!r}")
    if grid.size == 0:
        raise ValueError("widths is empty; it needs at least one width")
    if (grid != np.floor(grid)).any():
        raise ValueError(f"widths must be integers; got {widths!r}")
    if grid.min() < 1 or grid.max() > n_features:
        raise ValueError(
            f"widths must be between 1 and {n_features}, the number of columns of Z; "
            f"they range from {grid.min():g} to {grid.max():g}"
        )
    return grid.astype(int)


def _check_test_targets(Y_test: Any, test: np.ndarray | None, problem: Problem) -> np.ndarray:
    """Return the test targets as a matrix that matches test features and training targets."""
    if test is None:
        raise ValueError("Y_test needs Z_test, the features of the test samples")
    targets = check_targets("Y_test", Y_test, test.shape[0]).reshape(test.shape[0], -1)
    if targets.shape[1] != problem.Y.shape[1]:
        raise ValueError(
            f"Y_test must have {problem.Y.shape[1]} targets, as Y has; got {targets.shape[1]}"
        )
    return targets

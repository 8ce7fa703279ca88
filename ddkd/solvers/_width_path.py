"""Least squares on nested features: the path over widths, and the choice of its algorithm."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ddkd._checks import check_targets, check_widths
from ddkd.solvers._arguments import (
    Features,
    Problem,
    check_columns,
    check_penalty,
    check_problem,
    check_size,
)
from ddkd.solvers._deficient import project_rows
from ddkd.solvers._gram import WideSolver
from ddkd.solvers._lapack import tall_qr
from ddkd.solvers._products import Evaluation
from ddkd.solvers._rank import is_certain, leading_extremes, warn_if_not_interpolating
from ddkd.solvers._solution import SmallSolution, WidthPath
from ddkd.solvers._triangle import solve_one_width, solve_up_to_n


def width_path(
    Z: Any,
    Y: Any,
    widths: Any,
    *,
    Z_test: Any = None,
    Y_test: Any = None,
    alpha: float = 0.0,
    rcond: float | None = None,
    keep_coefs: bool = False,
) -> WidthPath:
    """Least squares on the first w features, for every w in `widths`: a double-descent curve.

    At each width the solution is that of `min_norm` (or of `ridge`) on ``Z[:, :w]``, rank and
    all (exact at finite size).

    Parameters
    ----------
    Z : array_like or ColumnBlocks of shape (n_samples, n_features)
        Features; a model of width w uses the first w columns. Of `features.ColumnBlocks` a block
        is made at a time, in a few passes that all widths share: memory grows with the square
        of n_samples, not with n_features. The result refers to `Z` and `Y` for
        `WidthPath.coef`: do not change them meanwhile.
    Y : array_like of shape (n_samples,) or (n_samples, n_targets)
        Targets.
    widths : array_like of int, of shape (n_widths,)
        Widths between 1 and n_features, in any order.
    Z_test : array_like or ColumnBlocks of shape (n_test, n_features), optional
        Test features, for `WidthPath.predictions`.
    Y_test : array_like of shape (n_test,) or (n_test, n_targets), optional
        Test targets; with them only `WidthPath.test_mse` is kept and no predictions.
    alpha : float, default 0
        Ridge penalty; zero means the minimum-norm solution.
    rcond : float, optional
        Relative cutoff of singular values. The default is ``max(n_samples, w) * eps`` at
        width w, with the machine epsilon of the dtype of `Z`.
    keep_coefs : bool, default False
        Whether to keep the coefficients of all widths, in `WidthPath.coefs`.

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
    problem = check_problem(Z, Y, rcond, on_demand=True)
    p = problem.Z.shape[1]
    grid = check_widths("widths", widths, high=p)
    problem = replace(problem, alpha=check_penalty(alpha))
    test = None if Z_test is None else check_columns("Z_test", Z_test, n_columns=p)
    targets = None if Y_test is None else _check_test_targets(Y_test, test, problem)

    unique, position = np.unique(grid, return_inverse=True)
    evaluation = Evaluation(problem.Z, problem.Y, test, targets, unique, problem.alpha, keep_coefs)
    _solve_widths(problem, evaluation)
    interpolates, rank, condition = evaluation.interpolates, evaluation.rank, evaluation.condition
    if alpha == 0:
        warn_if_not_interpolating(unique, interpolates, problem.n_samples, rank, condition, 3)

    # Models in the order asked for, targets last; no copy if that is ascending.
    order = slice(None) if np.array_equal(grid, unique) else position
    outputs, coefs, test_mse = evaluation.outputs, evaluation.coefs, evaluation.test_mse
    if outputs is not None:
        outputs = outputs[order].transpose(0, 2, 1)
    if coefs is not None:
        coefs = problem.as_targets(coefs[order].transpose(0, 2, 1))
    return WidthPath(
        widths=grid,
        train_mse=evaluation.train_mse[order],
        coef_norm=evaluation.coef_norm[order],
        rank=rank[order],
        condition=condition[order],
        interpolates=interpolates[order],
        method=evaluation.method[order],
        predictions=outputs,
        test_mse=None if test_mse is None else test_mse[order],
        coefs=coefs,
        _solve=partial(_solve_again, problem),
    )


def _solve_widths(problem: Problem, evaluation: Evaluation) -> None:
    """Solve every width of the evaluation by the first algorithm that is safe for it.

    ===========================  ==========================================  ==============
    width w, for n samples       algorithm                                   file
    ===========================  ==========================================  ==============
    w <= n                       leading blocks of one triangle R            _triangle.py
    w > n, where it is safe      growing Gram matrix, refined at most once   _gram.py
    else                         one QR decomposition or SVD of that width   _triangle.py
    ===========================  ==========================================  ==============

    Features of rank below n are first projected on as many rows (_deficient.py).
    """
    widths, n = evaluation.widths, len(problem.Z)
    m = min(n, int(widths[-1]))
    basis, triangle = tall_qr(problem.Z[:, :m])
    narrow = widths[widths <= m]
    largest, smallest = leading_extremes(triangle, np.append(narrow, m))
    if not is_certain(largest[-1], smallest[-1], problem.cutoff(m)):
        # What a wider model adds can only raise the largest singular value.
        at_least = largest[np.minimum(np.arange(widths.size), narrow.size)]
        projected = project_rows(problem, widths, at_least)
        if projected is not None:
            _solve_widths(projected, evaluation)
            return
    rotated = basis.transpose_times(problem.Y)[:m]
    del basis
    solve_up_to_n(problem, evaluation, triangle, rotated, largest[:-1], smallest[:-1])
    del triangle
    wide = WideSolver(problem, float(smallest[-1]))
    wide.solve(evaluation)
    while evaluation.remaining.size:
        small = _solve_one(problem, int(evaluation.remaining[0]))
        evaluation.record_one(small)
        if small.rank == n:
            wide.raise_bound(small.smallest)
        wide.solve(evaluation)


def _solve_one(problem: Problem, width: int) -> SmallSolution:
    """Solve a single width."""
    features = np.asarray(problem.Z[:, :width])
    return solve_one_width(features, problem.Y, problem.alpha, problem.cutoff(width))


def _solve_again(problem: Problem, width: int) -> np.ndarray:
    """Coefficients of a single width that were not kept."""
    return problem.as_targets(_solve_one(problem, width).coef)


def _check_test_targets(Y_test: Any, test: Features | None, problem: Problem) -> np.ndarray:
    """Return the test targets as a matrix that matches test features and training targets."""
    if test is None:
        raise ValueError("Y_test needs Z_test, the features of the test samples")
    targets = check_targets("Y_test", Y_test, test.shape[0]).reshape(test.shape[0], -1)
    if targets.shape[1] != problem.Y.shape[1]:
        raise ValueError(
            f"Y_test must have {problem.Y.shape[1]} targets, as Y has; got {targets.shape[1]}"
        )
    check_size("Y_test", targets)
    return targets

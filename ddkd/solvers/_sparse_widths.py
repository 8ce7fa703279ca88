"""A path over a few widths: chooses, width by width, the cheapest algorithm that is certified.

Below the threshold one QR decomposition serves all widths if its triangle has full numerical
rank, which by interlacing holds for all of them if it holds for the largest:
``sigma_min(Z_w) >= sigma_min(Z_m)`` for w <= m. Where it does not, each width pays for the SVD
of its small triangle. Above, the triangular factor is grown up to `NEAR_THRESHOLD` times n and
further until the condition allows for the Gram matrix.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from ._below_threshold import solve_leading_blocks
from ._condition import leading_extremes
from ._evaluation import Evaluation
from ._gram import CONDITION_LIMIT, DualSolution, GrowingGram
from ._lapack import tall_qr
from ._path_problem import PrefixProblem
from ._penalty import outweighs, penalise
from ._row_reduction import reduce_rows
from ._small import (
    SmallSolution,
    is_certain,
    solve_by_extremes,
    solve_one_width,
)
from ._triangular import GrowingTriangle

__all__ = ["NEAR_THRESHOLD", "record_duals", "solve_sparse_widths"]

NEAR_THRESHOLD = 1.125


def solve_sparse_widths(problem: PrefixProblem, evaluation: Evaluation) -> None:
    """Solve every width of the evaluation and record it."""
    widths = evaluation.widths
    m = min(len(problem.Z), int(widths[-1]))
    basis, triangle = tall_qr(problem.Z[:, :m])
    turned = basis.transpose_times(problem.Y)
    rotated = turned[:m]
    n_below = int(np.searchsorted(widths, m, side="right"))
    largest, smallest = leading_extremes(triangle, np.append(widths[:n_below], m))
    if not is_certain(float(largest[-1]), float(smallest[-1]), problem.cutoff(m)):
        reduced = reduce_rows(problem, triangle, widths)
        if reduced is not None:
            solve_sparse_widths(reduced, evaluation)
            return
    if n_below:
        _solve_below(problem, evaluation, triangle, turned, largest[:-1], smallest[:-1])
    if n_below < len(widths):
        growing = GrowingTriangle(problem.Z, basis, triangle, rotated, float(smallest[-1]))
        start = SmallSolution(rotated, m, float(largest[-1]), float(smallest[-1]), "qr")
        position = _solve_near(problem, evaluation, n_below, growing, start)
        if position < len(widths):
            _solve_far(problem, evaluation, position, growing.bound_smallest())


def _solve_below(
    problem: PrefixProblem,
    evaluation: Evaluation,
    triangle: np.ndarray,
    turned: np.ndarray,
    largest: np.ndarray,
    smallest: np.ndarray,
) -> None:
    """Solve the widths up to the threshold: together while full rank is certain, then one by one.

    `turned` is the targets in the basis of the whole orthogonal factor.
    """
    widths, rotated = evaluation.widths[: largest.size], turned[: len(triangle)]
    certain = [
        is_certain(s_max, s_min, problem.cutoff(int(w)))
        for w, s_max, s_min in zip(widths, largest, smallest, strict=True)
    ]
    n_fast = _n_leading(certain)
    known: np.ndarray | None = None
    if problem.alpha > 0:
        # Where the penalty outweighs the features its factor is another one.
        border = _n_leading(outweighs(problem.alpha, triangle)[widths[:n_fast] - 1])
    else:
        # What the orthogonal factor knows of the residuals is good to eps times the condition.
        known = np.sqrt(np.cumsum(turned[::-1] ** 2, axis=0)[::-1])
        known_well = (largest < CONDITION_LIMIT * smallest) & (widths < len(turned))
        border = 0 if problem.is_reduced else _n_leading(known_well[:n_fast])
    extremes = largest, smallest
    first, second = slice(0, border), slice(border, n_fast)
    _solve_together(problem, evaluation, first, triangle, rotated, extremes, known)
    _solve_together(problem, evaluation, second, triangle, rotated, extremes, None)
    for i in range(n_fast, len(widths)):
        w = int(widths[i])
        small = solve_by_extremes(
            np.asfortranarray(triangle[:w, :w]),
            rotated[:w],
            problem.alpha,
            problem.cutoff(w),
            "qr",
            float(largest[i]),
            float(smallest[i]),
        )
        _record_one(evaluation, i, small)


def _solve_together(
    problem: PrefixProblem,
    evaluation: Evaluation,
    part: slice,
    triangle: np.ndarray,
    rotated: np.ndarray,
    extremes: tuple[np.ndarray, np.ndarray],
    residual_norm: np.ndarray | None,
) -> None:
    """Solve a range of positions of certain full rank from one factor.

    `residual_norm` is that of every width, if known.
    """
    if part.start == part.stop:
        return
    widths = evaluation.widths
    top = int(widths[part.stop - 1])
    factor, targets = triangle, rotated
    if problem.alpha > 0:
        leading = np.asfortranarray(triangle[:top, :top])
        factor, targets = penalise(leading, rotated[:top], problem.alpha)
    for here in _batches(part, problem.batch(top)):
        coef = solve_leading_blocks(factor, targets, widths[here])
        known = None if residual_norm is None else residual_norm[widths[here]]
        largest, smallest = (values[here] for values in extremes)
        methods = ["qr"] * len(coef)
        evaluation.record(here.start, coef, widths[here], largest, smallest, methods, known)


def _solve_near(
    problem: PrefixProblem,
    evaluation: Evaluation,
    position: int,
    growing: GrowingTriangle,
    certificate: SmallSolution,
) -> int:
    """Grow the triangle until the width is far from n and the Gram matrix is safe.

    `certificate` is the solution at the threshold. Returns the position of the first width left.
    """
    widths, n = evaluation.widths, len(problem.Z)
    held: list[SmallSolution] = []
    while position + len(held) < len(widths):
        width = int(widths[position + len(held)])
        limit = CONDITION_LIMIT * certificate.smallest
        if width > NEAR_THRESHOLD * n and certificate.rank == n and certificate.largest < limit:
            break
        growing.grow(width)
        certificate = growing.solve(problem.alpha, problem.cutoff(width))
        held.append(certificate)
        if len(held) >= problem.batch(width):
            position = _flush_triangle(evaluation, position, growing, held)
            held = []
    if held:
        position = _flush_triangle(evaluation, position, growing, held)
    return position


def _flush_triangle(
    evaluation: Evaluation, position: int, growing: GrowingTriangle, held: list[SmallSolution]
) -> int:
    """Record the solutions held, the last of which belongs to the present width."""
    coef = growing.coefficients([s.coef for s in held], len(growing.blocks) - len(held))
    evaluation.record(
        position,
        coef,
        np.array([s.rank for s in held]),
        np.array([s.largest for s in held]),
        np.array([s.smallest for s in held]),
        [s.method for s in held],
    )
    return position + len(held)


def _solve_far(
    problem: PrefixProblem, evaluation: Evaluation, position: int, smallest: float
) -> None:
    """Solve the remaining widths by the Gram matrix; single ones that it fails, on their own.

    `smallest` bounds the smallest singular value of the features from below at all of them.
    """
    gram = GrowingGram(problem.Z, problem.Y, problem.alpha, smallest)
    held: list[DualSolution] = []
    for i in range(position, len(evaluation.widths)):
        width = int(evaluation.widths[i])
        gram.grow(width)
        dual = gram.solve(problem.cutoff(width))
        bound = smallest if dual is None or problem.alpha > 0 else dual.smallest
        if dual is None or not is_certain(dual.largest, bound, problem.cutoff(width)):
            record_duals(problem, evaluation, i - len(held), held)
            held = []
            small = solve_one_width(
                problem.Z[:, :width], problem.Y, problem.alpha, problem.cutoff(width)
            )
            _record_one(evaluation, i, small)
            continue
        held.append(dual)
        if len(held) >= problem.batch(width):
            record_duals(problem, evaluation, i + 1 - len(held), held)
            held = []
    record_duals(problem, evaluation, len(evaluation.widths) - len(held), held)


def record_duals(
    problem: PrefixProblem, evaluation: Evaluation, first: int, held: list[DualSolution]
) -> None:
    """Turn sample coefficients into feature coefficients ``Z' dual`` and record them."""
    if not held:
        return
    k = problem.Y.shape[1]
    widths = evaluation.widths[first : first + len(held)]
    duals = np.vstack([d.dual.T for d in held])
    coef = np.zeros((len(duals), int(widths[-1])))
    start = 0
    for i, stop in enumerate(widths):
        np.matmul(duals[i * k :], problem.Z[:, start:stop], out=coef[i * k :, start:stop])
        start = int(stop)
    for i, solution in enumerate(held):
        if solution.coef is not None:
            coef[i * k : (i + 1) * k, : widths[i]] = solution.coef
    n = len(problem.Z)
    root = np.sqrt(problem.alpha)
    evaluation.record(
        first,
        coef.reshape(len(held), k, -1),
        np.full(len(held), n),
        np.array([_without_penalty(d.largest, root) for d in held]),
        np.array([_without_penalty(d.smallest, root) for d in held]),
        ["gram"] * len(held),
        None if problem.is_reduced else np.array([d.residual_norm for d in held]),
    )


def _without_penalty(system: float, root: float) -> float:
    """Singular value of the features from that of the ridge system."""
    return float(np.sqrt(max(system - root, 0.0) * (system + root)))


def _record_one(evaluation: Evaluation, position: int, small: SmallSolution) -> None:
    """Record a single width."""
    evaluation.record(
        position,
        np.ascontiguousarray(small.coef.T)[None],
        np.array([small.rank]),
        np.array([small.largest]),
        np.array([small.smallest]),
        [small.method],
    )


def _n_leading(holds: Sequence[bool] | np.ndarray) -> int:
    """How many entries hold before the first that does not."""
    return int(np.argmin(np.append(holds, False)))


def _batches(part: slice, size: int) -> Iterator[slice]:
    """Split a range of positions into slices."""
    for first in range(part.start, part.stop, size):
        yield slice(first, min(first + size, part.stop))

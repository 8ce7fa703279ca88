"""Every single width by cumulative updates between checkpoint widths.

Adding the column z to features whose rows are preconditioned, ``C^-1 Z`` with ``C C' = Z Z'``,
changes the minimum-norm predictions of test features by one rank-one term (Sherman and Morrison).
For a block of columns ``Z_b`` all terms come out of one factorisation, because leading blocks of
a triangle are nested: with ``S = C^-1 Z_b`` and ``U'U = I + S'S``, the i-th term is column i of
``D = (T_b - B S) U^-1`` times row i of ``U'^-1 S'C^-1 y``, where T_b are the test features and B
maps ``C^-1 y`` to predictions. ``I + S S'`` is what preconditioning makes of the Gram matrix,
whatever the condition. C is a Cholesky factor of the Gram matrix where that is safe, else a
growing triangle. Below the threshold the terms are the columns of ``T R^-1`` times the rows of
``Q'y``. Test errors of 64 widths at a time come from the 64 x 64 Gram matrix of their directions
D. All widths up to P cost about ``4 n n_test P + 6 n^2 P`` flops.

Checkpoints are solved on their own, certified. The updates run towards the threshold, where
everything grows, so that they do not cancel. Each block must arrive at its checkpoint's own
predictions to nine digits; the widths of one that does not are solved on their own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Self

import numpy as np
from scipy.linalg import lapack

from ._arguments import Features, Problem
from ._gram import PackedGram
from ._growing import GrowingTriangle
from ._lapack import solve_from_right, solve_triangle, tall_qr
from ._products import (
    TOGETHER,
    Evaluation,
    column_blocks,
    cumulative_squares,
    cumulative_values,
)
from ._rank import is_certain, residual_vanishes

# Updates and checkpoints must agree to this, relative to the larger of the block's two ends.
_AGREEMENT = 1e-9
# Extreme singular values may change by this factor from one end of a block to the other.
_SPREAD = 8.0
# Condition up to which a Gram matrix gives the preconditioner.
_GRAM_CONDITION = 1e3

SolveWidths = Callable[[Problem, Evaluation], None]


def pays_off(problem: Problem, evaluation: Evaluation) -> bool:
    """Whether all widths together cost less than those asked for one by one (flop model)."""
    n, k = problem.Y.shape
    last = int(evaluation.widths[-1])
    n_test = 0 if evaluation.Z_test is None else len(evaluation.Z_test)
    above = evaluation.widths[evaluation.widths > n]
    single = above.size * n**3 / 3 + 2 * k * (2 * n + n_test) * float(above.sum()) + n**2 * last
    every = (4 * n * n_test + 6 * n**2 + 10 * k * n_test) * last + n**3
    return problem.alpha == 0 and above.size > 0 and every < single


def solve_every_width(problem: Problem, evaluation: Evaluation, solve_widths: SolveWidths) -> None:
    """Solve every width of the evaluation, some of which lie above n, and record it."""
    n = len(problem.Z)
    checkpoints = _checkpoints(n, int(evaluation.widths[-1]))
    # Without test features a row of zeros stands for them.
    test = np.zeros((1, problem.Z.shape[1])) if evaluation.Z_test is None else evaluation.Z_test
    reference = replace(evaluation, widths=checkpoints, Z_test=test, Y_test=None)
    solve_widths(problem, reference)
    extremes = zip(reference.largest, reference.smallest, checkpoints, strict=True)
    certain = np.array([is_certain(s, t, problem.cutoff(int(width))) for s, t, width in extremes])
    certain &= reference.rank == np.minimum(checkpoints, n)
    for block in chain(
        _blocks_below(reference, test, certain), _blocks_above(reference, test, certain)
    ):
        ends = np.searchsorted(checkpoints, [block.start, block.stop])
        if certain[ends].all():
            _file(block, evaluation, reference, ends)
    position = np.searchsorted(checkpoints, evaluation.widths)
    known = checkpoints[position] == evaluation.widths
    evaluation.absorb(np.flatnonzero(known), reference, position[known])
    missing = np.flatnonzero(evaluation.method == "")
    if missing.size:
        singly = replace(evaluation, widths=evaluation.widths[missing])
        solve_widths(problem, singly)
        evaluation.absorb(missing, singly, np.arange(missing.size))


def _checkpoints(n: int, last: int) -> np.ndarray:
    """Widths solved on their own: denser towards the threshold, where everything changes fast.

    Far above it their distance balances the cost of Cholesky factors and of blocks.
    """
    near = min(n + n // 8 + 1, last)
    doubling = 2 ** np.arange(max(n, 2).bit_length())
    below = np.concatenate([np.linspace(1, n, 16).astype(int), n - doubling])
    above = np.concatenate([n + doubling[doubling < near - n], [n, near, last]])
    far = np.arange(near, last, max(64, n // 2))
    checkpoints = np.unique(np.concatenate([below, above, far]))
    return checkpoints[checkpoints >= 1]


@dataclass(frozen=True, eq=False)
class _Block:
    """Updates from one checkpoint's width to the next.

    `directions` (n_test, stop - start) are those in which each new column changes the predictions,
    `steps` (stop - start, n_targets) by how much. `coef_squares` are the squared norms of the
    coefficients, and `train_mse` the training errors, at all widths from start to stop.
    """

    start: int
    stop: int
    directions: np.ndarray
    steps: np.ndarray
    coef_squares: np.ndarray
    train_mse: np.ndarray
    upwards: bool

    @classmethod
    def above(
        cls, reference: Evaluation, start: int, directions: np.ndarray, steps: np.ndarray
    ) -> Self:
        """Above n squared norms fall by those of the steps, and training errors are rounding."""
        stop = start + len(steps)
        ends = np.searchsorted(reference.widths, [start, stop])
        falls = np.vstack([steps**2, reference.coef_norm[ends[1]] ** 2])
        squares = np.cumsum(falls[::-1], axis=0)[::-1]
        train_mse = np.tile(reference.train_mse[ends].max(axis=0), (len(falls), 1))
        return cls(start, stop, directions, steps, squares, train_mse, False)


def _blocks_below(reference: Evaluation, test: Features, certain: np.ndarray) -> Iterator[_Block]:
    """Blocks up to the last checkpoint, at most n, of certain full rank."""
    n, k = reference.Y.shape
    checkpoints = reference.widths[certain & (reference.widths <= n)].tolist()
    if not checkpoints:
        return
    m = checkpoints[-1]
    basis, triangle = tall_qr(reference.Z[:, :m])
    rotated = basis.transpose_times(reference.Y)
    directions = solve_from_right(triangle, np.array(test[:, :m], order="C"))
    inverse = solve_triangle(triangle, np.eye(m))
    squares, _ = cumulative_squares(np.zeros((m, k)), inverse, rotated[:m])
    squares = np.vstack([np.zeros((1, k)), squares])
    rest = np.vstack([rotated**2, np.zeros((1, k))])
    train_mse = np.cumsum(rest[::-1], axis=0)[::-1] / n
    for start, stop in pairwise(checkpoints):
        here, both = slice(start, stop), slice(start, stop + 1)
        D, steps = directions[:, here], rotated[here]
        yield _Block(start, stop, D, steps, squares[both], train_mse[both], True)


def _blocks_above(reference: Evaluation, test: Features, certain: np.ndarray) -> Iterator[_Block]:
    """Blocks above the threshold: by the growing triangle until the Gram matrix is safe."""
    above = reference.widths >= len(reference.Z)
    widths = reference.widths[above].tolist()
    well = certain[above] & (reference.condition[above] < _GRAM_CONDITION)
    n_growing = int(np.argmax(np.append(well[:-1], True)))
    yield from _blocks_growing(reference, test, widths[: n_growing + 1], certain[above])
    yield from _blocks_wide(reference, test, widths[n_growing:])


def _blocks_growing(
    reference: Evaluation, test: Features, widths: list[int], certain: np.ndarray
) -> Iterator[_Block]:
    """Blocks whose preconditioner is a growing triangle T: ``C = T'``."""
    if len(widths) < 2:
        return
    n = len(reference.Z)
    basis, triangle = tall_qr(reference.Z[:, :n])
    rotated = basis.transpose_times(reference.Y)
    growing = GrowingTriangle(reference.Z, basis, triangle, rotated)
    # At the width n the transposed features, in reverse order, are the orthogonal factor itself.
    operator = np.array(test[:, :n][:, ::-1].T, order="F")
    for i, (start, stop) in enumerate(pairwise(widths)):
        new = growing.turned(stop)
        columns = test[:, start:stop]
        if certain[i]:
            scaled = solve_triangle(growing.triangle, new, transpose=True)
            upper = _upper_factor(scaled)
            dual = solve_triangle(growing.triangle, growing.rotated, transpose=True)
            steps = solve_triangle(upper, scaled.T @ dual, transpose=True)
            directions = solve_from_right(upper, columns - operator.T @ scaled)
            yield _Block.above(reference, start, directions, steps)
        bottom = np.array(columns.T, order="F")
        operator, _ = growing.absorb(new).apply(operator, bottom, transpose=True)


def _blocks_wide(reference: Evaluation, test: Features, widths: list[int]) -> Iterator[_Block]:
    """Blocks whose preconditioner is a Cholesky factor C of the Gram matrix.

    With duals ``V = (Z Z')^-1 Z_b`` the directions are ``(T_b - T Z' V) U^-1``: the products of
    test and training samples grow like the Gram matrix.
    """
    Z, width = reference.Z, 0
    gram, cross = PackedGram(Z), np.zeros((len(test), len(Z)))
    for start, stop in pairwise(widths):
        gram.grow(start)
        factor = gram.factor(0.0)
        if factor is None:
            return
        triangle = factor.triangle()
        scaled = solve_triangle(triangle, Z[:, start:stop], transpose=True)
        upper, duals = _upper_factor(scaled), solve_triangle(triangle, scaled)
        for left, right, _ in column_blocks(np.array([start]), start=width):
            cross += test[:, left:right] @ Z[:, left:right].T
        width = start
        directions = solve_from_right(upper, test[:, start:stop] - cross @ duals)
        steps = solve_triangle(upper, duals.T @ reference.Y, transpose=True)
        yield _Block.above(reference, start, directions, steps)


def _upper_factor(scaled: np.ndarray) -> np.ndarray:
    """Upper triangle U with ``U'U = I + S'S``."""
    gram = np.eye(scaled.shape[1]) + scaled.T @ scaled
    return np.asarray(lapack.dpotrf(gram.T, lower=0, clean=1, overwrite_a=1)[0])


def _file(block: _Block, evaluation: Evaluation, reference: Evaluation, ends: np.ndarray) -> None:
    """Record the widths inside a block whose ends vouch for it, and whose updates arrive.

    The largest singular value rises with the width, the smallest falls below the threshold and
    rises above: inside the block both lie between those of its ends.
    """
    widths = evaluation.widths
    here = np.flatnonzero((widths > block.start) & (widths < block.stop))
    both = reference.largest[ends], reference.smallest[ends]
    norms = reference.coef_norm[ends] ** 2
    assert reference.outputs is not None
    if (
        here.size == 0
        or any(s.max() > _SPREAD * s.min() for s in both)
        or not _agree(block.coef_squares[[0, -1]], norms, block.coef_squares)
        or not _run(block, evaluation, here, *reference.outputs[ends].transpose(0, 2, 1))
    ):
        return
    offsets = widths[here] - block.start
    evaluation.train_mse[here] = block.train_mse[offsets]
    residual_norm = np.sqrt(evaluation.train_mse[here] * len(evaluation.Y))
    evaluation.interpolates[here] = residual_vanishes(residual_norm, evaluation.target_norm)
    evaluation.coef_norm[here] = np.sqrt(block.coef_squares[offsets])
    evaluation.rank[here] = np.minimum(widths[here], len(evaluation.Y))
    evaluation.method[here] = "cumulative"
    place = np.log(widths[here]), np.log(reference.widths[ends])
    evaluation.largest[here] = np.exp(np.interp(*place, np.log(both[0])))
    evaluation.smallest[here] = np.exp(np.interp(*place, np.log(both[1])))


def _run(
    block: _Block, evaluation: Evaluation, here: np.ndarray, start: np.ndarray, goal: np.ndarray
) -> bool:
    """File predictions or their errors; whether they arrive at the other end's own."""
    directions, steps = block.directions, block.steps
    offsets = evaluation.widths[here] - block.start - 1
    if not block.upwards:
        directions, steps = directions[:, ::-1], -steps[::-1]
        start, goal = goal, start
        offsets = block.stop - evaluation.widths[here] - 1
    if evaluation.test_mse is not None:
        squares, errors = cumulative_squares(start - evaluation.Y_test, directions, steps)
        evaluation.test_mse[here] = squares[offsets] / len(errors)
        arrived = errors + evaluation.Y_test
    else:
        arrived = start
        for first in range(0, len(steps), TOGETHER):
            part = slice(first, first + TOGETHER)
            values = cumulative_values(arrived, directions[:, part], steps[part])
            inside = (offsets >= first) & (offsets < first + len(values))
            predicted = values[offsets[inside] - first].transpose(0, 2, 1)
            evaluation.keep_predictions(here[inside], predicted)
            arrived = values[-1]
    return _agree(arrived, goal, np.stack([start, goal]))


def _agree(arrived: np.ndarray, goal: np.ndarray, scale: np.ndarray) -> bool:
    """Whether two arrays agree, target by target, relative to the largest entry of `scale`."""
    size = np.abs(scale).reshape(-1, scale.shape[-1]).max(axis=0)
    return bool((np.abs(arrived - goal) <= _AGREEMENT * size).all())

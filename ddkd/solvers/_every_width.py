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
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.linalg import blas, lapack

from ._arguments import Features, NestedProblem
from ._gram import PackedGram
from ._growing import GrowingTriangle, LargestBounds
from ._lapack import solve_from_right, solve_triangle, stack_qr, tall_qr
from ._products import Evaluation, column_blocks
from ._rank import is_certain, residual_vanishes

__all__ = ["pays_off", "solve_every_width"]

# Updates and checkpoints must agree to this, relative to the larger of the block's two ends.
_AGREEMENT = 1e-9
# Extreme singular values may change by this factor from one end of a block to the other.
_SPREAD = 8.0
# Widths whose errors come from one Gram matrix of directions; a fall below this fraction of the
# largest of them would be cancellation, and is computed from the predictions themselves.
_TOGETHER, _CANCELLATION = 64, 1e-4
# Condition up to which a Gram matrix gives the preconditioner.
_GRAM_CONDITION = 1e3
# Squared norm of preconditioned columns from which ``I + S'S`` is not formed.
_LARGE_SQUARES = 1e3

SolveWidths = Callable[[NestedProblem, Evaluation], None]


def pays_off(problem: NestedProblem, evaluation: Evaluation) -> bool:
    """Whether all widths together cost less than those asked for one by one (flop model)."""
    n, k = problem.Y.shape
    last = int(evaluation.widths[-1])
    n_test = 0 if evaluation.Z_test is None else len(evaluation.Z_test)
    above = evaluation.widths[evaluation.widths > n]
    single = above.size * n**3 / 3 + 2 * k * (2 * n + n_test) * float(above.sum()) + n**2 * last
    every = (4 * n * n_test + 6 * n**2 + 10 * k * n_test) * last + n**3
    return problem.alpha == 0 and above.size > 0 and every < single


def solve_every_width(
    problem: NestedProblem, evaluation: Evaluation, solve_widths: SolveWidths
) -> None:
    """Solve every width of the evaluation, some of which lie above n, and record it."""
    n = len(problem.Z)
    checkpoints = _checkpoints(n, int(evaluation.widths[-1]))
    reference = Evaluation(evaluation.Z, evaluation.Y, evaluation.Z_test, None, checkpoints, 0.0)
    solve_widths(problem, reference)
    extremes = zip(reference.largest, reference.smallest, checkpoints, strict=True)
    certain = np.array([is_certain(s, t, problem.cutoff(int(width))) for s, t, width in extremes])
    certain &= reference.rank == np.minimum(checkpoints, n)
    filing = _Filing(evaluation, reference, certain)
    below = checkpoints[(checkpoints <= n) & certain]
    if below.size:
        for block in _blocks_below(problem, evaluation.Z_test, below):
            filing.file(block, upwards=True)
    if certain[checkpoints >= n].any():
        for block in _blocks_above(problem, reference, certain):
            filing.file(block, upwards=False)
    position = np.searchsorted(checkpoints, evaluation.widths)
    known = checkpoints[position] == evaluation.widths
    evaluation.absorb(np.flatnonzero(known), reference, position[known])
    missing = np.flatnonzero(evaluation.method == "")
    if missing.size:
        singly = evaluation.restricted_to(missing)
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

    `directions` (n_test, stop - start) are those in which each new column changes the
    predictions, None without test features; `steps` (stop - start, n_targets) by how much.
    `coef_squares` are the squared norms of the coefficients, and `train_mse` the training errors,
    after each step; None where the squares fall by those of the steps, and the errors are
    rounding.
    """

    start: int
    stop: int
    directions: np.ndarray | None
    steps: np.ndarray
    coef_squares: np.ndarray | None = None
    train_mse: np.ndarray | None = None


def _blocks_below(
    problem: NestedProblem, test: Features | None, checkpoints: np.ndarray
) -> Iterator[_Block]:
    """Blocks from width 0 to the last of the checkpoints, of full rank."""
    m, (n, k) = int(checkpoints[-1]), problem.Y.shape
    basis, triangle = tall_qr(problem.Z[:, :m])
    rotated = basis.transpose_times(problem.Y)
    directions = None
    if test is not None:
        directions = solve_from_right(triangle, np.array(test[:, :m], order="C"))
    inverse = solve_triangle(triangle, np.eye(m))
    coef_squares, _ = _cumulative_squares(np.zeros((m, k)), inverse, rotated[:m])
    rest = np.cumsum(rotated[:0:-1] ** 2, axis=0)[::-1]
    train_mse = np.vstack([rest, np.zeros((1, k))])[:m] / n
    for start, stop in pairwise([0, *checkpoints.tolist()]):
        here = slice(start, stop)
        part = None if directions is None else directions[:, here]
        yield _Block(start, stop, part, rotated[here], coef_squares[here], train_mse[here])


def _blocks_above(
    problem: NestedProblem, reference: Evaluation, certain: np.ndarray
) -> Iterator[_Block]:
    """Blocks above the threshold: by the growing triangle until the Gram matrix is safe."""
    above = reference.widths >= len(problem.Z)
    widths = reference.widths[above].tolist()
    well = certain[above] & (reference.condition[above] < _GRAM_CONDITION)
    n_growing = int(np.argmax(np.append(well[:-1], True)))
    yield from _blocks_growing(problem, reference.Z_test, widths[: n_growing + 1], certain[above])
    yield from _blocks_wide(problem, reference.Z_test, widths[n_growing:])


def _blocks_growing(
    problem: NestedProblem, test: Features | None, widths: list[int], certain: np.ndarray
) -> Iterator[_Block]:
    """Blocks whose preconditioner is a growing triangle T: ``C = T'``."""
    if len(widths) < 2:
        return
    n = len(problem.Z)
    basis, triangle = tall_qr(problem.Z[:, :n])
    growing = GrowingTriangle(
        problem.Z,
        basis,
        triangle,
        basis.transpose_times(problem.Y),
        LargestBounds(n, np.ones(n)),
        0.0,
    )
    # At the width n the transposed features, in reverse order, are the orthogonal factor itself.
    operator = None if test is None else np.array(test[:, :n][:, ::-1].T, order="F")
    for i, (start, stop) in enumerate(pairwise(widths)):
        new = growing.turned(stop)
        columns = None if test is None else test[:, start:stop]
        if certain[i]:
            scaled = solve_triangle(growing.triangle, new, transpose=True)
            upper = _upper_factor(scaled)
            dual = solve_triangle(growing.triangle, growing.rotated, transpose=True)
            steps = solve_triangle(upper, scaled.T @ dual, transpose=True)
            directions = None
            if operator is not None and columns is not None:
                directions = solve_from_right(upper, columns - operator.T @ scaled)
            yield _Block(start, stop, directions, steps)
        reflectors = growing.absorb(new)
        if operator is not None and columns is not None:
            bottom = np.array(columns.T, order="F")
            operator, _ = reflectors.apply(operator, bottom, transpose=True)


def _blocks_wide(
    problem: NestedProblem, test: Features | None, widths: list[int]
) -> Iterator[_Block]:
    """Blocks whose preconditioner is a Cholesky factor C of the Gram matrix.

    Here the operator ``O = T Z' (Z Z')^-1`` maps y itself, and becomes ``O + D V`` with ``V =
    U'^-1 S'C^-1``.
    """
    Z, n = problem.Z, len(problem.Z)
    gram = PackedGram(Z, LargestBounds(n, np.ones(n)))
    operator: np.ndarray | None = None
    for start, stop in pairwise(widths):
        gram.grow(start)
        factor = gram.factor(0.0)
        if factor is None:
            return
        if test is not None and operator is None:
            cross = sum(
                test[:, left:right] @ Z[:, left:right].T
                for left, right, _ in column_blocks(np.array([start]))
            )
            operator = np.ascontiguousarray(factor.solve(np.asarray(cross).T).T)
        lower, columns = factor.full(), Z[:, start:stop]
        scaled = blas.dtrsm(1.0, lower, np.array(columns, order="F"), lower=1, overwrite_b=1)
        upper = _upper_factor(scaled)
        update = solve_triangle(upper, scaled.T, transpose=True)
        update = blas.dtrsm(1.0, lower, update, side=1, lower=1, overwrite_b=1)
        directions = None
        if test is not None and operator is not None:
            directions = solve_from_right(upper, test[:, start:stop] - operator @ columns)
            operator += directions @ update
        yield _Block(start, stop, directions, update @ problem.Y)


def _upper_factor(scaled: np.ndarray) -> np.ndarray:
    """Upper triangle U with ``U'U = I + S'S``: by Cholesky, or else by Householder."""
    b = scaled.shape[1]
    if np.vdot(scaled, scaled) < _LARGE_SQUARES:
        gram = np.asfortranarray(scaled.T @ scaled)
        gram[np.arange(b), np.arange(b)] += 1.0
        return np.asarray(lapack.dpotrf(gram, lower=0, clean=1, overwrite_a=1)[0])
    return stack_qr(np.eye(b, order="F"), np.array(scaled, order="F"))[1]


def _cumulative_values(start: np.ndarray, directions: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """``start + directions[:, :i] @ steps[:i]`` for i = 1, 2, ...: (number of steps, n, k)."""
    terms = directions.T[:, :, None] * steps[:, None, :]
    terms[0] += start
    return np.cumsum(terms, axis=0, out=terms)


def _cumulative_squares(
    start: np.ndarray, directions: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Squared norms (number of steps, k) of the columns of these values, and the last value."""
    squares, value = np.empty(steps.shape), start
    for first in range(0, len(steps), _TOGETHER):
        here = slice(first, first + _TOGETHER)
        D, s = directions[:, here], steps[here]
        gram = D.T @ D
        inner = D.T @ value + np.tril(gram, -1) @ s
        initial = np.einsum("ij,ij->j", value, value)
        squares[here] = initial + np.cumsum(
            s * (2 * inner + np.diagonal(gram)[:, None] * s), axis=0
        )
        largest = np.maximum(initial, squares[here].max(axis=0))
        if (squares[here] < _CANCELLATION * largest).any():
            values = _cumulative_values(value, D, s)
            squares[here] = np.einsum("itk,itk->ik", values, values)
        value = value + D @ s
    return squares, value


@dataclass(frozen=True, eq=False)
class _Filing:
    """Records the widths inside blocks whose ends vouch for them, and whose updates arrive."""

    evaluation: Evaluation
    reference: Evaluation
    certain: np.ndarray

    def file(self, block: _Block, *, upwards: bool) -> None:
        """Record the widths inside a block, from its lower end upwards or the other way."""
        evaluation, reference = self.evaluation, self.reference
        widths = evaluation.widths
        here = np.flatnonzero((widths > block.start) & (widths < block.stop))
        ends = np.searchsorted(reference.widths, [max(block.start, 1), block.stop])
        if here.size == 0 or not self._is_tame(ends):
            return
        steps_taken = widths[here] - block.start
        coef_squares, train_mse = block.coef_squares, block.train_mse
        if coef_squares is None or train_mse is None:
            falls = np.cumsum(block.steps[::-1] ** 2, axis=0)[::-1]
            squares = reference.coef_norm[ends[1]] ** 2 + falls
            coef_squares = np.vstack([squares[1:], reference.coef_norm[ends[1]] ** 2])
            train_mse = np.tile(reference.train_mse[ends].max(axis=0), (len(squares), 1))
            arrives = _agree(squares[0], reference.coef_norm[ends[0]] ** 2, squares)
        else:
            goal = reference.coef_norm[ends[1]] ** 2
            arrives = _agree(coef_squares[-1], goal, coef_squares)
        if not arrives or not self._run(block, here, ends, upwards):
            return
        evaluation.train_mse[here] = train_mse[steps_taken - 1]
        residual_norm = np.sqrt(evaluation.train_mse[here] * len(evaluation.Y))
        evaluation.interpolates[here] = residual_vanishes(residual_norm, evaluation.target_norm)
        evaluation.coef_norm[here] = np.sqrt(coef_squares[steps_taken - 1])
        evaluation.rank[here] = np.minimum(widths[here], len(evaluation.Y))
        evaluation.method[here] = "cumulative"
        for name in ("largest", "smallest"):
            logarithms = np.log(getattr(reference, name)[ends])
            between = np.interp(np.log(widths[here]), np.log(reference.widths[ends]), logarithms)
            getattr(evaluation, name)[here] = np.exp(between)

    def _is_tame(self, ends: np.ndarray) -> bool:
        """Whether full rank is certain inside the block, and its extreme singular values are known.

        The largest one rises with the width, the smallest falls below the threshold and rises
        above: inside the block both lie between those of its ends.
        """
        both = self.reference.largest[ends], self.reference.smallest[ends]
        return bool(self.certain[ends].all()) and all(s.max() <= _SPREAD * s.min() for s in both)

    def _run(self, block: _Block, here: np.ndarray, ends: np.ndarray, upwards: bool) -> bool:
        """File predictions or their errors; whether they arrive at the other end's own."""
        evaluation, outputs = self.evaluation, self.reference.outputs
        if block.directions is None or outputs is None:
            return True
        low, high = (outputs[end].T for end in ends)
        if block.start == 0:
            low = np.zeros_like(low)
        directions, steps = block.directions, block.steps
        offsets = evaluation.widths[here] - block.start - 1
        start, goal = low, high
        if not upwards:
            directions, steps = directions[:, ::-1], -steps[::-1]
            offsets = block.stop - evaluation.widths[here] - 1
            start, goal = high, low
        if evaluation.Y_test is not None and evaluation.test_mse is not None:
            squares, arrived = _cumulative_squares(start - evaluation.Y_test, directions, steps)
            arrived = arrived + evaluation.Y_test
            evaluation.test_mse[here] = squares[offsets] / len(evaluation.Y_test)
        elif evaluation.outputs is not None:
            arrived = start
            for first in range(0, len(steps), _TOGETHER):
                part = slice(first, first + _TOGETHER)
                values = _cumulative_values(arrived, directions[:, part], steps[part])
                inside = (offsets >= first) & (offsets < first + len(values))
                evaluation.outputs[here[inside]] = values[offsets[inside] - first].transpose(
                    0, 2, 1
                )
                arrived = values[-1]
        return _agree(arrived, goal, np.stack([start, goal]))


def _agree(arrived: np.ndarray, goal: np.ndarray, scale: np.ndarray) -> bool:
    """Whether two arrays agree, target by target, relative to the largest entry of `scale`."""
    size = np.abs(scale).reshape(-1, scale.shape[-1]).max(axis=0)
    return bool((np.abs(arrived - goal) <= _AGREEMENT * size).all())

"""Every single width at once, by running sums between certified anchors.

Anchors are solved one by one with full certification. The sums start there and run towards the
threshold, where everything grows, so that no digit is lost to cancellation. Each run must end
at the next anchor's own solution; the widths of a block that misses it are solved singly.
"""

from collections.abc import Callable
from itertools import chain

import numpy as np

from ._evaluation import Evaluation
from ._gram import CONDITION_LIMIT
from ._nested_blocks import (
    Block,
    Threshold,
    blocks_below,
    blocks_far,
    blocks_near,
    running_values,
)
from ._path_problem import PrefixProblem
from ._rank import residual_vanishes
from ._small import is_certain
from ._sparse_widths import NEAR_THRESHOLD, solve_sparse_widths

__all__ = ["pays_off", "solve_every_width"]

# Running sums and anchors must agree to this, relative to the larger of the block's two ends.
_AGREEMENT = 1e-9
# Extreme singular values may change by this factor from one end of a block to the other.
_SPREAD = 4.0


def pays_off(problem: PrefixProblem, evaluation: Evaluation) -> bool:
    """Whether all widths together cost less than those asked for one by one (flop model)."""
    n, k = problem.Y.shape
    last = int(evaluation.widths[-1])
    n_test = 0 if evaluation.Z_test is None else len(evaluation.Z_test)
    above = evaluation.widths[evaluation.widths > n]
    single = above.size * n**3 / 3 + 2 * k * (2 * n + n_test) * float(above.sum()) + n**2 * last
    every = (4 * n * n_test + 5 * n**2 + 10 * k * n_test) * last + n**3
    return problem.alpha == 0 and above.size > 0 and every < single


def solve_every_width(problem: PrefixProblem, evaluation: Evaluation) -> None:
    """Solve every width of the evaluation, some of which lie above n, and record it."""
    n, last = len(problem.Z), int(evaluation.widths[-1])
    near = min(int(NEAR_THRESHOLD * n) + 1, last)
    anchors = _anchors(n, near, last)
    reference = Evaluation(problem.Z, problem.Y, evaluation.Z_test, None, anchors, 0.0)
    _solve_singly(problem, reference, np.flatnonzero(anchors <= near))
    if _is_certified(reference, n, near):
        threshold = Threshold.of(problem, n, evaluation.Z_test)
        for block in blocks_below(threshold, anchors[anchors <= n]):
            _file(block, evaluation, reference, problem.cutoff, upwards=True)
        for block in chain(
            blocks_near(problem, threshold, reference, near),
            blocks_far(problem, reference, anchors[anchors >= near]),
        ):
            _file(block, evaluation, reference, problem.cutoff, upwards=False)
    position = np.searchsorted(anchors, evaluation.widths)
    known = (anchors[position] == evaluation.widths) & (reference.method[position] != "")
    evaluation.absorb(np.flatnonzero(known), reference, position[known])
    _solve_singly(problem, evaluation, evaluation.missing())


def _solve_singly(problem: PrefixProblem, evaluation: Evaluation, positions: np.ndarray) -> None:
    """Solve some of the widths, each with full certification."""
    if positions.size:
        singly = evaluation.restricted_to(positions)
        solve_sparse_widths(problem, singly)
        evaluation.absorb(positions, singly, np.arange(positions.size))


def _is_certified(reference: Evaluation, n: int, near: int) -> bool:
    """Whether all ranks up to `near` are full, at a condition that allows for running sums."""
    solved = reference.widths <= near
    full = reference.rank[solved] == np.minimum(reference.widths[solved], n)
    return bool(full.all() and reference.condition[reference.widths == n][0] < CONDITION_LIMIT)


def _anchors(n: int, near: int, last: int) -> np.ndarray:
    """Widths solved on their own: denser towards the threshold, where everything changes fast.

    Far above it their distance balances the cost of Cholesky factors and of blocks.
    """
    doubling = 2 ** np.arange(max(n, 2).bit_length())
    below = np.concatenate([np.linspace(1, n, 16).astype(int), n - doubling])
    above = np.concatenate([n + doubling[doubling < near - n], [n, near, last]])
    far = np.arange(near, last, max(64, n // 2))
    anchors = np.unique(np.concatenate([below, above, far]))
    return anchors[anchors >= 1]


def _file(
    block: Block,
    evaluation: Evaluation,
    reference: Evaluation,
    cutoff: Callable[[int], float],
    *,
    upwards: bool,
) -> None:
    """Record the widths inside a block, if its ends vouch for them and the sums reach one."""
    widths = evaluation.widths
    here = np.flatnonzero((widths > block.start) & (widths < block.stop))
    if here.size == 0 or not _is_tame(block, reference, cutoff):
        return
    first, last = (block.start, block.stop) if upwards else (block.stop, block.start)
    target_squares = _anchor_values(reference, "coef_norm", last) ** 2
    arrived = block.coef_squares[last - block.start]
    if not _agree(arrived, target_squares, block.coef_squares):
        return
    if not _run_predictions(block, evaluation, reference, here, first, last):
        return
    offset = widths[here] - block.start
    residual_norm = np.sqrt(block.train_mse[offset] * len(evaluation.Y))
    evaluation.train_mse[here] = block.train_mse[offset]
    evaluation.coef_norm[here] = np.sqrt(block.coef_squares[offset])
    evaluation.rank[here] = np.minimum(widths[here], len(evaluation.Y))
    evaluation.interpolates[here] = residual_vanishes(residual_norm, evaluation.target_norm)
    evaluation.method[here] = "running sums"
    ends = np.searchsorted(reference.widths, [block.start, block.stop])
    for name in ("largest", "smallest"):
        logarithms = np.log(getattr(reference, name)[ends])
        between = np.interp(np.log(widths[here]), np.log(reference.widths[ends]), logarithms)
        getattr(evaluation, name)[here] = np.exp(between)


def _is_tame(block: Block, reference: Evaluation, cutoff: Callable[[int], float]) -> bool:
    """Whether full rank is certain inside the block, and its extreme singular values are known.

    The largest one rises with the width, the smallest falls below the threshold and rises above:
    inside the block both lie between those of its ends.
    """
    ends = np.searchsorted(reference.widths, [block.start, block.stop])
    largest, smallest = reference.largest[ends], reference.smallest[ends]
    certain = is_certain(largest.max(), smallest.min(), cutoff(block.stop))
    return certain and all(s.max() <= _SPREAD * s.min() for s in (largest, smallest))


def _run_predictions(
    block: Block,
    evaluation: Evaluation,
    reference: Evaluation,
    here: np.ndarray,
    first: int,
    last: int,
) -> bool:
    """File predictions or their errors from `first` towards `last`; whether they arrive there."""
    if block.directions is None:
        return True
    directions, steps = block.directions, block.steps
    if last < first:
        directions, steps = directions[:, ::-1], -steps[::-1]
    start = _anchor_values(reference, "predictions", first)
    goal = _anchor_values(reference, "predictions", last)
    origin = 0.0 if evaluation.Y_test is None else evaluation.Y_test
    position = dict(zip(evaluation.widths[here].tolist(), here.tolist(), strict=True))
    way = 1 if last > first else -1
    value = start
    for i, value in enumerate(running_values(start - origin, directions, steps), start=1):
        at = position.get(first + way * i)
        if at is not None:
            evaluation.record_predictions(at, value)
    return _agree(value + origin, goal, np.stack([start, goal]))


def _anchor_values(reference: Evaluation, name: str, width: int) -> np.ndarray:
    """What the reference says of one anchor; zero at width 0."""
    values: np.ndarray = getattr(reference, name)
    if width == 0:
        return np.zeros(values.shape[1:])
    return values[int(np.searchsorted(reference.widths, width))]


def _agree(arrived: np.ndarray, goal: np.ndarray, scale: np.ndarray) -> bool:
    """Whether two arrays agree, target by target, relative to the largest entry of `scale`."""
    size = np.abs(scale).reshape(-1, scale.shape[-1]).max(axis=0)
    return bool((np.abs(arrived - goal) <= _AGREEMENT * size).all())

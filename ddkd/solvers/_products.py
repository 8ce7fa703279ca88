"""What a path reports, from coefficients: products that nested models share.

A model of width w uses the first w columns, so a block of columns serves all models that are at
least as wide: ``Z x_w`` is a sum over blocks, ``sum_b Z_b (x_w)_b``, each block read (or made)
once for all of them, as one matrix product. Training residuals always come from these products
with the features themselves, never from a factorisation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ._arguments import Features
from ._rank import condition_of_extremes, euclidean_norms, residual_vanishes
from ._solution import SmallSolution

# Blocks of fewer columns cost more in memory traffic than zeros in products, wider ones in memory.
_NARROWEST, _WIDEST = 128, 512
# Widths whose errors come from one Gram matrix of directions; a fall below this fraction of the
# largest of them is computed from the values themselves.
TOGETHER, _CANCELLATION = 64, 1e-4
# What is reported of each width besides predictions, their errors and coefficients.
_REPORTED = "train_mse", "coef_norm", "rank", "largest", "smallest", "interpolates", "method"


def column_blocks(widths: np.ndarray, *, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield ranges of columns up to the last of the ascending widths, and the first model of each.

    Models from that one on are wider than the range's start.
    """
    last = int(widths[-1])
    for stop in widths.tolist():
        if stop - start < _NARROWEST and stop < last:
            continue
        for left in range(start, stop, _WIDEST):
            first = int(np.searchsorted(widths, left, side="right"))
            yield left, min(left + _WIDEST, stop), first
        start = max(start, stop)


def multiply_nested(
    Z: Features, coef: np.ndarray, widths: np.ndarray, duals: np.ndarray | None = None
) -> np.ndarray:
    """Return ``coef @ Z.T`` (models * targets, n), with ``duals @ Z`` added to `coef` first.

    Parameters
    ----------
    Z : ndarray of shape (n, p)
        Features.
    coef : ndarray of shape (n_models * n_targets, largest width)
        Coefficients, zero beyond each width; updated in place.
    widths : ndarray of shape (n_models,)
        Ascending widths.
    duals : ndarray of shape (n_models * n_targets, n), optional
        Coefficients of the samples: each model gains ``Z' dual`` up to its width, in the same pass.

    Returns
    -------
    ndarray of shape (n_models * n_targets, n)
        Fitted values.
    """
    k = len(coef) // widths.size
    fitted = np.zeros((len(coef), len(Z)))
    for start, stop, first in column_blocks(widths):
        columns, models = Z[:, start:stop], slice(first * k, None)
        if duals is not None:
            coef[models, start:stop] += duals[models] @ columns
            for i in range(first, int(np.searchsorted(widths, stop))):
                coef[i * k : (i + 1) * k, widths[i] : stop] = 0.0
        fitted[models] += coef[models, start:stop] @ columns.T
    return fitted


@dataclass(eq=False)
class Evaluation:
    """Collects errors, norms and diagnostics of ascending widths, as algorithms find them.

    Residuals are those of the features `Z` and targets `Y`, which a reduction of the rows leaves
    as they are.
    """

    Z: Features
    Y: np.ndarray
    Z_test: Features | None
    Y_test: np.ndarray | None
    widths: np.ndarray
    alpha: float
    keep_coefs: bool = False

    def __post_init__(self) -> None:
        g, k = self.widths.size, self.Y.shape[1]
        self.train_mse, self.coef_norm = np.empty((g, k)), np.empty((g, k))
        self.rank = np.zeros(g, dtype=int)
        self.largest, self.smallest = np.zeros(g), np.zeros(g)  # singular values kept
        self.interpolates, self.method = np.zeros(g, dtype=bool), np.full(g, "", dtype="U24")
        self.target_norm = np.linalg.norm(self.Y, axis=0)
        self.coefs: np.ndarray | None = None
        self.outputs: np.ndarray | None = None  # predictions (g, k, n_test): models come first
        self.test_mse: np.ndarray | None = None
        if self.keep_coefs:
            self.coefs = np.zeros((g, k, int(self.widths[-1])))
        if self.Z_test is not None and self.Y_test is None:
            self.outputs = np.empty((g, k, len(self.Z_test)))
        if self.Y_test is not None:
            self.test_mse = np.empty((g, k))

    @property
    def condition(self) -> np.ndarray:
        """Condition of each width's system."""
        return condition_of_extremes(self.largest, self.smallest, self.alpha)

    def record(
        self,
        first: int,
        coef: np.ndarray,
        rank: np.ndarray,
        largest: np.ndarray,
        smallest: np.ndarray,
        method: str | np.ndarray,
        fitted: np.ndarray | None = None,
    ) -> None:
        """Take in the widths from position `first` on.

        `coef` is (number of widths * n_targets, largest width or more), zero beyond each; `largest`
        and `smallest` are the extreme singular values of the features kept. `fitted` is what
        `multiply_nested` says of the features, if that is known.
        """
        k = self.Y.shape[1]
        here = slice(first, first + len(coef) // k)
        widths = self.widths[here]
        coef = coef[:, : widths[-1]]
        if fitted is None:
            fitted = multiply_nested(self.Z, coef, widths)
        residual_norm = euclidean_norms(fitted.reshape(len(widths), k, -1) - self.Y.T)
        self.train_mse[here] = (residual_norm / np.sqrt(len(self.Y))) ** 2
        self.interpolates[here] = residual_vanishes(residual_norm, self.target_norm)
        self.coef_norm[here] = euclidean_norms(coef).reshape(-1, k)
        self.rank[here], self.method[here] = rank, method
        self.largest[here], self.smallest[here] = largest, smallest
        if self.coefs is not None:
            self.coefs[here, :, : widths[-1]] = coef.reshape(len(widths), k, -1)
        if self.Z_test is not None:
            predicted = multiply_nested(self.Z_test, coef, widths).reshape(len(widths), k, -1)
            self.keep_predictions(here, predicted)

    def record_small(self, first: int, found: list[SmallSolution]) -> int:
        """Take in widths that were solved one by one; return the position of the next."""
        if found:
            k = self.Y.shape[1]
            coef = np.zeros((len(found) * k, max(len(small.coef) for small in found)))
            for i, small in enumerate(found):
                coef[i * k : (i + 1) * k, : len(small.coef)] = small.coef.T
            rank, largest, smallest, method = (
                np.array([getattr(small, name) for small in found])
                for name in ("rank", "largest", "smallest", "method")
            )
            self.record(first, coef, rank, largest, smallest, method)
        return first + len(found)

    def keep_predictions(self, positions: slice | np.ndarray, predicted: np.ndarray) -> None:
        """Take in predictions (number of widths, k, n_test): themselves, or only their errors."""
        if self.outputs is not None:
            self.outputs[positions] = predicted
        if self.test_mse is not None and self.Y_test is not None:
            errors = predicted - self.Y_test.T
            self.test_mse[positions] = np.einsum("gkt,gkt->gk", errors, errors) / len(self.Y_test)

    def absorb(self, positions: np.ndarray, other: "Evaluation", where: np.ndarray) -> None:
        """Copy what another evaluation found at its positions `where`."""
        for name in _REPORTED:
            getattr(self, name)[positions] = getattr(other, name)[where]
        if self.test_mse is not None and other.test_mse is not None:
            self.test_mse[positions] = other.test_mse[where]
        if other.outputs is not None:
            self.keep_predictions(positions, other.outputs[where])


def cumulative_values(start: np.ndarray, directions: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """``start + directions[:, :i] @ steps[:i]`` for i = 1, 2, ...: (number of steps, n, k)."""
    terms = directions.T[:, :, None] * steps[:, None, :]
    terms[0] += start
    return np.cumsum(terms, axis=0, out=terms)


def cumulative_squares(
    start: np.ndarray, directions: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Squared norms (number of steps, k) of the columns of these values, and the last value.

    They come from the Gram matrix of 64 directions at a time, unless they fall so far that this
    would be cancellation.
    """
    squares, value = np.empty(steps.shape), start
    for first in range(0, len(steps), TOGETHER):
        here = slice(first, first + TOGETHER)
        D, s = directions[:, here], steps[here]
        gram = D.T @ D
        inner = D.T @ value + np.tril(gram, -1) @ s
        initial = np.einsum("ij,ij->j", value, value)
        changes = s * (2 * inner + np.diagonal(gram)[:, None] * s)
        squares[here] = initial + np.cumsum(changes, axis=0)
        largest = np.maximum(initial, squares[here].max(axis=0))
        if (squares[here] < _CANCELLATION * largest).any():
            values = cumulative_values(value, D, s)
            squares[here] = np.einsum("itk,itk->ik", values, values)
        value = value + D @ s
    return squares, value

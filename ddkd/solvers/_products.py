"""What a path reports, from coefficients: products that nested models share.

A model of width w uses the first w columns, so a block of columns serves all models that are at
least as wide: ``Z x_w`` is a sum over blocks, ``sum_b Z_b (x_w)_b``, each block read (or made)
once for all of them, as one matrix product. Training residuals always come from these products
with the features themselves, never from a factorisation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ddkd.solvers._arguments import Features
from ddkd.solvers._rank import condition_of_extremes, euclidean_norms, residual_vanishes
from ddkd.solvers._solution import SmallSolution

# Blocks of fewer columns cost more in memory traffic than zeros in products, wider ones in memory.
_NARROWEST, _WIDEST = 128, 512
# Coefficients of several widths are held together up to this many numbers (256 MiB).
_BUDGET = 2**25


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
    """Collects errors, norms and diagnostics of ascending widths, in that order.

    An algorithm records those of the `remaining` widths that it can vouch for, from the first on,
    and stops at the first that it cannot. Residuals are those of the features `Z` and targets `Y`,
    which a reduction of the rows leaves as they are.
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
        self.n_done = 0
        self.train_mse, self.coef_norm = np.empty((g, k)), np.empty((g, k))
        self.rank = np.zeros(g, dtype=int)
        self.largest, self.smallest = np.zeros(g), np.zeros(g)  # singular values kept
        self.interpolates, self.method = np.zeros(g, dtype=bool), np.full(g, "", dtype="U6")
        self.target_norm = euclidean_norms(self.Y.T)
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
    def remaining(self) -> np.ndarray:
        """Widths that are still to be solved."""
        return self.widths[self.n_done :]

    @property
    def condition(self) -> np.ndarray:
        """Condition of each width's system."""
        return condition_of_extremes(self.largest, self.smallest, self.alpha)

    def batch(self, width: int) -> int:
        """How many models of that width may be held together."""
        return max(1, _BUDGET // (width * self.Y.shape[1]))

    def record(
        self,
        coef: np.ndarray,
        rank: int | np.ndarray,
        largest: float | np.ndarray,
        smallest: float | np.ndarray,
        method: str,
        fitted: np.ndarray | None = None,
    ) -> None:
        """Take in the next widths.

        `coef` is (number of widths * n_targets, largest width or more), zero beyond each; `largest`
        and `smallest` are the extreme singular values of the features kept. `fitted` is what
        `multiply_nested` says of the features, if that is known.
        """
        k = self.Y.shape[1]
        now = slice(self.n_done, self.n_done + len(coef) // k)
        widths = self.widths[now]
        coef = coef[:, : widths[-1]]
        if fitted is None:
            fitted = multiply_nested(self.Z, coef, widths)
        residual_norm = euclidean_norms(fitted.reshape(len(widths), k, -1) - self.Y.T)
        self.train_mse[now] = (residual_norm / np.sqrt(len(self.Y))) ** 2
        self.interpolates[now] = residual_vanishes(residual_norm, self.target_norm)
        self.coef_norm[now] = euclidean_norms(coef).reshape(-1, k)
        self.rank[now], self.method[now] = rank, method
        self.largest[now], self.smallest[now] = largest, smallest
        if self.coefs is not None:
            self.coefs[now, :, : widths[-1]] = coef.reshape(len(widths), k, -1)
        if self.Z_test is not None:
            predicted = multiply_nested(self.Z_test, coef, widths).reshape(len(widths), k, -1)
            if self.outputs is not None:
                self.outputs[now] = predicted
            if self.Y_test is not None and self.test_mse is not None:
                errors = predicted - self.Y_test.T
                self.test_mse[now] = np.einsum("gkt,gkt->gk", errors, errors) / len(self.Y_test)
        self.n_done = now.stop

    def record_one(self, small: SmallSolution) -> None:
        """Take in the next width, solved on its own."""
        coef = np.ascontiguousarray(small.coef.T)
        self.record(coef, small.rank, small.largest, small.smallest, small.method)

"""What a width path reports, from the coefficients that its algorithms find."""

from dataclasses import dataclass

import numpy as np

from ._rank import condition_of_extremes, residual_vanishes

__all__ = ["Evaluation", "prefix_products"]

# Column blocks narrower than this cost more in memory traffic than their zeros in products.
_NARROWEST_BLOCK = 64
# Numbers of the product that are worked on at once, so that they stay in the cache.
_CACHE = 2**17


@dataclass(eq=False)
class Evaluation:
    """Collects errors, norms and diagnostics width by width (positions in ascending order)."""

    Z: np.ndarray
    Y: np.ndarray
    Z_test: np.ndarray | None
    Y_test: np.ndarray | None
    widths: np.ndarray
    alpha: float

    def __post_init__(self) -> None:
        g, k = self.widths.size, self.Y.shape[1]
        self.train_mse, self.coef_norm = np.empty((g, k)), np.empty((g, k))
        self.rank, self.condition = np.zeros(g, dtype=int), np.empty(g)
        self.interpolates, self.method = np.zeros(g, dtype=bool), np.empty(g, dtype="U24")
        self.predictions: np.ndarray | None = None
        self.test_mse: np.ndarray | None = None
        if self.Z_test is not None and self.Y_test is None:
            self.predictions = np.empty((g, len(self.Z_test), k))
        if self.Y_test is not None:
            self.test_mse = np.empty((g, k))
        self.target_norm = np.linalg.norm(self.Y, axis=0)

    def record(
        self,
        first: int,
        coef: np.ndarray,
        rank: np.ndarray,
        largest: np.ndarray,
        smallest: np.ndarray,
        method: list[str],
        residual_norm: np.ndarray | None = None,
    ) -> None:
        """Take in the widths from position `first` on.

        `coef` is (largest width, number of widths, n_targets), zero beyond each width;
        `largest` and `smallest` are the extreme singular values of the features kept. Residuals
        are computed from the features unless their norms (number of widths, k) are given.
        """
        here = slice(first, first + coef.shape[1])
        widths = self.widths[here]
        if residual_norm is None:
            fitted = prefix_products(self.Z, coef, widths)
            residual_norm = np.linalg.norm(self.Y[:, None, :] - fitted, axis=0)
        self.train_mse[here] = (residual_norm / np.sqrt(len(self.Y))) ** 2
        self.coef_norm[here] = np.linalg.norm(coef, axis=0)
        self.rank[here], self.method[here] = rank, method
        self.condition[here] = condition_of_extremes(largest, smallest, self.alpha)
        self.interpolates[here] = residual_vanishes(residual_norm, self.target_norm)
        if self.Z_test is not None:
            predicted = prefix_products(self.Z_test, coef, widths)
            if self.predictions is not None:
                self.predictions[here] = predicted.transpose(1, 0, 2)
            if self.test_mse is not None and self.Y_test is not None:
                predicted -= self.Y_test[:, None, :]
                self.test_mse[here] = np.einsum("tgk,tgk->gk", predicted, predicted) / len(
                    predicted
                )

    def record_predictions(self, position: int, errors: np.ndarray) -> None:
        """Take in one width's predictions or, with test targets, its errors (n_test, k)."""
        if self.predictions is not None:
            self.predictions[position] = errors
        if self.test_mse is not None:
            self.test_mse[position] = np.einsum("tk,tk->k", errors, errors) / len(errors)

    def restricted_to(self, positions: np.ndarray) -> "Evaluation":
        """Return an empty evaluation of some of the widths."""
        return Evaluation(
            self.Z, self.Y, self.Z_test, self.Y_test, self.widths[positions], self.alpha
        )

    def absorb(self, positions: np.ndarray, other: "Evaluation", where: np.ndarray) -> None:
        """Copy what another evaluation found at its positions `where`."""
        for name in ("train_mse", "coef_norm", "rank", "condition", "interpolates", "method"):
            getattr(self, name)[positions] = getattr(other, name)[where]
        if other.predictions is not None:
            origin = 0.0 if self.Y_test is None else self.Y_test
            for at, found in zip(positions, other.predictions[where], strict=True):
                self.record_predictions(at, found - origin)
        if other.test_mse is not None and self.test_mse is not None:
            self.test_mse[positions] = other.test_mse[where]


def prefix_products(Z: np.ndarray, coef: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Products ``Z[:, :w] @ coef[:w, i]`` for all widths w, (n, number of widths, n_targets).

    Runs over chunks of rows, and blocks of columns between successive widths, each multiplied
    once for all models that are at least as wide.
    """
    _, g, k = coef.shape
    flat = coef.reshape(-1, g * k)
    product = np.zeros((len(Z), g * k))
    chunk = max(64, _CACHE // (g * k))
    for top in range(0, len(Z), chunk):
        rows = slice(top, top + chunk)
        start = 0
        for i, stop in enumerate(widths):
            if stop - start >= _NARROWEST_BLOCK or i == g - 1:
                first = int(np.searchsorted(widths, start, side="right")) * k
                product[rows, first:] += Z[rows, start:stop] @ flat[start:stop, first:]
                start = int(stop)
    return product.reshape(len(Z), g, k)

"""What a width path reports, from the coefficients that its algorithms find."""

from dataclasses import dataclass

import numpy as np

from ._in_place import add_product
from ._rank import condition_of_extremes, residual_vanishes

__all__ = ["Evaluation"]

# Column blocks narrower than this cost more in memory traffic than their zeros in products.
_NARROWEST_BLOCK = 64
# What is reported of each width besides predictions and their errors.
_REPORTED = "train_mse", "coef_norm", "rank", "largest", "smallest", "interpolates", "method"
# Numbers of the product that are worked on at once, so that they stay in the cache.
_CACHE = 2**18


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
        self.rank = np.zeros(g, dtype=int)
        self.largest, self.smallest = np.zeros(g), np.zeros(g)  # singular values kept
        self.interpolates, self.method = np.zeros(g, dtype=bool), np.full(g, "", dtype="U24")
        self._outputs: np.ndarray | None = None  # as the products come out: models first
        self.test_mse: np.ndarray | None = None
        if self.Z_test is not None and self.Y_test is None:
            self._outputs = np.empty((g * k, len(self.Z_test)))
        if self.Y_test is not None:
            self.test_mse = np.empty((g, k))
        self.target_norm = np.linalg.norm(self.Y, axis=0)

    @property
    def predictions(self) -> np.ndarray | None:
        """Predictions (g, n_test, k), a view; None if only their errors are kept."""
        if self._outputs is None:
            return None
        return self._outputs.reshape(*self.train_mse.shape, -1).transpose(0, 2, 1)

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
        method: list[str],
        residual_norm: np.ndarray | None = None,
    ) -> None:
        """Take in the widths from position `first` on.

        `coef` is (number of widths, n_targets, largest width), zero beyond each width;
        `largest` and `smallest` are the extreme singular values of the features kept. Residuals
        are computed from the features unless their norms (number of widths, k) are given.
        """
        here = slice(first, first + len(coef))
        widths = self.widths[here]
        if residual_norm is None:
            residual_norm = np.sqrt(_squared_errors(self.Z, coef, widths, self.Y))
        self.train_mse[here] = (residual_norm / np.sqrt(len(self.Y))) ** 2
        self.coef_norm[here] = np.sqrt(np.einsum("gkw,gkw->gk", coef, coef))
        self.rank[here], self.method[here] = rank, method
        self.largest[here], self.smallest[here] = largest, smallest
        self.interpolates[here] = residual_vanishes(residual_norm, self.target_norm)
        if self._outputs is not None and self.Z_test is not None:
            k = self.Y.shape[1]
            models = slice(here.start * k, here.stop * k)
            _multiply_prefixes(self.Z_test, coef, widths, self._outputs[models])
        if self.test_mse is not None and self.Z_test is not None and self.Y_test is not None:
            squares = _squared_errors(self.Z_test, coef, widths, self.Y_test)
            self.test_mse[here] = squares / len(self.Y_test)

    def record_predictions(self, position: int, errors: np.ndarray) -> None:
        """Take in one width's predictions or, with test targets, its errors (n_test, k)."""
        if self.predictions is not None:
            self.predictions[position] = errors
        if self.test_mse is not None:
            self.test_mse[position] = np.einsum("tk,tk->k", errors, errors) / len(errors)

    def missing(self) -> np.ndarray:
        """Positions of the widths that nothing has been recorded for."""
        return np.flatnonzero(self.method == "")

    def restricted_to(self, positions: np.ndarray) -> "Evaluation":
        """Return an empty evaluation of some of the widths."""
        return Evaluation(
            self.Z, self.Y, self.Z_test, self.Y_test, self.widths[positions], self.alpha
        )

    def absorb(self, positions: np.ndarray, other: "Evaluation", where: np.ndarray) -> None:
        """Copy what another evaluation found at its positions `where`."""
        for name in _REPORTED:
            getattr(self, name)[positions] = getattr(other, name)[where]
        if other.predictions is not None:
            origin = 0.0 if self.Y_test is None else self.Y_test
            for at, found in zip(positions, other.predictions[where], strict=True):
                self.record_predictions(at, found - origin)
        if other.test_mse is not None and self.test_mse is not None:
            self.test_mse[positions] = other.test_mse[where]


def _squared_errors(
    Z: np.ndarray, coef: np.ndarray, widths: np.ndarray, Y: np.ndarray
) -> np.ndarray:
    """Squared norms (number of widths, k) of the errors that the models make on `Y`."""
    g, k, _ = coef.shape
    squares = np.zeros((g, k))
    size = min(len(Z), _chunk(g * k))
    buffer = np.empty((g * k, size))
    for top in range(0, len(Z), size):
        rows = slice(top, min(top + size, len(Z)))
        product = buffer[:, : rows.stop - top]
        _multiply_prefixes(Z[rows], coef, widths, product)
        errors = product.reshape(g, k, -1)
        errors -= Y[rows].T
        squares += np.einsum("gkt,gkt->gk", errors, errors)
    return squares


def _multiply_prefixes(
    Z: np.ndarray, coef: np.ndarray, widths: np.ndarray, out: np.ndarray
) -> None:
    """Write ``coef[i, :, :w] @ Z[:, :w].T`` to `out` (models times targets, n) for all widths w.

    Blocks of columns between successive widths are multiplied once for all models that are at
    least as wide. Models come first, since BLAS is faster with few rows than with few columns.
    """
    g, k, _ = coef.shape
    flat = coef.reshape(g * k, -1)
    blocks, start = [], 0
    for i, stop in enumerate(widths.tolist()):
        if stop - start >= _NARROWEST_BLOCK or i == g - 1:
            first = int(np.searchsorted(widths, start, side="right")) * k
            blocks.append((slice(start, stop), slice(first, None)))
            start = stop
    size = _chunk(g * k)
    for top in range(0, len(Z), size):
        rows = slice(top, top + size)
        columns, _ = blocks[0]
        np.matmul(flat[:, columns], Z[rows, columns].T, out=out[:, rows])
        for columns, models in blocks[1:]:
            add_product(out[models, rows], flat[models, columns], Z[rows, columns].T)


def _chunk(n_models: int) -> int:
    """How many samples are worked on at once, so that the products stay in the cache."""
    return max(64, _CACHE // n_models)

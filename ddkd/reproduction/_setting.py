"""The inputs, labellings and records that the parts of a comparison share."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ddkd._labels import codes_of
from ddkd.contestants import Inputs, Labels, Problem, kernel_ridge
from ddkd.datasets import Split, is_stream
from ddkd.features import RandomFourierFeatures, bandwidth_gamma

# Widths as multiples of the number of labelled examples n: of students, and of students on a
# small transfer set.
STUDENT_WIDTHS = (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.5, 2, 3, 4)
SMALL_WIDTHS = (0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 2.75, 3, 3.25, 3.5, 4.5, 6)

# The size of that small transfer set, in n too.
SMALL_TRANSFER = 3

# Bandwidths of the Gaussian kernel that labels may choose, in median distances.
BANDWIDTHS = (0.3, 0.5, 0.8, 1.25, 2.0)

Record = dict[str, Any]


def width_at(multiple: float, n: int) -> int:
    """Width at a multiple of the number of labelled examples, which may be odd."""
    return max(1, round(multiple * n))


def rows_first(stacked: np.ndarray) -> np.ndarray:
    """Targets or coefficients (F, n, k) of several labellings as (n, F, k)."""
    return stacked.transpose(1, 0, 2)


def times(Z: np.ndarray, coef: np.ndarray) -> np.ndarray:
    """Scores (n_rows, ..., k) of coefficients (width, ..., k): the other axes stay."""
    return (Z @ coef.reshape(len(coef), -1)).reshape(len(Z), *coef.shape[1:])


class Setting:
    """A split with a labelling for each flip rate, a transfer set, and the kernel of all models.

    Without a bandwidth the noisiest labelling chooses one for all, by the leave-one-out error of
    kernel ridge.

    Attributes
    ----------
    flip_rates : sequence of float
        Fractions of wrong labels, one a labelling.
    problem : Problem
        Labelled rows and transfer set.
    labels : Labels
        All labels, wrong ones included.
    wrong : ndarray of shape (F, n)
        Which were flipped.
    test : Inputs
        The test rows.
    y_test : ndarray of shape (n_test,)
        Their class indices, never flipped.
    teacher_seed : int
        Seed of the teacher's random features.
    """

    def __init__(
        self,
        split: Split,
        rng: np.random.Generator,
        bandwidth: float | None,
        n_transfer: int,
        flip_rates: Sequence[float],
        n_seen: int | None,
    ) -> None:
        X, classes = split.X_train, split.classes
        seeds = [int(seed) for seed in (*rng.integers(2**32, size=3), rng.integers(2**32))]
        flip_seed, self.teacher_seed, student_seed, transfer_seed = seeds
        pool = _draw_transfer(split, n_transfer, np.random.default_rng(transfer_seed))
        self.flip_rates = flip_rates
        # One seed for every rate: the labels wrong at 5 % are among those wrong at 10 %.
        flipped = [split.flip_labels(rate, rng=flip_seed) for rate in flip_rates]
        self.wrong = np.stack([noisy.wrong for noisy in flipped])
        values = np.stack([codes_of("y_train", noisy.y_train, classes) for noisy in flipped])
        self.labels = Labels(values, len(classes), np.ones(values.shape, dtype=bool))
        self.test = Inputs(split.X_test)
        self.y_test = codes_of("y_test", split.y_test, classes)
        self.problem = Problem(
            labelled=Inputs(X),
            pool=Inputs(pool),
            gamma=np.nan,
            student_width=width_at(max(STUDENT_WIDTHS), len(X)),
            gammas=np.array([bandwidth_gamma(X, b) for b in BANDWIDTHS]),
            seed=student_seed,
            first=Inputs(pool[:n_seen]) if n_seen is not None and n_seen < len(pool) else None,
        )
        if bandwidth is None:
            chosen = kernel_ridge(self.problem, self.labels).kernels[np.argmax(flip_rates)]
            self.problem.gamma = chosen.gamma
        else:
            self.problem.gamma = bandwidth_gamma(X, bandwidth)

    @property
    def n(self) -> int:
        """Number of labelled rows."""
        return self.problem.n

    @property
    def targets(self) -> np.ndarray:
        """Targets (n, F, k) of all labellings."""
        return rows_first(self.labels.targets)

    def features(self, width: int, seed: int) -> RandomFourierFeatures:
        """A fitted map of the comparison's kernel."""
        return self.problem.labelled.fourier_map(width, self.problem.gamma, seed)

    def student(self, rows: Inputs) -> np.ndarray:
        """The student's features on some rows, carried on to the widest of `SMALL_WIDTHS`."""
        width = width_at(max(SMALL_WIDTHS), self.n)
        return rows.once("wide", lambda: self.features(width, self.problem.seed).transform(rows.X))

    def widths(self, multiples: Sequence[float]) -> np.ndarray:
        """Widths at multiples of n."""
        return np.unique([width_at(c, self.n) for c in multiples])

    def errors(self, predicted: np.ndarray) -> np.ndarray:
        """0-1 test errors (F,) of class indices (n_test, F)."""
        return np.mean(predicted != self.y_test[:, None], axis=0)

    def records(self, model: str, errors: np.ndarray | float, **more: Any) -> Iterator[Record]:
        """The rows of one model, a labelling each; more columns are one value, or one each."""
        columns: dict[str, Any] = {
            "flip_rate": np.asarray(self.flip_rates, dtype=float),
            "model": model,
            "role": "curve",
            "sees": "labels",
            "width": np.inf,
            "n_samples": self.n,
            "n_transfer": 0,
            "error": errors,
            "agreement": np.nan,
            "alpha": 0.0,
            "train_error": np.nan,
            "wrong_fitted": np.nan,
            "interpolates": np.nan,
            "failure": "",
        } | more
        columns["width"] = np.asarray(columns["width"], dtype=float)
        values = [np.broadcast_to(v, len(self.flip_rates)).tolist() for v in columns.values()]
        for row in zip(*values, strict=True):
            yield dict(zip(columns, row, strict=True))


def _draw_transfer(split: Split, n_transfer: int, rng: np.random.Generator) -> np.ndarray:
    if is_stream(split.transfer):
        return split.transfer.sample(n_transfer, rng=rng)
    return rng.permutation(split.transfer)[:n_transfer]

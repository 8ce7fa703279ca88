"""A double-descent curve and a teacher-student run, as experiments for `sweep`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ddkd._checks import check_choice, check_integer, check_widths
from ddkd.datasets import Split
from ddkd.features import ColumnBlocks, RandomFourierFeatures, RandomReLUFeatures, bandwidth_gamma
from ddkd.solvers import width_path

FEATURES = ("fourier", "relu")
# Training features of more numbers than this (1 GiB) are made a block of columns at a time.
_LARGE = 2**27


def default_widths(n_samples: int, max_width: int, n_widths: int = 40) -> list[int]:
    """Widths for a double-descent curve: geometric, with more of them near the threshold.

    Parameters
    ----------
    n_samples : int
        Number of labelled examples, where the peak is.
    max_width : int
        The widest model.
    n_widths : int, default=40
        About how many widths.

    Returns
    -------
    list of int
        Sorted distinct widths from 1 to `max_width`, `n_samples` among them.

    Examples
    --------
    >>> default_widths(10, 100, n_widths=6)
    [1, 7, 8, 10, 12, 14, 100]
    """
    check_integer("n_samples", n_samples, high=10**9)
    check_integer("max_width", max_width, high=10**9)
    check_integer("n_widths", n_widths, low=2, high=10**6)
    near = n_samples * np.array([0.7, 0.85, 0.95, 1.0, 1.05, 1.18, 1.4])
    wide = np.geomspace(1, max_width, max(2, n_widths - len(near)))
    widths = np.unique(np.round(np.concatenate([near, wide])).astype(int))
    return [int(w) for w in widths if 1 <= w <= max_width]


def _feature_map(kind: str, width: int, bandwidth: float, X: np.ndarray, seed: int) -> Any:
    check_choice("features", kind, FEATURES)
    if kind == "relu":
        return RandomReLUFeatures(width, random_state=seed)
    gamma = bandwidth_gamma(X, bandwidth)
    return RandomFourierFeatures(width, gamma=gamma, random_state=seed)


def curve(
    split: Split,
    rng: np.random.Generator,
    *,
    widths: Sequence[int],
    flip_rate: float = 0.0,
    alpha: float = 0.0,
    features: str = "fourier",
    bandwidth: float = 0.8,
) -> list[dict[str, Any]]:
    """Test error of random-feature least squares at every width, on one split.

    Parameters
    ----------
    split : Split
        Labelled and test inputs.
    rng : numpy.random.Generator
        Source of the label flips and the random features.
    widths : sequence of int
        Numbers of features.
    flip_rate : float, default=0.0
        Fraction of training labels replaced by a wrong one.
    alpha : float, default=0.0
        Ridge penalty on features scaled so that their kernel is 1 on the diagonal at the
        largest width; 0 is the minimum-norm solution.
    features : {"fourier", "relu"}, default="fourier"
        The random feature map.
    bandwidth : float, default=0.8
        Gaussian kernel bandwidth in units of the median pairwise distance.

    Returns
    -------
    list of dict
        A record for each width: test error, mean squared errors, coefficient norm, condition.
        For labels that are numbers, "variance_left" in place of "error": the mean squared test
        error as a share of the test labels' variance.
    """
    grid = np.unique(check_widths("widths", widths))
    noisy = split.flip_labels(flip_rate, rng=rng)
    seed = int(rng.integers(2**32))
    mapping = _feature_map(features, int(grid.max()), bandwidth, split.X_train, seed)
    mapping.fit(split.X_train)
    if len(split.X_train) * int(grid.max()) > _LARGE:
        Z, Z_test = ColumnBlocks(mapping, split.X_train), ColumnBlocks(mapping, split.X_test)
    else:
        Z, Z_test = mapping.transform(split.X_train), mapping.transform(split.X_test)
    numbers = split.task == "numbers"
    mean = noisy.y_train.mean() if numbers else 0.0

    def targets(y: np.ndarray) -> np.ndarray:
        return y[:, None] - mean if numbers else (y[:, None] == split.classes).astype(float)

    wanted = targets(split.y_test)
    path = width_path(Z, targets(noisy.y_train), grid, Z_test=Z_test, alpha=alpha)
    assert path.predictions is not None
    records = []
    for g, (width, scores) in enumerate(zip(grid, path.predictions, strict=True)):
        predicted = scores[:, 0] + mean if numbers else split.classes[scores.argmax(axis=1)]
        records.append(
            {
                "width": int(width),
                "n_samples": len(split.X_train),
                split.measure: split.error(predicted),
                "test_mse": float(np.mean((scores - wanted) ** 2)),
                "train_mse": float(np.mean(path.train_mse[g])),
                "coef_norm": float(np.linalg.norm(path.coef_norm[g])),
                "condition": float(path.condition[g]),
                "interpolates": bool(path.interpolates[g]),
            }
        )
    return records

"""How often Gaussian scores pick the labelled class."""

from typing import Any

import numpy as np
from scipy.special import ndtr

from ddkd._checks import as_array, check_integer, check_rng


def error_rate(prediction: Any, labels: Any, *, n_draws: int, rng: Any) -> np.ndarray:
    """Expected 0-1 error of scores N(mean, variance * covariance) over the leading axes."""
    *grid, n_test, n_targets = prediction.mean.shape
    labels = _check_labels(labels, n_test, max(n_targets, 2))
    mean = prediction.mean.reshape(-1, n_test, n_targets)
    deviation = np.sqrt(prediction.variance).reshape(-1, n_test)
    covariance = prediction.covariance.reshape(-1, n_targets, n_targets)
    if n_targets <= 2:
        direction = np.ones(1) if n_targets == 1 else np.array([-1.0, 1.0])
        rates = _signs(mean @ direction, deviation, covariance @ direction @ direction, labels)
    else:
        if check_integer("n_draws", n_draws, low=2) % 2:
            raise ValueError(f"n_draws must be even; got {n_draws}")
        draws = check_rng(rng).standard_normal((n_draws // 2, n_test, n_targets))
        rates = np.array(
            [
                _largest(m, d, c, labels, draws)
                for m, d, c in zip(mean, deviation, covariance, strict=True)
            ]
        )
    return rates.reshape(grid)


def _check_labels(labels: Any, n_test: int, n_classes: int) -> np.ndarray:
    array = as_array("labels", labels)
    if array.shape != (n_test,) or array.dtype.kind not in "biu":
        raise ValueError(
            f"labels must be {n_test} integers, one for each test point; got an array of shape "
            f"{array.shape} and dtype {array.dtype}"
        )
    array = array.astype(np.intp)
    if array.min() < 0 or array.max() >= n_classes:
        raise ValueError(
            f"labels must be from 0 to {n_classes - 1}; they go from {array.min()} to {array.max()}"
        )
    return array


def _signs(
    mean: np.ndarray, deviation: np.ndarray, spread: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Probability that the sign of one Gaussian score is wrong, averaged over test points."""
    margin = np.where(labels == 1, mean, -mean)
    scale = deviation * np.sqrt(np.maximum(spread, 0.0))[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(scale > 0, margin / scale, np.where(margin > 0, np.inf, -np.inf))
    return np.where(np.isfinite(spread), ndtr(-ratio).mean(axis=1), np.nan)


def _largest(
    mean: np.ndarray,
    deviation: np.ndarray,
    covariance: np.ndarray,
    labels: np.ndarray,
    draws: np.ndarray,
) -> float:
    """Share of draws, and of their mirror images, in which the labelled score is not largest."""
    if not np.isfinite(covariance).all():
        return float("nan")
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = (draws @ root.T) * deviation[:, None]
    wrong = np.mean((mean + noise).argmax(axis=-1) != labels)
    wrong_mirrored = np.mean((mean - noise).argmax(axis=-1) != labels)
    return float((wrong + wrong_mirrored) / 2)

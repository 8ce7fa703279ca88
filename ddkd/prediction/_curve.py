"""A predicted curve and the measured one, as an experiment for `sweep`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ddkd._labels import codes_of, decode, encode
from ddkd.datasets import Split
from ddkd.features import RandomFourierFeatures, bandwidth_gamma
from ddkd.prediction._conditional import fourier_predictor
from ddkd.solvers import ridge

__all__ = ["predicted_curve"]


def predicted_curve(
    split: Split,
    rng: np.random.Generator,
    *,
    widths: Sequence[int],
    alphas: Sequence[float] = (0.0, 1.0),
    flip_rate: float = 0.0,
    bandwidth: float = 0.8,
) -> list[dict[str, Any]]:
    """Test errors of random Fourier features, predicted and measured on the same split.

    The prediction is that of `ConditionalPredictor`; the measurement is one draw of the features
    at every width.

    Parameters
    ----------
    split : Split
        Labelled and test inputs.
    rng : numpy.random.Generator
        Source of the label flips and the random features.
    widths : sequence of int
        Numbers of features.
    alphas : sequence of float, default=(0.0, 1.0)
        Sum-normalised ridges; 0 is the minimum-norm solution.
    flip_rate : float, default=0.0
        Fraction of training labels replaced by a wrong one.
    bandwidth : float, default=0.8
        Gaussian kernel bandwidth in units of the median pairwise distance.

    Returns
    -------
    list of dict
        A record for each width and ridge: "width", "alpha", "n_samples", and "test_mse" and
        "error" with "predicted_mse" and "predicted_error" beside them.
    """
    noisy = split.flip_labels(flip_rate, rng=rng)
    classes = split.classes
    truth = codes_of("y_test", split.y_test, classes)
    codes = codes_of("y_train", noisy.y_train, classes)
    targets = encode(codes, len(classes), centred=True)
    wanted = encode(truth, len(classes), centred=True)
    gamma = bandwidth_gamma(split.X_train, bandwidth)
    grid, strengths = np.unique(widths), np.unique(np.asarray(alphas, dtype=float))
    predictor = fourier_predictor(split.X_train, split.X_test, gamma)
    found = predictor.predict(targets, grid[:, None], alpha=strengths)
    predicted_mse, predicted_error = found.mse(wanted), found.error_rate(truth)
    records = []
    for i, width in enumerate(grid):
        seed = int(rng.integers(2**32))
        features = RandomFourierFeatures(int(width), gamma=gamma, random_state=seed)
        coef = ridge(features.fit_transform(split.X_train), targets, strengths).coef
        scores = features.transform(split.X_test) @ coef
        for j, alpha in enumerate(strengths):
            records.append(
                {
                    "width": int(width),
                    "alpha": float(alpha),
                    "n_samples": len(targets),
                    "test_mse": float(np.mean((scores[j] - wanted) ** 2)),
                    "predicted_mse": float(predicted_mse[i, j]),
                    "error": float(np.mean(decode(scores[j]) != truth)),
                    "predicted_error": float(predicted_error[i, j]),
                }
            )
    return records

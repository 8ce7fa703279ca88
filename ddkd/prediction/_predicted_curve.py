"""A predicted curve and the measured one, as an experiment for `sweep`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ddkd._checks import check_vector, check_widths
from ddkd._labels import codes_of, decode, encode
from ddkd.datasets import Split
from ddkd.features import RandomFourierFeatures, bandwidth_gamma
from ddkd.prediction._conditional import fourier_predictor
from ddkd.solvers import ridge


def predict_curve(
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
        Ridge penalties; 0 is the minimum-norm solution.
    flip_rate : float, default=0.0
        Fraction of training labels replaced by a wrong one.
    bandwidth : float, default=0.8
        Gaussian kernel bandwidth in units of the median pairwise distance.

    Returns
    -------
    list of dict
        A record for each width and ridge: "width", "alpha", "n_samples", and "test_mse" and
        "error" with "predicted_mse" and "predicted_error" beside them. For labels that are numbers
        "variance_left", a share of the test labels' variance, takes the place of "error".
    """
    grid = np.unique(check_widths("widths", widths))
    strengths = np.unique(check_vector("alphas", alphas))
    noisy = split.flip_labels(flip_rate, rng=rng)
    numbers = split.task == "numbers"
    if numbers:
        mean = noisy.y_train.mean()
        targets, wanted = (y[:, None] - mean for y in (noisy.y_train, noisy.y_test))
    else:
        codes = (codes_of("y", y, split.classes) for y in (noisy.y_train, noisy.y_test))
        targets, wanted = (encode(c, len(split.classes), centred=True) for c in codes)
    gamma = bandwidth_gamma(split.X_train, bandwidth)
    predictor = fourier_predictor(split.X_train, split.X_test, gamma)
    found = predictor.predict(targets, grid[:, None], alpha=strengths)
    predicted_mse = found.mse(wanted)
    truth = decode(wanted)
    predicted = predicted_mse / np.var(wanted) if numbers else found.error_rate(truth)
    records = []
    for i, width in enumerate(grid):
        seed = int(rng.integers(2**32))
        features = RandomFourierFeatures(int(width), gamma=gamma, random_state=seed)
        coef = ridge(features.fit_transform(split.X_train), targets, strengths).coef
        scores = np.asarray(features.transform(split.X_test)) @ coef
        for j, alpha in enumerate(strengths):
            mse = float(np.mean((scores[j] - wanted) ** 2))
            error = mse / np.var(wanted) if numbers else np.mean(decode(scores[j]) != truth)
            records.append(
                {
                    "width": int(width),
                    "alpha": float(alpha),
                    "n_samples": len(targets),
                    "test_mse": mse,
                    "predicted_mse": float(predicted_mse[i, j]),
                    split.measure: float(error),
                    f"predicted_{split.measure}": float(predicted[i, j]),
                }
            )
    return records

"""The table of a predicted curve: measured by scikit-learn, predicted by the law."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import rbf_kernel

from ddkd import RandomFourierFeatures
from ddkd.datasets import load
from ddkd.features import bandwidth_gamma
from ddkd.prediction import ConditionalPredictor, predict_curve

WIDTHS, ALPHAS = [10, 60], [0.01, 1.0]


@pytest.mark.parametrize(("numbers", "flip_rate"), [(False, 0.25), (True, 0.0)])
def test_measured_and_predicted_columns_are_those_of_ridge_and_of_the_law(numbers, flip_rate):
    split = load("digits", n_samples=40, n_test=100, n_transfer=1, rng=0)
    if numbers:
        y, y_test = (1e-2 * X.sum(axis=1) for X in (split.X_train, split.X_test))
        split = replace(split, y_train=y, y_test=y_test, y_clean=y, task="numbers")
        targets, wanted = ((y - split.y_train.mean())[:, None] for y in (y, y_test))
    options = {"widths": WIDTHS, "alphas": ALPHAS, "flip_rate": flip_rate}
    records = predict_curve(split, np.random.default_rng(1), **options)
    rng = np.random.default_rng(1)
    noisy = split.flip_labels(flip_rate, rng=rng)
    assert np.mean(noisy.y_train != split.y_train) == flip_rate
    if not numbers:
        targets, wanted = (
            (y[:, None] == split.classes) - 0.1 for y in (noisy.y_train, split.y_test)
        )
    gamma = bandwidth_gamma(split.X_train, 0.8)
    kernel = (
        rbf_kernel(split.X_train, gamma=gamma),
        rbf_kernel(split.X_test, split.X_train, gamma=gamma),
    )
    law = ConditionalPredictor(*kernel).predict(targets, np.repeat(WIDTHS, 2), alpha=ALPHAS * 2)
    seeds = np.repeat([int(rng.integers(2**32)) for _ in WIDTHS], 2)
    measure = "variance_left" if numbers else "error"
    for row, seed, mse, rate in zip(
        records,
        seeds,
        law.mse(wanted),
        law.mse(wanted) / np.var(wanted) if numbers else law.error_rate(split.y_test),
        strict=True,
    ):
        features = RandomFourierFeatures(row["width"], gamma=gamma, random_state=int(seed))
        model = Ridge(row["alpha"], fit_intercept=False, solver="svd")
        model.fit(features.fit_transform(split.X_train), targets)
        scores = model.predict(features.transform(split.X_test)).reshape(wanted.shape)
        measured = np.mean((scores - wanted) ** 2)
        assert row["n_samples"] == 40
        assert row["test_mse"] == pytest.approx(measured, rel=1e-9)
        error = np.mean(scores.argmax(axis=1) != split.y_test)
        assert row[measure] == pytest.approx(measured / np.var(wanted) if numbers else error)
        assert row["predicted_mse"] == pytest.approx(mse, rel=1e-9)
        assert row[f"predicted_{measure}"] == pytest.approx(rate, rel=1e-9)

"""Predicted errors of a comparison against models trained with numpy on fresh features."""

import numpy as np
import pytest

from ddkd import RandomFourierFeatures
from ddkd.datasets import load
from ddkd.features import bandwidth_gamma
from ddkd.reproduction import compare


@pytest.fixture(scope="module")
def found():
    split = load("digits", n_samples=60, n_test=400, rng=0)
    records = compare(
        split,
        np.random.default_rng(0),
        bandwidth=0.8,
        n_transfer=300,
        teacher_width=600,
        flip_rates=(0.0, 0.2),
    )
    return split, records


def _curve(records, model, flip):
    rows = [r for r in records if r["model"] == model and r["flip_rate"] == flip]
    return {int(r["width"]): r["error"] for r in rows}


@pytest.mark.slow
def test_predictions_are_right_on_average_over_the_features(found):
    split, records = found
    predicted = _curve(records, "direct-predicted", 0.0)
    gamma = bandwidth_gamma(split.X_train, 0.8)
    Y = np.eye(10)[split.y_train]
    for width in (15, 30, 120, 240):
        errors = []
        for seed in range(30):
            features = RandomFourierFeatures(width, gamma=gamma, random_state=seed)
            Z = features.fit_transform(split.X_train)
            scores = features.transform(split.X_test) @ np.linalg.lstsq(Z, Y, rcond=None)[0]
            errors.append(np.mean(scores.argmax(axis=1) != split.y_test))
        # The law is asymptotic: at 60 rows it may be off by two points besides.
        assert abs(np.mean(errors) - predicted[width]) < 0.02 + 4 * np.std(errors) / 30**0.5


def test_students_are_predicted_where_their_own_peak_is(found):
    _, records = found
    rows = [r for r in records if r["model"] == "hard-predicted"]
    assert {r["n_transfer"] for r in rows} == {180}
    for flip in (0.0, 0.2):
        curve = _curve(records, "hard-predicted", flip)
        peak = max(curve, key=curve.get)
        assert abs(peak / 180 - 1) < 0.1
        assert curve[peak] > curve[15] + 0.2


def test_a_prediction_is_no_competitor(found):
    _, records = found
    rows = [r for r in records if r["model"].endswith("-predicted")]
    assert {r["role"] for r in rows} == {"prediction"}
    assert 60 not in _curve(records, "direct-predicted", 0.0)  # nothing is said of the threshold

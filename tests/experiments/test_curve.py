"""Curves over widths against one model at a time."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from ddkd.datasets import load
from ddkd.experiments import _curve, curve, default_widths
from ddkd.features import (
    ColumnBlocks,
    RandomFourierFeatures,
    RandomReLUFeatures,
    bandwidth_gamma,
)
from ddkd.solvers import min_norm


def test_both_ends_of_the_sizes_of_default_widths():
    assert default_widths(1, 10**9, 2)[-1] == 10**9
    assert len(default_widths(10**9, 10**9, 10**6)) > 500_000
    for sizes in ((10, 10**9 + 1, 5), (10**9 + 1, 10, 5), (10, 10, 1), (10, 10, 10**6 + 1)):
        with pytest.raises(ValueError, match="must be between"):
            default_widths(*sizes)


def test_default_widths_are_geometric_and_seven_of_them_are_near_the_threshold():
    widths = default_widths(9000, 10**8)
    near = [6300, 7650, 8550, 9000, 9450, 10_620, 12_600]
    assert len(widths) == 40
    assert set(near) <= set(widths)
    wide = np.array([width for width in widths if width not in near])
    assert (wide[0], wide[-1]) == (1, 10**8)
    ratios = wide[13:] / wide[12:-1]  # of widths above a thousand, where rounding is little
    np.testing.assert_allclose(ratios, 10 ** (8 / 32), rtol=1e-3)
    # Of fewer widths than these seven and two, the seven and two.
    assert default_widths(20, 1000, n_widths=3) == [1, 14, 17, 19, 20, 21, 24, 28, 1000]


def test_a_curve_has_the_errors_and_norms_of_each_models_fit():
    split = load("digits", n_samples=60, n_test=100, n_transfer=1, rng=0)
    records = curve(split, np.random.default_rng(3), widths=[20, 200], flip_rate=0.1, alpha=0.5)
    rng = np.random.default_rng(3)
    noisy = split.flip_labels(0.1, rng=rng)
    features = RandomFourierFeatures(
        200, gamma=bandwidth_gamma(split.X_train, 0.8), random_state=int(rng.integers(2**32))
    ).fit(split.X_train)
    Z_all, Z_test = (features.transform(X) for X in (split.X_train, split.X_test))
    codes, wanted = (1.0 * (y[:, None] == split.classes) for y in (noisy.y_train, split.y_test))
    for row, width in zip(records, [20, 200], strict=True):
        Z = Z_all[:, :width]  # the ridge is that of the widest model's features
        model = Ridge(0.5, fit_intercept=False, solver="svd").fit(Z, codes)
        scores = model.predict(Z_test[:, :width])
        expected = {
            "width": width,
            "n_samples": 60,
            "error": np.mean(split.classes[scores.argmax(axis=1)] != split.y_test),
            "test_mse": np.mean((scores - wanted) ** 2),
            "train_mse": np.mean((model.predict(Z) - codes) ** 2),
            "coef_norm": np.linalg.norm(model.coef_),
        }
        assert {key: row[key] for key in expected} == pytest.approx(expected, rel=1e-8)
        assert not row["interpolates"]


def test_squared_errors_of_a_curve_are_the_share_of_variance_times_the_variance(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 3))
    np.savez(tmp_path / "d.npz", X=X, y=2 + X[:, 0] + 0.1 * rng.normal(size=150))
    split = load(str(tmp_path / "d.npz"), rng=0)
    for record in curve(split, rng, widths=[5, 60]):
        assert record["test_mse"] == pytest.approx(record["variance_left"] * np.var(split.y_test))


def test_a_curve_whose_features_are_many_makes_them_on_demand(monkeypatch):
    """Only how they are held may differ, and what is large is the widest model times the rows."""
    split = load("digits", n_samples=20, n_test=30, n_transfer=1, rng=0)
    made = []

    def on_demand(mapping, X):
        made.append(len(X))
        return ColumnBlocks(mapping, X)

    monkeypatch.setattr(_curve, "ColumnBlocks", on_demand)
    at_once = curve(split, np.random.default_rng(0), widths=[5, 40])
    assert made == []
    monkeypatch.setattr(_curve, "_LARGE", 20 * 40 - 1)
    in_blocks = curve(split, np.random.default_rng(0), widths=[5, 40])
    assert made == [20, 30]
    for one, other in zip(at_once, in_blocks, strict=True):
        assert one["test_mse"] == pytest.approx(other["test_mse"], rel=1e-9)
    monkeypatch.setattr(_curve, "_LARGE", 20 * 40)
    curve(split, np.random.default_rng(0), widths=[5, 40])
    assert made == [20, 30]


@pytest.mark.parametrize(("width", "kind"), [(2**21, "whole"), (2**21 + 1, "blocks")])
def test_features_above_a_gibibyte_are_made_a_block_of_columns_at_a_time(width, kind, monkeypatch):
    class Asked(Exception):
        pass

    def stop(Z, *_, **__):
        raise Asked(Z)

    whole = SimpleNamespace(fit=lambda X: None, transform=lambda X: "whole")
    monkeypatch.setattr(_curve, "_feature_map", lambda *_: whole)
    monkeypatch.setattr(_curve, "ColumnBlocks", lambda *_: "blocks")
    monkeypatch.setattr(_curve, "width_path", stop)
    split = load("digits", n_samples=64, rng=0)  # 64 rows times 2^21 columns of 8 bytes
    with pytest.raises(Asked, match=kind):
        curve(split, np.random.default_rng(0), widths=[width])


def test_a_curve_of_relu_features_and_one_of_numbers_are_those_of_each_fit(tmp_path):
    """Nothing is asked but the widths, or the features: a minimum-norm fit to clean labels."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 3))
    np.savez(tmp_path / "d.npz", X=X, y=20 + X[:, 0] + 0.1 * rng.normal(size=150))
    for data, options in (("digits", {"features": "relu"}), (str(tmp_path / "d.npz"), {})):
        split = load(data, n_samples=40, rng=0)
        records = curve(split, np.random.default_rng(3), widths=[90, 20], **options)
        rng = np.random.default_rng(3)
        noisy = split.flip_labels(0.0, rng=rng)
        seed = int(rng.integers(2**32))
        if options:
            features = RandomReLUFeatures(90, random_state=seed).fit(split.X_train)
            Y, wanted = (1.0 * (y[:, None] == split.classes) for y in (noisy.y_train, split.y_test))
            level = 0.0
        else:
            gamma = bandwidth_gamma(split.X_train, 0.8)
            features = RandomFourierFeatures(90, gamma=gamma, random_state=seed).fit(split.X_train)
            Y, wanted = split.y_train[:, None], split.y_test[:, None]
            level = Y.mean()
        assert [row["width"] for row in records] == [20, 90]
        for row in records:
            Z, Z_test = (
                features.transform(X)[:, : row["width"]] for X in (split.X_train, split.X_test)
            )
            fit = min_norm(Z, Y - level)
            scores = Z_test @ fit.coef + level
            squares = np.mean((scores - wanted) ** 2)
            assert row["test_mse"] == pytest.approx(squares, rel=1e-6)
            if options:
                wrong = split.classes[scores.argmax(axis=1)] != split.y_test
                assert row["error"] == np.mean(wrong)
            else:
                assert row["variance_left"] == pytest.approx(squares / np.var(split.y_test))
            assert row["interpolates"] == (row["width"] == 90)

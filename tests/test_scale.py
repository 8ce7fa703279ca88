"""The labels choose between the two scales as kernel ridge fitted anew without each row does."""

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from ddkd import _scale
from ddkd._scale import choose_scale
from ddkd.datasets import load
from ddkd.features import bandwidth_gamma, left_out_error
from tests.helpers.reference import kernel_ridge_without_each_row

NOTHING = slice(0, 0)
MOST_ROWS = _scale._MOST_ROWS  # which a fixture of all tests lowers


def by_refits(Z, targets):
    """The least leave-one-out squared error, every row predicted by a model without it."""
    squares = np.sum((Z[:, None] - Z[None]) ** 2, axis=2)
    median = np.median(np.sqrt(squares[np.triu_indices(len(Z), 1)]))
    errors = []
    for bandwidth in (0.5, 0.8, 1.25):
        gamma = 0.5 / (bandwidth * median) ** 2
        for alpha in (1e-3, 1e-1, 1.0):
            left_out = kernel_ridge_without_each_row(Z, targets, gamma, alpha)
            errors.append(np.mean((left_out - targets) ** 2))
    return min(errors)


def data(name):
    """Columns of many units; or principal components, whose variances say what they are worth."""
    if name == "wine":
        X, y = load_wine(return_X_y=True)
        return X[::4], np.eye(3)[y[::4]]
    split = load("digits", n_samples=50, rng=0)
    X = PCA(30).fit(split.transfer).transform(split.X_train)
    return X, np.eye(10)[split.y_train]


@pytest.mark.parametrize(
    ("name", "words"), [("wine", "each column has unit variance"), ("components", "one scale for")]
)
def test_the_scale_of_less_leave_one_out_error_is_chosen(name, words):
    X, targets = data(name)
    columns = np.clip(StandardScaler().fit_transform(X), -3, 3)
    one = (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0).mean())
    errors = by_refits(columns, targets), by_refits(one, targets)
    scale = choose_scale(X, targets, X[NOTHING])
    assert scale.words.startswith(words)
    wanted = (columns, one)[int(np.argmin(errors))]
    np.testing.assert_allclose(scale.transform(X), wanted, atol=1e-12)


def test_means_and_deviations_are_those_of_all_rows_and_new_rows_are_scaled_alike():
    X, targets = data("wine")
    pool = load_wine().data[1::3]
    scale = choose_scale(X, targets, pool)
    scaler = StandardScaler().fit(np.concatenate([X, pool]))
    new = load_wine().data[2::3] * 1.5
    wanted = np.clip(scaler.transform(new), -3, 3)
    np.testing.assert_allclose(scale.transform(new), wanted, atol=1e-12)
    assert np.abs(wanted).max() == 3


@pytest.mark.parametrize("n", [300, 301])
def test_of_more_than_300_rows_a_fixed_choice_of_300_decides(n, monkeypatch):
    judged = []
    monkeypatch.setattr(_scale, "_MOST_ROWS", MOST_ROWS)
    monkeypatch.setattr(_scale, "left_out_error", lambda Z, *_: judged.append(len(Z)) or 0.0)
    X = np.arange(2.0 * n).reshape(n, 2)
    scale = choose_scale(X, X[:, :1], X[NOTHING])
    assert set(judged) == {300}
    assert len(judged) == 2 * 5  # scales and bandwidths
    np.testing.assert_allclose(scale.mean, X.mean(axis=0))


def test_columns_that_do_not_vary_stay_finite():
    X = np.ones((20, 2)) * 0.1
    scale = choose_scale(X, np.arange(20.0)[:, None], X[NOTHING])
    np.testing.assert_allclose(scale.transform(X), 0.0, atol=1e-12)


def test_each_scale_is_judged_at_its_own_best_of_five_bandwidths():
    """On tables where the worst bandwidth, or a wider grid, would choose the other scale."""
    chosen, at_worst, wider = [], [], []
    for seed in (0, 1, 2, 3, 10, 14, 15, 20, 22, 28, 31, 33):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((25, 4)) * 3.0 ** rng.integers(-1, 2, 4)
        targets = np.sin(X[:, :1] * rng.uniform(0.3, 2)) + 0.2 * rng.standard_normal((25, 1))
        columns = np.clip(StandardScaler().fit_transform(X), -3, 3)
        one = (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0).mean())
        errors = [
            [left_out_error(Z, targets, bandwidth_gamma(Z, b)) for b in (0.3, 0.5, 0.8, 1.25, 2, 3)]
            for Z in (columns, one)
        ]
        chosen.append(choose_scale(X, targets, X[NOTHING]).words.startswith("one scale"))
        at_worst.append(max(errors[0][:5]) > max(errors[1][:5]))
        wider.append(min(errors[0][:4] + errors[0][5:]) > min(errors[1][:4] + errors[1][5:]))
        assert chosen[-1] == (min(errors[0][:5]) > min(errors[1][:5]))
    assert chosen != at_worst
    assert chosen != wider

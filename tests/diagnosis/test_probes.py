"""Every probe against its formula, on linear fits whose hat matrix is known."""

from functools import cached_property
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import (
    LinearRegression,
    Ridge,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ddkd.diagnosis._peaks import Peak
from ddkd.diagnosis._probes import Probes
from ddkd.diagnosis._subject import Data, Subject
from ddkd.diagnosis._widths import Widths

N, A = 30, 4.0
WIDTHS = [5, 12, 30, 60, 100]


class Weighted(RegressorMixin, BaseEstimator):
    """Ridge regression in which later rows count more; scikit-learn knows no such weights."""

    def __init__(self, alpha=A, most=1.0):
        self.alpha = alpha
        self.most = most

    def fit(self, X, y):
        WX = X * np.linspace(1.0, self.most, len(X))[:, None]
        self.coef_ = np.linalg.solve(X.T @ WX + self.alpha * np.eye(X.shape[1]), WX.T @ y)
        return self

    def predict(self, X):
        return X @ self.coef_


def probed(model, **change):
    """Probes of a model on the first columns, of which the width is the number."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((80, 100)), 3 * rng.standard_normal(80) + 1
    data = Data(X[:N], y[:N], X[N:], y[N:], None)

    def build(width):
        return make_pipeline(FunctionTransformer(lambda X: X[:, :width]), model)

    subject = Subject(build, change.get("data", data), 400, 0, lambda: None)
    return Probes(subject, change.get("widths", WIDTHS), np.random.default_rng(1))


@pytest.mark.parametrize("most", [1.0, 5.0])
def test_disturbance_and_misfit_are_those_of_the_hat_matrix(most):
    probes = probed(Weighted(most=most))
    data, center = probes.data, probes.center
    assert center == N
    Z, W = data.X[:, :center], np.diag(np.linspace(1.0, most, N))
    H = Z @ np.linalg.inv(Z.T @ W @ Z + A * np.eye(center)) @ Z.T @ W
    g1, g2, both = (labels - data.y for labels in probes.disturbed)
    np.testing.assert_allclose(both, g1 + g2)
    linear, smoothness, asymmetry = probes.disturbance
    d1, d2 = H @ g1, H @ g2
    assert linear < 1e-9
    assert smoothness == pytest.approx(d1 @ d1 / (g1 @ d1))
    sizes = np.linalg.norm(d1) * np.linalg.norm(d2)
    assert asymmetry == pytest.approx(abs(g2 @ d1 - g1 @ d2) / sizes, abs=1e-9)
    assert (asymmetry > 0.01) == (most > 1)
    values = {item.probe: item.value for item in probes.evidence.values()}
    assert values["smooth filter"] == smoothness
    assert values["asymmetry"] == asymmetry
    noisy = probes.disturbed[0]
    misfit = np.sqrt(np.mean((H @ noisy - noisy) ** 2)) / data.y.std()
    assert probes.misfit(center) == pytest.approx(misfit)
    assert data.scale == pytest.approx(data.y.std())
    assert data.spread == pytest.approx(np.mean((data.y_test - data.y_test.mean()) ** 2))


def test_a_fit_that_is_not_linear_is_off_by_what_it_adds_to_both_changes():
    """Each label's cube: the changes are in different rows, so but for the base they add up."""

    class Cubes(Weighted):
        def predict(self, X):
            return super().predict(X) ** 3

    probes = probed(Cubes())
    Z = probes.data.X[:, :12]
    H = Z @ np.linalg.inv(Z.T @ Z + A * np.eye(12)) @ Z.T
    base = (H @ probes.data.y) ** 3
    d1, d2, d12 = ((H @ labels) ** 3 - base for labels in probes.disturbed)
    expected = np.linalg.norm(d12 - d1 - d2) / np.linalg.norm(d12)
    assert probes.nonlinearity(12) == pytest.approx(expected)


def test_filters_are_those_of_a_ridge_at_places_from_the_first_direction_on():
    probes = probed(Ridge(alpha=A))
    Z = probes.data.X[:, :N]
    s = np.linalg.svd(Z - Z.mean(axis=0), compute_uv=False)
    places = [0, 5, 11, 17, 22, 28]  # six, from 0 to 95 percent of 30
    expected = [(s[i], s[i] ** 2 / (s[i] ** 2 + A)) for i in places]
    np.testing.assert_allclose(probes.filters, expected, rtol=1e-6)
    assert probes.effective_ridge == pytest.approx(A)
    sharp = probed(Ridge(alpha=1e-2)).filters  # filters of .995 and more tell nothing
    kept = [i for i in places if s[i] ** 2 / (s[i] ** 2 + 1e-2) < 0.995]
    assert 0 < len(kept) < 6
    np.testing.assert_allclose([pair[0] for pair in sharp], s[kept], rtol=1e-6)
    strong = probed(Ridge(alpha=1e3)).filters
    assert len(strong) == sum(s[i] ** 2 / (s[i] ** 2 + 1e3) > 0.005 for i in places) < 6


def test_curve_and_places_are_those_of_the_fits_themselves():
    probes = probed(LinearRegression(fit_intercept=False))
    data = probes.data
    errors = []
    for width in WIDTHS:
        coef = np.linalg.pinv(data.X[:, :width]) @ data.y
        errors.append(np.mean((data.X_test[:, :width] @ coef - data.y_test) ** 2))
    np.testing.assert_allclose(probes.own_curve.errors, errors, rtol=1e-6)
    assert probes.own_peak.width == N
    others = min(errors[:2]), min(errors[3:])
    assert probes.evidence["peak of the curve"].value == pytest.approx(errors[2] / max(others))
    assert (probes.n_distinct, probes.guess, probes.far, probes.threshold) == (N, N, 100, N)
    assert probes.line == pytest.approx((1.0, 0.0), abs=1e-9)
    assert probes.columns.tolist() == WIDTHS
    assert probes.ring_widths == [15, 28, 30, 32, 54]
    assert probes.near(0.01, 9.0) == [1, 100]
    assert probes.met_far == 1.0
    assert [probes._met(width) for width in (N - 1, N)] == [0.0, 1.0]
    assert probes.rank_is_full
    rank = probes.evidence["rank of the features"]
    assert (rank.value, rank.meaning) == (29, "of 29 at width 30")
    assert probes.evidence["different rows"].value == N if probes.uses_all_rows else False
    assert probes.is_linear
    assert probes.is_linear_below
    assert probes.tried_threshold


def test_a_low_rank_is_counted():
    probes = probed(LinearRegression(fit_intercept=False))
    probes.data.X[:, 26:] = probes.data.X[:, :1]
    assert not probes.rank_is_full
    assert probes.evidence["rank of the features"].value == 26


def test_far_is_three_times_the_rows_or_the_widest():
    assert probed(Ridge(), widths=[5, 12, 30, 60]).far == 90
    assert probed(Ridge(), widths=[5, 12, 95]).far == 95


def test_test_rows_that_are_in_training_are_counted_with_their_labels():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((40, 100)), np.arange(40.0)
    X[30:34], y[30:34] = X[:4], y[:4]  # four rows of ten
    X[34] = X[5]  # with another label
    probes = probed(Ridge(), data=Data(X[:N], y[:N], X[N:], y[N:], None))
    assert probes.leaked == 0.4


def told(**facts):
    return SimpleNamespace(note=lambda *_: None, **facts)


@pytest.mark.parametrize(
    ("n_distinct", "met", "linear", "uses_all"),
    [
        (95, 1.0, True, True),
        (94, 1.0, True, False),
        (100, 0.98, True, True),
        (100, 0.97, True, False),
        (100, 0.16, True, False),
        (100, 0.15, True, True),
        (100, 0.5, False, True),
    ],
)
def test_a_linear_fit_that_meets_a_part_of_its_labels_does_not_use_all_rows(
    n_distinct, met, linear, uses_all
):
    probes = told(n_distinct=n_distinct, data=SimpleNamespace(n=100), met_far=met, is_linear=linear)
    probes.interpolates = Probes.interpolates.fget(probes)
    assert Probes.uses_all_rows.func(probes) == uses_all


@pytest.mark.parametrize(
    ("met_far", "least", "rank_is_full", "numeric", "threshold"),
    [
        (1.0, 77, True, True, 77),
        (1.0, 110, True, True, 110),
        (1.0, 111, True, True, 100),  # the features could: a cutoff hides it
        (1.0, 111, False, True, 111),
        (1.0, 1, True, True, 1),
        (0.16, 77, True, True, 77),
        (0.15, 77, True, True, 100),
        (1.0, 77, True, False, 100),
    ],
)
def test_the_threshold_is_the_least_width_that_meets_the_labels(
    met_far, least, rank_is_full, numeric, threshold
):
    probes = told(guess=100, far=300, met_far=met_far, numeric=numeric, rank_is_full=rank_is_full)
    probes.meets = lambda width: width >= least
    assert Probes.threshold.func(probes) == threshold


def test_limits_of_single_probes():
    assert Probes.near(told(numeric=False, widths=["a", "b"]), 0.5, 1) == ["a", "b"]
    assert [Probes.is_high(told(data=told(classes=None)), Peak(1, 1, r)) for r in (4.9, 5.0)] == [
        False,
        True,
    ]
    assert Probes.is_high(told(data=told(classes=[0, 1])), Peak(1, 1, 1.5))
    for linear, expected in ((0.9e-4, True), (1.1e-4, False)):
        assert Probes.is_linear.fget(told(disturbance=(linear, 1, 1))) == expected
        below = told(threshold=80, allowed=round, nonlinearity={40: linear}.get)
        assert Probes.is_linear_below.fget(below) == expected
    for width, expected in ((88, True), (89, False), (72, True), (71, False)):
        assert Probes.tried_threshold.fget(told(threshold=80, all_widths=[5, width])) == expected
    for met, expected in ((0.49, True), (0.48, False)):
        assert Probes.meets(told(met_far=0.5, _met={7: met}.get), 7) == expected


@pytest.mark.parametrize(("classes", "causes"), [(None, ["rank"]), ([0, 1], ["rank", "cutoff"])])
def test_a_part_is_a_cause_if_the_peak_is_three_times_higher_without_it(classes, causes):
    """Or, as an error of classes cannot be, 1.2 times."""
    higher = {"penalty": 1.1, "cutoff": 1.3, "rank": 3.0, "averaged": 0.0}
    probes = told(taken={}, data=told(classes=classes))
    probes.without = lambda cause: {cause: 1} if cause in higher else None
    probes._take_away = lambda cause, _: probes.taken.update({cause: (0.0, higher[cause])})
    assert Probes.removable(probes) == causes


@pytest.mark.parametrize(("before", "at_peak"), [(1e-1, 0.5), (1e-13, 0.0)])
def test_what_a_part_does_is_counted_in_orders_of_magnitude_and_in_heights(before, at_peak):
    curves = {3: [0.1, 2.0, 0.1], 1: [at_peak]}
    asked, notes = [], {}

    def curve(widths, labels, change=None):
        asked.append((widths, change))
        losses = np.outer(curves[len(widths)], np.ones(50))
        return SimpleNamespace(
            errors=losses.mean(axis=1), losses=losses, wrong=None, widths=widths, spread=1.0
        )

    probes = SimpleNamespace(
        center=80,
        misfit=lambda width, change=None: 1e-4 if change else before,
        near=lambda *shares: [round(80 * share) for share in shares],
        curve=curve,
        data=told(y=None),
        taken={},
        is_linear=True,
        note=lambda probe, value, _: notes.update({probe: value}),
    )
    Probes._take_away(probes, "penalty", {"alpha": 0})
    gain = 3.0 if before == 1e-1 else -8.0  # no fit is closer than 1e-12
    assert probes.taken["penalty"] == (pytest.approx(gain), 4.0 if at_peak else np.inf)
    assert asked == [([40, 80, 144], {"alpha": 0}), ([80], None)]
    assert notes["labels met without penalty"] == pytest.approx(gain)


@pytest.mark.parametrize(
    ("missed", "product"), [(0.1, 0.0), (0.009, None), (0.1, 0.9e-3), (0.1, 1.1e-3)]
)
def test_least_squares_is_orthogonal_to_what_it_misses(missed, product):
    fit = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    apart = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    codes = fit + missed * (apart + (product or 0.0) * fit)
    probes = told(center=9, noisy=None, data=told(codes=lambda labels: codes))
    probes.subject = told(fitted=lambda width, labels: fit)
    expected = product is not None and product < 1e-3
    assert Probes.own_projection.func(probes) == expected


class Placed(Widths):
    """Widths whose columns are told."""

    def __init__(self, widths, columns, n_distinct=100):
        self.all_widths = self.widths = widths
        self.numeric = all(isinstance(width, int) for width in widths)
        self.told, self.n_told = columns, n_distinct
        self.data = SimpleNamespace(n=100)

    def stage_columns(self, width):
        return self.told[self.widths.index(width)]

    @cached_property
    def n_distinct(self):
        return self.n_told


@pytest.mark.parametrize(
    ("widths", "columns", "line", "guess"),
    [
        ([10, 50, 200], [[7, 20], [7, 100], [7, 400]], (2.0, 0.0), 50),
        ([10, 50, 200], [[13], [53], [203]], (1.0, 3.0), 97),
        ([10, 50, 200, 400], [[20], [100], [400], [9]], None, 50),  # the last is no more
        ([1, 2, 3, 4, 5], [[5], [15], [35], [70], [126]], None, 5),
        ([1, 2, 3, 4], [[5], [15], [35], [70]], None, 4),
        ([10, 50, 200], [[7], [7], [7]], (1.0, 0.0), 100),
        ([10, 50, 200], [[], [], []], (1.0, 0.0), 100),
        ([(5,), (9,), (20,)], [[5], [9], [20]], None, (9,)),
    ],
)
def test_where_there_are_as_many_columns_as_rows(widths, columns, line, guess):
    placed = Placed(widths, columns)
    if len(widths) == 4 and columns[-1] == [9]:  # no step makes more at the largest width
        line, guess = (1.0, 0.0), 100
    assert placed.line == (line and pytest.approx(line, abs=1e-9))
    assert placed.guess == guess


def test_a_place_is_kept_between_one_and_far():
    placed = Placed([10, 50, 200], [[10], [50], [200]])
    placed.far = 300
    assert [placed.allowed(w) for w in (0.2, 77.6, 400)] == [1, 78, 300]
    words_for_widths = Placed(["a", "b"], [[], []])
    assert words_for_widths.allowed("b") == "b"

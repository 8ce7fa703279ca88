"""Numbers of predictions that can be had by hand: signs, degrees of freedom, each cell of a map."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from ddkd import LeastSquaresClassifier, RandomFourierFeatures
from ddkd.datasets import load
from ddkd.features import bandwidth_gamma
from ddkd.prediction import (
    ConditionalPrediction,
    ConditionalPredictor,
    draw_phase,
    draw_prediction,
    predict_phase,
    predict_student,
)
from ddkd.prediction._conditional import fourier_predictor
from ddkd.prediction._phase import _pool


def told(mean, variance, covariance):
    """Scores whose law is told, of one width and ridge."""
    mean, covariance = np.array(mean, dtype=float), np.array(covariance, dtype=float)
    return ConditionalPrediction(5, 0.0, 0.0, mean, np.array(variance, dtype=float), covariance)


def test_the_mean_square_is_squared_bias_and_variance():
    law = told([[1.0, 2.0], [3.0, 5.0]], [0.5, 1.5], [[2.0, 9.0], [9.0, 4.0]])
    # Squares 1, 4, 9, 25 about zero; variances 1 and 2 of the first row, 3 and 6 of the second.
    assert law.mse(np.zeros((2, 2))) == pytest.approx((39 + 12) / 4)


def test_a_sign_is_wrong_with_the_probability_of_a_normal_tail():
    law = told([[0.6], [0.6], [-2.0]], [0.25, 0.04, 1.0], [[4.0]])
    expected = (norm.sf(0.6 / 1.0) + norm.cdf(0.6 / 0.4) + norm.cdf(-2.0 / 2.0)) / 3
    assert law.error_rate([1, 0, 0]) == pytest.approx(expected)
    two = told([[0.1, 0.7]], [0.25], [[4.0, 1.0], [1.0, 3.0]])
    assert two.error_rate([1]) == pytest.approx(norm.sf(0.6 / np.sqrt(0.25 * (4 + 3 - 2))))


def test_without_a_variance_a_sign_is_right_or_wrong_and_none_is_wrong():
    law = told([[0.6], [0.6], [-2.0], [0.0], [0.0]], np.zeros(5), [[4.0]])
    assert law.error_rate([1, 0, 0, 0, 1]) == pytest.approx(3 / 5)
    assert np.isnan(told([[0.6]], [0.1], [[np.inf]]).error_rate([1]))
    assert np.isnan(told([[0.6, 0, 0]], [0.1], np.full((3, 3), np.inf)).error_rate([1]))


def test_many_classes_are_drawn_in_mirrored_pairs():
    """Two classes and one that is never largest: the mean over many draws is a normal tail."""
    law = told([[0.3, 0.0, -99.0]], [1.0], np.diag([1.0, 1.0, 0.0]))
    exact = norm.sf(0.3 / np.sqrt(2))
    for label, expected in ((0, exact), (1, 1 - exact)):
        rate = law.error_rate([label], n_draws=20_000)
        assert rate == pytest.approx(expected, abs=4 * 0.5 / np.sqrt(20_000))
    far = told([[9.0, 0.0, 0.0]], [1e-6], np.eye(3))
    assert (far.error_rate([0], n_draws=2), far.error_rate([1], n_draws=2)) == (0.0, 1.0)
    # At a mean of zero a pair has each of both signs: half of two such classes is exact.
    even = told([[0.0, 0.0, -99.0]], [1.0], np.diag([1.0, 1.0, 0.0]))
    assert even.error_rate([0], n_draws=2) == 0.5


def test_without_a_ridge_there_are_as_many_degrees_as_widths_beyond_the_rank_but_one():
    """The mean of an inverse Wishart matrix of k - n - 1 degrees."""
    K = np.diag([3.0, 2.0, 1.0])
    Y = np.array([1.0, -1.0, 2.0])
    predictor = ConditionalPredictor(K, np.zeros((1, 3)), diagonal=[0.7])
    found = predictor.predict(Y, [3, 4, 5, 9])
    size = Y @ np.linalg.inv(K) @ Y
    np.testing.assert_allclose(found.covariance[:, 0, 0], [np.inf, np.inf, size, size / 5])
    np.testing.assert_allclose(found.variance, 0.7)
    assert ConditionalPredictor(K, np.zeros((1, 3))).predict(Y, 9).variance == [1.0]
    ridge = predictor.predict(Y, 9, alpha=0.5)
    gamma = float(ridge.gamma)
    R = np.linalg.inv(K + gamma * np.eye(3))
    assert gamma * (1 - np.trace(K @ R) / 9) == pytest.approx(0.5)
    df2 = np.trace(K @ K @ R @ R)
    assert ridge.covariance[0, 0] == pytest.approx(Y @ K @ R @ R @ Y / (9 - df2))


@pytest.mark.parametrize("name", ["digits", "mixture"])
def test_each_cell_of_a_map_is_a_prediction_of_its_own(name):
    split = load(name, n_samples=50, n_test=120, rng=0)
    rates, sizes, k, wide = (0.0, 0.2), (40, 70), 15, 120
    found = predict_phase(
        split, flip_rates=rates, n_transfer=sizes, teacher_width=wide, student_width=k, rng=4
    )
    assert (found.row_name, found.row_values.tolist()) == ("flip_rate", [0.0, 0.2])
    assert (found.column_name, found.column_values.tolist()) == ("n_transfer", [40, 70])
    assert found.fixed == {"n_samples": 50, "teacher_width": wide, "student_width": k}
    rng = np.random.default_rng(4)
    stream = hasattr(split.transfer, "sample")
    pool = split.transfer.sample(70, rng=rng) if stream else split.transfer[:70]
    seed, flips = (int(rng.integers(2**32)) for _ in range(2))
    gamma = bandwidth_gamma(split.X_train, 0.8)
    alphas = [0.0, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0]
    predictor = fourier_predictor(split.X_train, split.X_test, gamma)
    for i, rate in enumerate(rates):
        y = split.flip_labels(rate, rng=flips).y_train
        targets = (y[:, None] == split.classes) - 1 / len(split.classes)
        truth = np.searchsorted(split.classes, split.y_test)
        best = {}
        for width in (k, wide):
            laws = [predictor.predict(targets, width, alpha=alpha) for alpha in alphas]
            best[width] = [law.error_rate(truth) for law in laws]
        assert found.direct_error[i].tolist() == pytest.approx([np.nanmin(best[k])] * 2)
        alpha = alphas[int(np.nanargmin(best[wide]))]
        assert found.teacher_alpha[i].tolist() == [alpha] * 2
        features = RandomFourierFeatures(wide, gamma=gamma, random_state=seed)
        teacher = LeastSquaresClassifier(features, alpha=alpha)
        teacher.fit(split.X_train, y, split.classes)
        students = predict_student(
            teacher, pool, split.X_test, split.y_test, sizes, k, gamma=gamma, alpha=alphas
        )
        assert found.teacher_error[i].tolist() == [students.teacher_error] * 2
        np.testing.assert_allclose(found.student_error[i], np.nanmin(students.error_rate, axis=1))
        np.testing.assert_allclose(found.gain[i], found.direct_error[i] - found.student_error[i])


def test_sizes_beyond_a_pool_become_its_size_and_two_is_the_least():
    rng = np.random.default_rng(0)
    rows = np.arange(60.0)[:, None]
    sizes, pool = _pool(SimpleNamespace(transfer=rows), [30, 500, 7, 100], rng)
    assert (sizes, len(pool)) == ([7, 30, 60], 60)
    sizes, pool = _pool(SimpleNamespace(transfer=rows), [30, 2], rng)
    assert (sizes, pool.tolist()) == ([2, 30], rows[:30].tolist())
    with pytest.raises(ValueError, match="n_transfer must be at least 2; got 1"):
        _pool(SimpleNamespace(transfer=rows), [1, 5], rng)
    with pytest.raises(ValueError, match="n_transfer is empty"):
        _pool(SimpleNamespace(transfer=rows), [], rng)


class Deciding:
    """A teacher of two classes by the sign of the first input; scores only when asked to."""

    classes_ = np.array(["no", "yes"])

    def predict(self, X):
        return self.classes_[(X[:, 0] > 0).astype(int)]


class Scoring(Deciding):
    def decision_function(self, X):
        return 3 * X[:, 0]


def test_students_learn_what_their_teacher_says_and_are_judged_by_both():
    rng = np.random.default_rng(0)
    pool, tests = rng.normal(size=(40, 2)), rng.normal(size=(30, 2))
    y = np.where(tests[:, 0] + tests[:, 1] > 0, "yes", "no")
    signs = np.where(pool[:, 0] > 0, 1.0, -1.0)
    for labels, targets in (("hard", np.outer(signs, [-0.5, 0.5])), ("soft", 3 * pool[:, :1])):
        found = predict_student(
            Scoring(), pool, tests, y, [40, 20], [5, 60], gamma=0.5, labels=labels, alpha=0.1
        )
        assert (found.n_transfer.tolist(), found.n_components.tolist()) == ([40, 20], [5, 60])
        assert found.alpha.tolist() == [0.1, 0.1]
        assert found.teacher_error == np.mean(Scoring().predict(tests) != y)
        for i, m in enumerate((40, 20)):
            law = fourier_predictor(pool[:m], tests, 0.5).predict(targets[:m], [5, 60], alpha=0.1)
            np.testing.assert_allclose(found.error_rate[i], law.error_rate((y == "yes") * 1))
            agrees = 1 - law.error_rate((tests[:, 0] > 0) * 1)
            np.testing.assert_allclose(found.agreement[i], agrees)
    with pytest.raises(ValueError, match="must have decision_function for soft labels; got"):
        predict_student(Deciding(), pool, tests, y, 20, 5, gamma=0.5, labels="soft")
    with pytest.raises(ValueError, match=r"y_test must have 30 labels; its shape is \(29,\)"):
        predict_student(Deciding(), pool, tests, y[:29], 20, 5, gamma=0.5)


def test_pictures_mark_the_threshold_and_have_one_legend():
    columns = {"width": np.array([5, 9, 20] * 2), "alpha": np.repeat([0.0, 0.5], 3)}
    columns |= {"repeat": np.zeros(6, dtype=int), "n_samples": np.full(6, 9)}
    names = ("error", "predicted_error", "test_mse", "predicted_mse")
    columns |= {name: np.linspace(0.1, 0.6, 6) for name in names}
    upper, lower = draw_prediction(columns).axes
    assert upper.get_ylabel() == "Test error (%)"
    assert upper.get_legend() is None
    assert lower.get_legend() is not None
    for ax in (upper, lower):
        upright = [line for line in ax.get_lines() if len(set(line.get_xdata())) == 1]
        assert 9 in [line.get_xdata()[0] for line in upright]
    diagram = SimpleNamespace(
        column_values=np.array([10, 20, 40]),
        row_values=np.array([0.0, 0.1]),
        gain=np.array([[0.1, 0.2, 0.3], [-0.1, 0.0, 0.1]]),
        column_name="n_transfer",
        row_name="flip_rate",
    )
    display = draw_phase(diagram)
    assert (display.x.tolist(), display.y.tolist()) == ([10, 20, 40], [0.0, 0.1])
    assert (display.x_name, display.y_name) == ("Unlabelled examples", "Wrong labels (%)")


def test_a_width_is_a_finite_number():
    predictor = ConditionalPredictor(np.eye(3), np.zeros((1, 3)))
    with pytest.raises(ValueError, match="n_components must"):
        predictor.predict(np.ones(3), [5, np.inf])
    rows = np.random.default_rng(0).normal(size=(9, 2))
    with pytest.raises(ValueError, match="n_components must"):
        predict_student(Deciding(), rows, rows, Deciding().predict(rows), 5, np.inf, gamma=1.0)

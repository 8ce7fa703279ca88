"""Sentences of the entries, where a plausible one that says more would be false."""

import numpy as np
import pytest

from ddkd import simulation, theory
from ddkd._arrays import products
from ddkd.populations import GaussianPopulation
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems import ALL, _simulators


@pytest.mark.slow
def test_the_surest_73_percent_are_the_best_filter_from_above_and_far_from_the_best():
    p, n, candidates, n_sets = 30, 45, 600, 500
    people = GaussianPopulation(np.ones(p), np.ones(p), labels="hard")
    rng = np.random.default_rng(0)
    teacher = ridge_fits(*training_sets(people, n, n_sets, rng=rng))
    X = training_sets(people, candidates, n_sets, rng=rng)[0]
    surest_first = np.argsort(-np.abs(products(X, teacher)), axis=1)

    def disagreement(rows):
        kept = np.take_along_axis(X, rows[..., None], axis=1)
        students = ridge_fits(kept, np.sign(products(kept, teacher)))
        scores = [np.sum(a * b, axis=1) for a, b in ((students, teacher), (students,) * 2)]
        cosine = scores[0] / np.sqrt(scores[1] * np.sum(teacher**2, axis=1))
        return np.arccos(cosine) / np.pi

    counts = [int(share * candidates) for share in (1.0, 0.73, 0.4)]
    above = np.array([disagreement(surest_first[:, :count]) for count in counts])
    least_sure = disagreement(surest_first[:, -2 * p :])
    # Students of one teacher are compared with one another: the errors are those of differences.
    for other in (0, 2):
        gain = above[other] - above[1]
        assert gain.mean() > 5 * gain.std(ddof=1) / np.sqrt(len(gain))
    # 0.2660 p/M of the least sure 2p rows, against a loss of the order of sqrt(p/M).
    error = least_sure.std(ddof=1) / np.sqrt(len(least_sure))
    assert abs(least_sure.mean() - 0.2660 * p / candidates) < 4 * error
    assert least_sure.mean() < above.mean(axis=1).min() / 3


def test_a_negative_share_beats_every_ridge_where_the_best_of_them_is_zero():
    s = np.r_[np.full(10, 30.0), np.ones(590)]
    people = GaussianPopulation(s, 0.3 * (np.arange(600) < 10), noise_variance=0.05)
    X, y = training_sets(people, 60, 60, rng=np.random.default_rng(0))
    risks = np.array([people.risk(ridge_fits(X, y, a)) for a in (0.0, 1.0, 10.0, 100.0, 1000.0)])
    rise = risks[1:] - risks[0]
    assert (rise.mean(axis=1) > 5 * rise.std(axis=1, ddof=1) / np.sqrt(60)).all()
    teacher = ridge_fits(X, y, 100.0)
    step = ridge_fits(X, products(X, teacher), 100.0) - teacher
    distilled = people.risk(teacher - 8.46 * step)
    # Computed outside this package: .494, for a tuned ridge's 2.165.
    assert abs(distilled.mean() - 0.494) < 5 * distilled.std(ddof=1) / np.sqrt(60) + 0.02
    assert distilled.mean() < risks[0].mean() / 3


def test_two_scales_give_one_problem_three_turning_points_in_time():
    [epochs] = [theorem for theorem in ALL if theorem.id == "epochs"]
    for setting in epochs.settings:
        first, *_, last = setting["time"]
        time = np.geomspace(first / 20, 5 * last, 60)
        risk = epochs.law(setting["population"], setting["n"], time)
        rises = np.sign(np.diff(risk))
        assert rises[0] == -1
        assert np.sum(np.diff(rises) != 0) == 3
        # Plain gradient descent does so, too, on the mean of some training sets.
        peak, valley = (np.argmax(risk[15:45]) + 15, np.argmin(risk[30:]) + 30)
        times = (*time[[np.argmin(risk[:25]), peak, valley]], time[-1])
        rng = np.random.default_rng(0)
        low, high, lower, end = _simulators.stopped(rng, setting["population"], setting["n"], times)
        assert low < high
        assert lower < min(high, end)


def test_blocks_of_columns_peak_if_each_is_stronger_than_the_one_before():
    n = 100

    def peaks(variances):
        """Widths above n at which the noise that is fitted is largest among their neighbours."""
        s = np.append(np.repeat(variances, n), np.full(n // 2, variances[-1]))
        people = GaussianPopulation(s, 0 * s, noise_variance=1.0)
        widths = np.arange(n + 2, s.size + 1)
        masks = theory.prefix_masks(widths, s.size)
        risk = theory.least_squares(people, n, features=masks).risk
        is_peak = (risk[1:-1] > risk[:-2]) & (risk[1:-1] >= risk[2:])
        return widths[1:-1][is_peak], risk[1:-1][is_peak] - 1

    widths, heights = peaks([1.0, 60.0, 3600.0])
    np.testing.assert_allclose(widths, [2 * n, 3 * n], atol=6)
    np.testing.assert_allclose(heights, np.cosh(np.log(60) / 2), rtol=0.02)
    assert peaks([1.0, 22.0])[0].size == 1
    for none in ([1.0, 20.0], [1.0, 1 / 60], [1.0, 1 / 60, 1 / 3600]):
        assert peaks(none)[0].size == 0


@pytest.mark.slow
def test_hard_self_distillation_beats_every_ridge_in_one_setting_and_not_in_another():
    theorem = {one.id: one for one in ALL}["hard-self-distillation"]
    gains = []
    for setting in theorem.settings[:2]:
        people, n = setting["population"], setting["n"]
        seed = {"n_sets": 60, "rng": 0}
        options = {name: setting[name] for name in ("alpha", "student_alpha", "mixing")}
        student = people.error_rate(simulation.self_distill(people, n, **options, **seed).coef)
        ridges = setting["alpha"] * np.geomspace(0.03, 30, 16)
        fits = [simulation.least_squares(people, n, alpha=ridge, **seed).coef for ridge in ridges]
        best = min((people.error_rate(coef) for coef in fits), key=np.mean)
        gain = best - student
        gains.append(gain.mean() / (gain.std(ddof=1) / np.sqrt(gain.size)))
    assert gains[0] > 5
    assert gains[1] < -5

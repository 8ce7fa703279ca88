"""Sentences of the entries, where a plausible one that says more would be false."""

import numpy as np

from ddkd._arrays import products
from ddkd.populations import GaussianPopulation
from ddkd.simulation import ridge_fits, training_sets
from ddkd.theorems import ALL, _simulators


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

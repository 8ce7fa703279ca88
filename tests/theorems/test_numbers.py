"""Laws at numbers that were computed outside this package."""

from functools import partial

import numpy as np
import pytest
from scipy import optimize, stats

from ddkd.populations import GaussianPopulation
from ddkd.theorems import ALL

LAWS = {theorem.id: theorem.law for theorem in ALL}


def window(share, *, surest):
    """The window of a share of the sizes of a normal variable."""
    return (stats.norm.isf(share / 2), np.inf) if surest else (0.0, stats.norm.ppf((1 + share) / 2))


@pytest.mark.parametrize(
    ("kept", "disagreement"),
    [(90, 0.00282), (120, 0.00266), (180, 0.00282), (300, 0.00333), (6000, 0.02412)],
)
def test_which_rows(kept, disagreement):
    people = GaussianPopulation(np.ones(60), np.ones(60), labels="hard")
    keep = window(kept / 6000, surest=False)
    law = LAWS["which-rows"](population=people, n=90, m=kept, keep=keep, alpha=0.0)
    assert law[1] == pytest.approx(disagreement, abs=6e-6)


@pytest.mark.parametrize(
    ("share", "least_sure", "surest"),
    [(0.73, 0.267, 0.245), (0.5, 0.268, 0.241), (0.3, 0.268, 0.240), (0.1, 0.268, 0.246)],
)
def test_which_rows_of_clusters(share, least_sure, surest):
    # The share is that of rows; windows are in standard deviations of a score that is no normal
    # variable, but of a small margin.
    size = np.sqrt(1 + 0.62**2)
    both = stats.foldnorm(0.62)
    for error, keep in (
        (least_sure, (0.0, both.ppf(share) / size)),
        (surest, (both.isf(share) / size, np.inf)),
    ):
        m = round(3000 * share)
        law = LAWS["which-rows-clusters"](margin=0.62, radius=2.0, p=100, m=m, keep=keep)
        assert law == pytest.approx(error, abs=6e-4)


def test_replaced_models_forget_up_to_a_limit():
    at = {"n": 26, "p": 60, "signal": 3.0, "noise_variance": 0.6, "inputs": "fresh"}
    limit = 3.0 + 0.6 * 26 / ((60 - 26 - 1) * (1 - 26 / 60))
    assert LAWS["model-collapse"](generation=80, **at) == pytest.approx(limit, rel=1e-12)
    # Below p = n the excess is k v p/(n - p - 1), whatever the inputs.
    for inputs in ("fresh", "same"):
        law = LAWS["model-collapse"](
            n=33, p=13, signal=9.0, noise_variance=2.3, generation=5, inputs=inputs
        )
        assert law == pytest.approx(5 * 2.3 * 13 / 19, rel=1e-12)


def test_the_excess_of_accumulated_data_stays_below_1_64_of_the_first():
    at = {"p": 12, "signal": 3.0, "noise_variance": 2.0}
    first = 2.0 * 12 / (30 - 13)
    same = LAWS["accumulated-data"](n=30, generation=10_000, inputs="same", **at)
    assert same / first == pytest.approx(np.pi**2 / 6, rel=1e-4)
    assert LAWS["accumulated-data"](n=30, generation=10_000, inputs="fresh", **at) < same
    # 5, 10, 15 rows and 12 columns: S (1 - 5/12) + v (5/6 + 5/1 + 12/(3 * 2)).
    jump = [LAWS["accumulated-data"](n=5, generation=k, inputs="fresh", **at) for k in (1, 2, 3)]
    assert np.diff(jump) == pytest.approx([2.0 * 5, 2.0 * 2])


def golden(weight, **at):
    return LAWS["golden-ratio"](weight=weight, generation=80, **at)


@pytest.mark.parametrize(
    ("at", "best"),
    [
        ({"n": 24, "p": 9, "inputs": "fresh", "signal": 3.0, "noise_variance": 2.0}, 0.618),
        ({"n": 20, "p": 36, "inputs": "same", "signal": 3.0, "noise_variance": 2.0}, 0.618),
        ({"n": 26, "p": 60, "inputs": "fresh", "signal": 3.0, "noise_variance": 0.6}, 0.742),
        ({"n": 26, "p": 60, "inputs": "fresh", "signal": 0.1, "noise_variance": 6.0}, 0.555),
    ],
)
def test_the_best_weight_is_golden_but_for_fresh_inputs_above_the_threshold(at, best):
    found = optimize.minimize_scalar(partial(golden, **at), bounds=(0, 1), method="bounded").x
    assert found == pytest.approx(best, abs=6e-4)


def test_at_the_golden_ratio_the_excess_is_the_golden_ratio_of_the_first():
    at = {"n": 24, "p": 9, "inputs": "same", "signal": 3.0, "noise_variance": 2.0}
    ratio = (np.sqrt(5) - 1) / 2
    assert golden(ratio, **at) / (2.0 * 9 / 14) == pytest.approx(ratio, rel=1e-12)


def test_of_many_rows_other_truths_cost_their_squared_share_and_a_noise():
    at = {"p": 2000, "signal": 5.0, "distance": 3.0, "noise_variance": 0.0}
    share = 0.25
    law = LAWS["two-truths"](n_true=6000, n_other=2000, **at)
    limit = 3.0 * (share**2 + share * (1 - share) * 2000 / 6000)
    assert law == pytest.approx(limit, rel=1e-3)


def test_without_unlabelled_rows_it_is_least_squares():
    at = {"n": 30, "p": 12, "signal": 2.0, "noise_variance": 1.0}
    law = LAWS["unlabelled-covariance"]
    assert law(n_unlabelled=0, covariance="all", **at) == pytest.approx(1.0 * 12 / (30 - 13))
    known = 2.0 * 13 / 30 + 1.0 * 12 / 30
    assert law(n_unlabelled=np.inf, covariance="other", **at) == pytest.approx(known)
    for covariance in ("all", "other"):
        large = law(n_unlabelled=10**7, covariance=covariance, **at)
        assert large == pytest.approx(known, rel=1e-5)


def test_the_best_weight_on_a_teacher_is_its_slope_shrunk():
    at = {
        "n": 30,
        "n_unlabelled": 40,
        "b": np.ones(12),
        "w": np.zeros(12),
        "c": np.array([2.0, 1.0]),
        "h": np.array([2.4, -0.6]),
        "noise_variance": 0.5,
    }
    best = (2.0 * 2.4 - 0.6) / (2.4**2 + 0.6**2) / (1 + (30 - 13) / (40 - 13))
    law = LAWS["rectified-student"]
    found = optimize.minimize_scalar(lambda weight: law(weight=weight, **at), bounds=(0, 1)).x
    assert found == pytest.approx(best, abs=1e-5)
    # A weight of zero is no teacher: plain least squares with what it does not see as noise.
    assert law(weight=0.0, **at) == pytest.approx((0.5 + 5.0) * 12 / 17)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("model-collapse", {"generation": 3, "inputs": "fresh"}),
        ("accumulated-data", {"generation": 3, "inputs": "fresh"}),
        ("golden-ratio", {"generation": 3, "inputs": "same", "weight": 1.0}),
    ],
)
def test_near_the_threshold_the_mean_is_infinite(name, at):
    assert LAWS[name](n=12, p=13, signal=1.0, noise_variance=1.0, **at) == np.inf
    for changed in ({"inputs": "old"}, {"generation": 0}, {"noise_variance": -1.0}, {"n": 0}):
        arguments = {"n": 12, "p": 6, "signal": 1.0, "noise_variance": 1.0} | at | changed
        with pytest.raises(ValueError, match="must be"):
            LAWS[name](**arguments)


@pytest.mark.parametrize(
    "changed", [{"n_unlabelled": 2.5}, {"n_unlabelled": -np.inf}, {"covariance": "own"}, {"p": 0}]
)
def test_nonsense_about_unlabelled_rows_is_refused(changed):
    at = {"n": 12, "n_unlabelled": 20, "p": 6, "signal": 1.0, "noise_variance": 1.0}
    with pytest.raises(ValueError, match=f"{next(iter(changed))} must be"):
        LAWS["unlabelled-covariance"](**at | {"covariance": "other"} | changed)


def test_without_rows_of_another_truth_it_is_least_squares():
    at = {"signal": 2.0, "distance": 5.0, "noise_variance": 1.0}
    law = LAWS["two-truths"]
    assert law(n_true=20, n_other=0, p=10, **at) == pytest.approx(1.0 * 10 / 9)
    assert law(n_true=10, n_other=0, p=20, **at) == pytest.approx(2.0 / 2 + 1.0 * 10 / 9)
    assert law(n_true=10, n_other=10, p=20, **at) == np.inf
    # All rows of the other truth: its whole distance, or its part in the rows.
    rows = {n: law(n_true=0, n_other=n, p=20, **at | {"noise_variance": 0.0}) for n in (40, 10)}
    assert rows[40] == pytest.approx(5.0)
    assert rows[10] == pytest.approx((2.0 + 5.0) / 2)

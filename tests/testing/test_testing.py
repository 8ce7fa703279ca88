import os
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import optimize, stats

from ddkd.solvers import min_norm, width_path
from ddkd.testing import (
    assert_converges_to_theory,
    assert_interpolates,
    assert_matches_theory,
    assert_median_matches_theory,
)
from ddkd.testing._comparison import judge
from ddkd.testing._resolution import mean_resolution, noticed, quantile_resolution


def failures(check, trials, seed):
    """How often a check fails."""
    rng, count = np.random.default_rng(seed), 0
    for _ in range(trials):
        try:
            check(rng)
        except AssertionError:
            count += 1
    return count


def assert_rate(count, trials, rate):
    """The count is binomial with that rate, up to one chance in a million."""
    low, high = stats.binom.ppf([5e-7, 1 - 5e-7], trials, rate)
    assert low <= count <= high


@pytest.mark.parametrize(("n_repeats", "n_points"), [(3, 1), (4, 7), (30, 20)])
@pytest.mark.slow
def test_false_alarm_rate_is_the_stated_one(n_repeats, n_points):
    trials, level = 3000, 0.1
    count = failures(
        lambda rng: assert_matches_theory(
            lambda g: g.standard_normal(n_points) * 3 + 2,
            np.full(n_points, 2.0),
            n_repeats=n_repeats,
            false_alarm=level,
            rng=rng,
        ),
        trials,
        seed=n_repeats,
    )
    # Of independent points, as here, Bonferroni's rate is a little below the stated one.
    assert_rate(count, trials, 1 - (1 - level / n_points) ** n_points)


@pytest.mark.slow
def test_false_alarm_rate_is_not_exceeded_by_dependent_points():
    trials, level = 2000, 0.1
    count = failures(
        lambda rng: assert_matches_theory(
            lambda g: np.repeat(g.standard_normal(), 5),
            np.zeros(5),
            n_repeats=5,
            false_alarm=level,
            rng=rng,
        ),
        trials,
        seed=0,
    )
    assert_rate(count, trials, level / 5)


@pytest.mark.slow
def test_false_alarm_rate_of_medians_is_the_stated_one():
    trials, level, n = 2000, 0.1, 40
    # The binomial test is discrete: its exact rate is the largest it can be below the level.
    counts = np.arange(n + 1)
    two_sided = 2 * np.minimum(stats.binom.cdf(counts, n, 0.5), stats.binom.sf(counts - 1, n, 0.5))
    exact = stats.binom.pmf(counts, n, 0.5)[two_sided < level].sum()
    assert exact <= level
    count = failures(
        lambda rng: assert_median_matches_theory(
            lambda g: g.standard_cauchy(), 0.0, n_repeats=n, false_alarm=level, rng=rng
        ),
        trials,
        seed=1,
    )
    assert_rate(count, trials, exact)


@pytest.mark.slow
def test_false_alarm_rate_of_convergence_is_not_exceeded():
    trials, level = 1000, 0.1
    count = failures(
        lambda rng: assert_converges_to_theory(
            lambda n, g: 1 + 2 / n + g.normal() / np.sqrt(n),
            lambda n: 1.0,
            [4, 16],
            n_repeats=5,
            false_alarm=level,
            rng=rng,
        ),
        trials,
        seed=2,
    )
    # The worst case of a one-sided hypothesis, as here, is half of the two-sided level.
    assert count <= stats.binom.ppf(1 - 1e-6, trials, level)


def simulated_risk(rng, n=20, widths=(5, 8, 10), batch=100):
    """Mean over a batch of the risk of isotropic least squares, unit noise."""
    X = rng.standard_normal((batch, n, max(widths)))
    y = rng.standard_normal((batch, n))
    coefs = [np.linalg.pinv(X[..., :w]) @ y[..., None] for w in widths]
    return [1 + np.mean(np.sum(w**2, axis=(1, 2))) for w in coefs]


def test_a_slightly_wrong_formula_is_caught():
    n, p = 20, np.array([5, 8, 10])
    right, wrong = 1 + p / (n - p - 1), 1 + p / (n - p)
    assert_matches_theory(simulated_risk, right, n_repeats=60, rng=0)
    with pytest.raises(AssertionError) as caught:
        assert_matches_theory(simulated_risk, wrong, n_repeats=60, rng=0)
    message = str(caught.value)
    for word in ("predicted", "simulated", "std error", "z", "(2,)", "false_alarm 1e-06"):
        assert word in message
    # The worst point comes first: predicted 2, where 2.11 is right.
    assert message.splitlines()[2].split()[:2] == ["(2,)", "2"]


def test_a_comparison_of_means_is_students_test():
    rng, law = np.random.default_rng(0), np.array([0.3, -0.2, 0.1])
    draws = rng.standard_normal((7, 3)) + law
    rows = iter(draws)
    found = assert_matches_theory(lambda g: next(rows), law, n_repeats=7, rng=0)
    expected = stats.ttest_1samp(draws, law)
    np.testing.assert_allclose(found.z, expected.statistic, rtol=1e-12)
    np.testing.assert_allclose(found.p_value, expected.pvalue, rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, stats.sem(draws), rtol=1e-12)


def test_each_point_has_its_share_of_the_false_alarms_and_the_worst_five_are_shown():
    found = assert_matches_theory(lambda g: g.standard_normal(2), np.zeros(2), n_repeats=9, rng=0)
    found = replace(found, false_alarm=0.01)
    assert replace(found, p_value=np.array([0.006, 1.0])).agrees
    assert not replace(found, p_value=np.array([1.0, 0.004])).agrees
    assert not replace(found, p_value=np.array(0.006)).agrees
    with pytest.raises(AssertionError, match=r"^Title: 1 of 2 points beyond .* 0\.01\n"):
        judge(replace(found, p_value=np.array([0.006, 0.004])), "Title")
    far = np.r_[np.ones(8), np.zeros(2)]
    with pytest.raises(AssertionError, match="8 of 10 points beyond") as caught:
        assert_matches_theory(lambda g: 0.01 * g.standard_normal(10), far, n_repeats=9, rng=0)
    assert len(str(caught.value).splitlines()) == 2 + 5


def test_bias_is_allowed_only_when_stated():
    def simulate(rng):
        return 1.02 + 0.001 * rng.standard_normal()

    with pytest.raises(AssertionError, match=r"allowed .*\n.* 1 +1\.02\d+ .* 0\.01 "):
        assert_matches_theory(simulate, 1.0, n_repeats=10, bias=0.01, rng=0)
    found = assert_matches_theory(simulate, 1.0, n_repeats=10, bias=0.03, rng=0)
    assert found.z == 0
    # Relative to the law, here negative and in other units.
    seen = assert_matches_theory(
        lambda rng: -500 * simulate(rng), -500.0, n_repeats=10, bias=0.03, rng=0
    )
    assert seen.z == 0
    assert seen.allowed == pytest.approx(15)
    with pytest.raises(AssertionError):
        assert_matches_theory(
            lambda rng: -500 * simulate(rng), -500.0, n_repeats=10, bias=0.01, rng=0
        )
    assert found.simulated == pytest.approx(1.02, abs=0.002)
    with pytest.raises(AssertionError):
        assert_matches_theory(simulate, 1.0, n_repeats=10, rng=0)


def test_constant_simulations_must_agree_to_rounding():
    assert_matches_theory(lambda rng: 0.1 + 0.2, 0.3, n_repeats=3, rng=0)
    with pytest.raises(AssertionError):
        assert_matches_theory(lambda rng: 0.3 + 1e-9, 0.3, n_repeats=3, rng=0)
    with pytest.raises(AssertionError):  # a count that is wrong by one
        assert_matches_theory(lambda rng: 3.0, 2.0, n_repeats=3, rng=0)


def test_medians_hold_where_means_do_not():
    def simulate(rng):
        return rng.standard_cauchy(3) + np.array([0.0, 1.0, 2.0])

    found = assert_median_matches_theory(simulate, [0.0, 1.0, 2.0], n_repeats=300, rng=0)
    assert found.simulated.shape == (3,)
    with pytest.raises(AssertionError, match=r"0\.5 quantile"):
        assert_median_matches_theory(simulate, [0.0, 1.0, 3.0], n_repeats=300, rng=0)
    upper = stats.cauchy.ppf(0.8) + np.arange(3.0)
    assert_median_matches_theory(simulate, upper, n_repeats=300, quantile=0.8, rng=0)
    with pytest.raises(AssertionError, match=r"0\.8 quantile"):
        assert_median_matches_theory(simulate, np.arange(3.0), n_repeats=300, quantile=0.8, rng=0)


@pytest.mark.parametrize("at_most", [14, 20, 21, 27])
def test_a_medians_p_value_is_that_of_the_sign_test(at_most):
    n = 41
    draws = iter(np.arange(float(n)))
    found = assert_median_matches_theory(lambda g: next(draws), at_most - 0.5, n_repeats=n, rng=0)
    p_value = stats.binomtest(at_most, n).pvalue
    assert found.p_value == pytest.approx(p_value)
    assert found.false_alarm == 1e-6
    assert abs(found.z) == pytest.approx(stats.norm.isf(p_value / 2), abs=1e-12)
    assert (found.z > 0) == (at_most < n / 2 and p_value < 1)


def test_too_few_repeats_for_a_median_are_refused():
    with pytest.raises(ValueError, match="n_repeats = 12 cannot reject"):
        assert_median_matches_theory(lambda rng: rng.normal(), 0.0, n_repeats=12, rng=0)
    # Of four points each has a quarter of the level: 2 * 0.5^21 is 0.95e-6.
    with pytest.raises(ValueError, match="n_repeats = 21 cannot reject"):
        assert_median_matches_theory(
            lambda rng: rng.normal(size=4), np.ones(4), n_repeats=21, rng=0
        )


def test_draws_equal_to_the_predicted_median_speak_for_it():
    def coin(rng):
        return float(rng.random() < 0.3)

    # 70 % of the draws are 0: so is the median, and so is the 0.6 quantile, not the 0.9 one.
    for quantile in (0.5, 0.6):
        found = assert_median_matches_theory(coin, 0.0, n_repeats=200, quantile=quantile, rng=0)
        assert 0.99 < found.p_value <= 1
        assert found.z == 0
    with pytest.raises(AssertionError, match=r"0\.9 quantile"):
        assert_median_matches_theory(coin, 0.0, n_repeats=200, quantile=0.9, rng=0)
    with pytest.raises(AssertionError, match=r"0\.5 quantile"):
        assert_median_matches_theory(coin, 1.0, n_repeats=200, rng=0)


@pytest.mark.parametrize("check", [assert_matches_theory, assert_median_matches_theory])
def test_z_is_positive_where_the_simulation_is_above(check):
    law = np.array([-0.1, 0.0, 0.1])
    found = check(lambda rng: rng.standard_normal(3), law, n_repeats=400, rng=3)
    assert found.z[0] > 1
    assert found.z[2] < -1
    assert np.sign(found.z).tolist() == np.sign(found.simulated - law).tolist()


@pytest.mark.parametrize(
    ("check", "n_repeats", "draw", "law"),
    [
        (assert_matches_theory, 6, lambda g: 3 + g.standard_normal(), 3.0),
        (assert_matches_theory, 100, lambda g: 3 + g.standard_normal(), 3.0),
        # Twenty points of unlike size and sign, half of them the same number.
        pytest.param(
            assert_matches_theory,
            40,
            lambda g: (
                np.r_[np.repeat(g.standard_normal(), 10), g.standard_normal(10)]
                + np.linspace(-4, 9, 20)
            ),
            np.linspace(-4, 9, 20),
            marks=pytest.mark.slow,
        ),
        (assert_median_matches_theory, 150, lambda g: 5 + g.standard_cauchy(), 5.0),
        # Skewed: the risk of 10 isotropic features fitted to 20 samples of pure noise.
        (assert_matches_theory, 400, lambda g: 1 + g.chisquare(10) / g.chisquare(11), 1 + 10 / 9),
    ],
)
@pytest.mark.parametrize("sign", [1, pytest.param(-1, marks=pytest.mark.slow)])
def test_a_formula_wrong_by_the_resolution_is_caught_nine_times_in_ten(
    check, n_repeats, draw, law, sign
):
    trials = 200
    first = [check(draw, law, n_repeats=n_repeats, rng=seed) for seed in range(trials)]

    def caught(errors):
        """How many of the formulas that are wrong by given relative errors."""
        sizes = iter(errors)
        return failures(
            lambda rng: check(
                draw, np.multiply(1 + sign * next(sizes), law), n_repeats=n_repeats, rng=rng
            ),
            trials,
            seed=5,
        )

    # The most skewed draws, the last, are noticed eight times in ten; the docs say so.
    least = 0.75 if n_repeats == 400 else 0.84
    assert caught([one.common_resolution for one in first]) >= least * trials
    # Nor is it stated much too large: half as wrong a formula often escapes.
    assert caught([one.common_resolution / 2 for one in first]) <= 0.7 * trials
    if np.ndim(law):
        # At its worst point alone a formula must be far more wrong; and that is stated, too.
        alone = [
            np.where(one.resolution == one.resolution.max(), one.resolution, 0) for one in first
        ]
        assert 0.84 * trials <= caught(alone) <= 0.96 * trials
        assert caught([one / 2 for one in alone]) <= 0.7 * trials


@pytest.mark.parametrize("wider", ["above", "below"])
def test_the_resolution_of_a_median_is_where_nine_counts_of_ten_are_rejected(wider):
    # From the binomial distribution: of 101 draws, 31 or fewer fall below the median once in
    # 15,288 times and 32 once in 6,757; so at 9e-5 on each side the test rejects up to 31, and
    # from 70 on. A formula is noticed where such a count has probability 0.9.
    n, level, shares = 101, 1.8e-4, np.linspace(0, 1, 101) - 0.5
    assert stats.binom.cdf(31, n, 0.5) < level / 2 < stats.binom.cdf(32, n, 0.5)
    assert stats.binom.cdf(31, n, 0.5) > level / 3
    far = shares > 0 if wider == "above" else shares < 0
    draws = 10 + np.where(far, shares, shares / 2)  # evenly spread on either side
    distance = 10 * quantile_resolution(np.array(10.0), draws, 0.5, level)
    # Two points have half the level each.
    both = quantile_resolution(np.array([10.0, 20.0]), np.c_[draws, draws], 0.5, 2 * level)
    assert both == pytest.approx([distance / 10, distance / 20], rel=1e-12)
    if wider == "above":
        assert stats.binom.sf(69, n, 0.5 + distance) == pytest.approx(0.9, rel=1e-6)
    else:
        assert stats.binom.cdf(31, n, 0.5 - distance) == pytest.approx(0.9, rel=1e-6)


def test_the_allowed_bias_is_part_of_the_resolution():
    def simulate(rng):
        return 1.01 + 0.001 * rng.standard_normal()

    found = assert_matches_theory(simulate, 1.0, n_repeats=20, bias=0.01, rng=0)
    assert 0.02 < found.common_resolution < 0.03
    with pytest.raises(AssertionError):
        assert_matches_theory(simulate, 1 + found.common_resolution, n_repeats=20, bias=0.01, rng=1)


def test_a_comparison_prints_its_answer_in_one_line():
    law = np.array([2.0, 0.0, 4.0])
    seen = assert_matches_theory(
        lambda rng: law + [0.02, 0.0, 0.0] + rng.normal(size=3) * [1, 1, 4],
        law,
        n_repeats=400,
        bias=[0.015, 0.0, 0.015],
        rng=0,
    )
    gap, error = seen.simulated - law, seen.standard_error
    assert abs(gap[0] / 2) > abs(gap[2] / 4)  # the largest gap is that of the first point
    first, last = 100 * seen.resolution[[0, 2]]
    assert str(seen) == (
        f"agrees: largest gap {50 * gap[0]:.2g} +- {50 * error[0]:.2g} % at point (0,), "
        f"1.5 % allowed; would notice {first:.2g} % everywhere, "
        f"{last:.2g} % at its worst point (2,)"
    )
    one = assert_matches_theory(lambda rng: 2 + rng.normal(), 2.0, n_repeats=400, rng=0)
    assert str(one) == (
        f"agrees: largest gap {50 * (one.simulated - 2):.2g} +- {50 * one.standard_error:.2g} %; "
        f"would notice {100 * one.common_resolution:.2g} %"
    )
    # Where they do not agree the gap is that of the smallest probability.
    worst = replace(seen, p_value=np.array([0.5, 1e-9, 1.0]))
    assert str(worst).startswith(
        f"disagrees: gap {gap[1]:#.2g} +- {error[1]:.2g} from zero at point (1,); would"
    )
    zero = assert_matches_theory(normal, 0.0, n_repeats=400, rng=0)
    assert str(zero).endswith("from zero; would notice no relative error")
    for share, words in {0.0012: "0.12 %", 0.994: "99 %", 0.996: "100 %", 12.34: "1234 %"}.items():
        assert str(replace(one, resolution=np.array(share))).endswith(f"notice {words}")
    curve = assert_matches_theory(
        lambda rng: rng.standard_normal(60), np.zeros(60), n_repeats=9, rng=0
    )
    assert len(repr(curve).splitlines()) <= 12


@pytest.mark.parametrize("size", [1e-170, 1e-100, 1e200, 1e307])
def test_numbers_of_any_size_are_judged_alike(size):
    def simulate(rng):
        return size * (1 + 0.1 * rng.standard_normal(2))

    def scaled(times):
        return assert_matches_theory(
            simulate, np.full(2, size * times), bias=0.01, n_repeats=40, rng=0
        )

    seen = scaled(1.0)
    unit = assert_matches_theory(
        lambda rng: 1 + 0.1 * rng.standard_normal(2), np.ones(2), bias=0.01, n_repeats=40, rng=0
    )
    np.testing.assert_allclose(seen.z, unit.z, atol=1e-6)
    np.testing.assert_allclose(seen.resolution, unit.resolution, rtol=1e-6)
    assert str(seen) == str(unit)
    for times in (5.0, 0.2, -1.0):
        with pytest.raises(AssertionError, match="2 of 2 points"):
            scaled(times)


def test_what_is_not_a_number_never_agrees():
    seen = assert_matches_theory(lambda rng: rng.normal(size=2), np.ones(2), n_repeats=9, rng=0)
    assert not replace(seen, p_value=np.array([np.nan, 1.0])).agrees


def test_convergence_passes_at_the_rate_and_fails_at_a_faster_one_or_a_floor():
    def simulate(n, rng, floor=0.0):
        return 1 + floor + 3 / n + 0.1 * rng.normal() / n

    arguments = {"n_repeats": 30, "rng": 0}
    steps = assert_converges_to_theory(simulate, lambda n: 1.0, [10, 20, 80], **arguments)
    assert [step.false_alarm for step in steps] == [5e-7] * 3  # for each of two comparisons
    assert (steps[0].z, steps[0].p_value) == (0, 1)
    first, last = steps[0], steps[2]
    gap = abs(last.simulated - 1) - abs(first.simulated - 1) / 8
    z = gap / np.hypot(last.standard_error, first.standard_error / 8)
    assert last.z == pytest.approx(max(z, 0.0))
    assert last.p_value == pytest.approx(2 * stats.t.sf(last.z, 29))
    with pytest.raises(AssertionError, match="size 20 the gap has not shrunk like size\\^-2"):
        assert_converges_to_theory(simulate, lambda n: 1.0, [10, 20, 80], rate=2.0, **arguments)
    with pytest.raises(AssertionError, match="has not shrunk"):
        assert_converges_to_theory(
            lambda n, rng: simulate(n, rng, floor=0.2), lambda n: 1.0, [10, 20, 80], **arguments
        )


@pytest.mark.slow
def test_an_error_that_stays_is_noticed_nine_times_in_ten_at_the_stated_resolution():
    def check(rng, error=0.0):
        return assert_converges_to_theory(
            lambda n, g: 1 + 0.5 / n + g.normal() / np.sqrt(n),
            lambda n: 1 / (1 + error),
            [50, 200],
            n_repeats=100,
            false_alarm=1e-4,
            rng=rng,
        )

    assert np.isinf(check(0)[0].common_resolution)  # the first size forgives every gap
    sizes = [check(seed)[-1].common_resolution for seed in range(200)]
    # By hand: the errors of both sizes, 3/4 of an error remain, Student's test.
    error = np.hypot(1 / np.sqrt(200), 0.25 / np.sqrt(50)) / 10
    assert np.median(sizes) == pytest.approx(noticed_by_student(100, 1e-4) * error / 0.75, rel=0.03)
    errors = iter(sizes)
    assert 0.84 * 200 <= failures(lambda rng: check(rng, next(errors)), 200, seed=1) <= 0.96 * 200
    errors = iter(sizes)
    assert failures(lambda rng: check(rng, next(errors) / 2), 200, seed=1) <= 0.6 * 200


def test_interpolation():
    rng = np.random.default_rng(0)
    Z, y = rng.standard_normal((10, 30)), rng.standard_normal(10)
    assert_interpolates(min_norm(Z, y))
    assert_interpolates(width_path(Z, y, [10, 20, 30]))
    with pytest.raises(AssertionError, match="rank=5"):
        assert_interpolates(min_norm(Z[:, :5], y))
    with pytest.raises(AssertionError, match="does not interpolate"):
        assert_interpolates(width_path(Z, y, [9, 20]))
    with pytest.raises(ValueError, match="interpolates"):
        assert_interpolates(Z)
    with pytest.raises(ValueError, match="holds no model"):
        assert_interpolates(SimpleNamespace(interpolates=np.empty(0, dtype=bool)))


def normal(rng):
    return rng.normal()


@pytest.mark.parametrize("n_repeats", [99, 100])
def test_fewer_than_100_draws_warn(n_repeats):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert_matches_theory(normal, 0.0, n_repeats=n_repeats, rng=0)
        assert_converges_to_theory(
            lambda n, rng: rng.normal(), lambda n: 0.0, [4, 8], n_repeats=n_repeats, rng=0
        )
        assert_median_matches_theory(normal, 0.0, n_repeats=99, rng=0)  # exact for any draws
    assert len(caught) == (2 if n_repeats < 100 else 0)
    for one in caught:
        assert "n_repeats = 99: with fewer than 100 draws" in str(one.message)
        assert one.filename == __file__


MEASURED = Path(__file__).parents[2] / "docs" / "measured" / "false_alarms.txt"


def quoted():
    """The lines of the table that the pages quote: what was drawn, and three rates."""
    for line in MEASURED.read_text(encoding="utf-8").splitlines():
        if line.startswith(("n =", "0.0")):
            what, rates = line[:46].strip(), line[46:].split()
            yield pytest.param(what, *(float(rate.strip("<")) for rate in rates), id=what)


@pytest.mark.slow
@pytest.mark.parametrize(("what", "per_cent", "rare", "rarest"), list(quoted()))
def test_the_false_alarms_that_the_pages_quote(what, per_cent, rare, rarest):
    rng = np.random.default_rng(1)
    numbers = [float(word) for word in re.findall(r"[0-9.]+", what)]
    if what.startswith("n ="):
        n, p, n_draws = map(int, numbers[:3])
        n_sets = int(numbers[3]) if len(numbers) > 3 else 1
        trials = 10_000_000 // (n_draws * n_sets)
        law = 1 + p / (n - p - 1)
        risks = 1 + rng.chisquare(p, (n_sets, n_draws, trials)) / rng.chisquare(
            n - p + 1, (n_sets, n_draws, trials)
        )
        found = stats.ttest_1samp(risks.mean(axis=0), law)
    else:
        share, n_draws = numbers[0], int(numbers[1])
        trials, law = 20_000, share
        ones = rng.binomial(n_draws, share, trials)
        with np.errstate(divide="ignore"):
            spread = np.sqrt(ones * (1 - ones / n_draws) / (n_draws - 1) / n_draws)
            statistic = (ones / n_draws - law) / spread
        found = SimpleNamespace(pvalue=2 * stats.t.sf(np.abs(statistic), n_draws - 1))
    for level, rate in ((1e-2, per_cent), (1e-4, rare)):
        count = int(np.sum(found.pvalue < level))
        # A binomial count; the quoted rate has two digits, of far more tests.
        low, high = stats.binom.ppf([5e-7, 1 - 5e-7], trials, [0.95 * rate, 1.05 * rate])
        assert low <= count <= high


@pytest.mark.slow
def test_the_conjecture_to_copy_passes_and_fails_as_the_pages_show(tmp_path):
    root = MEASURED.parents[2]
    code = (root / "examples" / "test_my_conjecture.py").read_text(encoding="utf-8")
    page = (root / "docs" / "theorists.rst").read_text(encoding="utf-8")
    wrong = code.replace("(N_SAMPLES - p - 1)", "(N_SAMPLES - p)")
    assert wrong != code
    environment = os.environ | {"PYTHONPATH": str(root)}
    for text, status, shown in ((code, 0, "agrees: "), (wrong, 1, "E ")):
        (tmp_path / "test_my_conjecture.py").write_text(text, encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-s", "test_my_conjecture.py"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == status
        lines = [line for line in run.stdout.splitlines() if line.startswith(shown)]
        assert lines
        for line in lines:
            assert f"   {line}\n" in page


def test_the_pages_say_no_more_than_the_table():
    table = {one.id: one.values[1:] for one in quoted()}
    # "twice as often as 1 %, fifteen times as often as 1e-4, more than two hundred times ..."
    per_cent, rare, rarest = table["n = 20, p = 10, 100 draws"]
    assert 1.5 < per_cent / 1e-2 < 2.5
    assert 12 < rare / 1e-4 < 18
    assert 200 < rarest / 2.5e-7 < 300
    assert 1 / rarest == pytest.approx(16_000, rel=0.05)
    # "30 wrong answers keep 1 %, 300 1e-4 and 3,000 2.5e-7 below twice what was chosen"
    for share, draws in (("0.02", (1500, 15000, 150000)), ("0.002", (15000, 150000, 1500000))):
        rates = [table[f"{share} of {n} draws: {round(n * float(share))} wrong"] for n in draws]
        for i, level in enumerate((1e-2, 1e-4, 2.5e-7)):
            assert level <= rates[i][i] < 2 * level
    # "10 draws hold no wrong one in 82 % of tests"
    assert table["0.02 of 10 draws: 0.2 wrong"][0] == pytest.approx(0.98**10, abs=0.01)
    # "A draw that is itself a mean over many training sets is nearly normal."
    for n, p in ((20, 10), (60, 40), (60, 48)):
        per_cent, rare, _ = table[f"n = {n}, p = {p}, 25 draws of 100 training sets"]
        assert per_cent < 1.5e-2
        assert rare < 4e-4


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: assert_matches_theory(normal, np.inf, n_repeats=5, rng=0), "median"),
        (lambda: assert_matches_theory(normal, "x", n_repeats=5, rng=0), "law"),
        (lambda: assert_matches_theory(normal, [], n_repeats=5, rng=0), "law is empty"),
        (lambda: assert_median_matches_theory(normal, [], n_repeats=50, rng=0), "is empty"),
        *(
            (
                lambda draw=draw: assert_matches_theory(lambda rng: draw, 1.0, n_repeats=5, rng=0),
                f"what simulate returned {words}",
            )
            for draw, words in [
                ("1.0", "must hold real numbers"),
                (np.datetime64("2020-01-01"), "must hold real numbers"),
                (1.0 + 0.0j, "must hold real numbers"),
                (np.ma.masked_greater([1.0], 0), "is a masked array"),
                (None, "must hold real numbers"),
            ]
        ),
        (lambda: assert_matches_theory(normal, [0.0, 1.0], n_repeats=5, rng=0), "simulate"),
        (lambda: assert_matches_theory(normal, 0.0, n_repeats=2, rng=0), "n_repeats"),
        *(
            (
                lambda level=level: assert_matches_theory(
                    normal, 0.0, n_repeats=5, false_alarm=level, rng=0
                ),
                "false_alarm",
            )
            for level in (0, 1, 1.5)
        ),
        (
            lambda: assert_converges_to_theory(
                lambda n, rng: 0.0, lambda n: 0.0, [4], n_repeats=5, rng=0
            ),
            "at least two",
        ),
        (
            lambda: assert_converges_to_theory(
                lambda n, rng: 0.0, lambda n: 0.0, [4, 8], n_repeats=2, rng=0
            ),
            "n_repeats must be at least 3",
        ),
        (lambda: assert_matches_theory(normal, 0.0, n_repeats=5, bias=-1, rng=0), "bias"),
        (lambda: assert_matches_theory(normal, 0.0, n_repeats=5, bias=[0, 1], rng=0), "bias"),
        (lambda: assert_matches_theory(normal, 0.0, n_repeats=5, rng="0"), "rng"),
        (
            lambda: assert_median_matches_theory(normal, 0.0, n_repeats=50, quantile=1, rng=0),
            "quantile",
        ),
        (
            lambda: assert_converges_to_theory(
                lambda n, rng: 0.0, lambda n: 0.0, [4, 4], n_repeats=5, rng=0
            ),
            "sizes",
        ),
        (
            lambda: assert_converges_to_theory(
                lambda n, rng: 0.0, lambda n: 0.0, [4, 8], n_repeats=5, rate=0, rng=0
            ),
            "rate",
        ),
    ],
)
def test_bad_arguments_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_simulations_that_are_not_numbers_fail():
    with pytest.raises(AssertionError, match="NaN or infinity"):
        assert_matches_theory(lambda rng: np.nan, 0.0, n_repeats=5, rng=0)


def noticed_by_student(n, level):
    """Gap, in standard errors as one sample estimates it, that another rejects nine times in ten.

    The estimated errors of both are chi variables S and S': P(|Z + c S| > t S') is 0.9.
    """
    df = n - 1
    t = stats.t.isf(level / 2, df)
    nodes, weights = np.polynomial.legendre.leggauss(120)
    levels, weights = (nodes + 1) / 2, weights / 2
    S = np.sqrt(stats.chi2.ppf(levels, df) / df)

    def power(c):
        return weights @ stats.norm.cdf(c * S[:, None] - t * S) @ weights

    return optimize.brentq(lambda c: power(c) - 0.9, 0, 1000 * t)


@pytest.mark.parametrize("n", [3, 10, 40, 100, 1000])
@pytest.mark.parametrize("level", [1e-2, 1e-4, 1e-6, 1e-9])
def test_the_gap_that_is_noticed_is_that_of_students_test(n, level):
    # The docstring's way to join two exact quantiles: right to 2 % from 100 draws on.
    error = 0.02 if n >= 100 else 0.12
    assert noticed(n, level) == pytest.approx(noticed_by_student(n, level), rel=error)


def test_the_resolution_of_a_mean_is_the_gap_noticed_and_twice_the_bias_at_each_point():
    draws, level = np.tile([3.0, 7.0], 20), 1e-4
    error = 2 / np.sqrt(39)
    predicted, allowed = np.array([-5.0, 1.0, 0.0]), np.array([0.5, 0.25, 0.0])
    needed = noticed(40, level / 3) * error + 2 * allowed
    stated = mean_resolution(predicted, np.full(3, error), allowed, len(draws), level)
    assert stated == pytest.approx([needed[0] / 5, needed[1], np.inf])


def test_one_part_in_a_trillion_is_rounding():
    exact = assert_matches_theory(lambda rng: 1 + 0.9e-12, 1.0, n_repeats=3, rng=0)
    assert exact.z == 0
    assert exact.common_resolution == 1e-12
    with pytest.raises(AssertionError, match="inf"):
        assert_matches_theory(lambda rng: 1 + 1.2e-12, 1.0, n_repeats=3, rng=0)


def test_where_zero_is_predicted_rounding_is_that_of_the_largest_prediction():
    law = [0.0, -20.0]
    assert_matches_theory(lambda rng: [1.9e-11, -20.0], law, n_repeats=3, bias=0.1, rng=0)
    with pytest.raises(AssertionError, match="1 of 2 points"):
        assert_matches_theory(lambda rng: [2.1e-11, -20.0], law, n_repeats=3, bias=0.1, rng=0)
    with pytest.raises(AssertionError):
        assert_matches_theory(lambda rng: 1e-300, 0.0, n_repeats=3, rng=0)


@pytest.mark.parametrize("quantile", [0.2, 0.5, 0.8])
def test_the_fewest_draws_of_a_quantile_and_those_that_leave_one_side_unnoticed(quantile):
    draws = np.random.default_rng(0).permutation(np.linspace(0.5, 1.5, 200))
    law = np.quantile(draws, quantile)

    def check(n):
        values = iter(draws)
        return assert_median_matches_theory(
            lambda g: next(values), law, n_repeats=n, quantile=quantile, false_alarm=1e-6, rng=0
        )

    rare = min(quantile, 1 - quantile)
    least = int(np.floor(np.log(1e-6 / 2) / np.log(rare))) + 1  # 2 rare^n < 1e-6
    with pytest.raises(ValueError, match="cannot reject"):
        check(least - 1)
    check(least)
    both = int(np.floor(np.log(1e-6 / 2) / np.log(1 - rare))) + 1
    if quantile != 0.5:
        assert check(both - 1).common_resolution == np.inf
    assert np.isfinite(check(both).common_resolution)


def test_three_repeats_are_enough_where_the_level_allows_them():
    assert_converges_to_theory(lambda n, rng: 1 + 1 / n, lambda n: 1.0, [4, 8], n_repeats=3, rng=0)
    assert_matches_theory(lambda rng: 1.0, 1.0, n_repeats=3, rng=0)
    # 2 * 0.5^3 is below the level.
    assert_median_matches_theory(normal, 0.0, n_repeats=3, false_alarm=0.3, rng=0)

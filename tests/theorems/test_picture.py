"""Pictures of verdicts: law against simulation."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from ddkd.theorems import Theorem, draw_theorems, verify


@pytest.fixture(scope="module")
def verdict():
    theorem = Theorem(
        "mean",
        "The mean of k + 1 times a uniform number is (k + 1) / 2.",
        "folklore",
        "exact",
        law=lambda k: (k + 1) / 2,
        simulate=lambda rng, k: (k + 1) * rng.random(100).mean(),
        settings=[{"k": 1}, {"k": 3}],
        wrong={"no one": lambda k: k / 2},
    )
    return verify([theorem])[0]


def test_each_setting_is_a_point_beside_the_line_of_agreement(verdict):
    ax = Figure().subplots()
    assert verdict.plot(ax) is ax
    (points,) = ax.containers
    np.testing.assert_array_equal(points[0].get_xdata(), [1, 2])
    np.testing.assert_array_equal(points[0].get_ydata(), verdict.comparison.simulated)
    bars = points[2][0].get_segments()
    half = [np.ptp(bar[:, 1]) / 2 for bar in bars]
    np.testing.assert_allclose(half, 2 * verdict.comparison.standard_error)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("law", "simulation", "mean")


def test_values_that_agree_up_to_rounding_have_a_range(verdict):
    predicted = np.array([25.0, 25.0])
    comparison = replace(verdict.comparison, predicted=predicted, simulated=predicted + 4e-15)
    ax = replace(verdict, comparison=comparison).plot(Figure().subplots())
    low, high = ax.get_xlim()
    assert high - low > 1
    assert ax.get_lines()[0].get_xdata() == pytest.approx((low, high))


def test_a_file_for_each_and_a_sheet(verdict, tmp_path):
    draw_theorems([verdict, replace(verdict, variant="no one")], tmp_path / "new")
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"mean.png", "mean-no-one.png", "sheet.png"}

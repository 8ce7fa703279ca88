"""The picture of an advice: errors, intervals, and who is about as good as the best."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from ddkd.advice import Advice

ROWS = [
    ("a", "student of a", True, 0.10, 0.08, 0.12),
    ("b", "b", False, 0.11, 0.07, 0.15),
    ("c", "student of c", True, 0.30, 0.20, 0.40),
]


def _draw(rows, n_classes=2):
    names = ["name", "title", "student", "error", "low", "high"]
    ranking = np.rec.fromrecords(rows, names=names)
    made = SimpleNamespace(ranking=ranking, n_classes=n_classes, n_labelled=1234)
    made.near = lambda: ranking.error < 2 * ranking.error[0]
    return Advice.plot(made, Figure(figsize=(9, 4)).subplots())


def test_each_contestant_has_its_error_and_its_interval():
    ax = _draw(ROWS)
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "student of a",
        "b",
        "student of c",
    ]
    assert ax.yaxis_inverted()  # the best is on top
    students, others = ax.containers
    for drawn, kind in ((students, True), (others, False)):
        expected = np.array([[100 * row[3], at] for at, row in enumerate(ROWS) if row[2] == kind])
        np.testing.assert_allclose(drawn[0].get_xydata(), expected)
        ends = [bar[:, 0] for bar in drawn[2][0].get_segments()]
        np.testing.assert_allclose(ends, [[100 * r[4], 100 * r[5]] for r in ROWS if r[2] == kind])
    assert students[0].get_marker() != others[0].get_marker()
    line = ax.collections[-1].get_segments()
    np.testing.assert_allclose([segment[:, 1] for segment in line], [[-0.5, 0.5], [0.5, 1.5]])
    at = {segment[0, 0] for segment in line}
    assert ax.get_xlim()[0] < min(at) <= max(at) < 7  # in sight, left of every interval
    assert ax.get_title() == "1,234 labels; grey: within 1.5 standard errors of the best"
    assert ax.get_xlabel() == "Cross-validated error (%)"
    assert _draw(ROWS, n_classes=0).get_xlabel().endswith("mean square (% of the variance)")


@pytest.mark.parametrize("kind", [True, False])
def test_a_kind_that_did_not_compete_is_not_in_the_legend(kind):
    ax = _draw([row for row in ROWS if row[2] == kind])
    (entry,) = ax.get_legend().get_texts()
    assert entry.get_text() == ("student" if kind else "without a teacher")


@pytest.mark.parametrize(
    ("error", "is_far"), [([0.01, 0.012, 0.99], False), ([0.01, 0.012, 1.01], True)]
)
@pytest.mark.parametrize("unit", [1, 30])
def test_an_arrow_stands_for_one_ten_times_worse_than_most(error, is_far, unit):
    """Of errors below a tenth, than a tenth: with 30 times the errors the median is beyond it."""
    if unit == 30:
        error = [0.3, 0.36, 3.59 if not is_far else 3.61]
    rows = [("n", "n", False, e, 0.9 * e, 1.1 * e) for e in error]
    ax = _draw(rows)
    texts = [text.get_text() for text in ax.texts]
    assert len(texts) == is_far
    highest = 110 * (error[1] if is_far else error[2])
    assert highest < ax.get_xlim()[1] < 1.1 * highest
    assert ax.get_xlim()[0] < 100 * 0.9 * error[0]
    assert all(0 <= tick <= ax.get_xlim()[1] for tick in ax.get_xticks())


def test_the_line_of_those_near_the_best_is_in_sight_just_below_a_tick():
    """Which the axis would reach to by itself: the line is at 49.2, and a tick at 50."""
    ax = _draw([("a", "a", False, 0.55, 0.507, 0.6), ("b", "b", False, 0.6, 0.55, 0.9)])
    line = ax.collections[-1].get_segments()[0]
    assert ax.get_xlim()[0] < line[0, 0] < 50.7

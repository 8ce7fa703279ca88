"""The rules of a verdict: each limit from both sides, with probes that are told, not measured."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from ddkd import diagnose
from ddkd.diagnosis._diagnosis import _result
from ddkd.diagnosis._peaks import Curve, Peak, find_peak
from ddkd.diagnosis._probes import Evidence
from ddkd.diagnosis._subject import Spent
from ddkd.diagnosis._verdict import decide

SCORES = np.array([[0.0, 1.0], [0.5, 0.0], [1.0, 0.5]])  # of three widths on two test rows


class Told:
    """What probes of 80 rows found: no peak anywhere, by default, and a smooth linear filter."""

    def __init__(self, **facts):
        self.subject = SimpleNamespace(n_fits=7)
        self.data = SimpleNamespace(classes=facts.pop("classes", None))
        self.widths, self.numeric, self.threshold, self.center = [10, 80, 160], True, 80, 80
        scores = np.array(facts.pop("scores", SCORES))[:, :, None]
        least = facts.pop("least", 0.5)  # error of the best width; a constant's is 1
        self.own_curve = SimpleNamespace(scores=scores, errors=np.array([least, 0.9]), spread=1.0)
        self.leaked, self.own_peak, self.ring, self.noisy_ring = 0.0, None, None, None
        self.uses_all_rows = self.is_linear = self.tried_threshold = True
        self.interpolates = self.own_projection = False
        self.rank_is_full, self.is_linear_below, self.loss_peak = True, True, None
        self.disturbance, self.filters, self.taken = (0.0, 0.5, 0.0), [], {}
        self.parts, self.removed, self.columns, self.reaches = (), [], None, True
        self.misfits, self.longer = {}, None
        self.notes = {}
        vars(self).update(facts)

    def has(self, cause):
        return cause in self.parts

    def removable(self):
        return self.removed

    def is_high(self, peak):
        return peak.ratio >= 5

    def stage_columns(self, width):
        return [width] if self.columns is None else self.columns

    def misfit(self, width):
        return self.misfits[width]

    def meets(self, width):
        return self.reaches

    def without(self, cause):
        return None

    def note(self, probe, value, meaning):
        self.notes[probe] = value


def peak(width=80, error=0.9, ratio=6.0):
    return Peak(width, error, ratio)


def changed(by):
    """Predictions that are the same at each width but for a part of their size."""
    return 1e3 * (SCORES[0] + np.array([[0.0, 0.0], [by, 0.0], [0.0, 0.0]]))


def level(by):
    """Predictions that are the same for each test row but for a part of their size."""
    return 1e3 * (1 + np.array([[0.0, by]] * 3))


OFF = {"own_peak": peak(width=93, error=0.25)}  # the limit is 92: 15 percent of 80
LOW = {"own_peak": peak(ratio=4.9, error=0.05)}
UNSEEN = ("penalty", "stopped")  # of what no rule knows
RULES = [
    ({}, UNSEEN),
    # The parameter changes nothing.
    ({"scores": changed(0.9e-6)}, ("inert",)),
    ({"scores": changed(1.1e-6)}, UNSEEN),
    ({"scores": level(0.9e-6)}, UNSEEN),
    ({"scores": level(1.1e-6)}, ("inert",)),
    ({"scores": 0 * SCORES}, UNSEEN),
    ({"columns": [5, 40], "misfits": {10: 0.5, 160: 0.59}}, ("inert",)),
    ({"columns": [5, 40], "misfits": {10: 0.59, 160: 0.5}}, ("inert",)),
    ({"columns": [5, 40], "misfits": {10: 0.5, 160: 0.61}}, UNSEEN),
    ({"columns": []}, UNSEEN),
    ({"columns": [5], "parts": ("tuned",), "misfits": {10: 0.5, 160: 0.5}}, ("tuned",)),
    # Test rows in training.
    ({"leaked": 0.2, "own_peak": peak()}, ("leak",)),
    ({"leaked": 0.19, "own_peak": peak()}, ("healthy",)),
    # A peak.
    ({"own_peak": peak(width=92)}, ("healthy",)),
    ({"own_peak": peak(width=68)}, ("healthy",)),
    (OFF, UNSEEN),
    ({"own_peak": peak(width=67)}, UNSEEN),
    (OFF | {"ring": peak(error=0.75)}, ("healthy",)),
    (OFF | {"ring": peak(error=0.75), "tried_threshold": False}, ("grid",)),
    (OFF | {"ring": peak(error=0.74), "tried_threshold": False}, ("healthy",)),
    (OFF | {"ring": peak(error=0.74), "parts": ("averaged",)}, ("averaged",)),
    (OFF | {"numeric": False}, ("healthy",)),
    ({"own_peak": peak(), "is_linear": False}, ("loss",)),
    ({"own_peak": peak(), "is_linear": False, "noisy_ring": peak()}, ("healthy",)),
    ({"own_peak": peak(), "parts": ("averaged",)}, ("averaged",)),
    ({"own_peak": peak(), "parts": ("tuned",)}, ("tuned",)),
    (LOW, UNSEEN),
    (LOW | {"removed": ["penalty"]}, ("penalty",)),
    (LOW | {"removed": ["penalty"], "interpolates": True}, ("penalty",)),
    (LOW | {"interpolates": True}, ("healthy",)),
    # A low one where labels have little noise.
    (LOW | {"interpolates": True, "least": 0.09, "noisy_ring": peak(error=0.5)}, ("low-noise",)),
    (LOW | {"interpolates": True, "least": 0.11, "noisy_ring": peak(error=0.5)}, ("healthy",)),
    (LOW | {"interpolates": True, "least": 0.09, "noisy_ring": peak(error=0.49)}, ("healthy",)),
    # Rows that are not all used.
    ({"uses_all_rows": False}, ("effective-samples",)),
    ({"uses_all_rows": False, "own_peak": peak()}, ("effective-samples",)),
    ({"uses_all_rows": False, "removed": ["rank"]}, ("rank", "effective-samples")),
    ({"uses_all_rows": False, "parts": ("tuned",)}, ("tuned", "effective-samples")),
    ({"uses_all_rows": False, "removed": ["rank"], "ring": peak()}, ("effective-samples",)),
    ({"uses_all_rows": False, "removed": ["rank"], "own_peak": peak()}, ("effective-samples",)),
    (
        {"uses_all_rows": False, "noisy_ring": peak(), "least": 0.29},
        ("low-noise", "effective-samples"),
    ),
    # A peak that the widths have missed.
    ({"ring": peak(), "tried_threshold": False}, ("grid",)),
    ({"ring": peak(), "tried_threshold": True}, ("healthy",)),
    ({"ring": peak(ratio=4.9), "tried_threshold": False}, UNSEEN),
    ({"ring": peak(ratio=4.9), "tried_threshold": False, "interpolates": True}, ("grid",)),
    (
        {"ring": peak(ratio=4.9), "interpolates": True, "parts": ("averaged",)},
        ("averaged",),
    ),
    (
        {"ring": peak(ratio=4.9, error=0.05), "interpolates": True, "least": 0.05}
        | {"noisy_ring": peak(error=0.5)},
        ("low-noise",),
    ),
    # A search, parts that can be taken away, quiet labels.
    ({"parts": ("tuned",), "removed": ["penalty"]}, ("tuned",)),
    ({"removed": ["penalty", "rank"]}, ("penalty", "rank")),
    ({"noisy_ring": peak(), "least": 0.29}, ("low-noise",)),
    ({"noisy_ring": peak(), "least": 0.31}, UNSEEN),
    # Fits that are not linear in the labels.
    ({"is_linear": False}, ("loss",)),
    ({"is_linear": False, "rank_is_full": None}, ("loss",)),
    ({"is_linear": False, "rank_is_full": False}, ("rank", "loss")),
    ({"is_linear": False, "own_projection": True}, ("stopped", "rank")),
    ({"is_linear": False, "own_projection": True, "parts": ("rank",)}, ("rank", "stopped")),
    ({"is_linear": False, "classes": [0, 1], "rank_is_full": False}, ("loss",)),
    ({"is_linear": False, "classes": [0, 1], "parts": ("penalty",)}, ("loss", "penalty")),
    # Without a part the labels are met better, though no peak comes back.
    ({"taken": {"penalty": (0.31, 1.0), "rank": (0.5, 1.0)}}, ("rank", "penalty")),
    ({"taken": {"penalty": (0.3, 1.0), "cutoff": (0.29, 9.0)}}, UNSEEN),
    ({"taken": {"penalty": (0.31, 1.0)}, "is_linear": False}, ("penalty",)),
    # Nothing damps the fit.
    ({"interpolates": True}, ("low-noise",)),
    ({"interpolates": True, "numeric": False}, UNSEEN),
    ({"interpolates": True, "reaches": False}, UNSEEN),
    ({"interpolates": True, "is_linear_below": False}, ("loss",)),
    ({"interpolates": True, "loss_peak": peak()}, ("healthy",)),
    ({"interpolates": True, "loss_peak": peak(), "tried_threshold": False}, ("grid",)),
    # A projection: of classes coded 0 and 1 the filter is half as large.
    ({"disturbance": (0.0, 1.0009, 0.0)}, ("cutoff",)),
    ({"disturbance": (0.0, 0.9991, 0.0)}, ("cutoff",)),
    ({"disturbance": (0.0, 1.0011, 0.0)}, UNSEEN),
    ({"disturbance": (0.0, 0.9989, 0.0)}, UNSEEN),
    ({"disturbance": (0.0, 1.0, 0.009)}, ("cutoff",)),
    ({"disturbance": (0.0, 1.0, 0.011)}, ("averaged",)),
    ({"disturbance": (0.0, 1.0, 0.0), "rank_is_full": False}, ("rank",)),
    ({"disturbance": (0.0, 1.0, 0.0), "rank_is_full": None}, ("cutoff", "rank")),
    ({"disturbance": (0.0, 0.5009, 0.0), "classes": [0, 1]}, ("cutoff",)),
    ({"disturbance": (0.0, 1.0, 0.0), "classes": [0, 1]}, ("cutoff",)),
    # A smooth filter.
    ({"disturbance": (0.0, 0.7, 0.009)}, UNSEEN),
    ({"disturbance": (0.0, 0.7, 0.011), "parts": ("stopped",)}, ("stopped", "averaged")),
    ({"parts": ("stopped",)}, ("stopped", "penalty")),
    ({"parts": ("stopped", "penalty")}, UNSEEN),
    ({"filters": [(1.0, 0.5)], "parts": ("stopped",)}, ("stopped", "penalty")),
    ({"filters": [(1.0, 0.5), (2.0, 0.8)], "parts": ("stopped",)}, UNSEEN),  # a ridge of one
]


@pytest.mark.parametrize(("facts", "causes"), RULES)
def test_each_rule_holds_up_to_its_limit(facts, causes):
    assert decide(Told(**facts)) == causes


def test_what_was_noted_of_the_predictions_is_their_relative_change():
    told = Told(scores=1e3 * SCORES, columns=[5], misfits={10: 0.5, 160: 0.75})
    decide(told)
    assert told.notes["change of predictions"] == 1.0
    assert told.notes["change of the fit"] == 0.25
    ridge = Told(filters=[(1.0, 0.5), (2.0, 0.8), (3.0, 0.9)])
    decide(ridge)
    assert ridge.notes["filter as of a ridge"] == pytest.approx(0.0, abs=1e-12)
    steps = -np.log([0.5, 0.2, 0.1]) / [1.0, 4.0, 9.0]
    expected = np.log(steps.max() / steps.min())
    assert ridge.notes["filter as of few steps"] == pytest.approx(expected)


class Ended(Told):
    """No fit is left once the parts are to be taken away."""

    def removable(self):
        raise Spent


@pytest.mark.parametrize(
    ("facts", "causes"),
    [
        ({}, ("unclear",)),
        ({"parts": ("averaged", "penalty")}, ("averaged",)),
        ({"parts": ("averaged",), "taken": {"penalty": (2.0, 0.0)}}, ("penalty",)),
    ],
)
def test_without_a_fit_left_the_answer_is_what_was_seen_or_unclear(facts, causes):
    told = Ended(**facts)
    assert decide(told) == causes
    assert told.notes["stopped early"] == 7


def numbers_curve(errors, n_rows=50, spread=1.0):
    losses = np.outer(errors, np.ones(n_rows))
    return Curve(list(range(10, 60, 10))[: len(errors)], losses, losses, None, spread)


@pytest.mark.parametrize(
    ("errors", "n_rows", "spread", "ratio"),
    [
        ([0.5, 1.0, 0.3], 50, 1.0, 2.0),
        ([0.3, 1.0, 0.5], 50, 1.0, 2.0),
        ([0.51, 1.0, 0.3], 50, 1.0, None),
        ([0.3, 1.0, 0.51], 50, 1.0, None),
        ([0.2, 1.0, 0.4, 0.1], 50, 1.0, 5.0),
        ([0.9, 0.2, 1.0, 0.1, 0.9], 50, 1.0, 5.0),
        ([0.0, 1.0, 0.0], 50, 1.0, np.inf),
        ([0.5, 1.5, 0.5], 9, 1.0, 3.0),  # nine of nine rows: three standard errors of a sign
        ([0.5, 1.5, 0.5], 8, 1.0, None),
        ([0.25, 1.25, 0.25], 50, 99.0, 5.0),
        ([0.25, 1.25, 0.25], 50, 101.0, None),  # less than a hundredth of the spread
        ([1.0, 0.2, 1.0], 50, 1.0, None),
    ],
)
def test_a_peak_of_numbers_is_twice_the_higher_valley(errors, n_rows, spread, ratio):
    found = find_peak(numbers_curve(errors, n_rows, spread))
    assert (found and found.ratio) == (ratio and pytest.approx(ratio))


@pytest.mark.parametrize(
    ("up", "down", "is_peak"), [(30, 10, True), (29, 11, False), (9, 0, True), (8, 0, False)]
)
def test_rows_that_err_more_are_weighed_against_those_that_err_less(up, down, is_peak):
    """(up - down)/sqrt(up + down), of 40 rows, is 3.2, 2.8, 3 and 2.8."""
    high = np.ones(40)
    high[:up], high[40 - down :] = 9.0, 0.1
    losses = np.array([np.ones(40), high, np.ones(40)])
    found = find_peak(Curve([1, 2, 3], losses[..., None], losses, None, spread=1.0))
    assert (found is not None) == is_peak


@pytest.mark.parametrize(
    ("n_rows", "loss", "linear", "is_peak"),
    [
        (10, 0.6, True, True),  # 7 rows: 7 / sqrt(7) = 2.6 standard errors
        (9, 0.6, True, False),
        (10, 0.59, True, False),
        (13, 0.6, False, True),
        (12, 0.6, False, False),
    ],
)
def test_a_peak_of_classes_is_beyond_chance_and_has_twice_the_loss(n_rows, loss, linear, is_peak):
    n_wrong = {10: 7, 9: 6, 13: 9, 12: 8}[n_rows]
    wrong = np.zeros((3, n_rows), dtype=bool)
    wrong[1, :n_wrong] = True
    losses = np.array([[0.3], [loss], [0.3]]) * np.ones(n_rows)
    curve = Curve([1, 2, 3], losses[..., None], losses, wrong, spread=0.5)
    found = find_peak(curve, linear=linear)
    assert (found is not None) == is_peak
    assert found is None or found.error == pytest.approx(n_wrong / n_rows)


def test_a_curve_that_is_never_better_than_chance_has_no_peak():
    wrong = np.arange(100) < np.array([[60], [80], [60]])
    losses = np.array([[0.3], [0.9], [0.3]]) * np.ones(100)
    assert find_peak(Curve([1, 2, 3], losses[..., None], losses, wrong, spread=0.5)) is None


def measured(**facts):
    """What a result is made of: probes of 60 rows of 80, whose numbers are told."""
    evidence = {"classes are separable": Evidence("classes are separable", 31.0, "least width")}
    asked = []

    def curve(widths, labels, change=None):
        asked.append((labels, change))
        return SimpleNamespace(widths=widths, errors=np.full(len(widths), 0.5))

    given = {
        "data": SimpleNamespace(classes=None, n=60, y="own labels"),
        "evidence": evidence | {"last": Evidence("last", 1.0, "times")},
        "own_curve": SimpleNamespace(errors=np.array([0.1, 0.2])),
        "numeric": True,
        "threshold": 59,
        "effective_ridge": 0.25,
        "separable_width": 31,
        "without": lambda cause: {"alpha": 0} if cause == "penalty" else None,
        "noisy": "noisy labels",
        "ring_widths": [30, 60, 108],
        "curve": curve,
        "subject": SimpleNamespace(n_fits=17),
        "widths": [15, 90],
        "line": (1.0, 0.0),
        "parts": [],
        "taken": {},
        "leaked": 0.0,
        "asked": asked,
    }
    return SimpleNamespace(**given | facts)


def test_a_result_is_in_the_callers_rows():
    probes = measured()
    found = _result(probes, ("penalty", "stopped"), 80 / 60)
    assert (found.cause, found.causes) == ("penalty", ("penalty", "stopped"))
    assert found.threshold == round(59 * 80 / 60) == 79
    np.testing.assert_allclose(found.widths, [20, 120])
    np.testing.assert_allclose(found.expected[0], [40, 80, 144])
    assert found.errors.tolist() == [0.1, 0.2]
    assert found.expected[1].tolist() == [0.5, 0.5, 0.5]
    assert (found.n_fits, found.score_name) == (17, "Mean squared error")
    assert probes.asked == [("own labels", {"alpha": 0})]
    assert str(found).startswith("No peak at 79: an effective ridge of 0.25 is at work.")
    assert [item.probe for item in found.evidence] == ["classes are separable", "last"]


def test_what_a_result_shows_beside_the_curve():
    probes = measured()
    assert _result(probes, ("low-noise",), 1.0).expected is not None
    assert probes.asked == [("noisy labels", None)]
    assert _result(measured(), ("healthy",), 1.0).expected is None
    assert str(_result(measured(), ("effective-samples",), 80 / 60)).startswith(
        "No peak at 80, the"
    )
    inert = _result(measured(), ("inert",), 1.0)
    assert (inert.threshold, inert.expected) == (None, None)
    assert "effective ridge" not in str(_result(measured(), ("cutoff",), 1.0))
    words = _result(measured(numeric=False), ("low-noise",), 1.0)
    assert (words.threshold, words.expected, words.widths.tolist()) == (None, None, [])
    assert words.errors.tolist() == [0.1, 0.2]
    classes = SimpleNamespace(classes=[0, 1], n=60, y=None)
    found = _result(measured(data=classes), ("loss",), 80 / 60)
    assert found.score_name == "Test error (%)"
    assert f"From {round(31 * 80 / 60)} on it can separate" in str(found)
    assert found.evidence[0].probe == "classes are separable"
    assert "separate" not in str(_result(measured(separable_width=None), ("loss",), 1.0))
    assert "separate" not in str(_result(measured(), ("penalty",), 1.0))
    answer, remedy = str(found).split("\nRemedy: ")
    assert remedy.endswith(".")
    assert answer.startswith("No peak at 79: this is no least squares")


def test_no_bar_is_drawn_unless_it_is_asked_for(capsys):
    X = np.random.default_rng(0).standard_normal((40, 5))
    arguments = {"param_name": "n_jobs", "param_range": [1, 2]}
    diagnose(LinearRegression(), X, X[:, 0], **arguments)
    assert capsys.readouterr().err == ""
    diagnose(LinearRegression(), X, X[:, 0], progress=True, **arguments)
    assert "of at most 60 fits" in capsys.readouterr().err
    with pytest.raises(ValueError, match="max_fits must be at least 5; got 4"):
        diagnose(LinearRegression(), X, X[:, 0], max_fits=4, **arguments)


def test_the_picture_has_the_numbers_of_the_result():
    found = _result(measured(), ("penalty",), 80 / 60)
    ax = found.plot().ax_
    assert ax.get_title() == "Diagnosis: penalty\nlast: 1"
    lines = [line.get_xydata() for line in ax.get_lines()]
    own = np.column_stack([found.widths, found.errors])
    mended = np.column_stack(found.expected)
    for curve in (own, mended):
        assert any(line.shape == curve.shape and np.allclose(line, curve) for line in lines)
    assert any(np.all(line[:, 0] == 79) for line in lines)

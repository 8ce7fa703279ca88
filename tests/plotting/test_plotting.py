"""Displays: what they draw, on which axes, and what they refuse."""

import importlib
import inspect
import itertools
import pkgutil
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_blobs, make_regression
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import validation_curve
from sklearn.pipeline import make_pipeline

import ddkd
from ddkd import LeastSquaresRegressor, RandomFourierFeatures
from ddkd.plotting import (
    DistillationDisplay,
    DoubleDescentDisplay,
    PhaseDiagramDisplay,
    legend_below,
    legend_entries,
    new_axes,
    pivot,
)
from ddkd.solvers import width_path
from ddkd.theory import isotropic_risk

WIDTHS = np.array([2, 5, 10, 18, 19, 20, 21, 22, 30, 60, 100])


@pytest.fixture
def errors():
    """Mean squared errors of min-norm models, a column a repeat."""
    rng = np.random.default_rng(0)
    columns = []
    for _ in range(6):
        Z, noise = rng.standard_normal((70, 100)), rng.standard_normal(70)
        y = Z[:, :30].sum(axis=1) / 6 + noise
        columns.append(width_path(Z[:20], y[:20], WIDTHS, Z_test=Z[20:], Y_test=y[20:]).test_mse)
    return np.hstack(columns)


def display_of(errors, **options):
    """A display of mean squared errors."""
    options = {"score_name": "Mean squared error", **options}
    return DoubleDescentDisplay(widths=WIDTHS, test_scores=errors, **options)


def test_double_descent_shows_means_and_standard_errors(errors):
    display = display_of(errors, threshold=20).plot()
    assert display.figure_ is display.ax_.figure
    (line,) = display.lines_
    np.testing.assert_allclose(line.get_ydata(), errors.mean(axis=1))
    band = display.ax_.collections[0].get_paths()[0].vertices
    first = band[band[:, 0] == 2, 1]
    half = errors[0].std(ddof=1) / np.sqrt(6)
    assert first.min() == pytest.approx(errors[0].mean() - half)
    assert first.max() == pytest.approx(errors[0].mean() + half)
    assert not display.ax_.containers
    (mark,) = display.thresholds_
    assert list(mark.get_xdata()) == [20, 20]
    assert [text.get_text() for text in display.ax_.texts] == ["n = 20"]
    assert display.ax_.get_xscale() == display.ax_.get_yscale() == "log"


def test_two_repeats_have_standard_errors():
    scores = np.array([[0.2, 0.4], [0.3, 0.3], [0.5, 0.9]])
    half = np.array([0.1, 0.0, 0.2])  # half the difference of two
    display = DoubleDescentDisplay(widths=[10, 20, 30], test_scores=scores).plot()
    band = display.ax_.collections[0].get_paths()[0].vertices
    for width, middle, error in zip([10, 20, 30], scores.mean(axis=1), half, strict=True):
        ends = band[band[:, 0] == width, 1]
        np.testing.assert_allclose([ends.min(), ends.max()], [middle - error, middle + error])
    marks = DoubleDescentDisplay(widths=[10, 20, 30], test_scores=scores, theory=half + 0.3).plot()
    (bars,) = marks.ax_.containers[0].lines[2]  # beside a theory, bars in place of a band
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(np.ptp(ends, axis=1), 2 * half, atol=1e-12)


def test_median_and_standard_error(errors):
    both = display_of(errors, train_scores=errors / 2)
    display = both.plot(average="median", score_type="both")
    np.testing.assert_allclose(display.lines_[0].get_ydata(), np.median(errors, axis=1))
    assert len(display.lines_) == len(display.ax_.collections) == 2
    band = display.ax_.collections[0].get_paths()[0].vertices
    first = band[band[:, 0] == 2, 1]
    half = 0.5 / np.sqrt(6)
    ends = np.quantile(errors[0], [0.5 - half, 0.5 + half])
    np.testing.assert_allclose([first.min(), first.max()], ends)


def test_infinite_theory_leaves_through_the_top(errors):
    theory = isotropic_risk(20, WIDTHS, signal=0.8, noise_variance=1.0)
    assert np.isinf(theory).sum() == 3
    display = display_of(errors, theory=theory).plot()
    curve, line = display.lines_
    assert curve.get_linestyle() == "None"
    assert line.get_color() == curve.get_color()
    assert line.get_zorder() < curve.get_zorder()  # the measured marks stay in sight
    top = display.ax_.get_ylim()[1]
    drawn = line.get_ydata()
    assert (drawn[np.isinf(theory)] > top).all()
    np.testing.assert_array_equal(drawn[np.isfinite(theory)], theory[np.isfinite(theory)])
    assert top < 2 * curve.get_ydata().max()
    alone = DoubleDescentDisplay(widths=WIDTHS, test_scores=None, theory=theory).plot()
    assert alone.ax_.get_ylim()[1] < 200  # a few times the largest finite value
    # the figure can be drawn without a warning
    alone.figure_.canvas.draw()
    display.figure_.canvas.draw()


def test_a_huge_peak_is_cut_and_the_valleys_are_not():
    widths = np.array([10, 20, 50, 100, 150, 200, 300, 500, 1000, 2000])
    errors = np.array([0.5, 0.45, 0.5, 0.7, 1.3, 2e9, 0.7, 0.3, 0.15, 0.1])
    ax = (
        DoubleDescentDisplay(
            widths=widths, test_scores=errors, threshold=200, score_name="Mean squared error"
        )
        .plot()
        .ax_
    )
    bottom, top = ax.get_ylim()
    assert bottom < 0.1
    assert 1.3 < top < 100
    labels = [text for text in ax.texts if text.get_text()]
    assert {text.get_text() for text in labels} == {"n = 200", "rises to 2e9"}
    assert all(text.xy == (200, 1.0) for text in labels)
    assert len({text.get_position()[1] for text in labels}) == 2  # one above the other
    # a peak of 50 times the rest is shown whole, and so is one that a second display adds
    whole = DoubleDescentDisplay(
        widths=widths,
        test_scores=np.where(errors > 2, 50.0, errors),
        score_name="Mean squared error",
    )
    assert whole.plot().ax_.get_ylim()[1] > 50
    whole.plot(ax)
    assert ax.get_ylim()[1] > 50
    assert [text.get_text() for text in ax.texts if "to" in text.get_text()] == ["rises to 2e9"]
    percent = DoubleDescentDisplay(widths=widths, test_scores=errors).plot().ax_
    assert [text.get_text() for text in percent.texts] == ["", "rises to 2e11 %"]


def test_labels_above_the_axes_do_not_cover_each_other():
    display = DistillationDisplay(
        x=[10, 100, 1000],
        scores={"student": [0.3, 0.2, 0.1]},
        threshold={"m = 1,000": 1000, "m = 110": 110, "n = 100": 100},
    ).plot()
    display.figure_.canvas.draw()
    heights = {text.xy[0]: text.get_position()[1] for text in display.ax_.texts}
    assert heights[100] == heights[1000] < heights[110]
    boxes = [text.get_window_extent() for text in display.ax_.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    axes = display.ax_.get_window_extent()
    assert not any(box.overlaps(axes) for box in boxes)
    assert not display.ax_.get_legend().get_window_extent().overlaps(axes)


@pytest.mark.parametrize("decades", [0.7, 1.3, 2, 3, 5, 9, 14])
@pytest.mark.parametrize("inches", [3, 8])
def test_round_ticks_do_not_collide(inches, decades):
    figure = plt.figure(figsize=(inches, 4), layout="constrained")
    widths = np.geomspace(3, 3 * 10**decades, 9)
    DoubleDescentDisplay(widths=widths, test_scores=0.1 * widths).plot(figure.subplots())
    figure.canvas.draw()
    for axis in (figure.axes[0].xaxis, figure.axes[0].yaxis):
        low, high = axis.get_view_interval()
        ticks = [t for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
        boxes = [tick.label1.get_window_extent() for tick in ticks]
        assert len(boxes) >= 2
        assert not any(a.overlaps(b) for a, b in itertools.pairwise(boxes))


def test_ticks_are_one_two_and_five_where_there_is_room():
    ax = DoubleDescentDisplay(widths=[3, 30, 300], test_scores=[0.1, 0.2, 0.1]).plot().ax_
    low, high = ax.get_xlim()
    ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
    np.testing.assert_allclose(ticks, [5, 10, 20, 50, 100, 200])


def test_large_and_small_ticks_say_what_they_are():
    from ddkd.plotting._axes import _plain_number

    values = [0.002, 1.0, 50.0, 200_000.0, 2e6, 1e9, 5e-7]
    assert [_plain_number(v) for v in values] == [
        "0.002", "1", "50", "200,000", r"$2 \times 10^{6}$", "$10^{9}$", r"$5 \times 10^{-7}$"
    ]  # fmt: skip


def test_a_threshold_is_marked_once_by_displays_that_share_axes():
    options = {"widths": [1, 2, 3], "test_scores": [0.1, 0.2, 0.1], "threshold": 2}
    ax = DoubleDescentDisplay(**options).plot(name="a").ax_
    DoubleDescentDisplay(**options).plot(ax, name="b")
    assert [text.get_text() for text in ax.texts] == ["n = 2"]


def test_fractions_are_shown_as_percentages():
    display = DoubleDescentDisplay(widths=[10, 20, 30], test_scores=[0.2, 0.4, 0.1]).plot()
    display.figure_.canvas.draw()
    assert display.ax_.get_ylabel() == "Test error (%)"
    assert display.ax_.yaxis.get_major_formatter()(0.25, 0) == "25"


def test_a_model_looks_the_same_in_every_picture():
    one = DistillationDisplay(x=[1, 2], scores={"direct": [0.2, 0.3], "student": [0.1, 0.2]})
    two = DistillationDisplay(x=[1, 2], scores={"hard labels": [0.2, 0.3], "else": [0.1, 0.2]})
    direct, student = one.plot().lines_
    hard, other = two.plot().lines_
    curve = DoubleDescentDisplay(widths=[1, 2], test_scores=[0.3, 0.4]).plot().lines_[0]
    for a, b in ((student, hard), (direct, curve)):
        assert (a.get_color(), a.get_marker()) == (b.get_color(), b.get_marker())
    assert len({line.get_color() for line in (direct, student)}) == 2
    assert other.get_color() != hard.get_color()


@pytest.mark.parametrize(
    "name",
    [
        "$\\frac{1}$.csv",
        "\\" * 9,
        249 * "a" + ".csv",
        "\udcff\udcfe.csv",
        "\x1b[31mred\u202e\n",
        "\u4e2d\U0001f600",
        "a$b$c^{_",
    ],
)
def test_no_name_of_a_file_breaks_a_title(name):
    display = DoubleDescentDisplay(widths=[1, 2, 3], test_scores=[0.1, 0.4, 0.2], title=name)
    display.plot().figure_.canvas.draw()
    title = display.ax_.title.get_window_extent()
    assert title.width < display.figure_.bbox.width
    assert display.ax_.get_title().isprintable()


def test_from_estimator_measures_any_estimator_and_says_when_there_is_no_peak():
    X, y = make_regression(120, 5, noise=5.0, random_state=0)
    model = LeastSquaresRegressor(RandomFourierFeatures(gamma=0.5, random_state=0))
    options = {"param_name": "features__n_components", "param_range": [10, 40, 120]}
    tests = {"X_test": X[40:], "y_test": y[40:]}
    display = DoubleDescentDisplay.from_estimator(model, X[:40], y[:40], **options, **tests)
    expected = [
        np.mean((clone(model).set_params(features__n_components=w).fit(X[:40], y[:40])
                 .predict(X[40:]) - y[40:]) ** 2)
        for w in (10, 40, 120)
    ]  # fmt: skip
    np.testing.assert_allclose(display.test_scores[:, 0], expected)
    assert display.threshold == 40
    assert display.no_peak is False
    damped = DoubleDescentDisplay.from_estimator(
        clone(model).set_params(alpha=30.0), X[:40], y[:40], **options, **tests
    )
    assert damped.no_peak is True
    assert "no_peak=True" in repr(damped)
    assert "ddkd.diagnose" in damped.plot().ax_.get_title()
    assert model.features.n_components == 100  # a clone was fitted


def test_from_estimator_cross_validates_without_test_data():
    X, y = make_blobs(60, 4, centers=3, cluster_std=4.0, random_state=0)
    model = make_pipeline(RandomFourierFeatures(gamma=0.1, random_state=0), RidgeClassifier())
    options = {"param_name": "randomfourierfeatures__n_components", "param_range": [5, 20]}
    display = DoubleDescentDisplay.from_estimator(model, X, y, **options, cv=3)
    train, test = validation_curve(model, X, y, cv=3, **options)
    np.testing.assert_allclose(display.test_scores, 1 - test)
    np.testing.assert_allclose(display.train_scores, 1 - train)
    assert display.threshold is None  # 40 rows, beyond the widths
    with pytest.raises(ValueError, match="X_test and y_test go together"):
        DoubleDescentDisplay.from_estimator(model, X, y, **options, X_test=X)
    with pytest.raises(ValueError, match="param_range is empty"):
        DoubleDescentDisplay.from_estimator(model, X, y, param_name="a", param_range=[])


def test_a_display_says_in_a_few_lines_what_it_holds(errors):
    lines = repr(display_of(errors, threshold=20)).splitlines()
    assert len(lines) <= 12
    assert max(map(len, lines)) <= 78
    assert "    test_scores=array of shape (11, 6)" in repr(display_of(errors))


def test_small_ranges_are_linear_and_begin_at_zero():
    display = DoubleDescentDisplay(widths=[10, 20, 30], test_scores=[0.2, 0.4, 0.1]).plot()
    assert display.ax_.get_xscale() == display.ax_.get_yscale() == "linear"
    assert display.ax_.get_ylim()[0] == 0
    assert not display.ax_.collections


def test_an_error_of_zero_joins_a_logarithmic_axis():
    first = DoubleDescentDisplay(widths=[1, 2, 3], test_scores=[0.01, 0.5, 0.02]).plot(name="a")
    assert first.ax_.get_yscale() == "log"
    DoubleDescentDisplay(widths=[1, 2, 3], test_scores=[0.0, 0.4, 0.1]).plot(first.ax_, name="b")
    assert first.ax_.get_yscale() == "linear"
    assert first.ax_.get_ylim()[0] == 0


def test_displays_share_axes_and_differ_in_colour_dashes_and_marker():
    low = DoubleDescentDisplay(widths=[1, 2, 3], test_scores=[0.1, 0.2, 0.1]).plot(name="low")
    high = DoubleDescentDisplay(widths=[1, 2, 3], test_scores=[90.0, 95.0, 80.0])
    high.plot(low.ax_, name="high")
    assert high.ax_ is low.ax_
    one, two = low.lines_[0], high.lines_[0]
    for get in ("get_color", "get_linestyle", "get_marker"):
        assert getattr(one, get)() != getattr(two, get)()
    bottom, top = high.ax_.get_ylim()
    assert bottom < 0.1
    assert top > 95
    labels = [text.get_text() for text in high.ax_.get_legend().get_texts()]
    assert labels == ["low", "high"]


def test_colours_differ_in_grey():
    """The first curves of a display, by the luminance of ITU-R BT.709."""
    from matplotlib.colors import to_rgb

    display = DistillationDisplay(x=[1, 2], scores={k: [0.1, 0.2] for k in "abc"}).plot()
    grey = sorted(
        to_rgb(line.get_color()) @ np.array([0.2126, 0.7152, 0.0722]) for line in display.lines_
    )
    assert np.diff(grey).min() > 0.05


def test_distillation_display_draws_curves_levels_and_theory():
    rng = np.random.default_rng(0)
    scores = {"hard": rng.random((4, 5)), "soft": rng.random(4)}
    display = DistillationDisplay(
        x=[10, 20, 30, 40],
        scores=scores,
        levels={"teacher": rng.random(5), "chance": 0.9},
        threshold={"n": 20, "m": 40},
        theory={"hard": [0.1, np.inf, 0.3, 0.2], "limit": ([15.0, 35.0], [0.2, 0.2])},
    ).plot()
    labels = [line.get_label() for line in display.lines_]
    assert labels == ["hard", "soft", "teacher", "chance", "hard, theory", "limit"]
    assert [text.get_text() for text in display.ax_.texts] == ["n", "m"]
    np.testing.assert_allclose(display.lines_[0].get_ydata(), scores["hard"].mean(axis=1))
    assert display.lines_[0].get_linestyle() == "None"
    assert display.lines_[1].get_linestyle() != "None"
    assert display.lines_[4].get_color() == display.lines_[0].get_color()
    assert display.ax_.get_ylim()[1] < 1.5


def test_phase_diagram_marks_borders_losses_and_what_is_undecided():
    rng = np.random.default_rng(0)
    truth = np.linspace(-1, 1, 12).reshape(3, 4)
    noise = rng.standard_normal((3, 4, 9))
    error = noise.std(axis=2, ddof=1) / 3
    display = PhaseDiagramDisplay(
        x=[0.0, 0.1, 0.2, 0.3],
        y=[10, 100, 1000],
        gain=truth + noise.mean(axis=2),
        standard_error=error,
    ).plot()
    undecided = np.abs(display.gain) < 2 * error
    worse = display.gain < -2 * error
    assert 0 < undecided.sum() < 12
    assert 0 < worse.sum() < 12
    hatches = [patch.get_hatch() for patch in display.ax_.patches]
    assert hatches.count("///") == undecided.sum()
    assert hatches.count("..") == worse.sum()
    assert display.border_ is not None
    assert display.ax_.get_yscale() == "log"
    assert display.ax_.get_xscale() == "linear"
    assert display.ax_.get_xlim() == pytest.approx((-0.05, 0.35))  # where the outer cells end
    assert display.ax_.get_ylim() == pytest.approx((10**0.5, 10**3.5))
    low, high = display.mesh_.get_clim()
    assert low == -high
    assert high == 2 * min(display.gain.max(), -display.gain.min())
    display.figure_.canvas.draw()


def test_phase_diagram_without_a_border():
    display = PhaseDiagramDisplay(x=[1, 2], y=[1, 2], gain=np.ones((2, 2))).plot()
    assert display.border_ is None
    assert display.mesh_.get_clim() == (-1.0, 1.0)


def test_a_table_has_one_record_a_repeat_and_point():
    table = {"x": [3, 1, 3, 1], "repeat": [7, 7, 5, 5], "error": [1, 2, 3, 4]}
    columns = {name: np.array(values) for name, values in table.items()}
    points, scores = pivot(columns, "error", "x")
    np.testing.assert_array_equal(points, [1, 3])
    np.testing.assert_array_equal(scores, [[4, 2], [3, 1]])
    for rows in ([0, 1, 2], [], [0, 1, 2, 3, 3]):
        part = {name: values[rows] for name, values in columns.items()}
        with pytest.raises(ValueError, match="must have one record of 'error' at every 'x'"):
            pivot(part, "error", "x")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DoubleDescentDisplay(widths=[1], test_scores=None), "cannot both be None"),
        (lambda: DoubleDescentDisplay(widths=[1, 2], test_scores=[1.0]), "test_scores must have"),
        (
            lambda: DoubleDescentDisplay(widths=[1, 2], test_scores=None, theory=[np.nan, np.nan]),
            "not all NaN",
        ),
        (
            lambda: DoubleDescentDisplay(widths=[1], test_scores=[1.0]).plot(score_type="train"),
            "needs train_scores",
        ),
        (
            lambda: DoubleDescentDisplay(widths=[1], test_scores=[1.0]).plot(average="mode"),
            "average must be one of",
        ),
        (lambda: DistillationDisplay(x=[1, 2], scores={}), "cannot both be empty"),
        (
            lambda: DistillationDisplay(x=[1, 2], scores={"hard": [1.0]}),
            r"scores\['hard'\] must have one row for each of 2 points",
        ),
        (
            lambda: PhaseDiagramDisplay(x=[1, 3, 2], y=[1, 2], gain=np.ones((2, 3))),
            "x must be two or more increasing values",
        ),
        (
            lambda: PhaseDiagramDisplay(x=[1, 2], y=[1, 2, 3], gain=np.ones((2, 3))),
            r"gain must have the shape \(len\(y\), len\(x\)\) = \(3, 2\)",
        ),
    ],
)
def test_errors_name_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def _classes_with_a_picture():
    """Every public class that has a method `plot`."""
    rooms = {module.name for module in pkgutil.iter_modules(ddkd.__path__)}
    for name in sorted(room for room in rooms if room[0] != "_"):
        room = importlib.import_module(f"ddkd.{name}")
        for public in getattr(room, "__all__", ()):
            if inspect.isclass(found := getattr(room, public)) and hasattr(found, "plot"):
                yield found


def test_every_plot_takes_axes_and_returns_a_display_or_axes():
    """One convention, whatever the result."""
    classes = set(_classes_with_a_picture())
    names = {found.__name__ for found in classes}
    assert {"Advice", "Diagnosis", "DoubleDescentDisplay", "SweepResult", "Verdict"} <= names
    for found in classes:
        _, ax, *others = inspect.signature(found.plot).parameters.values()
        assert (ax.name, ax.default) == ("ax", None), found
        assert {other.kind for other in others} <= {ax.KEYWORD_ONLY, ax.VAR_KEYWORD}, found
        kinds = inspect.signature(found.plot).return_annotation.split(" | ")
        assert all(kind in ("Axes", "Self") or kind.endswith("Display") for kind in kinds), found


def test_nothing_waits_for_matplotlib_before_it_draws():
    code = (
        "import sys, ddkd; ddkd.LeastSquaresClassifier, ddkd.DistilledRegressor, ddkd.solvers;"
        "import ddkd.cli.advise, ddkd.cli.curve, ddkd.cli.diagnose, ddkd.cli.theorems;"
        "slow = ('matplotlib', 'scipy.signal');"
        "assert not [name for name in sys.modules if name.startswith(slow)]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("label", "n_columns"), [("fit", 3), ("a model of very many words", 1)])
def test_a_legend_has_as_many_columns_as_fit_under_its_axes(label, n_columns):
    ax = new_axes()
    for i in range(3):
        ax.plot([1, 2], [i, 1], label=f"{label} {i}")
    legend_below(ax, legend_entries(ax))
    ax.figure.canvas.draw()
    left = {round(text.get_window_extent().x0) for text in ax.get_legend().get_texts()}
    assert len(left) == n_columns
    assert ax.get_legend().get_window_extent().width <= ax.figure.bbox.width


def test_a_legend_under_one_of_two_axes_is_in_its_middle():
    ax = plt.figure(figsize=(8, 4)).subplots(1, 2)[1]
    ax.plot([1, 2], [2, 1], label="fit")
    legend_below(ax, legend_entries(ax))
    ax.figure.canvas.draw()
    box, axes = ax.get_legend().get_window_extent(), ax.get_window_extent()
    assert (box.x0 + box.x1) / 2 == pytest.approx((axes.x0 + axes.x1) / 2, abs=1)
    assert box.y1 < axes.y0

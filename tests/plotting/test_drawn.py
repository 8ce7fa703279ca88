"""What stands in a picture: positions, extents, order and texts, from the numbers drawn."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from sklearn.base import clone

from ddkd import LeastSquaresRegressor, RandomFourierFeatures
from ddkd.plotting import (
    FONT,
    DistillationDisplay,
    DoubleDescentDisplay,
    PhaseDiagramDisplay,
    draw_level,
    draw_scores,
    draw_theory,
    finish,
    legend_entries,
    look,
    mark_thresholds,
    new_axes,
    set_title,
)
from ddkd.plotting._axes import _plain_number, _rough, _round_ticks
from ddkd.plotting._double_descent import _has_peak


@pytest.fixture
def ax():
    return new_axes()


def curve_of(x, y, **options):
    """The axes of one curve."""
    options = {"score_name": "Squared error", **options}
    return DoubleDescentDisplay(widths=x, test_scores=y, **options).plot().ax_


def extent(collection):
    """Lowest and highest ordinate of a band."""
    heights = collection.get_paths()[0].vertices[:, 1]
    return heights.min(), heights.max()


def test_curves_levels_bars_and_theory_have_their_look_and_place(ax):
    x, scores = np.array([3, 1, 2]), np.array([[0.5, 0.7], [0.2, 0.2], [0.1, 0.5]])
    joined = draw_scores(ax, x, scores, "direct")
    marks = draw_scores(ax, x, scores, "student", joined=False)
    bare = draw_scores(ax, x, scores, "a", errors=False)
    level = draw_level(ax, np.array([0.1, 0.3, 0.2]), "teacher")
    lone = draw_level(ax, np.array([0.4]), "chance")
    theory = draw_theory(ax, x, np.array([np.inf, 0.2, np.nan]), "student, theory", marks)
    for line in (joined, marks, bare):
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
        np.testing.assert_allclose(line.get_ydata(), [0.2, 0.3, 0.6])
        assert (line.get_markersize(), line.get_linewidth(), line.get_markevery()) == (7, 2.2, 1)
    assert [line.get_marker() for line in (joined, marks, level, lone)] == [
        "s",
        "o",
        "None",
        "None",
    ]
    np.testing.assert_allclose(level.get_ydata(), 0.2)
    np.testing.assert_allclose(lone.get_ydata(), 0.4)
    # The band of the joined curve, and of the level; neither has one without repeats or errors.
    (band,), (span,) = ax.collections[:1], ax.patches
    assert extent(band) == pytest.approx((0.1, 0.7))
    assert (band.get_alpha(), span.get_alpha()) == (0.25, 0.15)
    assert band.get_linewidth() == span.get_linewidth() == 0
    half = 0.1 / np.sqrt(3)
    assert span.get_y() == pytest.approx(0.2 - half)
    assert span.get_height() == pytest.approx(2 * half)
    # The unjoined marks have bars, with caps.
    (bars,) = ax.containers
    _, caps, (stems,) = bars.lines
    ends = [segment[:, 1] for segment in stems.get_segments()]
    np.testing.assert_allclose(ends, [[0.2, 0.2], [0.1, 0.5], [0.5, 0.7]], atol=1e-12)
    assert stems.get_linewidth() == 1.5
    assert caps[0].get_markersize() == 6  # three points to either side
    assert len(ax.collections) == 2
    # What theory says is thin, and beneath the marks; what is infinite leaves the axes.
    np.testing.assert_array_equal(theory.get_ydata()[0], 0.2)
    assert theory.get_ydata()[2] == 1e6
    assert np.isnan(theory.get_ydata()[1])
    assert (theory.get_linewidth(), theory.get_zorder(), theory.get_linestyle()) == (1.5, 1.9, "-")
    assert theory.get_color() == marks.get_color() != joined.get_color()
    alone = draw_theory(ax, x, np.array([np.inf, 20.0, 5.0]), "limit")
    assert alone.get_ydata()[2] == 2e7


def test_markers_of_many_points_stand_apart(ax):
    for n, joined, every in ((80, True, 1), (81, True, 0.05), (81, False, 1)):
        x = np.arange(1, n + 1)
        line = draw_scores(ax, x, np.ones((n, 1)), str(n), joined=joined)
        assert line.get_markevery() == every


def test_axes_are_logarithmic_beyond_twentyfold():
    for most, scale in ((20, "linear"), (20.5, "log")):
        ax = curve_of([1, 2, most], [1, most, 2])
        assert ax.get_xscale() == ax.get_yscale() == scale
    assert ax.get_ylim() == pytest.approx((1 / 1.2, 1.2 * 20.5))
    assert curve_of([0, 2, 100], [1, 3, 2]).get_xscale() == "linear"
    assert curve_of([1, 2, 3], [1, 4, 2]).get_ylim() == pytest.approx((0, 1.08 * 4))
    assert curve_of([1, 2, 100], [1, 3, 2], width_name="Wrong (%)").get_xscale() == "linear"
    # Rounding is no valley, and a small error is one.
    for least, bottom in ((9e-13, 0.01), (1.1e-12, 1.1e-12)):
        ax = curve_of([1, 2, 3], [least, 1, 0.01])
        assert ax.get_ylim() == pytest.approx((bottom / 1.2, 1.2), rel=1e-9)
    zero = curve_of([1, 2, 3], [0, 0, 0])
    assert zero.get_ylim()[1] > 0


def test_a_peak_is_cut_beyond_a_thousand_times_what_lies_beside_it():
    for peak, top in ((1000, 1000), (1001, 30)):
        ax = curve_of([1, 2, 3, 4, 5], [1, 0.5, peak, 0.5, 0.1])
        assert ax.get_ylim() == pytest.approx((0.1 / 1.2, 1.2 * top))
        arrows = [text for text in ax.texts if text.arrow_patch is not None]
        assert len(arrows) == (peak > 1000)
    (arrow,) = arrows
    assert (arrow.xy, arrow.get_position()) == ((3, 1.0), (3, 0.9))
    assert arrow.arrow_patch.get_linewidth() == 1.6
    assert arrow.arrow_patch.get_mutation_scale() == 16
    # Ends count as typical: here the curve begins, or ends, high.
    for y in ([5, 1, 3000, 1, 1], [1, 1, 3000, 1, 5]):
        assert curve_of([1, 2, 3, 4, 5], y).get_ylim()[1] == pytest.approx(1.2 * 3000)
    # Of two peaks at one place the higher is told, whichever was drawn first.
    for heights in ((2e4, 7e5), (7e5, 2e4)):
        curves = {str(h): [1, h, 1] for h in heights}
        both = DistillationDisplay(x=[1, 2, 3], scores=curves, score_name="Squared error").plot()
        assert [text.get_text() for text in both.ax_.texts] == ["", "rises to 700,000"]


def test_panels_that_share_an_axis_share_its_limits(ax):
    figure = plt.figure()
    left, right = figure.subplots(1, 2, sharey=True)
    for panel, height in ((left, 5.0), (right, 15.0)):
        draw_scores(panel, np.arange(3), np.array([[1.0], [height], [2.0]]), "test")
    finish(left, "Width", "Squared error")
    assert left.get_ylim() == right.get_ylim() == pytest.approx((0, 1.08 * 15))
    assert left.get_legend() is None  # "test" alone needs no explanation
    finish(left, "Width", "Squared error", legend=False)
    draw_scores(left, np.arange(3), np.ones((3, 1)), "other")
    finish(left, "Width", "Squared error", legend=False)
    assert left.get_legend() is None
    finish(left, "Width", "Squared error")
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["test", "other"]
    assert left.get_axisbelow() is True
    assert left.xaxis.label.get_size() == left.yaxis.label.get_size() == FONT == 14
    sizes = {
        label.get_size() for label in [*left.get_xticklabels(), *left.get_legend().get_texts()]
    }
    assert sizes == {FONT - 1}


def test_a_threshold_is_a_dotted_line_beneath_the_curves_and_its_label_is_above(ax):
    lines = mark_thresholds(ax, {"n": 2, "m": 5})
    assert [list(line.get_xdata()) for line in lines] == [[2, 2], [5, 5]]
    assert {(line.get_linestyle(), line.get_linewidth()) for line in lines} == {(":", 1.8)}
    assert {line.get_zorder() for line in lines} == {1}
    assert [(text.get_text(), text.xy) for text in ax.texts] == [("n", (2, 1)), ("m", (5, 1))]
    assert {text.get_position() for text in ax.texts} == {(0, 4)}
    assert {(text.get_ha(), text.get_va(), text.get_size()) for text in ax.texts} == {
        ("center", "bottom", FONT - 1)
    }


@pytest.mark.parametrize("thresholds", [{"n": 100}, {"n = 100": 100, "m = 110": 110}])
def test_a_title_stands_right_above_the_labels_of_thresholds(thresholds):
    display = DistillationDisplay(
        x=[10, 100, 1000], scores={"a": [0.3, 0.2, 0.1]}, threshold=thresholds, title="data"
    ).plot()
    display.figure_.canvas.draw()
    points = 72 / display.figure_.dpi
    title = display.ax_.title.get_window_extent()
    highest = max(text.get_window_extent().y1 for text in display.ax_.texts)
    assert 0 < (title.y0 - highest) * points < FONT
    assert display.ax_.title.get_size() == FONT + 1


def test_lines_of_several_models_share_a_grey_entry_in_the_legend(ax):
    x, y = np.array([1, 2]), np.array([0.1, 0.2])
    for model in ("student", "direct"):
        marks = draw_scores(ax, x, y[:, None], model, joined=False)
        draw_theory(ax, x, y, f"{model}, predicted", marks)
        entries = legend_entries(ax)
        wanted = marks.get_color() if model == "student" else "0.4"
        assert entries["predicted (thin line)"].get_color() == wanted
        assert entries["predicted (thin line)"].get_linewidth() == 1.5
    assert list(entries) == ["student", "direct", "predicted (thin line)"]
    draw_theory(ax, x, y, "student, remembered")
    draw_theory(ax, x, y, "nobody, theory")
    assert {"student, remembered", "nobody, theory"} <= set(legend_entries(ax))


@pytest.mark.parametrize(
    ("name", "space", "ticks"),
    [  # two decades from 1 to 100: labels are at most three letters wide
        ("y", 5, [1, 2, 5, 10, 20, 50, 100]),
        ("y", 4, [1, 3, 10, 30, 100]),
        ("y", 2, [1, 10, 100]),
        ("x", 5, [1, 2, 5, 10, 20, 50, 100]),
        ("x", 4, [1, 3, 10, 30, 100]),
        ("x", 3, [1, 10, 100]),
    ],
)
def test_there_are_as_many_round_ticks_as_there_is_room_for(name, space, ticks):
    axis = SimpleNamespace(
        axis_name=name,
        get_view_interval=lambda: np.array([1.0, 100.0]),
        get_tick_space=lambda: space,
        get_major_formatter=lambda: "{:.0f}".format,
    )
    drawn = _round_ticks(axis).tick_values(1, 100)
    np.testing.assert_allclose(drawn[(drawn > 0.99) & (drawn < 101)], ticks)


def test_numbers_of_every_size_are_short():
    values = [0, 0.001, 0.0009, 999_999.0, 1e6]
    said = ["0", "0.001", r"$9 \times 10^{-4}$", "999,999", "$10^{6}$"]
    assert [_plain_number(value) for value in values] == said
    values = [700, 20_000, 900_000, 1e6, 2e9, 3e11]
    said = ["700", "20,000", "900,000", "1e6", "2e9", "3e11"]
    assert [_rough(value) for value in values] == said


def test_a_peak_is_a_fifth_above_the_best_on_either_side():
    for errors, peak in (
        ([1, 1.19, 1], False),
        ([1, 1.21, 1], True),
        ([2, 1.21, 1], False),
        ([0.5, 0.7, 0.4, 0.3], True),
        ([1, 2, 3], False),
    ):
        assert _has_peak(np.array(errors, dtype=float)) is peak


@pytest.mark.parametrize(
    ("widths", "threshold"), [([30, 12], 30), ([30, 41], 30), ([31, 41], None), ([29, 12], None)]
)
def test_rows_are_the_threshold_where_the_widths_reach_them(widths, threshold):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    model = LeastSquaresRegressor(RandomFourierFeatures(gamma=1.0, random_state=0))
    display = DoubleDescentDisplay.from_estimator(
        model,
        X[:30],
        y[:30],
        param_name="features__n_components",
        param_range=iter(widths),
        X_test=X[30:],
        y_test=y[30:],
        title="noise",
    )
    assert display.threshold == threshold
    fitted = [clone(model).set_params(features__n_components=w).fit(X[:30], y[:30]) for w in widths]
    for scores, rows in ((display.train_scores, slice(30)), (display.test_scores, slice(30, 60))):
        squares = [np.mean((fit.predict(X[rows]) - y[rows]) ** 2) for fit in fitted]
        np.testing.assert_allclose(scores[:, 0], squares, atol=1e-12)
    assert display.title == "noise; no peak: ddkd.diagnose says why"  # between two widths
    assert (display.score_name, display.width_name) == (
        "Mean squared error",
        "features__n_components",
    )


def test_a_peak_is_found_in_whatever_order_the_widths_are_given():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    model = LeastSquaresRegressor(RandomFourierFeatures(gamma=1.0, random_state=0))
    data = {"X_test": X[30:], "y_test": y[30:], "param_name": "features__n_components"}
    for widths in ([5, 30, 300], [30, 300, 5], [300, 5, 30]):
        display = DoubleDescentDisplay.from_estimator(
            model, X[:30], y[:30], param_range=widths, **data
        )
        assert (display.no_peak, display.title) == (False, "")


def test_curves_are_named_after_the_model_and_what_they_measure():
    display = DoubleDescentDisplay(
        widths=[1, 2, 3], test_scores=[3, 4, 2], train_scores=[2, 1, 0], theory=[3, 4, 3]
    )

    def names(**options):
        lines = display.plot(**options).lines_
        return [line.get_label() for line in lines]

    assert names() == ["test", "test, theory"]
    assert names(name="wide") == ["wide", "wide, theory"]
    assert names(score_type="train") == ["train", "theory"]
    assert names(score_type="both") == ["test", "train", "test, theory"]
    both = ["wide, test", "wide, train", "wide, test, theory"]
    assert names(name="wide", score_type="both") == both
    with pytest.raises(ValueError, match="or a pair of abscissae and values"):
        DoubleDescentDisplay(widths=[1], test_scores=None, theory=([1], [2], [3]))


def test_the_colours_that_are_taken_are_not_used_again():
    taken = [look("student").colour]
    colours = []
    for _ in range(7):
        colours.append(look("student", taken + colours).colour)
    assert len({*taken, *colours}) == 8
    assert look("student", taken + colours).marker == "*"  # none is left: the grey one
    assert look("no such model").marker == "s"


def test_a_title_is_cut_to_the_width_of_its_axes_or_figure(ax):
    figure = Figure(figsize=(8, 5))
    set_title(figure, 200 * "x")
    set_title(ax, 200 * "x", "short")
    long, short = ax.get_title().splitlines()
    width = ax.figure.get_figwidth() * ax.get_position().width
    # Letters of 15 points are 0.56 as wide; over axes a title may be 1.15 times as wide. As many
    # letters are left at either end, so that there may be one less.
    for cut, inches in ((figure.get_suptitle(), 8), (long, 1.15 * width)):
        assert int(inches * 72 / (0.56 * 15)) - len(cut) in (0, 1)
    assert short == "short"
    assert ax.title.get_size() == figure._suptitle.get_size() == 15


def test_cells_of_a_phase_diagram_stand_where_they_belong():
    gain = np.array([[-0.2, 0.01, 0.1], [-0.01, 0.02, 0.4]])
    display = PhaseDiagramDisplay(
        x=[1, 10, 100],
        y=[0.0, 0.1],
        gain=gain,
        standard_error=np.array([[0.1, 0.01, 0.01], [0.004, 0.01, 0.01]]),
        names=("student", "teacher"),
        x_name="m",
        y_name="Wrong (%)",
        title="digits",
    ).plot()
    ax = display.ax_
    assert display.figure_ is ax.figure
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("m", "Wrong (%)", "digits")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    assert ax.yaxis.get_major_formatter()(0.25, 0) == "25"
    assert ax.xaxis.get_major_formatter()(0.25, 0) == "0.25"
    # Which cells are hatched: of two standard errors exactly, neither.
    hatched = [(p.get_hatch(), *p.get_xy(), p.get_width(), p.get_height()) for p in ax.patches]
    r = 10**0.5
    assert [cell[0] for cell in hatched] == ["..", "///"]
    np.testing.assert_allclose(hatched[0][1:], [1 / r, 0.05, r - 1 / r, 0.1])
    np.testing.assert_allclose(hatched[1][1:], [r, -0.05, 10 * r - r, 0.1])
    labels = [patch.get_label() for patch in ax.patches]
    assert labels == ["student worse", "undecided (2 s.e.)"]
    assert {(p.get_fill(), p.get_linewidth()) for p in ax.patches} == {(False, 0)}
    # Blue is better, and where it ends twice the smaller win.
    np.testing.assert_array_equal(display.mesh_.get_array(), gain)
    assert display.mesh_.get_clim() == (-0.4, 0.4)
    low, middle, high = display.mesh_.get_cmap()([0.0, 0.5, 1.0])
    np.testing.assert_allclose(low, to_rgba("#E07B39"), atol=0.01)
    np.testing.assert_allclose(middle, 1, atol=0.01)
    np.testing.assert_allclose(high, to_rgba("#00508A"), atol=0.01)
    # The border of zero gain, between the columns that it parts.
    assert display.border_.levels.tolist() == [0.0]
    assert display.border_.get_linewidth() == 2.5
    vertices = np.concatenate([path.vertices for path in display.border_.get_paths()])
    assert (vertices[:, 0] > 1).all()
    assert (vertices[:, 0] < 10).all()
    scale = display.colorbar_
    assert scale.ax.get_ylabel() == "points below the error of the\nteacher"
    assert scale.ax.get_title() == "student\nbetter"
    assert scale.ax.get_xlabel() == "worse"
    assert scale.ax.yaxis.get_major_formatter()(0.25, 0) == "25"
    assert scale.extend == "neither"
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["student worse", "undecided (2 s.e.)", "border"]


@pytest.mark.parametrize(
    ("gain", "limit", "extend"),
    [(0.3, 0.3, "neither"), (-0.3, 0.3, "neither"), (0.0, 1.0, "neither"), (None, 0.2, "both")],
)
def test_the_colours_end_where_both_methods_wins_are_seen(gain, limit, extend):
    gains = np.array([[-0.1, 0.4], [0.1, 0.4]]) if gain is None else np.full((2, 2), gain)
    display = PhaseDiagramDisplay(x=[1, 2], y=[1, 10], gain=gains).plot()
    assert display.mesh_.get_clim() == (-limit, limit)
    assert display.colorbar_.extend == extend
    assert (display.border_ is None) == (gain is not None)
    assert len(display.ax_.patches) == (gains < 0).sum()
    assert display.ax_.get_yscale() == "linear"  # ten times is not more
    assert display.ax_.get_ylim() == pytest.approx((-3.5, 14.5))

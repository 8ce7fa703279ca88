"""What `plot` draws of a sweep, and the figures of a reproduction."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ddkd.plotting import DistillationDisplay, DoubleDescentDisplay
from ddkd.reproduction import comparison_figures
from ddkd.reproduction._report import _slug
from ddkd.sweeps import SweepResult, sweep


def _sweep_of(model_width, rng, student_width, flip):
    return [
        {"model": "teacher", "error": 0.5, "n_samples": 9, "n_transfer": 0},
        {"model": "student", "error": flip + student_width / 100, "n_samples": 9, "n_transfer": 4},
        {"model": "direct", "error": 0.4, "n_samples": 9, "n_transfer": 0},
    ]


def test_students_are_curves_and_their_teacher_is_a_level():
    result = sweep(
        _sweep_of,
        lambda rng: rng.random(),
        grid={"student_width": [5, 1, 3], "flip": [0.1, 0.2]},
        repeats=4,
        progress=False,
    )
    display = result.where(flip=0.2).plot(title="toy")
    assert isinstance(display, DistillationDisplay)
    np.testing.assert_array_equal(display.x, [1, 3, 5])
    students = [[0.21], [0.23], [0.25]]
    np.testing.assert_allclose(display.scores["student"], np.tile(students, 4))
    np.testing.assert_allclose(display.levels["teacher"], np.full(4, 0.5))
    labels = [line.get_label() for line in display.lines_]
    assert labels == ["student", "directly trained", "teacher"]
    assert display.ax_.get_xlabel() == "Student width"
    assert display.ax_.get_title() == "toy"
    assert [text.get_text() for text in display.ax_.texts] == ["m = 4"]
    with pytest.raises(ValueError, match="name must be None where the column 'model' names"):
        result.plot(name="mine")
    with pytest.raises(ValueError, match="must have one record of 'error' at every"):
        result.plot()


def _columns(**more):
    widths, repeats = (a.ravel() for a in np.meshgrid([20, 5, 9], [0, 1]))
    return {"width": widths, "repeat": repeats, "n_samples": np.full(6, 9), **more}


def test_a_curve_has_its_threshold_and_beside_mean_squares_the_training_error():
    errors = np.array([3.0, 1.0, 2.0, 5.0, 3.0, 4.0])
    result = SweepResult(_columns(variance_left=errors / 10, test_mse=errors, train_mse=errors / 2))
    display = result.plot()
    assert isinstance(display, DoubleDescentDisplay)
    assert display.ax_.get_ylabel() == "Variance left (%)"
    np.testing.assert_array_equal(display.widths, [5, 9, 20])
    np.testing.assert_allclose(display.test_scores, [[0.1, 0.3], [0.2, 0.4], [0.3, 0.5]])
    assert display.threshold == 9
    again = result.plot(display.ax_, name="again", average="median", threshold=None)
    assert (again.ax_, again.threshold) == (display.ax_, None)
    squares = result.plot(value="test_mse")
    assert squares.ax_.get_ylabel() == "Mean squared error"
    drawn = {line.get_label(): line.get_ydata() for line in squares.lines_}
    np.testing.assert_allclose(drawn["train"], drawn["test"] / 2)
    with pytest.raises(ValueError, match="there is no column 'student_width'"):
        result.plot(x="student_width")
    gap = SweepResult({name: column[1:] for name, column in result.columns.items()})
    with pytest.raises(ValueError, match="every repeat must have one record of 'variance_left'"):
        gap.plot()


WIDTHS = (100, 195, 198, 200, 202, 205, 800)  # most of them within 5 % of n = 200


def _comparison(predicted, rates=(0.0,), **better):
    """Columns of a comparison of two repeats, n = 200; errors are 0.1, and 0.5 within 5 % of n.

    A model named in `better` errs so much less.
    """
    records = []

    def record(model, width, n_transfer=0, role="curve", error=None):
        columns = {"model": model, "width": width, "n_transfer": n_transfer, "role": role}
        measured = 0.5 if abs(width - 200) <= 10 else 0.1
        measured -= better.get(model.replace("-", "_"), 0)
        records.append(columns | {"error": measured if error is None else error})

    for width in WIDTHS:
        for model in ("direct", "direct-ridge"):
            record(model, width)
        for m in (600, 3200):
            for model in ("hard", "soft", "hard-tuned"):
                record(model, width, m)
    for width in (50, 100, 180, 220, 800):
        record("direct-predicted", width, role="prediction", error=predicted)
    for model in ("teacher", "teacher-tuned"):
        record(model, 3000)
    record("svm", 0, role="rival")
    rest = {"n_samples": 200, "sees": "labels"}
    rows = [
        {**row, **rest, "repeat": repeat, "flip_rate": rate}
        for repeat in (0, 1)
        for rate in rates
        for row in records
    ]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.mark.parametrize(("predicted", "off"), [(0.1, "0.0"), (0.12, "2.0")])
def test_how_far_off_a_prediction_is_leaves_out_the_threshold(predicted, off):
    """None is made there, and a line through the points on either side misses the peak."""
    figure = comparison_figures(_comparison(predicted), "toy")["width"]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert f"predicted, off by {off} points" in legend


def test_a_figure_of_one_panel_has_room_for_its_legend():
    """The figure without wrong labels was narrower than the names of its curves."""
    for figure in comparison_figures(_comparison(0.1), "toy").values():
        FigureCanvasAgg(figure).draw()
        for legend in [*figure.legends, *filter(None, (ax.get_legend() for ax in figure.axes))]:
            box = legend.get_window_extent()
            assert 0 <= box.x0 < box.x1 <= figure.bbox.width
            assert box.y0 >= 0


def _drawn(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_each_figure_draws_the_errors_that_its_legend_names():
    better = {"hard": 0.01, "soft": 0.02, "hard_tuned": 0.03, "teacher": 0.04, "svm": 0.05}
    figures = comparison_figures(_comparison(0.1, **better), "toy")
    assert {name: figure.get_label() for name, figure in figures.items()} == {
        "width": "toy: error against width",
        "own-peak": "toy: the student's peak sits at m",
        "transfer": "toy: error against transfer set, students of width 800",
    }
    for name, xs, at in (
        ("width", WIDTHS, 100),
        ("own-peak", WIDTHS, 100),
        ("transfer", (600, 3200), 600),
    ):
        (axes,) = figures[name].axes
        lines = _drawn(axes)
        for label, model in (("student, hard labels", "hard"), ("student, soft labels", "soft")):
            np.testing.assert_array_equal(lines[label].get_xdata(), xs)
            height = lines[label].get_ydata()[list(xs).index(at)]
            assert height == pytest.approx(0.1 - better[model]), (name, label)
        if name != "own-peak":
            assert lines["teacher"].get_ydata()[0] == pytest.approx(0.06)
            assert lines["best without a teacher"].get_ydata()[0] == pytest.approx(0.05)
            assert axes.get_title().endswith("best: SVM")
    marks = {name: [text.get_text() for text in figures[name].axes[0].texts] for name in figures}
    assert marks == {
        "width": ["n = 200"],
        "own-peak": ["n = 200", "m = 600"],
        "transfer": ["m = 800"],
    }


def test_students_of_the_whole_transfer_set_and_of_the_small_one_have_their_figures():
    columns = _comparison(0.1)
    columns["error"] = np.where(columns["n_transfer"] == 600, 0.3, columns["error"])
    figures = comparison_figures(columns, "toy")
    drawn = {name: _drawn(figures[name].axes[0])["student, hard labels"] for name in figures}
    assert drawn["width"].get_ydata()[0] == pytest.approx(0.1)
    assert drawn["own-peak"].get_ydata()[0] == pytest.approx(0.3)
    np.testing.assert_allclose(drawn["transfer"].get_ydata(), [0.3, 0.1])


def test_levels_are_those_of_the_widest_teacher_and_of_rivals_of_the_students_width():
    columns = _comparison(0.1, rates=(0.0, 0.1), teacher=0.04)
    narrow = _rows(columns, columns["model"] == "teacher")
    narrow |= {"width": np.full(len(narrow["width"]), 1000), "error": narrow["error"] + 0.2}
    ridge = _rows(columns, columns["model"] == "direct-ridge")
    # A rival that is the best at width 4 n = 800, and the worst elsewhere.
    ridge |= {
        "model": np.full(len(ridge["width"]), "wide"),
        "role": np.full(len(ridge["width"]), "rival"),
        "error": np.where(ridge["width"] == 800, 0.03, 0.7),
    }
    columns = {
        name: np.concatenate([column, narrow[name], ridge[name]])
        for name, column in columns.items()
    }
    figures = comparison_figures(columns, "toy")
    for name in ("width", "transfer"):
        for axes in figures[name].axes:
            lines = _drawn(axes)
            assert lines["teacher"].get_ydata()[0] == pytest.approx(0.06)
            assert lines["best without a teacher"].get_ydata()[0] == pytest.approx(0.03)
            assert axes.get_title().endswith("best: wide")
    lines = _drawn(figures["flips"].axes[0])
    np.testing.assert_allclose(lines["teacher"].get_ydata(), 0.06)
    np.testing.assert_allclose(lines["best without a teacher"].get_ydata(), 0.03)


def test_the_price_of_wrong_labels_needs_two_rates():
    better = {"hard": 0.01, "hard_tuned": 0.03, "teacher": 0.04, "svm": 0.05}
    columns = _comparison(0.1, rates=(0.0, 0.1), **better)
    figure = comparison_figures(columns, "toy")["flips"]
    assert figure.get_label() == "toy: the price of wrong labels"
    lines = _drawn(figure.axes[0])
    np.testing.assert_array_equal(lines["teacher"].get_xdata(), [0, 0.1])
    heights = {label: line.get_ydata()[0] for label, line in lines.items()}
    assert heights == pytest.approx(
        {
            "student, hard labels": 0.09,
            "student of a tuned teacher": 0.07,
            "teacher": 0.06,
            "tuned teacher": 0.1,
            "best without a teacher": 0.05,
        }
    )


@pytest.mark.parametrize(
    ("rates", "shown"),
    [((0.0, 0.05, 0.2), ["0 %", "5 %"]), ((0.1, 0.3), ["10 %"]), ((0.02, 0.12), ["2 %", "12 %"])],
)
def test_panels_are_of_the_first_rate_and_of_the_one_nearest_a_tenth(rates, shown):
    figures = comparison_figures(_comparison(0.1, rates), "toy")
    for name in ("width", "own-peak", "transfer"):
        axes = figures[name].axes
        titles = [ax.get_title().partition(" wrong labels")[0] for ax in axes]
        assert titles == shown
        assert list(figures[name].get_size_inches()) == [8 if len(shown) == 1 else 10.4, 5.6]
        assert len({ax.get_ylim() for ax in axes}) == 1
        assert [ax.get_ylabel() for ax in axes] == ["Test error (%)", ""][: len(axes)]
        assert [ax.get_legend() for ax in axes] == [None] * len(axes)
        assert len(figures[name].legends) == 1
        assert figures[name].get_suptitle() == figures[name].get_label()
    assert list(figures["flips"].get_size_inches()) == [8, 6]
    assert figures["flips"].axes[0].get_legend() is not None


def _rows(columns, keep):
    return {name: column[keep] for name, column in columns.items()}


def test_a_prediction_is_a_thin_line_broken_at_the_threshold_through_marks():
    columns = _comparison(0.12)
    # Beside the students on 600 rows, whose threshold is there, and only in one repeat at 700.
    law = columns["model"] == "direct-predicted"
    of_student = _rows(columns, law) | {
        "model": np.full(law.sum(), "hard-predicted"),
        "n_transfer": np.full(law.sum(), 600),
        "width": np.tile([100, 590, 610, 700, 800], 2),
        "error": np.full(law.sum(), 0.14),
    }
    of_student = _rows(of_student, (of_student["width"] != 700) | (of_student["repeat"] == 0))
    both = {name: np.append(column, of_student[name]) for name, column in columns.items()}
    figure = comparison_figures(both, "toy")["own-peak"]
    lines = _drawn(figure.axes[0])
    predicted = lines["directly trained, min-norm, predicted"]
    np.testing.assert_array_equal(predicted.get_xdata(), [50, 100, 180, 200, 220, 800])
    np.testing.assert_allclose(predicted.get_ydata(), [0.12] * 3 + [np.nan] + [0.12] * 2)
    predicted = lines["student, hard labels, predicted"]
    np.testing.assert_array_equal(predicted.get_xdata(), [100, 590, 600, 610, 800])
    np.testing.assert_allclose(predicted.get_ydata(), [0.14] * 2 + [np.nan] + [0.14] * 2)
    joined = {label: line.get_linestyle() != "None" for label, line in lines.items()}
    assert not joined["directly trained, min-norm"]
    assert not joined["student, hard labels"]
    assert joined["student, soft labels"]
    # Off by .02 at two widths, by .04 at two and by .36 at five: the median.
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "predicted, off by 36.0 points" in legend


def test_without_students_on_the_small_set_their_picture_has_the_direct_model_alone():
    columns = _comparison(0.1)
    figure = comparison_figures(_rows(columns, columns["n_transfer"] != 600), "toy")["own-peak"]
    assert [label for label in _drawn(figure.axes[0]) if label.startswith("student")] == []
    columns["n_samples"] = np.full(len(columns["n_samples"]), 200)
    smaller = _rows(columns, columns["n_transfer"] != 3200)
    marks = comparison_figures(smaller, "toy")["width"].axes[0]
    np.testing.assert_array_equal(_drawn(marks)["student, hard labels"].get_xdata(), WIDTHS)


def test_the_best_without_a_teacher_is_averaged_where_it_competed_at_every_rate():
    columns = _comparison(0.1, rates=(0.0, 0.1), svm=0.05)
    svm = columns["model"] == "svm"
    columns["error"] = np.where(svm & (columns["repeat"] == 1), 0.01, columns["error"])
    gone = svm & (columns["repeat"] == 1) & (columns["flip_rate"] == 0.1)
    figure = comparison_figures(_rows(columns, ~gone), "toy")["flips"]
    line = _drawn(figure.axes[0])["best without a teacher"]
    np.testing.assert_allclose(line.get_ydata(), 0.05)


def test_a_file_of_any_name_has_pictures_of_a_plain_one():
    assert _slug("folder/my table_2 (1).csv") == "my-table_2--1-"
    assert len(_slug("x" * 300 + ".csv")) == 60

"""Sizes of letters and lines: the last row reads them, on every kind of picture."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from ddkd.plotting import (
    DistillationDisplay,
    DoubleDescentDisplay,
    PhaseDiagramDisplay,
    legend_below,
    legend_entries,
    plain,
    set_title,
)


def sizes(ax):
    """Sizes of the letters of axes, by what they are, in points."""
    legend = ax.get_legend().get_texts() if ax.get_legend() else []
    ticks = [*ax.get_xticklabels(), *ax.get_yticklabels()]
    return {
        "names": {ax.xaxis.label.get_size(), ax.yaxis.label.get_size()},
        "title": ax.title.get_size(),
        "rest": {text.get_size() for text in [*legend, *ticks, *ax.texts] if text.get_text()},
    }


def test_letters_have_the_same_sizes_in_every_picture():
    y = np.array([0.1, 0.3, 0.2])
    displays = (
        DoubleDescentDisplay(widths=[1, 2, 3], test_scores=y, threshold=2, title="a", theory=y),
        DistillationDisplay(x=[1, 2, 3], scores={"b": y}, threshold=2, title="a"),
        PhaseDiagramDisplay(x=[1, 2, 3], y=[1, 2], gain=[y - 0.2, y - 0.2], title="a"),
    )
    for display in displays:
        ax = display.plot().ax_
        assert sizes(ax) == {"names": {14}, "title": 15, "rest": {13}}
        assert ax.get_legend() is not None
    bar = display.colorbar_.ax
    assert {label.get_size() for label in bar.get_yticklabels()} == {13}
    assert (bar.title.get_size(), bar.xaxis.label.get_size()) == (13, 13)
    assert bar.yaxis.label.get_size() == 14
    assert bar.xaxis.labelpad == pytest.approx(1.3 * 14)  # below the end of the scale
    line = next(line for line in ax.get_lines() if line.get_label() == "border")
    assert line.get_linewidth() == 2.5
    hatches = {patch.get_edgecolor()[0] for patch in ax.patches}
    assert hatches == {0.25}


def test_a_legend_stands_apart_from_its_axes_and_a_figures_has_two_columns():
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 4), layout="constrained")
    for i in range(3):
        left.plot([1, 2], [i, 2], label=f"fit {i}")
    legend_below(left, legend_entries(left))
    legend_below(figure, legend_entries(left))
    figure.canvas.draw()
    legend = left.get_legend()
    points = 72 / figure.dpi
    gap = (left.get_window_extent().y0 - legend.get_window_extent().y1) * points
    assert gap == pytest.approx(3.2 * 14, abs=8)  # for the numbers and the name of the axis
    assert not legend.get_frame_on()
    (below,) = figure.legends
    assert not below.get_frame_on()
    assert len({round(text.get_window_extent().x0) for text in below.get_texts()}) == 2
    assert below.get_window_extent().y1 < right.get_window_extent().y0


def test_a_title_keeps_clear_of_its_axes_and_is_plain():
    ax = plt.figure(figsize=(8, 5)).subplots()
    set_title(ax, "digits")
    ax.figure.canvas.draw()
    gap = ax.title.get_window_extent().y0 - ax.get_window_extent().y1
    assert 4 < gap * 72 / ax.figure.dpi < 12
    assert plain("a \t b\n$c$") == r"a b \$c\$"
    assert len(plain(300 * "x")) in (59, 60)
    assert plain(60 * "x") == 60 * "x"


@pytest.mark.parametrize(
    ("score_name", "said"), [("Test error (%)", "rises to 9,000 %"), ("Error", "rises to 90")]
)
def test_the_height_of_a_peak_is_in_the_unit_of_its_axis(score_name, said):
    y = [0.01, 94.9, 0.01]
    display = DoubleDescentDisplay(widths=[1, 2, 3], test_scores=y, score_name=score_name)
    assert [text.get_text() for text in display.plot().ax_.texts] == ["", said]


@pytest.mark.parametrize(("most", "scale"), [(10, "linear"), (10.5, "log")])
def test_a_phase_diagram_is_logarithmic_beyond_tenfold(most, scale):
    gain = np.array([[0.1, 0.2], [0.3, 0.4]])
    ax = PhaseDiagramDisplay(x=[1, most], y=[0.5, most], gain=gain).plot().ax_
    assert ax.get_xscale() == scale
    assert ax.get_yscale() == "log"  # from 0.5 it is more than tenfold


@pytest.mark.parametrize(("second", "rows"), [(3.9, 2), (4.7, 1)])
def test_labels_share_a_row_where_there_is_room_for_both(second, rows):
    """Each is about 0.9 inches wide; they stand 0.6 or 1.2 inches apart."""
    display = DistillationDisplay(
        x=[0, 4, 8], scores={"a": [1, 2, 1]}, threshold={"n = 100": 3, "m = 110": second}
    ).plot()
    heights = [text.get_position()[1] for text in display.ax_.texts]
    assert len(set(heights)) == rows
    assert heights[0] == 4

"""An advice as a picture: errors with intervals, students marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ddkd._text import percent
from ddkd.plotting import FONT, legend_below, legend_entries, look, new_axes, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ddkd.advice._result import Advice


def draw_advice(advice: Advice, ax: Axes | None = None) -> Axes:
    """Draw the contestants of an advice, the best on top, each with its 90 % interval.

    A line joins the best with all that are within 1.5 standard errors of it. Where one is ten times
    worse than most, an arrow and a number stand for it.
    """
    ranking = advice.ranking
    if ax is None:
        ax = new_axes(9, 2.2 + 0.36 * len(ranking))
    places = np.arange(len(ranking))
    for is_student in sorted(set(ranking.student.tolist()), reverse=True):
        name = "student" if is_student else "without a teacher"
        style = look(name)
        rows = ranking[ranking.student == is_student]
        bars = 100 * np.array([rows.error - rows.low, rows.high - rows.error])
        at = places[ranking.student == is_student]
        marks: dict[str, Any] = {"color": style.colour, "fmt": style.marker, "markersize": 8}
        ax.errorbar(100 * rows.error, at, xerr=bars, label=name, **marks)
    # A model of numbers that explodes would hide how the others differ.
    far = ranking.error > 10 * max(np.median(ranking.error), 0.1)
    for place, error in zip(places[far], ranking.error[far], strict=True):
        at = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom"}
        ax.annotate(f"{percent(error)} \u2192", (1, place), **at)
    near = places[advice.near()]
    left = 100 * float(ranking.low.min()) - 1.5
    ax.vlines(np.full(len(near), left), near - 0.5, near + 0.5, color="#777777", linewidth=3)
    ax.set_xlim(left - 1, 105 * float(ranking.high[~far].max()))
    ax.set_yticks(places, ranking.title.tolist(), fontsize=FONT - 2)
    ax.invert_yaxis()
    what = "error (%)" if advice.n_classes else "mean square (% of the variance)"
    ax.set_xlabel(f"Cross-validated {what}", fontsize=FONT)
    ax.tick_params(axis="x", labelsize=FONT - 2)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.grid(axis="x", color="#dddddd")
    ax.set_axisbelow(True)
    ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= ax.get_xlim()[1]])
    legend_below(ax, legend_entries(ax))
    set_title(ax, f"{advice.n_labelled:,} labels; grey: within 1.5 standard errors of the best")
    return ax

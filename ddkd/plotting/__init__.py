"""Displays in the manner of scikit-learn, and what other rooms draw their results with.

Everything here takes arrays. A result's own picture is drawn in the room of the result. Matplotlib
is imported when something is drawn: no command need wait for it before it prints.
"""

from ddkd.plotting._axes import (
    finish,
    legend_below,
    legend_entries,
    mark_thresholds,
    new_axes,
)
from ddkd.plotting._curves import draw_level, draw_scores, draw_theory, pivot
from ddkd.plotting._distillation import DistillationDisplay
from ddkd.plotting._double_descent import DoubleDescentDisplay
from ddkd.plotting._phase_diagram import PhaseDiagramDisplay
from ddkd.plotting._style import FONT, look, plain, set_title

__all__ = [
    "FONT",
    "DistillationDisplay",
    "DoubleDescentDisplay",
    "PhaseDiagramDisplay",
    "draw_level",
    "draw_scores",
    "draw_theory",
    "finish",
    "legend_below",
    "legend_entries",
    "look",
    "mark_thresholds",
    "new_axes",
    "pivot",
    "plain",
    "set_title",
]

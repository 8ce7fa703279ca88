"""Pictures of curves, students and claims; displays in the manner of scikit-learn."""

from ddkd.plotting._advice import draw_advice
from ddkd.plotting._claims import claims_summary
from ddkd.plotting._comparison import comparison_figures
from ddkd.plotting._curve import draw_curve, draw_prediction
from ddkd.plotting._diagnosis import draw_diagnosis
from ddkd.plotting._distillation import DistillationDisplay
from ddkd.plotting._double_descent import DoubleDescentDisplay
from ddkd.plotting._phase_diagram import PhaseDiagramDisplay
from ddkd.plotting._report import write_report
from ddkd.plotting._theorems import draw_theorems

__all__ = [
    "DistillationDisplay",
    "DoubleDescentDisplay",
    "PhaseDiagramDisplay",
    "claims_summary",
    "comparison_figures",
    "draw_advice",
    "draw_curve",
    "draw_diagnosis",
    "draw_prediction",
    "draw_theorems",
    "write_report",
]

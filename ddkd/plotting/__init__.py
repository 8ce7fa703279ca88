"""Pictures: displays in the manner of scikit-learn, which keep arrays and draw them."""

from ddkd.plotting._distillation import DistillationDisplay
from ddkd.plotting._double_descent import DoubleDescentDisplay
from ddkd.plotting._phase_diagram import PhaseDiagramDisplay

__all__ = ["DistillationDisplay", "DoubleDescentDisplay", "PhaseDiagramDisplay"]

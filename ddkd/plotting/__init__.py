"""Pictures of curves, students and claims."""

from ddkd.plotting._comparison import FIGURES
from ddkd.plotting._curve import draw_curve
from ddkd.plotting._report import claims_table, write_report

__all__ = ["FIGURES", "claims_table", "draw_curve", "write_report"]

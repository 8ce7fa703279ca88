"""Pictures of curves, students and claims."""

from ddkd.plotting._comparison import comparison_figures
from ddkd.plotting._curve import draw_curve
from ddkd.plotting._report import claims_table, write_report

__all__ = ["claims_table", "comparison_figures", "draw_curve", "write_report"]

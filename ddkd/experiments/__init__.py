"""Experiments over grids and repeats, their tidy results, and the paper's claims."""

from ddkd.experiments._claim_words import claims_in_full, claims_summary, claims_table
from ddkd.experiments._claims import Claim
from ddkd.experiments._comparison import compare
from ddkd.experiments._comparison_picture import comparison_figures
from ddkd.experiments._curve import curve, default_widths, teacher_student
from ddkd.experiments._report import write_report
from ddkd.experiments._reproduce import MAIN_JOB, Protocol, Reproduction, protocols, reproduce
from ddkd.experiments._result import SweepResult
from ddkd.experiments._source import draw_split
from ddkd.experiments._sweep import sweep
from ddkd.experiments._table import Table

__all__ = [
    "MAIN_JOB",
    "Claim",
    "Protocol",
    "Reproduction",
    "SweepResult",
    "Table",
    "claims_in_full",
    "claims_summary",
    "claims_table",
    "compare",
    "comparison_figures",
    "curve",
    "default_widths",
    "draw_split",
    "protocols",
    "reproduce",
    "sweep",
    "teacher_student",
    "write_report",
]

"""Experiments over grids and repeats, their tidy results, and the paper's claims."""

from ddkd.experiments._claims import QUESTIONS, Claim, Judgement, judge, judge_claims
from ddkd.experiments._comparison import compare
from ddkd.experiments._curve import curve, default_widths, teacher_student
from ddkd.experiments._errors import Errors, title_of
from ddkd.experiments._lock import folder_lock
from ddkd.experiments._reproduce import MAIN_JOB, Protocol, Reproduction, protocols, reproduce
from ddkd.experiments._result import SweepResult
from ddkd.experiments._source import draw_split
from ddkd.experiments._sweep import sweep
from ddkd.experiments._table import Table

__all__ = [
    "MAIN_JOB",
    "QUESTIONS",
    "Claim",
    "Errors",
    "Judgement",
    "Protocol",
    "Reproduction",
    "SweepResult",
    "Table",
    "compare",
    "curve",
    "default_widths",
    "draw_split",
    "folder_lock",
    "judge",
    "judge_claims",
    "protocols",
    "reproduce",
    "sweep",
    "teacher_student",
    "title_of",
]

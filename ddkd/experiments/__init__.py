"""Experiments over grids and repeats, their tidy results, and the paper's claims."""

from ddkd.experiments._claims import (
    TRADITIONAL,
    Claim,
    Errors,
    best_traditional,
    judge,
    judge_claims,
)
from ddkd.experiments._comparison import compare
from ddkd.experiments._result import SweepResult
from ddkd.experiments._sweep import sweep
from ddkd.experiments._table import Table

__all__ = [
    "TRADITIONAL",
    "Claim",
    "Errors",
    "SweepResult",
    "Table",
    "best_traditional",
    "compare",
    "judge",
    "judge_claims",
    "sweep",
]

"""Experiments over grids and repeats, and their tidy results."""

from ddkd.experiments._result import SweepResult
from ddkd.experiments._sweep import sweep
from ddkd.experiments._table import Table

__all__ = ["SweepResult", "Table", "sweep"]

"""Experiments over grids and repeats: tasks, where they are kept, and their tidy results."""

from ddkd.sweeps._store import Store
from ddkd.sweeps._sweep import sweep
from ddkd.sweeps._sweep_result import SweepResult
from ddkd.sweeps._tidy_table import Table

__all__ = ["Store", "SweepResult", "Table", "sweep"]

"""Least squares: arrays in, solution out. One definition of rank; nothing is trusted unchecked."""

from ddkd.solvers._leave_one_out import LeaveOneOut, leave_one_out
from ddkd.solvers._ridge import min_norm, ridge
from ddkd.solvers._solution import LeastSquaresSolution, WidthPath
from ddkd.solvers._streaming import StreamingLeastSquares
from ddkd.solvers._width_path import width_path

__all__ = [
    "LeastSquaresSolution",
    "LeaveOneOut",
    "StreamingLeastSquares",
    "WidthPath",
    "leave_one_out",
    "min_norm",
    "ridge",
    "width_path",
]

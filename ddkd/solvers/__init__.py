"""Least squares: arrays in, solution out. One definition of rank; nothing is trusted unchecked."""

from ._leave_one_out import LeaveOneOut, leave_one_out
from ._ridge import min_norm, ridge
from ._solution import LeastSquaresSolution, WidthPath
from ._streaming import StreamingLeastSquares
from ._width_path import width_path

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

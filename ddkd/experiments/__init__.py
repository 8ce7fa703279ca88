"""Experiments on one split, as functions for a sweep: a curve, a teacher and its student."""

from ddkd.experiments._curve import FEATURES, curve, default_widths
from ddkd.experiments._draw_split import draw_split
from ddkd.experiments._teacher_student import teacher_student

__all__ = ["FEATURES", "curve", "default_widths", "draw_split", "teacher_student"]

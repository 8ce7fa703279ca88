"""Advice: which method to use, whether to distil it, and how sure that is."""

from ddkd.advice._advise import advise
from ddkd.advice._result import Advice

__all__ = ["Advice", "advise"]

"""The live lecture: one HTML file that computes everything itself, and the same numbers here."""

from ddkd.lecture._check import check_link
from ddkd.lecture._page import write_page

__all__ = ["check_link", "write_page"]

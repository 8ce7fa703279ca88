"""The live lecture: one HTML file that computes everything itself, and the same numbers here."""

from ddkd.lecture._page import write_page
from ddkd.lecture._scenes import check_link, waves

__all__ = ["check_link", "waves", "write_page"]

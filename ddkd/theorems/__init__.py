"""Results of the field as executable statements: a law, a simulation, and wrong variants.

`verify` holds each law against its simulation; `Theorem` makes an entry of one's own.
"""

from ddkd.theorems._bench import ALL, Verdict, verify
from ddkd.theorems._picture import draw_theorems
from ddkd.theorems._theorem import Theorem

__all__ = ["ALL", "Theorem", "Verdict", "draw_theorems", "verify"]

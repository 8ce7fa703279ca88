"""Results of the field as executable statements: a law, a simulation, and wrong variants.

`verify` holds each law against its simulation; `Theorem` makes an entry of one's own.
"""

from ddkd.theorems import classics, double_descent, fresh_data, same_data
from ddkd.theorems._bench import Theorem, Verdict, verify
from ddkd.theorems._picture import draw_theorems

__all__ = ["ALL", "Theorem", "Verdict", "draw_theorems", "verify"]

ALL = (*fresh_data.THEOREMS, *same_data.THEOREMS, *double_descent.THEOREMS, *classics.THEOREMS)

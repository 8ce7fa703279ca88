"""Assertions that a simulation follows a theory, with a chosen false-alarm rate and resolution.

For a theorist's own pytest: `simulate(rng)` draws once whatever the theory predicts, a number
or an array over a curve. You choose how often the assertion may fail when the theory is right and
draws are normal; it says how wrong a formula must be for it to notice.
"""

from ddkd.testing._comparison import Comparison
from ddkd.testing._convergence import assert_converges_to_theory
from ddkd.testing._interpolation import assert_interpolates
from ddkd.testing._means import assert_matches_theory, compare_means
from ddkd.testing._medians import assert_median_matches_theory

__all__ = [
    "Comparison",
    "assert_converges_to_theory",
    "assert_interpolates",
    "assert_matches_theory",
    "assert_median_matches_theory",
    "compare_means",
]

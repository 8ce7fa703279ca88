"""Experiments."""

from ddkd.experiments._claims import TRADITIONAL, Claim, Errors, best_traditional, judge, judge_claims
from ddkd.experiments._comparison import compare

__all__ = ["TRADITIONAL", "Claim", "Errors", "best_traditional", "compare", "judge", "judge_claims"]

"""The paper's claims: what is compared, what is claimed, and the words and pictures for it."""

from ddkd.reproduction._claim_words import claims_in_full, claims_summary, claims_table
from ddkd.reproduction._claims import Claim
from ddkd.reproduction._compare import compare
from ddkd.reproduction._picture import comparison_figures
from ddkd.reproduction._report import write_report
from ddkd.reproduction._reproduce import (
    MAIN_JOB,
    Protocol,
    Reproduction,
    protocols,
    reproduce,
)

__all__ = [
    "MAIN_JOB",
    "Claim",
    "Protocol",
    "Reproduction",
    "claims_in_full",
    "claims_summary",
    "claims_table",
    "compare",
    "comparison_figures",
    "protocols",
    "reproduce",
    "write_report",
]

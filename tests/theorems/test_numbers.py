"""Laws at numbers that were computed outside this package."""

import numpy as np
import pytest
from scipy import stats

from ddkd.populations import GaussianPopulation
from ddkd.theorems import ALL

LAWS = {theorem.id: theorem.law for theorem in ALL}


def window(share, *, surest):
    """The window of a share of the sizes of a normal variable."""
    return (stats.norm.isf(share / 2), np.inf) if surest else (0.0, stats.norm.ppf((1 + share) / 2))


@pytest.mark.parametrize(
    ("kept", "disagreement"),
    [(90, 0.00282), (120, 0.00266), (180, 0.00282), (300, 0.00333), (6000, 0.02412)],
)
def test_which_rows(kept, disagreement):
    people = GaussianPopulation(np.ones(60), np.ones(60), labels="hard")
    keep = window(kept / 6000, surest=False)
    law = LAWS["which-rows"](population=people, n=90, m=kept, keep=keep, alpha=0.0)
    assert law[1] == pytest.approx(disagreement, abs=6e-6)


@pytest.mark.parametrize(
    ("share", "least_sure", "surest"),
    [(0.73, 0.267, 0.245), (0.5, 0.268, 0.241), (0.3, 0.268, 0.240), (0.1, 0.268, 0.246)],
)
def test_which_rows_of_clusters(share, least_sure, surest):
    # The share is that of rows; windows are in standard deviations of a score that is no normal
    # variable, but of a small margin.
    size = np.sqrt(1 + 0.62**2)
    both = stats.foldnorm(0.62)
    for error, keep in (
        (least_sure, (0.0, both.ppf(share) / size)),
        (surest, (both.isf(share) / size, np.inf)),
    ):
        m = round(3000 * share)
        law = LAWS["which-rows-clusters"](margin=0.62, radius=2.0, p=100, m=m, keep=keep)
        assert law == pytest.approx(error, abs=6e-4)

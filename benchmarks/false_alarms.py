"""How often a right formula fails: ``python benchmarks/false_alarms.py 4e8``.

`assert_matches_theory` judges by Student's t, which is exact for normal draws and good for a mean
of many. Here the formula is right, and the draws are skewed: the risk of isotropic minimum norm on
pure noise, 1 + chi2(p) / chi2(n - p + 1) exactly, and single answers that are wrong once in a long
while. The first is simulated, with that many draws a line; the second is a sum over the binomial
distribution. A rate that was never seen is below three over the number of tests.
"""

import sys

import numpy as np
from scipy import stats

from ddkd.testing import compare_means

CHOSEN = (1e-2, 1e-4, 2.5e-7)


def rates_of_risk(n: int, p: int, n_draws: int, n_sets: int, budget: float) -> list[str]:
    """The measured rates where a draw is a mean over `n_sets` training sets."""
    rng = np.random.default_rng(0)
    n_tests = int(budget / n_draws / n_sets)
    batch = max(1, int(1e7 / n_draws / n_sets))
    counts, done, right = np.zeros(len(CHOSEN), dtype=int), 0, 1 + p / (n - p - 1)
    while done < n_tests:
        shape = (n_draws, batch, n_sets)
        risk = 1 + rng.standard_gamma(p / 2, shape) / rng.standard_gamma((n - p + 1) / 2, shape)
        law = np.full(batch, right)
        p_value = compare_means(risk.mean(axis=2), law).p_value
        counts += np.sum(p_value[:, None] < CHOSEN, axis=0)
        done += batch
    return [f"{c / done:.1e}" if c else f"<{3 / done:.0e}" for c in counts]


def rates_of_events(expected: float, share: float) -> list[str]:
    """The exact rates where that many draws of 0 or 1 are expected to be 1."""
    n_draws = round(expected / share)
    ones = np.arange(n_draws + 1)
    mean = ones / n_draws
    error = np.sqrt(mean * (1 - mean) / (n_draws - 1))
    with np.errstate(divide="ignore"):
        p_value = 2 * stats.t.sf(np.abs(mean - share) / error, n_draws - 1)
    probability = stats.binom.pmf(ones, n_draws, share)
    return [f"{probability[p_value < level].sum():.1e}" for level in CHOSEN]


def main(budget: float) -> None:
    """Print both tables."""
    chosen = "".join(f"{level:>9.2g}" for level in CHOSEN)
    print(f"{'risk of minimum norm':<46}{chosen}")
    for n_draws, n_sets in ((20, 1), (40, 1), (100, 1), (400, 1), (1000, 1), (25, 100)):
        for n, p in ((20, 10), (60, 40), (60, 48)):
            rates = "".join(f"{rate:>9}" for rate in rates_of_risk(n, p, n_draws, n_sets, budget))
            sets = "" if n_sets == 1 else f" of {n_sets} training sets"
            print(f"n = {n}, p = {p}, {n_draws} draws{sets}".ljust(46) + rates, flush=True)
    print(f"\n{'answers wrong in a share of cases':<46}{chosen}")
    for share in (0.02, 0.002):
        for expected in (0.2, 2, 10, 30, 100, 300, 1000, 3000):
            rates = "".join(f"{rate:>9}" for rate in rates_of_events(expected, share))
            print(
                f"{share:g} of {expected / share:.0f} draws: {expected:g} wrong".ljust(46) + rates
            )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4e8)

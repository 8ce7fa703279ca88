"""Whether the bench of theorems keeps its promises: ``python benchmarks/theorems_honesty.py 20``.

For every entry and that many seeds: does it agree, is every wrong variant rejected, and is a law
that is wrong by the stated resolution rejected on the draws of the next seed, both at all points
alike and at the worst point alone? Each seed costs as much as one run of the bench; verdicts are
printed as the seeds come in.
"""

import sys
from collections import defaultdict
from dataclasses import replace

import joblib
import numpy as np

from ddkd.testing import Comparison
from ddkd.testing._means import students_test
from ddkd.theorems import ALL, Theorem
from ddkd.theorems._bench import hold_against, simulate_all


def main(n_seeds: int) -> None:
    """Print a table after every second seed."""
    stated = {}
    tally = defaultdict(lambda: defaultdict(int))
    for seed in range(n_seeds):
        root = np.random.SeedSequence(seed)
        tasks = joblib.Parallel(n_jobs=2)(joblib.delayed(simulate_all)(t, root) for t in ALL)
        for theorem, draws in zip(ALL, tasks, strict=True):
            count = tally[theorem.id]
            right = hold_against(theorem, theorem.law, draws)
            count["agrees"] += right.agrees
            count["worst"] = max(count["worst"], float(np.abs(right.z).max()))
            for law in theorem.wrong.values():
                count["variants"] += 1
                count["rejected"] += not hold_against(theorem, law, draws).agrees
            if theorem.kind == "bound":
                continue
            if theorem.id in stated:
                count["tried"] += 1
                for name, error in stated[theorem.id].items():
                    count[name] += not rejudged(right, theorem, error).agrees
            size = np.where(np.isinf(right.resolution), 0.0, right.resolution)
            alone = np.where(np.arange(size.size) == np.argmax(size), size, 0.0)
            stated[theorem.id] = {"everywhere": right.common_resolution, "alone": alone}
            count["coarsest"] = max(count["coarsest"], size.max())
        if seed % 2 or seed == n_seeds - 1:
            report(tally, seed + 1)


def rejudged(right: Comparison, theorem: Theorem, error: np.ndarray) -> Comparison:
    """The comparison of a law that is wrong by a relative error, on the same draws."""
    law = right.predicted * (1 + error)
    allowed = theorem.bias * np.abs(law)
    z, p_value = students_test(right.simulated, law, right.standard_error, allowed, right.n_repeats)
    return replace(right, predicted=law, allowed=allowed, z=z, p_value=p_value)


def report(tally: dict, seeds: int) -> None:
    """One line an entry, and the totals."""
    print(f"after {seeds} seeds", flush=True)
    for name, count in tally.items():
        print(
            f"  {name:<26} agrees {count['agrees']}/{seeds}, worst z {count['worst']:.1f}, "
            f"mistakes {count['rejected']}/{count['variants']}, "
            f"worst point {100 * count['coarsest']:.2g} %, noticed everywhere "
            f"{count['everywhere']}/{count['tried']}, "
            f"there alone {count['alone']}/{count['tried']}",
            flush=True,
        )
    total = {
        key: sum(count[key] for count in tally.values())
        for key in ("agrees", "rejected", "variants", "everywhere", "alone", "tried")
    }
    print(f"  all: {total}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

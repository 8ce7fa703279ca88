"""Whether the bench of theorems keeps its promises: ``python benchmarks/theorems_honesty.py 20``.

For every entry and that many seeds: does it agree, is every wrong variant rejected, and is the law
times (1 + the stated resolution) rejected on the draws of the next seed? Each seed costs as much
as one run of the bench; verdicts are printed as the seeds come in.
"""

import sys
from collections import defaultdict

import joblib
import numpy as np

from ddkd.testing._means import compare_means
from ddkd.theorems import ALL
from ddkd.theorems._bench import FALSE_ALARM, hold_against, simulate_all


def main(n_seeds: int) -> None:
    """Print a table after every second seed."""
    before, resolution = {}, {}
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
                wrong = hold_against(theorem, law, draws)
                count["variants"] += 1
                count["rejected"] += not wrong.agrees
            if theorem.id in before and theorem.resolves and theorem.kind != "bound":
                law = right.predicted * (1 + resolution[theorem.id])
                allowed = theorem.bias * np.abs(law)
                count["tried"] += 1
                count["noticed"] += not compare_means(draws, law, allowed, FALSE_ALARM).agrees
            before[theorem.id], resolution[theorem.id] = draws, right.resolution
            count["coarsest"] = max(count["coarsest"], right.resolution)
        if seed % 2 or seed == n_seeds - 1:
            report(tally, seed + 1)


def report(tally: dict, seeds: int) -> None:
    """One line an entry, and the totals."""
    print(f"after {seeds} seeds", flush=True)
    for name, count in tally.items():
        print(
            f"  {name:<26} agrees {count['agrees']}/{seeds}, worst z {count['worst']:.1f}, "
            f"mistakes {count['rejected']}/{count['variants']}, "
            f"resolution up to {100 * count['coarsest']:.2g} %, "
            f"noticed {count['noticed']}/{count['tried']}",
            flush=True,
        )
    total = {
        key: sum(count[key] for count in tally.values())
        for key in ("agrees", "rejected", "variants", "noticed", "tried")
    }
    print(f"  all: {total}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

"""Time a stream against its floor: ``python benchmarks/streams.py [--features P ...]``.

Samples come in batches: cosines of 30 inputs, made on the spot, with ten targets. The floor makes
the same batches and adds up ``Z'Z`` and ``Z'Y`` by BLAS, which is the least that any method does.
Both run in one process, in turn, with one BLAS thread; a row is the median ratio of the floor's
CPU time to that of `StreamingLeastSquares`, which solves at the end.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
from scipy.linalg import blas
from threadpoolctl import threadpool_limits

from ddkd.features import RandomFourierFeatures
from ddkd.solvers import StreamingLeastSquares

N_INPUTS, N_TARGETS, BATCH = 30, 10, 2000


def batches(n_features: int, n_samples: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Features and targets of one batch after the other."""
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(BATCH, N_INPUTS)), rng.normal(size=(BATCH, N_TARGETS))
    mapping = RandomFourierFeatures(n_features, random_state=0).fit(inputs)
    for _ in range(n_samples // BATCH):
        inputs[:, 0] = rng.normal(size=BATCH)
        yield mapping.transform(inputs), targets


def floor(n_features: int, n_samples: int) -> None:
    """Features, ``Z'Z`` and ``Z'Y``."""
    gram = np.zeros((n_features, n_features), order="F")
    products = np.zeros((n_features, N_TARGETS))
    for Z, Y in batches(n_features, n_samples):
        gram = blas.dsyrk(1.0, Z.T, beta=1.0, c=gram, overwrite_c=1)
        products += Z.T @ Y


def stream(n_features: int, n_samples: int) -> None:
    """The same by a stream, solved at the end."""
    solver = StreamingLeastSquares(n_features, N_TARGETS)
    for Z, Y in batches(n_features, n_samples):
        solver.update(Z, Y)
    solver.solve()


def cpu_seconds(run: Callable[[int, int], None], n_features: int, n_samples: int) -> float:
    """CPU time of one run."""
    start = time.process_time()
    run(n_features, n_samples)
    return time.process_time() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--features", type=int, nargs="+", default=[500, 2000])
    parser.add_argument("--samples", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"Floor's CPU time over the stream's, {args.samples:,} samples of {N_INPUTS} inputs:")
    for p in args.features:
        pairs = [
            [cpu_seconds(run, p, args.samples) for run in (floor, stream)]
            for _ in range(args.rounds)
        ]
        ratios = [least / ours for least, ours in pairs]
        print(
            f"p = {p:5,d}: {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f}), "
            f"floor {statistics.median(pair[0] for pair in pairs):.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()

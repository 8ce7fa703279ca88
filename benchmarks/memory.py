"""Measure peak memory: ``python benchmarks/memory.py [stream|path|blocks]``.

`stream`: a student of 500 features on ten million streamed rows, labelled as they come (about
five minutes). `path`: minimum-norm models of 40 widths up to 20,000 on 2,000 samples. `blocks`: of
widths up to 18,000 on 3,000 samples, whose features are made on demand in blocks of columns. Each
runs in a process of its own, whose largest resident size is what the operating system reports.
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
from threadpoolctl import threadpool_limits

from ddkd import RandomFourierFeatures
from ddkd.features import ColumnBlocks
from ddkd.solvers import StreamingLeastSquares, width_path


def peak():
    """Largest resident size of this process so far, in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def stream(n_rows=10_000_000, n_features=500, n_targets=10, batch=8192):
    rng = np.random.default_rng(0)
    features = RandomFourierFeatures(n_features, gamma=0.02, random_state=0).fit(np.zeros((1, 32)))
    truth = rng.standard_normal((32, n_targets))
    student = StreamingLeastSquares(n_features, n_targets)
    start = time.perf_counter()
    while student.n_samples < n_rows:
        X = rng.standard_normal((min(batch, n_rows - student.n_samples), 32))
        student.update(features.transform(X), np.sign(X @ truth))
    solution = student.solve()
    seconds = time.perf_counter() - start
    print(
        f"stream: {n_rows:,} rows, {n_features} features: peak {peak():.0f} MiB "
        f"(bound 700), {seconds:.0f} s, {solution.method}, condition {solution.condition:.3g}"
    )


def grid(n, widest):
    """Forty widths, a third of them near the threshold."""
    below, near = np.linspace(100, 0.88 * n, 13), np.linspace(0.9 * n, 1.1 * n, 13)
    above = np.geomspace(1.15 * n, widest, 14)
    return np.unique(np.concatenate([below, near, above]).astype(int))


def path(n=2000, widest=20_000, n_targets=10):
    rng = np.random.default_rng(0)
    Z, Y = rng.standard_normal((n, widest)), rng.standard_normal((n, n_targets))
    Z_test = rng.standard_normal((100, widest))
    before = peak()
    start = time.perf_counter()
    widths = grid(n, widest)
    width_path(Z, Y, widths, Z_test=Z_test)
    seconds = time.perf_counter() - start
    own, bound = Z.nbytes / 2**20, 1.5 * (Z.nbytes + n * n * 8) / 2**20
    print(
        f"path: n = {n:,}, {len(widths)} widths up to {widest:,}: features {own:.0f} MiB and "
        f"{peak() - before:.0f} MiB more at the peak (bound for both {bound:.0f}), {seconds:.0f} s"
    )


def blocks(n=3000, widest=18_000, n_targets=10):
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((n + 100, 20)), rng.standard_normal((n, n_targets))
    mapping = RandomFourierFeatures(widest, gamma=0.05, random_state=0).fit(X)
    before = peak()
    start = time.perf_counter()
    widths = grid(n, widest)
    width_path(ColumnBlocks(mapping, X[:n]), Y, widths, Z_test=ColumnBlocks(mapping, X[n:]))
    seconds = time.perf_counter() - start
    # Three full matrices, or one and a half with the factors that wait for their refinement; and
    # coefficients of several widths.
    square = n * n / 2**17
    bound = max(3.2 * square, 1.5 * square + 1280) + 256
    print(
        f"blocks: n = {n:,}, {len(widths)} widths up to {widest:,}: {peak() - before:.0f} MiB at "
        f"the peak (bound {bound:.0f}), where the features alone would take "
        f"{n * widest / 2**17:.0f}, {seconds:.0f} s"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("case", nargs="?", choices=["stream", "path", "blocks"])
    case = parser.parse_args().case
    if case is None:
        for name in ("path", "blocks", "stream"):
            subprocess.run([sys.executable, __file__, name], check=True)
    else:
        with threadpool_limits(limits=1):
            {"stream": stream, "path": path, "blocks": blocks}[case]()

"""Plot the time of a width path against n, P and G: ``python benchmarks/plot_scaling.py``.

The line beside the points is the flop model of docs/numerics.rst, scaled by one factor, the
median speed over all points.
"""

import argparse
import statistics
import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from threadpoolctl import threadpool_limits
from width_path import N_TARGETS, N_TEST, grid

from ddkd.solvers import width_path


def flops(n: int, p: int, widths: np.ndarray) -> float:
    """QR, triangle, Gram matrix, Cholesky factors, and products with features and test set."""
    k = N_TARGETS
    near = widths[(widths > n) & (widths <= 1.125 * n)]
    far = widths[widths > 1.125 * n]
    total = 4 / 3 * n**3 + widths.size * n**2 * (k + 16)
    total += 4 * n**2 * (near.max() - n if near.size else 0)
    total += n**2 * (far.max() if far.size else 0) + far.size * n**3 / 3
    return float(total + 2 * k * (2 * n + N_TEST) * widths.sum())


def median_time(n: int, p: int, size: int) -> tuple[float, float]:
    """Median of three runs on Gaussian features, and the flops."""
    rng = np.random.default_rng(0)
    Z, Y = rng.normal(size=(n, p)), rng.normal(size=(n, N_TARGETS))
    Z_test, widths = rng.normal(size=(N_TEST, p)), grid(n, p, size)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        width_path(Z, Y, widths, Z_test=Z_test)
        times.append(time.perf_counter() - start)
    return statistics.median(times), flops(n, p, widths)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default="width_path_scaling.png")
    options = parser.parse_args()
    panels = {
        "n, at P = 6000, G = 40": [(n, 6000, 40) for n in (100, 200, 400, 800, 1600)],
        "P, at n = 500, G = 40": [(500, p, 40) for p in (1000, 2000, 4000, 8000, 16000)],
        "G, at n = 500, P = 6000": [(500, 6000, g) for g in (12, 24, 48, 96, 192)],
    }
    measured = {
        title: [median_time(*setting) for setting in settings] for title, settings in panels.items()
    }
    speed = statistics.median(f / t for points in measured.values() for t, f in points)
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), sharey=True, layout="constrained")
    for column, (axis, (title, points)) in enumerate(zip(axes, measured.items(), strict=True)):
        x = [setting[column] for setting in panels[title]]
        axis.loglog(x, [t for t, _ in points], "o", label="measured")
        axis.loglog(x, [f / speed for _, f in points], "-", label="flop model")
        axis.set_xticks(x, labels=[str(value) for value in x])
        axis.minorticks_off()
        axis.set_xlabel(title)
    axes[0].set_ylabel("seconds")
    axes[0].legend()
    axes[1].set_title(f"width path, one thread; model at {speed / 1e9:.0f} Gflop/s")
    figure.savefig(options.out, dpi=150)
    print(f"wrote {options.out}")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()

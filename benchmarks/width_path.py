"""Time a whole curve against its peers: ``python benchmarks/width_path.py [CASE ...] [--old DIR]``.

Every method gets the same features, ten targets and 2,000 test samples, one BLAS thread, and
returns test predictions. A row is the ratio of CPU times of a peer to `width_path`: rounds of one
and the other in turn, and the median of the ratios, so that a busy machine slows both alike.
Peers run at ten of the widths, between which their times are interpolated. With ``--old DIR``, a
checkout of another version, its `width_path` is a peer, too, on more kinds of features.

scikit-learn's LinearRegression hands its ``tol`` to LAPACK as the cutoff of singular values; the
default 1e-6 clips the peak. It gets ``tol=1e-15`` here, which keeps it exact. Ridge has
``alpha=1e-8``, which does not.
"""

import argparse
import importlib
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from scipy import linalg
from sklearn.linear_model import LinearRegression, Ridge
from threadpoolctl import threadpool_info, threadpool_limits

from ddkd.solvers import width_path

N_TARGETS, N_TEST = 10, 2000
_SAMPLE = 10
_ROUNDS = 5


@dataclass
class Problem:
    """Features, targets, test features and widths, with further options of `width_path`."""

    Z: np.ndarray
    Y: np.ndarray
    Z_test: np.ndarray
    widths: np.ndarray
    options: dict = field(default_factory=dict)


def grid(n: int, p: int, size: int) -> np.ndarray:
    """A third of the widths below .88 n, a third in [.9 n, 1.1 n] with n, a third up to p."""
    third = size // 3
    near = np.unique(np.append(np.linspace(0.9 * n, 1.1 * n, third - 1).astype(int), n))
    below = np.linspace(n // 50 + 1, 0.88 * n, third).astype(int)
    above = np.geomspace(1.15 * n, p, size - third - near.size).astype(int)
    return np.unique(np.concatenate([below, near, above]))


def gaussian(n: int, p: int, size: int = 61) -> Problem:
    """Independent standard normal features."""
    rng = np.random.default_rng(0)
    Z, Z_test = rng.normal(size=(n, p)), rng.normal(size=(N_TEST, p))
    return Problem(Z, rng.normal(size=(n, N_TARGETS)), Z_test, grid(n, p, size))


def fourier(
    dimension: int, n: int, p: int, size: int = 61, frequency: float = 1.0, **options: float
) -> Problem:
    """Cosines of random projections of Gaussian inputs."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n + N_TEST, dimension))
    W = rng.normal(size=(dimension, p)) * frequency * np.sqrt(2)
    Z = np.sqrt(2 / p) * np.cos(X @ W + rng.uniform(0, 2 * np.pi, p))
    Y = rng.normal(size=(n, N_TARGETS))
    return Problem(Z[:n], Y, Z[n:], grid(n, p, size), options)


# Cases of the table, and those that only another version is measured on.
AGAINST_PEERS: dict[str, Callable[[], Problem]] = {
    "Fourier 20-D n=1000": lambda: fourier(20, 1000, 10_000, frequency=20**-0.5),
    "Gaussian n=1000": lambda: gaussian(1000, 10_000),
}
AGAINST_OLD: dict[str, Callable[[], Problem]] = {
    **AGAINST_PEERS,
    "Fourier 20-D n=2000": lambda: fourier(20, 2000, 10_000, 40, frequency=20**-0.5),
    "Gaussian n=2000": lambda: gaussian(2000, 10_000, 40),
    **{f"Fourier {d}-D n=500": lambda d=d: fourier(d, 500, 5000) for d in (1, 2, 3, 5)},
    **{f"ridge, {d}-D n=500": lambda d=d: fourier(d, 500, 5000, alpha=1e-3) for d in (1, 2, 3, 5)},
    "high Fourier 3-D n=1000": lambda: fourier(3, 1000, 10_000, frequency=2.0),
}


def gelsd(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Least squares of scipy, with ddkd's cutoff."""
    rcond = max(Z.shape) * np.finfo(float).eps
    return linalg.lstsq(Z, Y, cond=rcond, lapack_driver="gelsd", check_finite=False)[0]


def linear_regression(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """scikit-learn's least squares."""
    model = LinearRegression(fit_intercept=False)
    if "tol" in model.get_params():
        model.set_params(tol=1e-15)
    return model.fit(Z, Y).coef_.T


def ridge_cholesky(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """scikit-learn's fastest, which is inexact."""
    return Ridge(1e-8, fit_intercept=False, solver="cholesky").fit(Z, Y).coef_.T


PEERS = {
    "LinearRegression": linear_regression,
    "Ridge(cholesky)": ridge_cholesky,
    "lstsq (gelsd)": gelsd,
}


def cpu_seconds(run: Callable[[], object]) -> float:
    """CPU time of one call."""
    start = time.process_time()
    run()
    return time.process_time() - start


def run_peer(solver: Callable, problem: Problem) -> float:
    """CPU time of a peer over all the widths, interpolated between ten of them."""
    positions = np.linspace(0, problem.widths.size - 1, _SAMPLE).astype(int)
    measured = problem.widths[positions]
    times = [
        cpu_seconds(lambda w=w: problem.Z_test[:, :w] @ solver(problem.Z[:, :w], problem.Y))
        for w in measured
    ]
    return float(np.interp(problem.widths, measured, times).sum())


def run_path(solver: Callable, problem: Problem) -> float:
    """CPU time of a version of `width_path`."""
    return cpu_seconds(
        lambda: solver(
            problem.Z, problem.Y, problem.widths, Z_test=problem.Z_test, **problem.options
        )
    )


def report(
    name: str, peer: str, problem: Problem, run: Callable[[Problem], float], rounds: int
) -> None:
    """Print one row: the median of paired ratios, their range, and our own time."""
    own, ratios = [], []
    for _ in range(rounds):
        own.append(run_path(width_path, problem))
        ratios.append(run(problem) / own[-1])
    print(
        f"{name:24s} {peer:17s} {statistics.median(ratios):6.2f}"
        f" ({min(ratios):.2f} to {max(ratios):.2f}), ours {statistics.median(own):.3f} s",
        flush=True,
    )


def old_width_path(folder: str) -> Callable:
    """Load `width_path` of another checkout beside this one."""
    ours = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ddkd(name)}
    sys.path.insert(0, folder)
    try:
        solvers = importlib.import_module("ddkd.solvers")
    finally:
        sys.path.remove(folder)
        for name in [name for name in sys.modules if _is_ddkd(name)]:
            del sys.modules[name]
        sys.modules.update(ours)
    assert Path(solvers.__file__).is_relative_to(folder), solvers.__file__
    return solvers.width_path


def _is_ddkd(module: str) -> bool:
    return module.split(".")[0] == "ddkd"


def processor() -> str:
    """Name of the processor, and the BLAS kernels chosen for it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = "unknown processor"
    kernels = {i.get("architecture") for i in threadpool_info() if i["user_api"] == "blas"}
    return f"{name}, BLAS kernels {', '.join(sorted(map(str, kernels)))}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("cases", nargs="*", help="parts of names of cases; all unless given")
    parser.add_argument("--old", metavar="DIR", help="checkout of another version")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print(processor())
    print("CPU time of the peer over that of width_path, median of paired ratios (range):")
    cases = AGAINST_OLD if args.old else AGAINST_PEERS
    peers = {name: partial(run_peer, solver) for name, solver in PEERS.items()}
    if args.old:
        peers = {"old version": partial(run_path, old_width_path(args.old))}
    for name, make in cases.items():
        if args.cases and not any(part in name for part in args.cases):
            continue
        problem = make()
        for peer, run in peers.items():
            report(name, peer, problem, run, args.rounds)


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()

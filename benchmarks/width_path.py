"""Time ddkd's least squares against its peers: ``python benchmarks/width_path.py [--full]``.

Every method gets the same features, ten targets and 2,000 test samples, one BLAS thread, and
returns test predictions. Times are medians of five interleaved rounds, so that a busy machine
slows all of them alike; peers that take over two seconds run on a sample of the widths, between
which their times are interpolated, and over ten in three rounds. ``--full`` runs everything.

scikit-learn's LinearRegression hands its ``tol`` to LAPACK as the cutoff of singular values; the
default 1e-6 clips the peak. It gets ``tol=1e-15`` here, which keeps it exact.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.linalg import blas
from sklearn.linear_model import LinearRegression, Ridge
from threadpoolctl import threadpool_info, threadpool_limits

from ddkd.solvers import StreamingLeastSquares, ridge, width_path

N_TARGETS = 10
N_TEST = 2000
# Peers slower than this run on so many of the widths, unless everything is asked for.
_SLOW = 2.0
_SAMPLE = 10
_ROUNDS = 5
# Peers slower than this run in fewer rounds.
_VERY_SLOW, _FEWER_ROUNDS = 10.0, 3


@dataclass
class Problem:
    """Features, targets, test features and widths."""

    name: str
    Z: np.ndarray
    Y: np.ndarray
    Z_test: np.ndarray
    widths: np.ndarray


def grid(n: int, p: int, size: int) -> np.ndarray:
    """A third of the widths below .88 n, a third in [.9 n, 1.1 n] with n, a third up to p."""
    third = size // 3
    near = np.unique(np.append(np.linspace(0.9 * n, 1.1 * n, third - 1).astype(int), n))
    below = np.linspace(n // 50 + 1, 0.88 * n, third).astype(int)
    above = np.geomspace(1.15 * n, p, size - third - near.size).astype(int)
    return np.unique(np.concatenate([below, near, above]))


def gaussian(n: int, p: int, size: int) -> Problem:
    rng = np.random.default_rng(0)
    Z, Z_test = rng.normal(size=(n, p)), rng.normal(size=(N_TEST, p))
    return Problem(f"Gaussian n={n}", Z, rng.normal(size=(n, N_TARGETS)), Z_test, grid(n, p, size))


def fourier(n: int, p: int, size: int, dimension: int) -> Problem:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n + N_TEST, dimension))
    phases = X @ rng.normal(size=(dimension, p)) * np.sqrt(2) + rng.uniform(0, 2 * np.pi, p)
    Z = np.sqrt(2 / p) * np.cos(phases)
    Y = rng.normal(size=(n, N_TARGETS))
    return Problem(f"Fourier {dimension}-D n={n}", Z[:n], Y, Z[n:], grid(n, p, size))


def duplicated(n: int, p: int, size: int) -> Problem:
    problem = gaussian(n, p, size)
    problem.Z[n // 2 :] = problem.Z[: n - n // 2]
    problem.name = f"every row twice n={n}"
    return problem


def gelsd(Z, Y):
    rcond = max(Z.shape) * np.finfo(float).eps
    return linalg.lstsq(Z, Y, cond=rcond, lapack_driver="gelsd", check_finite=False)[0]


def pinv(Z, Y):
    return linalg.pinv(Z, check_finite=False) @ Y


def linear_regression(Z, Y):
    model = LinearRegression(fit_intercept=False)
    if "tol" in model.get_params():
        model.set_params(tol=1e-15)
    return model.fit(Z, Y).coef_.T


def ridge_cholesky(Z, Y):
    return Ridge(1e-8, fit_intercept=False, solver="cholesky").fit(Z, Y).coef_.T


def fresh_gram(Z, Y):
    n, w = Z.shape
    if w < n:
        return linalg.cho_solve(linalg.cho_factor(Z.T @ Z, check_finite=False), Z.T @ Y)
    return Z.T @ linalg.cho_solve(linalg.cho_factor(Z @ Z.T, check_finite=False), Y)


PEERS = {
    "lstsq(gelsd)": gelsd,
    "pinv": pinv,
    "LinearRegression": linear_regression,
    "Ridge(cholesky)": ridge_cholesky,
    "fresh Gram, inexact": fresh_gram,
}


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def run_peer(solver, problem: Problem, measured: np.ndarray) -> float:
    """Time of a peer over all the widths, from some of them and by interpolation between those."""
    times = [
        seconds(lambda w=w: problem.Z_test[:, :w] @ solver(problem.Z[:, :w], problem.Y))
        for w in measured
    ]
    return float(np.interp(problem.widths, measured, times).sum())


def compare(problem: Problem, peers: list[str], *, full: bool) -> None:
    """One row of the table a peer: the ratio of medians of interleaved rounds."""

    def ours() -> None:
        width_path(problem.Z, problem.Y, problem.widths, Z_test=problem.Z_test)

    seconds(ours)
    sample = problem.widths[np.linspace(0, problem.widths.size - 1, _SAMPLE).astype(int)]
    for name in peers:
        solver = PEERS[name]
        try:
            estimate = run_peer(solver, problem, sample)
        except linalg.LinAlgError as error:
            print(f"{problem.name:24s} {name:22s} failed: {error}")
            continue
        measured = sample if estimate > _SLOW and not full else problem.widths
        own, peer = [], []
        for _ in range(_ROUNDS if full or estimate < _VERY_SLOW else _FEWER_ROUNDS):
            own.append(seconds(ours))
            peer.append(run_peer(solver, problem, measured))
        ratio = statistics.median(peer) / statistics.median(own)
        print(
            f"{problem.name:24s} {name:22s} {statistics.median(own):8.3f} s "
            f"{statistics.median(peer):8.2f} s {ratio:7.1f} x"
            f"{' (sampled widths)' if measured is sample else ''}",
            flush=True,
        )


def compare_every_width(n: int, p: int, n_sample: int) -> None:
    """All widths 1..p against gelsd on a few of them, half of those at most n."""
    problem = gaussian(n, p, 60)
    Y_test = np.random.default_rng(1).normal(size=(N_TEST, N_TARGETS))
    own = [
        seconds(
            lambda: width_path(
                problem.Z, problem.Y, np.arange(1, p + 1), Z_test=problem.Z_test, Y_test=Y_test
            )
        )
        for _ in range(_ROUNDS)
    ]
    problem.widths = np.arange(1, p + 1)
    half = n_sample // 2
    measured = np.unique(np.append(np.linspace(1, n, half), np.linspace(n, p, half)).astype(int))
    peer = run_peer(gelsd, problem, measured)
    print(
        f"{f'all {p} widths n={n}':24s} {'lstsq(gelsd)':22s} {statistics.median(own):8.3f} s "
        f"{peer:8.0f} s {peer / statistics.median(own):7.0f} x (sampled widths)",
        flush=True,
    )


def compare_ridge_path(n: int, p: int, n_alphas: int) -> None:
    """Twenty penalties at one width against scikit-learn's fit for each."""
    problem = gaussian(n, p, 60)
    alphas = np.geomspace(1e-3, 1e3, n_alphas) * p
    own, peer = [], []
    for _ in range(_ROUNDS):
        own.append(seconds(lambda: ridge(problem.Z, problem.Y, alphas)))
        peer.append(seconds(lambda: [sklearn_ridge(a, problem) for a in alphas]))
    ratio = statistics.median(peer) / statistics.median(own)
    print(
        f"{f'{n_alphas} ridges n={n}':24s} {'Ridge(cholesky)':22s} {statistics.median(own):8.3f} s "
        f"{statistics.median(peer):8.2f} s {ratio:7.1f} x",
        flush=True,
    )


def sklearn_ridge(alpha: float, problem: Problem) -> np.ndarray:
    model = Ridge(alpha, fit_intercept=False, solver="cholesky")
    return model.fit(problem.Z, problem.Y).coef_


def compare_streaming(p: int, n_batches: int) -> None:
    """Streaming against its floor: the same feature map and the Gram update alone."""
    rng = np.random.default_rng(0)
    dimension, size = 64, 4096
    W, phases = rng.normal(size=(dimension, p)) / 8, rng.uniform(0, 2 * np.pi, p)
    Y = rng.normal(size=(size, N_TARGETS))
    batches = [rng.normal(size=(size, dimension)) for _ in range(n_batches)]

    def features(X):
        return np.sqrt(2 / p) * np.cos(X @ W + phases)

    gram = np.zeros((p, p), order="F")
    stream = StreamingLeastSquares(p, N_TARGETS)
    floor, own = [], []
    for X in batches:
        floor.append(
            seconds(
                lambda X=X: blas.dsyrk(1.0, features(X).T, beta=1.0, c=gram, lower=1, overwrite_c=1)
            )
        )
        own.append(seconds(lambda X=X: stream.update(features(X), Y)))
    ratio = statistics.median(floor) / statistics.median(own)
    print(
        f"{f'streaming p={p}':24s} {'features and syrk':22s} {statistics.median(own):8.3f} s "
        f"{statistics.median(floor):8.3f} s {ratio:7.2f} of the floor ({stream.solve().method})",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="no sampling; takes an hour")
    parser.add_argument("--only", help="run the problems whose name contains this")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    kernels = {lib["architecture"] for lib in threadpool_info() if lib["user_api"] == "blas"}
    print(f"BLAS kernels: {', '.join(sorted(kernels))}; one thread")
    print(f"{'problem':24s} {'peer':22s} {'ddkd':>10s} {'peer':>10s} {'ratio':>9s}")
    everyone = list(PEERS)
    jobs: list[tuple[Callable[[], Problem], list[str]]] = [
        (lambda: gaussian(300, 3000, 60), everyone),
        (lambda: gaussian(1000, 10000, 60), everyone),
        (lambda: gaussian(2000, 10000, 40), ["lstsq(gelsd)", "Ridge(cholesky)"]),
        (lambda: fourier(300, 3000, 60, 3), ["lstsq(gelsd)"]),
        (lambda: fourier(1000, 10000, 60, 1), ["lstsq(gelsd)"]),
        (lambda: fourier(1000, 10000, 60, 2), ["lstsq(gelsd)"]),
        (lambda: fourier(1000, 10000, 60, 3), ["lstsq(gelsd)"]),
        (lambda: duplicated(1000, 10000, 60), ["lstsq(gelsd)"]),
    ]
    for build, peers in jobs:
        problem = build()
        if options.only is None or options.only in problem.name:
            compare(problem, peers, full=options.full)
    if options.only is None or options.only in "all widths":
        compare_every_width(1000, 10000, 200 if options.full else 12)
    if options.only is None or options.only in "ridges":
        compare_ridge_path(1000, 10000, 20)
    if options.only is None or options.only in "streaming":
        compare_streaming(1000, 12)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()

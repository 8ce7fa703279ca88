"""Predicted against measured: how far the predictors are off on five data sets.

    python benchmarks/prediction.py            # the whole table, about eight minutes on one core
    python benchmarks/prediction.py --quick    # n = 300 only, fewer widths

Test error of random Fourier features, centred one-hot targets, at widths k from n/20 to 10 n
outside 0.9 < k/n < 1.1, ridges 0, 0.1, 1 and 10, with 0 and 10 % of the labels flipped. Measured
values are means over draws of the features, for the same inputs and labels. Students learn from a
teacher of 2,000 features with ridge 1, trained with 10 % flips.
"""

import argparse
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from sklearn.metrics.pairwise import rbf_kernel
from threadpoolctl import threadpool_limits

from ddkd import LeastSquaresClassifier, RandomFourierFeatures
from ddkd.datasets import load
from ddkd.datasets._named import FASHION_MNIST
from ddkd.features import median_distance
from ddkd.prediction import ConditionalPredictor, predict_student
from ddkd.solvers import min_norm

ALPHAS = np.array([0.0, 0.1, 1.0, 10.0])
FLIPS = (0.0, 0.1)
RATIOS = np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0])
DATA = ("digits", "fashion-mnist", "mixture", "relu-network", "gaussian")
BANDWIDTH = 0.8


@dataclass(frozen=True)
class Problem:
    """One data set's arrays: inputs, a stack of label sets as centred one-hot targets."""

    X: np.ndarray
    Y: np.ndarray  # (n, n_flips * n_classes)
    X_test: np.ndarray
    Y_test: np.ndarray
    labels: np.ndarray
    gamma: float
    split: Any


def draw_problem(name: str, n: int, seed: int = 0) -> Problem:
    split = load(name, n_samples=n, n_test=600 if "digits" in name else 2000, rng=seed)
    noisy = [split.flip_labels(rate, rng=seed + 1) for rate in FLIPS]
    return Problem(
        X=split.X_train,
        Y=np.hstack([one_hot(s.y_train, split.classes) for s in noisy]),
        X_test=split.X_test,
        Y_test=one_hot(split.y_test, split.classes),
        labels=np.searchsorted(split.classes, split.y_test),
        gamma=0.5 / (BANDWIDTH * median_distance(split.X_train)) ** 2,
        split=noisy[-1],
    )


def one_hot(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return (y[:, None] == classes) - 1 / len(classes)


def scores(Z: np.ndarray, Y: np.ndarray, Z_test: np.ndarray) -> np.ndarray:
    """Test scores of every ridge, (n_alphas, n_test, n_targets), by normal equations if safe."""
    wide = Z.shape[1] >= Z.shape[0]
    gram = Z @ Z.T if wide else Z.T @ Z
    cross = Z_test @ Z.T if wide else Z_test
    right = Y if wide else Z.T @ Y
    values, vectors = scipy.linalg.eigh(gram)
    cross, right = cross @ vectors, vectors.T @ right
    found = np.stack([cross @ (right / (np.maximum(values, 0) + a)[:, None]) for a in ALPHAS[1:]])
    if values[0] > 1e-9 * values[-1]:
        ridgeless = cross @ (right / values[:, None])
    else:
        ridgeless = Z_test @ min_norm(Z, Y).coef
    return np.concatenate([ridgeless[None], found])


def measure(problem: Problem, widths: np.ndarray, n_draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean test MSE and 0-1 error over draws, both (n_flips, n_widths, n_alphas)."""
    C = problem.Y_test.shape[1]
    mse = np.zeros((len(FLIPS), widths.size, ALPHAS.size))
    error = np.zeros_like(mse)
    for draw in range(n_draws):
        for w, width in enumerate(widths):
            seed = 1000 * draw + w
            features = RandomFourierFeatures(int(width), gamma=problem.gamma, random_state=seed)
            Z = features.fit_transform(problem.X)
            found = scores(Z, problem.Y, features.transform(problem.X_test))
            for f in range(len(FLIPS)):
                part = found[:, :, f * C : (f + 1) * C]
                mse[f, w] += np.mean((part - problem.Y_test) ** 2, axis=(1, 2))
                error[f, w] += np.mean(part.argmax(axis=2) != problem.labels, axis=1)
    return mse / n_draws, error / n_draws


def predict(problem: Problem, widths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same, without a feature drawn or a model trained."""
    predictor = ConditionalPredictor(
        rbf_kernel(problem.X, gamma=problem.gamma),
        rbf_kernel(problem.X_test, problem.X, gamma=problem.gamma),
    )
    C = problem.Y_test.shape[1]
    found = [
        predictor.predict(problem.Y[:, f * C : (f + 1) * C], widths[:, None], alpha=ALPHAS)
        for f in range(len(FLIPS))
    ]
    return (
        np.stack([p.mse(problem.Y_test) for p in found]),
        np.stack([p.error_rate(problem.labels) for p in found]),
    )


def students(problem: Problem, labels: str) -> np.ndarray:
    """Predicted less measured error of students, m from k/2 to 20 k where the pool allows."""
    split, gamma = problem.split, problem.gamma
    teacher = LeastSquaresClassifier(
        RandomFourierFeatures(2000, gamma=gamma, random_state=0), alpha=1.0
    ).fit(split.X_train, split.y_train)
    pool = split.transfer
    if hasattr(pool, "sample"):
        pool = pool.sample(2000, rng=7)
    gaps = []
    for k in (50, 100):
        sizes = [m for m in (k // 2, 2 * k, 5 * k, 20 * k) if m <= len(pool)]
        found = predict_student(
            teacher, pool, split.X_test, split.y_test, sizes, k, gamma=gamma, labels=labels
        )
        for m, predicted in zip(sizes, found.error_rate, strict=True):
            soft = teacher.decision_function(pool[:m])
            errors = []
            for seed in range(15):
                student = LeastSquaresClassifier(
                    RandomFourierFeatures(k, gamma=gamma, random_state=seed + 1)
                )
                if labels == "hard":
                    student.fit(pool[:m], teacher.predict(pool[:m]), teacher.classes_)
                else:
                    student.fit_scores(pool[:m], soft, teacher.classes_)
                errors.append(np.mean(student.predict(split.X_test) != split.y_test))
            gaps.append(predicted - np.mean(errors))
    return np.array(gaps)


def row(name: str, n: int, part: str, relative: Any, absolute: Any) -> None:
    mse = error = ""
    if relative is not None:
        r = np.ravel(relative)
        mse = f"{np.median(np.abs(r)):8.2%} {np.abs(r).max():8.2%} {np.median(r):+8.2%}"
    if absolute is not None:
        a = np.abs(np.ravel(absolute))
        error = f"{np.median(a):8.4f} {a.max():8.4f}"
    print(f"{name:14} {n:5} {part:24} {mse:26} {error}", flush=True)


def report(name: str, n: int, quick: bool) -> None:
    problem = draw_problem(name, n)
    ratios = RATIOS[::3] if quick else RATIOS[:: 1 if n == 300 else 2]
    widths = np.round(n * ratios).astype(int)
    below, above = widths < n, widths > n
    start = time.perf_counter()
    mse, error = predict(problem, widths)
    middle = time.perf_counter()
    true_mse, true_error = measure(problem, widths, 5 if n == 300 else 2)
    seconds = middle - start, time.perf_counter() - middle
    relative, absolute = mse / true_mse - 1, error - true_error
    every = slice(None)
    parts = {
        "ridge": (every, slice(1, None)),
        "ridgeless, k < n": (below, 0),
        "ridgeless, k > n": (above, 0),
        "ridgeless, all": (every, 0),
    }
    for part, (rows, columns) in parts.items():
        row(name, n, part, relative[:, rows, columns], absolute[:, rows, columns])
    if n == 300:
        for labels in ("hard", "soft"):
            row(name, n, f"students, {labels}", None, students(problem, labels))
    n_points = mse.size
    print(f"{n_points} conditional predictions: {seconds[0]:.2f} s; measured {seconds[1]:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--data", nargs="*", default=DATA)
    args = parser.parse_args()
    print(
        f"{'data':14} {'n':>5} {'':24} {'MSE med':>8} {'worst':>8} {'signed':>8} "
        f"{'err med':>8} {'worst':>8}"
    )
    for name in args.data:
        if name == "fashion-mnist" and not FASHION_MNIST.is_dir():
            continue
        for n in (300,) if args.quick else (300, 1000):
            report(name, n, args.quick)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()

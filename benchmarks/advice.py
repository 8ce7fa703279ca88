"""How good the advice is: ``python benchmarks/advice.py``.

Regret of `Advice.estimator` and of `Advice.committee` to the best contestant in hindsight, coverage
of the 90 % intervals of differences, and how often a sign is right where an interval excludes zero,
on six real data sets: bundled digits and breast cancer, Fashion-MNIST (Debian's
dataset-fashion-mnist), and Bananas, ImageSegments and Phishing (the package river). Every repeat
draws labelled rows, a pool and clean test rows anew; a tenth of the labels is wrong in every other
repeat. The truth of a difference is that of the pipelines refitted to all labels.
"""

import argparse
import importlib
import time

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from threadpoolctl import threadpool_limits

from ddkd.datasets import load
from ddkd.prediction import advise

N_POOL = 2000
N_TEST = 2000
# Differences named before looking: student minus its teacher, student minus a rival.
PAIRS = (
    ("student-of-interpolating", "interpolating"),
    ("student-of-ridge-any-width", "ridge-any-width"),
    ("student-of-svm", "svm"),
    ("student-of-svm", "kernel-ridge"),
    ("student-of-label-spreading", "label-spreading"),
)


def from_river(name):
    """All rows of a data set of river as arrays."""
    rows = list(getattr(importlib.import_module("river.datasets"), name)())
    X = np.array([list(map(float, x.values())) for x, _ in rows])
    return X, np.unique([str(y) for _, y in rows], return_inverse=True)[1]


def collections():
    """Names and rows of the six data sets."""
    split = load("fashion-mnist", n_samples=5000, n_test=3000, rng=0)
    fashion = np.vstack([split.X_train, split.X_test]), np.append(split.y_train, split.y_test)
    return {
        "digits": load_digits(return_X_y=True),
        "breast cancer": load_breast_cancer(return_X_y=True),
        "fashion-mnist": fashion,
        **{name: from_river(name) for name in ("Bananas", "ImageSegments", "Phishing")},
    }


def draw(X, y, rng, n, flip_rate):
    """Labelled rows (some labels wrong), a pool and clean test rows."""
    order = rng.permutation(len(y))
    n_test = min(N_TEST, len(y) // 3)
    labelled, test, pool = np.split(order[: n + n_test + N_POOL], [n, n + n_test])
    given, n_classes = y[labelled].copy(), len(np.unique(y))
    wrong = rng.permutation(n)[: round(flip_rate * n)]
    given[wrong] = (given[wrong] + rng.integers(1, n_classes, len(wrong))) % n_classes
    return X[labelled], given, X[pool], X[test], y[test]


def one_repeat(X, y, rng, n, flip_rate):
    """Regrets of estimator and committee; truth and interval of every pair."""
    X_labelled, given, pool, X_test, y_test = draw(X, y, rng, n, flip_rate)
    start = time.process_time()
    advice = advise(X_labelled, given, pool, rng=rng)
    seconds = time.process_time() - start
    everyone = advice._contest.fit(advice.ranking.name.tolist())
    rows = X_test
    errors = {
        name: float(np.mean(everyone.alone(name).predict(rows) != y_test))
        for name in everyone.names
    }
    least = min(errors.values())
    committee = advice.committee().predict(rows)
    pairs = [(errors[a] - errors[b], *advice.difference(a, b)) for a, b in PAIRS]
    return {
        "estimator": errors[advice.best] - least,
        "committee": float(np.mean(committee != y_test)) - least,
        "pairs": pairs,
        "seconds": seconds,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--data", nargs="*")
    args = parser.parse_args()
    found = {}
    print(f"{'data':16}{'estimator':>16}{'committee':>16}{'seconds':>9}  (regret in points)")
    for name, (X, y) in collections().items():
        if args.data and name not in args.data:
            continue
        repeats = [
            one_repeat(X, y, np.random.default_rng([7, r]), (100, 200, 300)[r % 3], 0.1 * (r % 2))
            for r in range(args.repeats)
        ]
        found[name] = repeats
        cells = [
            f"{100 * np.mean(v):.2f} ± {100 * np.std(v, ddof=1) / np.sqrt(len(v)):.2f}"
            for v in ([r[key] for r in repeats] for key in ("estimator", "committee"))
        ]
        seconds = np.mean([r["seconds"] for r in repeats])
        print(f"{name:16}{cells[0]:>16}{cells[1]:>16}{seconds:9.1f}", flush=True)
    means = {
        key: np.mean([[r[key] for r in repeats] for repeats in found.values()])
        for key in ("estimator", "committee")
    }
    print(f"{'mean':16}{100 * means['estimator']:16.2f}{100 * means['committee']:16.2f}")
    pairs = np.array([p for repeats in found.values() for r in repeats for p in r["pairs"]])
    truth, _, low, high = pairs.T
    covered = (low <= truth) & (truth <= high)
    print(f"{len(pairs)} differences: {100 * covered.mean():.1f} % of the truths are covered")
    sure = (low > 0) | (high < 0)
    right = np.sign(truth[sure]) == np.sign(low[sure])
    print(f"{sure.sum()} exclude zero: the sign is right in {100 * right.mean():.1f} %")


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()

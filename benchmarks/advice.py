"""How good the advice is: ``python benchmarks/advice.py``, and what it costs: ``--cost``.

Regret of `Advice.estimator` and of `Advice.committee` to the best contestant in hindsight, coverage
of the 90 % intervals of differences, and how often a sign is right where an interval excludes zero,
on six real data sets: bundled digits and breast cancer, Fashion-MNIST (Debian's
dataset-fashion-mnist), and Bananas, ImageSegments and Phishing (the package river). Every repeat
draws labelled rows, a pool and clean test rows anew; a tenth of the labels is wrong in every other
repeat. The truth of a difference is that of the pipelines refitted to all labels.

With ``--data`` also Fashion-MNIST and digits as 50 principal components.

Regret is measured twice. The best in hindsight on all test rows is partly lucky on them, so that
regret to it is too high. In the columns "by halves" one half of the test rows says who was best,
the other half how much better that one was, and the other way round: that is too low, because a
half may name the wrong one. The truth lies between.
"""

import argparse
import importlib
import time

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.decomposition import PCA
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from ddkd._labels import decode
from ddkd.advice import advise
from ddkd.datasets import load

N_POOL = 2000
N_TEST = 2000
SIX = ("digits", "breast cancer", "fashion-mnist", "Bananas", "ImageSegments", "Phishing")
EVEN, ODD = slice(0, None, 2), slice(1, None, 2)
REGRETS = ("estimator", "estimator by halves", "committee", "committee by halves")
TAUGHT = ("interpolating", "ridge-any-width", "kernel-ridge", "svm", "extra-trees")
TAUGHT += ("label-spreading",)
# Differences named before looking: student minus its teacher, student minus a rival.
PAIRS = (
    *((f"student-of-{teacher}", teacher) for teacher in TAUGHT),
    ("student-of-svm", "kernel-ridge"),
    ("student-of-ridge-any-width", "svm"),
    ("student-of-label-spreading", "svm"),
)


def from_river(name):
    """All rows of a data set of river as arrays."""
    rows = list(getattr(importlib.import_module("river.datasets"), name)())
    X = np.array([list(map(float, x.values())) for x, _ in rows])
    return X, np.unique([str(y) for _, y in rows], return_inverse=True)[1]


def collections():
    """Names and rows of the data sets."""
    split = load("fashion-mnist", n_samples=5000, n_test=3000, rng=0)
    fashion = np.vstack([split.X_train, split.X_test]), np.append(split.y_train, split.y_test)
    digits = load_digits(return_X_y=True)
    rotated = (("digits components", digits), ("fashion-mnist components", fashion))
    return {
        "digits": digits,
        "breast cancer": load_breast_cancer(return_X_y=True),
        "fashion-mnist": fashion,
        **{name: from_river(name) for name in ("Bananas", "ImageSegments", "Phishing")},
        **{name: (PCA(50).fit_transform(X), y) for name, (X, y) in rotated},
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
    encoder, everyone = advice._contest.fit(advice.ranking.name.tolist())
    wrong = {
        name: everyone.classes_[decode(scores)] != y_test
        for name, scores in zip(
            everyone.names, everyone._scores(encoder.transform(X_test)), strict=True
        )
    }
    candidates = np.array(list(wrong.values()))
    found = {"seconds": seconds}
    advised = {"estimator": advice.estimator(), "committee": advice.committee()}
    for key, model in advised.items():
        mine = model.predict(X_test) != y_test
        found[key] = mine.mean() - candidates.mean(axis=1).min()
        halves = []
        for choose, judge in ((EVEN, ODD), (ODD, EVEN)):
            best = candidates[:, choose].mean(axis=1).argmin()
            halves.append(mine[judge].mean() - candidates[best, judge].mean())
        found[f"{key} by halves"] = np.mean(halves)
    # Wrong labels, of which a share of 1/(K - 1) is what a wrong prediction says.
    clean, n_classes = wrong[advice.best].mean(), len(np.unique(y))
    noisy = (1 - flip_rate) * clean + flip_rate * (1 - clean / (n_classes - 1))
    found["headline"] = advice.error - noisy
    found["ranking"] = advice.ranking.error[0] - noisy
    found["inside"] = advice.low <= noisy <= advice.high
    found["simplest"] = wrong[advice.simplest].mean() - clean
    found["pairs"] = [
        (wrong[a].mean() - wrong[b].mean(), *advice.difference(a, b)) for a, b in PAIRS
    ]
    return found


def cost():
    """Processor time of one advice with 300 labelled and 10,000 unlabelled rows, on one thread."""
    split = load("fashion-mnist", n_samples=300, n_transfer=10_000, rng=0)
    for name, n_inputs in (("784 pixels", 784), ("the first 20 components", 20)):
        rotate = PCA(n_inputs).fit(split.transfer) if n_inputs < 784 else FunctionTransformer()
        X, pool = rotate.transform(split.X_train), rotate.transform(split.transfer)
        start = time.process_time()
        advice = advise(X, split.y_train, pool)
        seconds = time.process_time() - start
        students = advice.ranking.seconds[advice.ranking.student]
        n_students = len(students) * len(advice._contest.labels)
        print(
            f"Fashion-MNIST, {name}: one advice {seconds:.1f} s of processor time; "
            f"{n_students} students of it {students.sum():.1f} s by the clock"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--data", nargs="*")
    parser.add_argument("--cost", action="store_true")
    args = parser.parse_args()
    if args.cost:
        cost()
        return
    found = {}
    everything = collections()
    print(f"{'regret in points':25}" + "".join(f"{key:>23}" for key in REGRETS) + f"{'seconds':>9}")
    for name, (X, y) in everything.items():
        if name not in (args.data or SIX):
            continue
        repeats = [
            one_repeat(X, y, np.random.default_rng([7, r]), (100, 200, 300)[r % 3], 0.1 * (r % 2))
            for r in range(args.repeats)
        ]
        found[name] = repeats
        line = f"{name:25}"
        for values in (100 * np.array([r[key] for r in repeats]) for key in REGRETS):
            line += f"{values.mean():15.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):.2f} "
        print(line + f"{np.mean([r['seconds'] for r in repeats]):9.1f}", flush=True)
    means = [
        100 * np.mean([[r[key] for r in repeats] for repeats in found.values()]) for key in REGRETS
    ]
    print(f"{'mean':25}" + "".join(f"{mean:15.2f}{'':8}" for mean in means))
    pairs = np.array([p for repeats in found.values() for r in repeats for p in r["pairs"]])
    truth, _, low, high = pairs.T
    covered = (low <= truth) & (truth <= high)
    print(f"{len(pairs)} differences: {100 * covered.mean():.1f} % of the truths are covered")
    sure = (low > 0) | (high < 0)
    right = np.sign(truth[sure]) == np.sign(low[sure])
    for key, words in (
        ("headline", "headline less error of the best on as noisy test labels"),
        ("ranking", "least error of the ranking less the same"),
        ("simplest", "simplest less best"),
    ):
        values = 100 * np.array([r[key] for repeats in found.values() for r in repeats])
        print(f"{words}: {values.mean():+.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):.2f}")
    inside = np.mean([r["inside"] for repeats in found.values() for r in repeats])
    print(f"headline's interval holds that error in {100 * inside:.0f} %")
    print(f"{sure.sum()} exclude zero: the sign is right in {100 * right.mean():.1f} %")


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()

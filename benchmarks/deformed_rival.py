"""A rival that may deform its labelled images: ``python benchmarks/deformed_rival.py``.

The student of the digits learns from deformed images, which no rival in the table of claims
does. Here a support vector machine, tuned on the labelled images, is trained on them and on ten
deformations of each, on the splits, labels and wrong labels of `ddkd.experiments.compare`.
"""

import argparse

import numpy as np
from ddkd.experiments._baselines import support_vectors
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from ddkd.datasets import DeformedImages, load
from ddkd.experiments import compare, judge
from ddkd.experiments._problem import pose

RATES = (0.0, 0.1)
COPIES = 10


def deformed(X, y, rng):
    """Deformed copies of labelled 8 x 8 images, with the labels of their originals."""
    copies = []
    for image, label in zip(X.reshape(-1, 1, 8, 8), y, strict=True):
        copies.append((DeformedImages(image).sample(COPIES, rng=rng), np.full(COPIES, label)))
    inputs, labels = zip(*copies, strict=True)
    return np.concatenate([X, *inputs]), np.concatenate([y, *labels])


def one_repeat(repeat):
    """Errors (plain rival, rival with copies, hard student) at each rate of wrong labels."""
    split = load("deformed-digits", rng=repeat)
    records = compare(split, np.random.default_rng(repeat), flip_rates=RATES)
    problem = pose(split, np.random.default_rng(repeat), 0.8, 4000, RATES)
    m, width = max(r["n_transfer"] for r in records), 4 * problem.n
    errors = np.empty((len(RATES), 3))
    for f, rate in enumerate(RATES):
        y = problem.y[:, f]
        gammas = problem.gamma / np.square([0.7, 1.0, 1.4])
        labels, chosen = support_vectors(problem.X, y, problem.X_test, gammas=gammas, seed=0)
        X_more, y_more = deformed(problem.X, y, np.random.default_rng(repeat))
        rival = SVC(**chosen).fit(X_more, y_more)
        errors[f, 0] = np.mean(labels != problem.y_test)
        errors[f, 1] = np.mean(rival.predict(problem.X_test) != problem.y_test)
        (errors[f, 2],) = (
            r["error"]
            for r in records
            if (r["model"], r["width"], r["n_transfer"]) == ("hard", width, m)
            and r["flip_rate"] == rate
        )
    return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--repeats", type=int, default=10)
    with threadpool_limits(limits=1):
        errors = np.array([one_repeat(r) for r in range(parser.parse_args().repeats)])
    print("errors in %, student against the rival with copies in points")
    print(f"{'wrong labels':>12}{'rival':>8}{'copies':>8}{'student':>9}   difference")
    for f, rate in enumerate(RATES):
        plain, copies, student = 100 * errors[:, f].mean(axis=0)
        found = judge(errors[:, f, 2] - errors[:, f, 1])
        print(
            f"{100 * rate:10.0f} %{plain:8.2f}{copies:8.2f}{student:9.2f}   "
            f"{100 * found.mean:+.2f} ± {100 * found.standard_error:.2f}, {found.verdict}"
        )


if __name__ == "__main__":
    main()

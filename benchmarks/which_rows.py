"""Which rows of real images to keep: ``python benchmarks/which_rows.py OUT.json``.

The stored answer is docs/measured/which-rows.json.

A teacher of 4,000 random cosine features memorises 200 labelled images and labels 10,000 others.
Students of 800 features learn from the part of these of which it is least sure, from the part of
which it is surest, and from as many at random: by the gap between its two highest scores. Five
draws each, with right labels and with a fifth of them wrong. Errors are shares of 600 (digits) or
2,000 (clothes) clean test rows; `disagrees` is the share of them on which a student and its teacher
differ.
"""

import json
import sys

import numpy as np

from ddkd import LeastSquaresClassifier, RandomFourierFeatures
from ddkd.datasets import is_stream, load

N, POOL, TEACHER, STUDENT = 200, 10_000, 4_000, 800
SHARES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
DRAWS = 5
DATA = ("deformed-digits", "fashion-mnist")


def model(width, seed):
    """Least squares without a ridge on random cosine features."""
    return LeastSquaresClassifier(RandomFourierFeatures(width, gamma="median", random_state=seed))


def rows(transfer, seed):
    """Unlabelled rows of a stream or of a pool."""
    if is_stream(transfer):
        return transfer.sample(POOL, rng=seed)
    return transfer[np.random.default_rng(seed).permutation(len(transfer))[:POOL]]


def draw(name, flip_rate, seed):
    """Errors and disagreements of the teacher and the students of one split."""
    split = load(name, n_samples=N, flip_rate=flip_rate, rng=seed)
    pool = rows(split.transfer, seed + 1)
    teacher = model(TEACHER, seed).fit(split.X_train, split.y_train)
    ordered = np.sort(teacher.decision_function(pool), axis=1)
    order = np.argsort(ordered[:, -1] - ordered[:, -2])  # the least sure first
    labels, said = teacher.predict(pool), teacher.predict(split.X_test)
    found = {"teacher": [np.mean(said != split.y_test)] * len(SHARES)}
    shuffled = np.random.default_rng(seed + 2).permutation(len(pool))

    def answer(kept):
        """What a student of some rows says of the test rows."""
        student = model(STUDENT, seed + 100).fit(pool[kept], labels[kept])
        return student.predict(split.X_test)

    of_all = answer(shuffled)
    for kind, ranks in (("least", order), ("surest", order[::-1]), ("random", shuffled)):
        answers = [answer(ranks[: round(share * len(pool))]) for share in SHARES[:-1]] + [of_all]
        found[kind] = [np.mean(student != split.y_test) for student in answers]
        found[f"{kind}_disagrees"] = [np.mean(student != said) for student in answers]
    return found


def main(path):
    """Measure, print and store."""
    measured = {
        "command": "python benchmarks/which_rows.py docs/measured/which-rows.json",
        "n_samples": N,
        "pool": POOL,
        "widths": {"teacher": TEACHER, "student": STUDENT},
        "draws": DRAWS,
        "share": SHARES,
        "cases": [],
    }
    for name in DATA:
        for flip_rate in (0.0, 0.2):
            draws = [draw(name, flip_rate, 1000 * seed) for seed in range(DRAWS)]
            case = {"data": name, "flip_rate": flip_rate}
            for key in draws[0]:
                values = np.array([found[key] for found in draws])
                case[key] = values.mean(axis=0).round(5).tolist()
                error = values.std(axis=0, ddof=1) / np.sqrt(DRAWS)
                case[f"{key}_se"] = error.round(5).tolist()
            measured["cases"].append(case)
            for key in ("teacher", "least", "surest", "random"):
                print(name, flip_rate, key, *(f"{100 * x:.1f}" for x in case[key]), flush=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])

"""The advisor against brute force: every teacher with every student, trained and measured.

    python benchmarks/prediction_advice.py

On five data sets with n = 300 labels, 10 % of them wrong, a student budget of 150 features and up
to 1,000 unlabelled inputs. Brute force trains all that the advisor chooses between (35 teachers, 21
students of each, 21 direct models), and picks the best by the test set itself, on means over three
draws of the features: it is favoured by that, the advisor has only the noisy labels.
"""

import time

import numpy as np
import scipy.linalg
from prediction import DATA, FASHION_MNIST
from threadpoolctl import threadpool_limits

from ddkd import RandomFourierFeatures
from ddkd._labels import codes_of, encode
from ddkd.datasets import load
from ddkd.prediction import advise
from ddkd.prediction._advice import STUDENT_WIDTHS, TEACHER_WIDTHS
from ddkd.prediction._phase import ALPHAS
from ddkd.solvers import ridge

N, BUDGET, M, DRAWS = 300, 150, 1000, 3


def decode(scores: np.ndarray) -> np.ndarray:
    return (scores[..., 0] > 0).astype(int) if scores.shape[-1] == 1 else scores.argmax(axis=-1)


class Ridges:
    """Random features of the pool: all ridges, for one set of labels after another."""

    def __init__(self, X, width, gamma, seed):
        self.features = RandomFourierFeatures(width, gamma=gamma, random_state=seed)
        self.Z = self.features.fit_transform(X)
        self.values, self.vectors = scipy.linalg.eigh(self.Z.T @ self.Z)
        self.safe = self.values[0] > 1e-9 * self.values[-1]

    def coef(self, Y):
        """Coefficients of every ridge, (n_alphas, width, n_targets)."""
        if not self.safe:
            return ridge(self.Z, Y, list(ALPHAS)).coef
        right = self.vectors.T @ (self.Z.T @ Y)
        shifted = np.maximum(self.values, 0) + np.array(ALPHAS)[:, None]
        return self.vectors @ (right / shifted[:, :, None])


def brute_force(split, pool, gamma):
    """Errors of students (teacher width, alpha, student width, alpha) and of direct models."""
    n_classes, truth = len(split.classes), codes_of("y", split.y_test, split.classes)
    Y = encode(codes_of("y", split.y_train, split.classes), n_classes)
    teacher_widths = [round(r * N) for r in TEACHER_WIDTHS]
    student_widths = [round(r * BUDGET) for r in STUDENT_WIDTHS]
    A = len(ALPHAS)
    students = np.zeros((len(teacher_widths), A, len(student_widths), A))
    direct = np.zeros((len(student_widths), A))
    for draw in range(DRAWS):
        models = [Ridges(pool, k, gamma, 50 + draw * 10 + i) for i, k in enumerate(student_widths)]
        tests = [model.features.transform(split.X_test) for model in models]
        for i, model in enumerate(models):
            coef = ridge(model.features.transform(split.X_train), Y, list(ALPHAS)).coef
            direct[i] += np.mean(decode(tests[i] @ coef) != truth, axis=1) / DRAWS
        for t, width in enumerate(teacher_widths):
            features = RandomFourierFeatures(width, gamma=gamma, random_state=900 + draw)
            coef = ridge(features.fit_transform(split.X_train), Y, list(ALPHAS)).coef
            for a, said in enumerate(decode(features.transform(pool) @ coef)):
                for i, model in enumerate(models):
                    found = decode(tests[i] @ model.coef(encode(said, n_classes)))
                    students[t, a, i] += np.mean(found != truth, axis=1) / DRAWS
    return students, direct, teacher_widths, student_widths


def main() -> None:
    print(
        f"{'data':14} {'advised':>8} {'best':>8} {'gap':>8} {'predicted':>9} {'s.e.':>6}   seconds"
    )
    for name in DATA:
        if name == "fashion-mnist" and not FASHION_MNIST.is_dir():
            continue
        split = load(name, n_samples=N, n_test=600 if name == "digits" else 2000, rng=3)
        split = split.flip_labels(0.1, rng=4)
        pool = split.transfer
        pool = pool[:M] if isinstance(pool, np.ndarray) else pool.sample(M, rng=5)
        start = time.perf_counter()
        advice = advise(
            split.X_train, split.y_train, pool, max_student_width=BUDGET, max_transfer=M
        )
        middle = time.perf_counter()
        students, direct, teacher_widths, student_widths = brute_force(split, pool, advice.gamma)
        end = time.perf_counter()
        if advice.distil:
            advised = students[
                teacher_widths.index(advice.teacher_width),
                ALPHAS.index(advice.teacher_alpha),
                student_widths.index(advice.student_width),
                ALPHAS.index(advice.student_alpha),
            ]
        else:
            advised = direct[
                student_widths.index(advice.direct_width), ALPHAS.index(advice.direct_alpha)
            ]
        best = min(students.min(), direct.min())
        predicted = advice.student_error if advice.distil else advice.direct_error
        print(
            f"{name:14} {advised:8.4f} {best:8.4f} {advised - best:+8.4f} {predicted:9.4f} "
            f"{advice.standard_error:6.3f}   {middle - start:.1f} against {end - middle:.1f}",
            flush=True,
        )
        print(f"    {str(advice).replace(chr(10), ' ')}")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()

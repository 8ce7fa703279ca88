"""Students of the two teachers on the transfer set, by its size.

On a set with fewer rows than the widest student has features, all widths come from one path; on
larger ones from normal equations, whose Gram matrix grows with the set.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ddkd._labels import decode, encode
from ddkd.contestants import Inputs, NestedStudents, keep_gram, scores_of_many, student_features
from ddkd.reproduction._predicted import predicted_errors
from ddkd.reproduction._setting import (
    SMALL_TRANSFER,
    SMALL_WIDTHS,
    STUDENT_WIDTHS,
    Record,
    Setting,
    times,
)
from ddkd.reproduction._teachers import Teachers, path_scores

# Names of the students, and which of the two teachers each has.
_STUDENTS = {"hard": 0, "hard-tuned": 1, "soft": 0}


def students(setting: Setting, teachers: Teachers) -> Iterator[Record]:
    """Every width at the whole size of the transfer set, two widths as it grows."""
    labels = _labels_of_pool(setting, teachers)
    widths, widest = _widths_by_size(setting), setting.problem.student_width
    small = SMALL_TRANSFER * setting.n
    if small < len(setting.problem.pool):
        X, hard = setting.problem.pool.X[:small], labels[:small, 0]  # (small, F, k)
        targets = hard.transpose(1, 0, 2)
        yield from predicted_errors(setting, "hard", X, targets, widths[small])
    few = {size: w for size, w in widths.items() if size <= widest}
    many = {size: w for size, w in widths.items() if size > widest}
    yield from _on_few(setting, teachers, labels, few)
    if many:
        yield from _on_many(setting, teachers, labels, many)


def _widths_by_size(setting: Setting) -> dict[int, np.ndarray]:
    """Widths at each size of the transfer set: powers of two around the widest student, and all.

    On a small one there are widths on both sides of its size: their peak is there, not at n.
    """
    m, small = len(setting.problem.pool), SMALL_TRANSFER * setting.n
    sizes = [int(setting.problem.student_width * 2.0**j) for j in range(-3, 20)]
    widths = {size: setting.widths((1, 4)) for size in sizes if size < 0.75 * m}
    widths[m] = setting.widths(STUDENT_WIDTHS)
    if small < m:
        widths[small] = setting.widths(SMALL_WIDTHS)
    return widths


def _labels_of_pool(setting: Setting, teachers: Teachers) -> np.ndarray:
    """Targets (m, 3, F, k): hard labels of both teachers, then soft ones of the first."""
    features = setting.features(teachers.width, setting.teacher_seed)
    pool, coef = setting.problem.pool.X, teachers.coef
    scores = scores_of_many(features, pool, coef.reshape(len(coef), -1))
    scores = scores.reshape(len(pool), *coef.shape[1:])
    hard = encode(decode(scores), setting.labels.n_classes)
    return np.concatenate([hard, scores[:, :1]], axis=1)


def _on_few(
    setting: Setting, teachers: Teachers, labels: np.ndarray, widths: dict[int, np.ndarray]
) -> Iterator[Record]:
    """Students on sets of at most as many rows as the widest has features: one path a size."""
    Z = setting.student(Inputs(setting.problem.pool.X[: max(widths)]))
    Z_test = setting.student(setting.test)
    for size, grid in widths.items():
        for width, scores in zip(
            grid, path_scores(Z[:size], labels[:size], grid, Z_test), strict=True
        ):
            yield from _records(setting, teachers, scores, width, size)


def _on_many(
    setting: Setting, teachers: Teachers, labels: np.ndarray, widths: dict[int, np.ndarray]
) -> Iterator[Record]:
    """Students on larger sets: normal equations, one Gram matrix that grows from size to size."""
    pool = setting.problem.pool
    Z, Z_test = (student_features(setting.problem, rows) for rows in (pool, setting.test))
    flat = labels.reshape(len(labels), -1)
    gram, moments = np.zeros((Z.shape[1], Z.shape[1])), np.zeros((Z.shape[1], flat.shape[1]))
    for start, stop in pairwise([0, *widths]):
        gram += Z[start:stop].T @ Z[start:stop]
        moments += Z[start:stop].T @ flat[start:stop]
        coefs = NestedStudents(Z[:stop], gram).coefs(flat[:stop], moments, widths[stop])
        for width, coef in zip(widths[stop], coefs, strict=True):
            scores = times(Z_test[:, :width], coef.reshape(width, *labels.shape[1:]))
            yield from _records(setting, teachers, scores, width, stop)
    keep_gram(pool, gram)


def _records(
    setting: Setting, teachers: Teachers, scores: np.ndarray, width: int, m: int
) -> Iterator[Record]:
    """Records of the three students from their scores (n_test, 3, F, k)."""
    predicted = decode(scores)
    for student, (model, teacher) in enumerate(_STUDENTS.items()):
        codes = predicted[:, student]
        agreement = np.mean(codes == teachers.predicted[:, teacher], axis=0)
        about = {"sees": "pool", "width": width, "n_transfer": m, "agreement": agreement}
        yield from setting.records(model, setting.errors(codes), **about)

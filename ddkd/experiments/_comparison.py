"""One cell of the main job: teachers, students and every traditional approach on one split.

All labelings (flip rates) of one split share inputs, features, factorisations and the pool's
Gram matrix: flipping labels only adds right-hand sides. Labels are one-hot and stacked as
(n_samples, F, n_classes) for F flip rates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ddkd._checks import check_integer, check_real
from ddkd.datasets import Split, is_stream
from ddkd.experiments import _baselines as baselines
from ddkd.experiments._problem import (
    SMALL_TRANSFER,
    SMALL_WIDTHS,
    STUDENT_WIDTHS,
    Problem,
    Record,
    one_hot,
    pose,
)
from ddkd.solvers import StreamingLeastSquares, min_norm, width_path

__all__ = ["compare"]

# Widths as multiples of the number of labelled examples n.
TEACHER_WIDTHS = (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10)
BATCH = 1000
# Students by the labels they learn from, and which of the two teachers gives them.
STUDENTS = (("hard", 0), ("hard-tuned", 1), ("soft", 0))
# Other bandwidths that the traditional approaches may choose, as multiples of ours.
BANDWIDTHS = (0.5, 0.7, 1.0, 1.4, 2.0)


@dataclass(frozen=True)
class _Teachers:
    """Two teachers on one feature map: one interpolates, one is tuned by leave-one-out."""

    names: tuple[str, ...]
    coef: np.ndarray  # (P, 2 * F * k)
    predicted: np.ndarray  # (n_test, 2, F) class indices

    def labels(self, X: np.ndarray, problem: Problem) -> np.ndarray:
        """Targets for the students on inputs `X`, side by side: (rows, 3 * F * k)."""
        n_classes = problem.Y.shape[2]
        scores = problem.teacher.transform(X) @ self.coef
        hard = one_hot(scores.reshape(len(X), -1, n_classes).argmax(axis=-1), n_classes)
        return np.hstack([hard.reshape(len(X), -1), scores[:, : scores.shape[1] // 2]])


def compare(
    split: Split,
    rng: np.random.Generator,
    *,
    bandwidth: float = 0.8,
    teacher_width: int = 4000,
    n_transfer: int = 20_000,
    flip_rates: Sequence[float] = (0.0, 0.05, 0.1, 0.2),
) -> list[Record]:
    """Measure teachers, students and traditional approaches on one split.

    Parameters
    ----------
    split : Split
        Labelled, transfer and test inputs; its training labels are flipped here.
    rng : numpy.random.Generator
        Source of the flips, the random features and the transfer inputs.
    bandwidth : float, default=0.8
        Gaussian kernel bandwidth in units of the median pairwise distance.
    teacher_width : int, default=4000
        Width of the interpolating teacher.
    n_transfer : int, default=20000
        Size of the transfer set (all of it, where the split's pool is smaller).
    flip_rates : sequence of float
        Fractions of training labels replaced by a wrong one.

    Returns
    -------
    list of dict
        One flat record per model, flip rate, width and transfer size.

    Raises
    ------
    ValueError
        If a size, the bandwidth or a flip rate is out of range.
    """
    check_real("bandwidth", bandwidth, low=0.0, low_open=True)
    check_integer("teacher_width", teacher_width)
    check_integer("n_transfer", n_transfer)
    if len(flip_rates) == 0:
        raise ValueError("flip_rates is empty; it needs at least one fraction from 0 to 1")
    for i, rate in enumerate(flip_rates):
        check_real(f"flip_rates[{i}]", rate, low=0.0, high=1.0)
    problem = pose(split, rng, bandwidth, teacher_width, flip_rates)
    transfer_seed = int(rng.integers(2**32))
    pool = _draw_transfer(split, n_transfer, np.random.default_rng(transfer_seed))
    teachers, records = _teach(problem)
    records += _direct(problem)
    records += _self_distilled(problem, teachers)
    records += _traditional(problem)
    records += _students(problem, teachers, pool)
    return records


def _draw_transfer(split: Split, n_transfer: int, rng: np.random.Generator) -> np.ndarray:
    if is_stream(split.transfer):
        return split.transfer.sample(n_transfer, rng=rng)
    return rng.permutation(split.transfer)[:n_transfer]


def _teach(problem: Problem) -> tuple[_Teachers, list[Record]]:
    """Fit both teachers, and the interpolating one at every smaller width."""
    n, F, _k = problem.Y.shape
    Z, P = problem.Z_teacher, problem.Z_teacher.shape[1]
    solution = min_norm(Z, problem.Y.reshape(n, -1))
    tuned = baselines.tuned_ridge(Z, problem.Y, problem.Z_teacher_test)
    assert tuned.coef is not None
    predicted = problem.unstack(problem.Z_teacher_test @ solution.coef)
    predicted_tuned = tuned.scores.argmax(axis=-1).T
    records = []
    fitted = {
        "teacher": (problem.unstack(Z @ solution.coef), predicted, np.zeros(F)),
        "teacher-tuned": (
            np.tensordot(Z, tuned.coef, axes=1).argmax(axis=-1),
            predicted_tuned,
            tuned.alpha,
        ),
    }
    for name, (on_train, on_test, alpha) in fitted.items():
        for f in range(F):
            wrong = problem.wrong[:, f]
            right_fit = on_train[:, f] == problem.y[:, f]
            records.append(
                problem.record(
                    name,
                    f,
                    on_test[:, f],
                    P,
                    alpha=float(alpha[f]),
                    train_error=float(1 - right_fit.mean()),
                    wrong_fitted=float(right_fit[wrong].mean()) if wrong.any() else np.nan,
                    interpolates=float(solution.interpolates) if name == "teacher" else 0.0,
                )
            )
    narrower = problem.widths(TEACHER_WIDTHS)
    path = _path(Z, problem, narrower[narrower < P], problem.Z_teacher_test)
    for width, row in path:
        records += [problem.record("teacher", f, row[:, f], width) for f in range(F)]
    coef = np.concatenate([solution.coef, tuned.coef.reshape(P, -1)], axis=1)
    names = ("", "-tuned")
    return _Teachers(names, coef, np.stack([predicted, predicted_tuned], axis=1)), records


def _scores(Z: np.ndarray, Y: np.ndarray, widths: np.ndarray, Z_test: np.ndarray) -> np.ndarray:
    """Test scores (n_widths, n_test, n_targets) of the min-norm models of every width."""
    scores = width_path(Z, Y, widths, Z_test=Z_test).predictions
    assert scores is not None  # there is a test set
    return scores


def _path(
    Z: np.ndarray, problem: Problem, widths: np.ndarray, Z_test: np.ndarray
) -> Iterator[tuple[int, np.ndarray]]:
    """Min-norm models of every width: pairs of a width and predicted classes (n_test, F)."""
    scores = _scores(Z, problem.Y.reshape(problem.n, -1), widths, Z_test)
    return zip(widths, problem.unstack(scores), strict=True)


def _direct(problem: Problem) -> list[Record]:
    """Students' architectures trained on the labels themselves, ridgeless and tuned."""
    records = []
    F = problem.Y.shape[1]
    widths = problem.widths(STUDENT_WIDTHS)
    for width, predicted in _path(problem.Z_student, problem, widths, problem.Z_student_test):
        records += [problem.record("direct", f, predicted[:, f], width) for f in range(F)]
        tuned = baselines.tuned_ridge(
            baselines.prefix(problem.Z_student, width),
            problem.Y,
            baselines.prefix(problem.Z_student_test, width),
        )
        for f in range(F):
            on_test = tuned.scores[f].argmax(axis=-1)
            alpha = float(tuned.alpha[f])
            records.append(problem.record("direct-ridge", f, on_test, width, alpha=alpha))
    return records


def _self_distilled(problem: Problem, teachers: _Teachers) -> list[Record]:
    """Traditional distillation: soft labels on the training inputs only."""
    _n, F, k = problem.Y.shape
    soft = problem.Z_teacher @ teachers.coef
    widths = problem.widths(STUDENT_WIDTHS)
    scores = _scores(problem.Z_student, soft, widths, problem.Z_student_test)
    predicted = scores.reshape(len(widths), -1, 2, F, k).argmax(axis=-1)
    return [
        problem.record(f"self-distilled{name}", f, predicted[g, :, t, f], width)
        for g, width in enumerate(widths)
        for t, name in enumerate(teachers.names)
        for f in range(F)
    ]


def _traditional(problem: Problem) -> list[Record]:
    """Models of any kind, every choice of theirs by cross-validation."""
    gammas = problem.gamma / np.square(BANDWIDTHS)
    widths = problem.widths((0.25, 0.5, 1, 2, 4, 10))
    any_width = baselines.ridge_of_any_width(
        problem.X, problem.Y, problem.X_test, widths=widths, gammas=gammas, seed=problem.seed
    )
    kernel = baselines.kernel_ridge(problem.X, problem.Y, problem.X_test, gammas=gammas)
    records = []
    for f in range(problem.Y.shape[1]):
        for name, model in (("ridge-any-width", any_width), ("kernel-ridge", kernel)):
            on_test = model.scores[f].argmax(axis=-1)
            records.append(
                problem.record(name, f, on_test, model.width[f], alpha=float(model.alpha[f]))
            )
        y = problem.y[:, f]
        on_test, chosen = baselines.support_vectors(
            problem.X, y, problem.X_test, gammas=gammas[1:4], seed=problem.seed
        )
        records.append(problem.record("svm", f, on_test, np.inf, alpha=1 / chosen["C"]))
    return records


def _students(problem: Problem, teachers: _Teachers, pool: np.ndarray) -> list[Record]:
    """Students on the transfer set: every width at its full size, two widths as it grows."""
    m, n = len(pool), problem.n
    widest = problem.student.n_components
    stream = StreamingLeastSquares(widest, len(STUDENTS) * problem.Y[0].size)
    stops = _transfer_sizes(m, widest)
    records = _few_transfer(problem, teachers, pool, [s for s in stops if s <= widest])
    for start, stop in _batches(m, stops) if m > widest else ():
        batch = pool[start:stop]
        stream.update(problem.student.transform(batch), teachers.labels(batch, problem))
        if stop in stops and stop > widest:
            for width in _widths_at(problem, stop, m):
                coef = stream.solve(width=int(width)).coef
                scores = problem.Z_student_test[:, :width] @ coef
                records += _student_records(problem, teachers, scores, width, stop)
    if SMALL_TRANSFER * n < m:
        records += _own_peak(problem, teachers, pool[: SMALL_TRANSFER * n])
    return records


def _transfer_sizes(m: int, widest: int) -> list[int]:
    """Powers of two around the widest student, up to the whole transfer set."""
    sizes = [int(widest * 2.0**j) for j in range(-3, 20)]
    return [s for s in sizes if s < 0.75 * m] + [m]


def _widths_at(problem: Problem, size: int, m: int) -> np.ndarray:
    """Every student width on the whole transfer set of size m, two of them on parts of it."""
    return problem.widths(STUDENT_WIDTHS if size == m else (1, 4))


def _batches(m: int, stops: Sequence[int]) -> Iterator[tuple[int, int]]:
    edges = sorted({*range(0, m, BATCH), *stops, m})
    return pairwise(edges)


def _few_transfer(
    problem: Problem, teachers: _Teachers, pool: np.ndarray, sizes: Sequence[int]
) -> list[Record]:
    """Students with no more examples than features: one min-norm problem for each size."""
    records: list[Record] = []
    if not sizes:
        return records
    Z = problem.student.transform(pool[: max(sizes)])
    labels = teachers.labels(pool[: max(sizes)], problem)
    for m in sizes:
        widths = _widths_at(problem, m, len(pool))
        path = _scores(Z[:m], labels[:m], widths, problem.Z_student_test)
        for width, scores in zip(widths, path, strict=True):
            records += _student_records(problem, teachers, scores, width, m)
    return records


def _own_peak(problem: Problem, teachers: _Teachers, pool: np.ndarray) -> list[Record]:
    """Students of widths on both sides of a small transfer set: their peak is at m, not n."""
    labels = teachers.labels(pool, problem)
    widths = problem.widths(SMALL_WIDTHS)
    Z, Z_test = problem.wide.transform(pool), problem.wide.transform(problem.X_test)
    path = _scores(Z, labels, widths, Z_test)
    return [
        record
        for width, scores in zip(widths, path, strict=True)
        for record in _student_records(problem, teachers, scores, width, len(pool))
    ]


def _student_records(
    problem: Problem, teachers: _Teachers, scores: np.ndarray, width: float, m: int
) -> list[Record]:
    """Records from scores (n_test, 3 * F * k), the students side by side."""
    F, k = problem.Y.shape[1:]
    predicted = scores.reshape(len(scores), len(STUDENTS), F, k).argmax(axis=-1)
    return [
        problem.record(
            name,
            f,
            predicted[:, i, f],
            width,
            n_transfer=m,
            agreement=float(np.mean(predicted[:, i, f] == teachers.predicted[:, t, f])),
        )
        for i, (name, t) in enumerate(STUDENTS)
        for f in range(F)
    ]

"""One task of the main job: teachers, students and every rival on one split.

All labellings (flip rates) of one split share inputs, features and factors: flipping labels only
adds right-hand sides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ddkd._checks import check_integer, check_real
from ddkd._labels import decode, encode
from ddkd.contestants._contestant import Contestant, contestants_of
from ddkd.contestants._ridge import FixedFeatures, Ridge, fit_ridge
from ddkd.contestants._students import NestedStudents, Student, student_features
from ddkd.contestants._table import DEFORMED, RIVALS, Rival, compete
from ddkd.datasets import DeformedImages, Split
from ddkd.experiments._predicted import predicted_errors
from ddkd.experiments._problem import (
    SMALL_TRANSFER,
    SMALL_WIDTHS,
    STUDENT_WIDTHS,
    Comparison,
    Record,
)
from ddkd.features import narrow
from ddkd.solvers import min_norm, width_path

__all__ = ["compare"]

# Widths as multiples of the number of labelled examples n.
TEACHER_WIDTHS = (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10)
BATCH = 2000
# How many unlabelled inputs the rivals see that use them: a neighbour graph of all costs more than
# everything else together.
N_SEEN = 5000
# Students by the labels they learn from, and which of the two teachers gives them.
STUDENTS = (("hard", 0), ("hard-tuned", 1), ("soft", 0))


def compare(
    split: Split,
    rng: np.random.Generator,
    *,
    bandwidth: float | None = None,
    teacher_width: int = 4000,
    n_transfer: int = 20_000,
    flip_rates: Sequence[float] = (0.0, 0.05, 0.1, 0.2),
    contestants: Sequence[Any] | None = None,
    n_seen: int | None = N_SEEN,
) -> list[Record]:
    """Measure teachers, students and rivals on one split.

    Parameters
    ----------
    split : Split
        Labelled, transfer and test inputs; its training labels are flipped here.
    rng : numpy.random.Generator
        Source of the flips, the random features and the transfer inputs.
    bandwidth : float or None, default=None
        Gaussian kernel bandwidth of teachers and students in units of the median pairwise distance;
        None lets the labels of the noisiest labelling choose one.
    teacher_width : int, default=4000
        Width of the interpolating teacher.
    n_transfer : int, default=20000
        Size of the transfer set (all of it, where the split's pool is smaller).
    flip_rates : sequence of float
        Fractions of training labels replaced by a wrong one.
    contestants : sequence of Contestant or estimator, or None, default=None
        Methods of your own, which join the standard ones; see `ddkd.contestants.Contestant`.
    n_seen : int or None, default=5000
        How many of the unlabelled inputs the rivals see that use them; None for all.

    Returns
    -------
    list of dict
        One flat record per model, flip rate, width and transfer size; no two agree in all of
        these. A contestant that failed has the reason in "failure" and NaN for an error.

    Raises
    ------
    ValueError
        If a size, the bandwidth or a flip rate is out of range.
    """
    if bandwidth is not None:
        check_real("bandwidth", bandwidth, low=0.0, low_open=True)
    if n_seen is not None:
        check_integer("n_seen", n_seen)
    check_integer("teacher_width", teacher_width)
    check_integer("n_transfer", n_transfer)
    if len(flip_rates) == 0:
        raise ValueError("flip_rates is empty; it needs at least one fraction from 0 to 1")
    for i, rate in enumerate(flip_rates):
        check_real(f"flip_rates[{i}]", rate, low=0.0, high=1.0)
    deformed = (DEFORMED,) if isinstance(split.transfer, DeformedImages) else ()
    rivals = (*RIVALS, *deformed, *contestants_of(contestants))
    task = Comparison.of(
        split,
        rng,
        bandwidth=bandwidth,
        n_transfer=n_transfer,
        flip_rates=flip_rates,
        n_seen=n_seen,
    )
    teachers, records = _teach(task, teacher_width)
    records += _direct(task)
    records += _self_distilled(task, teachers)
    records += _students(task, teachers)
    records += _contest(task, rivals)
    return records


@dataclass(frozen=True, eq=False)
class _Teachers:
    """Two teachers on one feature map: one interpolates, one is tuned by leave-one-out."""

    width: int
    coef: np.ndarray  # (P, 2 * F * k)
    soft: np.ndarray  # (n, 2 * F * k), scores of the labelled rows
    predicted: np.ndarray  # (n_test, 2, F) class indices


def _teach(task: Comparison, width: int) -> tuple[_Teachers, list[Record]]:
    """Fit both teachers, and the interpolating one at every smaller width."""
    features = task.features(width, task.teacher_seed)
    Z, Z_test = features.transform(task.problem.labelled.X), features.transform(task.test.X)
    solution = min_norm(Z, task.targets)
    tuned = fit_ridge(task.problem, task.labels, [FixedFeatures(Z)])
    tuned_coef = Z.T @ tuned.dual.transpose(1, 0, 2).reshape(task.n, -1)
    coef = np.concatenate([solution.coef, tuned_coef], axis=1)
    soft, scores = Z @ coef, Z_test @ coef
    half = solution.coef.shape[1]
    predicted = np.stack([task.classes(scores[:, :half]), task.classes(scores[:, half:])], axis=1)
    records = []
    fitted = (("teacher", soft[:, :half], 0), ("teacher-tuned", soft[:, half:], 1))
    for name, on_train, t in fitted:
        right = (task.classes(on_train) == task.labels.values.T).T  # (F, n)
        for f, wrong in enumerate(task.wrong):
            records.append(
                task.record(
                    name,
                    f,
                    predicted[:, t, f],
                    role="rival" if t else "curve",
                    width=float(width),
                    alpha=float(tuned.alpha[f]) if t else 0.0,
                    train_error=float(1 - right[f].mean()),
                    wrong_fitted=float(right[f, wrong].mean()) if wrong.any() else np.nan,
                    interpolates=0.0 if t else float(solution.interpolates),
                )
            )
    narrower = task.widths(TEACHER_WIDTHS)
    records += _path(task, "teacher", Z, narrower[narrower < width], Z_test)
    return _Teachers(width, coef, soft, predicted), records


def _scores(Z: np.ndarray, Y: np.ndarray, widths: np.ndarray, Z_test: np.ndarray) -> np.ndarray:
    """Test scores (n_widths, n_test, n_targets) of the min-norm models of every width."""
    scores = width_path(Z, Y, widths, Z_test=Z_test).predictions
    assert scores is not None  # there is a test set
    return scores


def _path(
    task: Comparison, model: str, Z: np.ndarray, widths: np.ndarray, Z_test: np.ndarray
) -> Iterator[Record]:
    """Min-norm models of every width, fitted to the labels themselves."""
    for width, scores in zip(widths, _scores(Z, task.targets, widths, Z_test), strict=True):
        yield from task.records(model, task.classes(scores), width=float(width))


def _direct(task: Comparison) -> Iterator[Record]:
    """Students' architectures trained on the labels themselves, min-norm and tuned."""
    Z, Z_test = task.student(task.problem.labelled), task.student(task.test)
    widths = task.widths(STUDENT_WIDTHS)
    yield from _path(task, "direct", Z, widths, Z_test)
    X, targets = task.problem.labelled.X, task.labels.targets
    yield from predicted_errors(task, "direct", X, targets, widths)
    for width in widths:
        own = narrow(Z, int(width))
        tuned = fit_ridge(task.problem, task.labels, [FixedFeatures(own)])
        dual = tuned.dual.transpose(1, 0, 2).reshape(task.n, -1)
        predicted = task.classes(narrow(Z_test, int(width)) @ (own.T @ dual))
        for f, alpha in enumerate(tuned.alpha):
            tuning = {"width": float(width), "alpha": float(alpha)}
            yield task.record("direct-ridge", f, predicted[:, f], role="rival", **tuning)


def _self_distilled(task: Comparison, teachers: _Teachers) -> Iterator[Record]:
    """Self-distillation: the teachers' soft labels on the labelled inputs only."""
    widths = task.widths(STUDENT_WIDTHS)
    Z, Z_test = task.student(task.problem.labelled), task.student(task.test)
    for width, scores in zip(widths, _scores(Z, teachers.soft, widths, Z_test), strict=True):
        own, tuned = np.hsplit(scores, 2)
        for model, half, role in (
            ("self-distillation", own, "curve"),
            ("self-distillation-tuned", tuned, "rival"),
        ):
            yield from task.records(model, task.classes(half), role=role, width=float(width))


def _contest(task: Comparison, rivals: Sequence[Rival | Contestant]) -> Iterator[Record]:
    """Methods of any kind and students of theirs, every choice of theirs by the labels."""
    for entry in compete(task.problem, task.labels, task.test, rivals=rivals):
        about: dict[str, Any] = {"role": "rival", "sees": entry.sees}
        if isinstance(entry.model, Student):
            about |= {"role": "student", "width": float(entry.model.width)}
            about["n_transfer"] = entry.model.n_transfer
        for f in range(len(task.labels)):
            if isinstance(entry.model, Ridge):
                about |= {"width": entry.model.width[f], "alpha": float(entry.model.alpha[f])}
            if entry.scores is None:
                nobody = np.full(len(task.y_test), np.nan)
                about |= {"error": np.nan, "failure": entry.failure}
                yield task.record(entry.name, f, nobody, **about)
            else:
                yield task.record(entry.name, f, decode(entry.scores[f]), **about)


def _students(task: Comparison, teachers: _Teachers) -> Iterator[Record]:
    """Students on the transfer set: every width at its full size, two widths as it grows."""
    pool, m = task.problem.pool, len(task.problem.pool)
    labels = _labels_of_pool(task, teachers)
    Z, Z_test = student_features(task.problem, pool), student_features(task.problem, task.test)
    widest = Z.shape[1]
    sizes = _transfer_sizes(m, widest)

    def widths_at(size: int) -> np.ndarray:
        return task.widths(STUDENT_WIDTHS if size == m else (1, 4))

    for size in (s for s in sizes if s <= widest):
        widths = widths_at(size)
        path = _scores(Z[:size], labels[:size], widths, Z_test)
        for width, scores in zip(widths, path, strict=True):
            yield from _student_records(task, teachers, scores, width, size)
    gram = np.zeros((widest, widest))
    for start, stop in pairwise([0, *(s for s in sizes if s > widest)]):
        gram += Z[start:stop].T @ Z[start:stop]
        widths = widths_at(stop)
        coefs = NestedStudents(Z[:stop], gram).coefs(labels[:stop], widths)
        for width, coef in zip(widths, coefs, strict=True):
            yield from _student_records(task, teachers, Z_test[:, :width] @ coef, width, stop)
    if m > widest:
        pool.once("gram", lambda: gram)
    if SMALL_TRANSFER * task.n < m:
        yield from _own_peak(task, teachers, labels[: SMALL_TRANSFER * task.n])


def _labels_of_pool(task: Comparison, teachers: _Teachers) -> np.ndarray:
    """Targets for the students on the pool, side by side: (m, 3 * F * k).

    Single precision: a score is off by 1e-5 at most, far less than one label in a thousand.
    """
    features = task.features(teachers.width, task.teacher_seed, np.float32)
    coef = teachers.coef.astype(np.float32)
    X, targets = task.problem.pool.X, []
    for start in range(0, len(X), BATCH):
        scores = features.transform(X[start : start + BATCH].astype(np.float32)) @ coef
        by_model = scores.reshape(len(scores), 2, len(task.labels), -1)
        hard = encode(decode(by_model), task.labels.n_classes)
        soft = by_model[:, :1].astype(float)
        targets.append(np.concatenate([hard, soft], axis=1).reshape(len(scores), -1))
    return np.vstack(targets)


def _transfer_sizes(m: int, widest: int) -> list[int]:
    """Powers of two around the widest student, up to the whole transfer set."""
    sizes = [int(widest * 2.0**j) for j in range(-3, 20)]
    return [s for s in sizes if s < 0.75 * m] + [m]


def _own_peak(task: Comparison, teachers: _Teachers, labels: np.ndarray) -> Iterator[Record]:
    """Students of widths on both sides of a small transfer set: their peak is at m, not n."""
    widths = task.widths(SMALL_WIDTHS)
    wide = task.features(int(widths[-1]), task.problem.seed)
    X = task.problem.pool.X[: len(labels)]
    hard = labels.reshape(len(X), len(STUDENTS), len(task.labels), -1)[:, 0].transpose(1, 0, 2)
    yield from predicted_errors(task, "hard", X, hard, widths)
    Z = wide.transform(X)
    path = _scores(Z, labels, widths, task.student(task.test))
    for width, scores in zip(widths, path, strict=True):
        yield from _student_records(task, teachers, scores, width, len(labels))


def _student_records(
    task: Comparison, teachers: _Teachers, scores: np.ndarray, width: float, m: int
) -> Iterator[Record]:
    """Records from scores (n_test, 3 * F * k), the students side by side."""
    for (name, t), own in zip(STUDENTS, np.hsplit(scores, len(STUDENTS)), strict=True):
        predicted = task.classes(own)
        agreement = np.mean(predicted == teachers.predicted[:, t], axis=0)
        for f, agrees in enumerate(agreement):
            yield task.record(
                name,
                f,
                predicted[:, f],
                sees="pool",
                width=float(width),
                n_transfer=m,
                agreement=float(agrees),
            )

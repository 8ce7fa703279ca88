"""One task of the main job: teachers, students and every rival on one split.

All labellings (flip rates) of one split share inputs, features and factors: flipping labels only
adds right-hand sides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ddkd._checks import check_integer, check_real
from ddkd._labels import decode, encode
from ddkd.contestants._contestant import Contestant, contestants_of
from ddkd.contestants._problem import N_SEEN, Inputs
from ddkd.contestants._ridge import FixedFeatures, fit_ridge, scores_of_many
from ddkd.contestants._students import NestedStudents, student_features
from ddkd.contestants._table import DEFORMED, RIVALS, Rival, compete
from ddkd.datasets import DeformedImages, Split
from ddkd.experiments._predicted import predicted_errors
from ddkd.experiments._problem import (
    SMALL_TRANSFER,
    SMALL_WIDTHS,
    STUDENT_WIDTHS,
    Comparison,
    Record,
    side_by_side,
)
from ddkd.features import narrow
from ddkd.solvers import min_norm, width_path

# Widths as multiples of the number of labelled examples n.
TEACHER_WIDTHS = (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10)


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
        How many of the unlabelled inputs the rivals see that use them; None for all. With 0 these
        rivals and what needs them are left out.

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
        check_integer("n_seen", n_seen, low=0)
    check_integer("teacher_width", teacher_width)
    check_integer("n_transfer", n_transfer)
    if len(flip_rates) == 0:
        raise ValueError("flip_rates is empty; it needs at least one fraction from 0 to 1")
    for i, rate in enumerate(flip_rates):
        check_real(f"flip_rates[{i}]", rate, low=0.0, high=1.0)
    deformed = (DEFORMED,) if isinstance(split.transfer, DeformedImages) else ()
    rivals = (*RIVALS, *deformed, *contestants_of(contestants))
    task = Comparison(split, rng, bandwidth, n_transfer, flip_rates, n_seen)
    teachers, records = _teach(task, teacher_width)
    records += _direct(task)
    Z, Z_test = task.student(task.problem.labelled), task.student(task.test)
    on_own_inputs = {"self-distillation": "curve", "self-distillation-tuned": "rival"}
    records += _path(task, on_own_inputs, Z, teachers.soft, task.widths(STUDENT_WIDTHS), Z_test)
    records += _students(task, teachers)
    records += _contest(task, rivals)
    return records


@dataclass(frozen=True, eq=False)
class _Teachers:
    """Two teachers on one feature map: one interpolates, one is tuned by leave-one-out."""

    width: int
    coef: np.ndarray  # (P, 2 * F * k)
    soft: np.ndarray  # (n, 2 * F * k), scores of the labelled rows
    predicted: list[np.ndarray]  # class indices (n_test, F) of each


def _teach(task: Comparison, width: int) -> tuple[_Teachers, list[Record]]:
    """Fit both teachers, and the interpolating one at every smaller width."""
    features = task.features(width, task.teacher_seed)
    Z, Z_test = features.transform(task.problem.labelled.X), features.transform(task.test.X)
    solution = min_norm(Z, task.targets)
    tuned = fit_ridge(task.problem, task.labels, [FixedFeatures(Z)])
    coef = np.concatenate([solution.coef, Z.T @ side_by_side(tuned.dual)], axis=1)
    soft = Z @ coef
    predicted = np.hsplit(task.classes(Z_test @ coef), 2)
    own_fit, tuned_fit = (_fit(task, codes) for codes in np.hsplit(task.classes(soft), 2))
    own_fit["interpolates"] = float(solution.interpolates)
    tuned_fit |= {"interpolates": 0.0, "role": "rival", "alpha": tuned.alpha}
    records = [
        *task.records("teacher", predicted[0], width=width, **own_fit),
        *task.records("teacher-tuned", predicted[1], width=width, **tuned_fit),
    ]
    narrower = task.widths(TEACHER_WIDTHS)
    narrower = narrower[narrower < width]
    records += _path(task, {"teacher": "curve"}, Z, task.targets, narrower, Z_test)
    return _Teachers(width, coef, soft, predicted), records


def _fit(task: Comparison, predicted: np.ndarray) -> dict[str, Any]:
    """How a teacher fits its labels, all and the wrong ones, by class indices (n, F)."""
    right, wrong = predicted == task.labels.values.T, task.wrong.T
    n_wrong = wrong.sum(axis=0)
    return {
        "train_error": 1 - right.mean(axis=0),
        "wrong_fitted": (right & wrong).sum(axis=0) / np.where(n_wrong, n_wrong, np.nan),
    }


def _path(
    task: Comparison,
    models: Mapping[str, str],
    Z: np.ndarray,
    Y: np.ndarray,
    widths: np.ndarray,
    Z_test: np.ndarray,
) -> Iterator[Record]:
    """Min-norm models of every width; `models` are the roles of those whose targets Y holds."""
    for width, scores in zip(widths, _scores(Z, Y, widths, Z_test), strict=True):
        parts = np.hsplit(task.classes(scores), len(models))
        for (model, role), predicted in zip(models.items(), parts, strict=True):
            yield from task.records(model, predicted, role=role, width=width)


def _scores(Z: np.ndarray, Y: np.ndarray, widths: np.ndarray, Z_test: np.ndarray) -> np.ndarray:
    """Test scores (n_widths, n_test, n_targets) of the min-norm models of every width."""
    scores = width_path(Z, Y, widths, Z_test=Z_test).predictions
    assert scores is not None  # there is a test set
    return scores


def _direct(task: Comparison) -> Iterator[Record]:
    """Students' architectures trained on the labels themselves, min-norm and tuned."""
    Z, Z_test = task.student(task.problem.labelled), task.student(task.test)
    widths = task.widths(STUDENT_WIDTHS)
    yield from _path(task, {"direct": "curve"}, Z, task.targets, widths, Z_test)
    X, targets = task.problem.labelled.X, task.labels.targets
    yield from predicted_errors(task, "direct", X, targets, widths)
    for width in widths:
        own = narrow(Z, int(width))
        tuned = fit_ridge(task.problem, task.labels, [FixedFeatures(own)])
        scores = narrow(Z_test, int(width)) @ (own.T @ side_by_side(tuned.dual))
        yield from task.records(
            "direct-ridge", task.classes(scores), role="rival", width=width, alpha=tuned.alpha
        )


def _contest(task: Comparison, rivals: Sequence[Rival | Contestant]) -> Iterator[Record]:
    """Methods of any kind and students of theirs, every choice of theirs by the labels."""
    for entry in compete(task.problem, task.labels, task.test, rivals=rivals):
        about: dict[str, Any] = {"role": "student" if entry.needs else "rival", "sees": entry.sees}
        for name in ("width", "alpha", "n_transfer"):
            if hasattr(entry.model, name):
                about[name] = getattr(entry.model, name)
        scores = entry.scores
        if scores is None:
            about |= {"error": np.nan, "failure": entry.failure}
            scores = np.zeros((len(task.labels), len(task.y_test), 1))
        yield from task.records(entry.name, decode(scores).T, **about)


def _students(task: Comparison, teachers: _Teachers) -> Iterator[Record]:
    """Students on the transfer set: every width at its full size, two widths as it grows.

    On a small one there are widths on both sides of its size: their peak is there, not at n.
    """
    pool, m, small = task.problem.pool, len(task.problem.pool), SMALL_TRANSFER * task.n
    labels = _labels_of_pool(task, teachers)
    Z, Z_test = student_features(task.problem, pool), student_features(task.problem, task.test)
    widest = Z.shape[1]
    # Powers of two around the widest student, up to the whole transfer set.
    sizes = [int(widest * 2.0**j) for j in range(-3, 20)]
    widths = {size: task.widths((1, 4)) for size in sizes if size < 0.75 * m}
    widths[m] = task.widths(STUDENT_WIDTHS)
    if small < m:
        widths[small] = task.widths(SMALL_WIDTHS)
        X, hard = pool.X[:small], labels[:small, : task.targets.shape[1]]
        targets = hard.reshape(small, len(task.labels), -1).transpose(1, 0, 2)
        yield from predicted_errors(task, "hard", X, targets, widths[small])
    few = [size for size in widths if size <= widest]
    wide = task.student(Inputs(pool.X[: max(few)]))
    for size in few:
        path = _scores(wide[:size], labels[:size], widths[size], task.student(task.test))
        for width, scores in zip(widths[size], path, strict=True):
            yield from _student_records(task, teachers, scores, width, size)
    gram, moments = np.zeros((widest, widest)), np.zeros((widest, labels.shape[1]))
    for start, stop in pairwise([0, *(size for size in widths if size > widest)]):
        gram += Z[start:stop].T @ Z[start:stop]
        moments += Z[start:stop].T @ labels[start:stop]
        coefs = NestedStudents(Z[:stop], gram).coefs(labels[:stop], moments, widths[stop])
        for width, coef in zip(widths[stop], coefs, strict=True):
            yield from _student_records(task, teachers, Z_test[:, :width] @ coef, width, stop)
    if m > widest:
        pool.once("gram", lambda: gram)


def _labels_of_pool(task: Comparison, teachers: _Teachers) -> np.ndarray:
    """Targets for three students on the pool, side by side: (m, 3 * F * k).

    Hard labels of both teachers, then the first one's soft ones.
    """
    features = task.features(teachers.width, task.teacher_seed, np.float32)
    scores = scores_of_many(features, task.problem.pool.X, teachers.coef)
    hard = encode(task.classes(scores), task.labels.n_classes).reshape(scores.shape)
    return np.concatenate([hard, np.hsplit(scores, 2)[0]], axis=1)


def _student_records(
    task: Comparison, teachers: _Teachers, scores: np.ndarray, width: int, m: int
) -> Iterator[Record]:
    """Records from scores (n_test, 3 * F * k), the students side by side."""
    first, tuned = teachers.predicted
    parts = np.hsplit(task.classes(scores), 3)
    for model, taught_by, predicted in zip(
        ("hard", "hard-tuned", "soft"), (first, tuned, first), parts, strict=True
    ):
        agreement = np.mean(predicted == taught_by, axis=0)
        about = {"sees": "pool", "width": width, "n_transfer": m, "agreement": agreement}
        yield from task.records(model, predicted, **about)

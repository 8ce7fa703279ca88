"""One repeat of the main job: teachers, students and every rival on one split.

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
from ddkd.contestants import (
    DEFORMED,
    N_SEEN,
    RIVALS,
    Contestant,
    FixedFeatures,
    Inputs,
    NestedStudents,
    Rival,
    compete,
    contestants_of,
    fit_ridge,
    scores_of_many,
    student_features,
)
from ddkd.datasets import DeformedImages, Split
from ddkd.features import narrow
from ddkd.reproduction._predicted import predicted_errors
from ddkd.reproduction._setting import (
    SMALL_TRANSFER,
    SMALL_WIDTHS,
    STUDENT_WIDTHS,
    Record,
    Setting,
    side_by_side,
)
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
    setting = Setting(split, rng, bandwidth, n_transfer, flip_rates, n_seen)
    teachers, records = _teach(setting, teacher_width)
    records += _direct(setting)
    Z, Z_test = setting.student(setting.problem.labelled), setting.student(setting.test)
    on_own_inputs = {"self-distillation": "curve", "self-distillation-tuned": "rival"}
    records += _path(
        setting, on_own_inputs, Z, teachers.soft, setting.widths(STUDENT_WIDTHS), Z_test
    )
    records += _students(setting, teachers)
    records += _contest(setting, rivals)
    return records


@dataclass(frozen=True, eq=False)
class _Teachers:
    """Two teachers on one feature map: one interpolates, one is tuned by leave-one-out."""

    width: int
    coef: np.ndarray  # (P, 2 * F * k)
    soft: np.ndarray  # (n, 2 * F * k), scores of the labelled rows
    predicted: list[np.ndarray]  # class indices (n_test, F) of each


def _teach(setting: Setting, width: int) -> tuple[_Teachers, list[Record]]:
    """Fit both teachers, and the interpolating one at every smaller width."""
    features = setting.features(width, setting.teacher_seed)
    Z, Z_test = features.transform(setting.problem.labelled.X), features.transform(setting.test.X)
    solution = min_norm(Z, setting.targets)
    tuned = fit_ridge(setting.problem, setting.labels, [FixedFeatures(Z)])
    coef = np.concatenate([solution.coef, Z.T @ side_by_side(tuned.dual)], axis=1)
    soft = Z @ coef
    predicted = np.hsplit(setting.classes(Z_test @ coef), 2)
    own_fit, tuned_fit = (_fit(setting, codes) for codes in np.hsplit(setting.classes(soft), 2))
    own_fit["interpolates"] = float(solution.interpolates)
    tuned_fit |= {"interpolates": 0.0, "role": "rival", "alpha": tuned.alpha}
    records = [
        *setting.records("teacher", predicted[0], width=width, **own_fit),
        *setting.records("teacher-tuned", predicted[1], width=width, **tuned_fit),
    ]
    narrower = setting.widths(TEACHER_WIDTHS)
    narrower = narrower[narrower < width]
    records += _path(setting, {"teacher": "curve"}, Z, setting.targets, narrower, Z_test)
    return _Teachers(width, coef, soft, predicted), records


def _fit(setting: Setting, predicted: np.ndarray) -> dict[str, Any]:
    """How a teacher fits its labels, all and the wrong ones, by class indices (n, F)."""
    right, wrong = predicted == setting.labels.values.T, setting.wrong.T
    n_wrong = wrong.sum(axis=0)
    return {
        "train_error": 1 - right.mean(axis=0),
        "wrong_fitted": (right & wrong).sum(axis=0) / np.where(n_wrong, n_wrong, np.nan),
    }


def _path(
    setting: Setting,
    models: Mapping[str, str],
    Z: np.ndarray,
    Y: np.ndarray,
    widths: np.ndarray,
    Z_test: np.ndarray,
) -> Iterator[Record]:
    """Min-norm models of every width; `models` are the roles of those whose targets Y holds."""
    for width, scores in zip(widths, _scores(Z, Y, widths, Z_test), strict=True):
        parts = np.hsplit(setting.classes(scores), len(models))
        for (model, role), predicted in zip(models.items(), parts, strict=True):
            yield from setting.records(model, predicted, role=role, width=width)


def _scores(Z: np.ndarray, Y: np.ndarray, widths: np.ndarray, Z_test: np.ndarray) -> np.ndarray:
    """Test scores (n_widths, n_test, n_targets) of the min-norm models of every width."""
    scores = width_path(Z, Y, widths, Z_test=Z_test).predictions
    assert scores is not None  # there is a test set
    return scores


def _direct(setting: Setting) -> Iterator[Record]:
    """Students' architectures trained on the labels themselves, min-norm and tuned."""
    Z, Z_test = setting.student(setting.problem.labelled), setting.student(setting.test)
    widths = setting.widths(STUDENT_WIDTHS)
    yield from _path(setting, {"direct": "curve"}, Z, setting.targets, widths, Z_test)
    X, targets = setting.problem.labelled.X, setting.labels.targets
    yield from predicted_errors(setting, "direct", X, targets, widths)
    for width in widths:
        own = narrow(Z, int(width))
        tuned = fit_ridge(setting.problem, setting.labels, [FixedFeatures(own)])
        scores = narrow(Z_test, int(width)) @ (own.T @ side_by_side(tuned.dual))
        yield from setting.records(
            "direct-ridge", setting.classes(scores), role="rival", width=width, alpha=tuned.alpha
        )


def _contest(setting: Setting, rivals: Sequence[Rival | Contestant]) -> Iterator[Record]:
    """Methods of any kind and students of theirs, every choice of theirs by the labels."""
    for entry in compete(setting.problem, setting.labels, setting.test, rivals=rivals):
        about: dict[str, Any] = {"role": "student" if entry.needs else "rival", "sees": entry.sees}
        for name in ("width", "alpha", "n_transfer"):
            if hasattr(entry.model, name):
                about[name] = getattr(entry.model, name)
        scores = entry.scores
        if scores is None:
            about |= {"error": np.nan, "failure": entry.failure}
            scores = np.zeros((len(setting.labels), len(setting.y_test), 1))
        yield from setting.records(entry.name, decode(scores).T, **about)


def _students(setting: Setting, teachers: _Teachers) -> Iterator[Record]:
    """Students on the transfer set: every width at its full size, two widths as it grows.

    On a small one there are widths on both sides of its size: their peak is there, not at n.
    """
    pool, m, small = setting.problem.pool, len(setting.problem.pool), SMALL_TRANSFER * setting.n
    labels = _labels_of_pool(setting, teachers)
    Z, Z_test = (
        student_features(setting.problem, pool),
        student_features(setting.problem, setting.test),
    )
    widest = Z.shape[1]
    # Powers of two around the widest student, up to the whole transfer set.
    sizes = [int(widest * 2.0**j) for j in range(-3, 20)]
    widths = {size: setting.widths((1, 4)) for size in sizes if size < 0.75 * m}
    widths[m] = setting.widths(STUDENT_WIDTHS)
    if small < m:
        widths[small] = setting.widths(SMALL_WIDTHS)
        X, hard = pool.X[:small], labels[:small, : setting.targets.shape[1]]
        targets = hard.reshape(small, len(setting.labels), -1).transpose(1, 0, 2)
        yield from predicted_errors(setting, "hard", X, targets, widths[small])
    few = [size for size in widths if size <= widest]
    wide = setting.student(Inputs(pool.X[: max(few)]))
    for size in few:
        path = _scores(wide[:size], labels[:size], widths[size], setting.student(setting.test))
        for width, scores in zip(widths[size], path, strict=True):
            yield from _student_records(setting, teachers, scores, width, size)
    gram, moments = np.zeros((widest, widest)), np.zeros((widest, labels.shape[1]))
    for start, stop in pairwise([0, *(size for size in widths if size > widest)]):
        gram += Z[start:stop].T @ Z[start:stop]
        moments += Z[start:stop].T @ labels[start:stop]
        coefs = NestedStudents(Z[:stop], gram).coefs(labels[:stop], moments, widths[stop])
        for width, coef in zip(widths[stop], coefs, strict=True):
            yield from _student_records(setting, teachers, Z_test[:, :width] @ coef, width, stop)
    if m > widest:
        pool.once("gram", lambda: gram)


def _labels_of_pool(setting: Setting, teachers: _Teachers) -> np.ndarray:
    """Targets for three students on the pool, side by side: (m, 3 * F * k).

    Hard labels of both teachers, then the first one's soft ones.
    """
    features = setting.features(teachers.width, setting.teacher_seed, np.float32)
    scores = scores_of_many(features, setting.problem.pool.X, teachers.coef)
    hard = encode(setting.classes(scores), setting.labels.n_classes).reshape(scores.shape)
    return np.concatenate([hard, np.hsplit(scores, 2)[0]], axis=1)


def _student_records(
    setting: Setting, teachers: _Teachers, scores: np.ndarray, width: int, m: int
) -> Iterator[Record]:
    """Records from scores (n_test, 3 * F * k), the students side by side."""
    first, tuned = teachers.predicted
    parts = np.hsplit(setting.classes(scores), 3)
    for model, taught_by, predicted in zip(
        ("hard", "hard-tuned", "soft"), (first, tuned, first), parts, strict=True
    ):
        agreement = np.mean(predicted == taught_by, axis=0)
        about = {"sees": "pool", "width": width, "n_transfer": m, "agreement": agreement}
        yield from setting.records(model, predicted, **about)

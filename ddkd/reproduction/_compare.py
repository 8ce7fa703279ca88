"""One repeat of the main job: teachers, students and every rival on one split.

All labellings (flip rates) of one split share inputs, features and factors: flipping labels only
adds right-hand sides.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ddkd._checks import check_integer, check_real
from ddkd._labels import decode
from ddkd.contestants import (
    DEFORMED,
    N_SEEN,
    RIVALS,
    TABULAR,
    Contestant,
    Rival,
    compete,
    contestants_of,
    tune_ridge,
)
from ddkd.datasets import DeformedImages, Split
from ddkd.features import narrow
from ddkd.reproduction._predicted import predicted_errors
from ddkd.reproduction._setting import STUDENT_WIDTHS, Record, Setting, rows_first, times
from ddkd.reproduction._teachers import path, teach
from ddkd.reproduction._transfer import students


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
    tabular: bool = False,
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
    tabular : bool, default=False
        Whether logistic regression and gradient boosting compete, too; boosting where inputs
        times classes are at most 500.

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
    size = split.X_train.shape[1], len(split.classes)
    more = [rival for rival in TABULAR if tabular and rival.suits(*size)]
    rivals = (*RIVALS, *deformed, *more, *contestants_of(contestants))
    setting = Setting(split, rng, bandwidth, n_transfer, flip_rates, n_seen)
    teachers, records = teach(setting, teacher_width)
    records += _direct(setting)
    Z, Z_test = setting.student(setting.problem.labelled), setting.student(setting.test)
    on_same_inputs = {"self-distillation": "curve", "self-distillation-tuned": "rival"}
    widths = setting.widths(STUDENT_WIDTHS)
    records += path(setting, on_same_inputs, Z, teachers.soft, widths, Z_test)
    records += students(setting, teachers)
    records += _contest(setting, rivals)
    return records


def _direct(setting: Setting) -> Iterator[Record]:
    """Students' architectures trained on the labels themselves, min-norm and tuned."""
    Z, Z_test = setting.student(setting.problem.labelled), setting.student(setting.test)
    widths = setting.widths(STUDENT_WIDTHS)
    yield from path(setting, {"direct": "curve"}, Z, setting.targets[:, None], widths, Z_test)
    X, targets = setting.problem.labelled.X, setting.labels.targets
    yield from predicted_errors(setting, "direct", X, targets, widths)
    for width in widths:
        narrow_Z = narrow(Z, int(width))
        _, alpha, dual = tune_ridge(setting.labels, [narrow_Z @ narrow_Z.T])
        coef = times(narrow_Z.T, rows_first(dual))
        predicted = decode(times(narrow(Z_test, int(width)), coef))
        about = {"role": "rival", "width": width, "alpha": alpha}
        yield from setting.records("direct-ridge", setting.errors(predicted), **about)


def _contest(setting: Setting, rivals: Sequence[Rival | Contestant]) -> Iterator[Record]:
    """Methods of any kind and students of theirs, every choice of theirs by the labels."""
    for entry in compete(setting.problem, setting.labels, setting.test, rivals=rivals):
        about: dict[str, Any] = {"role": "student" if entry.needs else "rival", "sees": entry.sees}
        for name in ("width", "alpha", "n_transfer"):
            if hasattr(entry.model, name):
                about[name] = getattr(entry.model, name)
        if entry.scores is None:
            yield from setting.records(entry.name, np.nan, failure=entry.failure, **about)
        else:
            yield from setting.records(entry.name, setting.errors(decode(entry.scores).T), **about)

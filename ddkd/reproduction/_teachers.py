"""The two teachers of a comparison, and curves of minimum-norm models over widths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ddkd._labels import decode
from ddkd.contestants import tune_ridge
from ddkd.reproduction._setting import Record, Setting, rows_first, times
from ddkd.solvers import min_norm, width_path

# Widths as multiples of the number of labelled examples n.
TEACHER_WIDTHS = (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10)


@dataclass(frozen=True, eq=False)
class Teachers:
    """Two teachers on one feature map: one interpolates, one is tuned by leave-one-out.

    Attributes
    ----------
    width : int
        Number of features.
    coef : ndarray of shape (width, 2, F, k)
        Coefficients of both under each labelling.
    soft : ndarray of shape (n, 2, F, k)
        Their scores of the labelled rows.
    predicted : ndarray of shape (n_test, 2, F)
        Their class indices of the test rows.
    """

    width: int
    coef: np.ndarray
    soft: np.ndarray
    predicted: np.ndarray


def teach(setting: Setting, width: int) -> tuple[Teachers, list[Record]]:
    """Fit both teachers, and the interpolating one at every smaller width."""
    features = setting.features(width, setting.teacher_seed)
    Z, Z_test = features.transform(setting.problem.labelled.X), features.transform(setting.test.X)
    n, F, k = setting.targets.shape
    solution = min_norm(Z, setting.targets.reshape(n, -1))
    _, alpha, dual = tune_ridge(setting.labels, [Z @ Z.T])
    interpolating_coef = solution.coef.reshape(width, F, k)
    coef = np.stack([interpolating_coef, times(Z.T, rows_first(dual))], axis=1)
    soft, predicted = times(Z, coef), decode(times(Z_test, coef))
    fits = [_fit(setting, decode(soft[:, teacher])) for teacher in (0, 1)]
    fits[0]["interpolates"] = float(solution.interpolates)
    fits[1] |= {"interpolates": 0.0, "role": "rival", "alpha": alpha}
    records = [
        record
        for teacher, name in enumerate(("teacher", "teacher-tuned"))
        for record in setting.records(
            name, setting.errors(predicted[:, teacher]), width=width, **fits[teacher]
        )
    ]
    narrower = setting.widths(TEACHER_WIDTHS)
    narrower = narrower[narrower < width]
    targets = setting.targets[:, None]
    records += path(setting, {"teacher": "curve"}, Z, targets, narrower, Z_test)
    return Teachers(width, coef, soft, predicted), records


def _fit(setting: Setting, predicted: np.ndarray) -> dict[str, Any]:
    """How a teacher fits its labels, all and the wrong ones, by class indices (n, F)."""
    right, wrong = predicted == setting.labels.values.T, setting.wrong.T
    n_wrong = wrong.sum(axis=0)
    return {
        "train_error": 1 - right.mean(axis=0),
        "wrong_fitted": (right & wrong).sum(axis=0) / np.where(n_wrong, n_wrong, np.nan),
    }


def path(
    setting: Setting,
    models: Mapping[str, str],
    Z: np.ndarray,
    Y: np.ndarray,
    widths: np.ndarray,
    Z_test: np.ndarray,
) -> Iterator[Record]:
    """Min-norm models of every width, fitted to targets (n, n_models, F, k).

    `models` are names, in the order of that axis, and roles.
    """
    for width, scores in zip(widths, path_scores(Z, Y, widths, Z_test), strict=True):
        for number, (model, role) in enumerate(models.items()):
            errors = setting.errors(decode(scores[:, number]))
            yield from setting.records(model, errors, role=role, width=width)


def path_scores(Z: np.ndarray, Y: np.ndarray, widths: np.ndarray, Z_test: np.ndarray) -> np.ndarray:
    """Test scores (n_widths, n_test, ..., k) of min-norm models fitted to targets (n, ..., k)."""
    scores = width_path(Z, Y.reshape(len(Y), -1), widths, Z_test=Z_test).predictions
    assert scores is not None  # there is a test set
    return scores.reshape(len(widths), len(Z_test), *Y.shape[1:])

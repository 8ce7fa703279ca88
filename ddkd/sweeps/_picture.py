"""The picture of a sweep: errors against one of its columns."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from ddkd.plotting import DistillationDisplay, DoubleDescentDisplay, pivot

if TYPE_CHECKING:
    from ddkd.sweeps._sweep_result import SweepResult

_SCORES = {"test_mse": "Mean squared error", "variance_left": "Variance left (%)"}


def curve_display(
    result: "SweepResult", x: str, value: str, **options: Any
) -> DoubleDescentDisplay:
    """One model's error, and beside its mean squared error that on the training labels."""
    widths, test = pivot(result, value, x)
    train = None
    if value == "test_mse" and "train_mse" in result.columns:
        train = pivot(result, "train_mse", x)[1]
    if "n_samples" in result.columns and len(np.unique(result["n_samples"])) == 1:
        options = {"threshold": int(result["n_samples"][0]), **options}
    names = {"score_name": _SCORES.get(value, "Test error (%)"), "width_name": x.capitalize()}
    return DoubleDescentDisplay(
        widths=widths, test_scores=test, train_scores=train, **(names | options)
    )


def students_display(
    result: "SweepResult", x: str, value: str, levels: Collection[str], **options: Any
) -> DistillationDisplay:
    """A curve a model, but those of `levels`, which do not depend on the abscissa."""
    scores = {
        name: pivot(result.where(model=name), value, x)[1]
        for name in dict.fromkeys(result["model"].tolist())
    }
    if x != "n_transfer":
        options = {"threshold": _thresholds(result, result[x].max()), **options}
    names = {
        "score_name": _SCORES.get(value, "Test error (%)"),
        "x_name": x.replace("n_transfer", "transfer set").replace("_", " ").capitalize(),
    }
    return DistillationDisplay(
        x=np.unique(result[x]),
        scores={_title(name): scores[name] for name in scores if name not in levels},
        levels={_title(name): scores[name].mean(axis=0) for name in scores if name in levels},
        **(names | options),
    )


def _title(model: str) -> str:
    return "directly trained" if model == "direct" else model


def _thresholds(result: "SweepResult", widest: float) -> dict[str, float]:
    """The sizes of training and transfer set up to `widest`, where all records agree on them."""
    marks = {}
    for letter, column in (("n", "n_samples"), ("m", "n_transfer")):
        sizes = np.unique(result[column]) if column in result.columns else np.array([])
        sizes = sizes[sizes > 0]  # a model without a transfer set has a zero there
        if sizes.size == 1 and sizes[0] <= widest:
            marks[f"{letter} = {sizes[0]:,}"] = float(sizes[0])
    return marks

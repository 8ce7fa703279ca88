"""A measured curve, and the peak that was to be expected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddkd.diagnosis._causes import CAUSES
from ddkd.plotting import DoubleDescentDisplay, new_axes, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ddkd.diagnosis._diagnosis import Diagnosis


def draw_diagnosis(diagnosis: Diagnosis, ax: Axes | None = None) -> DoubleDescentDisplay:
    """Draw a measured curve beside the one with the cause taken away, or with noisy labels."""
    if len(diagnosis.widths) == 0:
        raise ValueError("the diagnosis has no curve: the parameter's values are not numbers")
    decisive = diagnosis.evidence[-1]  # the last probe before the verdict
    ax = new_axes() if ax is None else ax
    set_title(ax, f"Diagnosis: {diagnosis.cause}", f"{decisive.probe}: {decisive.value:.3g}")
    measured = DoubleDescentDisplay(
        widths=diagnosis.widths,
        test_scores=diagnosis.errors,
        threshold={} if diagnosis.threshold is None else {"threshold": diagnosis.threshold},
        score_name=diagnosis.score_name,
    ).plot(ax, name="directly trained")
    if diagnosis.expected is not None:
        widths, errors = diagnosis.expected
        mended = replace(measured, widths=widths, test_scores=errors, threshold=None)
        mended.plot(ax, name=CAUSES[diagnosis.cause].peak_returns)
    return measured

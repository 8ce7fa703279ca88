"""A measured curve, and the peak that was to be expected."""

from dataclasses import replace
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ddkd.plotting import DoubleDescentDisplay, new_axes, set_title

if TYPE_CHECKING:
    from ddkd.diagnosis._diagnosis import Diagnosis

_MENDED = {
    "penalty": "without the penalty",
    "cutoff": "without the cutoff",
    "rank": "without the narrowing step",
    "stopped": "run for longer",
    "averaged": "one member alone",
    "tuned": "without the search",
}


def draw_diagnosis(found: "Diagnosis", ax: Axes | None = None) -> DoubleDescentDisplay:
    """Draw a measured curve beside the one with the cause taken away, or with noisy labels."""
    if len(found.widths) == 0:
        raise ValueError("the diagnosis has no curve: the parameter's values are not numbers")
    decisive = found.evidence[-1]  # the last probe before the verdict
    ax = new_axes() if ax is None else ax
    set_title(ax, f"Diagnosis: {found.cause}", f"{decisive.probe}: {decisive.value:.3g}")
    measured = DoubleDescentDisplay(
        widths=found.widths,
        test_scores=found.errors,
        threshold={} if found.threshold is None else {"threshold": found.threshold},
        score_name=found.score_name,
    ).plot(ax, name="directly trained")
    if found.expected is not None:
        widths, errors = found.expected
        mended = replace(measured, widths=widths, test_scores=errors, threshold=None)
        mended.plot(ax, name=_MENDED.get(found.cause, "with noisy labels"))
    return measured

"""What a diagnosis says: why, in a sentence, and what to do, with code where there is some."""

from dataclasses import dataclass
from typing import Any

from ddkd.diagnosis._parts import Part

_WHY = {
    "healthy": "The curve peaks at {threshold}, the interpolation threshold, as it should.",
    "penalty": "No peak at {threshold}: {ridge} is at work{part}.",
    "cutoff": "No peak at {threshold}: the solver drops small singular values{part}.",
    "rank": "No peak at {threshold}: the features have too low a rank{part}.",
    "grid": "No width near {threshold} was tried, and that is where the error peaks.",
    "effective-samples": "No peak at {n}, the number of rows: the model uses fewer different "
    "ones. Look at {threshold}.",
    "tuned": "No peak at {threshold}: a search inside adapts the model to every width{part}.",
    "stopped": "No peak at {threshold}: the iterations end before the labels are met{part}.",
    "averaged": "No peak at {threshold}: many fits are averaged{part}.",
    "leak": "{leaked:.0%} of the test rows are in the training set, so nothing can be seen.",
    "low-noise": "No peak at {threshold}: the labels have hardly any noise that could blow up.",
    "loss": "No peak at {threshold}: the model does not minimise a squared loss{part}.",
    "inert": "The parameter does not change what the model can fit: there is no curve.",
    "unclear": "The probes contradict each other or ran out; no cause can be named.",
}
_MEND = {
    "healthy": "Nothing to mend",
    "penalty": "Take the penalty away",
    "cutoff": "Lower the cutoff",
    "rank": "Use features of full rank: no narrowing step, more inputs, a larger gamma",
    "grid": "Try widths on both sides of the threshold",
    "effective-samples": "Look for the peak at the number of different rows the model sees",
    "tuned": "Fix what the search chooses",
    "stopped": "Let it run until the labels are met, or solve in closed form",
    "averaged": "Use one member alone",
    "leak": "Draw test rows that are not in the training set",
    "low-noise": "Add noise to the training labels",
    "loss": "Use a squared loss: least squares on +-1 codes for classes (LeastSquaresClassifier)",
    "inert": "Vary the number of features instead, such as n_components of a random feature map",
    "unclear": "Give 500 test rows or more, widths near the number of rows, or a larger max_fits",
}
_NOISE = "y = y + y.std() * numpy.random.default_rng(0).standard_normal(len(y))"


@dataclass(frozen=True)
class Evidence:
    """One probe: what it measured, the number, and what that number means."""

    probe: str
    value: float
    meaning: str


def answer(causes: tuple[str, ...], part: Part | None, higher: float, **numbers: Any) -> str:
    """What happened, with the numbers that show it; `higher` times the peak comes back."""
    text = _WHY[causes[0]].format(part=_named(part), **numbers)
    if higher > 1:
        text += f" Without it the error there would be {float(f'{higher:.2g}'):,g} times as high."
    if len(causes) > 1:
        text += f"\nAlso at work, or possible: {', '.join(causes[1:])}."
    return text


def _named(part: Part | None) -> str:
    """The parameter in brackets, if one is known."""
    if part is None:
        return ""
    last = part.name.split("__")[-1]
    value = f"{part.value:g}" if isinstance(part.value, float) else str(part.value)
    if part.cause == "rank":
        return f" ({part.owner} leaves {value} columns)"
    return f" ({part.owner}'s {last}{'=' + value if len(value) < 30 else ''})"


def remedy(cause: str, change: dict[str, Any] | None, widths: list[int], classes: bool) -> str:
    """What to do, with code where there is some that works."""
    text = _MEND[cause]
    if cause in ("grid", "effective-samples") and widths:
        return f"{text}: param_range={widths}"
    if cause == "low-noise":
        return f"{text}: {'give a third of the rows another class' if classes else _NOISE}"
    if change:
        arguments = ", ".join(f"{name}={_code(value)}" for name, value in change.items())
        return f"{text}: estimator.set_params({arguments})"
    if cause in ("penalty", "cutoff", "stopped", "averaged", "tuned"):
        return f"{text}; it is hidden inside the model"
    return text


def _code(value: Any) -> str:
    return f"numpy.{value.__name__}" if isinstance(value, type) else repr(value)

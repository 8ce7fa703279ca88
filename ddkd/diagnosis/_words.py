"""What a diagnosis says: one sentence of cause, one of remedy, in plain English."""

from typing import Any

from ddkd.diagnosis._parts import Part

__all__ = ["named", "remedy", "sentence", "setting"]

_WHY = {
    "healthy": "The curve peaks at {threshold}, the interpolation threshold, as it should.",
    "penalty": "No peak at {threshold}: a penalty is at work{part}{ridge}.",
    "cutoff": "No peak at {threshold}: the solver drops small singular values{part}.",
    "rank": "No peak at {threshold}: the features have too low a rank{part}.",
    "grid": "No width near {threshold} was tried, and that is where the error peaks.",
    "effective-samples": (
        "No peak at {n}, the number of rows: the model uses fewer different ones. "
        "Look at {threshold}."
    ),
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
    "healthy": "Nothing to mend.",
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


def named(part: Part | None) -> str:
    """The parameter in brackets, if one is known."""
    if part is None:
        return ""
    last = part.name.split("__")[-1]
    value = f"{part.value:g}" if isinstance(part.value, float) else str(part.value)
    if len(value) > 30 or "\n" in value:
        return f" ({part.owner}'s {last})"
    return (
        f" ({part.owner} at {last})"
        if part.cause == "rank"
        else f" ({part.owner}'s {last}={value})"
    )


def sentence(
    cause: str,
    *,
    threshold: Any,
    n: int,
    leaked: float,
    part: Part | None,
    ridge: float | None,
    higher: float | None,
) -> str:
    """What happened, with the numbers that show it."""
    text = _WHY[cause].format(
        threshold="the threshold" if threshold is None else f"{threshold:g}",
        n=n,
        leaked=leaked,
        part=named(part),
        ridge="" if ridge is None else f", an effective ridge of {ridge:.2g}",
    )
    if higher is not None and higher > 1 and cause != "healthy":
        text += f" Without it the error there would be {higher:.2g} times as high."
    return text


def setting(change: dict[str, Any]) -> str:
    """A change of parameters as code."""
    arguments = ", ".join(f"{name}={_code(value)}" for name, value in change.items())
    return f"estimator.set_params({arguments})"


def _code(value: Any) -> str:
    return f"numpy.{value.__name__}" if isinstance(value, type) else repr(value)


def remedy(
    cause: str, *, change: dict[str, Any] | None, widths: list[int] | None, classes: bool
) -> str:
    """What to do, with code where there is some that works."""
    text = _MEND[cause]
    if cause in ("grid", "effective-samples") and widths:
        return f"{text}: param_range={widths}"
    if cause == "low-noise" and not classes:
        return f"{text}: y = y + y.std() * numpy.random.default_rng(0).standard_normal(len(y))"
    if cause == "low-noise":
        return f"{text}: give about a third of the rows another class"
    if change:
        return f"{text}: {setting(change)}"
    if cause in ("penalty", "cutoff", "stopped", "averaged", "tuned", "rank"):
        return f"{text}; it is hidden inside the model"
    return text

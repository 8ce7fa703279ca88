"""What a diagnosis says: why, in a sentence, and what to do, with code where there is some."""

from typing import Any

from ddkd.diagnosis._causes import CAUSES, REMEDY
from ddkd.diagnosis._parts import Part
from ddkd.diagnosis._probes import Probes

_NOISE = "y = y + y.std() * numpy.random.default_rng(0).standard_normal(len(y))"


def words(
    probes: Probes,
    causes: tuple[str, ...],
    n: int,
    threshold: int | None,
    ridge: float | None,
    separable: int | None,
) -> tuple[str, str]:
    """What happened and what to do.

    `n`, the threshold and the width from which classes are separable are those of all rows.
    """
    cause, is_for_classes = CAUSES[causes[0]], probes.data.classes is not None
    shares = (0.5, 0.8, 0.95, 1, 1.1, 2) if threshold and probes.line else (1,)
    near = [round(share * threshold) for share in shares] if threshold else []
    numbers = {
        "leaked": probes.leaked,
        "n": n,
        "near": f": param_range={near}" if near else "",
        "noise": "give a third of the rows another class" if is_for_classes else _NOISE,
        "part": _named(next((part for part in probes.parts if part.cause == cause.key), None)),
        "ridge": f"an effective ridge of {ridge:.2g}" if ridge else "a penalty",
        "solver": "LeastSquaresClassifier" if is_for_classes else "LeastSquaresRegressor",
        "threshold": f"{threshold:g}" if threshold else "the threshold",
    }
    answer, remedy = cause.why.format(**numbers), cause.mend.format(**numbers)
    _, higher = probes.taken.get(cause.key, (0.0, 0.0))
    if higher > 1:
        answer += f" Without it the error there would be {float(f'{higher:.2g}'):,g} times as high."
    if separable is not None:
        answer += (
            f" From {separable} on it can separate all its labels. "
            "Without a penalty its error has a plateau there, and no peak."
        )
    if len(causes) > 1:
        answer += f"\nAlso at work, or possible: {', '.join(causes[1:])}."
    change = probes.without(cause.key)
    if change:
        arguments = ", ".join(f"{name}={_code(value)}" for name, value in change.items())
        return answer, f"{remedy}: estimator.set_params({arguments})"
    if cause.peak_returns == REMEDY and cause.key != "rank":  # equal columns are no part
        remedy += "; it is hidden inside the model"
    return answer, remedy


def _named(part: Part | None) -> str:
    """The parameter in brackets, if one is known."""
    if part is None:
        return ""
    last = part.name.split("__")[-1]
    value = f"{part.value:g}" if isinstance(part.value, float) else str(part.value)
    if part.cause == "rank":
        return f" ({part.owner} leaves {value} columns)"
    return f" ({part.owner}'s {last}{'=' + value if len(value) < 30 else ''})"


def _code(value: Any) -> str:
    return f"numpy.{value.__name__}" if isinstance(value, type) else repr(value)

"""What a diagnosis says: why, in a sentence, and what to do, with code where there is some."""

from dataclasses import dataclass
from typing import Any

from ddkd.diagnosis._causes import CAUSES, Cause
from ddkd.diagnosis._parts import Part

_NOISE = "y = y + y.std() * numpy.random.default_rng(0).standard_normal(len(y))"


@dataclass(frozen=True)
class Evidence:
    """One probe: what it measured, the number, and what that number means."""

    probe: str
    value: float
    meaning: str


def answer(
    causes: tuple[str, ...],
    part: Part | None,
    higher: float,
    separable: float | None,
    **numbers: Any,
) -> str:
    """What happened, with the numbers that show it.

    The peak comes back `higher` times; a linear classifier can meet its labels from the width
    `separable` on.
    """
    text = CAUSES[causes[0]].why.format(part=_named(part), **numbers)
    if higher > 1:
        text += f" Without it the error there would be {float(f'{higher:.2g}'):,g} times as high."
    if separable is not None:
        text += (
            f" From {separable:g} on it can separate all its labels. "
            "Without a penalty its error has a plateau there, and no peak."
        )
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


def remedy(
    cause: Cause, change: dict[str, Any] | None, widths: list[int], *, classes: bool, linear: bool
) -> str:
    """What to do, with code where there is some that works.

    `change` makes the cause's parts neutral, `widths` are round the threshold; a model that is
    `linear` in its features has a solution in closed form.
    """
    solver = "LeastSquaresClassifier" if classes else "LeastSquaresRegressor"
    text = cause.mend.format(
        near=f": param_range={widths}" if widths else "",
        noise="give a third of the rows another class" if classes else _NOISE,
        solver=solver,
        exactly=f"Solve in closed form (ddkd.{solver}), or let it" if linear else "Let it",
    )
    if change:
        arguments = ", ".join(f"{name}={_code(value)}" for name, value in change.items())
        return f"{text}: estimator.set_params({arguments})"
    hidden = cause.removable and cause.key != "rank"  # equal columns are no part of anything
    return f"{text}; it is hidden inside the model" if hidden else text


def _code(value: Any) -> str:
    return f"numpy.{value.__name__}" if isinstance(value, type) else repr(value)

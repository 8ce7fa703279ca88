"""A link of the page, computed by the library."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any, get_args
from urllib.parse import parse_qsl

from ddkd.lecture._scenes import clusters, moons, polynomials

__all__ = ["check_link"]

_SCENES: dict[str, Callable[..., Any]] = {"1": polynomials, "2": moons, "3": clusters}


def check_link(link: str) -> dict[str, Any]:
    """Compute the numbers of a setting of the page with ddkd's own solvers and theory.

    Parameters
    ----------
    link : str
        The page's address, or what follows the number sign: ``scene=1&width=16``. What it
        leaves out is as when the page opens.

    Returns
    -------
    dict
        Numbers by name, and arrays: predictions on the page's grid (scene 1), scores at its
        test points (scene 2), laws at widths 1 to 200 (scene 3).

    Raises
    ------
    ValueError
        If the link names no scene, or a setting that the scene has not or does not allow.

    Examples
    --------
    >>> from ddkd.lecture import check_link
    >>> round(float(check_link("#scene=1&width=8")["error"]), 3)
    0.106
    """
    words = dict(parse_qsl(link.rpartition("#")[2], keep_blank_values=True))
    compute = _SCENES.get(words.pop("scene", ""))
    if compute is None:
        raise ValueError(f"the link must say scene=1, 2 or 3; got {link!r}")
    settings = inspect.signature(compute).parameters
    unknown = [name for name in words if name not in settings]
    if unknown:
        raise ValueError(f"the scene has the settings {', '.join(settings)}; got {unknown[0]}")
    return compute(**{name: _value(settings[name], word) for name, word in words.items()})


def _value(setting: inspect.Parameter, word: str) -> Any:
    """The value that a word stands for: one of those allowed, or a number."""
    allowed = get_args(setting.annotation)
    if word in allowed:
        return word
    with suppress(ValueError):
        if not allowed and 0 <= float(word) < 10_000:
            return setting.annotation(word)
    wish = " or ".join(allowed) or "a number from 0 to 9999"
    raise ValueError(f"{setting.name} must be {wish}; got {word!r}")

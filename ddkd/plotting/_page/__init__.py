"""One self-contained HTML page: curves with sliders, and the claims."""

import dataclasses
import html
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from ddkd._checks import check_rng
from ddkd.plotting._page._claims import claims_html
from ddkd.plotting._page._numbers import Setting, curve_numbers, student_numbers

__all__ = ["write_page"]


def write_page(out: Any, *, claims: Any = None, rng: Any = None) -> None:
    """Write a page for the lecture room: one HTML file that needs no network.

    It shows the double-descent curve with sliders for wrong labels, ridge and width; a teacher
    and its student, whose peak moves with the size of the transfer set; and measured claims.
    Lines are `ddkd.theory`, marks are simulations, both computed here for every position of the
    sliders. The extra ``ddkd[page]`` brings plotly, whose script becomes part of the file.

    Parameters
    ----------
    out : path-like
        The file to write, in an existing folder.
    claims : path-like or None, default=None
        A ``claims.json`` of ``python -m ddkd reproduce``; without one, the page says how to make
        it.
    rng : None, int, SeedSequence or Generator, default=None
        Source of randomness of the simulations.

    Raises
    ------
    ImportError
        If plotly is not installed.
    ValueError
        If `claims` is not a file of claims.

    Examples
    --------
    >>> from ddkd.plotting import write_page
    >>> write_page("double-descent.html", rng=0)  # doctest: +SKIP
    """
    script = _plotly_script()
    table = claims_html(None if claims is None else Path(claims))
    page = _page(Setting(), check_rng(rng), claims=table, script=script)
    Path(out).write_text(page, encoding="utf-8")


def _plotly_script() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise ImportError(
            "the page needs plotly, which is not installed: python -m pip install 'ddkd[page]'"
        ) from None
    return get_plotlyjs()


def _page(setting: Setting, rng: np.random.Generator, *, claims: str, script: str) -> str:
    """The page's text: the template with its parts in place."""
    first, second = rng.spawn(2)
    numbers = {
        "setting": setting,
        "curve": curve_numbers(setting, first),
        "student": student_numbers(setting, second),
    }
    parts = {
        "style": _read("page.css"),
        "plotly": script,
        "numbers": _json(numbers),
        "script": _read("page.js"),
        "claims": claims,
        "n": html.escape(str(setting.n_samples)),
        "teacher_width": f"{setting.widest:,}",
    }
    return re.sub(r"\{\{ (\w+) \}\}", lambda match: parts[match[1]], _read("page.html"))


def _read(name: str) -> str:
    return (resources.files(__name__) / name).read_text(encoding="utf-8")


def _json(numbers: Any) -> str:
    """Plain data to four digits, safe inside a script element."""

    def plain(value: Any) -> Any:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        array = np.asarray(value)
        return (array if array.dtype.kind == "i" else array.round(4)).tolist()

    text = json.dumps(numbers, default=plain, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")

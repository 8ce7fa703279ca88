"""Law against simulation, a picture an entry and one sheet of all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ddkd.plotting import look, new_axes, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ddkd.theorems._bench import Verdict

_COLUMNS = 5


def draw_theorems(verdicts: Sequence[Verdict], folder: Path) -> None:
    """Draw simulated values against predicted ones, and write the pictures to a folder.

    Parameters
    ----------
    verdicts : sequence of Verdict
        What `verify` returned.
    folder : Path
        Where ID.png of each, and sheet.png of all, are written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from ddkd.theorems import ALL, draw_theorems, verify
    >>> with TemporaryDirectory() as folder:
    ...     draw_theorems(verify(ALL[:1], quick=True), Path(folder))
    ...     print(len(list(Path(folder).iterdir())))
    2
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = -(-len(verdicts) // _COLUMNS)
    from matplotlib.figure import Figure

    sheet = Figure(figsize=(3 * _COLUMNS, 3.1 * rows), layout="constrained")
    for place, verdict in enumerate(verdicts, start=1):
        draw_verdict(verdict, sheet.add_subplot(rows, _COLUMNS, place), size=10)
        figure = Figure(figsize=(4, 4), layout="constrained")
        draw_verdict(verdict, figure.subplots())
        name = verdict.id if verdict.variant is None else f"{verdict.id}-{_slug(verdict.variant)}"
        figure.savefig(folder / f"{name}.png", dpi=150)
    sheet.savefig(folder / "sheet.png", dpi=100)


def draw_verdict(verdict: Verdict, ax: Axes | None = None, size: int = 11) -> Axes:
    """Draw simulated values against the law's, each with two standard errors."""
    ax = new_axes(4, 4) if ax is None else ax
    points = look("student")
    law, simulated = verdict.comparison.predicted, verdict.comparison.simulated
    error = 2 * verdict.comparison.standard_error
    low, high = min(law.min(), simulated.min()), max(law.max(), simulated.max())
    logarithmic = low > 0 and high > 20 * low
    # Of values that agree up to rounding there is no range.
    room = 0.1 * abs(high) + 0.1 if np.isclose(low, high) else 0.08 * (high - low)
    ends = (low / 1.2, high * 1.2) if logarithmic else (low - room, high + room)
    ax.plot(ends, ends, color="#777777", linewidth=1)
    size_of_mark = 4 if law.size < 40 else 1.5
    style: dict[str, Any] = {"color": points.colour, "markersize": size_of_mark, "elinewidth": 1}
    ax.errorbar(law, simulated, error, fmt=points.marker, **style)
    if logarithmic:
        ax.set(xscale="log", yscale="log")
    ax.set(xlim=ends, ylim=ends, box_aspect=1)
    ax.set_title(plain(verdict.id if verdict.variant is None else verdict.variant, 34), size=size)
    bound = verdict.theorem.kind == "bound"
    ax.set_xlabel("lower bound" if bound else "law", size=size)
    ax.set_ylabel("simulation", size=size)
    ax.tick_params(labelsize=size - 2)
    if not logarithmic:
        ax.locator_params(nbins=4)
    return ax


def _slug(text: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in text)[:40].strip("-")

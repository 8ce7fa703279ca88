"""Draw the README's picture from the numbers in docs/measured: ``python -m tools.pictures``.

``python -m tools.pictures --take RESULTS.npz`` first takes the right panel's numbers from a run of
``python -m ddkd reproduce``. The left panel's are those of the founding experiment.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ddkd.plotting import draw_scores, draw_theory, finish, mark_thresholds, set_title
from ddkd.reproduction._lookup import Errors
from ddkd.sweeps import SweepResult

ROOT = Path(__file__).parents[1]
FOUNDING = ROOT / "docs" / "measured" / "founding-experiment.json"
RESCUED = ROOT / "docs" / "measured" / "student-width.json"
PICTURE = ROOT / "docs" / "images" / "double-descent.png"


def take(results: Path) -> dict[str, Any]:
    """Mean errors against width of directly trained models and students on deformed digits.

    Parameters
    ----------
    results : Path
        The ``results.npz`` of ``python -m ddkd reproduce``.

    Returns
    -------
    dict
        Widths, and the mean and standard error of each model's 0-1 errors over the repeats.
    """
    errors = Errors(SweepResult.load(results).where(data="deformed-digits", flip_rate=0.0).columns)
    m = int(errors.options("hard", 0.0, "n_transfer").max())
    widths = errors.options("hard", 0.0, "width", n_transfer=m)
    found = {"data": "deformed-digits", "n_samples": 200, "n_transfer": m, "width": widths.tolist()}
    for name, model, size in (("direct", "direct", 0), ("student", "hard", m)):
        values = np.array([errors.values(model, 0.0, width=w, n_transfer=size) for w in widths])
        found[name] = values.mean(axis=1).round(5).tolist()
        found[f"{name}_se"] = (
            (values.std(axis=1, ddof=1) / values.shape[1] ** 0.5).round(5).tolist()
        )
    return found


def draw() -> Figure:
    """The two panels: the founding experiment, and the student rescued from the peak.

    Returns
    -------
    Figure
        The picture.
    """
    figure = Figure(figsize=(10.5, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    _founding(left, json.loads(FOUNDING.read_text(encoding="utf-8")))
    _rescued(right, json.loads(RESCUED.read_text(encoding="utf-8")))
    return figure


def _founding(ax: Axes, found: dict[str, Any]) -> None:
    """Marks measured, line predicted from the kernel before any fit."""
    n, predicted = found["n_samples"], found["predicted"]
    set_title(ax, "A model ever wider", f"Fashion-MNIST, {n:,} labelled")
    measured = np.array(found["measured"]["error"])
    marks = draw_scores(
        ax, np.array(found["widths"]), measured[:, None], "directly trained", joined=False
    )
    # Nothing is predicted at the threshold itself: the line breaks there.
    widths = np.append(predicted["widths"], n)
    error = np.append(np.array(predicted["error"], dtype=float), np.nan)
    draw_theory(ax, widths, error, "directly trained, predicted", marks)
    mark_thresholds(ax, {f"n = {n:,}": float(n)})
    finish(ax, "Width", "Test error (%)")


def _rescued(ax: Axes, found: dict[str, Any]) -> None:
    """The same small model, directly trained and taught by a wide one."""
    n, m = found["n_samples"], found["n_transfer"]
    set_title(ax, "The same model, taught by a wide one", f"digits, {n} labelled, {m:,} not")
    width = np.array(found["width"])
    for name, label in (("direct", "directly trained"), ("student", "student")):
        mean, half = np.array(found[name]), np.array(found[f"{name}_se"])
        line = draw_scores(ax, width, mean[:, None], label)
        ax.fill_between(width, mean - half, mean + half, color=line.get_color(), alpha=0.25, lw=0)
    mark_thresholds(ax, {f"n = {n}": float(n)})
    finish(ax, "Width", "Test error (%)")


def main() -> None:
    """Take new numbers if asked to, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--take", type=Path, help="results.npz of a run of reproduce")
    args = parser.parse_args()
    if args.take:
        text = json.dumps(take(args.take), indent=1)
        RESCUED.write_text(text + "\n", encoding="utf-8")
    draw().savefig(PICTURE, dpi=120)


if __name__ == "__main__":
    main()

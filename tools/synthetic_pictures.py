"""Draw three pictures of docs/synthetic_data.rst: ``python -m tools.synthetic_pictures``.

Two are laws alone; the third draws docs/measured/which-rows.json, which benchmarks/which_rows.py
has measured.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from ddkd import GaussianPopulation, MixturePopulation, theory
from ddkd.plotting import draw_level, draw_scores, draw_theory, finish, set_title
from ddkd.theorems import ALL

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
MEASURED = ROOT / "docs" / "measured" / "which-rows.json"
SHARES = np.union1d(np.geomspace(0.011, 0.2, 30), np.linspace(0.2, 1.0, 41))


def two_panels() -> tuple[Figure, list[Axes]]:
    """A figure and its two axes, side by side."""
    figure = Figure(figsize=(10.5, 5.6), layout="constrained")
    return figure, list(figure.subplots(1, 2))


def golden_ratio() -> Figure:
    """Excess against the weight of true labels, after some generations."""
    figure, axes = two_panels()
    law = {theorem.id: theorem.law for theorem in ALL}["golden-ratio"]
    weights = np.linspace(0, 1, 101)
    problems = (
        ("More rows than columns", {"n": 60, "p": 30, "signal": 1.0, "noise_variance": 0.3}),
        ("Fewer rows than columns", {"n": 26, "p": 60, "signal": 3.0, "noise_variance": 0.6}),
    )
    for ax, (title, problem) in zip(axes, problems, strict=True):
        for generation, name in ((2, "generation 2"), (3, "generation 3"), (60, "in the limit")):
            options = problem | {"generation": generation, "inputs": "fresh"}
            excess = np.array([law(**options, weight=weight) for weight in weights])
            shown = weights >= (0.08 if problem["n"] > problem["p"] else 0.0)
            draw_theory(ax, weights[shown], excess[shown], name)
        best = weights[np.argmin(excess)]
        ax.plot(best, excess.min(), "o", color="black", markersize=9, zorder=5)
        set_title(ax, title, f"the best weight in the limit is {best:.2f}")
        finish(ax, "Weight of true labels", "Excess risk")
        ax.set_ylim(0.8 * excess.min(), None)
    return figure


def which_rows() -> Figure:
    """Error against the share of rows that are kept: one Gaussian population, two clusters."""
    figure, (left, right) = two_panels()
    even = GaussianPopulation(np.ones(60), np.ones(60), labels="hard")
    _draw_kept(left, theory.least_squares(even, 90), 6000, 0.0, lambda law: 1 - law.agreement)
    set_title(left, "One Gaussian population", "60 columns, a pool of 6,000")
    finish(left, "Share of the pool that is kept (%)", "Disagreement with the teacher (%)")
    margin, radius, p = 0.62, 2.0, 100
    clusters = MixturePopulation(np.ones(p), radius * np.eye(p)[0])
    towards = np.zeros(p)
    towards[:2] = margin, np.sqrt(radius**2 - margin**2)
    teacher = theory.mixture_model(clusters, towards)
    _draw_kept(right, teacher, 3000, margin, lambda law: law.error_rate, least=0.06)
    draw_level(right, np.array([teacher.error_rate]), "teacher")
    set_title(right, "Two clusters", "100 columns, a pool of 3,000")
    finish(right, "Share of the pool that is kept (%)", "Error against the truth (%)")
    right.set_ylim(0.235, 0.285)
    return figure


def _draw_kept(
    ax: Axes,
    teacher: theory.LinearLaw,
    pool: int,
    margin: float,
    figure_of: Callable[[theory.LinearLaw], float],
    least: float = 0.0,
) -> None:
    """Students of the least sure, the surest and random rows."""
    size = np.sqrt(1 + margin**2)
    bounds = np.linspace(0, 12, 200_001)
    below = stats.norm.cdf(bounds * size - margin) - stats.norm.cdf(-bounds * size - margin)
    shares = SHARES[np.maximum(least, 1.2 * teacher.population.n_features / pool) <= SHARES]

    def student(share: float, keep: tuple[float, float] | None) -> float:
        return figure_of(teacher.distill(round(share * pool), keep=keep, features="all"))

    windows = {
        "least sure": lambda share: (0.0, np.interp(share, below, bounds)),
        "surest": lambda share: (np.interp(1 - share, below, bounds), np.inf),
        "at random": lambda share: None,
    }
    for name, window in windows.items():
        draw_theory(ax, shares, np.array([student(x, window(x)) for x in shares]), name)


def real_images() -> Figure:
    """Error of students against the share of images that are kept."""
    figure = Figure(figsize=(10.5, 10.5), layout="constrained")
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    share, names = np.array(measured["share"]), {"least": "least sure", "random": "at random"}
    titles = {"deformed-digits": "Deformed digits", "fashion-mnist": "Fashion-MNIST"}
    panels = figure.subplots(2, 2).T.ravel()  # a column for each data set
    for ax, case in zip(panels, measured["cases"], strict=True):
        for key in ("least", "surest", "random"):
            mean, half = np.array(case[key]), np.array(case[f"{key}_se"])
            line = draw_scores(ax, share, mean[:, None], names.get(key, key))
            ax.errorbar(share, mean, half, color=line.get_color(), capsize=3, linestyle="none")
        draw_level(ax, np.array(case["teacher"][:1]), "teacher")
        wrong = "a fifth of the labels wrong" if case["flip_rate"] else "right labels"
        set_title(ax, titles[case["data"]], wrong)
        finish(ax, "Share of the pool that is kept (%)", "Test error (%)")
    return figure


PICTURES = {"golden-ratio": golden_ratio, "which-rows": which_rows, "which-images": real_images}


def main() -> None:
    """Draw all three."""
    for name, draw in PICTURES.items():
        draw().savefig(IMAGES / f"synthetic-{name}.png", dpi=120)


if __name__ == "__main__":
    main()

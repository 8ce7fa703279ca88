"""
Where does the student's peak go when I move m?
===============================================

``python examples/interactive_distillation.py`` opens a window: move the labelled examples n, the
fraction of wrong labels and the transfer set m, and watch the student's peak follow m while the
directly trained model's follows n; pick a student width and read off the errors.

Inputs are Gaussian in 300 dimensions with decaying variances; the label is the sign of a linear
truth, and the teacher sees all dimensions. Dots average two simulations, lines are the theory for
large sizes.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.widgets import Slider

from ddkd import GaussianPopulation, InterpolationWarning
from ddkd.solvers import min_norm, width_path
from ddkd.theory import least_squares, prefix_masks

N_FEATURES, N_REPEATS = 300, 2
FONT = 15
COLOURS = {"direct": "#D55E00", "student": "#00508A"}
LABELS = {"direct": "directly trained", "student": "student"}
MARKERS = {"direct": "s", "student": "o"}


def widths_around(*peaks):
    """Widths for curves with peaks at the given places."""
    near = np.outer(peaks, [0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25]).ravel()
    widths = np.unique(np.r_[near, np.geomspace(3, N_FEATURES, 12)].astype(int))
    return widths[(widths >= 1) & (widths <= N_FEATURES)]


def path_errors(population, X, y, widths):
    """Exact 0-1 error of a least-squares fit at every width."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        path = width_path(X, y, widths, keep_coefs=True)
    return population.error_rate(path.coefs, np.arange(path.coefs.shape[1]))


class Explorer:
    """Axes, sliders and what they change."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.truth = np.ones(N_FEATURES)
        self.variances = np.arange(1.0, N_FEATURES + 1) ** -1.25
        scale = np.sqrt(self.variances)
        self.labelled = rng.standard_normal((N_REPEATS, 100, N_FEATURES)) * scale
        self.pools = rng.standard_normal((N_REPEATS, 1000, N_FEATURES)) * scale
        self.coin = rng.random((N_REPEATS, 100))

        self.figure, self.ax = plt.subplots(figsize=(10, 7.5))
        self.figure.subplots_adjust(bottom=0.37, left=0.11, right=0.96, top=0.87)
        self.dots, self.lines, self.marks = {}, {}, {}
        for name, colour in COLOURS.items():
            style = {"color": colour, "marker": MARKERS[name], "linestyle": "none"}
            (self.dots[name],) = self.ax.plot([], [], markersize=8, label=LABELS[name], **style)
            dashes = "-" if name == "student" else "--"
            (self.lines[name],) = self.ax.plot([], [], dashes, color=colour, linewidth=1.5)
            self.marks[name] = self.ax.axvline(1, color=colour, linestyle=":", linewidth=2)
        self.level = self.ax.axhline(
            0.5, color="#CC79A7", linestyle=":", linewidth=2.5, label="teacher"
        )
        (self.choice,) = self.ax.plot(
            [], [], "o", markersize=17, markerfacecolor="none", color="black", markeredgewidth=2
        )
        self.ax.set(xscale="log", xlim=(3, N_FEATURES), ylim=(0, 0.6))
        self.ax.set_xlabel("Width", fontsize=FONT)
        self.ax.set_ylabel("Test error (%)", fontsize=FONT)
        self.ax.tick_params(labelsize=FONT - 1)
        self.ax.xaxis.set_major_formatter("{x:,g}")
        self.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        self.ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=FONT, frameon=False
        )

        self.n = self._slider(0.24, "labelled n", 10, 100, 40, valstep=5)
        self.flip_rate = self._slider(0.17, "wrong labels", 0.0, 0.4, 0.0, valstep=0.02)
        self.m = self._slider(0.10, "transfer set m", 20, 1000, 100, valstep=10)
        self.width = self._slider(0.03, "student width", 3, N_FEATURES, 40, valstep=1)
        self.update()

    def _slider(self, bottom, label, low, high, start, **options):
        box = self.figure.add_axes([0.25, bottom, 0.6, 0.04])
        slider = Slider(box, label, low, high, valinit=start, **options)
        for text in (slider.label, slider.valtext):
            text.set_fontsize(FONT)
        slider.drawon = False  # update() draws, once
        slider.on_changed(self.update)
        return slider

    def update(self, _=None):
        """Redraw for the sliders' values."""
        n, m, chosen = int(self.n.val), int(self.m.val), int(self.width.val)
        population = GaussianPopulation(
            self.variances, self.truth, labels="hard", flip_rate=self.flip_rate.val
        )
        widths = np.union1d(widths_around(n, m), [chosen])
        masks = prefix_masks(widths, N_FEATURES)
        law = least_squares(population, n)
        laws = {
            "direct": least_squares(population, n, features=masks),
            "student": law.distill(m, features=masks),
        }
        errors = {"direct": [], "student": [], "teacher": []}
        for X, pool, coin in zip(
            self.labelled[:, :n], self.pools[:, :m], self.coin[:, :n], strict=True
        ):
            y = np.sign(X @ self.truth) * np.where(coin < self.flip_rate.val, -1, 1)
            teacher = min_norm(X, y).coef
            errors["teacher"].append(population.error_rate(teacher))
            errors["direct"].append(path_errors(population, X, y, widths))
            hard = np.sign(pool @ teacher)
            errors["student"].append(path_errors(population, pool, hard, widths))
        mean = {name: np.mean(values, axis=0) for name, values in errors.items()}
        for name, theory in laws.items():
            self.dots[name].set_data(widths, mean[name])
            self.lines[name].set_data(widths, theory.error_rate)
        for name, at in (("direct", n), ("student", m)):
            self.marks[name].set_xdata([at, at])
        level = mean["teacher"]
        self.level.set_ydata([level, level])
        student = mean["student"][np.searchsorted(widths, chosen)]
        self.choice.set_data([chosen], [student])
        self.ax.set_title(
            f"n = {n}, m = {m}; at width {chosen} the student errs in {100 * student:.0f} %, "
            f"its teacher in {100 * level:.0f} %",
            fontsize=FONT,
            pad=2.6 * FONT,
        )
        self.figure.canvas.draw_idle()


if __name__ == "__main__":
    explorer = Explorer()
    plt.show()

"""
Where does the peak go when I move n?
=====================================

``python examples/interactive_double_descent.py`` opens a window: move the number of examples,
the fraction of wrong labels or the ridge, and the curve and its theory follow.

Inputs are Gaussian in 1,000 dimensions with decaying variances; the label is the sign of a linear
truth. A model of width p sees the first p coordinates. Dots average three simulations, the line is
the theory for large sizes.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.widgets import Slider

from ddkd import GaussianPopulation, InterpolationWarning
from ddkd.solvers import width_path
from ddkd.theory import least_squares, prefix_masks

N_FEATURES, N_REPEATS = 1000, 3
FONT = 15


def widths_around(n):
    """Widths for a curve whose peak is at n."""
    near = n * np.array([0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25, 1.5])
    widths = np.unique(np.r_[near, np.geomspace(2, N_FEATURES, 16)].astype(int))
    return widths[widths >= 1]


class Explorer:
    """Axes, sliders and what they change."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.truth = np.ones(N_FEATURES)
        self.variances = np.arange(1.0, N_FEATURES + 1) ** -1.25
        self.X = rng.standard_normal((N_REPEATS, 200, N_FEATURES)) * np.sqrt(self.variances)
        self.coin = rng.random((N_REPEATS, 200))

        self.figure, self.ax = plt.subplots(figsize=(10, 7))
        self.figure.subplots_adjust(bottom=0.32, left=0.11, right=0.96, top=0.87)
        (self.dots,) = self.ax.plot([], [], "s", color="#D55E00", markersize=8, label="simulation")
        (self.line,) = self.ax.plot([], [], color="#D55E00", linewidth=1.5, label="theory")
        self.mark = self.ax.axvline(1, color="0.35", linestyle=":", linewidth=2)
        self.ax.set(xscale="log", xlim=(2, N_FEATURES), ylim=(0, 0.6))
        self.ax.set_xlabel("Width", fontsize=FONT)
        self.ax.set_ylabel("Test error (%)", fontsize=FONT)
        self.ax.tick_params(labelsize=FONT - 1)
        self.ax.xaxis.set_major_formatter("{x:,g}")
        self.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        self.ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=FONT, frameon=False
        )

        self.n = self._slider(0.19, "examples n", 20, 200, 100, valstep=5)
        self.flip_rate = self._slider(0.12, "wrong labels", 0.0, 0.4, 0.1, valstep=0.02)
        self.log_alpha = self._slider(0.05, "log10 ridge", -4.0, 2.0, -4.0, valstep=0.25)
        self.update()

    def _slider(self, bottom, label, low, high, start, **options):
        box = self.figure.add_axes([0.25, bottom, 0.6, 0.04])
        slider = Slider(box, label, low, high, valinit=start, **options)
        for text in (slider.label, slider.valtext):
            text.set_fontsize(FONT)
        slider.drawon = False  # update() draws, once
        slider.on_changed(self.update)
        return slider

    @property
    def alpha(self):
        """The ridge; the slider's left end is none at all."""
        return 0.0 if self.log_alpha.val <= self.log_alpha.valmin else 10**self.log_alpha.val

    def update(self, _=None):
        """Redraw for the sliders' values."""
        n, alpha = int(self.n.val), self.alpha
        population = GaussianPopulation(
            self.variances, self.truth, labels="hard", flip_rate=self.flip_rate.val
        )
        widths = widths_around(n)
        errors = []
        for X, coin in zip(self.X[:, :n], self.coin[:, :n], strict=True):
            y = np.sign(X @ self.truth) * np.where(coin < self.flip_rate.val, -1, 1)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", InterpolationWarning)
                path = width_path(X, y, widths, alpha=alpha, keep_coefs=True)
            columns = np.arange(path.coefs.shape[1])
            errors.append(population.error_rate(path.coefs, columns))
        self.dots.set_data(widths, np.mean(errors, axis=0))

        masks = prefix_masks(widths, N_FEATURES)
        self.line.set_data(
            widths, least_squares(population, n, features=masks, alpha=alpha).error_rate
        )
        self.mark.set_xdata([n, n])
        self.ax.set_title(
            f"n = {n}, {100 * self.flip_rate.val:.0f} % wrong labels, ridge {alpha:.3g}",
            fontsize=FONT + 1,
            pad=2.6 * FONT,
        )
        self.figure.canvas.draw_idle()


if __name__ == "__main__":
    explorer = Explorer()
    plt.show()

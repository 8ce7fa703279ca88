"""
What does an overfitted function look like?
===========================================

With as many features as points the fitted function swings wildly between them; with fifty times as
many it passes through the same points smoothly.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import RandomFourierFeatures
from ddkd.solvers import width_path

# %%
# One dimension
# -------------
# 20 noisy values of a sine. The model is a sum of random cosines, fitted by minimum-norm least
# squares; its width is the number of cosines. :func:`~ddkd.solvers.width_path` fits all three
# widths and predicts on a grid.

rng = np.random.default_rng(1)
n = 20
x = np.linspace(-1, 1, n) + rng.uniform(-0.03, 0.03, n)
y = np.sin(5 * x) + 0.25 * rng.standard_normal(n)
line = np.linspace(-1, 1, 500)

cosines = RandomFourierFeatures(50 * n, gamma=80.0, random_state=1).fit(x[:, None])
widths = [n // 2, n, 50 * n]
curves = width_path(
    cosines.transform(x[:, None]), y, widths, Z_test=cosines.transform(line[:, None])
).predictions[:, :, 0]

# %%
# Two dimensions
# --------------
# The same with 81 noisy values of a function on a square.

side = 9
n2 = side**2
square = np.stack(np.meshgrid(*2 * [np.linspace(-1, 1, side)]), axis=-1).reshape(-1, 2)
square += rng.uniform(-0.05, 0.05, square.shape)
values = np.sin(3 * square[:, 0]) * np.cos(2 * square[:, 1]) + 0.25 * rng.standard_normal(n2)
pixels = np.stack(np.meshgrid(*2 * [np.linspace(-1, 1, 90)]), axis=-1).reshape(-1, 2)

waves = RandomFourierFeatures(50 * n2, gamma=18.0, random_state=2).fit(square)
widths2 = [n2 // 2, n2, 50 * n2]
maps = width_path(
    waves.transform(square), values, widths2, Z_test=waves.transform(pixels)
).predictions[:, :, 0]

# %%

figure, axes = plt.subplots(2, 3, figsize=(10, 7), layout="constrained")
places = ("below the threshold", "at the threshold", "beyond it")
for ax, width, curve, place in zip(axes[0], widths, curves, places, strict=True):
    ax.plot(line, np.sin(5 * line), color="0.6", linestyle="--", label="truth")
    ax.plot(line, curve, color="#D55E00", linewidth=2.2, label="fit")
    ax.plot(x, y, "ko", markersize=5, label="data")
    ax.set(ylim=(-2.5, 2.5), xticks=[-1, 0, 1], yticks=[-2, 0, 2])
    ax.set_title(f"{place}:\n{width:,} features, {n} points", fontsize=14)
    ax.tick_params(labelsize=13)
    ax.set_xlabel("input x", fontsize=13)
axes[0, 0].set_ylabel("value y", fontsize=13)
for ax, width, pixel_map in zip(axes[1], widths2, maps, strict=True):
    image = ax.imshow(
        pixel_map.reshape(90, 90),
        cmap="cividis",
        vmin=-1.5,
        vmax=1.5,
        extent=(-1, 1, -1, 1),
        origin="lower",
    )
    ax.set(xticks=[-1, 1], yticks=[-1, 1])
    ax.tick_params(labelsize=13)
    ax.set_xlabel("first input", fontsize=13)
    ax.set_title(f"{width:,} features, {n2} points", fontsize=14)
axes[1, 0].set_ylabel("second input", fontsize=13)
figure.colorbar(image, ax=axes[1], extend="both", ticks=[-1, 0, 1], label="fitted value")
figure.suptitle("As many features as points swing wildly, fifty times as many do not", fontsize=15)
handles, labels = axes[0, 0].get_legend_handles_labels()
figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=13, frameon=False)

# %%
# What to notice
# --------------
# In the middle and on the right every point is fitted exactly. In the middle there is only one
# function that does so, and it takes huge coefficients. On the right there are many, and least
# squares takes the one of the smallest norm, which is smooth. In one dimension it is no better than
# the narrow model on the left, since it follows the noise in each point, but it does no harm in
# between; in two dimensions its error is a third lower.
#
# Exercise
# --------
# Change ``random_state``. Which of the three columns changes most, and why?

plt.show()

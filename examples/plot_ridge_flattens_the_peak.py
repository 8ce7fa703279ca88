"""
Does a ridge cure the peak?
===========================

Yes: a small ridge makes it finite, and with the best ridge for each width the error only falls.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation, simulation
from ddkd.plotting import DoubleDescentDisplay
from ddkd.theory import least_squares, prefix_masks

# %%
# Four penalties
# --------------
# :func:`ddkd.simulation.least_squares` takes the ridge ``alpha`` that is added to ``|y - Z w|^2``.
# The last one is the best penalty for each width, which for independent features is the number of
# features times noise over signal; :func:`~ddkd.theory.least_squares` gives its law.

n, n_features, noise = 50, 200, 0.2
population = GaussianPopulation(
    np.ones(n_features), np.full(n_features, n_features**-0.5), noise_variance=noise
)
widths = np.array([5, 10, 20, 30, 40, 45, 50, 55, 60, 75, 100, 140, 200])
alphas = [0.0, 0.3, 3.0]

rng = np.random.default_rng(0)
options = {"features": prefix_masks(widths, n_features), "n_sets": 12, "rng": rng}
draws = [simulation.least_squares(population, n, alpha=a, **options) for a in alphas]
risks = [population.risk(fits.coef).T for fits in draws]

# %%
# Simulations as dots, theory as lines.

grid = np.arange(2, n_features + 1)
masks = prefix_masks(grid, n_features)
ax = plt.subplots(figsize=(8, 6), layout="constrained")[1]
for alpha, risk in zip(alphas, risks, strict=True):
    DoubleDescentDisplay(
        widths=widths,
        test_scores=risk,
        theory=(grid, least_squares(population, n, features=masks, alpha=alpha).risk),
        threshold=n if alpha == 0 else None,
        score_name="Mean squared test error",
        title="A small ridge lowers the peak, the best one removes it",
    ).plot(ax, name=f"ridge {alpha:g}" if alpha else "min-norm")
seen = grid / n_features
best = grid * (noise + 1 - seen) / seen
tuned = least_squares(population, n, features=masks, alpha=best).risk
DoubleDescentDisplay(
    widths=grid, test_scores=None, theory=tuned, score_name="Mean squared test error"
).plot(ax, name="best ridge")
ax.set_ylim(0.6, 20)

# %%
# What to notice
# --------------
# A ridge of 0.3 turns an infinite error into a finite one and changes nothing far from the
# threshold. With the best ridge for each width there is no peak at all: the error only falls. A
# double-descent curve is thus the curve of a model that nobody has tuned. And a tiny ridge, put in
# by a library for numerical comfort, quietly cuts the peak: ddkd's ``alpha=0`` means zero.
#
# Exercise
# --------
# Try ``alpha = 30``. Which side of the threshold suffers more?

plt.show()

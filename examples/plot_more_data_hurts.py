"""
Can more data hurt?
===================

Yes: a model of 60 features gets worse from 20 to 60 examples, since that takes it to its
interpolation threshold; with a tuned ridge every example helps.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation, simulation, theory
from ddkd.plotting import DoubleDescentDisplay

# %%
# 60 features, 10 to 300 examples
# -------------------------------

n_features, noise, n_repeats = 60, 0.25, 25
population = GaussianPopulation(
    np.ones(n_features), np.full(n_features, n_features**-0.5), noise_variance=noise
)
sizes = np.array([10, 20, 30, 40, 48, 54, 57, 60, 63, 67, 75, 90, 120, 180, 300])
best_alpha = n_features * noise / population.signal

rng = np.random.default_rng(0)
interpolating, tuned = (np.empty((len(sizes), n_repeats)) for _ in range(2))
for i, n in enumerate(sizes):
    for risks, alpha in ((interpolating, 0.0), (tuned, best_alpha)):
        fits = simulation.least_squares(population, n, alpha=alpha, n_sets=n_repeats, rng=rng)
        risks[i] = population.risk(fits.coef)

# %%
# The theory of the minimum-norm fit is exact; that of ridge holds for large sizes.

grid = np.arange(8, 301)
display = DoubleDescentDisplay(
    widths=sizes,
    test_scores=interpolating,
    theory=(grid, theory.isotropic_risk(grid, n_features, noise_variance=noise)),
    threshold={"p = 60": n_features},
    width_name="Labelled examples",
    score_name="Mean squared test error",
    title="From 20 to 60 examples more data hurt; not with a ridge",
).plot(name="min-norm")
DoubleDescentDisplay(
    widths=sizes,
    test_scores=tuned,
    theory=(grid, theory.least_squares(population, grid, alpha=best_alpha).risk),
    width_name="Labelled examples",
    score_name="Mean squared test error",
).plot(display.ax_, name="tuned ridge")
display.ax_.set_ylim(0.2, 30)

# %%
# What to notice
# --------------
# From 20 to 60 examples the minimum-norm model gets worse with every example: it moves towards its
# threshold. Three times as many examples as features are needed to undo the harm. The tuned model
# gains from every example.
#
# Exercise
# --------
# You have 60 examples and 60 features, and no ridge at hand. Name two ways to improve the model by
# throwing something away.

plt.show()

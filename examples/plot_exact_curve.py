"""
The exact double-descent curve
==============================

Fit 40 examples by least squares, with ever more features. Below 40 features the model cannot
fit its data; from 40 on it fits them exactly, and of all such fits the one of smallest norm is
taken. What happens to the error on new examples?
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation
from ddkd.plotting import DoubleDescentDisplay
from ddkd.simulation import width_curve
from ddkd.theory import isotropic_risk

# %%
# The data
# --------
# 160 independent standard normal features share the signal evenly; a model of width p sees the
# first p of them, and to it the others are noise. For this case the mean error is known exactly,
# at any finite size (Belkin, Hsu and Xu, arXiv 1903.07571).

n, n_features, noise = 40, 160, 0.2
population = GaussianPopulation(
    np.ones(n_features), np.full(n_features, n_features**-0.5), noise_variance=noise
)
widths = np.array([2, 5, 10, 15, 20, 25, 30, 33, 36, 38, 40, 42, 44, 47, 52, 60, 75, 100, 130, 160])

# %%
# The simulation
# --------------
# :func:`~ddkd.simulation.width_curve` draws 40 examples and fits every width. The population knows
# the error of any coefficients exactly, so that no test set is needed.

rng = np.random.default_rng(0)
risks = [width_curve(population, n, widths, rng=rng).risk for _ in range(60)]

# %%
# The curve
# ---------
# Dots and bands are simulations with their standard error, the line is the formula.

grid = np.arange(1, n_features + 1)
theory = isotropic_risk(
    n, grid, signal=grid / n_features, unseen_signal=1 - grid / n_features, noise_variance=noise
)
display = DoubleDescentDisplay(
    widths=widths,
    test_scores=np.transpose(risks),
    theory=(grid, theory),
    threshold=n,
    score_name="Mean squared test error",
).plot()

best_below, best_above = theory[:n].min(), theory[n:].min()
print(f"best error up to the threshold: {best_below:.3f}, beyond it: {best_above:.3f}")

# %%
# What to notice
# --------------
# The error falls twice. In between, where the number of features equals the number of examples, it
# is infinite on average; what a single simulation gives there is luck. The second descent ends
# lower than the first began, although every model on the right fits the noise in its data
# perfectly.
#
# Exercise
# --------
# Put all the signal into the first 10 features, ``np.r_[np.full(10, 10**-0.5), np.zeros(150)]``,
# with the ``signal`` and ``unseen_signal`` that belong to it. Where is the best width now? Is the
# second descent still worth having?

plt.show()

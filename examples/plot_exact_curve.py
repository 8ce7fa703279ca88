"""
What happens to the error as a model grows?
===========================================

It falls, is infinite on average where there are as many features as examples, and falls again: the
second time lower, although every model there fits the noise in its data exactly.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation
from ddkd.plotting import DoubleDescentDisplay
from ddkd.simulation import least_squares
from ddkd.theory import isotropic_risk, prefix_masks

# %%
# The data
# --------
# 40 examples are fitted by least squares; where many models fit them exactly, the one of smallest
# norm is taken. There are 80 independent standard normal features, of which the first carry most of
# the signal; a model of width p sees the first p, and to it the signal in the others is noise. For
# this case the mean error is known exactly, at any finite size (Belkin, Hsu and Xu, arXiv
# 1903.07571).

n, n_features, noise = 40, 80, 0.05
signal = np.arange(1.0, n_features + 1) ** -0.75
signal /= signal.sum()
population = GaussianPopulation(np.ones(n_features), np.sqrt(signal), noise_variance=noise)
every_width = np.arange(1, n_features + 1)
widths = every_width[abs(every_width - n) > 5]

# %%
# The simulation
# --------------
# :func:`~ddkd.simulation.least_squares` draws 60 training sets of 40 examples and fits each at
# every width. The population knows the error of any coefficients exactly: no test set is needed.

masks = prefix_masks(widths, n_features)
risks = population.risk(least_squares(population, n, features=masks, n_sets=60, rng=0).coef)

# %%
# The curve
# ---------
# Dots and bands are simulations with their standard error, the line is the formula. Near the
# threshold there is only the line: where the mean is infinite, averages mean nothing.

seen = np.minimum(np.cumsum(signal), 1.0)
theory = isotropic_risk(n, every_width, signal=seen, unseen_signal=1 - seen, noise_variance=noise)
display = DoubleDescentDisplay(
    widths=widths,
    test_scores=np.transpose(risks),
    theory=(every_width, theory),
    threshold=n,
    score_name="Mean squared test error",
    title="The error peaks at 40 features, then falls lower than before",
).plot()
display.ax_.set_ylim(0, 4)

best_below, best_above = theory[:n].min(), theory[n:].min()
print(f"best error up to the threshold: {best_below:.3f}, beyond it: {best_above:.3f}")

# %%
# What to notice
# --------------
# The error falls twice. In between, where the number of features equals the number of examples, it
# is infinite on average. The second descent ends lower than the first, although every model on the
# right fits the noise in its data perfectly.
#
# Exercise
# --------
# Let the signal fade faster, ``** -1.25``, or raise the noise to 0.5. Is the second descent still
# worth having?

plt.show()

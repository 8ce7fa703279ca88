"""
What makes the peak?
====================

Label noise, divided by a singular value near zero: without noise there is no peak, and ten times
the noise makes ten times the peak.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation
from ddkd.plotting import DoubleDescentDisplay
from ddkd.solvers import width_path

# %%
# Three amounts of noise
# ----------------------
# All the signal sits in the first 10 of 200 features, so that from width 10 on nothing is missing
# and the label noise is the only noise there is. At each width we record the test error, the norm
# of the coefficients, and the smallest singular value of the feature matrix.

n, n_features, n_repeats = 50, 200, 30
coef = np.r_[np.full(10, 10**-0.5), np.zeros(n_features - 10)]
widths = np.array([10, 15, 20, 25, 30, 35, 40, 44, 47, 50, 53, 57, 62, 70, 80, 100, 130, 160, 200])
noises = [0.0, 0.05, 0.5]

rng = np.random.default_rng(0)
risk, norm = (np.empty((len(noises), len(widths), n_repeats)) for _ in range(2))
smallest = np.empty((len(widths), n_repeats))
for r in range(n_repeats):
    X = rng.standard_normal((n, n_features))
    noise = rng.standard_normal(n)
    Y = (X @ coef)[:, None] + noise[:, None] * np.sqrt(noises)
    path = width_path(X, Y, widths)
    for i, w in enumerate(widths):
        smallest[i, r] = np.linalg.svd(X[:, :w], compute_uv=False)[-1]
        weights = path.coef(w)
        for k, variance in enumerate(noises):
            population = GaussianPopulation(np.ones(n_features), coef, noise_variance=variance)
            risk[k, i, r] = population.risk(weights[:, k], features=np.arange(w)) - variance
            norm[k, i, r] = np.linalg.norm(weights[:, k])

# %%
# Medians over the repeats: next to the threshold the mean is infinite.

fig, axes = plt.subplots(3, 1, figsize=(8, 13), layout="constrained")
panels = [
    (
        axes[0],
        risk,
        "Test error above the noise",
        "Ten times the noise makes ten times the peak",
    ),
    (axes[1], norm, "Norm of the coefficients", "The coefficients explode with it"),
]
for ax, values, name, title in panels:
    for k, variance in enumerate(noises):
        kept = np.median(values[k], axis=1) > 1e-6  # a logarithmic axis has no zero
        DoubleDescentDisplay(
            widths=widths[kept],
            test_scores=values[k, kept],
            threshold=n if k == 0 else None,
            score_name=name,
            title=title,
        ).plot(ax, name=f"noise {variance:g}", average="median")
DoubleDescentDisplay(
    widths=widths,
    test_scores=smallest,
    theory=np.abs(np.sqrt(n) - np.sqrt(widths)),
    threshold=n,
    score_name="Smallest singular value",
    title="They are noise, divided by a number near zero",
).plot(axes[2], name="simulation")

# %%
# What to notice
# --------------
# *Top:* without noise there is no peak. The error is zero up to the threshold (no marks: the axis
# has no zero); beyond it, it grows slowly, because the minimum-norm fit spreads the signal over all
# features. Ten times the noise makes ten times the peak. *Bottom:* the smallest singular value of
# n x p standard normal features is about ``|sqrt(n) - sqrt(p)|`` (the line) and vanishes at the
# threshold. *Middle:* the fit divides the noise by it, so the coefficients explode. So the peak is
# noise, divided by a number near zero. Signal that the model cannot see acts as noise, too.
#
# Exercise
# --------
# Let the model see only part of the signal: spread ``coef`` over all 200 features. Is there a peak
# at noise 0 now?

plt.show()

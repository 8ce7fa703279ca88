"""
Which width and ridge will be best, before any model is trained?
================================================================

The kernel matrix of 200 labelled images predicts the test error at every width and ridge.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

from ddkd import InterpolationWarning, RandomFourierFeatures
from ddkd.datasets import load
from ddkd.features import median_distance
from ddkd.plotting import DoubleDescentDisplay
from ddkd.prediction import ConditionalPredictor
from ddkd.solvers import ridge

# %%
# One kernel matrix
# -----------------
# 200 digits, a tenth of them with a wrong label. A model of random features is, on average over
# the features, a kernel machine with a ridge of its own making, plus a noise that is known too.
# So one eigendecomposition of the 200 x 200 kernel matrix predicts every width and ridge.

split = load("digits", n_samples=200, flip_rate=0.1, rng=0)
gamma = 0.5 / (0.8 * median_distance(split.X_train)) ** 2
predictor = ConditionalPredictor(
    rbf_kernel(split.X_train, gamma=gamma), rbf_kernel(split.X_test, split.X_train, gamma=gamma)
)
Y = np.eye(10)[split.y_train] - 0.1
alphas = np.array([0.0, 0.1, 1.0])
# Exactly at 200 the min-norm model has no finite mean error: the line will break there.
grid = np.union1d(np.geomspace(10, 4000, 70).round(), [190, 195, 200, 205, 210])
predicted = predictor.predict(Y, grid[:, None], alpha=alphas).error_rate(split.y_test)

# %%
# What happens
# ------------
# Now the features are drawn, the models trained, and their mistakes counted: three draws each.

widths = np.array([12, 25, 50, 100, 150, 180, 200, 220, 260, 400, 800, 1600, 3200])
measured = np.empty((3, len(widths), len(alphas)))
with warnings.catch_warnings():
    warnings.simplefilter("ignore", InterpolationWarning)
    for draw in range(3):
        for i, width in enumerate(widths):
            features = RandomFourierFeatures(width, gamma=gamma, random_state=draw)
            coef = ridge(features.fit_transform(split.X_train), Y, alphas).coef
            scores = features.transform(split.X_test) @ coef
            measured[draw, i] = np.mean(scores.argmax(axis=2) != split.y_test, axis=1)

ax = plt.subplots(figsize=(8, 6), layout="constrained")[1]
for j, alpha in enumerate(alphas):
    DoubleDescentDisplay(
        widths=widths,
        test_scores=measured[:, :, j].T,
        theory=(grid, predicted[:, j]),
        threshold=200 if j == 0 else None,
        title="One kernel matrix predicts every width and ridge",
    ).plot(ax, name=f"ridge {alpha:g}" if alpha else "min-norm")

# %%
# What to notice
# --------------
# The lines were not fitted to the points. They have the peak at 200 features and its flanks, and
# the ridge that removes it (exactly at 200, without a ridge, theory has no finite mean to draw); at
# every width they also have the noise that the wrong labels leave. The predictor knows the training
# images and labels, and nothing of the features but their kernel.
#
# Exercise
# --------
# Predict at ``n_components=10**6``, which nobody would train here. Is it worth more than 3,200?

plt.show()

"""
Can the curve of real data be predicted from a kernel alone?
============================================================

Yes: the eigenvalues of the kernel and the labels along them predict the error at every width,
without a free parameter and before any model is trained.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics.pairwise import rbf_kernel

from ddkd import InterpolationWarning, RandomFourierFeatures
from ddkd.features import median_distance
from ddkd.plotting import DoubleDescentDisplay
from ddkd.solvers import width_path
from ddkd.theory import random_features

# %%
# All that theory needs
# ---------------------
# The 1,797 digits are the population. Of it we take the spectrum of its kernel matrix and how the
# targets (is it an even digit? plus or minus one) lie along the eigenvectors. From these, theory
# for large sizes predicts the error of any number of random features and of examples.

X, digit = load_digits(return_X_y=True)
X, y = X / 16, np.where(digit % 2 == 0, 1.0, -1.0)
gamma = 0.5 / median_distance(X) ** 2
eigenvalues, vectors = np.linalg.eigh(rbf_kernel(X, gamma=gamma) / len(X))
eigenvalues = np.maximum(eigenvalues, 0)
coef = vectors.T @ y / np.sqrt(len(X))

n = 100
grid = np.unique(np.geomspace(10, 1500, 60).astype(int))
predicted = random_features(eigenvalues, coef, n, grid).risk

# %%
# All that nobody needed to run
# -----------------------------
# 100 random images to train on, the others to test on, and random Fourier features.

widths = np.array([10, 20, 40, 70, 80, 90, 100, 110, 120, 140, 170, 220, 350, 600, 1000, 1500])
paths = []
with warnings.catch_warnings():
    warnings.simplefilter("ignore", InterpolationWarning)  # exactly at the threshold it may occur
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(len(X))
        train, test = order[:n], order[n:]
        Z = RandomFourierFeatures(1500, gamma=gamma, random_state=seed).fit_transform(X)
        paths.append(width_path(Z[train], y[train], widths, Z_test=Z[test], Y_test=y[test]))

display = DoubleDescentDisplay(
    widths=widths,
    test_scores=np.column_stack([path.test_mse[:, 0] for path in paths]),
    theory=(grid, predicted),
    threshold=n,
    score_name="Mean squared test error",
    title="The spectrum of a kernel predicts the whole curve",
).plot(average="median")

# %%
# What to notice
# --------------
# The line knows nothing of digits but 1,797 eigenvalues and as many coefficients, and has no free
# parameter. That it fits is called universality: random Fourier features of images behave like
# Gaussian ones with the same spectrum. The dots lie somewhat higher, in part because the training
# images belong to the population that theory knows but not to the test set. They are medians: next
# to the threshold a mean would depend on one unlucky draw.
#
# Exercise
# --------
# Shrink the bandwidth, ``gamma = 5 / median_distance(X) ** 2``, and look at the right end of the
# curve. Which term of the spectrum does this change?

plt.show()

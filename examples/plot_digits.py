"""
Do real images show double descent?
===================================

Yes: the error of random features on handwritten digits peaks where there are as many features as
images, and the widest model is the best of all.
"""

import warnings

import matplotlib.pyplot as plt

from ddkd import InterpolationWarning
from ddkd.datasets import load
from ddkd.experiments import curve
from ddkd.sweeps import sweep

# %%
# Random Fourier features of 200 images
# -------------------------------------
# A two-layer network whose first layer is random: ``cos(<w, x> + b)``, with more and more of them.
# Each repeat draws other labelled images, other test images and other features;
# :func:`~ddkd.sweeps.sweep` runs the repeats, and each repeat gives every width at the price
# of about one.

widths = [5, 10, 20, 40, 70, 100, 130, 160, 180, 190, 200, 210, 220, 250, 300, 400, 700, 1200, 2000]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", InterpolationWarning)  # exactly at the threshold it may occur
    result = sweep(
        curve,
        lambda rng: load("digits", n_samples=200, rng=rng),
        grid={"flip_rate": [0.0, 0.1]},
        params={"widths": widths},
        repeats=5,
        progress=False,
    )

# %%
# The test error of a classifier, without and with 10 % wrong labels in the training set.

display = result.where(flip_rate=0.0).plot(
    name="clean labels", title="200 digits: the error peaks at 200 features"
)
result.where(flip_rate=0.1).plot(display.ax_, name="10 % wrong labels", threshold=None)

# %%
# What to notice
# --------------
# At 200 features the classifier is hardly better than guessing, which errs nine times in ten. Both
# curves fall a second time, and in both the widest model is the best of all, although it has
# memorised its training labels, the wrong ones included. With wrong labels that costs a great
# part of the gain: the second descent ends at more than twice the error, not far below the first.
#
# Exercise
# --------
# Replace ``curve``'s features by ``params={"widths": widths, "features": "relu"}``. What changes?

plt.show()

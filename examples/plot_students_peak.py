"""
Where is the student's own peak?
================================

At m, the size of its transfer set, and not at n: where the directly trained model is useless, its
student is not.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from ddkd import InterpolationWarning, LeastSquaresClassifier, RandomFourierFeatures
from ddkd.datasets import load
from ddkd.plotting import DistillationDisplay
from ddkd.solvers import width_path

# %%
# 100 labelled digits and 700 unlabelled ones
# -------------------------------------------
# The teacher has 2,000 random features and interpolates its 100 labels. It labels 700 further
# images. Both the directly trained model and the student are drawn at every width, on the same
# random features, so that the only difference is what they were trained on.

n, m, n_repeats = 100, 700, 3
widths = np.array([10, 20, 40, 60, 80, 90, 100, 110, 130, 170, 250, 350, 500, 600, 650, 700])
widths = np.r_[widths, [750, 800, 1000, 1400]]
errors = {name: np.empty((len(widths), n_repeats)) for name in ("directly trained", "student")}
teacher_error = np.empty(n_repeats)

warnings.simplefilter("ignore", InterpolationWarning)  # exactly at a threshold it may occur
for r in range(n_repeats):
    split = load("digits", n_samples=n, rng=r)
    teacher = LeastSquaresClassifier(
        RandomFourierFeatures(2000, gamma="median", random_state=2 * r)
    ).fit(split.X_train, split.y_train)
    teacher_error[r] = 1 - teacher.score(split.X_test, split.y_test)

    pool = split.transfer[:m]
    features = RandomFourierFeatures(widths.max(), gamma="median", random_state=2 * r + 1)
    features.fit(split.X_train)
    training_sets = {
        "directly trained": (split.X_train, split.y_train),
        "student": (pool, teacher.predict(pool)),  # hard labels
    }
    for name, (X, y) in training_sets.items():
        targets = (y[:, None] == split.classes).astype(float)
        path = width_path(
            features.transform(X), targets, widths, Z_test=features.transform(split.X_test)
        )
        predicted = split.classes[path.predictions.argmax(axis=2)]
        errors[name][:, r] = (predicted != split.y_test).mean(axis=1)

# %%

display = DistillationDisplay(
    x=widths,
    scores=errors,
    levels={"teacher": teacher_error},
    threshold={f"n = {n}": n, f"m = {m}": m},
    x_name="Width",
    title="A student's peak is at m, its own number of examples",
).plot()

# %%
# What to notice
# --------------
# At width 100 the directly trained model is useless and the student, of the very same width and
# features, is nearly as good as its teacher. The student has a peak of its own, at 700. Unlabelled
# images are cheap: with more of them the peak moves out of the way, while the directly trained
# model's stays where its labels are.
#
# Exercise
# --------
# Set ``m = 250``. Then distil with soft labels, ``teacher.decision_function(pool)`` in place of the
# one-hot targets. Is the student's peak lower or higher, and why?

plt.show()

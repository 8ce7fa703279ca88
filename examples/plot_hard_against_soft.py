"""
Hard or soft labels?
====================

A teacher's scores (soft labels) are the better lesson from few examples, its decisions (hard
labels) from many.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import LeastSquaresClassifier, RandomFourierFeatures
from ddkd.datasets import load
from ddkd.features import median_distance
from ddkd.plotting import DistillationDisplay
from ddkd.solvers import StreamingLeastSquares

# %%
# One student, ever more examples
# -------------------------------
# The transfer set is a stream of deformed digits, without end. The student's QR triangle is
# updated batch by batch (:class:`~ddkd.solvers.StreamingLeastSquares`), for hard and soft labels at
# once, and solved at each size that we want to see.

n, width, n_repeats = 200, 300, 3
sizes = np.array([150, 300, 450, 600, 900, 1500, 3000, 6000])
errors = {name: np.empty((len(sizes), n_repeats)) for name in ("hard labels", "soft labels")}
teacher_error = np.empty(n_repeats)

for r in range(n_repeats):
    split = load("deformed-digits", n_samples=n, rng=r)
    gamma = 0.5 / (0.8 * median_distance(split.X_train)) ** 2
    teacher = LeastSquaresClassifier(
        RandomFourierFeatures(2000, gamma=gamma, random_state=2 * r)
    ).fit(split.X_train, split.y_train)
    teacher_error[r] = 1 - teacher.score(split.X_test, split.y_test)

    features = RandomFourierFeatures(width, gamma=gamma, random_state=2 * r + 1).fit(split.X_train)
    Z_test = features.transform(split.X_test)
    stream = StreamingLeastSquares(width, 20)
    rng = np.random.default_rng(r)
    for i, batch in enumerate(np.diff(sizes, prepend=0)):
        X = split.transfer.sample(batch, rng=rng)
        soft = teacher.decision_function(X)
        hard = np.eye(10)[soft.argmax(axis=1)]
        scores = Z_test @ stream.update(features.transform(X), np.hstack([hard, soft])).solve().coef
        for name, part in [("hard labels", scores[:, :10]), ("soft labels", scores[:, 10:])]:
            errors[name][i, r] = np.mean(part.argmax(axis=1) != split.y_test)

# %%

display = DistillationDisplay(
    x=sizes,
    scores=errors,
    levels={"teacher": teacher_error},
    threshold={f"m = {width} = width": width},
    x_name="Unlabelled examples m",
    title="Soft labels teach better with few examples, hard with many",
).plot()

# %%
# What to notice
# --------------
# With few examples soft labels are better: a decision is a noisy copy of a score, and near the
# student's threshold noise is ruinous. From five to ten times the width on, hard labels win, and
# the student comes close to its teacher or beats it. Digits come in clusters, and rounding a
# score to the nearest class removes what the teacher got slightly wrong within a cluster, for all
# examples at once.
#
# Exercise
# --------
# Try ``load("relu-network", n_samples=300)``, where there are no clusters and the class boundary
# runs through the middle of the data. (It has two classes: adapt the targets.)

plt.show()

"""
When does distilling pay?
=========================

With few wrong labels, and with many more unlabelled examples than the student has features.
Elsewhere a directly trained model with a tuned ridge is better.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import RandomFourierFeatures
from ddkd.datasets import load
from ddkd.features import median_distance
from ddkd.plotting import PhaseDiagramDisplay
from ddkd.solvers import StreamingLeastSquares, leave_one_out, min_norm, ridge

# %%
# One sweep serves all flip rates
# -------------------------------
# Wrong labels change the targets, never the features: the targets of all flip rates, 10 columns
# each, are solved for together. The teacher interpolates 100 digits; student and directly trained
# model have 150 features.

n, width, n_repeats = 100, 150, 8
flip_rates = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.25])
sizes = np.array([500, 1000, 2000, 4000, 8000])
shape = (len(sizes), len(flip_rates), n_repeats)
student, direct = np.empty(shape), np.empty(shape)


def error(scores, y):
    """0-1 errors, one for each flip rate, from scores with 10 columns for each."""
    by_flip = scores.reshape(len(scores), len(flip_rates), 10)
    return np.mean(by_flip.argmax(axis=2) != y[:, None], axis=0)


for r in range(n_repeats):
    split = load("deformed-digits", n_samples=n, rng=r)
    gamma = 0.5 / (0.8 * median_distance(split.X_train)) ** 2
    wide = RandomFourierFeatures(1000, gamma=gamma, random_state=2 * r).fit(split.X_train)
    small = RandomFourierFeatures(width, gamma=gamma, random_state=2 * r + 1).fit(split.X_train)
    labels = [split.flip_labels(rate, rng=r).y_train for rate in flip_rates]
    targets = np.hstack([np.eye(10)[y] for y in labels])

    Z, Z_test = small.transform(split.X_train), small.transform(split.X_test)
    scores = []
    for part in np.split(targets, len(flip_rates), axis=1):
        alpha = leave_one_out(Z, part, np.geomspace(1e-3, 1e2, 11)).best_alpha
        scores.append(Z_test @ ridge(Z, part, alpha).coef)
    direct[..., r] = error(np.hstack(scores), split.y_test)

    teacher = min_norm(wide.transform(split.X_train), targets).coef
    stream = StreamingLeastSquares(width, targets.shape[1])
    rng = np.random.default_rng(r)
    for i, batch in enumerate(np.diff(sizes, prepend=0)):
        X = split.transfer.sample(batch, rng=rng)
        soft = (wide.transform(X) @ teacher).reshape(batch, len(flip_rates), 10)
        hard = np.eye(10)[soft.argmax(axis=2)].reshape(batch, -1)
        coef = stream.update(small.transform(X), hard).solve().coef
        student[i, :, r] = error(Z_test @ coef, split.y_test)

# %%

gain = direct - student  # on the same data in each repeat
display = PhaseDiagramDisplay(
    x=flip_rates,
    y=sizes,
    gain=gain.mean(axis=2),
    standard_error=gain.std(axis=2, ddof=1) / np.sqrt(n_repeats),
    names=("student", "tuned ridge"),
    x_name="Wrong labels (%)",
    y_name="Unlabelled examples m",
    title="Distilling pays left of the border",
).plot()

# %%
# What to notice
# --------------
# Bottom: with a transfer set not much larger than its width, the student sits near its own peak and
# loses (the colours are cut off there). Left and up: with right labels and enough
# examples it wins. Right: with many wrong labels the interpolating teacher teaches its mistakes,
# and the tuned directly trained model is better, however many examples there are.
#
# Exercise
# --------
# Tune the teacher, too: replace ``min_norm`` by ``ridge`` with the alpha of its own leave-one-out
# error. How far does the border move to the right?

plt.show()

"""
Does a model that learns from its own labels collapse?
======================================================

With more rows than columns slowly, or hardly if all earlier rows are kept. With fewer it forgets
the truth, and to keep all rows is *worse*: the excess jumps where rows grow as many as columns.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd.plotting import draw_scores, draw_theory, finish, set_title
from ddkd.theorems import ALL

# %%
# Two ways to feed a model with its own labels
# --------------------------------------------
# The first model is fitted to n rows with true labels. It labels the rows of the second model,
# this one those of the third, and so on, with new inputs and new noise each time. Either the new
# rows *replace* the old ones, or they *accumulate*. The excess is the mean squared error without
# the noise of the labels. Both laws are entries of the theorem bench, exact at these sizes.

laws = {theorem.id: theorem.law for theorem in ALL}
names = {"replaced": "model-collapse", "accumulated": "accumulated-data"}
noise, n_generations, n_chains = 0.3, 10, 60
sizes = {"60 rows, 30 columns": (60, 30), "20 rows, 90 columns": (20, 90)}


def predicted(name, n, p):
    """Excess of each generation; the truth has the signal 1."""
    law, options = laws[names[name]], {"n": n, "p": p, "signal": 1.0, "noise_variance": noise}
    return np.array([law(**options, generation=k, inputs="fresh") for k in generations])


def chain(name, n, p, rng):
    """Excess of each generation in one series of fits."""
    truth = np.full(p, p**-0.5)
    coef, excesses, X, y = truth, [], np.empty((0, p)), np.empty(0)
    for _ in generations:
        kept = len(X) if name == "accumulated" else 0
        new = rng.standard_normal((n, p))
        labels = new @ coef + np.sqrt(noise) * rng.standard_normal(n)
        X, y = np.vstack([X[:kept], new]), np.append(y[:kept], labels)
        coef = np.linalg.lstsq(X, y, rcond=None)[0]  # minimum norm where n < p
        excesses.append(np.sum((coef - truth) ** 2))
    return excesses


# %%
# Lines are the laws, marks 60 chains of fits.

generations = np.arange(1, n_generations + 1)
rng = np.random.default_rng(0)
_, panels = plt.subplots(1, 2, figsize=(10.5, 5.6), layout="constrained")
for ax, (title, (n, p)) in zip(panels, sizes.items(), strict=True):
    for name in names:
        seen = np.array([chain(name, n, p, rng) for _ in range(n_chains)]).T
        marks = draw_scores(ax, generations, seen, name, joined=False)
        draw_theory(ax, generations, predicted(name, n, p), f"{name}, theory", marks)
    set_title(ax, "Keep old rows: it helps" if n > p else "Keep old rows: it harms", title)
    finish(ax, "Generation", "Excess risk")

# %%
# What to notice
# --------------
# On the left each generation adds the noise of one fit. Rows that are replaced add it without end;
# rows that accumulate add less and less of it. On the right replaced rows lose the truth: the
# excess goes to its signal, 1, and a little above. Accumulated rows keep what the first model saw
# of the truth, no more, and pick up noise: most of it in generations four and five, whose 80 and
# 100 rows are about as many as the 90 columns. That is where double descent has its peak, but here
# the excess never comes down again: every later model has learned the damage.
#
# Exercise
# --------
# Which number of rows per generation is worst at generation 10, for 90 columns?

plt.show()

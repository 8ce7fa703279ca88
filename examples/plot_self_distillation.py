"""
Can a model teach itself?
=========================

With soft labels on the same examples it gains next to nothing beyond a tuned ridge. With hard
labels it can, and with clean data by *doubting* itself: the best share of its own labels is
negative.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation, simulation, theory
from ddkd.plotting import DistillationDisplay

# %%
# Refit on the same inputs
# ------------------------
# A tuned ridge fit labels its own training inputs, and is fitted again to a mixture: a share of
# its labels, the rest true ones. A negative share exaggerates the examples on which it errs.
# :func:`~ddkd.theory.self_distill` is the law, and
# :func:`ddkd.simulation.self_distill` draws.

n_features, n, repeats = 100, 500, 20
population = GaussianPopulation(np.ones(n_features), np.ones(n_features), labels="hard")
tuned = theory.best_alpha(population, n)
shares = np.linspace(-1.5, 1.0, 11)

rng = np.random.default_rng(0)
errors, laws = {}, {}
for name in ("hard labels", "soft labels"):
    kind = name.split()[0]
    laws[name] = theory.self_distill(tuned, labels=kind, mixing=shares).error_rate
    options = {"alpha": tuned.alpha, "labels": kind, "n_sets": repeats, "rng": rng}
    students = [simulation.self_distill(population, n, mixing=share, **options) for share in shares]
    errors[name] = np.array([population.error_rate(draws.coef) for draws in students])

DistillationDisplay(
    x=shares,
    scores=errors,
    theory=laws,
    levels={"tuned ridge": np.full(repeats, tuned.error_rate)},
    x_name="Share of own labels",
    title="Clean labels: the best share of own ones is negative",
).plot()
plt.gca().set_ylim(0.09, 0.16)

# %%
# The best share in closed form, at a few rates of wrong labels.

for flips in (0.0, 0.05, 0.0827, 0.2):
    noisy = GaussianPopulation(
        np.ones(n_features), np.ones(n_features), labels="hard", flip_rate=flips
    )
    teacher = theory.best_alpha(noisy, n)
    best = theory.self_distill(teacher, mixing="best")
    print(
        f"{100 * flips:5.2f} % wrong: best share {best.mixing:+.2f}, "
        f"error {100 * teacher.error_rate:.2f} % -> {100 * best.error_rate:.2f} %"
    )

# %%
# What to notice
# --------------
# Soft labels are flat at a share of 0: to first order they only change the ridge, and the ridge is
# tuned. A decision is not linear in the labels, so hard labels can do more. With clean labels they
# help if the model weighs *up* the examples that it gets wrong; with more than 8 % wrong labels
# (at five examples a feature) those are mostly wrong labels, and the best share is positive.
#
# Exercise
# --------
# How large is the gain at twenty examples a feature, and with a logistic regression beside it? The
# law claims nothing against classifiers that are not least squares.

plt.show()

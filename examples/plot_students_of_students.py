"""
Students of students
====================

A student can label data for a student of its own, and so on. Does the knowledge wear out?
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation
from ddkd.plotting import DistillationDisplay
from ddkd.solvers import min_norm
from ddkd.theory import least_squares

# %%
# A chain of laws
# ---------------
# The law of a student is again a law, and can teach: ``teacher.distill(m).distill(m)``. The first
# teacher sees 200 labelled examples of 100 features. Each generation labels m fresh examples for
# the next.

n_features, n, n_generations = 100, 200, 6
population = GaussianPopulation(np.ones(n_features), np.ones(n_features), labels="hard")
generations = np.arange(n_generations)
cases = {
    "hard, m = 300": ("hard", 300),
    "hard, m = 2,000": ("hard", 2000),
    "soft, m = 300": ("soft", 300),
}

theory = {}
for name, (labels, m) in cases.items():
    law = least_squares(population, n)
    theory[name] = [law.error_rate]
    for _ in generations[1:]:
        law = law.distill(m, labels=labels)
        theory[name].append(law.error_rate)

# %%
# The same by simulation, 20 chains of each kind. A label is the sign of the teacher's score, or the
# score.

rng = np.random.default_rng(0)
errors = {name: np.empty((n_generations, 20)) for name in cases}
for name, (labels, m) in cases.items():
    for r in range(20):
        X = population.sample(n, rng=rng)
        weights = min_norm(X, population.label(X, rng=rng)).coef
        errors[name][0, r] = population.error_rate(weights)
        for g in generations[1:]:
            X = population.sample(m, rng=rng)
            scores = X @ weights
            weights = min_norm(X, np.sign(scores) if labels == "hard" else scores).coef
            errors[name][g, r] = population.error_rate(weights)

DistillationDisplay(x=generations, scores=errors, theory=theory, x_name="Generation").plot()

# %%
# What to notice
# --------------
# Soft labels pass on everything: a student of full width with more examples than features solves
# for its teacher exactly. Hard labels lose a little in each generation, the less the more examples
# there are: the loss goes down like 1/m. In this population hard labels never *gain* anything: the
# signal is spread evenly and there are no clusters to snap to.
#
# Exercise
# --------
# Give the generations different widths (``features=theory.prefix_masks(...)``). Can a narrow
# generation in the middle do lasting harm?

plt.show()

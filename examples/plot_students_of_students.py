"""
Do students of students forget?
===============================

With soft labels nothing is lost in six generations; with hard labels a little in each, the less
the more examples they label. (Where it is lost, the literature speaks of *model collapse*.)
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation, simulation, theory
from ddkd.plotting import DistillationDisplay

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

predicted = {}
for name, (labels, m) in cases.items():
    law = theory.least_squares(population, n)
    predicted[name] = [law.error_rate]
    for _ in generations[1:]:
        law = law.distill(m, labels=labels)
        predicted[name].append(law.error_rate)

# %%
# The same by simulation, 10 chains of each kind: :mod:`ddkd.simulation` has the same names, and the
# population knows the error of any coefficients.

rng = np.random.default_rng(0)
errors = {name: np.empty((n_generations, 10)) for name in cases}
for name, (labels, m) in cases.items():
    models = simulation.least_squares(population, n, n_sets=10, rng=rng)
    errors[name][0] = population.error_rate(models.coef)
    for g in generations[1:]:
        models = simulation.distill(population, models.coef, m, labels=labels, rng=rng)
        errors[name][g] = population.error_rate(models.coef)

DistillationDisplay(
    x=generations,
    scores=errors,
    theory=predicted,
    x_name="Generation",
    title="Soft labels lose nothing, hard labels a little each time",
).plot()

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

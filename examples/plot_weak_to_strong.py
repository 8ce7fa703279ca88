"""
When does a strong student beat its weak teacher?
=================================================

When it cannot express what its teacher learnt wrongly, and has more than about twice as many
examples as columns: its gain is its *misfit* to the teacher.
"""

import matplotlib.pyplot as plt
import numpy as np

from ddkd import GaussianPopulation, simulation, theory
from ddkd.plotting import DistillationDisplay

# %%
# A teacher with the wrong columns
# --------------------------------
# The truth lives on 20 of 60 columns. The weak teacher uses these and 30 others that are of no
# use, and has 80 labelled examples: it fits noise with all 50. The strong student has the 20, too,
# and another 10. It never sees a true label, only its teacher's scores on fresh examples.

n_features, n, repeats = 60, 80, 12
coef = np.where((np.arange(n_features) >= 30) & (np.arange(n_features) < 50), 0.3, 0.0)
population = GaussianPopulation(np.ones(n_features), coef, noise_variance=1.0)
weak, strong = np.arange(50), np.arange(30, 60)
sizes = np.array([45, 52, 61, 75, 100, 150, 250, 500, 1000])

rng = np.random.default_rng(0)
teachers = simulation.least_squares(population, n, features=weak, n_sets=repeats, rng=rng)
students = [
    simulation.distill(population, teachers.coef, m, features=strong, rng=rng) for m in sizes
]
errors = np.array([population.risk(draws.coef) for draws in students])

# %%
# The law of the teacher, and of its student with soft labels, the default for real ones.

law = theory.least_squares(population, n, features=weak)
student = law.distill(sizes, features=strong)
display = DistillationDisplay(
    x=sizes,
    scores={"student, soft labels": errors},
    theory={"student, soft labels": student.risk},
    levels={"teacher": population.risk(teachers.coef)},
    threshold={"m = 2 x 30 + 1": 61},
    x_name="Unlabelled examples m",
    title="From about twice its width on the student beats its teacher",
    score_name="Mean squared test error",
).plot()

# %%
# The gain, in numbers: the misfit is the part of the teacher that the student cannot express. A
# share of 1 - d/(m - d - 1) of it is gained, d the student's width: nothing at m = 2 d + 1. (The
# law is asymptotic: at m = 61 it is off by one thirtieth of the misfit.)

misfit = law.coef_variance[:30].sum()
for m in (61, 100, 1000):
    gain = law.risk - law.distill(m, features=strong).risk
    print(f"m = {m:>5}: gain {gain:+.3f} of a misfit of {misfit:.3f}")

# %%
# What to notice
# --------------
# The student becomes better than its teacher without a single true label: what it cannot express
# averages out over its examples. With too few of them it is the other way round; what it cannot
# express acts as label noise. Nothing here is about being *strong*. It is about lacking the
# columns in which the teacher went wrong. A student with all columns of its teacher gives it back.
#
# Exercise
# --------
# Let the student have all 60 columns (``features="all"``). What is left of the gain, and why?

plt.show()

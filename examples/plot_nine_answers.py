"""
Do nine usual solvers agree on one least-squares problem?
=========================================================

No: they fit between 81 and 189 of its 200 directions, and four of them do not say how many.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy import linalg
from sklearn.linear_model import LinearRegression, Ridge

from ddkd import RandomFourierFeatures
from ddkd.solvers import min_norm

# %%
# A problem at the edge of double precision
# -----------------------------------------
# The minimum-norm least-squares solution is unique. But random Fourier features of inputs in two
# dimensions are smooth functions: 200 points cannot quite tell 400 of them apart. The singular
# values of the feature matrix fall through the rounding level, and each routine makes up its own
# mind about where to stop.

rng = np.random.default_rng(0)
n, width = 200, 400
X = rng.normal(size=(n, 2))
y = np.sin(3 * X[:, 0]) * X[:, 1] + 0.5 * rng.normal(size=n)
Z = RandomFourierFeatures(width, gamma=1.0, random_state=0).fit_transform(X)

# %%
# Nine ways to write "the" solution. Each takes one target or many, and none raises an exception.

answers = {
    "ddkd min_norm": lambda Y: min_norm(Z, Y).coef,
    "numpy lstsq": lambda Y: np.linalg.lstsq(Z, Y, rcond=None)[0],
    "numpy pinv": lambda Y: np.linalg.pinv(Z) @ Y,
    "scipy lstsq (gelsd)": lambda Y: linalg.lstsq(Z, Y)[0],
    "scipy lstsq (gelsy)": lambda Y: linalg.lstsq(Z, Y, lapack_driver="gelsy")[0],
    "sklearn LinearRegression": lambda Y: LinearRegression(fit_intercept=False).fit(Z, Y).coef_.T,
    "sklearn Ridge(1e-8)": lambda Y: Ridge(1e-8, fit_intercept=False).fit(Z, Y).coef_.T,
    "Z' solve(Z Z', y)": lambda Y: Z.T @ linalg.solve(Z @ Z.T, Y),
    "Z' pinv(Z Z') y": lambda Y: Z.T @ np.linalg.pinv(Z @ Z.T) @ Y,
}

# %%
# Two questions to each
# ---------------------
# *How well does it meet the targets?* The residual, as a fraction of the targets' length. *How
# many directions does it fit?* Give it the identity as targets: the trace of the fitted values
# counts the directions that come back. Where a routine reports a rank, we compare.

residual, fitted = {}, {}
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # scipy's solve and ddkd warn; the others are silent
    for name, solve in answers.items():
        residual[name] = np.linalg.norm(Z @ solve(y) - y) / np.linalg.norm(y)
        fitted[name] = np.trace(Z @ solve(np.eye(n)))
    reported = {
        "ddkd min_norm": min_norm(Z, y).rank,
        "numpy lstsq": np.linalg.lstsq(Z, y, rcond=None)[2],
        "scipy lstsq (gelsd)": linalg.lstsq(Z, y)[2],
        "scipy lstsq (gelsy)": linalg.lstsq(Z, y, lapack_driver="gelsy")[2],
        "sklearn LinearRegression": LinearRegression(fit_intercept=False).fit(Z, y).rank_,
    }

print(f"{'call':26} {'residual':>9} {'directions':>11} {'rank reported':>14}")
for name in answers:
    print(f"{name:26} {residual[name]:9.1e} {fitted[name]:11.1f} {reported.get(name, '-'):>14}")

# %%

names = list(answers)[::-1]
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 5.5), sharey=True, layout="constrained")
left.barh(names, [residual[name] for name in names], color="#00508A")
left.set(xscale="log", xlim=(0.1, 10), xticks=[0.1, 1, 10], xticklabels=["0.1", "1", "10"])
left.set_xlabel("Residual / targets", fontsize=14)
right.plot([fitted[name] for name in names], names, "o", color="#00508A", label="fitted")
right.plot(
    list(reported.values()),
    list(reported),
    "s",
    color="#D55E00",
    markersize=13,
    fillstyle="none",
    markeredgewidth=2,
    label="reported",
)
right.set_xlabel("Directions, of 200", fontsize=14)
for ax in (left, right):
    ax.tick_params(labelsize=13)
    ax.grid(axis="x", color="0.88")
    ax.set_axisbelow(True)
figure.suptitle("Nine solvers of one problem fit between 81 and 189 directions", fontsize=15)
figure.legend(loc="outside lower center", ncols=2, fontsize=13, frameon=False)

# %%
# What to notice
# --------------
# None of them meets the targets, although there are twice as many features as points. Who fits more
# directions than 164 fits rounding: the residual of gelsd, with 186, is not below that of ddkd. Who
# fits far fewer has fitted a *smaller model*, by a cutoff (LinearRegression), a ridge (Ridge) or by
# squaring the condition number (``Z Z'``), and three of those four do not say so. One answer is
# further from the targets than zero would be. ddkd counts the singular values above
# ``max(n, p) * eps`` of the largest, fits exactly those, and says so:

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    solution = min_norm(Z, y)
print(
    f"rank {solution.rank} of {n}, condition {solution.condition:.2g}, {solution.interpolates = }"
)

# %%
# Exercise
# --------
# Replace the two input dimensions by 20, where the nine should agree. Which of them still differ?

plt.show()
